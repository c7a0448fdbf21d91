//! Schemas with a name.

use std::collections::BTreeMap;

use utoipa::Modify;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{OpenApi, Ref, RefOr};

/// Replaces nested components by references. utoipa inlines a component that is the argument of a type parameter, and
/// then generated clients have two types for it.
pub(super) struct Names;

impl Modify for Names {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        let names = components.schemas.clone();
        components.schemas.values_mut().for_each(|schema| name_parts(schema, &names));
    }
}

fn name_parts(schema: &mut RefOr<Schema>, names: &BTreeMap<String, RefOr<Schema>>) {
    let RefOr::T(schema) = schema else { return };
    let name = |part: &mut RefOr<Schema>| match names.iter().find(|(_, named)| *named == part) {
        Some((name, _)) => *part = Ref::from_schema_name(name).into(),
        None => name_parts(part, names),
    };
    match schema {
        Schema::Object(object) => object.properties.values_mut().for_each(name),
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                name(items);
            }
        }
        Schema::OneOf(one_of) => one_of.items.iter_mut().for_each(name),
        _ => {}
    }
}
