//! Reading what needs attention.

use chrono::TimeDelta;
use domain::access::{Caller, Permission};
use ports::Concerned;

use super::Workspaces;
use crate::outcome::refusal::Refusal;

/// The time before its end from which a hold ends soon.
const SOON: TimeDelta = TimeDelta::days(1);
/// The number of things of each kind.
const MOST: u32 = 10;

impl Workspaces {
    /// Returns the first ten things of each kind that need the attention of the workspace's administrators.
    pub async fn concerns(&self, caller: &Caller) -> Result<Vec<Concerned>, Refusal> {
        let scope = caller.admin_scope(Permission::Read)?;
        Ok(self.repository.concerns(&scope, self.ambient.now() + SOON, MOST).await?)
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
    async fn administrators_alone_see_what_needs_attention() {
        let mut repository = MockWorkspaceRepository::new();
        repository
            .expect_concerns()
            .once()
            .withf(|_, before, most| *before == build::at() + TimeDelta::days(1) && *most == 10)
            .returning(|_, _, _| Ok(vec![]));
        assert_eq!(workspaces(repository).concerns(&build::at_home(Permission::Read)).await.expect("found"), []);
        let refused = workspaces(MockWorkspaceRepository::new()).concerns(&build::channel(Permission::Admin)).await;
        assert_eq!(refused.expect_err("refused").code(), Code::DefaultTenantRequired);
    }
}
