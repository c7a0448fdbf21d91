//! `tenantry tenant export` and `tenantry workspace import`: a workspace goes to another database and back.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::SqliteFile;

use crate::events::positions;
use crate::support::{
    Answer, Client, Engine, Market, Receiver, SECRET_KEY, Server, World, booking, data, id_of, promotion_fields, run,
    stay, until,
};
use crate::webhooks::{create, path};
use crate::webhooks_delivered::signature;

/// Changes that wait for their position, in another order than that of their entries, and what changes leave for the
/// numbering.
const WAITING: &str = "\
    INSERT INTO unnumbered_events (workspace_id, sequence, entry_id, data) \
        SELECT workspace_id, 700, id, '{\"told\":{}}' FROM audit ORDER BY id LIMIT 1; \
    INSERT INTO unnumbered_events (workspace_id, sequence, entry_id, data, progress) \
        SELECT workspace_id, 50, id, '{\"told\":{}}', '{}' FROM audit ORDER BY id LIMIT 1 OFFSET 1; \
    INSERT INTO ended_imports SELECT workspace_id, id, id, id, id FROM audit ORDER BY id LIMIT 1 OFFSET 1;";

/// A workspace with rows in every table, with ADMIN keys of its tenants.
struct Furnished {
    administrator: String,
    owner: String,
    importer: String,
    /// The path of the charges of the owner's account.
    charges: String,
    webhook: Value,
    receiver: Receiver,
}

/// Returns a client with a key.
fn at(server: &Server, key: &str) -> Client {
    Client::new(&server.base).calry(key)
}

/// The request that is repeated after the import.
fn repeated(client: Client) -> Answer {
    client.with("idempotency-key", "airport-1").post("/api/v1/locations", &json!({ "name": "Airport" }))
}

impl Furnished {
    fn new(world: &World) -> Self {
        let market = Market::open(world);
        let [owner, importer] = [&market.owner, &market.importer].map(|tenant| world.key_in(tenant, "ADMIN"));
        let [as_owner, as_importer] = [&owner, &importer].map(|key| at(&world.server, key));
        let [sold, asleep] = [(); 2].map(|()| market.shared());
        let listing = |id: &str| format!("/api/v1/listing/{id}");
        let fields = json!({
            "name": "Loft « Zoë's » 🏠", "description": "Line one\nline 'two' \"three\" \\ 100 %", "timeZone": "Asia/Tokyo",
            "pictures": [{ "url": "https://example.com/1.jpg", "description": "Küche" }], "amenities": ["Sauna", "WiFi"],
            "bathroomCount": 1.5, "startPrice": 149.99, "longitude": -179.999_999_9, "latitude": 64.123_456_789,
        });
        data(200, &as_owner.patch(&listing(&sold), &fields));
        data(200, &as_owner.patch(&listing(&asleep), &json!({ "status": "INACTIVE" })));
        let night = json!({ "startDate": "2030-03-01", "endDate": "2030-03-03", "price": 80.5, "minimumNights": 2 });
        data(200, &as_owner.put(&format!("/api/v1/availability/{sold}"), &json!({ "ranges": [night] })));

        let mut promotion = promotion_fields("Winter");
        promotion["integrationAccountID"] = market.account.as_str().into();
        promotion["couponCode"] = json!("WINTER");
        let promotion = id_of(&data(201, &as_owner.post("/api/v1/promotions", &promotion)));
        let assigned =
            as_owner.put(&format!("/api/v1/promotions/{promotion}/listings/assign"), &json!({ "listingIDs": [sold] }));
        data(200, &assigned);
        let stated = json!({ "charges": [
            { "name": "Küche", "kind": "FEE", "basis": "PER_STAY", "amount": 30.5, "listingIDs": [sold] },
            { "name": "City tax", "kind": "TAX", "basis": "PERCENTAGE", "percentage": 5.5, "firstCheckIn": "2030-01-01" },
        ] });
        let charges = format!("/api/v1/integration-account/{}/charges", market.account);
        data(200, &as_owner.put(&charges, &stated));
        for client in [&as_owner, &as_importer] {
            data(201, &client.post("/api/v1/quote", &stay(&sold, "2031-06-01", "2031-06-04")));
        }
        let mut hold = booking(&sold, "2030-05-01", "2030-05-04");
        hold["reservationType"] = json!("PENDING_CONFIRMATION");
        hold["externalID"] = json!("channel-1");
        data(201, &as_importer.post("/api/v1/reservation", &hold));
        data(201, &as_owner.post("/api/v1/reservation", &booking(&sold, "2030-06-01", "2030-06-02")));
        assert_eq!(repeated(as_owner.clone()).status, 201);
        data(201, &as_owner.put("/api/v1/event-consumers/billing", &json!({ "position": 3 })));

        let receiver = Receiver::start();
        let webhook = create(&as_owner, &json!({ "url": receiver.url, "types": ["location.created"] }));
        data(200, &as_owner.post(&format!("{}/test", path(&webhook)), &json!({})));
        receiver.next();
        data(200, &as_owner.put(&format!("{}/disable", path(&webhook)), &json!({})));
        Self { administrator: world.key.clone(), owner, importer, charges, webhook, receiver }
    }

