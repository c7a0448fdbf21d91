//! Filters by a part of a text.

use domain::access::TenantChoice;
use domain::ids::{AuditId, LocationId, TenantId};
use domain::tenants::{NewTenant, Tenant, TenantDetails, TenantEdit};
use domain::text::{SearchText, fold};
use domain::users::{ApiUser, ApiUserParts, Role, UserEdit};
use ports::{Page, PageStart, TenantFilter, UserFilter};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::search::some;
use super::{Ports, World};
use crate::build;

/// Parts of texts: scripts with and without case, with and without spaces between words; accents, composed or not; emoji; and
/// characters that mean something in LIKE, in the query languages of FTS5 and `pg_trgm`, or in SQL.
const PARTS: [&str; 36] = [
    "Hotel",
    "hotels",
    "ho",
    "tel",
    "Straße",
    "STRASSE",
    "École",
    "e\u{301}cole",
    "Ecole",
    "Σίσυφος",
    "İstanbul",
    "Москва",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "東京",
    "京都",
    "とうきょう",
    "โรงแรม",
    "서울",
    "🏨",
    "👩‍👩‍👧",
    "100%",
    "50_50",
    r"back\slash",
    "\"q\"",
    "it's",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "*",
    "(a)",
    "name:x",
    "-",
    " ",
];
/// The characters of those parts that are of scripts without spaces.
const WITHOUT_SPACES: &str = "東京都とうきょうโรงแรม";

pub(super) fn texts() -> impl Strategy<Value = String> {
    vec(prop_oneof![3 => select(&PARTS[..]), 1 => Just(" ")], 2..6).prop_map(|parts| parts.concat())
}

/// Whether the text contains the other one; at the beginning of a word, if that is short.
pub(super) fn contains(text: &str, part: &str) -> bool {
    let [text, part] = [text, part].map(|text| fold(text).chars().collect::<Vec<_>>());
    let in_word = |c: char| c.is_alphanumeric() && !WITHOUT_SPACES.contains(c);
    (0..text.len()).filter(|at| text[*at..].starts_with(&part)).any(|at| {
        let begins = at == 0 || !in_word(text[at - 1]) || !in_word(text[at]);
        part.len() >= 3 || begins
    })
}

/// Returns parts of the texts, and others.
pub(super) fn wanted(texts: &[String]) -> Vec<SearchText> {
    let parts = some(80, &(any::<Index>(), any::<Index>(), 1..8_usize)).into_iter().map(|(text, from, length)| {
        let text: Vec<_> = text.get(texts).chars().collect();
        let from = from.index(text.len());
        text[from..].iter().take(length).collect::<String>()
    });
    let more =
        ["*", "%%%", "___", "\"", "\"\"\"", "' OR 1", "NOT x", "a AND", "NEAR(", "search_text:", "\\", "zzz", "ZZ"];
    parts.chain(more.map(ToOwned::to_owned)).filter_map(|part| part.parse().ok()).collect()
}

const ALL: Page = Page { start: PageStart::Number(1), size: 100 };

async fn found(world: &World, filter: &TenantFilter) -> Vec<Tenant> {
    let (admin, queries) = (world.admin().await, &world.ports.tenant_queries);
    let found = queries.list(&admin, filter, ALL).await.expect("a list").items;
    let count = queries.count(&admin, filter).await.expect("a count");
    assert_eq!(found.len() as u64, count, "list and count agree on {filter:?}");
    found
}

async fn domains(world: &World, q: &str) -> Vec<String> {
    let filter = TenantFilter { q: Some(q.parse().expect("a text")), ..TenantFilter::default() };
    found(world, &filter).await.iter().map(|tenant| tenant.domain().to_string()).collect()
}

