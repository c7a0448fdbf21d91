//! Webhooks: readers of a tenant's events that the service itself serves, by signed requests.

mod addresses;
mod attempts;
mod decisions;
mod outcomes;
mod schedule;
mod secret;
mod url;
mod values;

use chrono::{DateTime, Utc};

pub use self::addresses::is_public;
pub use self::attempts::Attempt;
pub use self::decisions::{NewWebhook, WebhookEdit};
pub use self::outcomes::{DeliveryFailure, Outcome, RetryAfter};
pub use self::schedule::Verdict;
pub use self::secret::{SealedSecret, Secrets, SignedMessage, WebhookSecret, WebhookSecretError};
pub use self::url::{Reach, WebhookUrl, WebhookUrlError};
pub use self::values::{
    DisabledReason, DisabledReasonError, WebhookDescription, WebhookScope, WebhookScopeError, WebhookStatus,
    WebhookStatusError, WebhookTypes,
};
use crate::ids::{TenantId, WebhookId, WorkspaceId};

/// The maximum number of webhooks of a tenant.
pub const MOST_WEBHOOKS: u32 = 10;
/// The number of attempts of a webhook that are kept.
pub const MOST_ATTEMPTS: u32 = 100;
/// The type of the message that a test sends. No event of the log has it.
pub const TEST_TYPE: &str = "webhook.test";

/// The fields of a webhook that its tenant chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDetails {
    /// The address of the receiver.
    pub url: WebhookUrl,
    /// A description.
    pub description: Option<WebhookDescription>,
    /// The types of the events that are delivered; all if empty.
    pub types: WebhookTypes,
    /// The events that it reads. Never changes.
    pub scope: WebhookScope,
}

/// The place of a webhook in its feed, and the state of its delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The position of the last event that is done.
    pub position: u64,
    /// The number of failures since the last success.
    pub consecutive_failures: u32,
    /// The time before which the next event is not tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The time of the last success.
    pub last_delivered_at: Option<DateTime<Utc>>,
}

/// A webhook of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    parts: WebhookParts,
}

/// The stored fields of a webhook, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The webhook's id.
    pub id: WebhookId,
    /// The tenant whose events it reads.
    pub tenant_id: TenantId,
    /// The fields that the tenant chooses.
    pub details: WebhookDetails,
    /// The address of this service by which the webhook was created, with which the URLs of resources begin.
    pub base_url: String,
    /// The status.
    pub status: WebhookStatus,
    /// The reason why it is disabled, if it is.
    pub disabled_reason: Option<DisabledReason>,
    /// Its place.
    pub progress: Progress,
    /// The encrypted secrets.
    pub secrets: Secrets,
    /// The version, which each decision increments and each delivery leaves unchanged.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last decision, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl Webhook {
    /// Creates a webhook from stored fields. Checks no rule.
    pub const fn from_parts(parts: WebhookParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> WebhookParts {
        self.parts
    }

    /// The stored fields.
    pub const fn parts(&self) -> &WebhookParts {
        &self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The webhook's id.
    pub const fn id(&self) -> WebhookId {
        self.parts.id
    }

    /// The tenant.
    pub const fn tenant_id(&self) -> TenantId {
        self.parts.tenant_id
    }

    /// The fields that the tenant chooses.
    pub const fn details(&self) -> &WebhookDetails {
        &self.parts.details
    }

    /// The place in its feed.
    pub const fn progress(&self) -> &Progress {
        &self.parts.progress
    }

    /// The version, which each decision increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use uuid::Uuid;

    use super::*;
    use crate::access::fixture::{caller, stamp, standing};
    use crate::access::{Permission, TenantScope};

    pub(crate) fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Admin).tenant_scope(Permission::Admin).expect("an active tenant")
    }

    /// Returns a webhook at position 7.
    pub(crate) fn webhook(scope: &TenantScope) -> Webhook {
        let new = NewWebhook {
            id: WebhookId::new(Uuid::from_u128(14)),
            details: WebhookDetails {
                url: "https://hooks.example.com/in?token=planted".parse().expect("a URL"),
                description: None,
                types: WebhookTypes::default(),
                scope: WebhookScope::Tenant,
            },
            base_url: "https://stays.example".to_owned(),
            secret: SealedSecret::new("sealed".to_owned()),
            position: 7,
        };
        Webhook::create(new, scope, stamp()).after
    }
}
