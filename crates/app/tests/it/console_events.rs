//! The console: events and the audit trail.

use crate::events::events_up_to;
use crate::on_both_engines;
use crate::support::{Browser, World};

on_both_engines! {
    events_are_read_from_either_end_and_by_type
    the_trail_of_a_tenant_is_found_by_action_resource_and_day
    the_trail_of_an_inactive_tenant_is_read_by_administrators
}

fn events_are_read_from_either_end_and_by_type(world: &World) {
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    let other = world.tenant_id("Channel B");
    let place = world.location_id(&tenant, "Harbour");
    world.location_id(&other, "Elsewhere");
    // Changes are numbered in their order: those before are there as well.
    world.key_in(&other, "READ");
    events_up_to(&world.calry().named(&other), "user.created");
    let list = format!("/console/t/{tenant}/events");
    let newest = browser.get(&format!("{list}/newest"));
    let newest = newest.header("location").expect("a page");
    assert!(newest.starts_with(&format!("{list}?after=")), "{newest}");
    for page in [&list, newest] {
        let shown = browser.open(page);
        assert!(shown.contains("location.created") && shown.contains("tenant.created"), "{page}: {shown}");
        assert!(shown.contains(&format!("/console/t/{tenant}/locations/{place}")) && shown.contains("name: Harbour"));
        assert!(!shown.contains("Elsewhere"), "{page}: {shown}");
    }
    let of_type = browser.open(&format!("{list}?types=location.*"));
    assert!(of_type.contains(&place) && !of_type.contains(">tenant.created</td>"), "{of_type}");
    let file = browser.get(&format!("{list}.csv?types=location.created"));
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);

    let default = world.default_tenant()["id"].as_str().expect("an id").to_owned();
    let all = browser.open(&format!("/console/t/{default}/events?scope=workspace&types=location.created"));
    assert!(all.contains("name: Harbour") && all.contains("name: Elsewhere"), "{all}");
    let beyond = browser.get(&format!("{list}?after=999999"));
    assert_eq!(beyond.status, 422, "{}", beyond.text);
    assert!(beyond.text.contains("is beyond the last event"), "{}", beyond.text);
    let channel = Browser::signed_in(&world.server.base, &world.key_in(&tenant, "READ"));
    assert_eq!(channel.get(&format!("{list}?scope=workspace")).status, 403);
    assert!(channel.open(&list).contains("name: Harbour"));
}

fn the_trail_of_a_tenant_is_found_by_action_resource_and_day(world: &World) {
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    world.tenant_id("Channel B");
    let place = world.location_id(&tenant, "Harbour");
    let default = world.default_tenant()["id"].as_str().expect("an id").to_owned();
    let all = format!("/console/t/{default}/audit");
    let shown = browser.open(&format!("{all}?action=tenant.create"));
    assert!(shown.contains("Channel A") && shown.contains("Channel B") && !shown.contains("location.create<"));
    let one = browser.open(&format!("{all}?resourceID={place}"));
    assert!(one.contains("location.create") && one.contains("name: Harbour"), "{one}");
    assert!(one.contains(&format!("/console/t/{tenant}/locations/{place}")), "{one}");

    let list = format!("/console/t/{tenant}/audit");
    let shown = browser.open(&list);
    assert!(shown.contains("location.create") && !shown.contains("Channel B"), "{shown}");
    let today = shown.split_once(&format!("{list}?since=")).expect("a link").1.split('"').next().expect("a day");
    assert!(browser.open(&format!("{list}?since={today}")).contains("location.create"));
    assert!(browser.open(&format!("{list}?until={today}")).contains("There are none."));
    let refused = browser.get(&format!("{list}?since=yesterday&resourceID=x"));
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("RFC 3339") && refused.text.contains("valid UUID"), "{}", refused.text);
    assert_eq!(browser.get(&format!("{list}.csv?action=location.create")).text.lines().count(), 2);

    let channel = Browser::signed_in(&world.server.base, &world.key_in(&tenant, "WRITE"));
    assert_eq!(channel.get(&list).status, 403, "the trail is an administrator's");
    let page = channel.open(&format!("/console/t/{tenant}/locations/{place}"));
    assert!(!page.contains("History") && !page.contains("/audit"), "{page}");
}

fn the_trail_of_an_inactive_tenant_is_read_by_administrators(world: &World) {
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    world.tenant_id("Channel B");
    let channel = Browser::signed_in(&world.server.base, &world.key_in(&tenant, "ADMIN"));
    let path = format!("/api/v1/tenants/{tenant}/deactivate");
    assert_eq!(world.calry().put(&path, &serde_json::json!({})).status, 200);
    let list = format!("/console/t/{tenant}/audit");
    let shown = browser.open(&list);
    assert!(shown.contains("tenant.deactivate") && !shown.contains("Channel B"), "{shown}");
    assert_eq!(browser.get(&format!("{list}.csv?action=tenant.deactivate")).text.lines().count(), 2);
    assert_eq!(channel.get(&list).status, 403, "the tenant's own users read nothing");
}
