//! A tenant with one of everything.

use serde_json::Value;

use crate::calls::{Call, Sibling};
use crate::client::Answer;
use crate::ids::{UNKNOWN, new_id, new_mark, unknown_like};
use crate::things::in_path_of;

/// A side of an attack: a tenant with one of each resource. Each text has a word that occurs nowhere else.
#[derive(Debug, Clone)]
pub struct Side {
    /// The tenant.
    pub tenant: String,
    /// A location, which is not the default one.
    pub location: String,
    /// A user.
    pub user: String,
    /// A key of the user.
    pub key: String,
    /// An account that allows no imports, so its listings are not in the search results of other tenants.
    pub account: String,
    /// A listing of the account.
    pub listing: String,
    /// A promotion of the account.
    pub promotion: String,
    /// A listing to which the promotion is assigned.
    pub promoted: String,
    /// A listing of another tenant that this one imports.
    pub imported: String,
    /// Another listing of that tenant, which no tenant imports.
    pub offered: String,
    /// The tenant of these two listings.
    pub elsewhere: String,
    /// A quote for the listing.
    pub quote: String,
    /// A held reservation of the imported listing, sold by this tenant.
    pub reservation: String,
    /// The name of an event consumer, at position 1.
    pub consumer: String,
    /// A webhook that is disabled, or an unknown id where the instance has no webhooks.
    pub webhook: String,
    /// The address of a receiver of webhooks.
    pub receiver: String,
    /// The word in each text.
    pub mark: String,
}

impl Side {
    /// Returns a side whose ids are all unknown.
    pub fn nobody() -> Self {
        let id = || UNKNOWN.to_owned();
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
            quote: id(),
            reservation: id(),
            consumer: id(),
            webhook: id(),
            receiver: "https://receiver.invalid/".to_owned(),
            mark: "zq".to_owned(),
        }
    }

    /// Returns a side with unknown ids that are like these.
    pub(crate) fn unknown(&self) -> Self {
        let id = unknown_like;
        Self {
            tenant: id(&self.tenant),
            location: id(&self.location),
            user: id(&self.user),
            key: id(&self.key),
            account: id(&self.account),
            listing: id(&self.listing),
            promotion: id(&self.promotion),
            promoted: id(&self.promoted),
            imported: id(&self.imported),
            offered: id(&self.offered),
            elsewhere: id(&self.elsewhere),
            quote: id(&self.quote),
            reservation: id(&self.reservation),
            consumer: id(&self.consumer),
            webhook: id(&self.webhook),
            receiver: self.receiver.clone(),
            mark: new_mark(),
        }
    }

    /// Returns the placeholders in bodies, with the ids of the side.
    pub fn named_things(&self) -> [(&'static str, &String); 7] {
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

    /// Returns the id in a path.
    pub fn id(&self, path: &str) -> &str {
        self.thing(in_path_of(path))
    }

    /// Returns the path of an operation on the side.
    pub fn path(&self, path: &str) -> String {
        path.replace("{id}", self.id(path)).replace("{name}", &self.consumer)
    }

    /// Returns the body of a call on the side, with new ids each time.
    pub fn body(&self, call: &Call) -> Option<Value> {
        let body = call.body.as_ref()?.to_string().replace("{receiver}", &self.receiver);
        let body = self.named_things().into_iter().fold(body, |body, (name, id)| body.replace(name, id));
        serde_json::from_str(&body.replace("{new}", &new_id())).ok()
    }

    /// Whether the path or the body contains an id of the side.
    pub fn is_named_by(path: &str, call: &Call) -> bool {
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        // A name may be given by every tenant.
        let is_named = path.contains("{name}") && call.sibling == Sibling::NotFound;
        path.contains("{id}") || is_named || Self::nobody().named_things().iter().any(|(name, _)| body.contains(name))
    }

    /// Returns the ids that belong to the side alone, and the word in its texts.
    pub fn own(&self) -> Vec<String> {
        let own = [
            &self.tenant,
            &self.location,
            &self.user,
            &self.key,
            &self.account,
            &self.listing,
            &self.promoted,
            &self.promotion,
            &self.quote,
            &self.reservation,
            &self.webhook,
            &self.mark,
        ];
        own.into_iter().filter(|id| *id != UNKNOWN).cloned().collect()
    }

    /// Whether an answer contains an id of the side, or a text of it.
    pub fn is_in(&self, answer: &Answer) -> bool {
        self.own().iter().any(|id| answer.text.contains(id.as_str()))
    }
}
