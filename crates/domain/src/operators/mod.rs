//! Operators: those who run the service for all workspaces, by the command line or with a key.

mod token;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::token::OperatorKeyToken;
use crate::access::{AccessError, OperatorScope};
use crate::api_keys::{ApiKey, KeySecret, MaxKeyAge, SecretHash};
use crate::audit::AuditEntry;
use crate::idempotency::{IdempotentRequest, KEPT, KeyReusedError};
use crate::ids::{AuditId, OperatorKeyId, TenantId, WorkspaceId};
use crate::text::Line;

/// The name of an operator's key.
pub type OperatorKeyName = Line<1, 255>;

/// An operator: the author of entries in the operators' trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// The command line, or the service itself.
    CommandLine,
    /// A program with an operator's key.
    Key {
        /// The key.
        id: OperatorKeyId,
        /// The key's name.
        name: String,
    },
}

impl Operator {
    /// The key, if there is one.
    pub const fn key(&self) -> Option<OperatorKeyId> {
        match self {
            Self::CommandLine => None,
            Self::Key { id, name: _ } => Some(*id),
        }
    }

    /// The name of the key, or of the command line.
    pub fn name(&self) -> &str {
        match self {
            Self::CommandLine => "command line",
            Self::Key { id: _, name } => name,
        }
    }

    /// Creates an operator from stored fields.
    pub fn from_parts(key: Option<OperatorKeyId>, name: String) -> Self {
        key.map_or(Self::CommandLine, |id| Self::Key { id, name })
    }
}

/// A key of an operator, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKey {
    parts: OperatorKeyParts,
}

/// The stored fields of an operator's key, for adapters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKeyParts {
    /// The key's id.
    pub id: OperatorKeyId,
    /// The name.
    pub name: OperatorKeyName,
    /// The hash of the key's random part.
    pub secret_hash: SecretHash,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time from which the key is refused, in whole milliseconds.
    pub expires_at: DateTime<Utc>,
    /// The time of revocation, if it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl OperatorKey {
    /// Issues a key, which lasts as long as an API key of which no expiry is requested.
    pub fn issue(token: &OperatorKeyToken, name: OperatorKeyName, max_age: MaxKeyAge, at: DateTime<Utc>) -> Self {
        let expires_at = ApiKey::expiry(None, max_age, at).expect("the default lifetime is allowed");
        let secret_hash = token.secret().hash();
        Self {
            parts: OperatorKeyParts { id: token.id(), name, secret_hash, created_at: at, expires_at, revoked_at: None },
        }
    }

    /// Revokes the key. Returns `None` if it is revoked already.
    pub fn revoke(&self, at: DateTime<Utc>) -> Option<Self> {
        let parts = OperatorKeyParts { revoked_at: Some(at), ..self.parts.clone() };
        self.parts.revoked_at.is_none().then_some(Self { parts })
    }

    /// Admits the bearer of the key.
    ///
    /// # Errors
    /// `Unauthenticated` if the secret is another one, or the key is revoked or expired.
    pub fn admit(self, secret: &KeySecret, now: DateTime<Utc>) -> Result<OperatorScope, AccessError> {
        let OperatorKeyParts { id, name, secret_hash, created_at: _, expires_at, revoked_at } = self.parts;
        if !secret_hash.matches(secret) || revoked_at.is_some() || now >= expires_at {
            return Err(AccessError::Unauthenticated);
        }
        Ok(OperatorScope::of(Operator::Key { id, name: name.into() }))
    }

    /// Creates a key from stored fields. Checks no rule.
    pub const fn from_parts(parts: OperatorKeyParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> OperatorKeyParts {
        self.parts
    }

    /// The key's id.
    pub const fn id(&self) -> OperatorKeyId {
        self.parts.id
    }
}

/// An entry of the operators' trail. It has the id of a workspace and no data of it, because the trail outlives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorEntry {
    /// Its id.
    pub id: AuditId,
    /// The time, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// The author.
    pub operator: Operator,
    /// The action: `workspace.suspend`.
    pub action: Cow<'static, str>,
    /// The workspace, if the action concerns one.
    pub workspace_id: Option<WorkspaceId>,
    /// The changed resource.
    pub resource_id: Uuid,
}

impl OperatorEntry {
    /// Creates the entry of a change in a workspace, which has an audit entry of its own there.
    pub fn of_change(scope: &OperatorScope, audit: &AuditEntry) -> Self {
        Self {
            id: audit.id,
            at: audit.at,
            operator: scope.operator().clone(),
            action: Cow::Borrowed(audit.action),
            workspace_id: Some(audit.workspace_id),
            resource_id: audit.resource_id,
        }
    }

