//! The audit trail: the actor, action, resource, tenant and time of each change.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::access::TenantScope;
use crate::events::EventData;
use crate::ids::{ApiKeyId, AuditId, TenantId, UserId, WorkspaceId};

/// The author of a change. Names are stored with ids, because the trail outlives the resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An API user, through one of its keys.
    ApiUser {
        /// The user.
        id: UserId,
        /// The user's name at that time.
        name: String,
        /// The API key of the request.
        api_key: ApiKeyId,
    },
    /// An operator of the service, by the command line, at start-up or with an operator's key.
    Operator,
}

/// The id, author and time of a decision. The use case creates it before the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The id of the audit entry.
    pub id: AuditId,
    /// The author of the decision.
    pub actor: Actor,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
}

impl Stamp {
    /// Creates the audit entry of a change to a resource of the scope's tenant, from the kind, id and name of the
    /// resource and its facts before and after.
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
            other_tenant_id: None,
            at,
            actor,
            action,
            resource_kind,
            resource_id,
            resource_name,
            before,
            after,
            event: Some(EventData::default()),
        }
    }
}

/// The kind of the changed resource.
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
    /// A webhook.
    Webhook,
}

impl ResourceKind {
    /// The word used in the trail.
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
            Self::Webhook => "webhook",
        }
    }

    /// Whether a [`Credential`](crate::access::Credential) contains data of resources of this kind.
    pub const fn is_in_credentials(self) -> bool {
        match self {
            Self::Workspace | Self::Tenant | Self::User | Self::ApiKey => true,
            Self::Location
            | Self::IntegrationAccount
            | Self::Listing
            | Self::Promotion
            | Self::Quote
            | Self::Reservation
            | Self::Webhook => false,
        }
    }
}

/// One value in an audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// No value.
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

/// Named values before or after a change. They never include secrets.
pub type Facts = Vec<(&'static str, Fact)>;

/// Removes the facts that are equal before and after.
pub fn difference(before: Facts, after: Facts) -> (Facts, Facts) {
    before.into_iter().zip(after).filter(|(before, after)| before != after).unzip()
}

/// An entry of the trail, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// The workspace of the change.
    pub workspace_id: WorkspaceId,
    /// The tenant whose data changed.
    pub tenant_id: TenantId,
    /// The tenant's name at that time.
    pub tenant_name: String,
    /// The other tenant whose trail has the entry. For a reservation that an importer sold, it is the side that did not
    /// act: the importer, or the owner of the listing at that time.
    pub other_tenant_id: Option<TenantId>,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// The author.
    pub actor: Actor,
    /// The action: `tenant.create`.
    pub action: &'static str,
    /// The kind of the changed resource.
    pub resource_kind: ResourceKind,
    /// The resource's id.
    pub resource_id: Uuid,
    /// The resource's name at that time.
    pub resource_name: String,
    /// The changed values before the change.
    pub before: Facts,
    /// The changed values after the change.
    pub after: Facts,
    /// The data of the event that the change leaves, if it leaves one.
    pub event: Option<EventData>,
}

impl AuditEntry {
    /// Adds the data of the event.
    #[must_use]
    pub(crate) fn telling(self, event: EventData) -> Self {
        Self { event: Some(event), ..self }
    }
}

/// An entry of the trail, as read. Its action and kind may be words of an older program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditId,
    /// The tenant whose data changed.
    pub tenant_id: TenantId,
    /// The tenant's name at that time.
    pub tenant_name: String,
    /// The other tenant whose trail has the entry. For a reservation that an importer sold, it is the side that did not
    /// act: the importer, or the owner of the listing at that time.
    pub other_tenant_id: Option<TenantId>,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// The author; `None` for a user of another tenant than the reader's.
    pub actor: Option<Actor>,
    /// The action: `tenant.create`.
    pub action: String,
    /// The kind of the changed resource: `tenant`.
    pub resource_kind: String,
    /// The resource's id.
    pub resource_id: Uuid,
    /// The resource's name at that time.
    pub resource_name: String,
    /// The changed values before the change, sorted by name.
    pub before: Vec<(String, Fact)>,
    /// The changed values after the change, sorted by name.
    pub after: Vec<(String, Fact)>,
}

impl AuditRecord {
    /// Removes what the reader may not learn: which user of another tenant acted. `None` reads the trail of the whole
    /// workspace.
    #[must_use]
    pub fn for_reader(self, reader: Option<TenantId>) -> Self {
        let is_told = reader.is_none_or(|reader| reader == self.tenant_id);
        Self { actor: self.actor.filter(|actor| is_told || *actor == Actor::Operator), ..self }
    }
}
