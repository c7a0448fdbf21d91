//! Moving an integration account to another tenant.

use domain::access::{Caller, Permission};
use domain::ids::{IntegrationAccountId, TenantId};
use domain::integration_accounts::{Holdings, IntegrationAccount};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{IntegrationAccountError, IntegrationAccounts};
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::wire::flag;
use crate::input::{Input, not_found};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The destination of an account.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = MoveBody)]
pub struct MoveIntegrationAccount {
    /// The tenant that will own the account.
    #[serde(rename = "tenantID")]
    #[schema(value_type = uuid::Uuid, required, nullable = false)]
    pub tenant_id: Option<String>,
    /// Whether only to report the effects of the move.
    #[serde(skip)]
    #[schema(ignore)]
    pub dry_run: bool,
}

/// The options of a move.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MoveOptions {
    /// A dry run: `true` changes nothing and returns what a move would do.
    #[serde(rename = "dryRun", default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    pub dry_run: bool,
}

impl Fields for MoveIntegrationAccount {
    type Values = TenantId;

    fn read(&self, r: &mut FieldReader) -> Option<TenantId> {
        r.required("tenantID", &self.tenant_id)
    }
}

/// A moved account and its holdings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedIntegrationAccount {
    /// The account after the move.
    pub account: IntegrationAccount,
    /// The holdings of the account before the move, and the effect on imports.
    pub holdings: Holdings,
}

