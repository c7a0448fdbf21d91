//! `tenantry tenant export --tenant`: what belongs to one tenant, as a workspace of its own.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::events::{events_up_to, positions};
use crate::exports::{copies, database, export, folder};
use crate::on_both_engines;
use crate::support::{
    Client, Engine, Market, Server, World, booking, data, id_of, listing_fields, promotion_fields, stay,
};

on_both_engines! {
    the_file_of_a_tenant_serves_what_belongs_to_it_and_nothing_else
    a_tenant_that_was_deactivated_is_active_in_its_file
}

/// A text that only rows of other tenants have.
const PLANTED: &str = "planted-text";

/// A user of the tenant with this name; returns its key.
fn key_of_user(world: &World, tenant: &str, name: &str, email: &str) -> String {
    let body = json!({ "name": name, "email": email, "role": "tenant" });
    let user = data(201, &world.calry().named(tenant).post("/api/v1/users", &body));
    world.key_of(&id_of(&user), "ADMIN")
}

/// Gives another tenant rows of every kind, with the planted text, and imports a listing of the owner's.
fn plant(world: &World, market: &Market<'_>, shared: &str) -> String {
    let key = key_of_user(world, &market.importer, PLANTED, &format!("{PLANTED}@example.com"));
    let client = world.client().calry(&key);
    let account = json!({ "name": PLANTED, "provider": "GUESTY", "accountIdentifier": PLANTED, "authType": "API_KEY" });
    let account = id_of(&data(201, &client.post("/api/v1/integration-account", &account)));
    let mut listing = listing_fields(PLANTED);
    listing["integrationAccountID"] = account.as_str().into();
    listing["name"] = PLANTED.into();
    let listing = id_of(&data(201, &client.post("/api/v1/listing", &listing)));
    let mut promotion = promotion_fields(PLANTED);
    promotion["integrationAccountID"] = account.as_str().into();
    data(201, &client.post("/api/v1/promotions", &promotion));
    let keyed = client.clone().with("idempotency-key", PLANTED);
    data(201, &keyed.post("/api/v1/locations", &json!({ "name": PLANTED })));
    data(201, &client.put(&format!("/api/v1/event-consumers/{PLANTED}"), &json!({ "position": 1 })));
    let url = format!("http://127.0.0.1:9/{PLANTED}");
    data(201, &client.post("/api/v1/webhooks", &json!({ "url": url, "types": ["webhook.*"] })));
    let mut own = booking(&listing, "2030-05-01", "2030-05-04");
    own["notes"] = PLANTED.into();
    data(201, &client.post("/api/v1/reservation", &own));
    // The owner may know of these.
    data(201, &client.post("/api/v1/quote", &stay(shared, "2031-06-01", "2031-06-04")));
    data(201, &client.post("/api/v1/reservation", &booking(shared, "2030-05-01", "2030-05-04")));
    // The other way round, the owner imports and sells a listing of the other's.
    market.import(&market.owner, &[&listing]);
    data(201, &market.as_owner().post("/api/v1/reservation", &booking(&listing, "2030-07-01", "2030-07-04")));
    data(200, &client.patch(&format!("/api/v1/listing/{listing}"), &json!({ "internalName": PLANTED })));
    listing
}

/// Starts a server on a file, in the place where it is served.
fn serve(world: &World, tenant: &str) -> (Arc<TempDir>, Server) {
    let folder = Arc::new(folder());
    let told = export(&world.server.url(), &world.workspace, Some(tenant), &database(&folder)).expect("exported");
    assert!(told.contains(&format!("tenant     {tenant}\nrows       ")), "{told}");
    (folder.clone(), Server::start(Engine::Sqlite(folder)))
}

fn ids(client: &Client, path: &str) -> Vec<String> {
    let listed = client.get(path);
    assert_eq!(listed.status, 200, "{path}: {}", listed.text);
    listed.json["data"].as_array().expect("a list").iter().map(id_of).collect()
}

