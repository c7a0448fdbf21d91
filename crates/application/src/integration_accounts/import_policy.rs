//! The policy that says who may import an account's listings.

use std::collections::BTreeSet;

use domain::access::{Caller, Permission};
use domain::ids::{IntegrationAccountId, TenantId};
use domain::integration_accounts::{ImportMode, ImportPolicy, IntegrationAccount, MOST_POLICY_TENANTS};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IntegrationAccountError, IntegrationAccounts};
use crate::input::enum_schemas::ImportModeWord;
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::wire::bounded;
use crate::input::{Input, REQUIRED};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

const TENANTS: &str = "tenantIDs";

/// The tenants that may import the listings of an account, if it allows imports.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ImportPolicyBody)]
pub struct PutImportPolicy {
    /// The meaning of `tenantIDs`: `ALL` tenants may import, `ONLY` those, or all `EXCEPT` those.
    #[schema(value_type = ImportModeWord, required, nullable = false)]
    pub mode: Option<String>,
    /// The tenants. Required, unless all may import.
    #[serde(rename = "tenantIDs", default, deserialize_with = "bounded::<_, _, _, { MOST_POLICY_TENANTS }>")]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 1_000)]
    pub tenant_ids: Option<Vec<String>>,
}

impl Fields for PutImportPolicy {
    type Values = ImportPolicy;

    fn read(&self, r: &mut FieldReader) -> Option<ImportPolicy> {
        let mode = r.required("mode", &self.mode);
        let ids = self.tenant_ids.as_deref();
        if ids.is_none() && mode.is_some_and(|mode| mode != ImportMode::All) {
            r.refuse(TENANTS, REQUIRED);
        }
        let ids = r.items(TENANTS, ids.unwrap_or_default(), MOST_POLICY_TENANTS, FieldReader::item);
        let ids: BTreeSet<TenantId> = ids?.into_iter().collect();
        ImportPolicy::new(mode?, ids).map_err(|error| r.refuse(TENANTS, error)).ok()
    }
}

impl IntegrationAccounts {
    /// Sets who may import the listings of an account of the caller's tenant. The imports of all others fall asleep.
    pub async fn put_import_policy(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
        input: Input<PutImportPolicy>,
        precondition: &Precondition<IntegrationAccount>,
    ) -> Result<IntegrationAccount, IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let policy = read(&input?)?;
        retry_stale(async || {
            let account = self.repository.get(&scope, id).await?.ok_or(IntegrationAccountError::NotFound)?;
            precondition.check(&account)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match account.set_import_policy(policy.clone(), &scope, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(account),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use testkit::build;

    use super::*;
    use crate::input::InvalidInput;
    use crate::outcome::problem::Problem;

    fn policy(mode: Option<&str>, ids: Option<Vec<String>>) -> Result<ImportPolicy, Vec<String>> {
        let command = PutImportPolicy { mode: mode.map(str::to_owned), tenant_ids: ids };
        read(&command).map_err(|errors| {
            let invalid = InvalidInput::from(errors);
            invalid.field_errors().expect("field errors").keys().cloned().collect()
        })
    }

    #[test]
    fn a_policy_names_tenants_unless_all_may_import() {
        let ids = || Some(vec![build::id().to_string()]);
        for mode in ["ONLY", "EXCEPT"] {
            assert_eq!(policy(Some(mode), ids()).expect("a policy").tenants().len(), 1, "{mode}");
            assert!(policy(Some(mode), Some(vec![])).is_ok(), "{mode}");
            assert_eq!(policy(Some(mode), None), Err(vec!["tenantIDs".to_owned()]), "{mode}");
        }
        assert_eq!(policy(Some("ALL"), None), Ok(ImportPolicy::default()));
        assert_eq!(policy(Some("ALL"), ids()), Err(vec!["tenantIDs".to_owned()]));
        assert_eq!(policy(Some("NONE"), ids()), Err(vec!["mode".to_owned()]));
        assert_eq!(policy(None, Some(vec!["x".to_owned()])), Err(vec!["mode".to_owned(), "tenantIDs.0".to_owned()]));
        let many = Some(vec![build::id().to_string(); MOST_POLICY_TENANTS + 1]);
        assert_eq!(policy(Some("ONLY"), many), Err(vec!["tenantIDs".to_owned()]));
    }
}
