//! Schemas of bodies in which fields are required. An update may name any fields of a body; a creation or a replacement
//! must name the required ones.

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
