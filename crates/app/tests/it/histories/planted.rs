//! Faults that are planted under a running service, in its database: the histories must find each.

use std::sync::Arc;

use super::run::run;
use crate::support::{Engine, World};

/// The number of histories within which a fault must be found.
const ENOUGH: usize = 400;

/// Declares a test of each fault: a trigger of SQLite.
macro_rules! planted {
    ($($name:ident: $trigger:literal)+) => {
        $(#[test] fn $name() { is_found_on_sqlite(concat!("CREATE TRIGGER planted ", $trigger)); })+
    };
}

planted! {
    a_planted_loss_of_bookings_is_found: "AFTER INSERT ON reservations WHEN abs(random()) % 4 = 0 BEGIN \
        DELETE FROM reservations WHERE id = NEW.id; END"
    a_planted_loss_of_confirmations_is_found: "AFTER UPDATE OF status ON reservations \
        WHEN OLD.status = 'PENDING' AND NEW.status = 'CONFIRMED' BEGIN \
        UPDATE reservations SET status = 'PENDING', confirmed_at = NULL WHERE id = NEW.id; END"
    a_planted_revival_of_cancelled_bookings_is_found: "AFTER UPDATE OF status ON reservations \
        WHEN OLD.status = 'CONFIRMED' AND NEW.status = 'CANCELLED' BEGIN \
        UPDATE reservations SET status = 'CONFIRMED', cancelled_at = NULL WHERE id = NEW.id; END"
    a_planted_amendment_without_its_price_is_found: "AFTER UPDATE OF base_price ON reservations \
        WHEN OLD.base_price <> NEW.base_price BEGIN \
        UPDATE reservations SET base_price = OLD.base_price WHERE id = NEW.id; END"
    a_planted_hold_without_an_end_is_found: "AFTER INSERT ON reservations WHEN NEW.status = 'PENDING' BEGIN \
        UPDATE reservations SET hold_expires_at = '2059' || substr(hold_expires_at, 5) WHERE id = NEW.id; END"
    a_planted_sale_by_another_seller_is_found: "AFTER INSERT ON reservations WHEN NEW.sold_by IS NOT NULL BEGIN \
        UPDATE reservations SET sold_by = NULL WHERE id = NEW.id; END"
    a_planted_loss_of_a_booking_by_a_move_is_found: "AFTER UPDATE OF tenant_id ON integration_accounts BEGIN \
        DELETE FROM reservations WHERE id = \
          (SELECT min(lost.id) FROM reservations lost WHERE lost.integration_account_id = NEW.id); END"
    a_planted_return_of_removed_imports_is_found: "AFTER DELETE ON imports \
        WHEN EXISTS (SELECT 1 FROM reservations sold WHERE sold.listing_id = OLD.listing_id) BEGIN \
        INSERT INTO imports VALUES \
          (OLD.workspace_id, OLD.tenant_id, OLD.listing_id, OLD.integration_account_id, OLD.imported_at); END"
    a_planted_loss_of_blocked_nights_is_found: "AFTER INSERT ON calendar_nights \
        WHEN NEW.is_blocked = 1 AND abs(random()) % 4 = 0 BEGIN \
        UPDATE calendar_nights SET is_blocked = 0 WHERE listing_id = NEW.listing_id AND night = NEW.night; END"
    a_planted_half_of_a_calendar_edit_is_found: "AFTER INSERT ON calendar_nights \
        WHEN NEW.price IS NOT NULL AND substr(NEW.night, 10) IN ('2', '4', '6') BEGIN \
        UPDATE calendar_nights SET price = NULL, currency = NULL \
        WHERE listing_id = NEW.listing_id AND night = NEW.night; END"
    a_planted_loss_of_deletions_is_found: "BEFORE DELETE ON listings BEGIN SELECT RAISE(IGNORE); END"
    a_planted_loss_of_deactivations_is_found: "AFTER UPDATE OF status ON integration_accounts \
        WHEN NEW.status = 'INACTIVE' BEGIN \
        UPDATE integration_accounts SET status = 'ACTIVE' WHERE id = NEW.id; END"
}

fn is_found_on_sqlite(trigger: &'static str) {
    let engine = Engine::sqlite();
    let Engine::Sqlite(folder) = &engine else { unreachable!("it is SQLite") };
    let file = folder.path().join("data/tenantry.db");
    is_found(engine.clone(), 1, || testkit::SqliteFile::at(&file).execute(trigger));
}

#[test]
fn a_planted_double_booking_is_found() {
    let engine = Engine::postgres();
    let Engine::Postgres(postgres) = &engine else { unreachable!("it is PostgreSQL") };
    let postgres = Arc::clone(postgres);
    is_found(engine, 2, || postgres.run("ALTER TABLE reservations DROP CONSTRAINT reservation_stay"));
}

/// Asserts that a fault is found and described.
fn is_found(engine: Engine, servers: usize, plant: impl FnOnce()) {
    let world = World::start(engine);
    plant();
    let outcome = run(world, servers, ENOUGH, 0);
    let wrong = outcome.wrong.first().expect("the fault is found");
    println!("found in history {} of {ENOUGH}: {wrong}", outcome.histories);
}
