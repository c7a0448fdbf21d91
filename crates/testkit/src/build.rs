//! Values for unit tests: the same in every run, except new ids.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Caller, Credential, CredentialParts, Permission, TenantChoice, TenantStanding, UserStanding};
use domain::api_keys::{ApiKey, ApiKeyParts, ApiKeyToken, KeySecret};
use domain::ids::{ApiKeyId, AuditId, IntegrationAccountId, ListingId, LocationId, TenantId, UserId, WorkspaceId};
use domain::integration_accounts::{
    self, AccountStatus, AuthType, ImportPolicy, IntegrationAccount, IntegrationAccountParts, Provider,
};
use domain::listings::{Listing, ListingAccount, ListingEdit, NewListing, TenantListing};
use domain::locations::{self, Location, LocationParts, LocationStatus};
use domain::percentages::Percentage;
use domain::tenants::{Tenant, TenantDetails, TenantParts, TenantStatus};
use domain::users::{Role, UserStatus};
use domain::webhooks::WebhookSecret;
use domain::workspaces::{Workspace, WorkspaceParts, WorkspaceStatus};
use uuid::Uuid;

/// Returns a fixed time.
pub fn at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// Returns a new id at each call.
pub fn id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1 << 32);
    Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into())
}

/// Returns the secret of [`token`].
pub const fn secret() -> KeySecret {
    KeySecret::new([7; 24])
}

/// Returns the secret of every webhook.
pub const fn webhook_secret() -> WebhookSecret {
    WebhookSecret::new([8; 32])
}

/// Returns the id of [`workspace`], to which everything here belongs.
pub const fn workspace_id() -> WorkspaceId {
    WorkspaceId::new(Uuid::from_u128(9))
}

/// Returns the workspace, unchanged since its creation.
pub fn workspace() -> Workspace {
    Workspace::from_parts(WorkspaceParts {
        id: workspace_id(),
        name: "Stays Inc.".parse().expect("a name"),
        default_currency: "USD".parse().expect("a currency"),
        default_discount: Percentage::default(),
        longest_importer_hold: 72.try_into().expect("hours"),
        most_importer_holds: 100.try_into().expect("a number"),
        status: WorkspaceStatus::Active,
        version: 1,
        created_at: at(),
        updated_at: at(),
    })
}

/// Returns the API key of every caller here.
pub const fn token() -> ApiKeyToken {
    ApiKeyToken::new(workspace_id(), ApiKeyId::new(Uuid::from_u128(6)), secret())
}

/// Returns the standing of an active tenant.
pub fn standing(id: u128, is_default: bool) -> TenantStanding {
    TenantStanding {
        id: TenantId::new(Uuid::from_u128(id)),
        name: if is_default { "Default" } else { "Channel" }.parse().expect("a name"),
        is_default,
        status: TenantStatus::Active,
    }
}

/// Returns the home tenant of [`channel`].
pub const fn channel_id() -> TenantId {
    TenantId::new(Uuid::from_u128(2))
}

/// Returns an active tenant that is not the default one.
pub fn tenant(id: TenantId) -> Tenant {
    Tenant::from_parts(TenantParts {
        workspace_id: workspace_id(),
        id,
        name: "Channel".parse().expect("a name"),
        domain: "channel".parse().expect("a domain"),
        is_default: false,
        status: TenantStatus::Active,
        details: TenantDetails::default(),
        version: 1,
        created_at: at(),
        updated_at: at(),
    })
}

/// Returns the default tenant.
pub fn default_tenant() -> Tenant {
    Tenant::from_parts(TenantParts {
        name: "Default".parse().expect("a name"),
        domain: "default".parse().expect("a domain"),
        is_default: true,
        ..tenant(TenantId::new(Uuid::from_u128(1))).into_parts()
    })
}

/// Returns a location of the channel that is not its default one.
pub fn location(id: LocationId) -> Location {
    Location::from_parts(LocationParts {
        workspace_id: workspace_id(),
        id,
        tenant_id: channel_id(),
        name: "Airport".parse().expect("a name"),
        details: locations::LocationDetails::default(),
        is_default: false,
        status: LocationStatus::Active,
        version: 1,
        created_at: at(),
        updated_at: at(),
    })
}