    /// Returns the answers to reads by each key, without the address of the server.
    fn read(&self, server: &Server) -> Vec<String> {
        let paths = [
            "/api/v1/workspace",
            "/api/v1/tenants?name=mporte",
            "/api/v1/tenants/count",
            "/api/v1/users?name=hopp",
            "/api/v1/api-keys",
            "/api/v1/locations",
            "/api/v1/integration-account",
            &self.charges,
            "/api/v1/listing",
            "/api/v1/listing?location=64.2,179.9&radius=60&amenities=sauna",
            "/api/v1/tenants/search-listings?location=64.2,179.9&radius=60",
            "/api/v1/tenants/imported-listings",
            "/api/v1/promotions?includeInactive=true",
            "/api/v1/reservation",
            "/api/v1/audit?per_page=100",
            "/api/v1/webhooks",
            "/api/v1/event-consumers",
            &format!("{}/attempts", path(&self.webhook)),
        ];
        let answers = self.keys().into_iter().flat_map(|key| {
            paths.iter().map(|path| {
                let mut answer = at(server, key).get(path);
                for shown in answer.json["data"].as_array_mut().into_iter().flatten() {
                    // It grows with the time.
                    shown.as_object_mut().map(|shown| shown.remove("lag"));
                }
                format!("{path} {} {}", answer.status, answer.json.to_string().replace(&server.base, "BASE"))
            })
        });
        answers.collect()
    }

    /// Returns the events of the log with their positions, as the tenant of each key reads them.
    fn events(&self, server: &Server) -> Vec<Vec<Value>> {
        let events = self.keys().into_iter().map(|key| {
            let page = at(server, key).get("/api/v1/events?limit=100");
            let page: Value = serde_json::from_str(&page.text.replace(&server.base, "BASE")).expect("JSON");
            page["data"].as_array().expect("events").clone()
        });
        events.collect()
    }

    fn keys(&self) -> [&String; 3] {
        [&self.administrator, &self.owner, &self.importer]
    }

    /// Returns these events once all have their positions.
    fn all_events(&self, server: &Server) -> Vec<Vec<Value>> {
        until(|| {
            let events = self.events(server);
            let is_last = events[1].last().is_some_and(|event| event["type"] == "webhook.disabled");
            if is_last { Ok(events) } else { Err(json!(events)) }
        })
    }

    /// Checks that a server does with the workspace as the first one did.
    fn expect_served(&self, server: &Server, read: &[String], events: &[Vec<Value>]) {
        assert_eq!(self.read(server), read);
        for (found, expected) in self.events(server).iter().zip(events) {
            assert!(found.starts_with(expected), "{found:#?}\n{expected:#?}");
        }
        let owner = at(server, &self.owner);
        let count = || owner.get("/api/v1/locations/count").json;
        let before = count();
        assert_eq!(repeated(owner.clone()).status, 201);
        assert_eq!(count(), before, "the request is known");
        let taken = booking(&id_of(&owner.get("/api/v1/listing").json["data"][0]), "2030-05-02", "2030-05-03");
        assert_eq!(owner.post("/api/v1/reservation", &taken).refusal(), (409, "not_available"));
        // What waited gets the next positions, and the webhook the next event.
        let last = positions(&events.concat()).into_iter().max().expect("events");
        let log = || at(server, &self.administrator).get(&format!("/api/v1/events?scope=workspace&after={last}")).json;
        until(|| if log()["data"][1].is_object() { Ok(()) } else { Err(log()) });
        data(200, &owner.put(&format!("{}/enable", path(&self.webhook)), &json!({ "position": "latest" })));
        let place = data(201, &owner.post("/api/v1/locations", &json!({ "name": "Seaport" })));
        let delivery = self.receiver.next();
        assert_eq!(delivery.event["resource"]["id"], place["id"]);
        assert_eq!(delivery.headers["webhook-signature"], signature(&delivery, &self.webhook["secret"]));
        let log = log();
        let numbered = positions(log["data"].as_array().expect("events"));
        assert_eq!(numbered, (last + 1..=last + 4).collect::<Vec<_>>(), "{log:#}");
        assert_eq!(log["data"][0]["type"], "import.ended", "what waited is in its order");
    }
}

