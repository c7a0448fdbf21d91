//! Bodies with required fields. An update may name any fields of a body; a creation or a replacement must name the
//! required ones.

/// Declares bodies that have the fields of another body, some of them required.
macro_rules! bodies {
    ($($name:ident: $fields:ty = $($required:literal),+;)+) => {$(
        pub(crate) struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let mut schema = <$fields as utoipa::PartialSchema>::schema();
                if let utoipa::openapi::RefOr::T(utoipa::openapi::Schema::Object(object)) = &mut schema {
                    object.required = [$($required.to_owned()),+].into();
                }
                schema
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
