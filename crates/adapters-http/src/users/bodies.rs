//! What is read about users.

use application::{CreateUser, FindUsers, UpdateUser};
use domain::tenants::FieldEdit;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::input::sent;
use crate::words::RoleWord;

/// A new user of the tenant of the request.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateUserBody {
    /// At least 5 characters.
    #[schema(required, nullable = false, example = "Grace Hopper", min_length = 5, max_length = 255)]
    name: Option<String>,
    /// Unique in the workspace.
    #[schema(required, nullable = false, example = "grace@example.com", max_length = 254, format = Email)]
    email: Option<String>,
    /// What the user does; `support` is given by users at home in the default tenant only.
    #[schema(value_type = Option<RoleWord>, required, nullable = false)]
    role: Option<String>,
    /// 0 passive, 1 active (default), 2 banned.
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

/// New fields of a user: what is absent stays; null clears the location, and is refused elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateUserBody {
    /// At least 5 characters. PUT needs it.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Grace Hopper", min_length = 5, max_length = 255)]
    name: FieldEdit<String>,
    /// Unique in the workspace.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "grace@example.com", max_length = 254, format = Email)]
    email: FieldEdit<String>,
    /// What the user does.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<RoleWord>, nullable = false)]
    role: FieldEdit<String>,
    /// 0 passive, 1 active, 2 banned.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, minimum = 0, maximum = 2)]
    status: FieldEdit<i64>,
    /// A location of the tenant.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<uuid::Uuid>)]
    location_id: FieldEdit<String>,
}

impl UpdateUserBody {
    /// PUT needs a name: one that is absent is taken for null, which a name refuses.
    pub(crate) fn named(self) -> Self {
        Self { name: self.name.or(Some(None)), ..self }
    }
}

impl From<UpdateUserBody> for UpdateUser {
    fn from(UpdateUserBody { name, email, role, status, location_id }: UpdateUserBody) -> Self {
        Self { name, email, role, status, location_id }
    }
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersQuery {
    /// A part of the name, ignoring case.
    name: Option<String>,
    /// A part of the address, ignoring case.
    email: Option<String>,
}

impl From<UsersQuery> for FindUsers {
    fn from(UsersQuery { name, email }: UsersQuery) -> Self {
        Self { name, email }
    }
}
