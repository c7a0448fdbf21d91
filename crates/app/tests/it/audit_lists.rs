//! `/audit`: filters, order and pages.

use serde_json::json;

use crate::audit::{actions, trail};
use crate::on_both_engines;
use crate::support::{World, id_of};

on_both_engines! {
    entries_are_found_by_action_resource_tenant_and_time
    links_lead_through_the_whole_trail
    queries_are_checked
}

const AUDIT: &str = "/api/v1/audit";
const TENANTS: &str = "/api/v1/tenants";

fn entries_are_found_by_action_resource_tenant_and_time(world: &World) {
    let client = world.calry();
    let channel = world.tenant_id("Channel A");
    let user = world.user_in(&channel, "tenant");
    let default = id_of(&world.default_tenant());
    assert_eq!(client.put(&format!("{TENANTS}/{default}/switch"), &json!({})).status, 200);
    let found = |query: &str| actions(&trail(&client, query)).join(" ");

    assert_eq!(found(&format!("&tenantID={channel}&action=tenant.create")), "tenant.create");
    assert_eq!(found(&format!("&tenantID={}&action=tenant.create", channel.to_uppercase())), "tenant.create");
    assert_eq!(found(&format!("&resourceID={user}")), "user.create");
    assert_eq!(found("&action=tenant"), "", "only the whole name matches");
    assert_eq!(found(&format!("&action=&tenantID={default}")), "workspace.create user.switch");

    let created = &trail(&client, "&action=tenant.create")[0];
    let at = created["at"].as_str().expect("an instant");
    let of = format!("&resourceID={channel}");
    assert_eq!(found(&format!("{of}&since={at}")), "tenant.create", "since is inclusive");
    assert_eq!(found(&format!("{of}&until={at}")), "", "until is exclusive");
    let [earlier, later] = [at.replace('Z', "%2B00:01"), at.replace('Z', "-00:01")];
    assert_eq!(found(&format!("{of}&since={earlier}&until={later}")), "tenant.create", "any offset");
    assert_eq!(found(&format!("{of}&since={later}")), "");
    assert_eq!(found(&format!("{of}&since={later}&until={earlier}")), "", "an end before the beginning");
}

fn links_lead_through_the_whole_trail(world: &World) {
    for name in ["Channel A", "Channel B", "Channel C", "Channel D"] {
        world.tenant_id(name);
    }
    let client = world.calry();
    let since = "2020-01-01T00:00:00%2B01:00";
    let whole = trail(&client, &format!("&since={since}"));
    assert_eq!(whole.len(), 5);
    for first in [format!("{AUDIT}?per_page=2&since={since}"), format!("{AUDIT}?per_page=2&after={}", world.workspace)]
    {
        let (mut walked, mut next) = (Vec::new(), Some(first));
        while let Some(url) = next {
            let page = client.get(url.trim_start_matches(&world.server.base));
            assert_eq!(page.status, 200, "{url}: {}", page.text);
            walked.extend(page.json["data"].as_array().expect("entries").clone());
            next = page.json["links"]["next"].as_str().map(str::to_owned);
        }
        assert!(whole.ends_with(&walked) && walked.len() >= 4, "{walked:?}");
    }
}

fn queries_are_checked(world: &World) {
    let client = world.calry();
    for (query, field, message) in [
        ("resourceID=x", "resourceID", "The resource ID must be a valid UUID."),
        ("tenantID=", "tenantID", "The tenant ID must be a valid UUID."),
        ("since=yesterday", "since", "The since must be an RFC 3339 instant, like 2030-01-31T12:00:00Z."),
        ("until=2030-01-31", "until", "The until must be an RFC 3339 instant, like 2030-01-31T12:00:00Z."),
        ("since=2030-01-31T12:00:00+01:00", "since", "The since must be"),
        ("until=9999-12-31T23:59:59-01:00", "until", "The until must be"),
        ("action=tenant%00", "action", "The action may not contain control characters."),
    ] {
        for path in [AUDIT, &format!("{AUDIT}/count")] {
            let refused = client.get(&format!("{path}?{query}"));
            assert_eq!(
                (refused.refusal(), refused.field_errors()),
                ((422, "validation_failed"), vec![field]),
                "{query}"
            );
            let found = refused.json["errors"][field][0].as_str().unwrap_or_default();
            assert!(found.starts_with(message), "{query}: {found}");
        }
    }
    let all = client.get(&format!("{AUDIT}?resourceID=1&tenantID=1&since=1&until=1&action=%0a&per_page=101"));
    assert_eq!(
        (all.status, all.field_errors()),
        (422, vec!["action", "per_page", "resourceID", "since", "tenantID", "until"])
    );
    assert_eq!(client.get(&format!("{AUDIT}?page=x")).refusal(), (400, "malformed_request"));
    for known_nowhere in ["resourceID", "tenantID"] {
        assert_eq!(trail(&client, &format!("&{known_nowhere}=0192f0c1-7b1e-7000-8000-000000000000")).len(), 0);
    }
}
