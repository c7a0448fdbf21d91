//! What every refusal can say about itself.

use std::collections::BTreeMap;
use std::error::Error;

use domain::ids::{ApiKeyId, ReservationId};
use domain::quotes::Quote;

/// The fields at fault, by the name that the request gave them, each with all that is wrong with it.
pub type Faults = BTreeMap<String, Vec<String>>;

/// How many things stand against it, by their names.
pub type Counts = BTreeMap<&'static str, u64>;

/// What kind of refusal it is: who must do what about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The request cannot be read.
    Unreadable,
    /// The body is larger than is read.
    TooLarge,
    /// The body is of a type that is not read.
    UnsupportedMediaType,
    /// The caller is not known.
    Unauthenticated,
    /// The caller may not.
    Forbidden,
    /// There is no such thing, or not for this caller.
    NotFound,
    /// A value breaks a rule.
    Invalid,
    /// What is stored is not what the client takes for granted.
    PreconditionFailed,
    /// What is stored stands against it.
    Conflict,
    /// The same request is being served: its answer can be had shortly.
    InFlight,
    /// Others were faster, again and again: it can be tried again at once.
    Busy,
    /// The database is away: it can be tried again shortly.
    Unavailable,
    /// A defect of this program, or of what is stored.
    Internal,
}

/// What a refused caller can go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extension {
    /// The reservation that stands against it.
    Reservation(ReservationId),
    /// The quote to book with instead.
    Quote(Box<Quote>),
    /// The API key that an earlier request made.
    ApiKey(ApiKeyId),
}

/// A refusal. Its `Display` is for people and never includes its source.
pub trait Problem: Error + Send + Sync + 'static {
    /// What kind of refusal it is.
    fn kind(&self) -> ProblemKind;

    /// Its stable name, for programs.
    fn code(&self) -> &'static str;

    /// The fields at fault, where fields are.
    fn faults(&self) -> Option<&Faults> {
        None
    }

    /// How many things stand against it, where they can be counted.
    fn counts(&self) -> Option<&Counts> {
        None
    }

    /// What the caller can go on with, where there is something.
    fn extension(&self) -> Option<Extension> {
        None
    }
}
