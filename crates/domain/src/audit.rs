//! The trail of changes: who did what to which resource in which tenant, when.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::access::TenantScope;
use crate::ids::{ApiKeyId, AuditId, TenantId, UserId, WorkspaceId};

/// Who made a change. Names stand beside ids, because the trail outlives what it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An API user, through one of its keys.
    ApiUser {
        /// The user.
        id: UserId,
        /// The user's name at that time.
        name: String,
        /// The key that the request came with.
        api_key: ApiKeyId,
    },
    /// Whoever runs the service, through the command line or at start-up.
    Operator,
}

/// What makes a decision traceable: made before the decision, by the use case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The id of the audit entry.
    pub id: AuditId,
    /// Who decides.
    pub actor: Actor,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
}

impl Stamp {
    /// What the trail says of a change to a thing of the scope's tenant: its kind, id and name, and what it was before and is
    /// after.
    pub(crate) fn entry(
        self,
        scope: &TenantScope,
        action: &'static str,
        (resource_kind, resource_id, resource_name): (ResourceKind, Uuid, String),
        (before, after): (Facts, Facts),
    ) -> AuditEntry {
        let Self { id, actor, at } = self;
        AuditEntry {
            id,
            workspace_id: scope.workspace_id(),
            tenant_id: scope.tenant_id(),
            tenant_name: scope.tenant_name().to_string(),
            at,
            actor,
            action,
            resource_kind,
            resource_id,
            resource_name,
            before,
            after,
        }
    }
}

/// The kind of thing that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// A workspace.
    Workspace,
    /// A tenant.
    Tenant,
    /// A location.
    Location,
    /// An API user.
    User,
    /// An API key.
    ApiKey,
    /// An integration account.
    IntegrationAccount,
    /// A listing.
    Listing,
    /// A promotion.
    Promotion,
    /// A quote.
    Quote,
    /// A reservation.
    Reservation,
}

impl ResourceKind {
    /// The word that the trail is written with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Tenant => "tenant",
            Self::Location => "location",
            Self::User => "user",
            Self::ApiKey => "api_key",
            Self::IntegrationAccount => "integration_account",
            Self::Listing => "listing",
            Self::Promotion => "promotion",
            Self::Quote => "quote",
            Self::Reservation => "reservation",
        }
    }
}

/// One value in an audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<T: ToString> From<Option<T>> for Fact {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, |value| Self::Text(value.to_string()))
    }
}

/// Named values before or after a change. Secrets never are among them.
pub type Facts = Vec<(&'static str, Fact)>;

/// The two sides of a change, without what stayed the same.
pub fn difference(before: Facts, after: Facts) -> (Facts, Facts) {
    before.into_iter().zip(after).filter(|(before, after)| before != after).unzip()
}

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// The workspace in which it happened.
    pub workspace_id: WorkspaceId,
    /// The tenant whose data changed.
    pub tenant_id: TenantId,
    /// That tenant's name at that time.
    pub tenant_name: String,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// What was done: `tenant.create`.
    pub action: &'static str,
    /// The kind of thing that was changed.
    pub resource_kind: ResourceKind,
    /// The id of that thing.
    pub resource_id: Uuid,
    /// Its name at that time.
    pub resource_name: String,
    /// What it was before, where that changed.
    pub before: Facts,
    /// What it is now, where that changed.
    pub after: Facts,
}

/// One line of the trail, as it is read. Its words may be older than this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditId,
    /// The tenant whose data changed.
    pub tenant_id: TenantId,
    /// That tenant's name at that time.
    pub tenant_name: String,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// What was done: `tenant.create`.
    pub action: String,
    /// The kind of thing that was changed: `tenant`.
    pub resource_kind: String,
    /// The id of that thing.
    pub resource_id: Uuid,
    /// Its name at that time.
    pub resource_name: String,
    /// What it was before, where that changed; sorted by name.
    pub before: Vec<(String, Fact)>,
    /// What it is now, where that changed; sorted by name.
    pub after: Vec<(String, Fact)>,
}