/// Returns a folder for a database of this name, whose service knows the key of secrets.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("data")).expect("created");
    fs::write(folder.path().join("data/tenantry.db-secret-key"), SECRET_KEY).expect("written");
    folder
}

pub(crate) fn database(folder: &TempDir) -> String {
    folder.path().join("data/tenantry.db").display().to_string()
}

pub(crate) fn export(
    url: &str,
    workspace: &str,
    tenant: Option<&str>,
    file: &str,
) -> Result<String, (Option<i32>, String)> {
    let mut arguments = vec!["tenant", "export", "--workspace", workspace, file];
    arguments.extend(tenant.into_iter().flat_map(|tenant| ["--tenant", tenant]));
    run(url, &arguments)
}

pub(crate) fn import(url: &str, file: &str) -> Result<String, (Option<i32>, String)> {
    run(url, &["workspace", "import", file])
}

fn rows(file: &str) -> BTreeMap<String, Vec<String>> {
    SqliteFile::at(file.as_ref()).tables()
}

/// Returns the actions of the trail of operators that concern a workspace, by the command line.
pub(crate) fn copies(server: &Server, workspace: &str) -> Vec<String> {
    let key = run(&server.url(), &["operator-key", "create", "--name", "Reader", "--json"]).expect("a key");
    let key: Value = serde_json::from_str(&key).expect("JSON");
    let operator = Client::new(&server.base).bearer(key["operatorKey"].as_str().expect("a key"));
    let entries = operator.get(&format!("/operator/v1/audit?workspaceID={workspace}")).json["data"].clone();
    let by_command_line = entries.as_array().expect("entries").iter().map(|entry| {
        assert_eq!(entry["operator"]["name"], "command line");
        entry["action"].as_str().expect("an action").to_owned()
    });
    by_command_line.collect()
}

#[test]
fn a_workspace_goes_from_sqlite_to_postgresql_and_back_with_every_row() {
    let first = Arc::new(folder());
    let mut world = World::start(Engine::Sqlite(first.clone()));
    let furnished = Furnished::new(&world);
    world.other_workspace();
    let events = furnished.all_events(&world.server);
    let read = furnished.read(&world.server);
    assert!(world.server.terminate().success());
    SqliteFile::at(database(&first).as_ref()).execute(WAITING);

    let (carried, second) = (tempfile::tempdir().expect("a temporary folder"), Arc::new(folder()));
    let carried = carried.path().join("workspace.db").display().to_string();
    let told = export(&world.server.url(), &world.workspace, None, &carried).expect("exported");
    assert!(told.contains(&format!("workspace  {}\nrows       ", world.workspace)), "{told}");
    let postgres = Engine::postgres();
    let told = import(&postgres.url(), &carried).expect("imported");
    assert!(told.contains(&format!("workspace  {}\nrows       ", world.workspace)), "{told}");
    export(&postgres.url(), &world.workspace, None, &database(&second)).expect("exported");

    let id = uuid::Uuid::parse_str(&world.workspace).expect("an id").simple().to_string().to_uppercase();
    let mut expected = rows(&database(&first));
    for rows in expected.values_mut() {
        rows.retain(|row| row.contains(&id));
    }
    assert!(expected.values().all(|rows| !rows.is_empty()), "{expected:#?}");
    assert_eq!(expected.len(), 26);
    assert_eq!(rows(&carried), expected);
    assert_eq!(rows(&database(&second)), expected);

    for (engine, actions) in [(postgres, &["workspace.import", "workspace.export"][..]), (Engine::Sqlite(second), &[])]
    {
        let server = Server::start(engine);
        assert_eq!(copies(&server, &world.workspace), actions);
        furnished.expect_served(&server, &read, &events);
    }
}
