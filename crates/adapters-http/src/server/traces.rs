//! Traces of requests: each continues the trace of its `traceparent`, and its span is exported if there is an exporter.

use std::future::Future;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue};
use application::traces::{ContinueTrace, SPANS, within};
use domain::traces::{TraceContext, TraceId, TraceState};
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, info_span};

use crate::request::caller::ServedIn;
use crate::router::Router;

pub(super) const PARENT: &str = "traceparent";
pub(super) const STATE: &str = "tracestate";

/// The trace of a request, and its span.
pub(super) struct Traced {
    span: Span,
    context: Option<TraceContext>,
}

impl Traced {
    pub(super) fn begin(request: &ServiceRequest, continue_trace: ContinueTrace) -> Self {
        // Only evaluated if spans are exported. A span cannot be renamed once its place in the trace is known.
        let route = || Router::of(request.request()).pattern_of(request.path());
        let span = info_span!(
            target: SPANS, "request", otel.kind = "server", otel.status_code = Empty,
            otel.name = [request.method().as_str(), route().unwrap_or_default()].join(" ").trim_end(), http.route = route(),
            http.request.method = request.method().as_str(), http.response.status_code = Empty, url.path = request.path(),
            tenantry.tenant.id = Empty,
        );
        let context = continue_trace(&span, received(request.headers()).as_ref());
        Self { span, context }
    }

    pub(super) fn trace_id(&self) -> Option<TraceId> {
        self.context.as_ref().map(|context| context.trace_id)
    }

    /// Runs the work of the request in its trace.
    pub(super) fn run<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        within(self.context.clone(), work).instrument(self.span.clone())
    }

    /// Ends the span.
    pub(super) fn end(self, status: StatusCode, tenant: Option<ServedIn>) {
        let Self { span, .. } = self;
        span.record("http.response.status_code", status.as_u16());
        span.record("tenantry.tenant.id", tenant.map(|ServedIn(tenant)| display(tenant)));
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// Reads the trace that the client is in. An invalid `traceparent` is ignored, and so are several.
pub(crate) fn received(headers: &HeaderMap) -> Option<TraceContext> {
    let mut parents = headers.get_all(PARENT);
    let (parent, None) = (parents.next()?, parents.next()) else { return None };
    let parent: TraceContext = parent.to_str().ok()?.parse().ok()?;
    let state = headers.get_all(STATE).map(HeaderValue::to_str).collect::<Result<Vec<_>, _>>();
    Some(TraceContext { state: TraceState::read(state.unwrap_or_default()), ..parent })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn read(headers: &[(&'static str, &'static [u8])]) -> Option<(String, String)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).expect("a header"));
        }
        received(&map).map(|context| (context.to_string(), context.state.as_str().to_owned()))
    }

    #[test]
    fn a_trace_is_continued_if_its_parent_is_valid_and_the_only_one() {
        let (parent, state) = ((PARENT, VALID.as_bytes()), (STATE, &b"a=1"[..]));
        let found = |state: &str| Some((VALID.to_owned(), state.to_owned()));
        for (headers, expected) in [
            (&[][..], None),
            (&[parent], found("")),
            (&[parent, state, (STATE, b"b=2")], found("a=1,b=2")),
            (&[state], None),
            (&[parent, parent], None),
            (&[(PARENT, b"00-0-0-0"), state], None),
            (&[(PARENT, b"\xff"), state], None),
            (&[parent, (STATE, b"a=\xff")], found("")),
        ] {
            assert_eq!(read(headers), expected, "{headers:?}");
        }
    }
}
