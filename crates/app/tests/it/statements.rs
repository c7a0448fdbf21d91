//! The final texts of the statements of lists and searches, on both engines.

use adapters_postgres::{Database, Postgres};
use adapters_sqlite::Sqlite;
use domain::access::{AdminScope, Permission, TenantScope};
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, ListingId, TenantId};
use domain::stays::Stay;
use ports::{
    AuditFilter, CalendarSelection, FreeNights, IntegrationAccountFilter, ListingFilter, Origin, Page, PageStart,
    PricedNights, PromotionFilter, ReservationFilter, TenantFilter, UserFilter,
};
use testkit::build;
use tokio::runtime::Builder;

/// Returns the text of a statement on each engine.
fn texts(statement: impl Fn(&Database) -> String) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("statements.db").display());
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sqlite = Sqlite::open(&url).await.expect("a database").database();
        let postgres = Postgres::new("postgres://localhost/not-connected").expect("an address").database();
        let [postgres, sqlite] = [postgres, sqlite].map(|database| lines(&statement(&database)));
        format!("PostgreSQL:\n{postgres}\n\nSQLite:\n{sqlite}\n")
    })
}

/// Breaks a text into lines.
fn lines(sql: &str) -> String {
    ["FROM", "CROSS JOIN", "WHERE", "UNION ALL", "ORDER BY"]
        .into_iter()
        .fold(sql.to_owned(), |sql, word| sql.replace(&format!(" {word} "), &format!("\n{word} ")))
}

fn page() -> Page {
    Page { start: PageStart::After(build::id()), size: 20 }
}

fn tenant() -> TenantScope {
    build::channel(Permission::Admin).tenant_scope(Permission::Read).expect("an active tenant")
}

fn workspace() -> AdminScope {
    build::administrator().admin_scope(Permission::Read).expect("an administrator")
}

fn around() -> Around {
    Around { place: "40.7128,-74.0060".parse().expect("a place"), radius: "50".parse().expect("a radius") }
}

/// Filters by all that a list of listings can be filtered by, except the place.
fn every_filter() -> ListingFilter {
    let stay = Stay::new("2030-01-10".parse().expect("a date"), "2030-01-12".parse().expect("a date"));
    ListingFilter {
        origin: Some(Origin::Imported),
        status: Some("ACTIVE".parse().expect("a status")),
        integration_account_id: Some(IntegrationAccountId::new(build::id())),
        guests: Some(4.try_into().expect("a number")),
        bedroom_count: Some(2.try_into().expect("a number")),
        bathroom_count: Some("1.5".parse().expect("a number")),
        min_price: Some("50".parse().expect("an amount")),
        max_price: Some("200".parse().expect("an amount")),
        currency: Some("EUR".parse().expect("a currency")),
        amenities: vec!["Wi-Fi".parse().expect("an amenity")],
        free: Some(FreeNights { stay: stay.expect("nights"), at: build::at() }),
        ..ListingFilter::default()
    }
}

#[test]
fn lists_by_id_have_these_texts() {
    let filter = TenantFilter {
        name: "a".parse().ok(),
        description: "b".parse().ok(),
        q: "c".parse().ok(),
        status: "ACTIVE".parse().ok(),
    };
    insta::assert_snapshot!("tenants", texts(|database| database.tenants_statement(&workspace(), &filter, page()).sql));
    let filter = UserFilter { name: "a".parse().ok(), email: "b".parse().ok(), ..UserFilter::default() };
    insta::assert_snapshot!("users", texts(|database| database.users_statement(&tenant(), &filter, page()).sql));
    insta::assert_snapshot!("locations", texts(|database| database.locations_statement(&tenant(), page()).sql));
    insta::assert_snapshot!("webhooks", texts(|database| database.webhooks_statement(&tenant(), page()).sql));
    insta::assert_snapshot!("api_keys", texts(|database| database.api_keys_statement(&tenant(), page()).sql));
    let filter = IntegrationAccountFilter {
        provider: "OTHER".parse().ok(),
        status: "ACTIVE".parse().ok(),
        ..IntegrationAccountFilter::default()
    };
    insta::assert_snapshot!(
        "integration_accounts",
        texts(|database| database.integration_accounts_statement(&tenant(), &filter, page()).sql)
    );
}

