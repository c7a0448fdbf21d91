//! Shared shapes of responses.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderValue};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::idempotency::Reply;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::response::etag::tag;

/// A response with one resource.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// A response with a count.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Count {
    /// The number of items that match.
    #[schema(example = 1000)]
    pub(crate) count: u64,
}

/// Returns 200 with a count.
pub(crate) fn counted(count: u64) -> HttpResponse {
    HttpResponse::Ok().json(Count { count })
}

/// Returns 200 with a resource.
pub(crate) fn ok<T: Serialize>(data: T) -> Reply {
    reply(StatusCode::OK, data)
}

/// Returns 201 with a new resource.
pub(crate) fn created<T: Serialize>(data: T) -> Reply {
    reply(StatusCode::CREATED, data)
}

fn reply<T: Serialize>(status: StatusCode, data: T) -> Reply {
    let body = serde_json::to_vec(&Data { data }).expect("views serialise: the keys of their maps are strings");
    Reply { status: status.as_u16(), body }
}

/// Returns a response without a tag, for a result that no GET shows.
pub(crate) fn plain(Reply { status, body }: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body)
}

/// Returns the response with a resource as GET shows it, and its entity tag.
pub(crate) fn tagged(reply: Reply) -> HttpResponse {
    let tag = tag(&reply.body);
    let mut response = plain(reply);
    response.headers_mut().insert(ETAG, HeaderValue::try_from(tag).expect("a tag is visible ASCII"));
    response
}

/// An instant: RFC 3339 in UTC, with milliseconds and `Z`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn instants_always_have_three_digits_behind_the_second() {
        for (millis, text) in [(0, r#""1970-01-01T00:00:00.000Z""#), (1_234, r#""1970-01-01T00:00:01.234Z""#)] {
            let instant = Instant(DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis));
            assert_eq!(serde_json::to_string(&instant).expect("a text"), text);
        }
    }
}
