//! Bodies with required fields. An update may name any fields of a body; a creation or replacement must name those that
//! every resource has.

use std::borrow::Cow;

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::areas::integration_accounts::IntegrationAccountBody;
use crate::areas::listings::ListingBody;
use crate::areas::locations::UpdateLocationBody;
use crate::areas::promotions::PromotionBody;
use crate::areas::tenants::UpdateTenantBody;
use crate::areas::users::UpdateUserBody;

macro_rules! bodies {
    ($($name:ident: $fields:ty = $($required:literal),+;)+) => {$(
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let mut schema = <$fields>::schema();
                if let RefOr::T(Schema::Object(object)) = &mut schema {
                    object.required = [$($required.to_owned()),+].into();
                }
                schema
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$fields>::schemas(schemas);
            }
        }
    )+};
}

bodies! {
    CreateIntegrationAccountBody: IntegrationAccountBody = "name", "provider", "accountIdentifier", "authType";
    CreateListingBody: ListingBody =
        "integrationAccountID", "providerID", "name", "latitude", "longitude", "maxOccupancy", "startPrice";
    CreatePromotionBody: PromotionBody = "integrationAccountID", "name", "discountPercentage", "startDate", "endDate";
    ReplaceListingBody: ListingBody = "providerID", "name", "latitude", "longitude", "maxOccupancy", "startPrice";
    ReplaceLocationBody: UpdateLocationBody = "name";
    ReplacePromotionBody: PromotionBody = "name", "discountPercentage", "startDate", "endDate";
    ReplaceTenantBody: UpdateTenantBody = "name";
    ReplaceUserBody: UpdateUserBody = "name";
}
