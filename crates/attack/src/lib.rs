//! The attack of one tenant on another, from outside: a client that knows nothing of an instance but its address, its
//! OpenAPI document and some keys.
//!
//! # What belongs here
//!
//! * [`calls()`]: the table of calls, one line for each operation, and the bodies that they send.
//! * [`Side`]: a tenant with one of everything, and the state that an attack could change.
//! * [`operations`]: the operations of a document, and the places in a request where an id may stand.
//! * [`difference`]: the comparison of the answers to a foreign and to an unknown id.
//! * [`attack`]: the whole attack, by callers of every kind, with its [`Report`].
//!
//! The command `tenantry attack` and the tests of every operation use the same table, sides and comparison. The crate
//! depends on no other of the workspace, so it attacks any instance, whatever its version.
//!
//! # How to add to it
//!
//! An operation: a line in `calls`. A kind of resource: a field of [`Side`], with an arm in `Side::id`.

mod assault;
mod attacker;
mod calls;
mod client;
mod compare;
mod document;
mod error;
mod fill;
mod forces;
mod ground;
mod ids;
mod keys;
mod plays;
mod report;
mod request;
mod side;
mod siege;
mod state;
mod target;
mod things;
mod time;
mod views;

pub use self::assault::{Settings, attack};
pub use self::calls::{
    ADMIN, Call, READ, Sibling, WRITE, booking, calls, guest, listing_fields, promotion_fields, query, stay,
};
pub use self::client::{Answer, Client, Manners};
pub use self::compare::{Difference, difference};
pub use self::document::{OPERATORS, Operation, Parameter, operations};
pub use self::error::Error;
pub use self::fill::Offer;
pub use self::ids::UNKNOWN;
pub use self::report::{Class, Finding, Report};
pub use self::side::Side;
pub use self::state::Shown;
