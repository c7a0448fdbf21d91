//! Conversion between users and rows.

use domain::ids::{LocationId, TenantId, UserId, WorkspaceId};
use domain::text::fold;
use domain::users::{ApiUser, ApiUserParts, Email, UserStatus, Workplace};
use ports::RepositoryError;

use crate::engine::rows::{corrupt, stored, stored_option};
use crate::engine::table::joined;
use crate::engine::text_search::search_text;
use crate::tables::users::{Model, Row};

/// The positions of the name and of the email address among the searched texts.
pub(super) const NAME: u8 = 0;
pub(super) const EMAIL: u8 = 1;

joined! {
    /// A user with the names of the home tenant and the location.
    pub(super) struct UserRow { user: Row; home_tenant_name: String, location_name: Option<String> }
}

pub(super) fn to_row(user: ApiUser) -> Model {
    let ApiUserParts {
        workspace_id,
        id,
        home_tenant_id,
        home_tenant_name: _,
        current_tenant_id,
        workplace,
        name,
        email,
        role,
        status,
        version,
        created_at,
        updated_at,
    } = user.into_parts();
    let email = email.as_ref().map(Email::as_str);
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        home_tenant_id: home_tenant_id.as_uuid(),
        current_tenant_id: current_tenant_id.as_uuid(),
        location_id: workplace.map(|workplace| workplace.id.as_uuid()),
        search_text: search_text(&[Some(name.as_str()), email]),
        name: name.into(),
        email: email.map(Into::into),
        email_folded: email.map(fold),
        role: role.as_str().to_owned(),
        status: status.as_i16(),
        status_before: None,
        version,
        created_at,
        updated_at,
    }
}

pub(super) fn to_user(row: UserRow) -> Result<ApiUser, RepositoryError> {
    const WHAT: &str = "user";
    let UserRow { user: row, home_tenant_name, location_name } = row;
    let workplace = match (row.location_id, location_name) {
        (Some(id), Some(name)) => Some(Workplace { id: LocationId::new(id), name: stored("location", &name)? }),
        _ => None,
    };
    Ok(ApiUser::from_parts(ApiUserParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: UserId::new(row.id),
        home_tenant_id: TenantId::new(row.home_tenant_id),
        home_tenant_name: stored("tenant", &home_tenant_name)?,
        current_tenant_id: TenantId::new(row.current_tenant_id),
        workplace,
        name: stored(WHAT, &row.name)?,
        email: stored_option(WHAT, row.email)?,
        role: stored(WHAT, &row.role)?,
        status: UserStatus::try_from(i64::from(row.status)).map_err(|error| corrupt(WHAT, error))?,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
