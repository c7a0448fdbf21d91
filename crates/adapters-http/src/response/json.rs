//! Shared shapes of responses.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderValue};
use domain::idempotency::Reply;
use serde::Serialize;
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

/// Returns 202 with a resource whose change goes on.
pub(crate) fn accepted<T: Serialize>(data: T) -> Reply {
    reply(StatusCode::ACCEPTED, data)
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
