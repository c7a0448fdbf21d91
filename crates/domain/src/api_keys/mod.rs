//! API keys: the secrets of API users.

pub(crate) mod token;

use std::num::NonZeroU16;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

pub use self::token::{ApiKeyToken, KeySecret, MalformedKeyError, SecretHash};
use crate::access::Permission;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{ApiKeyId, UserId, WorkspaceId};
use crate::instants;
use crate::text::Line;
use crate::users::{ApiUser, Role};

/// The lifetime of a key, unless another expiry is given.
pub const DEFAULT_LIFETIME: TimeDelta = TimeDelta::days(180);

/// The name of a key.
pub type ApiKeyName = Line<1, 255>;

/// The longest lifetime of a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxKeyAge(TimeDelta);

impl MaxKeyAge {
    /// A number of days.
    pub fn days(days: NonZeroU16) -> Self {
        Self(TimeDelta::days(days.get().into()))
    }
}

impl Default for MaxKeyAge {
    fn default() -> Self {
        Self(TimeDelta::days(366))
    }
}

/// An expiry that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExpiryError {
    /// The key would be refused from the start.
    #[error("must be in the future.")]
    Passed,
    /// The key would last too long.
    #[error("must be at most {days} days from now.")]
    TooFar {
        /// The longest time.
        days: i64,
    },
}

/// The reason why a key is not issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IssueError {
    /// The expiry is refused.
    #[error(transparent)]
    Expiry(#[from] ExpiryError),
    /// The permission is higher than the user's role allows.
    #[error("field is invalid. A key of a user with the role {} permits at most {}.", .role.as_str(), .role.most().as_str())]
    Permission {
        /// The user's role.
        role: Role,
    },
}

/// A key of an API user, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    parts: ApiKeyParts,
}

