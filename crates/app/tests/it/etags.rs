//! `ETag`, `If-None-Match` and `If-Match`: unchanged resources are not sent again, and unseen changes are not
//! overwritten.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World, at_once, id_of};

on_both_engines! {
    a_tag_follows_what_the_body_shows
    what_is_known_is_not_sent_again
    of_two_who_edit_a_tenant_with_if_match_one_is_refused
    of_twenty_who_edit_with_the_same_tag_one_wins
    without_if_match_the_last_write_wins
    a_lost_tag_stands_between_what_is_not_found_and_what_is_in_the_way
    if_match_is_any_of_its_tags_and_never_a_weak_one
    a_moved_account_changes_the_tag_of_its_listings
}

const STALE: &str = "\"00000000000000000000000000000000\"";

fn named(name: &str) -> Value {
    json!({ "name": name })
}

fn tag(answer: &Answer) -> String {
    assert!(answer.status < 300, "{}", answer.text);
    answer.header("etag").expect("a tag").to_owned()
}

fn if_match(client: Client, tag: &str) -> Client {
    client.with("if-match", tag)
}

fn a_tag_follows_what_the_body_shows(world: &World) {
    let channel = world.tenant_id("Channel A");
    let inside = world.calry().named(&channel);
    let created = inside.post("/api/v1/locations", &named("Airport"));
    let path = format!("/api/v1/locations/{}", id_of(&created.json["data"]));
    let read = inside.get(&path);
    assert_eq!((tag(&created), &created.text), (tag(&read), &read.text));
    assert_eq!(tag(&inside.get(&path)), tag(&read));
    assert!(tag(&read).starts_with('"'), "strong");
    let changed = inside.patch(&path, &named("Seaport"));
    assert_ne!(tag(&changed), tag(&read));
    assert_eq!(tag(&inside.get(&path)), tag(&changed));
    assert_eq!(tag(&inside.patch(&path, &json!({}))), tag(&changed), "nothing changed");
}

fn what_is_known_is_not_sent_again(world: &World) {
    let path = format!("/api/v1/tenants/{}", world.tenant_id("Channel A"));
    let current = tag(&world.calry().get(&path));
    for known in [current.clone(), format!("W/{current}"), format!("{STALE}, {current}"), "*".to_owned()] {
        for method in ["GET", "HEAD"] {
            let answer = world.calry().with("if-none-match", &known).call(method, &path, None);
            assert_eq!((answer.status, &*answer.text, tag_of(&answer)), (304, "", Some(&*current)), "{method} {known}");
            assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
            assert!(answer.header("vary").is_some() && answer.header("x-tenant-id").is_some());
            assert_eq!(answer.header("content-type"), None);
        }
    }
    for unknown in [STALE, "", "x"] {
        assert_eq!(world.calry().with("if-none-match", unknown).get(&path).status, 200, "{unknown}");
    }
    let list = world.calry().with("if-none-match", "*").get("/api/v1/tenants");
    assert_eq!((list.status, list.header("etag")), (200, None), "lists have no ETag");
    let nobody = world.client().with("if-none-match", &current).get(&path);
    assert_eq!(nobody.status, 401, "an unauthenticated caller does not get 304");
}

fn tag_of(answer: &Answer) -> Option<&str> {
    answer.header("etag")
}

fn of_two_who_edit_a_tenant_with_if_match_one_is_refused(world: &World) {
    let path = format!("/api/v1/tenants/{}", world.tenant_id("Channel A"));
    let seen = tag(&world.calry().get(&path));
    let first = if_match(world.calry(), &seen).patch(&path, &named("Renamed by one"));
    assert_eq!(first.status, 200, "{}", first.text);
    let second = if_match(world.calry(), &seen).put(&path, &named("Renamed by another"));
    assert_eq!(second.refusal(), (412, "precondition_failed"));
    assert_eq!(world.calry().get(&path).json["data"]["name"], "Renamed by one");
    let again = if_match(world.calry(), &tag(&first)).put(&path, &named("Renamed by another"));
    assert_eq!(again.status, 200, "{}", again.text);
}

