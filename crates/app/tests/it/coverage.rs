//! Every operation of the document is called as it is meant, and attacked by whoever may not call it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World, booking, data, id_of, listing_fields, promotion_fields, stay};

on_both_engines! {
    every_operation_answers_as_documented
    nobody_without_a_key_gets_in
    another_workspace_reaches_nothing
    another_tenant_reaches_nothing
    a_forged_header_reaches_nothing
    methods_that_are_not_documented_are_not_allowed
    every_post_may_be_repeated
    every_resource_has_a_tag
    nothing_is_changed_that_is_not_as_it_was_seen
}

/// Operations that need no key. This list may only shrink.
const OPEN: [&str; 5] = ["docs", "healthz", "metrics", "openapi", "readyz"];

/// Operations that change something without looking at `If-Match`: no GET shows what they change. This list may only shrink.
const UNTAGGED: [&str; 6] = [
    "assignPromotionListings",
    "deliverListings",
    "revokeApiKey",
    "switchTenant",
    "unassignPromotionListings",
    "updateAvailability",
];

/// What becomes of an operation that the key of a sibling channel calls on the victim.
enum Sibling {
    /// It takes the default tenant's authority.
    Forbidden,
    /// The victim is not there.
    NotFound,
    /// The sibling has no such import.
    NotImported,
    /// It is about the sibling itself.
    Itself,
}

/// How to call an operation. In paths `{id}` is the victim's thing of that kind, in bodies `{user}`, `{account}`, `{listing}`,
/// `{promoted}` (a listing that the victim's promotion is given on) and `{imported}` are the victim's, `{offered}` is a listing that the default tenant offers to anybody, `{elsewhere}` the
/// default tenant, and `{new}` what nobody has yet.
struct Call {
    body: Option<Value>,
    sibling: Sibling,
}

/// What must stand behind the path.
fn query(operation: &str) -> &'static str {
    match operation {
        "searchListings" | "countFoundListings" => "?location=40.7128,-74.0060&radius=50",
        "getAvailability" => "?startDate=2030-01-31&endDate=2030-02-02",
        _ => "",
    }
}

