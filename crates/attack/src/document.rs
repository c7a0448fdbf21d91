//! The operations of an OpenAPI document, with the places where an id may stand.

use serde_json::Value;

/// The prefix of the paths of operators.
pub const OPERATORS: &str = "/operator/";
/// The depth to which a schema is read.
const DEPTH: usize = 8;

/// An operation of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operation's id.
    pub name: String,
    /// The method, in capitals.
    pub method: String,
    /// The path, with `{id}` or `{name}` where a resource is named.
    pub path: String,
    /// Whether it takes a key.
    pub is_guarded: bool,
    /// The JSON pointers of fields of the body that are ids.
    pub body_ids: Vec<String>,
    /// The names of parameters of the query, and whether they are ids.
    pub query: Vec<(String, bool)>,
    /// The names of headers that it reads, in lower case.
    pub headers: Vec<String>,
}

impl Operation {
    /// Whether it is one of operators.
    pub fn is_for_operators(&self) -> bool {
        self.path.starts_with(OPERATORS)
    }

    /// Whether it names a resource in its path.
    pub fn names_one(&self) -> bool {
        self.path.contains('{')
    }

    /// Whether it reads the header.
    pub fn reads(&self, header: &str) -> bool {
        self.headers.iter().any(|name| name == header)
    }
}

/// Returns the operations of a document.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            // Members like `parameters` are no operations.
            let Some(name) = operation["operationId"].as_str() else { continue };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let named = |place: &str| {
                let here = parameters.clone().filter(|parameter| parameter["in"] == place);
                here.map(|parameter| (text(&parameter["name"]), ids(document, &parameter["schema"], "", 0)))
                    .collect::<Vec<_>>()
            };
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            found.push(Operation {
                name: name.to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                is_guarded: is_guarded(document, operation),
                body_ids: ids(document, body, "", 0),
                query: named("query").into_iter().map(|(name, ids)| (name, !ids.is_empty())).collect(),
                headers: named("header").into_iter().map(|(name, _)| name.to_lowercase()).collect(),
            });
        }
    }
    found
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn is_guarded(document: &Value, operation: &Value) -> bool {
    let security = operation.get("security").unwrap_or(&document["security"]);
    let schemes = security.as_array().into_iter().flatten().filter_map(Value::as_object);
    schemes.into_iter().any(|scheme| !scheme.is_empty())
}

/// Returns the JSON pointers of the UUIDs in values of a schema. Of an array, the first item stands for all.
fn ids(document: &Value, schema: &Value, at: &str, depth: usize) -> Vec<String> {
    if depth > DEPTH {
        return Vec::new();
    }
    if let Some(reference) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return document.pointer(reference).map(|schema| ids(document, schema, at, depth + 1)).unwrap_or_default();
    }
    let mut found = Vec::new();
    if schema["format"] == "uuid" {
        found.push(at.to_owned());
    }
    for choice in ["allOf", "anyOf", "oneOf"].iter().filter_map(|choice| schema[choice].as_array()).flatten() {
        found.extend(ids(document, choice, at, depth + 1));
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        found.extend(ids(document, schema, &format!("{at}/{name}"), depth + 1));
    }
    if schema["items"].is_object() {
        found.extend(ids(document, &schema["items"], &format!("{at}/0"), depth + 1));
    }
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_found_in_path_query_body_and_arrays() {
        let document = json!({
            "security": [{ "key": [] }],
            "components": { "schemas": { "Body": { "properties": {
                "tenantID": { "format": "uuid" },
                "listingIDs": { "items": { "format": "uuid" } },
                "charges": { "items": { "properties": { "id": { "oneOf": [{ "format": "uuid" }, { "type": "null" }] } } } },
                "name": { "type": "string" },
            } } } },
            "paths": {
                "/things/{id}": { "parameters": [], "put": {
                    "operationId": "putThing",
                    "parameters": [
                        { "in": "query", "name": "after", "schema": { "format": "uuid" } },
                        { "in": "query", "name": "q", "schema": { "type": "string" } },
                        { "in": "header", "name": "If-Match", "schema": { "type": "string" } },
                    ],
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Body" } } } },
                } },
                "/open": { "get": { "operationId": "open", "security": [] } },
            },
        });
        let found = operations(&document);
        let names: Vec<_> = found.iter().map(|operation| (&*operation.name, operation.is_guarded)).collect();
        assert_eq!(names, [("open", false), ("putThing", true)]);
        assert_eq!(found[1].query, [("after".to_owned(), true), ("q".to_owned(), false)]);
        assert!(found[1].reads("if-match") && found[1].names_one());
        let mut ids = found[1].body_ids.clone();
        ids.sort();
        assert_eq!(ids, ["/charges/0/id", "/listingIDs/0", "/tenantID"]);
    }
}
