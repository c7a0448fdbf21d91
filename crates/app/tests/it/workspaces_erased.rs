//! Erased workspaces: nothing of them is left.

use std::fs;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::operators::{create, path};
use crate::support::{
    Client, Engine, Receiver, Server, World, booking, data, id_of, listing_fields, promotion_fields, quoted, stay,
    until, until_so,
};

on_both_engines! {
    an_erased_workspace_shows_its_end_and_answers_to_nobody
    nothing_of_an_erased_workspace_is_in_any_table
    an_erasure_goes_on_after_a_crash
    the_start_after_the_last_workspace_was_erased_makes_none
}

/// The mark that every text of the planted workspace has. It has no words, so that it is in every form of a text.
const MARK: &str = "qzxplantedxzq";

fn suspend_and_erase(operator: &Client, workspace: &str) -> Value {
    data(200, &operator.put(&format!("{}/suspend", path(workspace)), &json!({})));
    data(202, &operator.delete(&path(workspace)))
}

fn until_erased(operator: &Client, workspace: &str) -> Value {
    until(|| {
        let shown = data(200, &operator.get(&path(workspace)));
        if shown["status"] == "ERASED" { Ok(shown) } else { Err(shown) }
    })
}

fn an_erased_workspace_shows_its_end_and_answers_to_nobody(world: &World) {
    let operator = world.operator();
    let made = create(&operator, "Rooms Inc.");
    let id = id_of(&made);
    let inside = world.client().bearer(made["apiKey"].as_str().expect("a key"));
    assert_eq!(operator.delete(&path(&id)).refusal(), (409, "workspace_not_suspended"));
    let begun = suspend_and_erase(&operator, &id);
    assert_eq!((&begun["status"], &begun["name"], &begun["usage"]), (&json!("ERASING"), &Value::Null, &Value::Null));
    assert_eq!(begun["erasure"]["requestedBy"]["name"], "Test");
    let shown = until_erased(&operator, &id);
    assert!(shown["erasure"]["erasedRows"].as_u64() > Some(5), "{shown}");
    assert!(shown["erasure"]["erasedAt"].is_string() && shown["name"].is_null(), "{shown}");

    assert_eq!(inside.get("/api/v1/workspace").refusal(), (401, "unauthenticated"));
    for erased in [
        operator.patch(&path(&id), &json!({ "name": "Back again" })),
        operator.put(&format!("{}/resume", path(&id)), &json!({})),
        operator.post(&format!("{}/keys", path(&id)), &json!({})),
    ] {
        assert_eq!(erased.refusal(), (409, "workspace_erased"));
    }
    assert_eq!(data(202, &operator.delete(&path(&id))), shown, "may be repeated");
    assert_eq!(operator.get("/operator/v1/workspaces/count").json["count"], 1);
    let trail = operator.get(&format!("/operator/v1/audit?workspaceID={id}")).json["data"].clone();
    let actions: Vec<_> = trail.as_array().expect("entries").iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["workspace.create", "workspace.suspend", "workspace.erase", "workspace.erased"]);
    assert_eq!(world.calry().get("/api/v1/tenants").status, 200, "another workspace goes on");
}