fn calls() -> BTreeMap<&'static str, Call> {
    use Sibling::{Forbidden, Itself, NotFound, NotImported};
    let named = || Some(json!({ "name": "Taken over" }));
    let listing = || listing_fields("{new}");
    let in_account = || {
        let mut body = listing();
        body["integrationAccountID"] = "{account}".into();
        Some(body)
    };
    let promotion = || promotion_fields("{new}");
    let of_account = || {
        let mut body = promotion();
        body["integrationAccountID"] = "{account}".into();
        Some(body)
    };
    let blocked = json!({ "startDate": "2030-01-31", "endDate": "2030-02-02", "status": "NOT_AVAILABLE" });
    let account = json!({ "name": "Host", "provider": "OTHER", "accountIdentifier": "{new}", "authType": "OAUTH" });
    let statused = || Some(json!({ "user_status": 2 }));
    [
        ("listTenants", None, Forbidden),
        ("countTenants", None, Forbidden),
        ("createTenant", named(), Forbidden),
        ("getCurrentTenant", None, Itself),
        ("getTenant", None, NotFound),
        ("replaceTenant", named(), Forbidden),
        ("updateTenant", named(), Forbidden),
        ("deleteTenant", None, Forbidden),
        ("deactivateTenant", statused(), Forbidden),
        ("activateTenant", statused(), Forbidden),
        ("switchTenant", None, NotFound),
        ("listLocations", None, Itself),
        ("countLocations", None, Itself),
        ("createLocation", named(), Itself),
        ("getLocation", None, NotFound),
        ("replaceLocation", named(), NotFound),
        ("updateLocation", named(), NotFound),
        ("deleteLocation", None, NotFound),
        ("listUsers", None, Itself),
        ("countUsers", None, Itself),
        ("getMe", None, Itself),
        ("createUser", Some(json!({ "name": "A colleague", "email": "{new}@example.com", "role": "venue" })), Itself),
        ("getUser", None, NotFound),
        ("replaceUser", named(), NotFound),
        ("updateUser", named(), NotFound),
        ("deleteUser", None, NotFound),
        ("listApiKeys", None, Itself),
        ("countApiKeys", None, Itself),
        ("createApiKey", Some(json!({ "name": "A key", "user_id": "{user}", "permission": "READ" })), NotFound),
        ("revokeApiKey", None, NotFound),
        ("getWorkspace", None, Forbidden),
        ("updateWorkspace", Some(json!({ "name": "Taken over", "defaultDiscountPercentage": 99.99 })), Forbidden),
        ("listIntegrationAccounts", None, Itself),
        ("countIntegrationAccounts", None, Itself),
        ("createIntegrationAccount", Some(account), Itself),
        ("getIntegrationAccount", None, NotFound),
        ("updateIntegrationAccount", named(), NotFound),
        ("deleteIntegrationAccount", None, NotFound),
        ("moveIntegrationAccount", Some(json!({ "tenantID": "{elsewhere}" })), Forbidden),
        ("deliverListings", Some(json!({ "listings": [listing()] })), NotFound),
        ("listListings", None, Itself),
        ("countListings", None, Itself),
        ("createListing", in_account(), NotFound),
        ("getListing", None, NotFound),
        ("replaceListing", Some(listing()), NotFound),
        ("updateListing", named(), NotFound),
        ("deleteListing", None, NotFound),
        ("searchListings", None, Itself),
        ("countFoundListings", None, Itself),
        ("listImportedListings", None, Itself),
        ("countImportedListings", None, Itself),
        ("importListings", Some(json!({ "listingIDs": ["{offered}"] })), Itself),
        ("removeImportedListings", Some(json!({ "listingIDs": ["{imported}"] })), NotImported),
        ("getAvailability", None, NotFound),
        ("updateAvailability", Some(json!({ "ranges": [blocked] })), NotFound),
        ("listPromotions", None, Itself),
        ("countPromotions", None, Itself),
        ("createPromotion", of_account(), NotFound),
        ("getPromotion", None, NotFound),
        ("replacePromotion", Some(promotion()), NotFound),
        ("updatePromotion", named(), NotFound),
        ("deletePromotion", None, NotFound),
        ("assignPromotionListings", Some(json!({ "listingIDs": ["{listing}"] })), NotFound),
        ("unassignPromotionListings", Some(json!({ "listingIDs": ["{promoted}"] })), NotFound),
        ("createQuote", Some(stay("{listing}", "2060-01-10", "2060-01-13")), NotFound),
        ("listReservations", None, Itself),
        ("countReservations", None, Itself),
        ("createReservation", Some(booking("{listing}", "2060-01-10", "2060-01-13")), NotFound),
        ("getReservation", None, NotFound),
        ("confirmReservation", None, NotFound),
        ("cancelReservation", None, NotFound),
        ("listAudit", None, Itself),
        ("countAudit", None, Itself),
    ]
    .into_iter()
    .map(|(operation, body, sibling)| (operation, Call { body, sibling }))
    .collect()
}

/// Every operation that needs a key: its name, method, path and how to call it.
fn guarded(world: &World) -> Vec<(String, String, String, Call)> {
    let document = world.client().get("/openapi.json").json;
    let mut calls = calls();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name").to_owned();
            if OPEN.contains(&name.as_str()) {
                continue;
            }
            let call =
                calls.remove(name.as_str()).unwrap_or_else(|| panic!("{name} is not covered: add it to `calls`"));
            let path = format!("{path}{}", query(&name));
            found.push((name, method.to_uppercase(), path, call));
        }
    }
    assert!(calls.is_empty(), "covered, but not in the document: {:?}", calls.keys());
    found
}

