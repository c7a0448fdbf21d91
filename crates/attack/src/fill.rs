//! Filling a tenant with one of everything.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::calls::{booking, listing_fields, promotion_fields, stay};
use crate::client::Client;
use crate::error::Error;
use crate::ids::{UNKNOWN, new_id, new_mark};
use crate::side::Side;

/// The longest wait for the first event of a workspace, in steps of [`PAUSE`].
const STEPS: usize = 300;
const PAUSE: Duration = Duration::from_millis(100);

/// Listings that a tenant offers to all others.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The tenant.
    pub tenant: String,
    /// A listing that a side imports.
    pub imported: String,
    /// A listing that no tenant imports.
    pub offered: String,
}

impl Offer {
    /// Creates two listings of an account of the client's tenant.
    pub fn make(outside: &Client, tenant: &str, account: &str) -> Result<Self, Error> {
        let listing = || {
            let mut body = listing_fields(&new_id());
            body["integrationAccountID"] = account.into();
            create(outside, "/api/v1/listing", &body)
        };
        Ok(Self { tenant: tenant.to_owned(), imported: listing()?, offered: listing()? })
    }
}

impl Side {
    /// Fills a tenant; `inside` is a client that administers it.
    pub fn fill(inside: &Client, tenant: &str, offer: Offer, receiver: &str) -> Result<Self, Error> {
        let mark = new_mark();
        let user = json!({ "name": format!("{mark} user"), "email": format!("{mark}@example.com"), "role": "venue" });
        let user = create(inside, "/api/v1/users", &user)?;
        let key = json!({ "name": format!("{mark} key"), "user_id": user, "permission": "READ" });
        let key = create(inside, "/api/v1/api-keys", &key)?;
        let location = json!({
            "name": format!("{mark} location"), "description": format!("{mark} description"),
            "address": format!("{mark} street"), "city": format!("{mark} city"), "external_location_id": mark,
        });
        let location = create(inside, "/api/v1/locations", &location)?;
        let Offer { tenant: elsewhere, imported, offered } = offer;
        let mut side =
            Self { tenant: tenant.to_owned(), user, key, location, elsewhere, imported, offered, ..Self::nobody() };
        (side.mark, side.receiver) = (mark, receiver.to_owned());
        side.fill_account(inside)?;
        side.sell(inside)?;
        side.follow(inside)?;
        Ok(side)
    }

    /// Fills in an account with listings, charges and a promotion.
    fn fill_account(&mut self, inside: &Client) -> Result<(), Error> {
        let mark = &self.mark;
        let account = json!({
            "name": format!("{mark} host"), "provider": "GUESTY", "accountIdentifier": mark,
            "providerAccountID": format!("{mark} provider"), "authType": "API_KEY", "allowImport": false,
        });
        self.account = create(inside, "/api/v1/integration-account", &account)?;
        let listing = |number: u8| {
            let mut body = listing_fields(&format!("{mark}-{number}"));
            body["integrationAccountID"] = self.account.as_str().into();
            body["name"] = format!("Loft in Harlem {mark}").into();
            body["internalName"] = format!("{mark} internal").into();
            body["description"] = format!("{mark} description").into();
            body["address"] = json!({ "line1": format!("{mark} street"), "city": format!("{mark} city") });
            create(inside, "/api/v1/listing", &body)
        };
        (self.listing, self.promoted) = (listing(1)?, listing(2)?);
        let mut promotion = promotion_fields(&format!("{mark} promotion"));
        promotion["integrationAccountID"] = self.account.as_str().into();
        promotion["description"] = format!("{mark} description").into();
        promotion["couponCode"] = format!("{mark}-coupon").into();
        self.promotion = create(inside, "/api/v1/promotions", &promotion)?;
        let assigned = json!({ "listingIDs": [self.promoted] });
        inside.must(200, "PUT", &format!("/api/v1/promotions/{}/listings/assign", self.promotion), Some(&assigned))?;
        let charge = json!({ "name": format!("{mark} fee"), "kind": "FEE", "basis": "PER_STAY", "amount": 17 });
        let path = format!("/api/v1/integration-account/{}/charges", self.account);
        inside.must(200, "PUT", &path, Some(&json!({ "charges": [charge] })))?;
        Ok(())
    }

    /// Imports a listing, holds a stay in it, and makes a quote for a listing of its own.
    fn sell(&mut self, inside: &Client) -> Result<(), Error> {
        let mark = &self.mark;
        let import = json!({ "listingIDs": [self.imported] });
        inside.must(200, "POST", "/api/v1/tenants/import-listings", Some(&import))?;
        let mut held = booking(&self.imported, "2060-01-10", "2060-01-13");
        held["reservationType"] = "PENDING_CONFIRMATION".into();
        held["guest"] = json!({
            "firstName": format!("{mark} first"), "lastName": format!("{mark} last"),
            "email": format!("{mark}.guest@example.com"),
        });
        held["notes"] = format!("{mark} notes").into();
        held["externalID"] = mark.as_str().into();
        held["source"] = format!("{mark} source").into();
        self.reservation = create(inside, "/api/v1/reservation", &held)?;
        self.quote = create(inside, "/api/v1/quote", &stay(&self.listing, "2060-01-10", "2060-01-13"))?;
        Ok(())
    }

    /// Makes an event consumer and a webhook.
    fn follow(&mut self, inside: &Client) -> Result<(), Error> {
        self.consumer = new_id();
        let path = format!("/api/v1/event-consumers/{}", self.consumer);
        let mut steps = 0;
        // The first event of the workspace has its position soon.
        loop {
            let answer = inside.call("PUT", &path, Some(&json!({ "position": 1 })))?;
            steps += 1;
            match answer.status {
                201 => break,
                422 if steps < STEPS => thread::sleep(PAUSE),
                _ => return Err(Error::unexpected("PUT", &path, 201, &answer)),
            }
        }
        // A disabled webhook stays as it is. Its events hardly occur.
        let webhook = json!({
            "url": self.receiver, "types": ["promotion.listings_unassigned"],
            "description": format!("{} description", self.mark),
        });
        let made = inside.call("POST", "/api/v1/webhooks", Some(&webhook))?;
        match made.status {
            201 => self.webhook = id_of(&made.json["data"]),
            503 => return Ok(()),
            _ => return Err(Error::unexpected("POST", "/api/v1/webhooks", 201, &made)),
        }
        inside.must(200, "PUT", &format!("/api/v1/webhooks/{}/disable", self.webhook), Some(&json!({})))?;
        Ok(())
    }
}

/// Creates a resource and returns its id.
pub(crate) fn create(client: &Client, path: &str, body: &Value) -> Result<String, Error> {
    client.must(201, "POST", path, Some(body)).map(|data| id_of(&data))
}

/// Returns the id of a resource.
pub(crate) fn id_of(data: &Value) -> String {
    data["id"].as_str().unwrap_or(UNKNOWN).to_owned()
}
