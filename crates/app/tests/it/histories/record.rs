//! The record of a history: calls, answers, and when they were.

use std::fmt;
use std::time::Duration;

/// The number of nights for sale.
pub(super) const SEASON: usize = 8;
/// The number of tenants: any may own, import and sell the listing.
pub(super) const TENANTS: usize = 3;

/// The nights of a stay, by their numbers in the season.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stay {
    pub(super) first: usize,
    /// The day of departure.
    pub(super) end: usize,
}

impl Stay {
    pub(super) fn nights(self) -> std::ops::Range<usize> {
        self.first..self.end
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.first < other.end && other.first < self.end
    }
}

impl fmt::Debug for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.end)
    }
}

/// The kind of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Instant,
    /// A hold until the default time, which is after the history.
    Hold,
    /// A hold until this time of the wall clock, in milliseconds.
    HoldUntil(i64),
}

/// A request. A reservation is named by the mark that its booking has given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    Book {
        mark: u16,
        stay: Stay,
        kind: Kind,
    },
    Amend {
        mark: u16,
        stay: Stay,
    },
    Confirm {
        mark: u16,
    },
    Cancel {
        mark: u16,
    },
    Read {
        mark: u16,
    },
    List,
    Calendar,
    Look,
    Edit {
        nights: Stay,
        blocked: Option<bool>,
        price: Option<u16>,
    },
    Import,
    Remove,
    Move {
        to: usize,
    },
    AllowImport(bool),
    SetAccount {
        active: bool,
    },
    SetListing {
        active: bool,
    },
    SetTenant {
        tenant: usize,
        active: bool,
    },
    DeleteListing,
    DeleteAccount,
    /// The sweep of a hold, which the service makes by itself.
    Sweep {
        mark: u16,
    },
}

impl Call {
    /// Whether the call changes nothing, whatever its answer.
    pub(super) fn is_read(&self) -> bool {
        matches!(self, Self::Read { .. } | Self::List | Self::Calendar | Self::Look)
    }

    /// Whether the caller's tenant must be active.
    pub(super) fn is_of_tenant(&self) -> bool {
        !matches!(self, Self::Move { .. } | Self::SetTenant { .. } | Self::Sweep { .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Status {
    Pending,
    Confirmed,
    Cancelled,
    Expired,
}

/// A reservation as an answer shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) mark: u16,
    pub(super) owner: usize,
    pub(super) seller: usize,
    pub(super) stay: Stay,
    pub(super) total: u16,
    pub(super) status: Status,
    pub(super) revision: u16,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Sale(Seen),
    /// In the order of their marks.
    Sales(Vec<Seen>),
    /// Whether each night is free, and its price.
    Nights(Vec<(bool, u16)>),
    Listing {
        own: bool,
        available: bool,
    },
    /// The number of imports that ended.
    Moved {
        ended: u16,
    },
    Refused(String),
}

/// A call with its answer.
#[derive(Debug, Clone)]
pub(super) struct Op {
    pub(super) client: usize,
    /// The server that answered; `None` if more than one was asked.
    pub(super) side: Option<usize>,
    /// The tenant of the request.
    pub(super) by: usize,
    pub(super) call: Call,
    /// The instant at which the request was sent, since the beginning of the run.
    pub(super) began: Duration,
    /// The instant of the answer. Without an answer, the call takes effect at any later time, or never.
    pub(super) ended: Option<Duration>,
    /// The times of the wall clock in milliseconds, by one of which the service has decided.
    pub(super) clock: (i64, i64),
    pub(super) answer: Option<Answer>,
}

impl Op {
    /// Whether the call has certainly changed nothing.
    pub(super) fn is_harmless(&self) -> bool {
        self.call.is_read() || matches!(self.answer, Some(Answer::Refused(_)))
    }

    pub(super) fn refusal(&self) -> Option<&str> {
        if let Some(Answer::Refused(code)) = &self.answer { Some(code) } else { None }
    }
}

/// A line of a history, for people.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |at: Duration| at.as_secs_f64() * 1e3;
        let Self { client, side, by, call, began, ended, clock, answer } = self;
        write!(f, "{:>10.2} – ", millis(*began))?;
        match ended {
            Some(ended) => write!(f, "{:>10.2} ms", millis(*ended))?,
            None => write!(f, "{:>10} ms", "?")?,
        }
        let tenant = char::from(b"ABC"[*by]);
        let side = side.map_or("?".to_owned(), |side| side.to_string());
        write!(f, "  client {client} server {side} tenant {tenant}: {call:?}")?;
        if let Call::Book { kind: Kind::HoldUntil(end), .. } = call {
            let after = Duration::from_millis((end - clock.0).max(0).unsigned_abs());
            write!(f, " (at {:.2} ms)", millis(*began + after))?;
        }
        match answer {
            Some(answer) => write!(f, " -> {answer:?}"),
            None => write!(f, " -> no answer"),
        }
    }
}