/// A tenant with somebody in it.
struct Victim {
    tenant: String,
    location: String,
    user: String,
    key: String,
    account: String,
    listing: String,
    promotion: String,
    /// A listing that the promotion is given on.
    promoted: String,
    /// A listing of the default tenant that the victim has imported.
    imported: String,
    /// Another one, that nobody has imported.
    offered: String,
    elsewhere: String,
    /// A stay at the imported listing that the victim holds for somebody.
    reservation: String,
}

impl Victim {
    fn of(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        let user = world.user_in(&tenant, "venue");
        world.key_of(&user, "READ");
        let listed = world.calry().named(&tenant).get("/api/v1/api-keys");
        let key = listed.json["data"][0]["id"].as_str().expect("an id").to_owned();
        // Not the default one: it could not be deleted.
        let location = world.location_id(&tenant, &format!("{name}'s location"));
        // Not to be imported: it is not in what others find.
        let account = world.account(&tenant);
        let closed = json!({ "allowImport": false });
        let inside = world.calry().named(&tenant);
        assert_eq!(inside.patch(&format!("/api/v1/integration-account/{account}"), &closed).status, 200);
        let [listing, promoted] = [(); 2].map(|()| world.listing(&tenant, &account));
        let promotion = world.promotion(&tenant, &account);
        let given = json!({ "listingIDs": [promoted] });
        assert_eq!(inside.put(&format!("/api/v1/promotions/{promotion}/listings/assign"), &given).status, 200);
        let elsewhere = id_of(&world.default_tenant());
        let market = world.account(&elsewhere);
        let [imported, offered] = [(); 2].map(|()| world.listing(&elsewhere, &market));
        let import = inside.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [imported] }));
        assert_eq!(import.status, 200, "{}", import.text);
        let mut held = booking(&imported, "2060-01-10", "2060-01-13");
        held["reservationType"] = json!("PENDING_CONFIRMATION");
        let reservation = id_of(&data(201, &inside.post("/api/v1/reservation", &held)));
        Self {
            tenant,
            location,
            user,
            key,
            account,
            listing,
            promotion,
            promoted,
            imported,
            offered,
            elsewhere,
            reservation,
        }
    }

    /// Things that nobody has.
    fn nobody() -> Self {
        let id = "0192f0c1-7b1e-7000-8000-000000000000".to_owned();
        let [
            tenant,
            location,
            user,
            key,
            account,
            listing,
            promotion,
            promoted,
            imported,
            offered,
            elsewhere,
            reservation,
        ] = [(); 12].map(|()| id.clone());
        Self {
            tenant,
            location,
            user,
            key,
            account,
            listing,
            promotion,
            promoted,
            imported,
            offered,
            elsewhere,
            reservation,
        }
    }

    /// What stands for the victim's things in bodies.
    fn named_things(&self) -> [(&'static str, &String); 7] {
        [
            ("{user}", &self.user),
            ("{account}", &self.account),
            ("{listing}", &self.listing),
            ("{promoted}", &self.promoted),
            ("{imported}", &self.imported),
            ("{offered}", &self.offered),
            ("{elsewhere}", &self.elsewhere),
        ]
    }

    /// Whoever may call the operation on the victim.
    fn client(&self, world: &World, call: &Call) -> Client {
        match call.sibling {
            Sibling::Forbidden => world.calry(),
            Sibling::NotFound | Sibling::NotImported | Sibling::Itself => world.calry().named(&self.tenant),
        }
    }

    fn id(&self, path: &str) -> &str {
        match path.split('/').nth(3) {
            Some("locations") => &self.location,
            Some("users") => &self.user,
            Some("api-keys") => &self.key,
            Some("integration-account") => &self.account,
            Some("listing" | "availability") => &self.listing,
            Some("promotions") => &self.promotion,
            Some("reservation") => &self.reservation,
            _ => &self.tenant,
        }
    }

    /// Calls an operation on the victim.
    fn call(&self, client: &Client, method: &str, path: &str, call: &Call) -> Answer {
        client.call(method, &path.replace("{id}", self.id(path)), self.body(call).as_ref())
    }

    /// The body of a call on the victim: a new one each time.
    fn body(&self, call: &Call) -> Option<Value> {
        call.body.as_ref().map(|body| {
            let things = self.named_things().into_iter();
            let body = things.fold(body.to_string(), |body, (name, id)| body.replace(name, id));
            serde_json::from_str(&body.replace("{new}", &uuid::Uuid::new_v4().to_string())).expect("JSON")
        })
    }

    /// Whether an operation names anything of the victim.
    fn is_named_by(path: &str, call: &Call) -> bool {
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        path.contains("{id}") || Self::nobody().named_things().iter().any(|(name, _)| body.contains(name))
    }

    /// Whether an answer tells anything of the victim.
    fn is_in(&self, answer: &Answer) -> bool {
        let own = [
            &self.tenant,
            &self.location,
            &self.user,
            &self.key,
            &self.account,
            &self.listing,
            &self.promoted,
            &self.promotion,
            &self.reservation,
        ];
        own.into_iter().any(|id| answer.text.contains(id.as_str()))
    }

    /// Everything that an attacker could have changed.
    fn state(&self, world: &World) -> Vec<Value> {
        let inside = world.calry().named(&self.tenant);
        let tenants = world.calry().get("/api/v1/tenants?per_page=100");
        let lists = [
            "users",
            "api-keys",
            "locations",
            "integration-account",
            "listing",
            "promotions?includeInactive=true",
            "reservation",
        ];
        let lists = lists.map(|list| inside.get(&format!("/api/v1/{list}")));
        let nights = query("getAvailability");
        let calendar = inside.get(&format!("/api/v1/availability/{}{nights}", self.listing));
        // Which listings a promotion is given on is in its trail only.
        let given = inside.get(&format!("/api/v1/audit?resourceID={}", self.promotion));
        [tenants, world.calry().get("/api/v1/workspace"), calendar, given]
            .into_iter()
            .chain(lists)
            .map(|answer| {
                assert_eq!(answer.status, 200, "{}", answer.text);
                answer.json["data"].clone()
            })
            .collect()
    }
}

