//! Bodies: objects that are read from JSON objects alone, and schemas in which fields are required. An update may name any
//! fields of a body; a creation or a replacement must name the required ones.

use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// Declares schemas of bodies that have the fields of a command, some of them required, some of them nullable.
macro_rules! bodies {
    ($($name:ident: $fields:ty = $($required:literal),+ $((nullable $($nullable:literal),+))?;)+) => {$(
        #[doc = concat!("The schema of [`", stringify!($fields), "`] with required fields.")]
        #[derive(Debug)]
        pub struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let schema = <$fields as utoipa::PartialSchema>::schema();
                $crate::input::bodies::with(schema, &[$($required),+], &[$($($nullable),+)?])
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
                <$fields as utoipa::ToSchema>::schemas(schemas);
            }
        }
    )+};
}

pub(crate) use bodies;

/// Implements `Deserialize` for structs that derive it with `#[serde(remote = "Self")]`, so that they are read from JSON
/// objects alone. Serde's own implementation also accepts an array, field by field.
macro_rules! objects {
    ($($object:ident),+) => {$(
        impl<'de> Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;

                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = $object;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, fields: A) -> Result<$object, A::Error> {
                        $object::deserialize(serde::de::value::MapAccessDeserializer::new(fields))
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }
    )+};
}

pub(crate) use objects;

/// Returns the schema with these required and nullable fields.
pub(crate) fn with(mut schema: RefOr<Schema>, required: &[&str], nullable: &[&str]) -> RefOr<Schema> {
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        object.required = required.iter().map(ToString::to_string).collect();
        for field in nullable {
            if let Some(RefOr::T(Schema::Object(field))) = object.properties.get_mut(*field)
                && let SchemaType::Type(of_value) = &field.schema_type
            {
                field.schema_type = SchemaType::Array(vec![of_value.clone(), Type::Null]);
            }
        }
    }
    schema
}
