//! A market of an owner and an importer.

use serde_json::{Value, json};

use super::{Answer, Client, World, guest};

/// An owner with an account, and a tenant that can import its listings.
pub(crate) struct Market<'a> {
    pub(crate) world: &'a World,
    pub(crate) owner: String,
    pub(crate) account: String,
    pub(crate) importer: String,
}

impl<'a> Market<'a> {
    pub(crate) fn open(world: &'a World) -> Self {
        let owner = world.tenant_id("Owner");
        let account = world.account(&owner);
        Self { world, owner, account, importer: world.tenant_id("Importer") }
    }

    pub(crate) fn as_owner(&self) -> Client {
        self.world.calry().named(&self.owner)
    }

    pub(crate) fn as_importer(&self) -> Client {
        self.world.calry().named(&self.importer)
    }

    pub(crate) fn listing(&self) -> String {
        self.world.listing(&self.owner, &self.account)
    }

    pub(crate) fn set_account(&self, fields: &Value) {
        let path = format!("/api/v1/integration-account/{}", self.account);
        let answer = self.as_owner().patch(&path, fields);
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub(crate) fn move_to(&self, target: &str) -> Answer {
        let path = format!("/api/v1/integration-account/{}/move-tenant", self.account);
        self.world.calry().patch(&path, &json!({ "tenantID": target }))
    }

    /// Creates a listing of the owner and its import.
    pub(crate) fn shared(&self) -> String {
        let listing = self.listing();
        self.import(&self.importer, &[&listing]);
        listing
    }

    pub(crate) fn import(&self, importer: &str, listings: &[&String]) {
        let body = json!({ "listingIDs": listings });
        let answer = self.world.calry().named(importer).post("/api/v1/tenants/import-listings", &body);
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// Returns the request of a booking with a quote.
pub(crate) fn quoted(quote: &str) -> Value {
    json!({ "quoteID": quote, "guest": guest() })
}

/// Returns the answer's data, after checking its status.
pub(crate) fn data(status: u16, answer: &Answer) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json["data"].clone()
}
