//! All that an attack could change.

use serde_json::Value;

use crate::calls::query;
use crate::client::Client;
use crate::error::Error;
use crate::side::Side;

/// A path, and the status and data of the answer to a GET.
pub type Shown = (String, u16, Value);

impl Side {
    /// Returns all that an attack could change: each path with its status and data. `administrator` is a client with
    /// the authority of the default tenant.
    pub fn shown(&self, administrator: &Client) -> Result<Vec<Shown>, Error> {
        let inside = administrator.clone().named(&self.tenant);
        let own = [
            format!("webhooks/{}", self.webhook),
            format!("availability/{}{}", self.listing, query("getAvailability")),
            // Only the audit trail shows the listings to which a promotion is assigned.
            format!("audit?resourceID={}", self.promotion),
            format!("event-consumers/{}", self.consumer),
            format!("integration-account/{}/charges", self.account),
            format!("integration-account/{}/import-policy", self.account),
        ];
        let lists = ["users", "api-keys", "locations", "integration-account", "listing", "reservation"];
        let own = own.into_iter().chain(lists.map(str::to_owned)).chain(["promotions?includeInactive=true".to_owned()]);
        let own = own.map(|path| (&inside, path));
        let administered = [format!("tenants/{}", self.tenant), "workspace".to_owned()];
        let shown = administered.into_iter().map(|path| (administrator, path)).chain(own);
        shown
            .map(|(client, path)| {
                let answer = client.call("GET", &format!("/api/v1/{path}"), None)?;
                let mut data = answer.json["data"].clone();
                // Events pass a webhook and a consumer.
                if let Some(fields) = data.as_object_mut() {
                    fields.retain(|name, _| !(name == "lag" || name == "position" && path.starts_with("webhooks/")));
                }
                Ok((path, answer.status, data))
            })
            .collect()
    }
}
