//! `tenantry serve --demo`.

use serde_json::{Value, json};

use crate::support::{Client, Engine, Server, World, id_of};

/// Declares a test of each function on both engines, each with a fresh database and no server.
macro_rules! on_both_engines {
    ($($test:ident)+) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(crate::support::Engine::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $test() { super::$test(crate::support::Engine::postgres()); })+
        }
    };
}

on_both_engines! {
    sample_data_can_be_searched_and_is_imported
    what_is_shown_can_be_pasted
    a_database_that_has_workspaces_stays_as_it_is
    sample_data_that_are_unfinished_are_recognised
}

const END: &str = "/imported-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7580,-73.9855&radius=5";

fn start(engine: Engine) -> World {
    let world = World::of(Server::start_with(engine, &["--demo"]));
    world.server.printed_with(END);
    world
}

/// Returns the names and ids of all tenants.
fn tenants(world: &World) -> Vec<(String, String)> {
    let listed = world.calry().get("/api/v1/tenants?per_page=100").json;
    let tenants = listed["data"].as_array().expect("tenants").iter();
    tenants.map(|tenant| (tenant["name"].as_str().expect("a name").to_owned(), id_of(tenant))).collect()
}

fn in_tenant(world: &World, name: &str) -> Client {
    let (_, id) = tenants(world).into_iter().find(|(found, _)| found == name).expect("a tenant");
    world.calry().named(&id)
}

fn sample_data_can_be_searched_and_is_imported(engine: Engine) {
    let world = start(engine);
    let names: Vec<_> = tenants(&world).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Default", "Manhattan Homes", "Brooklyn Rooms", "City Channel"]);
    assert_eq!(world.calry().get("/api/v1/workspace").json["data"]["name"], "Sample workspace");
    let current = world.bearer().get("/api/v1/tenants/current").json;
    assert_eq!(current["data"]["isDefault"], true, "the administrator's current tenant is the home tenant again");

    let channel = in_tenant(&world, "City Channel");
    let found = channel.get(&format!("{SEARCH}&per_page=100")).json;
    let is_imported = |listing: &&Value| listing["isImported"] == true;
    let found = found["data"].as_array().expect("listings");
    assert_eq!((found.len(), found.iter().filter(is_imported).count()), (100, 12));
    assert!(found[..12].iter().all(|listing| is_imported(&listing)), "the nearest are imported");
    assert_eq!(channel.get("/api/v1/tenants/imported-listings/count").json, json!({ "count": 12 }));
    let shown = &channel.get("/api/v1/tenants/imported-listings").json["data"][0];
    assert_eq!((&shown["isAvailable"], &shown["is_tenant_owned"]), (&json!(true), &json!(false)), "{shown}");

    for (tenant, own) in [("Manhattan Homes", 150), ("Brooklyn Rooms", 150), ("City Channel", 0)] {
        let count = in_tenant(&world, tenant).get("/api/v1/listing/count?listingType=self").json;
        assert_eq!(count, json!({ "count": own }), "{tenant}");
    }
    let offered =
        channel.get("/api/v1/tenants/search-listings?location=40.7,-73.9&radius=1000&per_page=1&page=251").json;
    assert_eq!(offered["data"], json!([]), "one of the accounts does not allow imports");
}

fn what_is_shown_can_be_pasted(engine: Engine) {
    let world = start(engine);
    let printed = world.server.printed_with(END);
    for (name, id) in tenants(&world).into_iter().skip(1) {
        assert!(printed.lines().any(|line| line.contains(&name) && line.contains(&id)), "{name}: {printed}");
    }
    let curls: Vec<_> = printed.lines().filter(|line| line.trim_start().starts_with("curl ")).collect();
    assert_eq!(curls.len(), 3, "{printed}");
    for curl in curls {
        let mut words = curl.split_whitespace().skip(1);
        let url = words.next().expect("an address").trim_matches('\'');
        let mut client = Client::new("");
        while let (Some("-H"), Some(name), Some(value)) = (words.next(), words.next(), words.next()) {
            // The value of `Authorization` has two words.
            let value =
                if value == "Bearer" { format!("Bearer {}", words.next().expect("a key")) } else { value.into() };
            client = client.with(name.trim_matches(['\'', ':']), value.trim_matches('\''));
        }
        let answer = client.get(url);
        assert_eq!(answer.status, 200, "{curl}: {}", answer.text);
        assert_ne!(answer.json["data"], json!([]), "{curl}");
    }
}

fn a_database_that_has_workspaces_stays_as_it_is(engine: Engine) {
    let mut world = World::of(Server::start(engine.clone()));
    world.server.terminate();
    world.server = Server::start_with(engine, &["--demo"]);
    assert_eq!(tenants(&world).len(), 1);
    assert_eq!(world.calry().get("/api/v1/workspace").json["data"]["name"], "My workspace");
    let printed = world.server.all_printed();
    assert_eq!(printed, "This database is in use: no sample data was added.\n");
}

fn sample_data_that_are_unfinished_are_recognised(engine: Engine) {
    let mut world = start(engine.clone());
    // The name of a workspace whose sample data is not complete.
    let name = json!({ "name": "Sample workspace (unfinished)" });
    assert_eq!(world.calry().patch("/api/v1/workspace", &name).status, 200);
    world.server.terminate();
    world.server = Server::start_with(engine, &["--demo"]);
    let printed = world.server.all_printed();
    assert!(printed.starts_with("The sample data of this database is incomplete") && printed.lines().count() == 1);
}
