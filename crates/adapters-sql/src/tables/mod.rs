//! The tables, one file each.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod calendar_nights;
pub(crate) mod event_consumers;
#[expect(dead_code, reason = "rows are only written: a feed reads joined columns")]
pub(crate) mod event_recipients;
#[expect(dead_code, reason = "rows are only written: a feed reads joined columns")]
pub(crate) mod events;
pub(crate) mod integration_accounts;
pub(crate) mod listings;
pub(crate) mod locations;
pub(crate) mod promotions;
pub(crate) mod tenants;
pub(crate) mod users;
pub(crate) mod webhook_attempts;
pub(crate) mod webhooks;
pub(crate) mod workspaces;
