//! Request bodies and queries of users.

use application::{CreateUser, FindUsers, UpdateUser};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::bodies;
use crate::openapi::enum_schemas::RoleWord;
use crate::request::input::sent;

bodies! {
    ReplaceUserBody: UpdateUserBody = "name";
}

/// A new user of the tenant of the request.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateUserBody {
    /// The name, of at least 5 characters.
    #[schema(required, nullable = false, example = "Grace Hopper", min_length = 5, max_length = 255)]
    name: Option<String>,
    /// The email address, unique in the workspace.
    #[schema(required, nullable = false, example = "grace@example.com", max_length = 254, format = Email)]
    email: Option<String>,
    /// The role of the user. Only users at home in the default tenant can give the role `support`.
    #[schema(value_type = Option<RoleWord>, required, nullable = false)]
    role: Option<String>,
    /// The status: 0 passive, 1 active (default), 2 banned.
    #[schema(minimum = 0, maximum = 2)]
    status: Option<i64>,
    /// A location of the tenant.
    #[schema(value_type = Option<uuid::Uuid>)]
    location_id: Option<String>,
}

impl From<CreateUserBody> for CreateUser {
    fn from(CreateUserBody { name, email, role, status, location_id }: CreateUserBody) -> Self {
        Self { name, email, role, status, location_id }
    }
}

/// The fields of a user to change. An absent field is left unchanged. Null clears the location, and is refused in other
/// fields.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateUserBody {
    /// The name, of at least 5 characters, which PUT needs.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Grace Hopper", min_length = 5, max_length = 255)]
    name: Patch<String>,
    /// The email address, unique in the workspace.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "grace@example.com", max_length = 254, format = Email)]
    email: Patch<String>,
    /// The role of the user.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<RoleWord>, nullable = false)]
    role: Patch<String>,
    /// The status: 0 passive, 1 active, 2 banned.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, minimum = 0, maximum = 2)]
    status: Patch<i64>,
    /// A location of the tenant.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<uuid::Uuid>)]
    location_id: Patch<String>,
}

impl UpdateUserBody {
    /// Returns the body for PUT, which needs a name: if absent, it becomes null, which is refused.
    pub(crate) fn named(self) -> Self {
        Self { name: Patch::Clear.then(self.name), ..self }
    }
}

impl From<UpdateUserBody> for UpdateUser {
    fn from(UpdateUserBody { name, email, role, status, location_id }: UpdateUserBody) -> Self {
        Self { name, email, role, status, location_id }
    }
}

/// The filter of users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersQuery {
    /// A part of the name, ignoring case.
    name: Option<String>,
    /// A part of the email address, ignoring case.
    email: Option<String>,
}

impl From<UsersQuery> for FindUsers {
    fn from(UsersQuery { name, email }: UsersQuery) -> Self {
        Self { name, email }
    }
}
