//! Ids in the path of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// A UUID that no resource has.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// An id in the path. An invalid UUID is replaced by the nil UUID, so it is not found like others.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: FromStr> FromRequest for PathId<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = request.match_info().get("id").and_then(|id| id.parse().ok());
        let id = sent.or_else(|| NIL.parse().ok()).expect("the nil UUID is a UUID");
        ready(Ok(Self(id)))
    }
}
