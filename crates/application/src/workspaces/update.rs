//! Changing the workspace.

use domain::access::{Caller, Permission};
use domain::patch::Patch;
use domain::workspaces::{Workspace, WorkspaceEdit};

use super::Workspaces;
use crate::input::reader::Collector;
use crate::input::{Input, InvalidInput};
use crate::outcome::refusal::Refusal;
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// A request to change the workspace. Absent fields are left unchanged.
#[derive(Debug, Clone, Default)]
pub struct UpdateWorkspace {
    /// The name.
    pub name: Patch<String>,
    /// The ISO 4217 code, ignoring case.
    pub default_currency: Patch<String>,
    /// A percentage from 0 to 100, as a decimal number in text.
    pub default_discount_percentage: Patch<String>,
    /// The hours for which an importer may hold nights.
    pub max_importer_hold_hours: Patch<i64>,
    /// The pending stays of one owner that one importer may have at a time.
    pub max_importer_holds: Patch<i64>,
}

impl UpdateWorkspace {
    fn edit(&self) -> Result<WorkspaceEdit, InvalidInput> {
        let mut c = Collector::default();
        let edit = WorkspaceEdit {
            name: c.kept("name", &self.name),
            default_currency: c.kept("defaultCurrency", &self.default_currency),
            default_discount: c.kept("defaultDiscountPercentage", &self.default_discount_percentage),
            longest_importer_hold: c.kept_number("maxImporterHoldHours", self.max_importer_hold_hours),
            most_importer_holds: c.kept_number("maxImporterHolds", self.max_importer_holds),
        };
        c.finish(Some(edit))
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
        let edit = input?.edit()?;
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