/// Creates a workspace in which every kind of resource has the mark; returns its id and key.
fn plant(world: &World, operator: &Client) -> (String, String) {
    let email = |name: &str| format!("{name}@{MARK}.example.com");
    let text = |name: &str| format!("{name} {MARK}");
    let body = json!({ "name": text("Workspace"), "adminEmail": email("admin") });
    let made = data(201, &operator.post("/operator/v1/workspaces", &body));
    let key = made["apiKey"].as_str().expect("a key").to_owned();
    let admin = world.client().calry(&key);
    let tenant = json!({ "name": text("Tenant"), "description": text("Describes"), "city": MARK });
    let [owner, importer] = [(); 2].map(|()| id_of(&data(200, &admin.post("/api/v1/tenants", &tenant))));
    let [own, importing] = [&owner, &importer].map(|tenant| admin.clone().named(tenant));
    data(201, &own.post("/api/v1/locations", &json!({ "name": text("Location") })));
    let user = json!({ "name": text("User"), "email": email("user"), "role": "venue" });
    let user = id_of(&data(201, &own.post("/api/v1/users", &user)));
    let user_key = json!({ "name": text("Key"), "user_id": user, "permission": "READ" });
    data(201, &own.clone().with("idempotency-key", MARK).post("/api/v1/api-keys", &user_key));
    let account =
        json!({ "name": text("Host"), "provider": "GUESTY", "accountIdentifier": MARK, "authType": "API_KEY" });
    let account = id_of(&data(201, &own.post("/api/v1/integration-account", &account)));
    let listing = |number: u32| {
        let mut body = listing_fields(&format!("{MARK}-{number}"));
        body["name"] = text("Listing").into();
        body["description"] = text("Describes").into();
        body["integrationAccountID"] = account.as_str().into();
        id_of(&data(201, &own.post("/api/v1/listing", &body)))
    };
    let listings = [listing(1), listing(2)];
    let import = json!({ "listingIDs": listings });
    data(200, &importing.post("/api/v1/tenants/import-listings", &import));
    let blocked = json!({ "startDate": "2040-01-01", "endDate": "2040-01-03", "status": "NOT_AVAILABLE" });
    let calendar = format!("/api/v1/availability/{}", listings[0]);
    assert_eq!(own.put(&calendar, &json!({ "ranges": [blocked] })).status, 200);
    let mut promotion = promotion_fields(&text("Promotion"));
    promotion["integrationAccountID"] = account.as_str().into();
    promotion["couponCode"] = MARK.into();
    let promotion = id_of(&data(201, &own.post("/api/v1/promotions", &promotion)));
    let assigned =
        own.put(&format!("/api/v1/promotions/{promotion}/listings/assign"), &json!({ "listingIDs": [listings[0]] }));
    assert_eq!(assigned.status, 200, "{}", assigned.text);
    let quote = id_of(&data(201, &importing.post("/api/v1/quote", &stay(&listings[1], "2060-01-10", "2060-01-13"))));
    let mut sold = quoted(&quote);
    sold["notes"] = text("Notes").into();
    sold["guest"]["lastName"] = MARK.into();
    data(201, &importing.post("/api/v1/reservation", &sold));
    let mut held = booking(&listings[0], "2060-02-10", "2060-02-13");
    held["type"] = "PENDING_CONFIRMATION".into();
    held["guest"]["email"] = email("guest").into();
    data(201, &importing.post("/api/v1/reservation", &held));
    data(201, &importing.post("/api/v1/quote", &stay(&listings[1], "2061-01-10", "2061-01-13")));
    let receiver = Receiver::start();
    let webhook = json!({ "url": format!("{}?{MARK}", receiver.url), "types": ["location.created"], "description": text("Webhook") });
    let webhook = id_of(&data(201, &own.post("/api/v1/webhooks", &webhook)));
    data(201, &own.post("/api/v1/locations", &json!({ "name": text("Delivered") })));
    receiver.next();
    until_so(|| own.get(&format!("/api/v1/webhooks/{webhook}/attempts")).json["data"][0].is_object());
    until_so(|| own.put(&format!("/api/v1/event-consumers/{MARK}"), &json!({ "position": 1 })).status == 201);
    assert_eq!(
        own.patch(&format!("/api/v1/integration-account/{account}"), &json!({ "allowImport": false })).status,
        200
    );
    (id_of(&made), key)
}

