//! The order of refusals, in one table over all operations.

use attack::{ADMIN, Call, READ, Side, UNKNOWN, WRITE};
use serde_json::{Value, json};

use super::victim::Victim;
use super::{guarded, is_not_found, is_not_imported, trail};
use crate::support::{Answer, Client, World};

/// Operations that ignore the status of the tenant of the request, in addition to those of the default tenant.
const AT_ANY_STATUS: [&str; 2] = ["getMe", "switchTenant"];

/// A tag that no resource has.
const LOST: &str = "\"another\"";

/// Clients at every step of the order.
struct Callers {
    banned: Client,
    elsewhere: Client,
    inactive: Client,
    /// Keys by permission, of the default tenant and of the victim.
    keys: [(&'static str, Client, Client); 3],
}

impl Callers {
    fn of(world: &World, victim: &Victim) -> Self {
        let nowhere = UNKNOWN;
        let client = |key: &str| world.client().calry(key);
        let [user, banned] = [(); 2].map(|()| world.user_in(&victim.tenant, "tenant"));
        let keys = [READ, WRITE, ADMIN].map(|permission| {
            let [central, own] = [&world.user, &user].map(|user| client(&world.key_of(user, permission)));
            (permission, central, own)
        });
        let key_of_banned = world.key_of(&banned, READ);
        let users = world.calry().named(&victim.tenant);
        assert_eq!(users.patch(&format!("/api/v1/users/{banned}"), &json!({ "status": 2 })).status, 200);
        let asleep = world.tenant_id("An inactive tenant");
        let inactive = client(&world.key_in(&asleep, READ));
        let deactivate = format!("/api/v1/tenants/{asleep}/deactivate");
        assert_eq!(world.calry().put(&deactivate, &json!({})).status, 200);
        Self {
            banned: client(&key_of_banned).named(nowhere),
            elsewhere: keys[0].2.clone().named(nowhere),
            inactive,
            keys,
        }
    }

    /// Returns clients that may not call the operation, with their refusals.
    fn refused(&self, world: &World, name: &str, call: &Call) -> Vec<(Client, (u16, &'static str))> {
        let mut refused = vec![
            (world.client().named("nowhere"), (400, "malformed_tenant_header")),
            (world.client().named(&Victim::nobody().tenant), (401, "unauthenticated")),
            (self.banned.clone(), (403, "user_not_active")),
            (self.elsewhere.clone(), (404, "tenant_not_found")),
        ];
        if !call.needs_authority() && !AT_ANY_STATUS.contains(&name) {
            refused.push((self.inactive.clone(), (403, "tenant_inactive")));
        }
        for (_, central, own) in self.keys.iter().take_while(|(permission, ..)| *permission != call.permission) {
            refused.extend([central, own].map(|client| (client.clone(), (403, "permission_denied"))));
        }
        if call.needs_authority() {
            refused.push((self.keys[2].2.clone(), (403, "default_tenant_required")));
        }
        refused
    }

    /// Returns the client with the least permission for the operation.
    fn allowed(&self, call: &Call) -> Client {
        let mut keys = self.keys.iter();
        let (_, central, own) = keys.find(|(permission, ..)| *permission == call.permission).expect("a permission");
        if call.needs_authority() { central.clone() } else { own.clone() }
    }
}

/// Sends a request with an unknown id, an invalid query and an unreadable body.
fn all_wrong(client: &Client, method: &str, path: &str) -> Answer {
    let path = Victim::nobody().path(path.split('?').next().unwrap_or_default());
    match method {
        "GET" => client.get(&format!("{path}?page=x&startDate=x&location=x")),
        _ => client.send(method, &format!("{path}?dryrun=true"), "application/json", "{"),
    }
}

/// Returns the body with values that no field accepts.
fn spoiled(body: &Value) -> Value {
    match body {
        Value::String(_) => json!("\u{7}"),
        Value::Number(_) => json!(-1),
        Value::Array(items) => items.iter().map(spoiled).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), spoiled(value))).collect(),
        other => other.clone(),
    }
}

pub(super) fn refusals_come_in_one_order(world: &World) {
    let victim = Victim::of(world, "The victim");
    let callers = Callers::of(world, &victim);
    let before = (trail(world), victim.state(world));
    for (name, method, path, call) in guarded(world) {
        for (client, refusal) in callers.refused(world, &name, &call) {
            let refused = all_wrong(&client.with("if-match", LOST), &method, &path);
            assert_eq!(refused.refusal(), refusal, "{name}: {}", refused.text);
        }
        let client = callers.allowed(&call);
        if method == "GET" {
            let read = victim.call(&client, &method, &path, &call);
            assert_eq!(read.status, 200, "{name} takes {} and no more: {}", call.permission, read.text);
        }
        let nobody = Victim::nobody();
        let client = client.with("if-match", LOST);
        if let Some(body) = &call.body {
            let path = nobody.path(&path);
            let refused = client.send(&method, &path, "application/json", "{");
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{name}: {}", refused.text);
            let refused = client.send(&method, &path, "text/plain", spoiled(body).to_string());
            assert_eq!(refused.refusal(), (415, "unsupported_media_type"), "{name}: {}", refused.text);
            let refused = client.call(&method, &path, Some(&spoiled(body)));
            assert_eq!(refused.refusal(), (422, "validation_failed"), "{name}: {}", refused.text);
        }
        if Side::is_named_by(&path, &call) {
            let refused = nobody.call(&client, &method, &path, &call);
            let is_so = if name == "removeImportedListings" { is_not_imported } else { is_not_found };
            assert!(is_so(&refused), "{name}: {}", refused.text);
        }
    }
    assert_eq!((trail(world), victim.state(world)), before);
}
