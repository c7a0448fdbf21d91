//! Listing and counting users.

use domain::access::{Caller, Permission};
use domain::users::ApiUser;
use ports::UserFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{UserError, Users};
use crate::input::Input;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};

/// The filter of users.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindUsers {
    /// A part of the name, ignoring case.
    pub name: Option<String>,
    /// A part of the email address, ignoring case.
    pub email: Option<String>,
    /// A part of the name or the email address, ignoring case.
    pub q: Option<String>,
}

impl Fields for FindUsers {
    type Values = UserFilter;

    fn read(&self, r: &mut FieldReader) -> Option<UserFilter> {
        Some(UserFilter {
            name: r.optional("name", &self.name),
            email: r.optional("email", &self.email),
            q: r.optional("q", &self.q),
        })
    }
}

impl Users {
    /// Lists the users of the caller's tenant, oldest first.
    pub async fn list(&self, caller: &Caller, input: Input<List<FindUsers>>) -> Result<Listed<ApiUser>, UserError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = read(&input?)?;
        Ok(Listed::new(self.queries.list(&scope, &filter, page).await?, page))
    }

    /// Counts the users that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindUsers>) -> Result<u64, UserError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let filter = read(&input?)?;
        Ok(self.queries.count(&scope, &filter).await?)
    }
}
