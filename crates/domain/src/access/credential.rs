//! Stored data of a key, its user and their tenants: everything needed to admit a request.

use chrono::{DateTime, Utc};

use super::caller::{Context, Tenants};
use super::{AccessError, Caller};
use crate::api_keys::{ApiKey, KeySecret};
use crate::ids::{TenantId, UserId, WorkspaceId};
use crate::tenants::{TenantName, TenantStatus};
use crate::users::{Role, UserName, UserStatus};
use crate::workspaces::WorkspaceStatus;

/// The tenant in which a request is to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantChoice {
    /// The tenant that the request names.
    Named(TenantId),
    /// The user's home tenant, because the request names none.
    Home,
    /// The user's current tenant, because the request names none.
    Current,
}

/// The fields of a tenant that access depends on, and its name, for the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantStanding {
    /// The tenant.
    pub id: TenantId,
    /// The name.
    pub name: TenantName,
    /// Whether it is the workspace's default tenant.
    pub is_default: bool,
    /// The status, which decides whether requests in the tenant are served.
    pub status: TenantStatus,
}

/// The fields of a user that access depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStanding {
    /// The user.
    pub id: UserId,
    /// The user's name, for the audit trail.
    pub name: UserName,
    /// The user's role, which caps the key.
    pub role: Role,
    /// The status, which decides whether the user may call.
    pub status: UserStatus,
}

/// A key with its user and their tenants, as stored at one moment. Not yet admitted.
#[derive(Debug, Clone)]
pub struct Credential {
    parts: CredentialParts,
}

/// The stored fields of a credential, for adapters.
#[derive(Debug, Clone)]
pub struct CredentialParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The status of the workspace.
    pub workspace_status: WorkspaceStatus,
    /// The key.
    pub api_key: ApiKey,
    /// The key's user.
    pub user: UserStanding,
    /// The user's home tenant.
    pub home: TenantStanding,
    /// The tenant to which the user was moved.
    pub current: TenantStanding,
    /// The tenant that the request names, if the workspace has it.
    pub named: Option<TenantStanding>,
}

impl Credential {
    /// Creates a credential from stored fields. Checks no rule.
    pub const fn from_parts(parts: CredentialParts) -> Self {
        Self { parts }
    }

    /// Whether the workspace, the user and the chosen tenant are active. Does not check the key.
    pub fn is_in_good_standing(&self, choice: TenantChoice) -> bool {
        let CredentialParts { workspace_status, user, home, current, named, .. } = &self.parts;
        let tenant = match choice {
            TenantChoice::Named(_) => named.as_ref(),
            TenantChoice::Home => Some(home),
            TenantChoice::Current => Some(current),
        };
        *workspace_status == WorkspaceStatus::Active
            && user.status == UserStatus::Active
            && tenant.is_some_and(|tenant| tenant.status == TenantStatus::Active)
    }

    /// Admits the caller, or returns the reason for the refusal.
    ///
    /// # Errors
    /// `Unauthenticated`, `WorkspaceSuspended`, `UserNotActive` or `TenantNotFound`: the first that applies.
    pub fn admit(self, secret: &KeySecret, choice: TenantChoice, now: DateTime<Utc>) -> Result<Caller, AccessError> {
        self.identify(secret, now)?.enter(choice)
    }

    /// Identifies the user of a valid key.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn identify(self, secret: &KeySecret, now: DateTime<Utc>) -> Result<Identified, AccessError> {
        let api_key = &self.parts.api_key;
        if !api_key.has_secret(secret) || !api_key.is_good(now) {
            return Err(AccessError::Unauthenticated);
        }
        Ok(Identified { parts: self.parts })
    }
}

/// A credential whose key is valid. The request may still be refused for other reasons.
#[derive(Debug, Clone)]
pub struct Identified {
    parts: CredentialParts,
}

impl Identified {
    /// The user's home tenant.
    pub const fn home_tenant_id(&self) -> TenantId {
        self.parts.home.id
    }

