//! The tenants and keys that an attack makes in a workspace, and their removal.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::error::Error;
use crate::fill::{Offer, create, id_of};
use crate::ids::new_mark;
use crate::side::Side;

/// The domain of the tenant whose listings the sides import. Reservations keep it from being deleted, so each attack
/// uses the one that is there.
const MARKET: &str = "tenantry-attack";
/// The receiver of webhooks: a name that no address can have.
const RECEIVER: &str = "https://receiver.invalid/";

/// A workspace in which the attack has an administrator.
pub(crate) struct Ground {
    /// The administrator's client.
    pub(crate) administrator: Client,
    /// The workspace.
    pub(crate) workspace: String,
    /// Whether the attack has made the workspace and will erase it.
    pub(crate) is_own: bool,
    market: String,
    account: String,
    tenants: Vec<String>,
}

/// A key that was made.
pub(crate) struct MadeKey {
    pub(crate) user: String,
    pub(crate) id: String,
    pub(crate) key: String,
}

impl Ground {
    /// Makes the tenant whose listings the sides import.
    pub(crate) fn open(administrator: Client, workspace: String, is_own: bool) -> Result<Self, Error> {
        let found = administrator.must(200, "GET", &format!("/api/v1/tenants?q={MARKET}&per_page=100"), None)?;
        let found = found.as_array().and_then(|found| found.iter().find(|tenant| tenant["domain"] == MARKET));
        let market = if let Some(tenant) = found {
            let path = format!("/api/v1/tenants/{}/activate", id_of(tenant));
            answered(&administrator, "PUT", &path, &json!({}))?;
            id_of(tenant)
        } else {
            let body = json!({ "name": "Tenantry attack", "domain": MARKET });
            id_of(&administrator.must(200, "POST", "/api/v1/tenants", Some(&body))?)
        };
        let outside = administrator.clone().named(&market);
        let accounts = outside.must(200, "GET", "/api/v1/integration-account", None)?;
        let account = if let Some(account) = accounts.as_array().and_then(|accounts| accounts.first()) {
            let path = format!("/api/v1/integration-account/{}", id_of(account));
            outside.must(200, "PATCH", &path, Some(&json!({ "status": "ACTIVE" })))?;
            id_of(account)
        } else {
            new_account(&outside, true)?
        };
        Ok(Self { administrator, workspace, is_own, market, account, tenants: Vec::new() })
    }

    /// Returns a client of the administrator in a tenant.
    pub(crate) fn inside(&self, tenant: &str) -> Client {
        self.administrator.clone().named(tenant)
    }

    /// Makes a tenant.
    pub(crate) fn tenant(&mut self) -> Result<String, Error> {
        let body = json!({ "name": format!("{} tenant", new_mark()) });
        let tenant = id_of(&self.administrator.must(200, "POST", "/api/v1/tenants", Some(&body))?);
        self.tenants.push(tenant.clone());
        Ok(tenant)
    }

    /// Makes listings that a side can import.
    pub(crate) fn offer(&self) -> Result<Offer, Error> {
        Offer::make(&self.inside(&self.market), &self.market, &self.account)
    }

    /// Fills a tenant with one of everything.
    pub(crate) fn fill(&self, tenant: &str, offer: Offer) -> Result<Side, Error> {
        Side::fill(&self.inside(tenant), tenant, offer, RECEIVER)
    }

    /// Makes a key of a new user at home in a tenant.
    pub(crate) fn key(&self, tenant: &str, permission: &str, expires_at: Option<&str>) -> Result<MadeKey, Error> {
        let inside = self.inside(tenant);
        let mark = new_mark();
        let user = json!({ "name": format!("{mark} user"), "email": format!("{mark}@example.com"), "role": "tenant" });
        let user = create(&inside, "/api/v1/users", &user)?;
        let body = json!({ "name": mark, "user_id": user, "permission": permission, "expiresAt": expires_at });
        let made = inside.must(201, "POST", "/api/v1/api-keys", Some(&body))?;
        Ok(MadeKey { user, id: id_of(&made), key: made["apiKey"].as_str().unwrap_or_default().to_owned() })
    }