/// Tests the filters `q` and `description`.
pub async fn a_search_for_a_text_finds_what_looking_at_each_finds(ports: Ports) {
    let (world, texts) = (World::new(ports).await, some(60, &texts()));
    let beside = world.beside().await;
    for (number, text) in texts.iter().enumerate() {
        let details = TenantDetails {
            description: text.parse().ok().filter(|_| number % 3 != 0),
            city: text.parse().ok().filter(|_| number % 3 != 1),
            ..TenantDetails::default()
        };
        for world in [&world, &beside] {
            let change = world.new_tenant(&format!("t-{number}"), details.clone()).await;
            world.ports.tenants.create(&world.admin().await, change).await.expect("created");
        }
    }
    let all = found(&world, &TenantFilter::default()).await;
    for part in wanted(&texts) {
        let texts = |tenant: &Tenant| {
            let TenantDetails { description, city, .. } = tenant.details().clone();
            let description = description.map(String::from);
            let all = [Some(tenant.name().to_string()), Some(tenant.domain().to_string()), city.map(Into::into)];
            (description.clone(), all.into_iter().chain([description]).flatten().collect::<Vec<_>>())
        };
        let (mut described, mut anywhere) = (all.clone(), all.clone());
        described.retain(|tenant| texts(tenant).0.is_some_and(|text| contains(&text, part.as_str())));
        anywhere.retain(|tenant| texts(tenant).1.iter().any(|text| contains(text, part.as_str())));
        let q = TenantFilter { q: Some(part.clone()), ..TenantFilter::default() };
        assert_eq!(found(&world, &q).await, anywhere, "q {part:?}");
        let description = TenantFilter { description: Some(part.clone()), ..TenantFilter::default() };
        assert_eq!(found(&world, &description).await, described, "description {part:?}");
    }
}

/// Tests the filters `name` and `email`.
pub async fn a_search_for_users_finds_what_looking_at_each_finds(ports: Ports) {
    let (world, texts) = (World::new(ports).await, some(30, &texts()));
    let [one, other] = [world.create("one").await.expect("created"), world.create("other").await.expect("created")];
    for (number, text) in texts.iter().enumerate() {
        for home in [&one, &other] {
            let scope = world.scope_in(home.id()).await;
            let mut change = world.user_change(&scope, Role::Venue, &format!("{number}_{}@b.de", home.domain())).await;
            if let Ok(name) = text.parse() {
                change.after = ApiUser::from_parts(ApiUserParts { name, ..change.after.into_parts() });
            }
            world.ports.users.create(&scope, change).await.expect("created");
        }
    }
    let scope = world.scope_in(one.id()).await;
    let list = async |filter: UserFilter| {
        let count = world.ports.user_queries.count(&scope, &filter).await.expect("a count");
        let found = world.ports.user_queries.list(&scope, &filter, ALL).await.expect("a list").items;
        assert_eq!(found.len() as u64, count, "list and count agree on {filter:?}");
        found
    };
    let page = async |filter: &UserFilter, number, size| {
        let page = Page { start: PageStart::Number(number), size };
        world.ports.user_queries.list(&scope, filter, page).await.expect("a page").items
    };
    let all = list(UserFilter::default()).await;
    assert_eq!(all.len(), texts.len());
    assert_eq!(page(&UserFilter::default(), 3, 7).await, all[14..21]);
    for part in
        wanted(&texts).into_iter().chain(["7_one", "one@b", "@", "b.", "2"].map(|part| part.parse().expect("a text")))
    {
        let (mut named, mut addressed) = (all.clone(), all.clone());
        named.retain(|user| contains(user.name().as_str(), part.as_str()));
        addressed.retain(|user| user.email().is_some_and(|email| contains(email.as_str(), part.as_str())));
        assert_eq!(
            list(UserFilter { name: Some(part.clone()), ..UserFilter::default() }).await,
            named,
            "name {part:?}"
        );
        let filter = UserFilter { email: Some(part.clone()), ..UserFilter::default() };
        assert_eq!(list(filter).await, addressed, "email {part:?}");
        let mut either = all.clone();
        either.retain(|user| named.contains(user) || addressed.contains(user));
        let filter = UserFilter { q: Some(part.clone()), ..UserFilter::default() };
        assert_eq!(page(&filter, 1, 2).await, either[..either.len().min(2)], "the first of {part:?}");
        assert_eq!(list(filter).await, either, "q {part:?}");
    }
}

/// Compares texts of one and two characters with longer ones.
pub async fn a_short_text_is_found_where_a_word_begins(ports: Ports) {
    let world = World::new(ports).await;
    for (domain, city) in [("a", "Wien"), ("b", "Neu-Wien"), ("c", "東京都"), ("d", "🏨 50%")] {
        let details = TenantDetails { city: Some(city.parse().expect("a city")), ..TenantDetails::default() };
        let change = world.new_tenant(domain, details).await;
        world.ports.tenants.create(&world.admin().await, change).await.expect("created");
    }
    for (q, expected) in [
        ("wi", &["a", "b"][..]),
        ("W", &["a", "b"]),
        ("ie", &[]),
        ("ien", &["a", "b"]),
        ("-w", &["b"]),
        ("京", &["c"]),
        ("京都", &["c"]),
        ("🏨", &["d"]),
        ("%", &["d"]),
        ("50", &["d"]),
    ] {
        assert_eq!(domains(&world, q).await, expected, "{q}");
    }
}