/// Calls every operation on the victim, and lets `check` look at each answer.
fn attack(world: &World, attacker: &Client, victim: &Victim, check: impl Fn(&str, &Call, &Answer)) {
    for (name, method, path, call) in guarded(world) {
        let answer = victim.call(attacker, &method, &path, &call);
        check(&name, &call, &answer);
    }
}

/// How many entries there are.
fn trail(world: &World) -> u64 {
    world.calry().get("/api/v1/audit/count").json["count"].as_u64().expect("a number")
}

/// Whether the document says that an operation reads the header.
fn reads(document: &Value, method: &str, path: &str, header: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let parameters = document["paths"][path][method.to_lowercase()]["parameters"].as_array();
    parameters.into_iter().flatten().any(|parameter| parameter["name"] == header)
}

fn is_not_found(answer: &Answer) -> bool {
    let (status, code) = answer.refusal();
    status == 404 && code.ends_with("_not_found") && code != "route_not_found"
}

fn is_not_imported(answer: &Answer) -> bool {
    answer.refusal() == (422, "not_imported")
}

fn every_operation_answers_as_documented(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (name, method, path, call) in guarded(world) {
        let tenant = Victim::of(world, &format!("A tenant for {name}"));
        let client = tenant.client(world, &call);
        // Another tenant last, so that to switch is a change.
        world.tenant_id("Somewhere else");
        let trail = || trail(world);
        if name == "deleteTenant" {
            // It could not be deleted with an integration account.
            let inside = world.calry().named(&tenant.tenant);
            assert_eq!(inside.delete(&format!("/api/v1/integration-account/{}", tenant.account)).status, 204);
        }
        let before = trail();
        let answer = tenant.call(&client, &method, &path, &call);
        // A move is told of in both trails.
        let changes = if name == "moveIntegrationAccount" { 2 } else { u64::from(method != "GET") };
        assert_eq!(trail() - before, changes, "{name}: every change is in the trail exactly once");
        let path = path.trim_end_matches(query(&name));
        let responses = &document["paths"][path][method.to_lowercase()]["responses"];
        assert!(answer.status < 300, "{name}: {}", answer.text);
        assert!(responses[answer.status.to_string()].is_object(), "{name}: {} is not documented", answer.status);
    }
    for path in ["/docs", "/healthz", "/metrics", "/openapi.json", "/readyz"] {
        assert_eq!(world.client().get(path).status, 200);
    }
}

