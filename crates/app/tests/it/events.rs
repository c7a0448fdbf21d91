//! `/events`, read by polling and by long polling. The streams are in `events_streams.rs`.

use serde_json::{Value, json};

use crate::support::{Answer, Client, Market, Wire, World, booking, data, id_of};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    a_change_is_an_event_with_who_what_and_where
    pages_lead_on_from_the_first_event_to_those_that_will_happen
    events_are_selected_by_their_types
    an_empty_page_waits_for_its_first_event
    each_invalid_value_is_refused_on_its_own
    a_channel_reads_its_own_events_and_the_default_tenant_the_log_of_the_workspace
    another_workspace_has_another_log
    an_importer_is_told_what_it_may_read_and_not_who_acted
    the_seller_and_the_owner_hear_of_a_reservation
    a_key_that_is_revoked_waits_for_nothing
}

walled_and_pooled! {
    a_change_is_an_event_with_who_what_and_where
    pages_lead_on_from_the_first_event_to_those_that_will_happen
    events_are_selected_by_their_types
    an_empty_page_waits_for_its_first_event
    each_invalid_value_is_refused_on_its_own
    a_channel_reads_its_own_events_and_the_default_tenant_the_log_of_the_workspace
    another_workspace_has_another_log
    an_importer_is_told_what_it_may_read_and_not_who_acted
    the_seller_and_the_owner_hear_of_a_reservation
    a_key_that_is_revoked_waits_for_nothing
}

pub(crate) const EVENTS: &str = "/api/v1/events";

/// Returns the page after a position, once it has an event.
fn next_page(client: &Client, after: u64) -> Answer {
    let page = client.get(&format!("{EVENTS}?after={after}&wait=25"));
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

/// Returns the events of the client from the first one up to one of this type.
pub(crate) fn events_up_to(client: &Client, event_type: &str) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let page = next_page(client, after);
        events.extend(page.json["data"].as_array().expect("events").clone());
        if events.iter().any(|event| event["type"] == event_type) {
            return events;
        }
        assert!(!page.json["data"].as_array().expect("events").is_empty(), "no {event_type} in {events:#?}");
        after = page.json["meta"]["position"].as_u64().expect("a position");
    }
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

pub(crate) fn positions(events: &[Value]) -> Vec<u64> {
    events.iter().map(|event| event["position"].as_u64().expect("a position")).collect()
}

/// Returns the path and query of a URL of the server.
fn path_of(url: &Value, world: &World) -> String {
    url.as_str().and_then(|url| url.strip_prefix(&world.server.base)).expect("a URL of the server").to_owned()
}

fn a_change_is_an_event_with_who_what_and_where(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let renamed = client
        .patch(&format!("/api/v1/locations/{}", world.location_id(&channel, "Lobby")), &json!({ "city": "Paris" }));
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    let events = events_up_to(&client, "location.updated");
    let event = events.last().expect("an event");
    insta::assert_json_snapshot!("an_event", event, {
        ".id" => "[id]", ".timestamp" => "[instant]", ".workspaceID" => "[id]", ".tenantID" => "[id]",
        ".actor.id" => "[id]", ".resource.id" => "[id]", ".resource.url" => "[url]", ".position" => "[position]"
    });
    assert_eq!((event["workspaceID"].as_str(), event["tenantID"].as_str()), (Some(&*world.workspace), Some(&*channel)));
    assert_eq!(event["actor"]["id"], world.user.as_str());
    let found = client.get(&path_of(&event["resource"]["url"], world));
    assert_eq!((id_of(&found.json["data"]), &found.json["data"]["city"]), (id_of(&event["resource"]), &json!("Paris")));
}

