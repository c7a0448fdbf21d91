//! The table `listings`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "listings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) integration_account_id: Uuid,
    pub(crate) provider_id: String,
    pub(crate) name: String,
    pub(crate) internal_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) r#type: Option<String>,
    pub(crate) status: String,
    pub(crate) thumbnail_url: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) pictures: Json,
    pub(crate) line1: Option<String>,
    pub(crate) line2: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) country_code: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) latitude: i64,
    pub(crate) longitude: i64,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) z: f64,
    pub(crate) time_zone: Option<String>,
    pub(crate) minimum_nights: i32,
    pub(crate) maximum_nights: Option<i32>,
    pub(crate) max_occupancy: i32,
    pub(crate) bedroom_count: i32,
    pub(crate) bathroom_tenths: i32,
    pub(crate) start_price: i64,
    pub(crate) start_price_scaled: i64,
    pub(crate) currency: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) amenities: Json,
    pub(crate) amenities_folded: String,
    pub(crate) version: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