/// Changes texts, and deletes them.
pub async fn a_text_is_found_as_it_is_now(ports: Ports) {
    let world = World::new(ports).await;
    let tenant = world.create("before").await.expect("created");
    let user = world.new_user(&tenant, Role::Venue, "before@example.com").await.expect("created");
    let edit = TenantEdit { name: Some("After the change".parse().expect("a name")), ..TenantEdit::default() };
    let change = tenant.update(edit, world.stamp().await).expect("a change");
    let tenant = world.ports.tenants.update(&world.admin().await, change).await.expect("updated");
    assert_eq!(domains(&world, "The tenant bef").await, [""; 0]);
    assert_eq!(domains(&world, "after the").await, ["before"]);

    let scope = world.scope_in(tenant.id()).await;
    let count = async |name: &str| {
        let filter = UserFilter { name: Some(name.parse().expect("a text")), ..UserFilter::default() };
        world.ports.user_queries.count(&scope, &filter).await.expect("a count")
    };
    let edit = UserEdit { name: Some("Ada Lovelace".parse().expect("a name")), ..UserEdit::default() };
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let change = user.update(edit, &administrator, world.stamp().await).expect("allowed").expect("a change");
    world.ports.users.update(&scope, change).await.expect("updated");
    assert_eq!([count("Hopper").await, count("lovelace").await], [0, 1]);

    world.delete(&tenant).await.expect("deleted");
    assert_eq!(domains(&world, "after the").await, [""; 0]);
    world.create("again").await.expect("created");
    assert_eq!(domains(&world, "the tenant").await, ["again"]);
}

/// Looks for texts in so many tenants that not all of them are read for a page.
pub async fn a_text_is_found_however_common_it_is(ports: Ports) {
    let world = World::new(ports).await;
    let admin = world.admin().await;
    for number in 0..1_300 {
        let city = match number {
            650 => "Rare",
            700.. => "Frequent",
            _ => "Elsewhere",
        };
        let new = NewTenant {
            workspace_id: world.workspace_id(),
            id: TenantId::new(build::id()),
            default_location_id: LocationId::new(build::id()),
            name: format!("Common {number:04}").parse().expect("a name"),
            domain: format!("t-{number}").parse().expect("a domain"),
            details: TenantDetails { city: Some(city.parse().expect("a city")), ..TenantDetails::default() },
        };
        let change = Tenant::create(new, None, admin.stamp(AuditId::new(build::id()), build::at()));
        world.ports.tenants.create(&admin, change).await.expect("created");
    }
    for (q, expected) in [("common", 0..1_300), ("rare", 650..651), ("frequent", 700..1_300), ("nowhere", 0..0)] {
        let filter = TenantFilter { q: Some(q.parse().expect("a text")), ..TenantFilter::default() };
        let count = world.ports.tenant_queries.count(&admin, &filter).await.expect("a count");
        assert_eq!(count, expected.len() as u64, "{q}");
        let names: Vec<_> = expected.map(|number| format!("Common {number:04}")).collect();
        let (mut by_number, mut after) = (Vec::new(), Vec::new());
        for number in 1..=14 {
            let page = Page { start: PageStart::Number(number), size: 100 };
            by_number.extend(world.ports.tenant_queries.list(&admin, &filter, page).await.expect("a list").items);
        }
        let mut start = PageStart::Number(1);
        loop {
            let slice =
                world.ports.tenant_queries.list(&admin, &filter, Page { start, size: 100 }).await.expect("a list");
            after.extend(slice.items);
            match after.last() {
                Some(last) if slice.has_more => start = PageStart::After(last.id().as_uuid()),
                _ => break,
            }
        }
        for found in [by_number, after] {
            assert_eq!(found.iter().map(|tenant| tenant.name().as_str()).collect::<Vec<_>>(), names, "{q}");
        }
    }
}
