//! Refusal of fields and parameters that are not supported.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use application::{FieldErrors, Input, Unreadable};
use domain::access::AccessError;
use serde::de::IgnoredAny;
use url::form_urlencoded;

use crate::openapi::not_supported;
use crate::request::media_type::Format;
use crate::response::problem::ApiError;
use crate::router::Router;

/// Refuses the parameters of the query that are not supported.
pub(crate) fn in_query(request: &HttpRequest) -> Input<()> {
    let query = request.query_string();
    if query.is_empty() { Ok(()) } else { refuse(request, || form_names(query.as_bytes())) }
}

/// Refuses the parameters that are not supported of an operation that has no others, if the caller is allowed to use it.
pub(crate) fn in_query_of(request: &HttpRequest, leave: Result<impl Sized, AccessError>) -> Result<(), ApiError> {
    leave?;
    Ok(in_query(request)?)
}

/// Refuses the fields of the body that are not supported. Null is no value, so it is ignored.
pub(super) fn in_body(request: &HttpRequest, format: Format, body: &[u8]) -> Input<()> {
    refuse(request, || match format {
        Format::Json => {
            let fields = serde_json::from_slice::<BTreeMap<String, Option<IgnoredAny>>>(body).unwrap_or_default();
            fields.into_iter().filter_map(|(name, value)| value.map(|_| name)).collect()
        }
        Format::Form => form_names(body),
    })
}

fn form_names(text: &[u8]) -> Vec<String> {
    form_urlencoded::parse(text).map(|(name, _)| name.into_owned()).collect()
}

fn refuse(request: &HttpRequest, sent: impl Fn() -> Vec<String>) -> Input<()> {
    let mut refused = Router::operation_of(request).into_iter().flat_map(not_supported).peekable();
    if refused.peek().is_none() {
        return Ok(());
    }
    let sent = sent();
    let named = refused.filter(|name| sent.iter().any(|sent| sent == name));
    let field_errors: FieldErrors =
        named.map(|name| (name.to_owned(), vec![format!("{name} is not supported.")])).collect();
    if field_errors.is_empty() { Ok(()) } else { Err(Unreadable::NotSupported(field_errors)) }
}
