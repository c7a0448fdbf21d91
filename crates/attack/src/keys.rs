//! The keys that an attack is given.

use serde_json::json;

use crate::client::{Answer, Client};
use crate::error::Error;
use crate::fill::id_of;

/// A key, as the instance describes it.
pub(crate) struct Key {
    pub(crate) text: String,
    /// The status with which it is refused, if it is.
    pub(crate) refused: Option<u16>,
    pub(crate) permission: String,
    pub(crate) workspace: String,
    pub(crate) tenant: String,
    pub(crate) is_default: bool,
}

impl Key {
    /// Asks the instance about a key.
    pub(crate) fn ask(client: &Client, key: &str) -> Result<Self, Error> {
        let client = client.clone().calry(key);
        let me = client.call("GET", "/api/v1/users/me", None)?;
        let home = client.call("GET", "/api/v1/tenants/current", None)?;
        let refused = [&me, &home].into_iter().find(|answer| !answer.is_done()).map(|answer| answer.status);
        if refused.is_some_and(|status| ![401, 403].contains(&status)) {
            return Err(Error::unexpected("GET", "/api/v1/users/me", 200, if me.is_done() { &home } else { &me }));
        }
        let text = |answer: &Answer, name: &str| answer.json["data"][name].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            text: key.to_owned(),
            refused,
            permission: text(&me, "permission"),
            workspace: text(&home, "workspaceID"),
            tenant: id_of(&home.json["data"]),
            is_default: home.json["data"]["isDefault"] == true,
        })
    }

    /// Whether it administers its workspace.
    pub(crate) fn administers(&self) -> bool {
        self.is_default && self.refused.is_none() && self.permission == crate::calls::ADMIN
    }
}

/// A workspace that was made by a key of operators.
pub(crate) struct OwnWorkspace {
    pub(crate) id: String,
    pub(crate) key: String,
}

impl OwnWorkspace {
    /// Makes a workspace.
    pub(crate) fn make(operator: &Client) -> Result<Self, Error> {
        let body = json!({ "name": "Tenantry attack" });
        let made = operator.must(201, "POST", "/operator/v1/workspaces", Some(&body))?;
        Ok(Self { id: id_of(&made), key: made["apiKey"].as_str().unwrap_or_default().to_owned() })
    }

    /// Erases the workspace; returns the reason if it is not.
    pub(crate) fn erase(&self, operator: &Client) -> Option<String> {
        let path = format!("/operator/v1/workspaces/{}", self.id);
        let erased = operator
            .must(200, "PUT", &format!("{path}/suspend"), Some(&json!({})))
            .and_then(|_| operator.must(202, "DELETE", &path, None));
        erased.err().map(|error| format!("workspace {}: {error}", self.id))
    }
}
