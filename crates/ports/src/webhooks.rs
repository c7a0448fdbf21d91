//! The ports of webhooks.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope, TenantStanding};
use domain::change::Change;
use domain::event_consumers::Unread;
use domain::ids::{ServerId, TenantId, WebhookId, WorkspaceId};
use domain::webhooks::{Attempt, Outcome, Progress, SealedSecret, SignedMessage, Webhook, WebhookSecret, WebhookUrl};
use thiserror::Error;

use crate::{Page, RepositoryError, Slice};

/// The webhooks of one tenant. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WebhookRepository: Send + Sync {
    /// Returns the webhook, or `None` if the tenant does not have it.
    async fn get(&self, scope: &TenantScope, id: WebhookId) -> Result<Option<Webhook>, RepositoryError>;

    /// Stores a new webhook.
    ///
    /// # Errors
    /// `Taken { rule: "most_webhooks" }` if the tenant has as many as it may have.
    async fn create(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<Webhook, RepositoryError>;

    /// Stores a webhook's new fields, secrets and status. Its place stays as deliveries have stored it.
    ///
    /// # Errors
    /// `Stale` if the webhook was changed or deleted since it was read. Deliveries do not count as changes.
    async fn update(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<Webhook, RepositoryError>;

    /// Stores that a webhook is enabled, with its place. A delivery that is under way is not stored any more.
    ///
    /// # Errors
    /// `Stale` if the webhook was changed or deleted since it was read.
    async fn enable(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<Webhook, RepositoryError>;

    /// Deletes a webhook with its attempts.
    ///
    /// # Errors
    /// `Stale` if the webhook was changed or deleted since it was read.
    async fn delete(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<(), RepositoryError>;

    /// Stores the attempt of a test. Of a webhook that is gone, nothing is stored.
    async fn add_test(&self, scope: &TenantScope, id: WebhookId, attempt: Attempt) -> Result<(), RepositoryError>;
}

/// Lists and counts of the webhooks of one tenant, and of their attempts.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WebhookQueries: Send + Sync {
    /// Lists the webhooks by id, with the events that each has not delivered.
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<(Webhook, Unread)>, RepositoryError>;

    /// Counts the webhooks.
    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError>;

    /// Lists the kept attempts of a webhook, the newest first.
    async fn attempts(&self, scope: &TenantScope, id: WebhookId) -> Result<Vec<Attempt>, RepositoryError>;
}

/// A webhook whose next event may be due, with the tenant that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueWebhook {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The webhook's id.
    pub id: WebhookId,
}

/// A webhook that a server has leased, with the standing of its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// Its tenant.
    pub tenant: TenantStanding,
}

/// The webhooks among which those that are due are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Webhooks for which the numbering has noted an event: at rest none.
    Noted,
    /// All that are enabled: also those for which a server of an earlier version has numbered an event, and those whose
    /// position would fall out of the log.
    All,
}

/// A lease of webhooks: the server that delivers them, and the time until which no other may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The server.
    pub server: ServerId,
    /// The present time.
    pub now: DateTime<Utc>,
    /// The time at which the lease ends.
    pub until: DateTime<Utc>,
}

/// The delivery of all webhooks, for the background work of a server. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WebhookDeliveries: Send + Sync {
    /// Lists enabled webhooks of active tenants with events after their positions, whose time has come and that no
    /// server has leased: those that were delivered longest ago first.
    async fn due(
        &self,
        scope: &OperatorScope,
        look: Look,
        now: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<DueWebhook>, RepositoryError>;

    /// Leases a webhook that is still due, and reads it. `None` if another server was faster, or it is not due any more.
    async fn lease(
        &self,
        scope: &OperatorScope,
        due: &DueWebhook,
        lease: &Lease,
    ) -> Result<Option<LeasedWebhook>, RepositoryError>;

    /// Extends the lease of a webhook. Returns whether the server still has it.
    async fn renew(&self, scope: &OperatorScope, webhook: &Webhook, lease: &Lease) -> Result<bool, RepositoryError>;

    /// Stores attempts with the place that they lead to, and extends the lease. Returns whether the tenant is active.
    ///
    /// # Errors
    /// `Stale` if the server does not have the lease any more, or the webhook was disabled, set to another place or
    /// deleted since it was leased.
    async fn record(
        &self,
        scope: &OperatorScope,
        webhook: &Webhook,
        progress: Progress,
        attempts: Vec<Attempt>,
        lease: &Lease,
    ) -> Result<bool, RepositoryError>;

    /// Stores the last attempts, and that the webhook as it was leased is disabled by them.
    ///
    /// # Errors
    /// `Stale` like `record`, and if the webhook was changed since it was leased.
    async fn disable(
        &self,
        scope: &TenantScope,
        leased: &Webhook,
        change: Change<Webhook>,
        attempts: Vec<Attempt>,
        lease: &Lease,
    ) -> Result<(), RepositoryError>;

    /// Returns the time of the oldest event that an enabled webhook of any tenant has not delivered; `None` if there is
    /// none.
    async fn oldest_undelivered(&self, scope: &OperatorScope) -> Result<Option<DateTime<Utc>>, RepositoryError>;
}

/// Sends requests to receivers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Sends a message once and waits for the answer, 15 seconds at most.
    async fn send(&self, url: &WebhookUrl, message: SignedMessage) -> Outcome;
}

/// A secret that cannot be decrypted.
#[derive(Debug, Error)]
#[error("the secret of a webhook cannot be decrypted: is it the secret key with which it was encrypted?")]
pub struct VaultError;

/// Encrypts the secrets of webhooks.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SecretVault: Send + Sync {
    /// Encrypts a secret of a webhook.
    fn seal(&self, workspace: WorkspaceId, webhook: WebhookId, secret: &WebhookSecret) -> SealedSecret;

    /// Decrypts a secret of that webhook.
    ///
    /// # Errors
    /// If it was encrypted with another key or for another webhook.
    fn open(
        &self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        sealed: &SealedSecret,
    ) -> Result<WebhookSecret, VaultError>;
}
