//! Credentials that are not cached, because another process may change them.

use adapters_sql::HEARTBEAT_INTERVAL;
use adapters_sqlite::Sqlite;
use domain::access::{AccessError, AdminScope, Caller, OperatorScope, Permission, TenantChoice};
use domain::api_keys::ApiKeyToken;
use domain::audit::Stamp;
use domain::ids::{AuditId, LocationId, TenantId};
use domain::tenants::{NewTenant, Tenant, TenantDetails, TenantStatus};
use ports::{Credentials, TenantRepository, WorkspaceRepository};
use tempfile::TempDir;
use testkit::build;
use testkit::contract::new_workspace;
use tokio::time::timeout;

use crate::file;

/// A workspace in a file, which is served by two processes. One of them caches credentials.
struct Servers {
    _folder: TempDir,
    caching: Sqlite,
    other: Sqlite,
    token: ApiKeyToken,
}

impl Servers {
    async fn new() -> Self {
        let (folder, url, caching) = file().await;
        let other = Sqlite::open(&url).await.expect("the same file");
        let (change, token) = new_workspace();
        WorkspaceRepository::create(&caching.database(), &OperatorScope::new(), change, None)
            .await
            .expect("a workspace");
        Self { _folder: folder, caching, other, token }
    }

    /// Turns the cache on for less than a second. The changes of the other process are not noticed meanwhile.
    async fn cache(&self) {
        timeout(HEARTBEAT_INTERVAL, self.caching.clone().watch()).await.expect_err("it watches as long as it may");
    }

    /// Returns the administrator as the process that caches finds it.
    async fn caller(&self, choice: TenantChoice) -> Result<Caller, AccessError> {
        let (workspace_id, key) = (self.token.workspace_id(), self.token.id());
        let found = Credentials::get(&self.caching.database(), workspace_id, key, choice).await.expect("no failure");
        found.expect("a stored key").admit(self.token.secret(), choice, build::at())
    }

    async fn admin(&self) -> (AdminScope, Stamp) {
        let caller = self.caller(TenantChoice::Home).await.expect("a valid key");
        let scope = caller.admin_scope(Permission::Admin).expect("an administrator");
        let stamp = scope.stamp(AuditId::new(build::id()), build::at());
        (scope, stamp)
    }

    /// Creates a tenant in the other process, to which the administrator is moved.
    async fn create(&self) -> Tenant {
        let (scope, stamp) = self.admin().await;
        let new = NewTenant {
            workspace_id: self.token.workspace_id(),
            id: TenantId::new(build::id()),
            default_location_id: LocationId::new(build::id()),
            name: "Channel A".parse().expect("a name"),
            domain: "channel-a".parse().expect("a domain"),
            details: TenantDetails::default(),
        };
        let user = self.caller(TenantChoice::Home).await.expect("a valid key").user_id();
        let change = Tenant::create(new, Some(user), stamp);
        TenantRepository::create(&self.other.database(), &scope, change).await.expect("a tenant")
    }

    /// Sets the status of a tenant in the other process.
    async fn set(&self, tenant: &Tenant, status: TenantStatus) -> Tenant {
        let (scope, stamp) = self.admin().await;
        let change = tenant.set_status(status, None, stamp).expect("not the default tenant").expect("a change");
        TenantRepository::set_status(&self.other.database(), &scope, change).await.expect("a status")
    }
}

#[tokio::test]
async fn a_user_whom_another_process_has_moved_is_served_in_the_new_tenant_at_once() {
    let servers = Servers::new().await;
    let tenant = async || servers.caller(TenantChoice::Current).await.expect("a valid key").tenant_id();
    servers.cache().await;
    let before = tenant().await;
    let channel = servers.create().await;
    assert_ne!(before, channel.id());
    assert_eq!(tenant().await, channel.id());
}

#[tokio::test]
async fn a_tenant_that_another_process_has_activated_is_served_at_once() {
    let servers = Servers::new().await;
    let channel = servers.create().await;
    let choice = TenantChoice::Named(channel.id());
    let status = async || servers.caller(choice).await.expect("a valid key").tenant().status;
    let inactive = servers.set(&channel, TenantStatus::Inactive).await;
    servers.cache().await;
    assert_eq!(status().await, TenantStatus::Inactive);
    servers.set(&inactive, TenantStatus::Active).await;
    assert_eq!(status().await, TenantStatus::Active);
}
