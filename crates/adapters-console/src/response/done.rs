//! Redirects after actions, with a notice of what was done.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

/// The result of an action. The address has the word alone, so that no address can make a page say anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Created,
    Saved,
    Deleted,
    Activated,
    Deactivated,
    Imported,
    Removed,
    Moved,
    Approved,
    Rejected,
    Booked,
    Confirmed,
    Cancelled,
    Revoked,
    Enabled,
    Disabled,
    Assigned,
    Unassigned,
    Tested,
}

impl Done {
    const ALL: [(Self, &'static str, &'static str); 19] = [
        (Self::Created, "created", "It was created."),
        (Self::Saved, "saved", "Your changes are saved."),
        (Self::Deleted, "deleted", "It was deleted."),
        (Self::Activated, "activated", "It is active."),
        (Self::Deactivated, "deactivated", "It is inactive."),
        (Self::Imported, "imported", "The listings are imported."),
        (Self::Removed, "removed", "The imports are removed."),
        (Self::Moved, "moved", "The account was moved."),
        (Self::Approved, "approved", "The listing is approved."),
        (Self::Rejected, "rejected", "The listing is rejected."),
        (Self::Booked, "booked", "The stay is booked."),
        (Self::Confirmed, "confirmed", "The reservation is confirmed."),
        (Self::Cancelled, "cancelled", "The reservation is cancelled."),
        (Self::Revoked, "revoked", "The key is revoked."),
        (Self::Enabled, "enabled", "The webhook is enabled."),
        (Self::Disabled, "disabled", "The webhook is disabled."),
        (Self::Assigned, "assigned", "The listings are assigned."),
        (Self::Unassigned, "unassigned", "The listings are unassigned."),
        (Self::Tested, "tested", "The test was sent. Its attempt is the newest."),
    ];

    /// Redirects to a page that says so.
    pub(crate) fn at(self, path: &str) -> HttpResponse {
        let word = Self::ALL.iter().find(|(done, ..)| *done == self).map_or("saved", |(_, word, _)| word);
        let mark = if path.contains('?') { '&' } else { '?' };
        see_other(&format!("{path}{mark}done={word}"))
    }

    /// Returns the notice of a word in an address.
    pub(crate) fn notice(sent: &str) -> Option<&'static str> {
        Self::ALL.iter().find(|(_, word, _)| *word == sent).map(|(.., notice)| *notice)
    }
}

/// Redirects to a page of the console.
pub(crate) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}
