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
    let Row {
        workspace_id,
        id,
        home_tenant_id,
        current_tenant_id,
        location_id,
        name,
        email,
        role,
        status,
        version,
        created_at,
        updated_at,
    } = row;
    let workplace = match (location_id, location_name) {
        (Some(id), Some(name)) => Some(Workplace { id: LocationId::new(id), name: stored("location", &name)? }),
        _ => None,
    };
    Ok(ApiUser::from_parts(ApiUserParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: UserId::new(id),
        home_tenant_id: TenantId::new(home_tenant_id),
        home_tenant_name: stored("tenant", &home_tenant_name)?,
        current_tenant_id: TenantId::new(current_tenant_id),
        workplace,
        name: stored(WHAT, &name)?,
        email: stored_option(WHAT, email)?,
        role: stored(WHAT, &role)?,
        status: UserStatus::try_from(i64::from(status)).map_err(|error| corrupt(WHAT, error))?,
        version,
        created_at,
        updated_at,
    }))
}
