//! The tables, one file each.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod calendar_nights;
pub(crate) mod charges;
pub(crate) mod erasures;
pub(crate) mod event_consumers;
pub(crate) mod integration_accounts;
pub(crate) mod listings;
pub(crate) mod locations;
pub(crate) mod operator_audit;
pub(crate) mod operator_keys;
pub(crate) mod promotions;
pub(crate) mod tenants;
pub(crate) mod users;
pub(crate) mod webhook_attempts;
pub(crate) mod webhooks;
pub(crate) mod workspaces;

/// The tables, each after those that it refers to. `workspaces` is keyed by `id`, all others by `workspace_id`.
pub const TABLES: [&str; 26] = [
    "workspaces",
    "tenants",
    "locations",
    "users",
    "api_keys",
    "audit",
    "idempotency_records",
    "integration_accounts",
    "listings",
    "imports",
    "calendar_nights",
    "promotions",
    "promotion_listings",
    "charges",
    "charge_listings",
    "quotes",
    "reservations",
    "unnumbered_events",
    "event_logs",
    "events",
    "event_recipients",
    "ended_imports",
    "sleeping_imports",
    "event_consumers",
    "webhooks",
    "webhook_attempts",
];

/// The tables of operators, which belong to no workspace.
pub const OPERATOR_TABLES: [&str; 4] = ["operator_keys", "operator_audit", "operator_idempotency_records", "erasures"];

/// The tables in which the service looks for work in all workspaces.
pub const ACROSS_WORKSPACES: [&str; 10] = [
    "workspaces",
    "tenants",
    "reservations",
    "quotes",
    "idempotency_records",
    "unnumbered_events",
    "event_logs",
    "events",
    "event_recipients",
    "webhooks",
];
