//! The status of each kind of refusal.

use actix_web::http::StatusCode;
use application::ProblemKind;

/// Returns the status of refusals of a kind.
pub(crate) fn status(kind: ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.status()).expect("a constant status")
}
