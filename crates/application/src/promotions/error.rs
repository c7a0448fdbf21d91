//! Refusals of the promotion use cases.

use domain::promotions::{AssignmentRefused, PromotionValuesError};
use thiserror::Error;

use crate::input::listing_ids::ListingIds;
use crate::input::reader::FieldReader;
use crate::input::taken;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
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
    AccountNotFound(FieldErrors),
    /// Some listings do not belong to the promotion's account.
    #[error("The listing was not found.")]
    ListingNotFound(FieldErrors),
    /// Another promotion of the account has the name.
    #[error("The name has already been taken.")]
    NameTaken(FieldErrors),
    /// Another promotion of the account has the coupon code.
    #[error("The coupon code has already been taken.")]
    CouponCodeTaken(FieldErrors),
}

shares_refusals!(
    PromotionError,
    PROMOTION_NAME => Self::NameTaken(taken("name")),
    PROMOTION_COUPON_CODE => Self::CouponCodeTaken(taken("couponCode")),
);

impl PromotionError {
    /// Creates the refusal of an assignment to the command's listings.
    pub(super) fn assignment(command: &ListingIds, AssignmentRefused { positions }: AssignmentRefused) -> Self {
        let sentence = |id: &str| format!("The listing {id} was not found ({}).", Code::ListingNotFound);
        Self::ListingNotFound(command.field_errors(positions.into_iter().map(|position| (position, sentence))))
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

impl Problem for PromotionError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::PromotionNotFound.into(),
            Self::AccountNotFound(field_errors) => Code::IntegrationAccountNotFound.with(field_errors),
            Self::ListingNotFound(field_errors) => Code::ListingNotFound.with(field_errors),
            Self::NameTaken(field_errors) => Code::NameTaken.with(field_errors),
            Self::CouponCodeTaken(field_errors) => Code::CouponCodeTaken.with(field_errors),
        }
    }
}
