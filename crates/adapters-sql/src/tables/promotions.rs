//! The table `promotions`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "promotions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) integration_account_id: Uuid,
    pub(crate) name: String,
    pub(crate) name_folded: String,
    pub(crate) description: Option<String>,
    pub(crate) discount: i32,
    pub(crate) coupon_code: Option<String>,
    pub(crate) coupon_code_folded: Option<String>,
    pub(crate) start_date: Date,
    pub(crate) end_date: Date,
    pub(crate) booking_period_start: Option<Date>,
    pub(crate) booking_period_end: Option<Date>,
    pub(crate) status: String,
    pub(crate) thumbnail_url: Option<String>,
    pub(crate) version: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
