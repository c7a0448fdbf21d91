//! The sample workspace, with one of everything that a page shows.

use serde_json::{Value, json};

use super::driver::Browser;
use crate::support::{Client, Engine, Server, World, booking, data, id_of};

const END_OF_DEMO: &str = "/imported-listings";

/// A server with the sample workspace.
pub(super) struct Scene {
    pub(super) world: World,
    /// The tenant that imports listings.
    pub(super) channel: String,
    /// A tenant that owns listings.
    pub(super) owner: String,
}

impl Scene {
    /// Starts a server with the sample data, and adds what they do not have.
    pub(super) fn set(engine: Engine) -> Self {
        let world = World::of(Server::start_with(engine, &["--demo"]));
        world.server.printed_with(END_OF_DEMO);
        let tenants = world.calry().get("/api/v1/tenants?per_page=100").json;
        let tenant = |name: &str| {
            let found = tenants["data"].as_array().expect("tenants").iter().find(|tenant| tenant["name"] == name);
            id_of(found.expect("a tenant of the sample data"))
        };
        let scene = Self { channel: tenant("City Channel"), owner: tenant("Manhattan Homes"), world };
        scene.add();
        scene
    }

    pub(super) fn base(&self) -> String {
        self.world.server.base.clone()
    }

    pub(super) fn as_channel(&self) -> Client {
        self.world.calry().named(&self.channel)
    }

    pub(super) fn as_owner(&self) -> Client {
        self.world.calry().named(&self.owner)
    }

    /// Adds to the channel what the sample data do not have.
    fn add(&self) {
        let channel = self.as_channel();
        self.world.key_of(&self.world.user_in(&self.channel, "tenant"), "READ");
        let imports = channel.get("/api/v1/tenants/imported-listings?per_page=1").json;
        let listing = imports["data"][0]["id"].as_str().expect("an imported listing").to_owned();
        data(201, &channel.post("/api/v1/reservation", &booking(&listing, "2030-03-02", "2030-03-05")));
        let webhook = json!({ "url": "http://127.0.0.1:9/", "types": ["reservation.*"], "description": "Bookings" });
        data(201, &channel.post("/api/v1/webhooks", &webhook));
        let accounts = self.as_owner().get("/api/v1/integration-account").json;
        let account = accounts["data"][0]["id"].clone();
        let charges = json!({ "charges": [{ "name": "Cleaning", "kind": "FEE", "basis": "PER_STAY", "amount": 40 }] });
        let path = format!("/api/v1/integration-account/{}/charges", account.as_str().expect("an id"));
        data(200, &self.as_owner().put(&path, &charges));
        let promotion = json!({
            "integrationAccountID": account, "name": "Early birds", "discountPercentage": 15,
            "startDate": "2030-01-01", "endDate": "2030-03-31",
        });
        data(201, &self.as_owner().post("/api/v1/promotions", &promotion));
        let inactive: Value = self.world.tenant("Closed Channel");
        data(200, &self.world.calry().put(&format!("/api/v1/tenants/{}/deactivate", id_of(&inactive)), &json!({})));
    }

    /// Signs in with the administrator's key.
    pub(super) fn sign_in(&self, browser: &Browser) {
        browser.goto("/console/sign-in");
        browser.fill("API key", &self.world.key);
        browser.press("Sign in");
        browser.sees("Sign out");
    }
}
