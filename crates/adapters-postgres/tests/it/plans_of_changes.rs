//! Plans of PostgreSQL for lists of what was changed since an instant.

use domain::access::Permission;
use ports::{ListingFilter, Page, PageStart, ReservationFilter};
use testkit::build;

use crate::plans::{ACCOUNTS, LISTINGS, filled, plan, sides};
use crate::wall::walled;

#[tokio::test]
async fn few_changes_are_found_by_their_index_and_many_by_id() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &ACCOUNTS].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let updated_since = "2030-01-10T00:00:00Z".parse().ok();
        let listings = ListingFilter { updated_since, ..ListingFilter::default() };
        let reservations = ReservationFilter { updated_since, ..ReservationFilter::default() };
        for start in [PageStart::Number(2), PageStart::After(build::id())] {
            let page = Page { start, size: 20 };
            for (few, many, indexes) in [
                (
                    database.changed_listings_statement(&tenant, &listings, page),
                    database.listings_statement(&tenant, &listings, page),
                    ["listings_by_change on listings listing", "listings_by_change on listings changed"],
                ),
                (
                    database.changed_reservations_statement(&tenant, &reservations, page),
                    database.reservations_statement(&tenant, &reservations, page),
                    [
                        "reservations_by_change on reservations reservation",
                        "reservations_by_change_of_importer on reservations changed",
                    ],
                ),
            ] {
                let plan_of_few = plan(&pool, few).await;
                for index in indexes {
                    let step = format!("Index Only Scan using {index}");
                    let step = plan_of_few.iter().position(|line| line.contains(&step));
                    let step = step.unwrap_or_else(|| panic!("{index}: {plan_of_few:#?}"));
                    assert!(plan_of_few[step + 1].contains("(updated_at >= $"), "{plan_of_few:#?}");
                }
                let plan_of_many = plan(&pool, many).await;
                assert!(!plan_of_many.iter().any(|line| line.contains("_by_change")), "{plan_of_many:#?}");
                assert!(plan_of_many.iter().any(|line| line.contains("s_by_account on")), "{plan_of_many:#?}");
            }
        }
    }
}
