//! The tenant under attack.

use std::ops::Deref;

use attack::{Call, Offer, Side};
use serde_json::{Value, json};

use crate::support::{Answer, Client, World, data, id_of};

/// A receiver of webhooks that refuses connections.
const RECEIVER: &str = "http://127.0.0.1:9/";

/// The tenant under attack, with one of each resource.
pub(super) struct Victim(Side);

impl Deref for Victim {
    type Target = Side;

    fn deref(&self) -> &Side {
        &self.0
    }
}

impl Victim {
    pub(super) fn of(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        let elsewhere = id_of(&world.default_tenant());
        let market = world.account(&elsewhere);
        let outside = world.calry().named(&elsewhere);
        let offer = Offer::make(outside.plain(), &elsewhere, &market).expect("listings");
        let inside = world.calry().named(&tenant);
        Self(Side::fill(inside.plain(), &tenant, offer, RECEIVER).expect("a tenant with one of everything"))
    }

    /// Rejects its listing.
    pub(super) fn reject(&self, world: &World) {
        let path = format!("/api/v1/listing/{}/reject", self.listing);
        data(200, &world.calry().put(&path, &json!({ "reason": "No pictures." })));
    }

    /// Returns a victim whose ids are all unknown.
    pub(super) fn nobody() -> Self {
        Self(Side::nobody())
    }

    /// Returns a client that may call the operation on the victim.
    pub(super) fn client(&self, world: &World, call: &Call) -> Client {
        if call.needs_authority() { world.calry() } else { world.calry().named(&self.tenant) }
    }

    /// Calls an operation on the victim.
    pub(super) fn call(&self, client: &Client, method: &str, path: &str, call: &Call) -> Answer {
        client.call(method, &self.path(path), self.body(call).as_ref())
    }

    /// Returns all data that an attack could change.
    pub(super) fn state(&self, world: &World) -> Vec<(String, u16, Value)> {
        let shown = self.shown(world);
        assert!(shown.iter().all(|(_, status, _)| *status == 200), "{shown:?}");
        shown
    }

    /// Returns the responses with their statuses, because some resources may have been deleted.
    pub(super) fn shown(&self, world: &World) -> Vec<(String, u16, Value)> {
        let mut shown = self.0.shown(world.calry().plain()).expect("answers");
        let path = "/api/v1/tenants?per_page=100";
        let tenants = world.calry().get(path);
        shown.push((path.to_owned(), tenants.status, tenants.json["data"].clone()));
        shown
    }
}