fn the_file_of_a_tenant_serves_what_belongs_to_it_and_nothing_else(world: &World) {
    let market = Market::open(world);
    let key = key_of_user(world, &market.owner, "Ada Lovelace", "ada@example.com");
    let before = world.client().calry(&key);
    let shared = market.shared();
    let sold_by_other = plant(world, &market, &shared);
    data(201, &before.post("/api/v1/quote", &stay(&shared, "2031-07-01", "2031-07-04")));
    data(201, &before.post("/api/v1/reservation", &booking(&shared, "2030-06-01", "2030-06-02")));
    let night = json!({ "startDate": "2030-03-01", "endDate": "2030-03-03", "price": 80.5 });
    data(200, &before.put(&format!("/api/v1/availability/{shared}"), &json!({ "ranges": [night] })));
    data(201, &before.put("/api/v1/event-consumers/billing", &json!({ "position": 3 })));
    data(201, &before.post("/api/v1/webhooks", &json!({ "url": "http://127.0.0.1:9/", "types": ["webhook.*"] })));
    let told = events_up_to(&before, "webhook.created");

    let (folder, server) = serve(world, &market.owner);
    let after = Client::new(&server.base).calry(&key);
    let content = fs::read(database(&folder)).expect("a file");
    let planted = content.windows(PLANTED.len()).any(|found| found.eq_ignore_ascii_case(PLANTED.as_bytes()));
    assert!(!planted, "no row of another tenant is in the file");

    for path in [
        "/api/v1/users",
        "/api/v1/locations",
        "/api/v1/integration-account",
        "/api/v1/listing?listingType=self",
        "/api/v1/webhooks",
        "/api/v1/event-consumers",
        "/api/v1/audit?per_page=100",
        &format!("/api/v1/reservation?listingID={shared}"),
    ] {
        assert_eq!(ids(&after, path), ids(&before, path), "{path}");
        assert!(!ids(&after, path).is_empty(), "{path}");
    }
    assert_eq!(after.get(&format!("/api/v1/availability/{shared}?startDate=2030-03-01&endDate=2030-03-03")).json, {
        before.get(&format!("/api/v1/availability/{shared}?startDate=2030-03-01&endDate=2030-03-03")).json
    });
    // What it had of others stays with them.
    assert_eq!(ids(&before, "/api/v1/listing?listingType=imported"), [sold_by_other.as_str()]);
    assert_eq!(ids(&after, "/api/v1/listing?listingType=imported"), [""; 0]);
    assert_eq!((ids(&before, "/api/v1/reservation").len(), ids(&after, "/api/v1/reservation").len()), (3, 2));
    // No user of another tenant is named; the tenant is.
    let authors = after.get("/api/v1/audit?per_page=100").json["data"].clone();
    let foreign = |entry: &&Value| entry["tenantID"] == market.importer.as_str();
    let foreign: Vec<_> = authors.as_array().expect("entries").iter().filter(foreign).collect();
    assert!(!foreign.is_empty() && foreign.iter().all(|entry| entry["actor"]["name"] == "Importer"), "{foreign:#?}");

    let kept = events_up_to(&after, "webhook.created");
    let known = positions(&told);
    assert!(positions(&kept).iter().all(|position| known.contains(position)), "{kept:#?}");
    assert!(kept.len() >= 5 && kept.len() < told.len(), "{} {}", kept.len(), told.len());
    let tenants = after.get("/api/v1/tenants").json["data"].clone();
    assert_eq!((tenants[0]["id"].as_str(), tenants.as_array().map(Vec::len)), (Some(&*market.owner), Some(1)));
    assert_eq!(tenants[0]["isDefault"], true, "it administers its workspace");
    data(200, &after.post("/api/v1/tenants", &json!({ "name": "Branch" })));
    assert_eq!(copies(&world.server, &world.workspace).last().map(String::as_str), Some("tenant.export"));
}

fn a_tenant_that_was_deactivated_is_active_in_its_file(world: &World) {
    let tenant = world.tenant_id("Leaving");
    let key = key_of_user(world, &tenant, "Ada Lovelace", "ada@example.com");
    let banned = data(
        201,
        &world.calry().named(&tenant).post(
            "/api/v1/users",
            &json!({ "name": "Charles Babbage", "email": "charles@example.com", "role": "tenant", "status": 2 }),
        ),
    );
    data(200, &world.calry().put(&format!("/api/v1/tenants/{tenant}/deactivate"), &json!({})));
    let (_folder, server) = serve(world, &tenant);
    let client = Client::new(&server.base).calry(&key);
    let users = client.get("/api/v1/users").json["data"].clone();
    let status = |id: &str| {
        let mut users = users.as_array().expect("users").iter();
        users.find(|user| user["id"] == id).map(|user| user["status"].clone())
    };
    assert_eq!(status(&id_of(&banned)), Some(banned["status"].clone()), "{users:#?}");
    assert_eq!(client.get("/api/v1/tenants").json["data"][0]["status"], "ACTIVE");
}