/// Returns all that the database has of the text: the tables or, on SQLite, the file, with the texts around it.
fn traces(world: &World, text: &[u8]) -> Vec<String> {
    match &world.server.engine {
        Engine::Sqlite(folder) => {
            let file = folder.path().join("data/tenantry.db");
            testkit::vacuum(&file);
            let mut bytes = fs::read(&file).expect("the file");
            bytes.extend(fs::read(file.with_extension("db-wal")).unwrap_or_default());
            let found = bytes.windows(text.len()).enumerate().filter(|(_, window)| *window == text);
            found
                .map(|(at, _)| format!("{:?}", String::from_utf8_lossy(&bytes[at.saturating_sub(90)..at + 40])))
                .collect()
        }
        Engine::Postgres(postgres) => {
            // Bytes are shown in hexadecimal.
            let hex = text.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            let text = String::from_utf8_lossy(text).into_owned();
            postgres.rows().into_iter().filter(|row| row.contains(&text) || row.contains(&hex)).collect()
        }
        _ => unreachable!("on_both_engines starts no other"),
    }
}

fn nothing_of_an_erased_workspace_is_in_any_table(world: &World) {
    let operator = world.operator();
    let (erased, _) = plant(world, &operator);
    let (kept, key) = plant(world, &operator);
    let kept_client = world.client().calry(&key);
    let before = kept_client.get("/api/v1/audit/count").json["count"].clone();
    suspend_and_erase(&operator, &erased);
    let shown = until_erased(&operator, &erased);
    assert!(shown["erasure"]["erasedRows"].as_u64() > Some(60), "{shown}");
    assert_eq!(kept_client.get("/api/v1/audit/count").json["count"], before, "the other one is whole");
    assert!(!traces(world, MARK.as_bytes()).is_empty(), "the marks of the other one are found");

    suspend_and_erase(&operator, &kept);
    until_erased(&operator, &kept);
    let found = traces(world, MARK.as_bytes());
    assert!(found.is_empty(), "{found:#?}");
    if let Engine::Postgres(_) = &world.server.engine {
        // What is left of it: its erasure, the four entries of the trail, and its id in their resources.
        let lines = traces(world, erased.as_bytes());
        assert_eq!(lines.len(), 5, "{lines:#?}");
        assert!(
            lines.iter().all(|line| line.starts_with("operator_audit") || line.starts_with("erasures")),
            "{lines:#?}"
        );
    }
}

fn an_erasure_goes_on_after_a_crash(world: &World) {
    let operator_key = world.operator_key();
    let operator = world.client().bearer(&operator_key);
    let made = create(&operator, "Rooms Inc.");
    let workspace = id_of(&made);
    let inside = world.client().calry(made["apiKey"].as_str().expect("a key"));
    let account = json!({ "name": "Host", "provider": "GUESTY", "accountIdentifier": "host", "authType": "API_KEY" });
    let account = id_of(&data(201, &inside.post("/api/v1/integration-account", &account)));
    for delivery in 0..3 {
        let listings: Vec<_> = (0..500).map(|number| listing_fields(&format!("{delivery}-{number}"))).collect();
        let delivered =
            inside.put(&format!("/api/v1/integration-account/{account}/listings"), &json!({ "listings": listings }));
        assert_eq!(delivered.status, 200, "{}", delivered.text);
    }
    suspend_and_erase(&operator, &workspace);
    until_so(|| operator.get(&path(&workspace)).json["data"]["erasure"]["erasedRows"].as_u64() > Some(0));
    world.server.end_at_once();

    let again = Server::start(world.server.engine.clone());
    let operator = Client::new(&again.base).bearer(&operator_key);
    let shown = until_erased(&operator, &workspace);
    assert!(shown["erasure"]["erasedRows"].as_u64() > Some(1_500), "{shown}");
    assert_eq!(Client::new(&again.base).calry(&world.key).get("/api/v1/tenants").status, 200);
}

fn the_start_after_the_last_workspace_was_erased_makes_none(world: &World) {
    let operator_key = world.operator_key();
    let operator = world.client().bearer(&operator_key);
    suspend_and_erase(&operator, &world.workspace);
    until_erased(&operator, &world.workspace);
    world.server.end_at_once();
    let again = Server::start(world.server.engine.clone());
    let operator = Client::new(&again.base).bearer(&operator_key);
    assert_eq!(operator.get("/operator/v1/workspaces/count").json["count"], 0);
    assert_eq!(again.all_printed(), "", "there is no first key");
}
