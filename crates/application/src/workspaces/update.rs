//! Changing the workspace.

use domain::access::{Caller, Permission};
use domain::patch::Patch;
use domain::workspaces::{Workspace, WorkspaceEdit};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Workspaces;
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::wire::digits;
use crate::outcome::refusal::Refusal;
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The fields of the workspace to change. An absent field is left unchanged. You may send a whole workspace back: its
/// read-only fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = UpdateWorkspaceBody)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a workspace")]
pub struct UpdateWorkspace {
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Stays Inc.", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
    /// The currency of prices that state none (ISO 4217).
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "USD", pattern = "^[A-Za-z]{3}$")]
    pub default_currency: Patch<String>,
    /// The discount of integration accounts that state none, with at most 2 decimals.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, example = 12.5, minimum = 0, maximum = 100)]
    pub default_discount_percentage: Patch<String>,
    /// The maximum hours for which an importer may hold nights.
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, example = 72, minimum = 1, maximum = 720)]
    pub max_importer_hold_hours: Patch<i64>,
    /// The maximum number of pending stays that one importer may have at the listings of one owner.
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, example = 100, minimum = 0, maximum = 10_000)]
    pub max_importer_holds: Patch<i64>,
}

impl Fields for UpdateWorkspace {
    type Values = WorkspaceEdit;

    fn read(&self, r: &mut FieldReader) -> Option<WorkspaceEdit> {
        Some(WorkspaceEdit {
            name: r.keep("name", &self.name),
            default_currency: r.keep("defaultCurrency", &self.default_currency),
            default_discount: r.keep("defaultDiscountPercentage", &self.default_discount_percentage),
            longest_importer_hold: r.keep("maxImporterHoldHours", &self.max_importer_hold_hours),
            most_importer_holds: r.keep("maxImporterHolds", &self.max_importer_holds),
        })
    }
}

impl Workspaces {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        input: Input<UpdateWorkspace>,
        precondition: &Precondition<Workspace>,
    ) -> Result<Workspace, Refusal> {
        let scope = caller.admin_scope(Permission::Admin)?;
        let edit = read(&input?)?;
        retry_stale(async || {
            let workspace = self.repository.get(&scope).await?;
            precondition.check(&workspace)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match workspace.update(edit.clone(), (scope.tenant_id(), scope.tenant_name()), stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(workspace),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::MockWorkspaceRepository;
    use testkit::build;

    use super::super::fixture::workspaces;
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn sent(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    fn stored() -> MockWorkspaceRepository {
        let mut repository = MockWorkspaceRepository::new();
        repository.expect_get().returning(|_| Ok(build::workspace()));
        repository
    }

    #[tokio::test]
    async fn who_may_not_is_refused_before_anything_is_read() {
        for (caller, code) in [
            (build::channel(Permission::Read), Code::PermissionDenied),
            (build::at_home(Permission::Read), Code::PermissionDenied),
            (build::at_home(Permission::Write), Code::PermissionDenied),
            (build::channel(Permission::Admin), Code::DefaultTenantRequired),
        ] {
            let unreadable = Err(Unreadable::UnsupportedMediaType);
            let refused =
                workspaces(MockWorkspaceRepository::new()).update(&caller, unreadable, &Precondition::default()).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn what_is_asked_for_is_stored_in_the_name_of_the_default_tenant() {
        let mut repository = stored();
        repository.expect_update().once().returning(|_, change| {
            assert_eq!((change.audit.tenant_id, &*change.audit.tenant_name), (build::default_tenant().id(), "Default"));
            Ok(change.after)
        });
        let command = UpdateWorkspace {
            name: sent("Rooms Inc."),
            default_currency: sent("jpy"),
            default_discount_percentage: sent("12.50"),
            max_importer_hold_hours: Patch::Set(24),
            max_importer_holds: Patch::Set(0),
        };
        let parts = workspaces(repository).update(&build::administrator(), Ok(command), &Precondition::default()).await;
        let parts = parts.expect("updated").into_parts();
        assert_eq!((parts.name.as_str(), parts.default_currency.code()), ("Rooms Inc.", "JPY"));
        assert_eq!(parts.default_discount.to_string(), "12.5");
        assert_eq!((parts.longest_importer_hold.get(), parts.most_importer_holds.get()), (24, 0));
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        for command in [
            UpdateWorkspace::default(),
            UpdateWorkspace { default_discount_percentage: sent("0.00"), ..UpdateWorkspace::default() },
        ] {
            let updated =
                workspaces(stored()).update(&build::administrator(), Ok(command), &Precondition::default()).await;
            assert_eq!(updated.expect("unchanged"), build::workspace());
        }
    }

    #[tokio::test]
    async fn all_field_errors_are_named_as_the_request_names_the_fields() {
        let null = UpdateWorkspace {
            name: Patch::Clear,
            default_currency: Patch::Clear,
            default_discount_percentage: Patch::Clear,
            max_importer_hold_hours: Patch::Clear,
            max_importer_holds: Patch::Clear,
        };
        let wrong = UpdateWorkspace {
            name: sent(""),
            default_currency: sent("EURO"),
            default_discount_percentage: sent("100.01"),
            max_importer_hold_hours: Patch::Set(721),
            max_importer_holds: Patch::Set(-1),
        };
        for (command, [name, currency, discount, hours, holds]) in [
            (
                null,
                [
                    "The name field is required.",
                    "The default currency field is required.",
                    "The default discount percentage field is required.",
                    "The max importer hold hours field is required.",
                    "The max importer holds field is required.",
                ],
            ),
            (
                wrong,
                [
                    "The name may not be empty.",
                    "The default currency field is invalid. It must be ISO 4217 currency code.",
                    "The default discount percentage must be between 0 and 100.",
                    "The max importer hold hours must be between 1 and 720.",
                    "The max importer holds must be between 0 and 10000.",
                ],
            ),
        ] {
            let refused = workspaces(MockWorkspaceRepository::new())
                .update(&build::administrator(), Ok(command), &Precondition::default())
                .await;
            let refused = refused.expect_err("invalid");
            let field_errors = refused.field_errors().expect("field errors");
            let expected =
                ["defaultCurrency", "defaultDiscountPercentage", "maxImporterHoldHours", "maxImporterHolds", "name"];
            assert_eq!(field_errors.keys().collect::<Vec<_>>(), expected);
            assert_eq!(field_errors["name"], [name]);
            assert_eq!(field_errors["defaultCurrency"], [currency]);
            assert_eq!(field_errors["defaultDiscountPercentage"], [discount]);
            assert_eq!(field_errors["maxImporterHoldHours"], [hours]);
            assert_eq!(field_errors["maxImporterHolds"], [holds]);
        }
    }
}