/// Returns an account of the channel that allows imports.
pub fn integration_account() -> IntegrationAccount {
    let details = integration_accounts::IntegrationAccountDetails {
        name: "Host".parse().expect("a name"),
        provider: Provider::Guesty,
        provider_account_id: None,
        account_identifier: "host@example.com".parse().expect("an identifier"),
        auth_type: AuthType::ApiKey,
        status: AccountStatus::Active,
        allow_import: true,
        require_listing_approval: false,
        markup: Percentage::default(),
        default_discount: None,
        distribution_markup: Percentage::default(),
    };
    IntegrationAccount::from_parts(IntegrationAccountParts {
        workspace_id: workspace_id(),
        id: listing_account().id,
        tenant_id: channel_id(),
        details,
        import_policy: ImportPolicy::default(),
        version: 1,
        created_at: at(),
        updated_at: at(),
    })
}

/// Returns the account's values that a listing depends on.
pub fn listing_account() -> ListingAccount {
    ListingAccount {
        id: IntegrationAccountId::new(Uuid::from_u128(11)),
        name: "Host".to_owned(),
        default_currency: "USD".parse().expect("a currency"),
        is_active: true,
        require_listing_approval: false,
    }
}

/// Returns a listing with the required fields only. Its provider id equals its id.
pub fn listing(id: ListingId) -> Listing {
    listing_of(&listing_account(), id)
}

/// Returns a listing of an account with the required fields only. Its provider id equals its id.
pub fn listing_of(account: &ListingAccount, id: ListingId) -> Listing {
    let new = NewListing {
        provider_id: id.to_string().parse().expect("an id"),
        name: "Loft".parse().expect("a name"),
        place: "40.7128,-74.0060".parse().expect("a place"),
        max_occupancy: 4.try_into().expect("an occupancy"),
        start_price: "149".parse().expect("an amount"),
        currency: None,
        rest: ListingEdit::default(),
    };
    let scope = channel(Permission::Write).tenant_scope(Permission::Write).expect("an active tenant");
    let stamp = scope.stamp(AuditId::new(self::id()), at());
    Listing::create(id, account, new, &scope, stamp).expect("compatible values").after
}

/// Returns the listing as seen by the channel, its owner.
pub fn owned(listing: Listing) -> TenantListing {
    TenantListing::own(listing, channel_id(), true)
}

/// Returns the listing as seen by the channel, which imports it from the default tenant.
pub fn imported(listing: Listing) -> TenantListing {
    TenantListing { owner: default_tenant().id(), imported_at: Some(at()), ..owned(listing) }
}

/// Returns the default location of the channel.
pub fn default_location() -> Location {
    Location::default_of(&tenant(channel_id()), LocationId::new(Uuid::from_u128(3)))
}

/// Returns the ADMIN key of an active user of this home tenant.
pub fn credential(home: TenantStanding, named: Option<TenantStanding>) -> Credential {
    permitting(Permission::Admin, home, named)
}

/// Returns a caller with an ADMIN key whose home and current tenant is the default one.
pub fn administrator() -> Caller {
    at_home(Permission::Admin)
}

/// Returns a caller whose home and current tenant is the default one.
pub fn at_home(permission: Permission) -> Caller {
    admitted(permitting(permission, standing(1, true), None))
}

/// Returns a caller whose home tenant is a channel.
pub fn channel(permission: Permission) -> Caller {
    admitted(permitting(permission, standing(2, false), None))
}

fn admitted(credential: Credential) -> Caller {
    credential.admit(&secret(), TenantChoice::Home, at()).expect("a valid key of an active user")
}

fn permitting(permission: Permission, home: TenantStanding, named: Option<TenantStanding>) -> Credential {
    let user_id = UserId::new(Uuid::from_u128(5));
    Credential::from_parts(CredentialParts {
        workspace_id: workspace_id(),
        workspace_status: WorkspaceStatus::Active,
        api_key: ApiKey::from_parts(ApiKeyParts {
            workspace_id: workspace_id(),
            id: token().id(),
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
        current: home.clone(),
        home,
        named,
    })
}
