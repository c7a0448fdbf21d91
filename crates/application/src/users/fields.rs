//! The fields of a user, as sent.

use domain::ids::LocationId;
use domain::patch::Patch;
use domain::users::UserEdit;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::bodies::bodies;
use crate::input::enum_schemas::RoleWord;
use crate::input::reader::{FieldReader, Fields};

bodies! {
    CreateUserBody: UserFields = "name", "email", "role" (nullable "status");
    ReplaceUserBody: UserFields = "name";
}

/// The fields of a user. In an update, an absent field is left unchanged. Null clears the location, and is refused in
/// other fields.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = UpdateUserBody)]
pub struct UserFields {
    /// The name, of at least 5 characters. POST and PUT require it.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Grace Hopper", min_length = 5, max_length = 255)]
    pub name: Patch<String>,
    /// The email address, unique in the workspace.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "grace@example.com", max_length = 254, format = Email)]
    pub email: Patch<String>,
    /// The role of the user. Only users at home in the default tenant can give the role `support`.
    #[serde(default)]
    #[schema(value_type = Option<RoleWord>, nullable = false)]
    pub role: Patch<String>,
    /// The status: 0 passive, 1 active (default), 2 banned.
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, minimum = 0, maximum = 2)]
    pub status: Patch<i64>,
    /// A location of the tenant.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub location_id: Patch<String>,
}

impl UserFields {
    /// Returns the fields of a replacement. An absent name becomes null, which is refused.
    #[must_use]
    pub fn complete(self) -> Self {
        Self { name: Patch::Clear.then(self.name), ..self }
    }
}

impl Fields for UserFields {
    /// The edit, still without the workplace, and the id of the location that becomes the workplace.
    type Values = (UserEdit, Patch<LocationId>);

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let edit = UserEdit {
            name: r.keep("name", &self.name),
            email: r.clear("email", &self.email).value(),
            role: r.keep("role", &self.role),
            status: r.keep("status", &self.status),
            workplace: Patch::Keep,
        };
        Some((edit, r.clear("location_id", &self.location_id)))
    }
}
