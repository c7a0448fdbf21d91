//! Refusals of the charge use cases.

use domain::charges::ChargeIdError;
use thiserror::Error;

use super::fields::CHARGES;
use crate::input::reader::FieldReader;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the charge use cases.
#[derive(Debug, Error)]
pub enum ChargeError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant does not have the account.
    #[error("The integration account was not found.")]
    AccountNotFound,
    /// The account does not have some of the listings to which charges apply.
    #[error("Some listings were not found.")]
    ListingNotFound(FieldErrors),
}

shares_refusals!(ChargeError);

impl From<Vec<ChargeIdError>> for ChargeError {
    fn from(errors: Vec<ChargeIdError>) -> Self {
        let mut reader = FieldReader::default();
        for error in errors {
            reader.at(CHARGES, |r| r.at(error.position(), |r| r.refuse("id", error)));
        }
        reader.into_errors().into()
    }
}

impl Problem for ChargeError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::AccountNotFound => Code::IntegrationAccountNotFound.into(),
            Self::ListingNotFound(field_errors) => Code::ListingNotFound.with(field_errors),
        }
    }
}
