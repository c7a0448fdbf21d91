//! The headers of requests, as the document describes them.

use utoipa::IntoParams;
use uuid::Uuid;

/// The headers that name the tenant of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `caller` reads")]
pub(crate) struct TenantHeaders {
    /// The tenant in which the request is served.
    #[param(rename = "x-calry-tenant-id")]
    calry_tenant_id: Option<Uuid>,
    /// `x-calry-tenant-id` by a shorter name.
    #[param(rename = "x-tenant-id")]
    tenant_id: Option<Uuid>,
}

/// How a request is named that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `receipts` reads")]
pub(super) struct IdempotencyKeyHeader {
    /// The client's own name for the request: 1 to 255 visible ASCII characters. For 24 hours the same request with the same key
    /// is not done again, and gets the same answer.
    #[param(rename = "Idempotency-Key", pattern = "^[!-~]{1,255}$")]
    idempotency_key: Option<String>,
}

/// What a client has that asks for a resource.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `tags` reads")]
pub(crate) struct IfNoneMatchHeader {
    /// The tag that the client has: where the resource still has it, the answer is 304.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// What a client takes for granted about the resource that it changes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `tags` reads")]
pub(crate) struct IfMatchHeader {
    /// The tag that the resource must have: where it has another, nothing is changed.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
    /// Tags that the resource must not have: `*` stands for any, so nothing is changed that there is.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}