fn pages_lead_on_from_the_first_event_to_those_that_will_happen(world: &World) {
    let client = world.calry().named(&world.tenant_id("Channel A"));
    for name in ["First place", "Second place", "Third place"] {
        assert_eq!(client.post("/api/v1/locations", &json!({ "name": name })).status, 201);
    }
    let whole = loop {
        let events = events_up_to(&client, "location.created");
        if types(&events) == ["tenant.created", "location.created", "location.created", "location.created"] {
            break events;
        }
    };
    let (mut path, mut walked) = (format!("{EVENTS}?limit=1"), Vec::new());
    for (event, has_more) in whole.iter().zip([true, true, true, false]) {
        let page = client.get(&path);
        if has_more {
            let meta = json!({ "position": event["position"], "has_more": true, "oldest": 1 });
            assert_eq!(page.json["meta"], meta);
        }
        walked.extend(page.json["data"].as_array().expect("events").clone());
        path = path_of(&page.json["links"]["next"], world);
    }
    assert_eq!(walked, whole);
    let empty = client.get(&path);
    assert_eq!((&empty.json["data"], &empty.json["meta"]["has_more"]), (&json!([]), &json!(false)));
    let path = path_of(&empty.json["links"]["next"], world);
    assert!(path.contains("limit=1"), "{path}");
    assert_eq!(client.post("/api/v1/locations", &json!({ "name": "Fourth place" })).status, 201);
    let next = client.get(&format!("{path}&wait=25"));
    assert_eq!(next.json["data"][0]["changes"]["name"], json!({ "from": null, "to": "Fourth place" }));
    let latest = client.get(&format!("{EVENTS}?after=latest"));
    assert_eq!((&latest.json["data"], &latest.json["meta"]["position"]), (&json!([]), &next.json["meta"]["position"]));
}

fn events_are_selected_by_their_types(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    world.location_id(&channel, "Lobby");
    world.user_in(&channel, "venue");
    let whole = events_up_to(&client, "user.created");
    assert_eq!(types(&whole), ["tenant.created", "location.created", "user.created"]);
    for (selected, expected) in [
        ("location.*", &["location.created"][..]),
        ("user.created,tenant.*", &["tenant.created", "user.created"]),
        ("user.created&types=tenant.created", &["tenant.created", "user.created"]),
        ("reservation.*,user.deleted", &[]),
        ("", &["tenant.created", "location.created", "user.created"]),
    ] {
        let page = client.get(&format!("{EVENTS}?types={selected}"));
        assert_eq!(types(page.json["data"].as_array().expect("events")), expected, "{selected}");
        let read = page.json["meta"]["position"].as_u64();
        assert!(
            read >= whole.last().and_then(|event| event["position"].as_u64()),
            "the rest was passed over: {}",
            page.text
        );
    }
}

fn an_empty_page_waits_for_its_first_event(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let read = events_up_to(&client, "tenant.created");
    let after = positions(&read)[0];
    let mut wire = Wire::open(&world.server.base);
    wire.send(&format!(
        "GET {EVENTS}?after={after}&types=location.*&wait=25 HTTP/1.1\r\nhost: test\r\nx-calry-api-key: {}\r\n\
         x-calry-tenant-id: {channel}\r\nconnection: close\r\n\r\n",
        world.key
    ));
    // Other events of the tenant and of the workspace do not end the wait.
    world.user_in(&channel, "venue");
    let other = world.tenant_id("Channel B");
    world.location_id(&other, "Elsewhere");
    let location = world.location_id(&channel, "Lobby");
    let answer = wire.whole();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a response");
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    let page: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(types(page["data"].as_array().expect("events")), ["location.created"]);
    assert_eq!(page["data"][0]["resource"]["id"], location.as_str());
}

