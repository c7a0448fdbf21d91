//! One function per operation.

use actix_web::HttpResponse;
use actix_web::http::Method;
use application::Code::{
    DefaultTenantRequired, EventConsumerNotFound, EventsGone, PermissionDenied, TenantInactive, TooManyReaders,
};
use application::FindEvents;

use super::stream;
use super::views::EventPageView;
use super::walk::Walk;
use crate::openapi::{LastEventIdHeader, Refuses, TenantHeaders, codes};
use crate::request::caller::InTenant;
use crate::request::parts::ListRequest;
use crate::request::query::Query;
use crate::response::problem::Answer;

/// Reads the events that concern the tenant of the request, in the order of the changes.
///
/// `links.next` leads on from every page, also from an empty one, to the events that will happen. With `wait`, an empty
/// page waits for its first event. With the header `Accept: text/event-stream` the response is a stream of server-sent
/// events, which goes on until the client ends it. `scope=workspace` requires the authority of the default tenant.
#[utoipa::path(get, path = "/api/v1/events", operation_id = "readEvents", tag = "events",
    params(FindEvents, LastEventIdHeader, TenantHeaders),
    responses((status = 200, description = "A page of events, or a stream of them.",
            content((EventPageView = "application/json"),
                (String = "text/event-stream", example = json!("id: 1234\nevent: reservation.confirmed\ndata: {…}\n\n")))),
        Refuses<{ codes(&[TenantInactive, PermissionDenied, DefaultTenantRequired, EventConsumerNotFound, EventsGone,
            TooManyReaders]) }>))]
pub(crate) async fn read((api, caller, query, request): ListRequest<InTenant, Query<FindEvents>>) -> Answer {
    let is_head = request.method() == Method::HEAD;
    if stream::is_asked(&request) {
        let walk = Walk::resume(api, caller, query, request).await?;
        return stream::response(walk, is_head).await;
    }
    let mut walk = Walk::begin(api, caller, query, request).await?;
    let page = if is_head { walk.page().await? } else { walk.page_with_events().await? };
    Ok(HttpResponse::Ok().json(EventPageView::new(page, &walk)))
}