    /// Creates the entry of an export of a workspace, or of one of its tenants.
    pub fn of_export(
        scope: &OperatorScope,
        stamp: (AuditId, DateTime<Utc>),
        workspace_id: WorkspaceId,
        tenant_id: Option<TenantId>,
    ) -> Self {
        match tenant_id {
            None => Self::of_copy(scope, stamp, "workspace.export", workspace_id, workspace_id.as_uuid()),
            Some(tenant_id) => Self::of_copy(scope, stamp, "tenant.export", workspace_id, tenant_id.as_uuid()),
        }
    }

    /// Creates the entry of an import of a workspace.
    pub fn of_import(scope: &OperatorScope, stamp: (AuditId, DateTime<Utc>), workspace_id: WorkspaceId) -> Self {
        Self::of_copy(scope, stamp, "workspace.import", workspace_id, workspace_id.as_uuid())
    }

    fn of_copy(
        scope: &OperatorScope,
        (id, at): (AuditId, DateTime<Utc>),
        action: &'static str,
        workspace_id: WorkspaceId,
        resource_id: Uuid,
    ) -> Self {
        let (operator, action) = (scope.operator().clone(), Cow::Borrowed(action));
        Self { id, at, operator, action, workspace_id: Some(workspace_id), resource_id }
    }

    /// Creates the entry of a change of an operator's key.
    pub fn of_key(
        scope: &OperatorScope,
        id: AuditId,
        at: DateTime<Utc>,
        action: &'static str,
        key: OperatorKeyId,
    ) -> Self {
        let (operator, action) = (scope.operator().clone(), Cow::Borrowed(action));
        Self { id, at, operator, action, workspace_id: None, resource_id: key.as_uuid() }
    }
}

/// An operator's request with an idempotency key, and the resource that it has created. The answer had a secret, so it is
/// not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRecord {
    /// The operator's key, to which the idempotency key belongs.
    pub operator_key_id: OperatorKeyId,
    /// The request.
    pub request: IdempotentRequest,
    /// The created resource.
    pub resource_id: Uuid,
    /// The time of the request, in whole milliseconds.
    pub at: DateTime<Utc>,
}

impl OperatorRecord {
    /// Returns the resource that a request with the same key has created; `None` if the record has expired.
    ///
    /// # Errors
    /// If the key was used for another request.
    pub fn created(&self, request: &IdempotentRequest, now: DateTime<Utc>) -> Result<Option<Uuid>, KeyReusedError> {
        if self.at < now - KEPT {
            Ok(None)
        } else if self.request == *request {
            Ok(Some(self.resource_id))
        } else {
            Err(KeyReusedError)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::access::fixture::{at, secret};

    fn key() -> OperatorKey {
        let token = OperatorKeyToken::new(OperatorKeyId::new(Uuid::from_u128(5)), secret());
        OperatorKey::issue(&token, "Onboarding".parse().expect("a name"), MaxKeyAge::default(), at())
    }

    #[test]
    fn a_key_lets_its_bearer_in_until_it_expires_or_is_revoked() {
        let scope = key().admit(&secret(), at()).expect("a valid key");
        let expected = Operator::Key { id: key().id(), name: "Onboarding".to_owned() };
        assert_eq!(scope.operator(), &expected);
        let expiry = key().into_parts().expires_at;
        assert_eq!(expiry - at(), TimeDelta::days(180));
        let revoked = key().revoke(at()).expect("a change");
        assert_eq!(revoked.revoke(at()), None);
        for (key, secret, now) in
            [(key(), KeySecret::new([8; 24]), at()), (key(), secret(), expiry), (revoked, secret(), at())]
        {
            assert_eq!(key.admit(&secret, now).err(), Some(AccessError::Unauthenticated));
        }
    }

    #[test]
    fn a_record_names_what_the_same_request_has_created_for_a_day() {
        let request = |hash| IdempotentRequest { key: "k".parse().expect("a key"), fingerprint: [hash; 32] };
        let created = Uuid::from_u128(3);
        let record =
            OperatorRecord { operator_key_id: key().id(), request: request(1), resource_id: created, at: at() };
        for (sent, later, expected) in [
            (1, TimeDelta::zero(), Ok(Some(created))),
            (1, KEPT, Ok(Some(created))),
            (2, KEPT, Err(KeyReusedError)),
            (2, KEPT + TimeDelta::milliseconds(1), Ok(None)),
        ] {
            assert_eq!(record.created(&request(sent), at() + later), expected, "{sent} {later}");
        }
    }
}
