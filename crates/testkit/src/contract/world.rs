//! A workspace in a fresh database, and the steps of tests.

use domain::access::{AdminScope, Caller, OperatorScope, Permission, TenantChoice, TenantScope};
use domain::api_keys::{ApiKey, ApiKeyToken, KeySecret, MaxKeyAge, NewApiKey};
use domain::audit::Stamp;
use domain::change::Change;
use domain::ids::{ApiKeyId, AuditId, IntegrationAccountId, LocationId, TenantId, UserId, WorkspaceId};
use domain::integration_accounts::{AccountEdit, IntegrationAccount, NewIntegrationAccount};
use domain::tenants::{DomainName, NewTenant, Tenant, TenantCreated, TenantDetails, TenantHoldings, TenantStatus};
use domain::users::{ApiUser, NewApiUser, Role, UserStatus};
use domain::workspaces::{NewWorkspace, Workspace, WorkspaceCreated};
use ports::RepositoryError;

use super::Ports;
use crate::build;

/// A workspace, its default tenant, and its administrator.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) token: ApiKeyToken,
    pub(crate) default_tenant: TenantId,
    pub(crate) user: UserId,
}

/// Returns the creation of a workspace, not yet stored, and its key.
pub fn new_workspace() -> (Change<WorkspaceCreated>, ApiKeyToken) {
    let new = NewWorkspace {
        id: WorkspaceId::new(build::id()),
        name: "Stays Inc.".parse().expect("a name"),
        default_currency: None,
        default_tenant_id: TenantId::new(build::id()),
        default_location_id: LocationId::new(build::id()),
        administrator_id: UserId::new(build::id()),
        administrator_email: None,
        api_key_id: ApiKeyId::new(build::id()),
        secret: build::secret(),
        max_key_age: MaxKeyAge::default(),
    };
    let token = ApiKeyToken::new(new.id, new.api_key_id, new.secret.clone());
    let stamp = OperatorScope::new().stamp(AuditId::new(build::id()), build::at());
    (Workspace::create(new, stamp), token)
}

impl World {
    pub(crate) async fn new(ports: Ports) -> Self {
        let (change, token) = new_workspace();
        let (default_tenant, user) = (change.after.default_tenant.id(), change.after.administrator.id());
        ports.workspaces.create(&OperatorScope::new(), change, None).await.expect("a new workspace");
        Self { ports, token, default_tenant, user }
    }

    /// Creates another workspace in the same database.
    pub(crate) async fn beside(&self) -> Self {
        Self::new(self.ports.clone()).await
    }

    pub(crate) fn workspace_id(&self) -> WorkspaceId {
        self.token.workspace_id()
    }

    /// Returns the caller with this key, in the chosen tenant.
    pub(crate) async fn caller(&self, token: &ApiKeyToken, choice: TenantChoice) -> Caller {
        let found = self.ports.credentials.get(token.workspace_id(), token.id(), choice).await.expect("no failure");
        found.expect("a stored key").admit(token.secret(), choice, build::at()).expect("a valid key")
    }

    pub(crate) async fn admin(&self) -> AdminScope {
        let caller = self.caller(&self.token, TenantChoice::Home).await;
        caller.admin_scope(Permission::Admin).expect("an administrator")
    }

    /// Returns the administrator's scope in a tenant.
    pub(crate) async fn scope_in(&self, tenant: TenantId) -> TenantScope {
        let caller = self.caller(&self.token, TenantChoice::Named(tenant)).await;
        caller.tenant_scope(Permission::Write).expect("an active tenant")
    }

    pub(crate) async fn stamp(&self) -> Stamp {
        self.admin().await.stamp(AuditId::new(build::id()), build::at())
    }

    /// Returns the creation of a tenant by the administrator, not yet stored.
    pub(crate) async fn new_tenant(&self, domain: &str, details: TenantDetails) -> Change<TenantCreated> {
        let new = NewTenant {
            workspace_id: self.workspace_id(),
            id: TenantId::new(build::id()),
            default_location_id: LocationId::new(build::id()),
            name: format!("The tenant {domain}").parse().expect("a name"),
            domain: domain.parse::<DomainName>().expect("a domain"),
            details,
        };
        Tenant::create(new, Some(self.user), self.stamp().await)
    }

    pub(crate) async fn create(&self, domain: &str) -> Result<Tenant, RepositoryError> {
        let change = self.new_tenant(domain, TenantDetails::default()).await;
        self.ports.tenants.create(&self.admin().await, change).await
    }

    pub(crate) async fn get(&self, id: TenantId) -> Option<Tenant> {
        let admin = self.admin().await;
        self.ports.tenants.get(admin.tenant_scope(), id).await.expect("no failure")
    }