fn nobody_without_a_key_gets_in(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for attacker in [world.client(), world.client().named(&victim.tenant), world.client().bearer("tny_guessed")] {
        attack(world, &attacker, &victim, |name, _, answer| {
            assert_eq!(answer.refusal(), (401, "unauthenticated"), "{name}");
        });
    }
    assert_eq!(victim.state(world), before);
}

fn another_workspace_reaches_nothing(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    let other = world.other_workspace();
    for attacker in [world.client().calry(&other.key), world.client().bearer(&other.key)] {
        for (name, method, path, call) in guarded(world) {
            let foreign = victim.call(&attacker, &method, &path, &call);
            if Victim::is_named_by(&path, &call) {
                // What is foreign is answered like what nobody has, to the byte.
                let hides = if name == "removeImportedListings" { is_not_imported } else { is_not_found };
                assert!(hides(&foreign), "{name}: {}", foreign.text);
                let text = foreign.text;
                let unknown = Victim::nobody().call(&attacker, &method, &path, &call);
                let nobody = Victim::nobody();
                let things = victim.named_things().map(|(_, id)| id.as_str());
                let foreign = [victim.id(&path)].into_iter().chain(things);
                let like_unknown = foreign.fold(text, |text, id| text.replace(id, &nobody.tenant));
                assert_eq!(like_unknown, unknown.text, "{name}");
            } else {
                assert!(
                    !victim.is_in(&foreign) && !foreign.text.contains(&world.workspace),
                    "{name}: {}",
                    foreign.text
                );
            }
        }
    }
    assert_eq!(victim.state(world), before);
}

fn another_tenant_reaches_nothing(world: &World) {
    let victim = Victim::of(world, "The victim");
    let siblings = ["First", "Second", "Third", "Fourth"].map(|name| world.tenant_id(&format!("{name} sibling")));
    let before = victim.state(world);
    let keys = siblings.each_ref().map(|sibling| world.key_in(sibling, "ADMIN"));
    let attackers = [
        world.client().calry(&keys[0]),
        world.client().bearer(&keys[1]),
        world.client().bearer(&keys[2]).named(&siblings[2]),
    ];
    for (attacker, sibling) in attackers.iter().zip(&siblings) {
        attack(world, attacker, &victim, |name, call, answer| match call.sibling {
            Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
            Sibling::NotFound => assert!(is_not_found(answer), "{name}: {}", answer.text),
            Sibling::NotImported => assert!(is_not_imported(answer), "{name}: {}", answer.text),
            Sibling::Itself => {
                assert_eq!(
                    (answer.status / 100, answer.header("x-tenant-id")),
                    (2, Some(&**sibling)),
                    "{name}: {}",
                    answer.text
                );
                assert!(!victim.is_in(answer), "{name}");
            }
        });
    }
    // And by an administrator in a sibling's context.
    attack(world, &world.calry().named(&siblings[3]), &victim, |name, call, answer| match call.sibling {
        Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
        // The administrator may enter every tenant: a switch is about the user, not about the context.
        Sibling::NotFound if name == "switchTenant" => assert_eq!(answer.status, 200),
        Sibling::NotFound => assert!(is_not_found(answer), "{name}: {}", answer.text),
        Sibling::NotImported => assert!(is_not_imported(answer), "{name}: {}", answer.text),
        // As is whom `getMe` tells of: the administrator was moved into the victim by making it.
        Sibling::Itself => assert!(name == "getMe" || !victim.is_in(answer), "{name}"),
    });
    assert_eq!(victim.state(world), before);
}

