//! The requests that the service sends to receivers.

use domain::events::Event;
use domain::ids::WorkspaceId;
use utoipa::openapi::Paths;
use utoipa::{IntoParams, OpenApi};

use crate::areas::events::EventView;

/// Returns the body of a delivery: the event as the feed shows it. `base` is the URL of the API.
pub fn event_body(event: Event, workspace_id: WorkspaceId, base: &str) -> Vec<u8> {
    serde_json::to_vec(&EventView::of(event, workspace_id, base))
        .expect("views serialise: the keys of their maps are strings")
}

/// The headers of a delivery, as Standard Webhooks defines them.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the headers that a receiver gets")]
struct DeliveryHeaders {
    /// The id of the event, the same for each attempt.
    #[param(rename = "webhook-id")]
    id: uuid::Uuid,
    /// The time of the attempt in seconds since 1970.
    #[param(rename = "webhook-timestamp")]
    timestamp: i64,
    /// The signatures, separated by spaces. Each is `v1,` and the base64 of an HMAC-SHA256 of `id.timestamp.body`.
    #[param(rename = "webhook-signature")]
    signature: String,
}

/// An event is delivered to a receiver. Any status from 200 to 299 within 15 seconds means that it is taken.
#[utoipa::path(post, path = "event", operation_id = "receiveEvent", tag = "deliveries", params(DeliveryHeaders),
    request_body = EventView, security(()),
    responses((status = 204, description = "The event is taken."),
        (status = 410, description = "The receiver is gone: the webhook is disabled."),
        (status = 429, description = "The event is sent again, after the time in `Retry-After`.")))]
#[expect(dead_code, reason = "it documents a request that receivers serve")]
fn receive_event() {}

/// Returns the requests that receivers serve, for the document.
pub(crate) fn requests() -> Paths {
    #[derive(OpenApi)]
    #[openapi(paths(receive_event))]
    struct Requests;

    Requests::openapi().paths
}
