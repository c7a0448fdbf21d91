//! Plans of SQLite for lists by a part of a text, lists with prices, and calendars.

use domain::access::Permission;
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, ListingId};
use domain::stays::Stay;
use ports::{CalendarSelection, FreeNights, ListingFilter, Page, PageStart, PricedNights};
use testkit::build;

use crate::file;
use crate::plans::plan;

const PAGE: Page = Page { start: PageStart::Number(2), size: 20 };
const BY_ID: &str = "listing USING INDEX sqlite_autoindex_listings_1 (workspace_id=? AND id=?)";

fn nights() -> Stay {
    Stay::new("2030-01-10".parse().expect("a date"), "2030-01-12".parse().expect("a date")).expect("nights")
}

fn expect_steps(plan: &[String], steps: &[&str]) {
    for step in steps {
        assert!(plan.iter().any(|line| line.starts_with(&format!("SEARCH {step}"))), "{step}: {plan:#?}");
    }
    for table in ["listing", "reservation", "import", "night", "stay", "charge", "chosen", "account"] {
        // A subquery is scanned, too.
        let is_table = !plan.iter().any(|line| *line == format!("CO-ROUTINE {table}"));
        assert!(!is_table || !plan.iter().any(|line| *line == format!("SCAN {table}")), "{table}: {plan:#?}");
    }
}

#[tokio::test]
async fn a_rare_text_is_found_by_its_index_and_a_common_one_among_the_first_rows() {
    let (_folder, url, sqlite) = file().await;
    let (database, q) = (sqlite.database(), "listing 1234".parse().expect("a text"));
    let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let listings = database.listings_by_text_statements(&tenant, (&ListingFilter::default(), &q), PAGE);
    let reservations = database.reservations_by_text_statements(&tenant, &q, PAGE);
    let import = "import USING INDEX sqlite_autoindex_imports_1 (workspace_id=? AND tenant_id=? AND listing_id=?)";
    for (statement, (is_by_text, steps)) in listings.into_iter().chain(reservations).zip([
        (false, &["listing USING COVERING INDEX listings_by_account", "import USING INDEX", BY_ID][..]),
        (false, &["listing USING INDEX sqlite_autoindex_listings_1 (workspace_id=?)"]),
        (true, &["listing USING INTEGER PRIMARY KEY (rowid=?)"]),
        (true, &["listing USING INTEGER PRIMARY KEY (rowid=?)", import, BY_ID]),
        (true, &["listing USING INTEGER PRIMARY KEY (rowid=?)", import, BY_ID]),
        (false, &["reservation USING COVERING INDEX reservations_by_account"]),
        (false, &["reservation USING INDEX sqlite_autoindex_reservations_1 (workspace_id=?)"]),
        (true, &["reservation USING INTEGER PRIMARY KEY (rowid=?)"]),
        (true, &["reservation USING INTEGER PRIMARY KEY (rowid=?)"]),
    ]) {
        let plan = plan(&url, statement.expect("a text that the index finds")).await;
        let by_text = plan.iter().any(|line| line.starts_with("SCAN ") && line.ends_with("VIRTUAL TABLE INDEX 0:M1><"));
        assert_eq!(by_text, is_by_text, "{plan:#?}");
        expect_steps(&plan, steps);
    }
    let few = database.listings_statement(&tenant, &ListingFilter { q: Some(q), ..ListingFilter::default() }, PAGE);
    let account = "listing USING INDEX listings_by_account (workspace_id=? AND integration_account_id=?)";
    expect_steps(&plan(&url, few).await, &[account, "import USING INDEX", BY_ID]);
}

#[tokio::test]
async fn prices_are_computed_from_the_nights_and_charges_of_each_listing() {
    let (_folder, url, sqlite) = file().await;
    let database = sqlite.database();
    let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let guests = 2.try_into().expect("guests");
    let shown = PricedNights { stay: nights(), guests, at: build::at(), is_shown: true, min: None, max: None };
    let bounded = PricedNights { max: "500".parse().ok(), ..shown };
    let around =
        Around { place: "40.7128,-74.0060".parse().expect("a place"), radius: "50".parse().expect("a radius") };
    for price in [shown, bounded] {
        let free = Some(FreeNights { stay: nights(), at: build::at() });
        let filter = ListingFilter { price: Some(price), free, ..ListingFilter::default() };
        for statement in [
            database.listings_statement(&tenant, &filter, PAGE),
            database.listings_search_statement(&tenant, around, around.radius, &filter, PAGE),
        ] {
            let night =
                "night USING INDEX sqlite_autoindex_calendar_nights_1 (workspace_id=? AND listing_id=? AND night";
            let charge = "charge USING INDEX sqlite_autoindex_charges_1 (workspace_id=? AND integration_account_id=?)";
            expect_steps(&plan(&url, statement).await, &[night, charge, "chosen USING ", BY_ID]);
        }
    }
}

#[tokio::test]
async fn calendars_are_read_by_their_listings() {
    let (_folder, url, sqlite) = file().await;
    let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let ids = (0..100).map(|_| ListingId::new(build::id())).collect();
    for selection in
        [CalendarSelection::Listings(ids), CalendarSelection::Account(IntegrationAccountId::new(build::id()))]
    {
        let statement = sqlite.database().calendars_statement(&tenant, &selection, nights(), build::at());
        let night = "night USING INDEX sqlite_autoindex_calendar_nights_1 (workspace_id=? AND listing_id=? AND night";
        let stay = "stay USING INDEX reservations_by_listing (workspace_id=? AND listing_id=? AND check_out>?)";
        expect_steps(&plan(&url, statement).await, &["account USING INDEX", "listing USING INDEX", night, stay]);
    }
}