    /// Admits the caller to the tenant of the choice, or returns the reason for the refusal.
    ///
    /// # Errors
    /// `WorkspaceSuspended`, `UserNotActive` or `TenantNotFound`: the first that applies.
    pub fn enter(self, choice: TenantChoice) -> Result<Caller, AccessError> {
        let CredentialParts { workspace_id, workspace_status, api_key, user, home, current, named } = self.parts;
        if workspace_status != WorkspaceStatus::Active {
            return Err(AccessError::WorkspaceSuspended);
        }
        if user.status != UserStatus::Active {
            return Err(AccessError::UserNotActive);
        }
        let may_enter = |tenant: &TenantStanding| home.is_default || tenant.id == home.id;
        let current_id = current.id;
        let context = match choice {
            TenantChoice::Named(id) => {
                let named = named.filter(|named| named.id == id && may_enter(named));
                Context::Named(named.ok_or(AccessError::TenantNotFound)?)
            }
            TenantChoice::Home => Context::Home,
            TenantChoice::Current => Context::Current(current),
        };
        Ok(Caller::admitted(workspace_id, &api_key, user, Tenants { home, current: current_id, context }))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{at, credential, secret, standing};

    const DEFAULT: u128 = 1;
    const CHANNEL: u128 = 2;
    const OTHER: u128 = 3;

    fn named(id: u128) -> TenantChoice {
        TenantChoice::Named(TenantId::new(Uuid::from_u128(id)))
    }

    #[test]
    fn the_header_chooses_the_tenant_and_its_authority() {
        let default = || standing(DEFAULT, true);
        let [channel, other] = [CHANNEL, OTHER].map(|id| move || standing(id, false));
        // Home, current, the choice, the tenant found under that name -> the tenant and the authority.
        for (home, current, choice, found, expected) in [
            (default(), channel(), TenantChoice::Home, None, Ok((DEFAULT, DEFAULT))),
            (default(), channel(), TenantChoice::Current, None, Ok((CHANNEL, DEFAULT))),
            (default(), channel(), named(OTHER), Some(other()), Ok((OTHER, OTHER))),
            (default(), channel(), named(DEFAULT), Some(default()), Ok((DEFAULT, DEFAULT))),
            (default(), channel(), named(OTHER), None, Err(AccessError::TenantNotFound)),
            (channel(), channel(), TenantChoice::Home, None, Ok((CHANNEL, CHANNEL))),
            (channel(), channel(), TenantChoice::Current, None, Ok((CHANNEL, CHANNEL))),
            (channel(), channel(), named(CHANNEL), Some(channel()), Ok((CHANNEL, CHANNEL))),
            (channel(), channel(), named(OTHER), Some(other()), Err(AccessError::TenantNotFound)),
            (channel(), channel(), named(DEFAULT), Some(default()), Err(AccessError::TenantNotFound)),
        ] {
            let parts = CredentialParts { named: found, ..credential(home, current, Permission::Read) };
            let admitted = Credential::from_parts(parts).admit(&secret(), choice, at());
            assert_eq!(
                admitted.map(|caller| (caller.tenant_id(), caller.authority_id())),
                expected.map(|(tenant, authority)| (standing(tenant, false).id, standing(authority, false).id)),
                "{choice:?}"
            );
        }
    }

    #[test]
    fn an_active_user_is_in_good_standing_in_an_active_tenant() {
        let closed = || TenantStanding { status: TenantStatus::Inactive, ..standing(OTHER, false) };
        let of = |home, current, found| CredentialParts { named: found, ..credential(home, current, Permission::Read) };
        let open = || standing(CHANNEL, false);
        let choices = [TenantChoice::Home, TenantChoice::Current, named(OTHER)];
        // Home, current and named tenant -> the standing for each choice.
        for (parts, expected) in [
            (of(open(), open(), Some(standing(OTHER, false))), [true, true, true]),
            (of(open(), open(), None), [true, true, false]),
            (of(closed(), open(), Some(closed())), [false, true, false]),
            (of(open(), closed(), Some(closed())), [true, false, false]),
        ] {
            let user = UserStanding { status: UserStatus::Banned, ..parts.user.clone() };
            let banned = Credential::from_parts(CredentialParts { user, ..parts.clone() });
            let suspended = CredentialParts { workspace_status: WorkspaceStatus::Suspended, ..parts.clone() };
            let suspended = Credential::from_parts(suspended);
            for refused in [banned, suspended] {
                assert_eq!(choices.map(|choice| refused.is_in_good_standing(choice)), [false; 3]);
            }
            let credential = Credential::from_parts(parts);
            assert_eq!(choices.map(|choice| credential.is_in_good_standing(choice)), expected);
        }
    }

    #[test]
    fn a_bad_key_is_refused_before_a_suspended_workspace_a_banned_user_and_an_unknown_tenant() {
        let home = || standing(CHANNEL, false);
        let good = || credential(home(), home(), Permission::Admin);
        let admit =
            |parts, secret: &KeySecret, now| Credential::from_parts(parts).admit(secret, named(OTHER), now).err();
        let banned = || {
            let user = UserStanding { status: UserStatus::Banned, ..good().user };
            CredentialParts { user, ..good() }
        };
        let suspended = |workspace_status| CredentialParts { workspace_status, ..banned() };
        let revoked = || {
            let mut api_key = good().api_key.into_parts();
            api_key.revoked_at = Some(at());
            CredentialParts { api_key: ApiKey::from_parts(api_key), ..suspended(WorkspaceStatus::Suspended) }
        };

        assert_eq!(admit(banned(), &KeySecret::new([8; 24]), at()), Some(AccessError::Unauthenticated));
        assert_eq!(admit(banned(), &secret(), at() + TimeDelta::days(1)), Some(AccessError::Unauthenticated));
        assert_eq!(admit(revoked(), &secret(), at()), Some(AccessError::Unauthenticated));
        for status in [WorkspaceStatus::Suspended, WorkspaceStatus::Erasing] {
            assert_eq!(admit(suspended(status), &secret(), at()), Some(AccessError::WorkspaceSuspended));
        }
        assert_eq!(admit(banned(), &secret(), at()), Some(AccessError::UserNotActive));
        assert_eq!(admit(good(), &secret(), at()), Some(AccessError::TenantNotFound));
    }

    #[test]
    fn a_role_caps_the_keys_of_its_users() {
        for role in Role::ALL {
            for held in Permission::ALL {
                let home = || standing(CHANNEL, false);
                let mut parts = credential(home(), home(), held);
                parts.user.role = role;
                let caller = Credential::from_parts(parts).admit(&secret(), TenantChoice::Home, at()).expect("let in");
                assert_eq!(caller.permission(), held.min(role.most()), "{role:?} {held:?}");
            }
        }
        let administrators: Vec<_> = Role::ALL.into_iter().filter(|role| role.most() == Permission::Admin).collect();
        assert_eq!(administrators, [Role::Support, Role::Tenant]);
    }
}
