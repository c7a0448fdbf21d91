//! Rate limits of keys and tenants.

use domain::api_keys::{ApiKeyToken, KeySecret};
use serde_json::json;

use crate::on_both_engines;
use crate::server_limits::beside;
use crate::support::{Client, World};

on_both_engines! {
    a_key_that_calls_too_often_is_told_when_to_come_back
    keys_that_a_tenant_makes_get_it_no_more_requests
    a_banned_user_uses_no_quota_of_the_tenant
}

const TENANTS: &str = "/api/v1/tenants";

/// Returns a key with the same id and another secret.
fn forged(key: &str) -> String {
    let token: ApiKeyToken = key.parse().expect("a key");
    ApiKeyToken::new(token.workspace_id(), token.id(), KeySecret::new([7; 24])).reveal()
}

fn a_key_that_calls_too_often_is_told_when_to_come_back(world: &World) {
    assert_eq!(world.calry().get(TENANTS).header("ratelimit"), None, "there is no limit unless one is set");

    let channel = world.tenant_id("Channel A");
    let quiet = world.key_in(&channel, "READ");
    let server = beside(world, &["--rate-limit", "3/3600"]);
    let client = || Client::new(&server.base);
    let forged = forged(&world.key);
    for _ in 0..5 {
        assert_eq!(
            client().calry(&forged).get(TENANTS).status,
            401,
            "a forged key does not use up the limit of the real one"
        );
    }
    let busy = client().calry(&world.key);
    // Every request with a valid key counts, even one that is refused, with either header.
    let asked = [
        (busy.get(TENANTS), 200),
        (client().bearer(&world.key).delete("/api/v1/tenants/x"), 404),
        (busy.clone().named("0192f0c1-7b1e-7000-8000-000000000000").get(TENANTS), 404),
    ];
    for ((answer, status), remaining) in asked.iter().zip([2, 1, 0]) {
        assert_eq!(answer.status, *status, "{}", answer.text);
        assert_eq!(answer.header("ratelimit-policy"), Some(r#""api-key";q=3;w=3600"#));
        let standing = format!(r#""api-key";r={remaining};t={}"#, (3 - remaining) * 1200);
        assert_eq!(answer.header("ratelimit"), Some(standing.as_str()));
        assert_eq!(answer.header("retry-after"), None);
    }
    for refused in [busy.get(TENANTS), busy.post(TENANTS, &json!({})), busy.get("/api/v1/users/me")] {
        assert_eq!(refused.refusal(), (429, "rate_limited"));
        let wait: u32 = refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("seconds");
        assert!((1..=1200).contains(&wait), "{wait}");
        assert_eq!(refused.header("ratelimit"), Some(format!(r#""api-key";r=0;t={wait}"#).as_str()));
    }

    for nobody in [client(), client().calry(&forged), client().calry("x")] {
        let refused = nobody.get(TENANTS);
        assert_eq!((refused.refusal(), refused.header("ratelimit")), ((401, "unauthenticated"), None));
    }
    let other = client().calry(&quiet).get("/api/v1/locations");
    assert_eq!(
        (other.status, other.header("ratelimit")),
        (200, Some(r#""api-key";r=2;t=1200"#)),
        "other keys are not limited"
    );
    assert_eq!(client().get("/healthz").status, 200);
}

fn keys_that_a_tenant_makes_get_it_no_more_requests(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let user = world.user_in(&channel, "tenant");
    let keys = [(); 5].map(|()| world.key_of(&user, "ADMIN"));
    let other = world.key_in(&sibling, "READ");
    // Four times the quota of a key, unless it is set.
    for (arguments, granted) in [(&["--rate-limit", "1/3600"][..], 4), (&["--tenant-rate-limit", "2/3600"], 2)] {
        let server = beside(world, arguments);
        let ask = |key: &str| Client::new(&server.base).calry(key).named(&channel).get("/api/v1/locations");
        for (number, key) in keys.iter().enumerate() {
            let answer = ask(key);
            assert_eq!(answer.status, if number < granted { 200 } else { 429 }, "{}", answer.text);
        }
        // A request that is refused for its tenant counts for the home of its user.
        assert_eq!(ask(&other).refusal(), (404, "tenant_not_found"));
        let at_home = Client::new(&server.base).calry(&world.key).get(TENANTS);
        assert_eq!(at_home.status, 200, "the workspace goes on");
    }
}

fn a_banned_user_uses_no_quota_of_the_tenant(world: &World) {
    let channel = world.tenant_id("Channel");
    let (banned, active) = (world.user_in(&channel, "tenant"), world.user_in(&channel, "tenant"));
    let keys = [&banned, &active].map(|user| world.key_of(user, "READ"));
    let status =
        world.calry().named(&channel).patch(&format!("/api/v1/users/{banned}"), &json!({ "status": 2 })).status;
    assert_eq!(status, 200);
    let server = beside(world, &["--tenant-rate-limit", "2/3600"]);
    let ask = |key: &str| Client::new(&server.base).calry(key).get("/api/v1/locations");
    for _ in 0..4 {
        assert_eq!(ask(&keys[0]).refusal(), (403, "user_not_active"));
    }
    assert_eq!(ask(&keys[1]).status, 200);
}
