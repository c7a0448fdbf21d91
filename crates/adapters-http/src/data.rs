//! The shapes that answers share.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderValue};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::receipts::Reply;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::tags::tag;

/// An answer about one thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Count {
    /// How many match.
    #[schema(example = 1000)]
    pub(crate) count: u64,
}

/// 200 with how many there are.
pub(crate) fn counted(count: u64) -> HttpResponse {
    HttpResponse::Ok().json(Count { count })
}

/// 200 with one thing.
pub(crate) fn ok<T: Serialize>(data: T) -> Reply {
    reply(StatusCode::OK, data)
}

/// 201 with the new thing.
pub(crate) fn created<T: Serialize>(data: T) -> Reply {
    reply(StatusCode::CREATED, data)
}

fn reply<T: Serialize>(status: StatusCode, data: T) -> Reply {
    let body = serde_json::to_vec(&Data { data }).expect("views are JSON: their maps have texts for keys");
    Reply { status: status.as_u16(), body }
}

/// The answer with a result, which cannot be asked for again.
pub(crate) fn plain(Reply { status, body }: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body)
}

/// The answer with a resource as GET shows it, and the tag by which the client will know it again.
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
