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
    /// The parameters of the query.
    pub query: Vec<Parameter>,
    /// The names of headers that it reads, in lower case.
    pub headers: Vec<String>,
}

/// A parameter of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The parameter's name.
    pub name: String,
    /// Whether it is an id, or a list of ids.
    pub is_id: bool,
    /// All its values, if they are words of a list, or true and false.
    pub choices: Vec<String>,
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
            let those_in = |place: &'static str| parameters.clone().filter(move |parameter| parameter["in"] == place);
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            found.push(Operation {
                name: name.to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                is_guarded: is_guarded(document, operation),
                body_ids: ids(document, body, "", 0),
                query: those_in("query").map(|parameter| of_query(document, parameter)).collect(),
                headers: those_in("header").map(|parameter| text(&parameter["name"]).to_lowercase()).collect(),
            });
        }
    }
    found
}

fn of_query(document: &Value, parameter: &Value) -> Parameter {
    let schema = &parameter["schema"];
    Parameter {
        name: text(&parameter["name"]),
        is_id: !ids(document, schema, "", 0).is_empty(),
        choices: choices(document, schema, 0),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn is_guarded(document: &Value, operation: &Value) -> bool {
    let security = operation.get("security").unwrap_or(&document["security"]);
    let schemes = security.as_array().into_iter().flatten().filter_map(Value::as_object);
    schemes.into_iter().any(|scheme| !scheme.is_empty())
}

/// Returns the schema to which a schema refers, if it does.
fn referred<'a>(document: &'a Value, schema: &Value) -> Option<&'a Value> {
    document.pointer(schema["$ref"].as_str()?.strip_prefix('#')?)
}

/// Returns the schemas of which a value has all, any or one.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "anyOf", "oneOf"].iter().filter_map(|parts| schema[parts].as_array()).flatten()
}

/// Returns the values of a schema, if they are words of a list, or true and false. Of an array, it returns those of an item.
fn choices(document: &Value, schema: &Value, depth: usize) -> Vec<String> {
    if depth > DEPTH {
        return Vec::new();
    }
    if let Some(schema) = referred(document, schema) {
        return choices(document, schema, depth + 1);
    }
    let of_type =
        |name: &str| schema["type"] == name || schema["type"].as_array().is_some_and(|all| all.contains(&name.into()));
    if of_type("boolean") {
        return ["true", "false"].map(str::to_owned).into();
    }
    // A pattern like `^(tenant|workspace)$` is a list of words too.
    let pattern = schema["pattern"].as_str().and_then(|text| text.strip_prefix("^(")?.strip_suffix(")$"));
    let listed: Vec<_> = pattern.into_iter().flat_map(|words| words.split('|')).map(str::to_owned).collect();
    let is_list = listed.iter().all(|word| word.chars().all(char::is_alphanumeric));
    let words = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let inside = parts(schema).chain([&schema["items"]]).flat_map(|part| choices(document, part, depth + 1));
    words.chain(listed.into_iter().filter(|_| is_list)).chain(inside).collect()
}

/// Returns the JSON pointers of the UUIDs in values of a schema. Of an array, the first item stands for all.
fn ids(document: &Value, schema: &Value, at: &str, depth: usize) -> Vec<String> {
    if depth > DEPTH {
        return Vec::new();
    }
    if let Some(schema) = referred(document, schema) {
        return ids(document, schema, at, depth + 1);
    }
    let mut found = Vec::new();
    if schema["format"] == "uuid" {
        found.push(at.to_owned());
    }
    for part in parts(schema) {
        found.extend(ids(document, part, at, depth + 1));
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
    fn ids_and_choices_are_found_in_path_query_body_and_arrays() {
        let document = json!({
            "security": [{ "key": [] }],
            "components": { "schemas": { "Status": { "type": "string", "enum": ["ACTIVE", "INACTIVE"] }, "Body": { "properties": {
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
                        { "in": "query", "name": "scope", "schema": { "pattern": "^(tenant|workspace)$" } },
                        { "in": "query", "name": "isNew", "schema": { "type": ["boolean", "null"] } },
                        { "in": "query", "name": "status", "schema": { "items": { "$ref": "#/components/schemas/Status" } } },
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
        let query =
            found[1].query.iter().map(|Parameter { name, is_id, choices }| (&**name, *is_id, choices.join(" ")));
        let expected = [
            ("after", true, ""),
            ("q", false, ""),
            ("scope", false, "tenant workspace"),
            ("isNew", false, "true false"),
            ("status", false, "ACTIVE INACTIVE"),
        ];
        assert_eq!(query.collect::<Vec<_>>(), expected.map(|(name, is_id, choices)| (name, is_id, choices.to_owned())));
        assert!(found[1].reads("if-match") && found[1].names_one());
        let mut ids = found[1].body_ids.clone();
        ids.sort();
        assert_eq!(ids, ["/charges/0/id", "/listingIDs/0", "/tenantID"]);
    }
}
