//! Responses for operators.

use application::enum_schemas::WorkspaceStatusWord;
use application::{NewWorkspaceKey, WorkspaceReport};
use domain::ids::{OperatorKeyId, WorkspaceId};
use domain::operators::{Operator, OperatorEntry};
use domain::workspaces::{Erasure, Usage, Workspace, WorkspaceParts, WorkspaceStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;

/// A workspace in a list. Of one that is being erased, only the id and the status are shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedWorkspace)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedWorkspaceView {
    id: Uuid,
    #[schema(example = "Stays Inc.")]
    name: Option<String>,
    status: WorkspaceStatusWord,
    /// The currency of prices that state none (ISO 4217).
    #[schema(example = "USD")]
    default_currency: Option<&'static str>,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
}

impl ListedWorkspaceView {
    /// Shows that a workspace is gone or goes.
    fn gone(id: WorkspaceId, status: WorkspaceStatus) -> Self {
        let id = id.as_uuid();
        Self { id, status: status.into(), name: None, default_currency: None, created_at: None, updated_at: None }
    }
}

impl From<Workspace> for ListedWorkspaceView {
    fn from(workspace: Workspace) -> Self {
        if workspace.expect_kept().is_err() {
            return Self::gone(workspace.id(), workspace.status());
        }
        let WorkspaceParts { id, name, default_currency, status, created_at, updated_at, .. } = workspace.into_parts();
        Self {
            id: id.as_uuid(),
            status: status.into(),
            name: Some(name.into()),
            default_currency: Some(default_currency.code()),
            created_at: Some(DateTime(created_at)),
            updated_at: Some(DateTime(updated_at)),
        }
    }
}

/// A workspace and how much is in it. Of one that is being erased or has been, only the erasure is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkspaceReport)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkspaceReportView {
    id: Uuid,
    status: WorkspaceStatusWord,
    #[schema(example = "Stays Inc.")]
    name: Option<String>,
    /// The currency of prices that state none (ISO 4217).
    #[schema(example = "USD")]
    default_currency: Option<&'static str>,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
    usage: Option<UsageView>,
    erasure: Option<ErasureView>,
}

/// The numbers of what is in a workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkspaceUsage)]
struct UsageView {
    tenants: u64,
    users: u64,
    listings: u64,
    reservations: u64,
    /// The events of the last 30 days, or of the days for which events are kept if these are fewer.
    events: u64,
}

/// The erasure of a workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkspaceErasure)]
#[serde(rename_all = "camelCase")]
struct ErasureView {
    requested_at: DateTime,
    requested_by: OperatorView,
    /// The number of rows that are deleted.
    erased_rows: u64,
    /// The time at which nothing was left; null until then.
    erased_at: Option<DateTime>,
}

impl From<WorkspaceReport> for WorkspaceReportView {
    fn from(report: WorkspaceReport) -> Self {
        let (listed, usage, erasure) = match report {
            WorkspaceReport::Kept { workspace, usage } => (workspace.into(), Some(usage.into()), None),
            WorkspaceReport::Erased(erasure) => {
                let is_over = erasure.erased_at.is_some();
                let status = if is_over { WorkspaceStatus::Erased } else { WorkspaceStatus::Erasing };
                (ListedWorkspaceView::gone(erasure.workspace_id, status), None, Some(erasure.into()))
            }
        };
        let ListedWorkspaceView { id, status, name, default_currency, created_at, updated_at } = listed;
        Self { id, status, name, default_currency, created_at, updated_at, usage, erasure }
    }
}

impl From<Usage> for UsageView {
    fn from(usage: Usage) -> Self {
        let Usage { tenants, users, listings, reservations, events } = usage;
        Self { tenants, users, listings, reservations, events }
    }
}

impl From<Erasure> for ErasureView {
    fn from(erasure: Erasure) -> Self {
        let Erasure { workspace_id: _, requested_at, operator, erased_rows, erased_at } = erasure;
        Self {
            requested_at: DateTime(requested_at),
            requested_by: operator.into(),
            erased_rows,
            erased_at: erased_at.map(DateTime),
        }
    }
}

