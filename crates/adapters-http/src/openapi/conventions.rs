//! Conventions that operations of a kind share.

use actix_web::http::Method;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, Modify};

use super::headers::IdempotencyKeyHeader;

/// The methods of operations.
const METHODS: [Method; 5] = [Method::GET, Method::PUT, Method::POST, Method::PATCH, Method::DELETE];

/// Adds the conventions: every POST takes an idempotency key; a response with the same body as a GET has the same tag;
/// parameters and whole bodies are never null; an integer in the query may be blank; every response has a description.
pub(super) struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut OpenApi) {
        let gets = document.paths.paths.values().filter_map(|item| item.get.as_ref());
        let tagged = gets.filter(|get| takes(get, "If-None-Match"));
        let tagged: Vec<_> = tagged.filter_map(|get| schema(get.responses.responses.get("200")?)).collect();
        for (method, operation) in operations(document) {
            if method == Method::POST {
                let header = IdempotencyKeyHeader::into_params(|| None).into_iter().map(RefOr::T);
                operation.parameters.get_or_insert_default().extend(header);
            }
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else { continue };
                parameter.schema.iter_mut().for_each(never_null);
                if parameter.parameter_in == ParameterIn::Query && parameter.schema.as_ref().is_some_and(is_integer) {
                    // A field of OpenAPI that utoipa lacks, so it is written as an extension.
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
            if method == Method::GET && takes(operation, "If-None-Match") {
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
pub(super) fn operations(document: &mut OpenApi) -> impl Iterator<Item = (Method, &mut Operation)> {
    document.paths.paths.values_mut().flat_map(|item| {
        let PathItem { get, put, post, patch, delete, .. } = item;
        METHODS
            .into_iter()
            .zip([get, put, post, patch, delete])
            .filter_map(|(method, found)| Some((method, found.as_mut()?)))
    })
}

/// Lists the operations of a path with their methods.
pub(crate) fn operations_of(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let PathItem { get, put, post, patch, delete, .. } = item;
    METHODS
        .into_iter()
        .zip([get, put, post, patch, delete])
        .filter_map(|(method, found)| Some((method, found.as_ref()?)))
}

/// Lists the names of the query parameters of an operation.
pub(crate) fn query_parameters(operation: &Operation) -> impl Iterator<Item = &str> {
    let in_query = parameters(operation).filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    in_query.map(|parameter| parameter.name.as_str())
}

pub(super) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// Whether the operation takes the header.
pub(crate) fn takes(operation: &Operation, header: &str) -> bool {
    parameters(operation).any(|parameter| parameter.name.eq_ignore_ascii_case(header))
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