fn a_forged_header_reaches_nothing(world: &World) {
    let victim = Victim::of(world, "The victim");
    let sibling = world.tenant_id("A sibling");
    let other = world.other_workspace();
    let inside = world.key_in(&sibling, "ADMIN");
    let before = victim.state(world);
    for (key, tenant) in
        [(&inside, &victim.tenant), (&inside, &other.tenant), (&other.key, &victim.tenant), (&world.key, &other.tenant)]
    {
        for header in ["x-calry-tenant-id", "x-tenant-id"] {
            let attacker = world.client().bearer(key).with(header, tenant);
            attack(world, &attacker, &victim, |name, _, answer| {
                assert_eq!(answer.refusal(), (404, "tenant_not_found"), "{name}");
            });
        }
    }
    assert_eq!(victim.state(world), before);
}

fn methods_that_are_not_documented_are_not_allowed(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = world.client().call(method, &path.replace("{id}", &world.workspace), None);
            let documented = item.get(method.to_lowercase()).is_some();
            assert_eq!(answer.status != 405, documented, "{method} {path}: {}", answer.status);
            assert_ne!(answer.refusal(), (404, "route_not_found"), "{method} {path}");
        }
    }
}

fn every_post_may_be_repeated(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (name, method, path, call) in guarded(world).into_iter().filter(|(_, method, ..)| method == "POST") {
        assert!(reads(&document, &method, &path, "Idempotency-Key"), "{name} does not say so");
        let tenant = Victim::of(world, &format!("A tenant for {name}"));
        let client = tenant.client(world, &call).with("idempotency-key", &name);
        let (path, body) = (path.replace("{id}", tenant.id(&path)), tenant.body(&call));
        let before = trail(world);
        let [first, second] = [(); 2].map(|()| client.call(&method, &path, body.as_ref()));
        assert!(first.status < 300, "{name}: {}", first.text);
        if name == "createApiKey" {
            assert_eq!(second.refusal(), (409, "key_already_created"));
        } else {
            assert_eq!((second.status, &second.text), (first.status, &first.text), "{name}");
        }
        assert_eq!(trail(world) - before, 1, "{name} was done once");
    }
}

fn every_resource_has_a_tag(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let victim = Victim::of(world, "The victim");
    for (name, method, path, call) in guarded(world).into_iter().filter(|(_, method, ..)| method == "GET") {
        let client = victim.client(world, &call);
        let answer = victim.call(&client, &method, &path, &call);
        let tag = answer.header("etag");
        // A list is an array, a count has no data.
        assert_eq!(tag.is_some(), answer.json["data"].is_object(), "{name}");
        assert_eq!(tag.is_some(), reads(&document, &method, &path, "If-None-Match"), "{name} does not say so");
        if let Some(tag) = tag {
            let known = victim.call(&client.with("if-none-match", tag), &method, &path, &call);
            assert_eq!((known.status, &*known.text, known.header("etag")), (304, "", Some(tag)), "{name}");
        }
    }
}

fn nothing_is_changed_that_is_not_as_it_was_seen(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for (name, method, path, call) in guarded(world) {
        if ["GET", "POST"].contains(&&*method) {
            continue;
        }
        let looks = reads(&document, &method, &path, "If-Match");
        assert_eq!(looks, !UNTAGGED.contains(&&*name), "{name} looks at If-Match, or is in `UNTAGGED`");
        if looks {
            let client = victim.client(world, &call).with("if-match", "\"another\"");
            let refused = victim.call(&client, &method, &path, &call);
            assert_eq!(refused.refusal(), (412, "precondition_failed"), "{name}: {}", refused.text);
        }
    }
    assert_eq!(victim.state(world), before);
}
