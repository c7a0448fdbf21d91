//! Refusals of the promotion use cases.

use domain::promotions::{AssignmentRefused, PromotionValuesError};
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::field_error;
use crate::input::listing_ids::ListingIds;
use crate::input::reader::FieldReader;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the promotion use cases.
#[derive(Debug, Error)]
pub enum PromotionError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No account of the tenant has the promotion.
    #[error("The promotion was not found.")]
    NotFound,
    /// The tenant does not have the integration account.
    #[error("The integration account was not found.")]
    AccountNotFound {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// Some listings do not belong to the promotion's account.
    #[error("The listing was not found.")]
    ListingNotFound {
        /// The field errors, by position.
        field_errors: FieldErrors,
    },
    /// Another promotion of the account has the name.
    #[error("The name has already been taken.")]
    NameTaken {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// Another promotion of the account has the coupon code.
    #[error("The coupon code has already been taken.")]
    CouponCodeTaken {
        /// The field error.
        field_errors: FieldErrors,
    },
}

shares_refusals!(PromotionError);

impl PromotionError {
    pub(super) fn account_not_found() -> Self {
        Self::AccountNotFound { field_errors: field_error("integrationAccountID", "was not found.") }
    }

    /// Creates the refusal of an assignment to the command's listings.
    pub(super) fn assignment(command: &ListingIds, AssignmentRefused { positions }: AssignmentRefused) -> Self {
        let sentence = |id: &str| format!("The listing {id} was not found ({}).", Code::ListingNotFound);
        Self::ListingNotFound {
            field_errors: command.field_errors(positions.into_iter().map(|position| (position, sentence))),
        }
    }
}

impl From<Vec<PromotionValuesError>> for PromotionError {
    fn from(errors: Vec<PromotionValuesError>) -> Self {
        let mut reader = FieldReader::default();
        for error in errors {
            let field = match error {
                PromotionValuesError::Nights => "endDate",
                PromotionValuesError::BookingPeriod => "bookingPeriodEnd",
            };
            reader.refuse(field, error);
        }
        reader.into_errors().into()
    }
}

impl From<RepositoryError> for PromotionError {
    fn from(error: RepositoryError) -> Self {
        let taken = |field| field_error(field, "has already been taken.");
        match error {
            RepositoryError::Taken { rule: rules::PROMOTION_NAME } => Self::NameTaken { field_errors: taken("name") },
            RepositoryError::Taken { rule: rules::PROMOTION_COUPON_CODE } => {
                Self::CouponCodeTaken { field_errors: taken("couponCode") }
            }
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for PromotionError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => Code::PromotionNotFound,
            Self::AccountNotFound { .. } => Code::IntegrationAccountNotFound,
            Self::ListingNotFound { .. } => Code::ListingNotFound,
            Self::NameTaken { .. } => Code::NameTaken,
            Self::CouponCodeTaken { .. } => Code::CouponCodeTaken,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::AccountNotFound { field_errors }
            | Self::ListingNotFound { field_errors }
            | Self::NameTaken { field_errors }
            | Self::CouponCodeTaken { field_errors } => Some(field_errors),
            Self::NotFound => None,
        }
    }
}