    /// Makes an account with a listing and a promotion, and returns a side that has them; all else is as in `side`.
    pub(crate) fn account_of(&self, side: &Side, allow_import: bool) -> Result<Side, Error> {
        let inside = self.inside(&side.tenant);
        let account = new_account(&inside, allow_import)?;
        let mut more = Side { account: account.clone(), mark: new_mark(), ..side.clone() };
        let mut listing = crate::calls::listing_fields(&more.mark);
        listing["integrationAccountID"] = account.as_str().into();
        listing["internalName"] = more.mark.as_str().into();
        more.listing = create(&inside, "/api/v1/listing", &listing)?;
        let mut promotion = crate::calls::promotion_fields(&more.mark);
        promotion["integrationAccountID"] = account.into();
        more.promotion = create(&inside, "/api/v1/promotions", &promotion)?;
        Ok(more)
    }

    /// Removes all that was made; returns the rest, each with the reason.
    pub(crate) fn remove(&self) -> Vec<String> {
        if self.is_own {
            return Vec::new();
        }
        let tenants = self.tenants.iter().chain([&self.market]);
        tenants
            .filter_map(|tenant| self.remove_tenant(tenant).unwrap_or_else(|error| Some(error.to_string())))
            .collect()
    }

    fn remove_tenant(&self, tenant: &str) -> Result<Option<String>, Error> {
        let inside = self.inside(tenant);
        // A deactivated tenant is not entered.
        answered(&self.administrator, "PUT", &format!("/api/v1/tenants/{tenant}/activate"), &json!({}))?;
        for list in ["reservation?status=PENDING", "reservation?status=CONFIRMED"] {
            for reservation in all(&inside, list)? {
                answered(&inside, "DELETE", &format!("/api/v1/reservation/{reservation}"), &Value::Null)?;
            }
        }
        for listing in all(&inside, "listing?listingType=self")? {
            answered(&inside, "DELETE", &format!("/api/v1/listing/{listing}"), &Value::Null)?;
        }
        for account in all(&inside, "integration-account")? {
            let path = format!("/api/v1/integration-account/{account}");
            if answered(&inside, "DELETE", &path, &Value::Null)?.status == 409 {
                answered(&inside, "PATCH", &path, &json!({ "status": "INACTIVE" }))?;
            }
        }
        let gone = answered(&self.administrator, "DELETE", &format!("/api/v1/tenants/{tenant}"), &Value::Null)?;
        if gone.status == 204 || gone.status == 404 {
            return Ok(None);
        }
        answered(&self.administrator, "PUT", &format!("/api/v1/tenants/{tenant}/deactivate"), &json!({}))?;
        let (_, code) = gone.refusal();
        Ok(Some(format!(
            "tenant {tenant}, deactivated, with an inactive account and cancelled reservations, which are never deleted \
             ({code})"
        )))
    }
}

/// Returns the ids of a list, page by page.
fn all(client: &Client, list: &str) -> Result<Vec<String>, Error> {
    let mark = if list.contains('?') { '&' } else { '?' };
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.must(200, "GET", &format!("/api/v1/{list}{mark}per_page=100{cursor}"), None)?;
        let ids: Vec<_> = page.as_array().into_iter().flatten().map(id_of).collect();
        match ids.last() {
            Some(end) => cursor = format!("&after={end}"),
            None => return Ok(found),
        }
        found.extend(ids);
    }
}

fn new_account(inside: &Client, allow_import: bool) -> Result<String, Error> {
    let mark = new_mark();
    let body = json!({
        "name": format!("{mark} host"), "provider": "OTHER", "accountIdentifier": mark, "authType": "API_KEY",
        "allowImport": allow_import,
    });
    create(inside, "/api/v1/integration-account", &body)
}

/// Sends a request whose refusal is an answer too, again while the instance is busy.
fn answered(client: &Client, method: &str, path: &str, body: &Value) -> Result<Answer, Error> {
    let body = Some(body).filter(|body| !body.is_null());
    let mut answer = client.call(method, path, body)?;
    for _ in 0..5 {
        if answer.status != 503 {
            break;
        }
        thread::sleep(Duration::from_secs(1));
        answer = client.call(method, path, body)?;
    }
    Ok(answer)
}