fn of_twenty_who_edit_with_the_same_tag_one_wins(world: &World) {
    let path = format!("/api/v1/tenants/{}", world.tenant_id("Channel A"));
    let client = if_match(world.calry(), &tag(&world.calry().get(&path)));
    let mut answers = at_once(20, |number| client.patch(&path, &named(&format!("Renamed by {number}"))).status);
    answers.sort_unstable();
    assert_eq!((answers[0], &answers[1..]), (200, &[412; 19][..]));
}

fn without_if_match_the_last_write_wins(world: &World) {
    let path = format!("/api/v1/tenants/{}", world.tenant_id("Channel A"));
    for name in ["Renamed by one", "Renamed by another"] {
        assert_eq!(world.calry().patch(&path, &named(name)).status, 200);
    }
    assert_eq!(world.calry().get(&path).json["data"]["name"], "Renamed by another");
}

fn a_lost_tag_stands_between_what_is_not_found_and_what_is_in_the_way(world: &World) {
    let default = format!("/api/v1/tenants/{}", id_of(&world.default_tenant()));
    let channel = format!("/api/v1/tenants/{}", world.tenant_id("Channel A"));
    let unknown = "/api/v1/tenants/0192f0c1-7b1e-7000-8000-000000000000";
    let current = tag(&world.calry().get(&default));
    let lost = if_match(world.calry(), STALE);
    for (answer, expected) in [
        (lost.patch(&channel, &named("Inn")), (422, "validation_failed")),
        (lost.patch(unknown, &named("Channel B")), (404, "tenant_not_found")),
        (lost.delete(unknown), (404, "tenant_not_found")),
        (lost.delete(&default), (412, "precondition_failed")),
        (lost.put(&format!("{default}/deactivate"), &json!({})), (412, "precondition_failed")),
        (lost.put(&format!("{channel}/activate"), &json!({})), (412, "precondition_failed")),
        (lost.patch(&channel, &json!({ "domain": "default" })), (412, "precondition_failed")),
        (if_match(world.calry(), &current).delete(&default), (409, "default_tenant")),
        (if_match(world.client(), STALE).delete(&channel), (401, "unauthenticated")),
    ] {
        assert_eq!(answer.refusal(), expected, "{}", answer.text);
    }
    assert_eq!(world.calry().get(&channel).status, 200, "nothing was deleted");
    let current = tag(&world.calry().get(&channel));
    assert_eq!(if_match(world.calry(), &current).delete(&channel).status, 204);
}

fn if_match_is_any_of_its_tags_and_never_a_weak_one(world: &World) {
    let path = "/api/v1/workspace";
    let current = || tag(&world.calry().get(path));
    let rename = |tags: &str, name: &str| if_match(world.calry(), tags).patch(path, &named(name)).status;
    assert_eq!(rename("*", "Inn One"), 200);
    assert_eq!(rename(&format!("{STALE}, {}", current()), "Inn Two"), 200);
    let now = current();
    for lost in [format!("W/{now}"), now.trim_matches('"').to_owned(), String::new(), now.to_uppercase()] {
        assert_eq!(rename(&lost, "Inn Three"), 412, "{lost}");
    }
    assert_eq!(
        world.calry().with("if-match", STALE).with("if-match", &now).patch(path, &named("Inn Four")).status,
        200
    );
}

fn a_moved_account_changes_the_tag_of_its_listings(world: &World) {
    let [owner, target, importer] = ["Owner", "Target", "Importer"].map(|name| world.tenant_id(name));
    let account = world.account(&owner);
    let listing = world.listing(&owner, &account);
    let importer = world.calry().named(&importer);
    let import = importer.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [listing] }));
    assert_eq!(import.status, 200, "{}", import.text);
    let path = format!("/api/v1/listing/{listing}");
    let before = tag(&importer.get(&path));
    let account = format!("/api/v1/integration-account/{account}");
    let of_account = tag(&world.calry().named(&owner).get(&account));
    let body = json!({ "tenantID": target });
    let lost = if_match(world.calry(), STALE).patch(&format!("{account}/move-tenant"), &body);
    assert_eq!(lost.refusal(), (412, "precondition_failed"));
    let moved = if_match(world.calry(), &of_account).patch(&format!("{account}/move-tenant"), &body);
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_ne!(tag(&importer.get(&path)), before);
    assert_ne!(tag(&world.calry().named(&target).get(&account)), of_account);
}
