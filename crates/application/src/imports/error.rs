//! Refusals of the import use cases.

use std::collections::BTreeMap;

use domain::imports::{ImportIssue, ImportRefused, RemovalIssue, RemovalRefused};
use thiserror::Error;

use crate::input::listing_ids::ListingIds;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A reason why a listing of the request is refused. The text is used if it applies to all refused listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ListingReason {
    /// The listing does not exist or is not offered.
    #[error("The listing was not found.")]
    NotFound,
    /// The listing is the tenant's own.
    #[error("A tenant does not import its own listings.")]
    OwnListing,
    /// The listing's account does not allow imports.
    #[error("The listing may not be imported.")]
    NotAllowed,
    /// The tenant imports the listing already.
    #[error("The listing has already been imported.")]
    AlreadyImported,
    /// The tenant does not import the listing.
    #[error("The listing is not imported.")]
    NotImported,
    /// The request names the listing more than once.
    #[error("A listing may be named only once.")]
    Duplicate,
}

impl ListingReason {
    const fn code(self) -> Code {
        match self {
            Self::NotFound => Code::ListingNotFound,
            Self::OwnListing => Code::OwnListing,
            Self::NotAllowed => Code::ImportNotAllowed,
            Self::AlreadyImported => Code::AlreadyImported,
            Self::NotImported => Code::NotImported,
            Self::Duplicate => Code::DuplicateListing,
        }
    }

    /// Returns the message about one listing, with the code of the reason for programs.
    fn sentence(self, id: &str) -> String {
        let phrase = match self {
            Self::NotFound => "was not found",
            Self::OwnListing => "belongs to the tenant itself",
            Self::NotAllowed => "may not be imported",
            Self::AlreadyImported => "has already been imported",
            Self::NotImported => "is not imported",
            Self::Duplicate => "is named more than once",
        };
        format!("The listing {id} {phrase} ({}).", self.code())
    }
}

impl From<ImportIssue> for ListingReason {
    fn from(issue: ImportIssue) -> Self {
        match issue {
            ImportIssue::NotFound => Self::NotFound,
            ImportIssue::OwnListing => Self::OwnListing,
            ImportIssue::NotAllowed => Self::NotAllowed,
            ImportIssue::AlreadyImported => Self::AlreadyImported,
            ImportIssue::Duplicate => Self::Duplicate,
        }
    }
}

impl From<RemovalIssue> for ListingReason {
    fn from(issue: RemovalIssue) -> Self {
        match issue {
            RemovalIssue::NotImported => Self::NotImported,
            RemovalIssue::Duplicate => Self::Duplicate,
        }
    }
}

/// A refusal of the import use cases.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Some listings of the request are refused, all for the same reason.
    #[error("{reason}")]
    Listings {
        /// The reason.
        reason: ListingReason,
        /// The field errors, by position.
        field_errors: FieldErrors,
    },
    /// Some listings of the request are refused, for different reasons.
    #[error("The listings were refused for different reasons.")]
    Mixed(FieldErrors),
}

shares_refusals!(ImportError);

impl ImportError {
    /// Creates the refusal of an import of the command's listings.
    pub(super) fn import(command: &ListingIds, ImportRefused { issues }: ImportRefused) -> Self {
        Self::of(command, issues)
    }

    /// Creates the refusal of a removal of the command's listings.
    pub(super) fn removal(command: &ListingIds, RemovalRefused { issues }: RemovalRefused) -> Self {
        Self::of(command, issues)
    }

    fn of(command: &ListingIds, issues: BTreeMap<usize, impl Into<ListingReason>>) -> Self {
        let reasons: Vec<(usize, ListingReason)> =
            issues.into_iter().map(|(position, issue)| (position, issue.into())).collect();
        let field_errors =
            command.field_errors(reasons.iter().map(|(position, reason)| (*position, |id: &str| reason.sentence(id))));
        match reasons[..] {
            [(_, reason), ref others @ ..] if others.iter().all(|(_, other)| *other == reason) => {
                Self::Listings { reason, field_errors }
            }
            _ => Self::Mixed(field_errors),
        }
    }
}

impl Problem for ImportError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::Listings { reason, field_errors } => reason.code().with(field_errors),
            Self::Mixed(field_errors) => Code::ImportRefused.with(field_errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ListingId;
    use testkit::build;

    use super::super::fixture::named;
    use super::*;

    fn refused(issues: &[(usize, ImportIssue)]) -> ImportError {
        let command = named(&[(); 3].map(|()| ListingId::new(build::id())));
        ImportError::import(&command, ImportRefused { issues: issues.iter().copied().collect() })
    }

    #[test]
    fn one_reason_is_the_answer_and_several_are_mixed() {
        use ImportIssue::{AlreadyImported, Duplicate, NotAllowed, NotFound, OwnListing};
        for (issues, code) in [
            (&[(0, NotFound), (2, NotFound)][..], Code::ListingNotFound),
            (&[(1, OwnListing)], Code::OwnListing),
            (&[(0, NotAllowed), (1, NotAllowed)], Code::ImportNotAllowed),
            (&[(2, AlreadyImported)], Code::AlreadyImported),
            (&[(1, Duplicate), (2, Duplicate)], Code::DuplicateListing),
            (&[(0, NotFound), (1, NotFound), (2, AlreadyImported)], Code::ImportRefused),
            (&[(0, OwnListing), (1, Duplicate)], Code::ImportRefused),
        ] {
            let error = refused(issues);
            assert_eq!(error.code(), code, "{issues:?}");
            let positions = issues.iter().map(|(position, _)| format!("listingIDs.{position}"));
            assert!(error.field_errors().expect("positions").keys().cloned().eq(positions), "{issues:?}");
        }
    }

    #[test]
    fn a_sentence_names_the_id_as_it_was_sent_and_the_code() {
        let id = "0192F0C1-7B1E-7000-8000-00000000000A";
        let command = ListingIds { listing_ids: Some(vec![id.to_owned()]) };
        let issues = [(0, RemovalIssue::NotImported)].into();
        let error = ImportError::removal(&command, RemovalRefused { issues });
        let expected = format!("The listing {id} is not imported (not_imported).");
        assert_eq!(error.field_errors().expect("positions")["listingIDs.0"], [expected]);
    }
}
