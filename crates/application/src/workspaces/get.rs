//! Reading the workspace.

use domain::access::{Caller, Permission};
use domain::workspaces::Workspace;

use super::Workspaces;
use crate::outcome::refusal::Refusal;

impl Workspaces {
    /// Returns the caller's workspace.
    pub async fn get(&self, caller: &Caller) -> Result<Workspace, Refusal> {
        let scope = caller.admin_scope(Permission::Read)?;
        Ok(self.repository.get(&scope).await?)
    }
}

#[cfg(test)]
mod tests {
    use ports::MockWorkspaceRepository;
    use testkit::build;

    use super::super::fixture::workspaces;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn who_reads_in_the_default_tenant_sees_the_workspace() {
        let mut repository = MockWorkspaceRepository::new();
        repository.expect_get().once().returning(|scope| {
            assert_eq!(scope.workspace_id(), build::workspace_id());
            Ok(build::workspace())
        });
        let found = workspaces(repository).get(&build::at_home(Permission::Read)).await;
        assert_eq!(found.expect("found"), build::workspace());
    }

    #[tokio::test]
    async fn a_channel_does_not_see_the_workspace() {
        let found = workspaces(MockWorkspaceRepository::new()).get(&build::channel(Permission::Admin)).await;
        assert_eq!(found.expect_err("refused").code(), Code::DefaultTenantRequired);
    }
}
