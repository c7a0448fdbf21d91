//! Requests whose caller is revoked before their last byte arrives.
//!
//! `TENANTRY_TEST_REVOCATIONS` is the number of rounds, one by default.

use std::time::{Duration, Instant};

use attack::Call;
use serde_json::json;

use super::victim::Victim;
use super::{guarded, trail};
use crate::support::{Client, REVOKED_WITHIN, Server, Wire, World, id_of, number_of, until_so};

/// A caller who is authenticated now and will be revoked.
struct Doomed {
    key: String,
    /// The header with the key, and the prefix of its value.
    header: (&'static str, &'static str),
    victim: Victim,
    is_at_home: bool,
    /// The request that revokes the caller: method, path and body.
    revoke: (&'static str, String, serde_json::Value),
    refused: (u16, &'static str),
}

impl Doomed {
    /// Returns a caller for each kind of revocation.
    fn all(world: &World) -> [Self; 4] {
        let default = id_of(&world.default_tenant());
        let in_default = |header, method, path: fn(&str, &str) -> String, body, refused| {
            let victim = Victim::of(world, &format!("The victim of {method} {refused:?}"));
            let user = world.user_in(&default, "tenant");
            let (id, key) = new_key(world, &default, &user);
            Self { key, header, victim, is_at_home: false, revoke: (method, path(&user, &id), body), refused }
        };
        let (calry, bearer) = (("x-calry-api-key", ""), ("authorization", "Bearer "));
        let user_path: fn(&str, &str) -> String = |user, _| format!("/api/v1/users/{user}");
        let unauthenticated = (401, "unauthenticated");
        let victim = Victim::of(world, "The deactivated victim");
        let (_, key) = new_key(world, &victim.tenant, &world.user_in(&victim.tenant, "tenant"));
        let deactivate = ("PUT", format!("/api/v1/tenants/{}/deactivate", victim.tenant), json!({}));
        [
            in_default(calry, "DELETE", |_, key| format!("/api/v1/api-keys/{key}"), json!({}), unauthenticated),
            in_default(bearer, "PATCH", user_path, json!({ "status": 2 }), (403, "user_not_active")),
            in_default(calry, "DELETE", user_path, json!({}), unauthenticated),
            Self {
                key,
                header: calry,
                victim,
                is_at_home: true,
                revoke: deactivate,
                refused: (403, "tenant_inactive"),
            },
        ]
    }

    /// Sends all but the last byte of a call. Returns `None` if the caller may not call the operation anyway.
    fn begin(&self, base: &str, method: &str, path: &str, call: &Call) -> Option<(Wire, &'static str)> {
        let needs_authority = call.needs_authority();
        if self.is_at_home && needs_authority {
            return None;
        }
        let (header, prefix) = self.header;
        let key = format!("{prefix}{}", self.key);
        let mut headers = vec![(header, &*key), ("connection", "close")];
        if !needs_authority {
            headers.push(("x-calry-tenant-id", &self.victim.tenant));
        }
        let body = self.victim.body(call).unwrap_or_else(|| json!({}));
        let mut wire = Wire::open(base);
        let end = wire.begin(method, &self.victim.path(path), &headers, &body);
        Some((wire, end))
    }

    /// Revokes the caller.
    fn revoke(&self, administrator: &Client) {
        let (method, path, body) = &self.revoke;
        let revoked = administrator.call(method, path, Some(body));
        assert!(revoked.status < 300, "{}", revoked.text);
    }

    /// Whether the server refuses the key.
    fn is_refused(&self, base: &str) -> bool {
        let (header, prefix) = self.header;
        let client = Client::new(base).with(header, &format!("{prefix}{}", self.key)).named(&self.victim.tenant);
        client.get("/api/v1/locations").status == self.refused.0
    }
}

/// Creates an ADMIN key for a user of the tenant; returns its id and the key.
fn new_key(world: &World, tenant: &str, user: &str) -> (String, String) {
    let body = json!({ "name": "Doomed", "user_id": user, "permission": "ADMIN" });
    let made = world.calry().named(tenant).post("/api/v1/api-keys", &body);
    assert_eq!(made.status, 201, "{}", made.text);
    (id_of(&made.json["data"]), made.json["data"]["apiKey"].as_str().expect("a key").to_owned())
}

/// Whether the operation has a body.
fn has_body(name: &str, call: &Call) -> bool {
    call.body.is_some() || name == "confirmReservation"
}

/// Half-sends every operation with a body to a server, revokes the callers through `revoker`, and sends the rest.
pub(super) fn nothing_is_written(world: &World, server: &Server, revoker: &Server) {
    let rounds = number_of("TENANTRY_TEST_REVOCATIONS", 1);
    for _ in 0..rounds {
        one_round(world, server, revoker);
    }
}

fn one_round(world: &World, server: &Server, revoker: &Server) {
    let doomed = Doomed::all(world);
    let mut begun = Vec::new();
    for (name, method, path, call) in guarded(world) {
        if !has_body(&name, &call) {
            continue;
        }
        for caller in &doomed {
            if let Some((wire, end)) = caller.begin(&server.base, &method, &path, &call) {
                begun.push((name.clone(), caller.refused, wire, end));
            }
        }
    }
    assert!(begun.len() > 100, "{}", begun.len());

    let administrator = Client::new(&revoker.base).calry(&world.key);
    for caller in &doomed {
        caller.revoke(&administrator);
    }
    // Until then another server may serve what it has cached, and a refusal does not tell which credentials these are.
    let start = Instant::now();
    let within = if server.base == revoker.base { Duration::ZERO } else { REVOKED_WITHIN };
    until_so(|| start.elapsed() >= within && doomed.iter().all(|caller| caller.is_refused(&server.base)));
    let before = trail(world);
    for (name, (status, code), mut wire, end) in begun {
        wire.send(end);
        let answer = wire.whole();
        let refused = answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(&format!("\"{code}\""));
        assert!(refused, "{name}: {answer}");
    }
    assert_eq!(trail(world), before);
}