#[test]
fn lists_that_take_a_few_rows_of_each_account_have_these_texts() {
    let filter = PromotionFilter {
        integration_account_id: Some(IntegrationAccountId::new(build::id())),
        ..PromotionFilter::default()
    };
    insta::assert_snapshot!(
        "promotions",
        texts(|database| database.promotions_statement(&tenant(), &filter, page()).sql)
    );
    let filter = ReservationFilter {
        listing_id: Some(ListingId::new(build::id())),
        integration_account_id: Some(IntegrationAccountId::new(build::id())),
        status: "PENDING".parse().ok(),
        check_in_start: "2030-01-10".parse().ok(),
        ..ReservationFilter::default()
    };
    insta::assert_snapshot!(
        "reservations",
        texts(|database| database.reservations_statement(&tenant(), &filter, page()).sql)
    );
    let filter =
        ReservationFilter { updated_since: "2030-01-10T00:00:00Z".parse().ok(), ..ReservationFilter::default() };
    insta::assert_snapshot!(
        "reservations_changed",
        texts(|database| database.changed_reservations_statement(&tenant(), &filter, page()).sql)
    );
    let filter = ListingFilter { updated_since: "2030-01-10T00:00:00Z".parse().ok(), ..ListingFilter::default() };
    insta::assert_snapshot!(
        "listings_changed",
        texts(|database| database.changed_listings_statement(&tenant(), &filter, page()).sql)
    );
    insta::assert_snapshot!(
        "listings",
        texts(|database| database.listings_statement(&tenant(), &ListingFilter::default(), page()).sql)
    );
    insta::assert_snapshot!(
        "listings_filtered",
        texts(|database| database.listings_statement(&tenant(), &every_filter(), page()).sql)
    );
}

#[test]
fn lists_and_searches_around_a_place_have_these_texts() {
    let filter = ListingFilter { around: Some(around()), ..ListingFilter::default() };
    insta::assert_snapshot!(
        "listings_around",
        texts(|database| database.listings_statement(&tenant(), &filter, page()).sql)
    );
    insta::assert_snapshot!(
        "listings_in_ring",
        texts(|database| database.listings_in_ring_statement(&tenant(), around(), &filter, page()).sql)
    );
    insta::assert_snapshot!(
        "listings_search",
        texts(|database| database
            .listings_search_statement(&tenant(), around(), around().radius, &every_filter(), page())
            .sql)
    );
}

#[test]
fn trails_have_these_texts() {
    let scope = build::administrator().audit_scope().expect("an administrator");
    let filter =
        AuditFilter { action: "tenant.created".parse().ok(), since: Some(build::at()), ..AuditFilter::default() };
    insta::assert_snapshot!("audit", texts(|database| database.audit_statement(&scope, &filter, page()).sql));
    let filter = AuditFilter {
        tenant_id: Some(TenantId::new(build::id())),
        resource_id: Some(build::id()),
        until: Some(build::at()),
        ..AuditFilter::default()
    };
    insta::assert_snapshot!(
        "audit_of_a_tenant",
        texts(|database| database.audit_statement(&scope, &filter, page()).sql)
    );
}

#[test]
fn lists_by_a_part_of_a_text_have_these_texts() {
    let q = "sea view".parse().expect("a text");
    let filter = ListingFilter { origin: None, ..every_filter() };
    let by_text = |database: &Database| {
        let statements = database.listings_by_text_statements(&tenant(), (&filter, &q), page());
        statements.into_iter().flatten().map(|statement| statement.sql).collect::<Vec<_>>().join(";\n")
    };
    insta::assert_snapshot!("listings_by_text", texts(by_text));
    let by_text = |database: &Database| {
        let statements = database.reservations_by_text_statements(&tenant(), &q, page());
        statements.into_iter().flatten().map(|statement| statement.sql).collect::<Vec<_>>().join(";\n")
    };
    insta::assert_snapshot!("reservations_by_text", texts(by_text));
}

#[test]
fn prices_and_calendars_have_these_texts() {
    let stay = Stay::new("2030-01-10".parse().expect("a date"), "2030-01-12".parse().expect("a date")).expect("nights");
    let guests = 2.try_into().expect("guests");
    let price = PricedNights {
        stay,
        guests,
        at: build::at(),
        is_shown: true,
        min: "99.5".parse().ok(),
        max: "1000".parse().ok(),
    };
    let filter = ListingFilter { price: Some(price), ..ListingFilter::default() };
    insta::assert_snapshot!(
        "listings_priced",
        texts(|database| database.listings_statement(&tenant(), &filter, page()).sql)
    );
    let selection = CalendarSelection::Listings(vec![ListingId::new(build::id()), ListingId::new(build::id())]);
    insta::assert_snapshot!(
        "calendars",
        texts(|database| database.calendars_statement(&tenant(), &selection, stay, build::at()).sql)
    );
}