    pub(crate) async fn set_status(&self, tenant: &Tenant, status: TenantStatus) -> Tenant {
        let change = tenant.set_status(status, None, self.stamp().await).expect("no default tenant").expect("a change");
        self.ports.tenants.set_status(&self.admin().await, change).await.expect("a status")
    }

    pub(crate) async fn delete(&self, tenant: &Tenant) -> Result<(), RepositoryError> {
        let change = tenant.delete(TenantHoldings::default(), self.stamp().await).expect("no default tenant");
        self.ports.tenants.delete(&self.admin().await, change).await
    }

    /// Returns the creation of a user of the scope's tenant, not yet stored.
    pub(crate) async fn user_change(&self, scope: &TenantScope, role: Role, email: &str) -> Change<ApiUser> {
        let new = NewApiUser {
            id: UserId::new(build::id()),
            name: "Grace Hopper".parse().expect("a name"),
            email: Some(email.parse().expect("an address")),
            role,
            status: UserStatus::Active,
            workplace: None,
        };
        let administrator = self.caller(&self.token, TenantChoice::Home).await;
        ApiUser::create(new, scope, &administrator, self.stamp().await).expect("an administrator may create users")
    }

    /// Creates a user whose home is the tenant.
    pub(crate) async fn new_user(&self, home: &Tenant, role: Role, email: &str) -> Result<ApiUser, RepositoryError> {
        let scope = self.scope_in(home.id()).await;
        let change = self.user_change(&scope, role, email).await;
        self.ports.users.create(&scope, change).await
    }

    /// Issues a key for the user with the highest permission of the user's role.
    pub(crate) async fn new_key(&self, user: &ApiUser) -> Result<ApiKeyToken, RepositoryError> {
        let secret = KeySecret::new([9; 24]);
        let token = ApiKeyToken::new(self.workspace_id(), ApiKeyId::new(build::id()), secret.clone());
        let name = "Another key".parse().expect("a name");
        let new = NewApiKey { id: token.id(), secret, name, permission: user.role().most(), expires_at: None };
        let change = ApiKey::issue(new, user, MaxKeyAge::default(), self.stamp().await).expect("a lifetime");
        self.ports.api_keys.create_for_any(&OperatorScope::new(), change, None).await.map(|_| token)
    }

    /// Creates an active account of the tenant that allows imports.
    pub(crate) async fn new_account(&self, owner: &Tenant) -> IntegrationAccountId {
        let id = IntegrationAccountId::new(build::id());
        let mut details = build::integration_account().details().clone();
        details.account_identifier = id.to_string().parse().expect("an identifier");
        let scope = self.scope_in(owner.id()).await;
        let change = IntegrationAccount::create(NewIntegrationAccount { id, details }, &scope, self.stamp().await);
        self.ports.integration_accounts.create(&scope, change).await.expect("a new account").id()
    }

    /// Gives every change that waits its position.
    pub(crate) async fn number(&self) {
        while self.ports.event_log.number(&OperatorScope::new(), build::at(), 1_000).await.expect("numbered").has_more {
        }
    }

    /// Returns the account, whichever tenant has it.
    async fn account(&self, id: IntegrationAccountId) -> IntegrationAccount {
        let found = self.ports.integration_accounts.get_anywhere(&self.admin().await, id).await;
        found.expect("no failure").expect("an account")
    }

    pub(crate) async fn edit_account(&self, id: IntegrationAccountId, edit: AccountEdit) {
        let account = self.account(id).await;
        let scope = self.scope_in(account.tenant_id()).await;
        if let Some(change) = account.update(edit, &scope, self.stamp().await) {
            self.ports.integration_accounts.update(&scope, change).await.expect("updated");
        }
    }

    pub(crate) async fn move_account(&self, id: IntegrationAccountId, target: &Tenant) {
        let account = self.account(id).await;
        let source = self.get(account.tenant_id()).await.expect("an owner");
        let change = account.move_to(&source, target, AuditId::new(build::id()), self.stamp().await);
        let change = change.expect("to another active tenant");
        self.ports.integration_accounts.move_account(&self.admin().await, change).await.expect("moved");
    }

    pub(crate) async fn user(&self, id: UserId) -> Option<ApiUser> {
        let found = self.ports.user_queries.any(&OperatorScope::new(), self.workspace_id(), id).await;
        found.expect("no failure")
    }
}

/// Runs twenty attempts at the same time; returns the number of successes, and the other errors.
pub(crate) async fn twenty_at_once<T, F>(attempt: impl Fn() -> F) -> (usize, Vec<RepositoryError>)
where
    T: Send + 'static,
    F: Future<Output = Result<T, RepositoryError>> + Send + 'static,
{
    let workers: Vec<_> = (0..20).map(|_| tokio::spawn(attempt())).collect();
    let mut refusals = Vec::new();
    for worker in workers {
        if let Err(error) = worker.await.expect("no panic") {
            refusals.push(error);
        }
    }
    (20 - refusals.len(), refusals)
}
