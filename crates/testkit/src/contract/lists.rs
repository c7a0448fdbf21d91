//! Lists, counts and filters.

use domain::tenants::{TenantDetails, TenantStatus};
use ports::{Page, PageStart, TenantFilter};

use super::{Ports, World};

async fn domains(world: &World, filter: &TenantFilter, page: Page) -> (Vec<String>, bool) {
    let slice = world.ports.tenant_queries.list(&world.admin().await, filter, page).await.expect("a list");
    (slice.items.iter().map(|tenant| tenant.domain().to_string()).collect(), slice.has_more)
}

async fn matching(world: &World, filter: TenantFilter) -> Vec<String> {
    let all = Page { start: PageStart::Number(1), size: 100 };
    let (found, _) = domains(world, &filter, all).await;
    let count = world.ports.tenant_queries.count(&world.admin().await, &filter).await.expect("a count");
    assert_eq!(found.len() as u64, count, "list and count agree on {filter:?}");
    found
}

/// Reads by page number.
pub async fn pages_follow_each_other_without_gaps(ports: Ports) {
    let world = World::new(ports).await;
    for domain in ["a", "b", "c", "d"] {
        world.create(domain).await.expect("created");
    }
    let filter = TenantFilter::default();
    for (number, expected, more) in
        [(1, &["default", "a"][..], true), (2, &["b", "c"], true), (3, &["d"], false), (4, &[], false)]
    {
        let page = Page { start: PageStart::Number(number), size: 2 };
        let (found, has_more) = domains(&world, &filter, page).await;
        assert_eq!(
            (found.as_slice(), has_more),
            (expected.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(), more)
        );
    }
}

/// Reads after the id of the last item.
pub async fn an_after_walk_sees_what_pages_see(ports: Ports) {
    let world = World::new(ports).await;
    for domain in ["a", "b", "c", "d"] {
        world.create(domain).await.expect("created");
    }
    let (admin, filter) = (world.admin().await, TenantFilter::default());
    let mut walked = Vec::new();
    let mut start = PageStart::Number(1);
    loop {
        let page = Page { start, size: 2 };
        let slice = world.ports.tenant_queries.list(&admin, &filter, page).await.expect("a list");
        walked.extend(slice.items.iter().map(|tenant| tenant.domain().to_string()));
        match slice.items.last() {
            Some(last) if slice.has_more => start = PageStart::After(last.id().as_uuid()),
            _ => break,
        }
    }
    assert_eq!(walked, ["default", "a", "b", "c", "d"]);
}

/// Tests the filter `name`.
pub async fn names_match_whole_and_without_case(ports: Ports) {
    let world = World::new(ports).await;
    for domain in ["a", "b"] {
        world.create(domain).await.expect("created");
    }
    for (name, expected) in [("THE TENANT A", &["a"][..]), ("The tenant", &[]), ("the tenant b", &["b"])] {
        let filter = TenantFilter { name: Some(name.parse().expect("a text")), ..TenantFilter::default() };
        assert_eq!(matching(&world, filter).await, expected, "{name}");
    }
}

/// Tests the filters `description` and `q`: case-insensitive, Unicode-aware, without wildcards.
pub async fn texts_are_found_anywhere_and_mean_themselves(ports: Ports) {
    let world = World::new(ports).await;
    for (domain, description, city) in
        [("a", "100% ÉCOLE_x", "Zürich"), ("b", "100 percent école-x", "Paris"), ("c", r"back\slash", "ΑΘΉΝΑΣ")]
    {
        let details = TenantDetails {
            description: Some(description.parse().expect("a description")),
            city: Some(city.parse().expect("a city")),
            ..TenantDetails::default()
        };
        let change = world.new_tenant(domain, details).await;
        world.ports.tenants.create(&world.admin().await, change).await.expect("created");
    }
    let text = |text: &str| Some(text.parse().expect("a text"));
    for (part, expected) in [
        ("e\u{301}cole", &["a", "b"][..]),
        ("100%", &["a"]),
        ("E_X", &["a"]),
        ("_", &["a"]),
        (r"K\S", &["c"]),
        ("zzz", &[]),
    ] {
        let filter = TenantFilter { description: text(part), ..TenantFilter::default() };
        assert_eq!(matching(&world, filter).await, expected, "description {part}");
    }
    for (part, expected) in
        [("ZÜR", &["a"][..]), ("αθήνας", &["c"]), ("tenant b", &["b"]), ("DEFAULT", &["default"]), ("%", &["a"])]
    {
        let filter = TenantFilter { q: text(part), ..TenantFilter::default() };
        assert_eq!(matching(&world, filter).await, expected, "q {part}");
    }
}

/// Tests the filter `status`, alone and with another.
pub async fn a_status_filters(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("a").await.expect("created");
    world.create("b").await.expect("created");
    world.set_status(&channel, TenantStatus::Inactive).await;

    let inactive = TenantFilter { status: Some(TenantStatus::Inactive), ..TenantFilter::default() };
    assert_eq!(matching(&world, inactive.clone()).await, ["a"]);
    let active = TenantFilter { status: Some(TenantStatus::Active), ..TenantFilter::default() };
    assert_eq!(matching(&world, active).await, ["default", "b"]);
    let both = TenantFilter { name: Some("The tenant b".parse().expect("a text")), ..inactive };
    assert_eq!(matching(&world, both).await, [""; 0]);
}

/// Tests `/readyz`.
pub async fn the_database_is_ready_once_it_is_migrated(ports: Ports) {
    ports.readiness.check().await.expect("ready");
}
