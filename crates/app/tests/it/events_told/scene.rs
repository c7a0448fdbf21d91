//! The tenants of the scene, and what they have.

use domain::events::EventType;
use serde_json::{Value, json};

use crate::events::EVENTS;
use crate::support::{Answer, Client, Market, World, data, id_of, listing_fields, until};

/// A tenant of the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Default,
    Owner,
    /// The importer of some of the owner's listings.
    Importer,
    /// The importer of other listings of the owner, which are inactive, so that its imports are asleep.
    Sleeper,
    /// The tenant to which accounts are moved, with a listing of its own.
    Target,
    /// The tenant that the change is about.
    Itself,
}

pub(super) struct Scene<'a> {
    pub(super) market: Market<'a>,
    default: String,
    pub(super) sleeper: String,
    pub(super) target: String,
    /// Shares nothing with any other tenant.
    pub(super) bystander: String,
}

impl<'a> Scene<'a> {
    pub(super) fn open(world: &'a World) -> Self {
        let [sleeper, target, bystander] = ["Sleeper", "Target", "Bystander"].map(|name| world.tenant_id(name));
        let scene =
            Self { market: Market::open(world), default: id_of(&world.default_tenant()), sleeper, target, bystander };
        scene.shared();
        scene.asleep();
        let own = world.account(&scene.bystander);
        world.listing(&scene.bystander, &own);
        scene
    }

    pub(super) fn world(&self) -> &'a World {
        self.market.world
    }

    /// Returns the id of a tenant of the scene, for an event about the resource.
    pub(super) fn id(&self, who: Who, resource: &str) -> String {
        let id = match who {
            Who::Default => &self.default,
            Who::Owner => &self.market.owner,
            Who::Importer => &self.market.importer,
            Who::Sleeper => &self.sleeper,
            Who::Target => &self.target,
            Who::Itself => resource,
        };
        id.to_owned()
    }

    pub(super) fn owner(&self) -> Client {
        self.market.as_owner()
    }

    pub(super) fn importer(&self) -> Client {
        self.market.as_importer()
    }

    pub(super) fn sleeper(&self) -> Client {
        self.world().calry().named(&self.sleeper)
    }

    /// Creates a listing of the owner that the importer imports.
    pub(super) fn shared(&self) -> String {
        self.market.shared()
    }

    /// Creates a listing of the owner that the sleeper imports, and puts the import to sleep.
    pub(super) fn asleep(&self) -> String {
        let listing = self.listing(&self.market.account, "Loft in Harlem");
        self.market.import(&self.sleeper, &[&listing]);
        self.deactivate(&listing);
        listing
    }

    pub(super) fn deactivate(&self, listing: &str) {
        data(200, &self.owner().patch(&format!("/api/v1/listing/{listing}"), &json!({ "status": "INACTIVE" })));
    }

    /// Creates another account of the owner, with a listing that the importer imports and one whose import by the
    /// sleeper is asleep. Only the owner knows the name of the account.
    pub(super) fn account(&self, name: &str) -> (String, String) {
        let body = json!({
            "name": name, "provider": "OTHER", "accountIdentifier": new_name(), "authType": "OAUTH",
        });
        let account = id_of(&data(201, &self.owner().post("/api/v1/integration-account", &body)));
        let [shared, asleep] = [(); 2].map(|()| self.listing(&account, "Loft in Harlem"));
        self.market.import(&self.market.importer, &[&shared]);
        self.market.import(&self.sleeper, &[&asleep]);
        self.deactivate(&asleep);
        (account, shared)
    }

    /// Creates a listing of an account of the owner.
    pub(super) fn listing(&self, account: &str, internal_name: &str) -> String {
        let mut body = listing_fields(&new_name());
        body["integrationAccountID"] = json!(account);
        body["internalName"] = json!(internal_name);
        id_of(&data(201, &self.owner().post("/api/v1/listing", &body)))
    }

    pub(super) fn move_account(&self, account: &str, target: &str) {
        let path = format!("/api/v1/integration-account/{account}/move-tenant");
        succeeds(&self.world().calry().patch(&path, &json!({ "tenantID": target })));
    }

    /// Waits for an event after a position in the log of the workspace; returns its position.
    pub(super) fn logged(&self, after: u64, event_type: EventType, resource: &str) -> u64 {
        let (client, mut after) = (self.world().calry(), after);
        until(|| {
            let query = format!("scope=workspace&after={after}&types={}&wait=5", event_type.as_str());
            let page = client.get(&format!("{EVENTS}?{query}"));
            assert_eq!(page.status, 200, "{}", page.text);
            after = page.json["meta"]["position"].as_u64().expect("a position");
            let mut events = page.json["data"].as_array().expect("events").iter();
            let found = events.find(|event| event["resource"]["id"] == resource);
            found.and_then(|event| event["position"].as_u64()).ok_or((event_type.as_str(), page.text))
        })
    }
}

/// Reads all events from the first one on.
pub(super) fn read(client: &Client, query: &str) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let page = client.get(&format!("{EVENTS}?limit=100&after={after}{query}"));
        assert_eq!(page.status, 200, "{}", page.text);
        events.extend(page.json["data"].as_array().expect("events").clone());
        if page.json["meta"]["has_more"] == json!(false) {
            return events;
        }
        after = page.json["meta"]["position"].as_u64().expect("a position");
    }
}

/// Returns a name that no resource has.
pub(super) fn new_name() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub(super) fn succeeds(answer: &Answer) {
    assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.text);
}
