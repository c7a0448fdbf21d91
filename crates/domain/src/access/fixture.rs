//! Credentials and callers for the tests of this crate.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Caller, Credential, CredentialParts, Permission, TenantChoice, TenantStanding, UserStanding};
use crate::api_keys::{ApiKey, ApiKeyParts, KeySecret};
use crate::audit::{Actor, Stamp};
use crate::ids::{ApiKeyId, AuditId, TenantId, UserId, WorkspaceId};
use crate::tenants::{TenantDetails, TenantParts, TenantStatus};
use crate::users::{Role, UserStatus};
use crate::workspaces::WorkspaceStatus;

pub(crate) fn at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

pub(crate) fn stamp() -> Stamp {
    Stamp { id: AuditId::new(Uuid::from_u128(8)), actor: Actor::Operator, at: at() }
}

pub(crate) fn secret() -> KeySecret {
    KeySecret::new([7; 24])
}

pub(crate) fn standing(id: u128, is_default: bool) -> TenantStanding {
    let name = "Channel".parse().expect("a name");
    TenantStanding { id: TenantId::new(Uuid::from_u128(id)), name, is_default, status: TenantStatus::Active }
}

pub(crate) fn tenant(id: u128) -> TenantParts {
    TenantParts {
        workspace_id: WorkspaceId::new(Uuid::from_u128(9)),
        id: TenantId::new(Uuid::from_u128(id)),
        name: "Channel".parse().expect("a name"),
        domain: "channel".parse().expect("a domain"),
        is_default: false,
        status: TenantStatus::Active,
        details: TenantDetails::default(),
        version: 1,
        created_at: at(),
        updated_at: at(),
    }
}

/// A valid key of an active user who is at home in one tenant and works in another.
pub(crate) fn credential(home: TenantStanding, current: TenantStanding, permission: Permission) -> CredentialParts {
    let workspace_id = WorkspaceId::new(Uuid::from_u128(9));
    let user_id = UserId::new(Uuid::from_u128(7));
    CredentialParts {
        workspace_id,
        workspace_status: WorkspaceStatus::Active,
        api_key: ApiKey::from_parts(ApiKeyParts {
            workspace_id,
            id: ApiKeyId::new(Uuid::from_u128(6)),
            user_id,
            name: "Key".parse().expect("a name"),
            permission,
            secret_hash: secret().hash(),
            created_at: at(),
            expires_at: at() + TimeDelta::days(1),
            revoked_at: None,
        }),
        user: UserStanding {
            id: user_id,
            name: "Ada Lovelace".parse().expect("a name"),
            role: Role::Tenant,
            status: UserStatus::Active,
        },
        home,
        current,
        named: None,
    }
}

pub(crate) fn caller(home: TenantStanding, current: TenantStanding, permission: Permission) -> Caller {
    Credential::from_parts(credential(home, current, permission))
        .admit(&secret(), TenantChoice::Current, at())
        .expect("a valid key of an active user")
}
