//! The headers of authentication and of the tenant.

use crate::on_both_engines;
use crate::support::{World, id_of};

on_both_engines! {
    every_bad_key_gets_the_same_answer
    different_keys_or_tenants_in_one_request_are_refused
    a_tenant_that_is_not_yours_is_not_there
    the_header_chooses_the_rule_where_no_tenant_is_named
    another_scheme_is_ignored
}

const CURRENT: &str = "/api/v1/tenants/current";

fn every_bad_key_gets_the_same_answer(world: &World) {
    let mut mistyped = world.key.clone();
    mistyped.replace_range(40..41, if &mistyped[40..41] == "a" { "b" } else { "a" });
    let unknown = "tny_".to_owned() + &"a".repeat(96);
    let nobody = world.client().get(CURRENT);
    assert_eq!(nobody.refusal(), (401, "unauthenticated"));
    assert_eq!(nobody.json["message"], "Authentication failed");
    for key in ["", "x", "Bearer", &mistyped, &unknown, &world.key.to_uppercase(), &format!("{} ,x", world.key)] {
        for client in [world.client().calry(key), world.client().bearer(key)] {
            let refused = client.get(CURRENT);
            assert_eq!((refused.status, &refused.text), (401, &nobody.text), "{key:?}");
            assert_eq!(refused.header("x-tenant-id"), None);
        }
    }
}

fn different_keys_or_tenants_in_one_request_are_refused(world: &World) {
    let [a, b] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let other = world.key_in(&a, "READ");
    for (client, code) in [
        (world.bearer().calry(&other), "conflicting_keys"),
        (world.calry().calry("nonsense"), "conflicting_keys"),
        (world.calry().named(&a).named(&b), "conflicting_tenants"),
        (world.calry().named(&a).with("x-tenant-id", &b), "conflicting_tenants"),
        (world.calry().named("channel-a"), "malformed_tenant_header"),
        (world.calry().named(""), "malformed_tenant_header"),
        (world.client().named("channel-a"), "malformed_tenant_header"),
    ] {
        assert_eq!(client.get(CURRENT).refusal(), (400, code));
    }
    assert_eq!(world.calry().bearer(&world.key).get(CURRENT).status, 200, "both headers may have the same key");
    assert_eq!(world.calry().named(&a).with("x-tenant-id", &a).get(CURRENT).status, 200);
}

fn a_tenant_that_is_not_yours_is_not_there(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let inside = world.key_in(&channel, "ADMIN");
    let other = world.other_workspace();
    let unknown = "0192f0c1-7b1e-7000-8000-000000000000";
    let nowhere = world.calry().named(unknown).get(CURRENT);
    assert_eq!(nowhere.refusal(), (404, "tenant_not_found"));
    for (key, tenant) in [
        (&world.key, &other.tenant),
        (&other.key, &channel),
        (&inside, &sibling),
        (&inside, &id_of(&world.default_tenant())),
        (&inside, &other.tenant),
    ] {
        for client in [world.client().calry(key), world.client().bearer(key)] {
            let refused = client.named(tenant).get(CURRENT);
            assert_eq!((refused.status, &refused.text), (404, &nowhere.text));
            assert_eq!(refused.header("x-tenant-id"), None);
        }
    }
}

fn the_header_chooses_the_rule_where_no_tenant_is_named(world: &World) {
    let default = id_of(&world.default_tenant());
    let channel = world.tenant_id("Channel A");
    for (client, expected) in [
        (world.bearer(), &channel),
        (world.calry(), &default),
        (world.bearer().calry(&world.key), &default),
        (world.bearer().named(&default), &default),
        (world.calry().with("x-tenant-id", &channel), &channel),
    ] {
        let current = client.get(CURRENT);
        assert_eq!(current.json["data"]["id"], expected.as_str());
        assert_eq!(current.header("x-tenant-id"), Some(expected.as_str()));
    }
    let inside = world.key_in(&channel, "READ");
    for client in [world.client().bearer(&inside), world.client().calry(&inside)] {
        assert_eq!(
            client.get(CURRENT).json["data"]["id"],
            channel.as_str(),
            "a channel's key has the channel as its home"
        );
    }
}

fn another_scheme_is_ignored(world: &World) {
    let client = world.calry().with("authorization", "Basic dXNlcjpwYXNz");
    assert_eq!(client.get(CURRENT).status, 200);
    let client = world.client().with("authorization", &format!("bearer {}", world.key));
    assert_eq!(client.get(CURRENT).status, 200, "schemes ignore case");
}
