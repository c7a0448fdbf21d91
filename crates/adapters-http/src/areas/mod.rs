//! The areas of the API, one folder each.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod availability;
pub(crate) mod charges;
pub(crate) mod event_consumers;
pub(crate) mod events;
pub(crate) mod findings;
pub(crate) mod imports;
pub(crate) mod integration_accounts;
pub(crate) mod listings;
pub(crate) mod locations;
pub(crate) mod operators;
pub(crate) mod promotions;
pub(crate) mod quotes;
pub(crate) mod reservations;
pub(crate) mod tenants;
pub(crate) mod users;
pub(crate) mod webhooks;
pub(crate) mod workspaces;
