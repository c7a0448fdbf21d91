//! Fields of a tenant that clients may send back, but not change.

use thiserror::Error;

use super::TenantStatus;

/// Fields that a client sent with a value other than the stored one, though an update cannot change them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("fields were sent that an update cannot change")]
pub struct RestatedError {
    /// The fields, in the order of [`Restated`], each with the reason or the operation that changes it.
    pub field_errors: Vec<(&'static str, &'static str)>,
}

/// The values that a client sent for fields that only other operations can change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restated {
    /// `isDefault`.
    pub is_default: Option<bool>,
    /// `status`.
    pub status: Option<TenantStatus>,
    /// `is_trashed`.
    pub is_trashed: Option<bool>,
}

impl Restated {
    /// Compares the sent values with the stored ones, or with those that will be stored.
    ///
    /// # Errors
    /// Every field that differs.
    pub fn check(&self, is_default: bool, status: TenantStatus) -> Result<(), RestatedError> {
        const NEVER: &str = "never changes: the default tenant is made with its workspace.";
        const ELSEWHERE: &str = "is changed by the operations activate and deactivate.";

        let is_trashed = status == TenantStatus::Inactive;
        let field_errors: Vec<_> = [
            (self.is_default.is_some_and(|said| said != is_default), ("isDefault", NEVER)),
            (self.status.is_some_and(|said| said != status), ("status", ELSEWHERE)),
            (self.is_trashed.is_some_and(|said| said != is_trashed), ("is_trashed", ELSEWHERE)),
        ]
        .into_iter()
        .filter_map(|(differs, error)| differs.then_some(error))
        .collect();
        if field_errors.is_empty() { Ok(()) } else { Err(RestatedError { field_errors }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_tenant_may_be_sent_back_but_not_changed_that_way() {
        let as_stored =
            Restated { is_default: Some(false), status: Some(TenantStatus::Active), is_trashed: Some(false) };
        assert_eq!(as_stored.check(false, TenantStatus::Active), Ok(()));
        assert_eq!(Restated::default().check(false, TenantStatus::Inactive), Ok(()));
        let other = Restated { is_default: Some(true), status: Some(TenantStatus::Inactive), is_trashed: Some(true) };
        let RestatedError { field_errors } = other.check(false, TenantStatus::Active).expect_err("all three differ");
        let fields: Vec<_> = field_errors.into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["isDefault", "status", "is_trashed"]);
    }
}
