//! The table `users`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) home_tenant_id: Uuid,
    pub(crate) current_tenant_id: Uuid,
    pub(crate) location_id: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) name_folded: String,
    pub(crate) email: Option<String>,
    pub(crate) email_folded: Option<String>,
    pub(crate) role: String,
    pub(crate) status: i16,
    /// The user's status before a deactivation of the tenant.
    pub(crate) status_before: Option<i16>,
    pub(crate) version: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
