//! Plans of PostgreSQL for lists by a part of a text, lists with prices, and calendars.

use domain::access::Permission;
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, ListingId};
use domain::stays::Stay;
use ports::{CalendarSelection, FreeNights, ListingFilter, Page, PageStart, PricedNights};
use testkit::build;

use crate::plans::{ACCOUNTS, IMPORTS, LISTINGS, fill, filled, plan, sides};
use crate::wall::walled;

/// Gives each listing and reservation a text, and each account many charges.
const TEXTS: [&str; 5] = [
    "UPDATE listings SET search_text = 'listing ' || provider_id",
    "UPDATE reservations SET search_text = 'guest ' || left(CAST(id AS text), 3)",
    "INSERT INTO charges (workspace_id, integration_account_id, id, position, name, kind, basis, amount, counts_children, \
     is_taxable, is_for_listings) \
     SELECT workspace_id, id, gen_random_uuid(), n, 'Cleaning', 'FEE', 'PER_STAY', 500000, false, true, true \
     FROM integration_accounts, generate_series(1, 50) n",
    "INSERT INTO charge_listings (workspace_id, integration_account_id, charge_id, listing_id) \
     SELECT workspace_id, integration_account_id, charge.id, listing.id FROM listings listing \
     JOIN charges charge USING (workspace_id, integration_account_id) WHERE charge.position = 1",
    "ANALYZE",
];

const PAGE: Page = Page { start: PageStart::Number(2), size: 20 };

fn nights() -> Stay {
    Stay::new("2030-01-10".parse().expect("a date"), "2030-01-12".parse().expect("a date")).expect("nights")
}

fn reads_no_whole_table(plan: &[String]) {
    for table in ["listings", "reservations", "calendar_nights", "charges", "charge_listings"] {
        assert!(!plan.iter().any(|line| line.contains(&format!("Seq Scan on {table}"))), "{table}: {plan:#?}");
    }
}

#[tokio::test]
async fn a_rare_text_is_found_by_its_index_and_a_common_one_among_the_first_rows() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &ACCOUNTS, &TEXTS].concat()).await;
    fill(&pool, &IMPORTS).await;
    for (pool, database) in sides(&server, pool).await {
        let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let q = "listing 1234".parse().expect("a text");
        let listings = database.listings_by_text_statements(&tenant, (&ListingFilter::default(), &q), PAGE);
        let reservations = database.reservations_by_text_statements(&tenant, &q, PAGE);
        for (statement, (indexes, by_text)) in listings.into_iter().chain(reservations).zip([
            (&["listings_by_account", "imports_pkey"][..], None),
            (&["listings_pkey"], None),
            (&[], Some("listings_by_text")),
            (&["listings_pkey", "import"], Some("listings_by_text")),
            (&["listings_pkey", "import"], Some("listings_by_text")),
            (&["reservations_by_account", "reservations_by_importer"], None),
            (&["reservations_pkey"], None),
            (&[], Some("reservations_by_text")),
            (&["reservations_pkey"], Some("reservations_by_text")),
        ]) {
            let plan = plan(&pool, statement.expect("a text that the index finds")).await;
            for index in indexes {
                assert!(plan.iter().any(|line| line.contains(&format!("using {index}"))), "{index}: {plan:#?}");
            }
            let found = plan.windows(2).find(|lines| lines[0].contains("Bitmap Index Scan on "));
            assert_eq!(found.is_some(), by_text.is_some(), "{plan:#?}");
            for (lines, by_text) in found.into_iter().zip(by_text) {
                assert!(lines[0].contains(by_text), "{plan:#?}");
                assert!(lines[1].contains("(workspace_id = $1) AND (searchable("), "{plan:#?}");
            }
            reads_no_whole_table(&plan);
        }
        let filter = ListingFilter { q: Some(q), ..ListingFilter::default() };
        let few = plan(&pool, database.listings_statement(&tenant, &filter, PAGE)).await;
        for index in ["listings_by_account", "imports_pkey"] {
            assert!(few.iter().any(|line| line.contains(&format!("using {index}"))), "{index}: {few:#?}");
        }
        reads_no_whole_table(&few);
    }
}

#[tokio::test]
async fn prices_are_computed_from_the_nights_and_charges_of_each_listing() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &ACCOUNTS, &TEXTS].concat()).await;
    fill(&pool, &IMPORTS).await;
    for (is_walled, (pool, database)) in [false, true].into_iter().zip(sides(&server, pool).await) {
        let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let guests = 2.try_into().expect("guests");
        let shown = PricedNights { stay: nights(), guests, at: build::at(), is_shown: true, min: None, max: None };
        let bounded = PricedNights { max: "500".parse().ok(), ..shown };
        let around =
            Around { place: "40.7128,-74.0060".parse().expect("a place"), radius: "50".parse().expect("a radius") };
        for price in [shown, bounded] {
            let free = Some(FreeNights { stay: nights(), at: build::at() });
            let filter = ListingFilter { price: Some(price), free, ..ListingFilter::default() };
            let search = database.listings_search_statement(&tenant, around, around.radius, &filter, PAGE);
            // With row-level security, the whole box is read, by whatever index or scan is the fastest.
            let search = Some((search, "listings_by_position")).filter(|_| !is_walled);
            let list = (database.listings_statement(&tenant, &filter, PAGE), "listings_by_account");
            for (statement, index) in search.into_iter().chain([list]) {
                let plan = plan(&pool, statement).await;
                for index in [index, "calendar_nights_pkey", "charges_pkey", "charge_listings_"] {
                    assert!(plan.iter().any(|line| line.contains(index)), "{index}: {plan:#?}");
                }
                reads_no_whole_table(&plan);
            }
        }
    }
}

#[tokio::test]
async fn calendars_are_read_by_their_listings() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &ACCOUNTS].concat()).await;
    fill(&pool, &IMPORTS).await;
    for (pool, database) in sides(&server, pool).await {
        let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let ids = (0..100).map(|_| ListingId::new(build::id())).collect();
        for (selection, index) in [
            (CalendarSelection::Listings(ids), "listings_pkey"),
            (CalendarSelection::Account(IntegrationAccountId::new(build::id())), "listings_by_account"),
        ] {
            let plan = plan(&pool, database.calendars_statement(&tenant, &selection, nights(), build::at())).await;
            for index in [index, "import", "calendar_nights_pkey", "reservations_by_listing"] {
                assert!(plan.iter().any(|line| line.contains(index)), "{index}: {plan:#?}");
            }
            reads_no_whole_table(&plan);
        }
    }
}
