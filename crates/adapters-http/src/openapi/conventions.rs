//! Conventions that operations of a kind share.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, Modify};

use super::headers::IdempotencyKeyHeader;

/// Adds the conventions: every POST takes an idempotency key; a response that shows the same as a GET with a tag has
/// that tag; parameters and whole bodies are never null; an integer in the query may be blank; every response has a
/// description.
pub(super) struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut OpenApi) {
        let gets = document.paths.paths.values().filter_map(|item| item.get.as_ref());
        let tagged = gets.filter(|get| takes(get, "If-None-Match"));
        let tagged: Vec<_> = tagged.filter_map(|get| schema(get.responses.responses.get("200")?)).collect();
        for (method, operation) in operations(document) {
            if method == "POST" {
                let header = IdempotencyKeyHeader::into_params(|| None).into_iter().map(RefOr::T);
                operation.parameters.get_or_insert_default().extend(header);
            }
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else { continue };
                parameter.schema.iter_mut().for_each(never_null);
                if parameter.parameter_in == ParameterIn::Query && parameter.schema.as_ref().is_some_and(is_integer) {
                    // OpenAPI defines it, so it is not an extension, but utoipa has no field for it.
                    parameter.extensions = Some(Extensions::from_iter([("allowEmptyValue", true)]));
                }
            }
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                for content in body.content.values_mut() {
                    if let RefOr::T(content) = content {
                        content.schema.iter_mut().for_each(never_null);
                    }
                }
            }
            if method == "GET" && takes(operation, "If-None-Match") {
                let not_modified = ResponseBuilder::new().description("The client already has the representation.");
                operation.responses.responses.insert("304".to_owned(), not_modified.build().into());
            }
            for (status, response) in &mut operation.responses.responses {
                let has_tag = status == "304" || schema(response).is_some_and(|schema| tagged.contains(&schema));
                let RefOr::T(response) = response else { continue };
                if has_tag {
                    let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
                    let header = header.description(Some("The strong tag of the representation."));
                    response.headers.insert("ETag".to_owned(), header.build().into());
                }
                if response.description.is_empty() {
                    (if status == "201" { "Created." } else { "Done." }).clone_into(&mut response.description);
                }
            }
        }
    }
}

/// Lists every operation with its method.
pub(super) fn operations(document: &mut OpenApi) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    document.paths.paths.values_mut().flat_map(operations_of)
}

/// Lists the operations of a path with their methods.
pub(super) fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let operations = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

pub(super) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

pub(super) fn takes(operation: &Operation, header: &str) -> bool {
    parameters(operation).any(|parameter| parameter.name == header)
}

/// Returns the schema of a response.
fn schema(response: &RefOr<Response>) -> Option<RefOr<Schema>> {
    let RefOr::T(response) = response else { return None };
    let RefOr::T(content) = response.content.get("application/json")? else { return None };
    content.schema.clone()
}

/// Removes null from the schema of a parameter or body, which can be absent but not null.
fn never_null(schema: &mut RefOr<Schema>) {
    let RefOr::T(inner) = schema else { return };
    match inner {
        Schema::Object(object) => without_null(&mut object.schema_type),
        Schema::Array(array) => without_null(&mut array.schema_type),
        Schema::OneOf(one_of) => {
            one_of.items.retain(|item| !is_null(item));
            if let [only] = one_of.items.as_slice() {
                *schema = only.clone();
            }
        }
        _ => {}
    }
}

pub(super) fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn is_integer(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Integer))
}

fn without_null(schema_type: &mut SchemaType) {
    if let SchemaType::Array(types) = schema_type {
        types.retain(|one| *one != Type::Null);
        if let [only] = types.as_slice() {
            *schema_type = SchemaType::Type(only.clone());
        }
    }
}
