//! Rules for the schemas of all requests and of all responses.

use utoipa::Modify;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

use super::conventions::{is_null, operations};

/// A text without ASCII control characters. Control characters above ASCII are refused too, but the pattern omits them:
/// a client that matches bytes, such as one in PHP, would find them inside other characters.
const LINE: &str = r"^[^\x00-\x1f\x7f]*$";
/// A text without control characters other than line feed and tab.
const PROSE: &str = r"^[^\x00-\x08\x0b-\x1f\x7f]*$";
/// The maximum length of texts of one line; longer texts may span lines.
const LONGEST_LINE: usize = 2048;
/// The mark of a nullable field of a response that may also be absent. The document does not contain it.
const MAY_BE_ABSENT: &str = "x-may-be-absent";

/// Adds the rules: a text of a request has no control characters; a nullable field of a response is always present,
/// unless it is marked; a nullable reference is `anyOf` the component and null, as OpenAPI Generator needs it.
pub(super) struct Schemas;

impl Modify for Schemas {
    fn modify(&self, document: &mut OpenApi) {
        for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
            each(schema, if name.ends_with("Body") { without_controls } else { with_nulls });
        }
        for (_, operation) in operations(document) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter
                    && parameter.parameter_in == ParameterIn::Query
                {
                    parameter.schema.iter_mut().for_each(|schema| each(schema, without_controls));
                }
            }
        }
    }
}

/// Changes every object and text of a schema, from the inside out.
fn each(schema: &mut RefOr<Schema>, change: fn(&mut Object)) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.properties.values_mut().for_each(|property| each(property, change));
            change(object);
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each(items, change);
            }
        }
        RefOr::T(Schema::OneOf(one_of)) => {
            one_of.items.iter_mut().for_each(|item| each(item, change));
            if one_of.items.iter().any(is_null) {
                let items = std::mem::take(&mut one_of.items);
                *schema = items.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).into();
            }
        }
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn without_controls(object: &mut Object) {
    let is_text = match &object.schema_type {
        SchemaType::Type(one) => *one == Type::String,
        SchemaType::Array(types) => types.contains(&Type::String),
        SchemaType::AnyValue => false,
    };
    if is_text && object.format.is_none() && object.enum_values.is_none() && object.pattern.is_none() {
        let is_prose = object.max_length.is_some_and(|most| most > LONGEST_LINE);
        object.pattern = Some(if is_prose { PROSE } else { LINE }.to_owned());
    }
}

fn with_nulls(object: &mut Object) {
    let Object { properties, required, .. } = object;
    for (name, property) in properties {
        if may_be_null(property) && !is_marked(property) && !required.contains(name) {
            required.push(name.clone());
        }
    }
}

/// Removes the mark of a field, and returns whether there was one.
fn is_marked(property: &mut RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(Object { extensions, .. })) = property else { return false };
    extensions.take_if(|extensions| extensions.contains_key(MAY_BE_ABSENT)).is_some()
}

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::Object(Object { schema_type: SchemaType::Array(types), .. })) => types.contains(&Type::Null),
        RefOr::T(Schema::Array(array)) => {
            matches!(&array.schema_type, SchemaType::Array(types) if types.contains(&Type::Null))
        }
        RefOr::T(Schema::AnyOf(any_of)) => any_of.items.iter().any(is_null),
        _ => false,
    }
}