/// The stored fields of a key, for adapters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The key's id.
    pub id: ApiKeyId,
    /// The key's user.
    pub user_id: UserId,
    /// The name.
    pub name: ApiKeyName,
    /// The key's permission.
    pub permission: Permission,
    /// The hash of the key's random part.
    pub secret_hash: SecretHash,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time from which the key is refused, in whole milliseconds.
    pub expires_at: DateTime<Utc>,
    /// The time of revocation, if it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The fields of a new key.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// The key's id.
    pub id: ApiKeyId,
    /// The key's random part.
    pub secret: KeySecret,
    /// The name.
    pub name: ApiKeyName,
    /// The key's permission.
    pub permission: Permission,
    /// The time from which the key is refused; by default [`DEFAULT_LIFETIME`] from now, or the longest lifetime.
    pub expires_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Issues a key to the user.
    ///
    /// # Errors
    /// `Expiry`, `Permission`.
    pub fn issue(new: NewApiKey, user: &ApiUser, max_age: MaxKeyAge, stamp: Stamp) -> Result<Change<Self>, IssueError> {
        let expires_at = Self::expiry(new.expires_at, max_age, stamp.at)?;
        if new.permission > user.role().most() {
            return Err(IssueError::Permission { role: user.role() });
        }
        let key = Self {
            parts: ApiKeyParts {
                workspace_id: user.workspace_id(),
                id: new.id,
                user_id: user.id(),
                name: new.name,
                permission: new.permission,
                secret_hash: new.secret.hash(),
                created_at: stamp.at,
                expires_at,
                revoked_at: None,
            },
        };
        let after = vec![
            ("user_id", Fact::Text(key.parts.user_id.to_string())),
            ("permission", Fact::from(key.parts.permission.as_str())),
            ("expires_at", Fact::Text(instants::to_text(expires_at))),
        ];
        let audit = key.entry(user, stamp, "api_key.create", (Facts::new(), after));
        Ok(Change::new(key, audit))
    }

    /// The expiry of a key that is issued now: the requested one, or [`DEFAULT_LIFETIME`] or the longest lifetime from now.
    ///
    /// # Errors
    /// `Passed`, `TooFar`.
    pub fn expiry(
        requested: Option<DateTime<Utc>>,
        MaxKeyAge(longest): MaxKeyAge,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, ExpiryError> {
        match requested {
            Some(at) if at <= now => Err(ExpiryError::Passed),
            Some(at) if at - now > longest => Err(ExpiryError::TooFar { days: longest.num_days() }),
            Some(at) => Ok(at),
            None => Ok(now + DEFAULT_LIFETIME.min(longest)),
        }
    }

    /// Revokes the key of this user. Returns `None` if it is revoked already.
    pub fn revoke(&self, user: &ApiUser, stamp: Stamp) -> Option<Change<Self>> {
        if self.parts.revoked_at.is_some() {
            return None;
        }
        let mut key = self.clone();
        key.parts.revoked_at = Some(stamp.at);
        let facts = (vec![("revoked_at", Fact::Null)], vec![("revoked_at", Fact::Text(instants::to_text(stamp.at)))]);
        let audit = key.entry(user, stamp, "api_key.revoke", facts);
        Some(Change::new(key, audit))
    }

    fn entry(&self, user: &ApiUser, stamp: Stamp, action: &'static str, (before, after): (Facts, Facts)) -> AuditEntry {
        AuditEntry {
            id: stamp.id,
            workspace_id: self.parts.workspace_id,
            tenant_id: user.home_tenant_id(),
            tenant_name: user.home_tenant_name().to_string(),
            other_tenant_id: None,
            at: stamp.at,
            actor: stamp.actor,
            action,
            resource_kind: ResourceKind::ApiKey,
            resource_id: self.parts.id.as_uuid(),
            resource_name: self.parts.name.to_string(),
            before,
            after,
            event: Some(EventData::new([("user_id", Some(user.id()).into())])),
        }
    }

    /// Creates a key from stored fields. Checks no rule.
    pub const fn from_parts(parts: ApiKeyParts) -> Self {
        Self { parts }
    }

    /// Returns the fields to store.
    pub fn into_parts(self) -> ApiKeyParts {
        self.parts
    }

    /// Whether the key is neither revoked nor expired.
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.parts.revoked_at.is_none() && now < self.parts.expires_at
    }

    /// Compares the key's secret in constant time.
    pub fn has_secret(&self, secret: &KeySecret) -> bool {
        self.parts.secret_hash.matches(secret)
    }

    /// The key's id.
    pub const fn id(&self) -> ApiKeyId {
        self.parts.id
    }

    /// The time from which the key is refused.
    pub const fn expires_at(&self) -> DateTime<Utc> {
        self.parts.expires_at
    }

    /// The key's permission.
    pub const fn permission(&self) -> Permission {
        self.parts.permission
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::fixture::{at, secret, stamp, tenant};
    use crate::tenants::Tenant;
    use crate::users::{NewApiUser, UserStatus};

    fn user() -> ApiUser {
        user_with(Role::Tenant)
    }

    fn user_with(role: Role) -> ApiUser {
        let new = NewApiUser {
            id: UserId::new(Uuid::from_u128(50)),
            name: "Grace Hopper".parse().expect("a name"),
            email: None,
            role,
            status: UserStatus::Active,
            workplace: None,
        };
        ApiUser::first_of_workspace(new, &Tenant::from_parts(tenant(2)), &stamp())
    }

    fn new(permission: Permission, expires_at: Option<DateTime<Utc>>) -> NewApiKey {
        NewApiKey {
            id: ApiKeyId::new(Uuid::from_u128(60)),
            secret: secret(),
            name: "Key".parse().expect("a name"),
            permission,
            expires_at,
        }
    }

    fn key(expires_at: Option<DateTime<Utc>>) -> Result<Change<ApiKey>, IssueError> {
        ApiKey::issue(new(Permission::Read, expires_at), &user(), MaxKeyAge::default(), stamp())
    }

    #[test]
    fn a_key_expires_in_the_future() {
        assert_eq!(key(None).expect("valid").after.expires_at(), at() + DEFAULT_LIFETIME);
        let soon = at() + TimeDelta::milliseconds(1);
        let key_until_soon = key(Some(soon)).expect("valid").after;
        assert!(key_until_soon.is_good(at()) && !key_until_soon.is_good(soon));
        for past in [at(), at() - TimeDelta::days(1)] {
            assert_eq!(key(Some(past)), Err(ExpiryError::Passed.into()));
        }
    }

    #[test]
    fn a_key_lasts_no_longer_than_is_allowed() {
        let last = at() + TimeDelta::days(366);
        assert_eq!(key(Some(last)).expect("good").after.expires_at(), last);
        let beyond = ExpiryError::TooFar { days: 366 };
        for far in [last + TimeDelta::milliseconds(1), DateTime::<Utc>::MAX_UTC] {
            assert_eq!(key(Some(far)), Err(beyond.into()));
        }
        let week = MaxKeyAge::days(NonZeroU16::new(7).expect("more than none"));
        let short = ApiKey::issue(new(Permission::Read, None), &user(), week, stamp()).expect("good").after;
        assert_eq!(short.expires_at(), at() + TimeDelta::days(7));
    }

    #[test]
    fn a_key_permits_no_more_than_the_role_of_its_user() {
        for role in Role::ALL {
            for permission in Permission::ALL {
                let made = ApiKey::issue(new(permission, None), &user_with(role), MaxKeyAge::default(), stamp());
                assert_eq!(made.is_ok(), permission <= role.most(), "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn a_key_is_revoked_once() {
        let key = key(None).expect("valid").after;
        let revoked = key.revoke(&user(), stamp()).expect("a change").after;
        assert!(key.is_good(at()) && !revoked.is_good(at()));
        assert_eq!(revoked.revoke(&user(), stamp()), None);
    }

    #[test]
    fn the_trail_of_a_key_holds_no_secret() {
        let change = key(None).expect("valid");
        let told = format!("{:?}", change.audit);
        assert!(!told.contains(&secret().hash().to_hex()), "{told}");
    }
}