/// A new workspace with its first key, which is shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWorkspace)]
pub(crate) struct NewWorkspaceView {
    id: Uuid,
    /// The default tenant.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// The administrator.
    #[serde(rename = "userID")]
    user_id: Uuid,
    /// The administrator's key.
    #[serde(rename = "apiKeyID")]
    api_key_id: Uuid,
    /// The key to send with requests. It is not stored and not shown again.
    #[serde(rename = "apiKey")]
    #[schema(example = "tny_…")]
    api_key: String,
}

impl From<NewWorkspaceKey> for NewWorkspaceView {
    fn from(made: NewWorkspaceKey) -> Self {
        let NewWorkspaceKey { workspace_id, tenant_id, user_id, token } = made;
        Self {
            id: workspace_id.as_uuid(),
            tenant_id: tenant_id.as_uuid(),
            user_id: user_id.as_uuid(),
            api_key_id: token.id().as_uuid(),
            api_key: token.reveal(),
        }
    }
}

/// An action of an operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorAuditEntry)]
pub(crate) struct OperatorEntryView {
    id: Uuid,
    at: DateTime,
    operator: OperatorView,
    /// The action.
    #[schema(example = "workspace.suspend")]
    action: String,
    /// The workspace; null if the action concerns none. It may have been erased since.
    #[serde(rename = "workspaceID")]
    workspace_id: Option<Uuid>,
    /// The resource that was changed: the workspace, an API key or an operator's key.
    #[serde(rename = "resourceID")]
    resource_id: Uuid,
}

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Operator)]
struct OperatorView {
    /// The operator's key; null for the command line and the service itself.
    #[serde(rename = "operatorKeyID")]
    operator_key_id: Option<Uuid>,
    /// The name of the key, or `command line`.
    #[schema(example = "Onboarding")]
    name: String,
}

impl From<Operator> for OperatorView {
    fn from(operator: Operator) -> Self {
        let operator_key_id = operator.key().map(OperatorKeyId::as_uuid);
        Self { operator_key_id, name: operator.name().to_owned() }
    }
}

impl From<OperatorEntry> for OperatorEntryView {
    fn from(entry: OperatorEntry) -> Self {
        let OperatorEntry { id, at, operator, action, workspace_id, resource_id } = entry;
        Self {
            id: id.as_uuid(),
            at: DateTime(at),
            operator: operator.into(),
            action: action.into_owned(),
            workspace_id: workspace_id.map(WorkspaceId::as_uuid),
            resource_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn view(status: WorkspaceStatus) -> Value {
        let at = chrono::DateTime::UNIX_EPOCH;
        let workspace = Workspace::from_parts(WorkspaceParts {
            id: WorkspaceId::new(Uuid::from_u128(9)),
            name: "Stays Inc.".parse().expect("a name"),
            default_currency: "EUR".parse().expect("a currency"),
            default_discount: "0".parse().expect("a percentage"),
            longest_importer_hold: 72.try_into().expect("hours"),
            most_importer_holds: 100.try_into().expect("a number"),
            status,
            version: 1,
            created_at: at,
            updated_at: at,
        });
        serde_json::to_value(ListedWorkspaceView::from(workspace)).expect("JSON")
    }

    #[test]
    fn a_workspace_that_is_being_erased_shows_its_id_and_status_only() {
        let (id, at) = (Uuid::from_u128(9), "1970-01-01T00:00:00.000Z");
        let kept = json!({ "id": id, "name": "Stays Inc.", "status": "SUSPENDED", "defaultCurrency": "EUR",
            "createdAt": at, "updatedAt": at });
        assert_eq!(view(WorkspaceStatus::Suspended), kept);
        let gone = json!({ "id": id, "name": null, "status": "ERASING", "defaultCurrency": null, "createdAt": null,
            "updatedAt": null });
        assert_eq!(view(WorkspaceStatus::Erasing), gone);
    }
}
