//! Traces: the spans of requests, of their statements and of deliveries, exported by the OpenTelemetry protocol (OTLP)
//! where its environment variables name a receiver.

use std::env;
use std::num::NonZero;
use std::time::Duration;

use async_trait::async_trait;
use domain::traces::{TraceContext, TraceId, TraceState};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceState as Members, TracerProvider};
use opentelemetry::{Context, Key};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use ports::traces::SPANS;
use tracing::Span;
use tracing::subscriber::Interest;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::registry::LookupSpan;
use ureq::Agent;

use crate::failure::BadUsage;

/// The variables that name a receiver of spans, the first one that is set.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const PROTOCOL: &str = "http/protobuf";
/// The time limits in milliseconds.
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
const TIMEOUT: Duration = Duration::from_secs(10);
const NAME: &str = "tenantry";

/// Returns the exporter, if a receiver is named. Its thread exports spans in batches.
pub(crate) fn exporter() -> anyhow::Result<Option<SdkTracerProvider>> {
    let is_off = said(["OTEL_SDK_DISABLED"]).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if is_off || said(ENDPOINTS).is_none() {
        return Ok(None);
    }
    if let Some(protocol) = said(PROTOCOLS).filter(|protocol| protocol != PROTOCOL) {
        return Err(BadUsage(format!("{}: {protocol} is not supported, only {PROTOCOL}", PROTOCOLS[1])).into());
    }
    let limit = said(TIMEOUTS).and_then(|millis| millis.parse().ok()).map_or(TIMEOUT, Duration::from_millis);
    let agent = Agent::config_builder().timeout_global(Some(limit)).http_status_as_error(false).build();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client(agent.into()))
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(limit)
        .build();
    let exporter = exporter.map_err(|error| BadUsage(format!("{}: {error}", ENDPOINTS[1])))?;
    Ok(Some(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build()))
}

/// Returns the layer that exports spans. Statements of background work, which belong to no trace, are left out.
pub(crate) fn layer<S>(exporter: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let filter = dynamic_filter_fn(|metadata, context| {
        metadata.target() == SPANS && (metadata.name() != "statement" || context.lookup_current().is_some())
    });
    let filter =
        filter.with_callsite_filter(
            |metadata| {
                if metadata.target() == SPANS { Interest::sometimes() } else { Interest::never() }
            },
        );
    let layer = tracing_opentelemetry::layer().with_tracer::<Tracer>(exporter.tracer(NAME));
    layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_target(false).with_filter(filter)
}

/// Makes a span continue a trace, and returns its place in it. A span that is not exported leaves the place to its parent.
pub(crate) fn continue_trace(span: &Span, parent: Option<&TraceContext>) -> Option<TraceContext> {
    if span.is_disabled() {
        return parent.cloned();
    }
    if let Some(parent) = parent {
        // It fails only without an exporter.
        let _ = span.set_parent(Context::new().with_remote_span_context(remote(parent)));
    }
    let context = span.context();
    let own = context.span().span_context().clone();
    let ids = NonZero::new(u128::from_be_bytes(own.trace_id().to_bytes()))
        .zip(NonZero::new(u64::from_be_bytes(own.span_id().to_bytes())));
    let Some((trace_id, span_id)) = ids else { return parent.cloned() };
    let state = parent.map_or_else(TraceState::default, |parent| parent.state.clone());
    Some(TraceContext { trace_id: TraceId(trace_id), span_id, is_sampled: own.is_sampled(), state })
}

fn remote(parent: &TraceContext) -> SpanContext {
    let TraceContext { trace_id: TraceId(trace_id), span_id, is_sampled, state } = parent;
    let flags = if *is_sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let (trace_id, span_id) = (trace_id.get().to_be_bytes(), span_id.get().to_be_bytes());
    let members = state.as_str().parse::<Members>().unwrap_or_default();
    SpanContext::new(opentelemetry::TraceId::from_bytes(trace_id), SpanId::from_bytes(span_id), flags, true, members)
}

/// Returns the description of this process, from the variables of OpenTelemetry.
fn resource() -> Resource {
    let found = Resource::builder().build();
    let name = found.get(&Key::from_static_str("service.name"));
    let is_unknown = name.is_none_or(|name| name.as_str().starts_with("unknown_service"));
    if is_unknown { Resource::builder().with_service_name(NAME).build() } else { found }
}

/// Returns the first variable that is set to a value.
fn said<const N: usize>(names: [&str; N]) -> Option<String> {
    names.into_iter().filter_map(|name| env::var(name).ok()).find(|value| !value.is_empty())
}

/// The HTTP client of the exporter's thread, which may block.
#[derive(Debug)]
struct Client(Agent);

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let response = self.0.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = response.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}
