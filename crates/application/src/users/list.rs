//! Listing and counting users.

use domain::access::{Caller, Permission};
use domain::text::SearchText;
use domain::users::ApiUser;
use ports::UserFilter;
use validator::Validate;

use super::{UserError, Users};
use crate::input::paging::{List, Listed, checked_list};
use crate::input::{Input, InvalidInput, checked, is_or_blank, unless_blank};

/// The filters of a list of users. A blank text is ignored.
#[derive(Debug, Clone, Default, Validate)]
pub struct FindUsers {
    /// A part of the name, ignoring case.
    #[validate(custom(function = is_or_blank::<SearchText>))]
    pub name: Option<String>,
    /// A part of the email address, ignoring case.
    #[validate(custom(function = is_or_blank::<SearchText>))]
    pub email: Option<String>,
}

impl FindUsers {
    fn filter(&self) -> Result<UserFilter, InvalidInput> {
        Ok(UserFilter {
            name: unless_blank("name", self.name.as_deref())?,
            email: unless_blank("email", self.email.as_deref())?,
        })
    }
}

impl Users {
    /// Lists the users of the caller's tenant, oldest first.
    pub async fn list(&self, caller: &Caller, input: Input<List<FindUsers>>) -> Result<Listed<ApiUser>, UserError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = checked_list(input)?;
        Ok(Listed::new(self.queries.list(&scope, &filter.filter()?, page).await?, page))
    }

    /// Counts the users that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindUsers>) -> Result<u64, UserError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let filter = checked(input)?.filter()?;
        Ok(self.queries.count(&scope, &filter).await?)
    }
}
