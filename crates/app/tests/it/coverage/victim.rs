//! The tenant under attack.

use serde_json::{Value, json};

use super::calls::{Call, Sibling, query};
use crate::support::{Answer, Client, World, booking, data, id_of, until_so};

/// The tenant under attack, with one of each resource.
pub(super) struct Victim {
    pub(super) tenant: String,
    location: String,
    user: String,
    key: String,
    pub(super) account: String,
    listing: String,
    promotion: String,
    /// A listing to which the promotion is assigned.
    promoted: String,
    /// A listing of the default tenant that the victim imports.
    imported: String,
    /// Another listing of the default tenant, which no tenant imports.
    offered: String,
    elsewhere: String,
    /// A held reservation of the imported listing, sold by the victim.
    reservation: String,
    /// The name of an event consumer, at position 1.
    pub(super) consumer: String,
    /// A webhook that is disabled.
    pub(super) webhook: String,
}

impl Victim {
    pub(super) fn of(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        let user = world.user_in(&tenant, "venue");
        world.key_of(&user, "READ");
        let listed = world.calry().named(&tenant).get("/api/v1/api-keys");
        let key = listed.json["data"][0]["id"].as_str().expect("an id").to_owned();
        // Not the default location, which cannot be deleted.
        let location = world.location_id(&tenant, &format!("{name}'s location"));
        // The account does not allow imports, so its listings are not in the search results of other tenants.
        let account = world.account(&tenant);
        let closed = json!({ "allowImport": false });
        let inside = world.calry().named(&tenant);
        assert_eq!(inside.patch(&format!("/api/v1/integration-account/{account}"), &closed).status, 200);
        let [listing, promoted] = [(); 2].map(|()| world.listing(&tenant, &account));
        let promotion = world.promotion(&tenant, &account);
        let given = json!({ "listingIDs": [promoted] });
        assert_eq!(inside.put(&format!("/api/v1/promotions/{promotion}/listings/assign"), &given).status, 200);
        let elsewhere = id_of(&world.default_tenant());
        let market = world.account(&elsewhere);
        let [imported, offered] = [(); 2].map(|()| world.listing(&elsewhere, &market));
        let import = inside.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [imported] }));
        assert_eq!(import.status, 200, "{}", import.text);
        let mut held = booking(&imported, "2060-01-10", "2060-01-13");
        held["reservationType"] = json!("PENDING_CONFIRMATION");
        let reservation = id_of(&data(201, &inside.post("/api/v1/reservation", &held)));
        let consumer = uuid::Uuid::new_v4().to_string();
        let read = json!({ "position": 1 });
        // The first event of the workspace has its position soon.
        until_so(|| inside.put(&format!("/api/v1/event-consumers/{consumer}"), &read).status == 201);
        // A disabled webhook stays as it is. Its events hardly occur.
        let receiver = json!({ "url": "http://127.0.0.1:9/", "types": ["promotion.listings_unassigned"] });
        let webhook = id_of(&data(201, &inside.post("/api/v1/webhooks", &receiver)));
        assert_eq!(inside.put(&format!("/api/v1/webhooks/{webhook}/disable"), &json!({})).status, 200);
        Self {
            tenant,
            location,
            user,
            key,
            account,
            listing,
            promotion,
            promoted,
            imported,
            offered,
            elsewhere,
            reservation,
            consumer,
            webhook,
        }
    }

    /// Rejects its listing.
    pub(super) fn reject(&self, world: &World) {
        let path = format!("/api/v1/listing/{}/reject", self.listing);
        data(200, &world.calry().put(&path, &json!({ "reason": "No pictures." })));
    }

    /// Returns a victim whose ids are all unknown.
    pub(super) fn nobody() -> Self {
        let id = || "0192f0c1-7b1e-7000-8000-000000000000".to_owned();
        Self {
            tenant: id(),
            location: id(),
            user: id(),
            key: id(),
            account: id(),
            listing: id(),
            promotion: id(),
            promoted: id(),
            imported: id(),
            offered: id(),
            elsewhere: id(),
            reservation: id(),
            consumer: id(),
            webhook: id(),
        }
    }

    /// Returns the placeholders in bodies, with the ids of the victim.
    pub(super) fn named_things(&self) -> [(&'static str, &String); 7] {
        [
            ("{user}", &self.user),
            ("{account}", &self.account),
            ("{listing}", &self.listing),
            ("{promoted}", &self.promoted),
            ("{imported}", &self.imported),
            ("{offered}", &self.offered),
            ("{elsewhere}", &self.elsewhere),
        ]
    }

    /// Returns a client that may call the operation on the victim.
    pub(super) fn client(&self, world: &World, call: &Call) -> Client {
        if call.needs_authority() { world.calry() } else { world.calry().named(&self.tenant) }
    }

    pub(super) fn id(&self, path: &str) -> &str {
        match path.split('/').nth(3) {
            Some("locations") => &self.location,
            Some("users") => &self.user,
            Some("api-keys") => &self.key,
            Some("integration-account") => &self.account,
            Some("listing" | "availability") => &self.listing,
            Some("promotions") => &self.promotion,
            Some("reservation") => &self.reservation,
            Some("webhooks") => &self.webhook,
            _ => &self.tenant,
        }
    }

    /// Returns the path of an operation on the victim.
    pub(super) fn path(&self, path: &str) -> String {
        path.replace("{id}", self.id(path)).replace("{name}", &self.consumer)
    }

    /// Calls an operation on the victim.
    pub(super) fn call(&self, client: &Client, method: &str, path: &str, call: &Call) -> Answer {
        client.call(method, &self.path(path), self.body(call).as_ref())
    }

    /// Returns the body of a call on the victim, with new ids each time.
    pub(super) fn body(&self, call: &Call) -> Option<Value> {
        call.body.as_ref().map(|body| {
            let things = self.named_things().into_iter();
            let body = things.fold(body.to_string(), |body, (name, id)| body.replace(name, id));
            serde_json::from_str(&body.replace("{new}", &uuid::Uuid::new_v4().to_string())).expect("JSON")
        })
    }

    /// Whether the path or the body contains an id of the victim.
    pub(super) fn is_named_by(path: &str, call: &Call) -> bool {
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        // A name may be given by every tenant.
        let is_named = path.contains("{name}") && matches!(call.sibling, Sibling::NotFound);
        path.contains("{id}") || is_named || Self::nobody().named_things().iter().any(|(name, _)| body.contains(name))
    }

    /// Whether an answer contains an id of the victim.
    pub(super) fn is_in(&self, answer: &Answer) -> bool {
        let own = [
            &self.tenant,
            &self.location,
            &self.user,
            &self.key,
            &self.account,
            &self.listing,
            &self.promoted,
            &self.promotion,
            &self.reservation,
            &self.webhook,
        ];
        own.into_iter().any(|id| answer.text.contains(id.as_str()))
    }

    /// Returns all data that an attack could change.
    pub(super) fn state(&self, world: &World) -> Vec<Value> {
        let shown = self.shown(world).into_iter();
        let data = |(status, data): (u16, Value)| {
            assert_eq!(status, 200);
            data
        };
        shown.map(data).collect()
    }

    /// Returns the responses with their statuses, because some resources may have been deleted.
    pub(super) fn shown(&self, world: &World) -> Vec<(u16, Value)> {
        let inside = world.calry().named(&self.tenant);
        let tenants = world.calry().get("/api/v1/tenants?per_page=100");
        let lists = [
            "users",
            "api-keys",
            "locations",
            "integration-account",
            "listing",
            "promotions?includeInactive=true",
            "reservation",
        ];
        let lists = lists.map(|list| inside.get(&format!("/api/v1/{list}")));
        let nights = query("getAvailability");
        let calendar = inside.get(&format!("/api/v1/availability/{}{nights}", self.listing));
        // Only the audit trail shows the listings to which a promotion is assigned.
        let given = inside.get(&format!("/api/v1/audit?resourceID={}", self.promotion));
        let consumer = inside.get(&format!("/api/v1/event-consumers/{}", self.consumer));
        let webhook = inside.get(&format!("/api/v1/webhooks/{}", self.webhook));
        let charges = inside.get(&format!("/api/v1/integration-account/{}/charges", self.account));
        let policy = inside.get(&format!("/api/v1/integration-account/{}/import-policy", self.account));
        let workspace = world.calry().get("/api/v1/workspace");
        let mut shown: Vec<_> = [webhook, tenants, workspace, calendar, given, consumer, charges, policy]
            .into_iter()
            .chain(lists)
            .map(|answer| (answer.status, answer.json["data"].clone()))
            .collect();
        // An enabled webhook passes over events.
        if let Some(webhook) = shown[0].1.as_object_mut() {
            webhook.remove("position");
        }
        shown
    }
}
