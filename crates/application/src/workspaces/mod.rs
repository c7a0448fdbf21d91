//! Workspaces: created by operators, by command line or at the first start; read and changed by their default
//! tenants.

mod concerns;
mod get;
mod update;

use std::sync::Arc;

use domain::access::OperatorScope;
use domain::api_keys::{ApiKeyToken, MaxKeyAge};
use domain::change::Change;
use domain::currencies::Currency;
use domain::ids::{ApiKeyId, LocationId, TenantId, UserId, WorkspaceId};
use domain::users::Email;
use domain::workspaces::{NewWorkspace, Workspace, WorkspaceCreated, WorkspaceName};
use ports::{RepositoryError, WorkspaceRepository, rules};
use serde::Deserialize;
use utoipa::ToSchema;

pub use self::update::UpdateWorkspace;
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;
use crate::steps::ambient::Ambient;

/// The use cases of workspaces.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Workspaces {
    pub repository: Arc<dyn WorkspaceRepository>,
    pub ambient: Ambient,
    pub max_key_age: MaxKeyAge,
}

/// A new workspace.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = CreateWorkspaceBody)]
#[serde(rename_all = "camelCase")]
pub struct CreateWorkspace {
    /// The name of the workspace.
    #[schema(required, nullable = false, example = "Stays Inc.", min_length = 1, max_length = 255)]
    pub name: Option<String>,
    /// The currency of prices that state none (ISO 4217); by default US dollars.
    #[schema(example = "USD", pattern = "^[A-Za-z]{3}$")]
    pub default_currency: Option<String>,
    /// The e-mail address of the administrator.
    #[schema(example = "ada@example.com", max_length = 254)]
    pub admin_email: Option<String>,
}

impl CreateWorkspace {
    /// Creates a command with this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

/// The values of a new workspace.
pub(crate) struct WorkspaceValues {
    name: WorkspaceName,
    default_currency: Option<Currency>,
    administrator_email: Option<Email>,
}

impl Fields for CreateWorkspace {
    type Values = WorkspaceValues;

    fn read(&self, r: &mut FieldReader) -> Option<WorkspaceValues> {
        let name = r.required("name", &self.name);
        let default_currency = r.given("defaultCurrency", &self.default_currency);
        let administrator_email = r.given("adminEmail", &self.admin_email);
        Some(WorkspaceValues { name: name?, default_currency, administrator_email })
    }
}

/// The ids of a new workspace, and the key to it.
#[derive(Debug, Clone)]
pub struct NewWorkspaceKey {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Its default tenant.
    pub tenant_id: TenantId,
    /// Its administrator.
    pub user_id: UserId,
    /// The administrator's key, which is shown only once.
    pub token: ApiKeyToken,
}

impl Workspaces {
    /// Creates a workspace with its default tenant, an administrator and a key.
    pub async fn create(&self, scope: &OperatorScope, command: CreateWorkspace) -> Result<NewWorkspaceKey, Refusal> {
        let (change, key) = new_workspace(&self.ambient, self.max_key_age, scope, read(&command)?);
        self.repository.create(scope, change, None).await?;
        Ok(key)
    }

    /// Creates a workspace if there is none and no operator has worked here; returns `None` otherwise.
    pub async fn create_first(
        &self,
        scope: &OperatorScope,
        command: CreateWorkspace,
    ) -> Result<Option<NewWorkspaceKey>, Refusal> {
        let (change, key) = new_workspace(&self.ambient, self.max_key_age, scope, read(&command)?);
        match self.repository.create_first(scope, change).await {
            Err(RepositoryError::Taken { rule: rules::FIRST_WORKSPACE }) => Ok(None),
            stored => Ok(stored.map(|_| Some(key))?),
        }
    }

    /// Whether a workspace has this name.
    pub async fn is_named(&self, scope: &OperatorScope, name: &str) -> Result<bool, Refusal> {
        Ok(self.repository.is_named(scope, &read(&CreateWorkspace::named(name))?.name).await?)
    }
}

/// Decides on a new workspace, and returns the key to it.
pub(crate) fn new_workspace(
    ambient: &Ambient,
    max_key_age: MaxKeyAge,
    scope: &OperatorScope,
    values: WorkspaceValues,
) -> (Change<WorkspaceCreated>, NewWorkspaceKey) {
    let WorkspaceValues { name, default_currency, administrator_email } = values;
    let new = NewWorkspace {
        id: ambient.id(WorkspaceId::new),
        name,
        default_currency,
        default_tenant_id: ambient.id(TenantId::new),
        default_location_id: ambient.id(LocationId::new),
        administrator_id: ambient.id(UserId::new),
        administrator_email,
        api_key_id: ambient.id(ApiKeyId::new),
        secret: ambient.secret(),
        max_key_age,
    };
    let key = NewWorkspaceKey {
        workspace_id: new.id,
        tenant_id: new.default_tenant_id,
        user_id: new.administrator_id,
        token: ApiKeyToken::new(new.id, new.api_key_id, new.secret.clone()),
    };
    let stamp = scope.stamp(ambient.audit_id(), ambient.now());
    (Workspace::create(new, stamp), key)
}

#[cfg(test)]
mod fixture {
    use ports::MockWorkspaceRepository;

    use super::*;
    use crate::steps::ambient::fixture::ambient;

    /// Returns the use cases over this mock.
    pub(super) fn workspaces(repository: MockWorkspaceRepository) -> Workspaces {
        Workspaces { repository: Arc::new(repository), ambient: ambient(), max_key_age: MaxKeyAge::default() }
    }
}

#[cfg(test)]
mod tests {
    use ports::MockWorkspaceRepository;
    use testkit::build;

    use super::fixture::workspaces;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn named(name: &str) -> CreateWorkspace {
        CreateWorkspace::named(name)
    }

    #[tokio::test]
    async fn the_key_that_is_shown_is_the_key_that_is_stored() {
        let mut repository = MockWorkspaceRepository::new();
        repository.expect_create().once().returning(|_, change, _| {
            assert!(change.after.api_key.has_secret(&build::secret()));
            Ok(change.after.workspace)
        });
        let workspaces = workspaces(repository);
        let key = workspaces.create(&OperatorScope::new(), named("Stays Inc.")).await.expect("created");
        assert!(key.token.secret().hash().matches(&build::secret()));
        assert_eq!(key.token.workspace_id(), key.workspace_id);
    }

    #[tokio::test]
    async fn the_first_workspace_is_made_once() {
        let mut repository = MockWorkspaceRepository::new();
        repository.expect_create_first().returning(|_, _| Err(RepositoryError::Taken { rule: rules::FIRST_WORKSPACE }));
        let workspaces = workspaces(repository);
        let made = workspaces.create_first(&OperatorScope::new(), named("Stays Inc.")).await.expect("no failure");
        assert!(made.is_none());
    }

    #[tokio::test]
    async fn a_workspace_has_a_name() {
        let workspaces = workspaces(MockWorkspaceRepository::new());
        let refused = workspaces.create(&OperatorScope::new(), named("")).await.expect_err("invalid");
        assert_eq!(refused.code(), Code::ValidationFailed);
    }
}