fn each_invalid_value_is_refused_on_its_own(world: &World) {
    let client = world.calry();
    for (query, field) in [
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=1000000", "after"),
        ("types=reservation", "types.0"),
        ("types=reservation.*,nothing.*", "types.1"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("wait=26", "wait"),
        ("wait=-1", "wait"),
        ("scope=all", "scope"),
        ("consumer=a%20b", "consumer"),
        ("consumer=a&after=1", "consumer"),
    ] {
        let refused = client.get(&format!("{EVENTS}?{query}"));
        assert_eq!(
            (refused.refusal(), &*refused.field_errors()),
            ((422, "validation_failed"), &[field][..]),
            "{query}"
        );
    }
    for query in ["limit=x", "wait=x"] {
        assert_eq!(client.get(&format!("{EVENTS}?{query}")).refusal(), (400, "malformed_request"), "{query}");
    }
    assert_eq!(client.get(&format!("{EVENTS}?consumer=unknown")).refusal(), (404, "event_consumer_not_found"));
}

fn a_channel_reads_its_own_events_and_the_default_tenant_the_log_of_the_workspace(world: &World) {
    let [own, other] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    world.location_id(&other, "Elsewhere");
    world.location_id(&own, "Lobby");
    let channel = world.client().calry(&world.key_in(&own, "READ"));
    let told = events_up_to(&channel, "api_key.created");
    assert_eq!(types(&told), ["tenant.created", "location.created", "user.created", "api_key.created"]);
    assert!(told.iter().all(|event| event["tenantID"] == own.as_str()), "{told:#?}");
    let refused = channel.get(&format!("{EVENTS}?scope=workspace"));
    assert_eq!(refused.refusal(), (403, "default_tenant_required"));

    let last = told.last().and_then(|event| event["position"].as_u64()).expect("a position");
    let log = world.calry().get(&format!("{EVENTS}?scope=workspace&limit=100"));
    let events = log.json["data"].as_array().expect("events");
    assert_eq!(positions(events), (1..=last).collect::<Vec<_>>());
    let default = id_of(&world.default_tenant());
    assert_eq!(log.header("x-tenant-id"), Some(&*default));
    // The administrator is in the tenant that it has created last.
    let log = world.bearer().get(&format!("{EVENTS}?scope=workspace"));
    assert_eq!((log.status, log.header("x-tenant-id")), (200, Some(&*default)));
    let own = world.calry().get(EVENTS);
    let created = ["workspace.created", "api_key.created", "tenant.created", "tenant.created"];
    let of_default = types(own.json["data"].as_array().expect("events"));
    assert!(of_default.iter().all(|found| created.contains(found)), "{of_default:?}");
}

fn another_workspace_has_another_log(world: &World) {
    world.tenant_id("Channel A");
    let before = events_up_to(&world.calry(), "tenant.created");
    let other = world.other_workspace();
    let its = events_up_to(&world.client().calry(&other.key), "workspace.created");
    assert_eq!(positions(&its)[0], 1, "it counts for itself");
    assert!(its.iter().all(|event| event["workspaceID"] == other.workspace.as_str()), "{its:#?}");
    let after = world.calry().get(EVENTS);
    assert_eq!(after.json["data"].as_array().expect("events")[..before.len()], before);
    assert!(!after.text.contains(&other.workspace));
}

fn an_importer_is_told_what_it_may_read_and_not_who_acted(world: &World) {
    let market = Market::open(world);
    let path = format!("/api/v1/listing/{}", market.shared());
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let edit = json!({ "internalName": "Secret loft", "name": "Loft with a view" });
    assert_eq!(owner.patch(&path, &edit).status, 200);
    let [told, own] = [&importer, &owner].map(|client| {
        let told = events_up_to(client, "listing.updated");
        told.into_iter().find(|event| event["type"] == "listing.updated").expect("the event")
    });
    assert_eq!(told["actor"], json!(null));
    let changed = json!({ "name": { "from": "Loft in Harlem", "to": "Loft with a view" } });
    assert_eq!(told["changes"], changed, "{told:#}");
    let shown = data(200, &importer.get(&path));
    assert_eq!((&shown["name"], shown.get("internalName")), (&told["changes"]["name"]["to"], None));
    assert_eq!(own["changes"]["internalName"]["to"], json!("Secret loft"));
    assert_eq!(own["actor"]["id"], world.user.as_str());
    assert_eq!((&own["position"], &own["id"]), (&told["position"], &told["id"]), "one event for all");
}

fn the_seller_and_the_owner_hear_of_a_reservation(world: &World) {
    let market = Market::open(world);
    let stay = booking(&market.shared(), "2060-01-10", "2060-01-13");
    let sold = data(201, &market.as_importer().post("/api/v1/reservation", &stay));
    for client in [market.as_owner(), market.as_importer()] {
        let told = events_up_to(&client, "reservation.created");
        let event = told.iter().find(|event| event["type"] == "reservation.created").expect("the event");
        assert_eq!(id_of(&event["resource"]), id_of(&sold));
        assert!(!event.to_string().contains("Hopper"), "no guest is named: {event:#}");
        assert_eq!(client.get(&path_of(&event["resource"]["url"], world)).status, 200);
    }
}

fn a_key_that_is_revoked_waits_for_nothing(world: &World) {
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    let inside = world.calry().named(&channel);
    let read = events_up_to(&inside, "api_key.created");
    let after = positions(&read).pop().expect("a position");
    let mut wire = Wire::open(&world.server.base);
    wire.send(&format!(
        "GET {EVENTS}?after={after}&wait=25 HTTP/1.1\r\nhost: test\r\nx-calry-api-key: {key}\r\nconnection: close\r\n\r\n"
    ));
    let id = id_of(&inside.get("/api/v1/api-keys").json["data"][0]);
    assert_eq!(inside.delete(&format!("/api/v1/api-keys/{id}")).status, 204);
    let answer = wire.whole();
    assert!(answer.starts_with("HTTP/1.1 401 "), "the event of the revocation is not for the key: {answer}");
}
