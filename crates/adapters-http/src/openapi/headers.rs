//! The headers of requests, as the document describes them.

use utoipa::IntoParams;
use uuid::Uuid;

/// The headers that name the tenant of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the headers that `caller` reads")]
pub(crate) struct TenantHeaders {
    /// The tenant in which the request is served.
    #[param(rename = "x-calry-tenant-id")]
    calry_tenant_id: Option<Uuid>,
    /// A shorter name of `x-calry-tenant-id`.
    #[param(rename = "x-tenant-id")]
    tenant_id: Option<Uuid>,
}

/// The header of requests that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the header that `idempotency` reads")]
pub(super) struct IdempotencyKeyHeader {
    /// Your own key for the request: 1 to 255 visible ASCII characters. For 24 hours, the same request with the same
    /// key is not executed again and gets the same response.
    #[param(rename = "Idempotency-Key", pattern = "^[!-~]{1,255}$")]
    idempotency_key: Option<String>,
}

/// The header of conditional reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the header that `etag` reads")]
pub(crate) struct IfNoneMatchHeader {
    /// The tag of the representation that you have. If the resource still has this tag, the response is 304.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// The header of conditional changes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the header that `if_match` reads")]
pub(crate) struct IfMatchHeader {
    /// The tag that the resource must have. If it has another one, nothing is changed.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
    /// Tags that the resource must not have. `*` stands for any tag, so an existing resource is not changed.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// The header of streams that resume.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the header that `events` reads")]
pub(crate) struct LastEventIdHeader {
    /// The position of the last event that a stream has sent. The stream resumes after it, whatever the query says.
    #[param(rename = "Last-Event-ID", pattern = r"^(\d{1,19})?$")]
    last_event_id: Option<String>,
}