impl IntegrationAccounts {
    /// Moves an account of any tenant with everything that belongs to it, or reports the effects of the move.
    pub async fn move_account(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
        input: Input<MoveIntegrationAccount>,
        precondition: &Precondition<IntegrationAccount>,
    ) -> Result<MovedIntegrationAccount, IntegrationAccountError> {
        let scope = caller.admin_scope(Permission::Admin)?;
        let command = input?;
        let target = read(&command)?;
        retry_stale(async || {
            let account = self.repository.get_anywhere(&scope, id).await?;
            let account = account.ok_or(IntegrationAccountError::NotFound)?;
            let tenants = scope.tenant_scope();
            let target = self.tenants.get(tenants, target).await?;
            let target = target.ok_or_else(|| IntegrationAccountError::TargetNotFound(not_found("tenantID")))?;
            precondition.check(&account)?;
            // The source exists: a tenant with accounts cannot be deleted.
            let source = self.tenants.get(tenants, account.tenant_id()).await?;
            let source = source.ok_or(IntegrationAccountError::NotFound)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let mut change = account.move_to(&source, &target, self.ambient.audit_id(), stamp)?;
            let holdings = self.repository.holdings(&scope, id, target.id()).await?;
            let account = change.after.account.clone();
            if command.dry_run {
                return Ok(MovedIntegrationAccount { account, holdings });
            }
            change.after.holdings = holdings;
            let imports = self.repository.move_account(&scope, change).await?;
            Ok(MovedIntegrationAccount { account, holdings: Holdings { imports, ..holdings } })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::integration_accounts::MovedImports;
    use domain::tenants::{Tenant, TenantParts, TenantStatus};
    use ports::{
        MockIntegrationAccountQueries, MockIntegrationAccountRepository, MockTenantRepository, RepositoryError,
    };
    use testkit::build;
    use uuid::Uuid;

    use super::super::fixture::{accounts, over};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    const TARGET: TenantId = TenantId::new(Uuid::from_u128(33));
    const HOLDINGS: Holdings =
        Holdings { listings: 12, promotions: 0, reservations: 0, imports: MovedImports { kept: 5, ended: 1 } };

    fn stored() -> MockIntegrationAccountRepository {
        let mut repository = MockIntegrationAccountRepository::new();
        repository.expect_get_anywhere().returning(|_, _| Ok(Some(build::integration_account())));
        repository.expect_holdings().withf(|_, _, target| *target == TARGET).returning(|_, _, _| Ok(HOLDINGS));
        repository
    }

    fn tenants(status: TenantStatus) -> MockTenantRepository {
        let mut tenants = MockTenantRepository::new();
        tenants.expect_get().returning(move |_, id| {
            let tenant = TenantParts { status, ..build::tenant(id).into_parts() };
            Ok((id == TARGET || id == build::channel_id()).then(|| Tenant::from_parts(tenant)))
        });
        tenants
    }

    async fn move_to(
        target: &str,
        dry_run: bool,
        repository: MockIntegrationAccountRepository,
        tenants: MockTenantRepository,
    ) -> Result<MovedIntegrationAccount, IntegrationAccountError> {
        let accounts = over(repository, MockIntegrationAccountQueries::new(), tenants);
        let command = MoveIntegrationAccount { tenant_id: Some(target.to_owned()), dry_run };
        accounts
            .move_account(
                &build::administrator(),
                build::integration_account().id(),
                Ok(command),
                &Precondition::default(),
            )
            .await
    }

    #[tokio::test]
    async fn it_takes_an_admin_key_and_the_default_tenants_authority() {
        for (caller, code) in [
            (build::channel(Permission::Admin), Code::DefaultTenantRequired),
            (build::at_home(Permission::Write), Code::PermissionDenied),
            (build::administrator(), Code::ValidationFailed),
        ] {
            let accounts = accounts(MockIntegrationAccountRepository::new());
            let nothing = Ok(MoveIntegrationAccount::default());
            let refused = accounts
                .move_account(&caller, build::integration_account().id(), nothing, &Precondition::default())
                .await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn counts_of_imports_are_those_of_the_step_and_the_others_from_before() {
        let mut repository = stored();
        let exact = MovedImports { kept: 4, ended: 2 };
        repository.expect_move_account().once().returning(move |_, change| {
            assert_eq!((change.after.source, change.after.account.tenant_id()), (build::channel_id(), TARGET));
            assert_ne!(change.audit.id, change.after.arrival.id);
            Ok(exact)
        });
        let moved = move_to(&TARGET.to_string(), false, repository, tenants(TenantStatus::Active)).await;
        let moved = moved.expect("moved");
        assert_eq!(moved.holdings, Holdings { imports: exact, ..HOLDINGS });
        assert_eq!(moved.account.tenant_id(), TARGET);
    }

    #[tokio::test]
    async fn a_dry_run_answers_the_same_and_stores_nothing() {
        let told = move_to(&TARGET.to_string(), true, stored(), tenants(TenantStatus::Active)).await.expect("told");
        assert_eq!((told.account.tenant_id(), told.holdings), (TARGET, HOLDINGS));
    }

    #[tokio::test]
    async fn what_stands_against_it_is_told_also_to_a_dry_run() {
        let unknown = Uuid::from_u128(34).to_string();
        for (target, status, expected) in [
            (unknown, TenantStatus::Active, Code::TenantNotFound),
            (TARGET.to_string(), TenantStatus::Inactive, Code::TargetInactive),
            (build::channel_id().to_string(), TenantStatus::Active, Code::AlreadyThere),
            ("nowhere".to_owned(), TenantStatus::Active, Code::ValidationFailed),
        ] {
            for dry_run in [false, true] {
                let refused = move_to(&target, dry_run, stored(), tenants(status)).await.expect_err("refused");
                assert_eq!(refused.code(), expected);
            }
        }
        let mut nothing = MockIntegrationAccountRepository::new();
        nothing.expect_get_anywhere().returning(|_, _| Ok(None));
        let refused = move_to(&TARGET.to_string(), false, nothing, MockTenantRepository::new()).await;
        assert_eq!(refused.expect_err("unknown").code(), Code::IntegrationAccountNotFound);
    }

    #[tokio::test]
    async fn the_second_of_two_equal_moves_finds_it_already_there() {
        let mut repository = MockIntegrationAccountRepository::new();
        let moved = || {
            let [source, target] = [build::channel_id(), TARGET].map(build::tenant);
            let scope = build::administrator().admin_scope(Permission::Admin).expect("an administrator");
            let stamp = scope.stamp(domain::ids::AuditId::new(build::id()), build::at());
            let arrival = domain::ids::AuditId::new(build::id());
            build::integration_account().move_to(&source, &target, arrival, stamp).expect("moved").after.account
        };
        let mut found = vec![moved(), build::integration_account()];
        repository.expect_get_anywhere().times(2).returning(move |_, _| Ok(found.pop()));
        repository.expect_holdings().returning(|_, _, _| Ok(HOLDINGS));
        repository.expect_move_account().once().returning(|_, _| Err(RepositoryError::Stale));
        let lost = move_to(&TARGET.to_string(), false, repository, tenants(TenantStatus::Active)).await;
        assert_eq!(lost.expect_err("lost").code(), Code::AlreadyThere);
    }
}
