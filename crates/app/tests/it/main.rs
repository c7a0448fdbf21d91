//! Tests of the whole service: the binary with its real wiring, on both engines. The modules correspond to the routes.

mod amendments;
mod api_keys;
mod approvals;
mod architecture;
mod audit;
mod audit_lists;
mod availability;
mod availability_input;
mod browser;
mod charges;
mod command_line;
mod console;
mod console_events;
mod console_forms;
mod console_pages;
mod console_people;
mod console_promotions;
mod console_webhooks;
mod coupons;
mod coverage;
mod crashes;
mod crashes_shared;
mod deliveries;
mod demo;
mod deploy;
mod docs;
mod double_booking;
mod errors;
mod etags;
mod event_consumers;
mod events;
mod events_storm;
mod events_streams;
mod events_told;
mod exports;
mod exports_of_tenants;
mod exports_stopped;
mod findings;
mod guests;
mod headers;
mod histories;
mod idempotency;
mod import_policies;
mod imports;
mod imports_asleep;
mod imports_races;
mod integration_accounts;
mod isolation;
mod listings;
mod listings_file;
mod listings_filters;
mod listings_input;
mod listings_seen;
mod lists;
mod locations;
mod locations_input;
mod metrics;
mod moved_files;
mod operations;
mod operators;
mod outages;
mod promotions;
mod promotions_input;
mod promotions_listings;
mod published;
mod quotes;
mod rate_limits;
mod reservations;
mod reservations_holds;
mod reservations_moved;
mod reservations_races;
mod retry_storm;
mod secrets;
mod server_limits;
mod servers;
mod starvation;
mod statements;
mod stay_prices;
mod stops;
mod support;
mod tenants;
mod tenants_input;
mod tenants_status;
mod traces;
mod users;
mod webhooks;
mod webhooks_delivered;
mod workspaces;
mod workspaces_erased;
mod workspaces_suspended;

/// Declares a test of each function on both engines, each with its own world.
macro_rules! on_both_engines {
    ($($test:ident)+) => {
        mod sqlite {
            use crate::support::{Engine, World};
            $(#[test] fn $test() { super::$test(&World::start(Engine::sqlite())); })+
        }
        mod postgres {
            use crate::support::{Engine, World};
            $(#[test] fn $test() { super::$test(&World::start(Engine::postgres())); })+
        }
    };
}

/// Declares more tests of these functions: on PostgreSQL with row-level security, and through `PgBouncer`.
macro_rules! walled_and_pooled {
    ($($test:ident)+) => {
        mod walled {
            use crate::support::{Engine, World};
            $(#[test] fn $test() { super::$test(&World::start(Engine::walled())); })+
        }
        mod pooled {
            use crate::support::{Engine, World};
            $(#[test] fn $test() { super::$test(&World::start(Engine::pooled())); })+
        }
    };
}

pub(crate) use {on_both_engines, walled_and_pooled};
