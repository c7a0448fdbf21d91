//! The trace of the current work.
//!
//! Each request records its trace ([`within`]), so that no function needs to pass it on. The events of a change keep it.

use std::future::Future;

use domain::traces::TraceContext;
use tokio::task_local;
use tracing::Span;

/// The target of spans that are exported. They are not logged.
pub const SPANS: &str = "tenantry_spans";

/// Makes a span continue a trace, and returns the trace that its work belongs to: with the span, if it is exported.
pub type ContinueTrace = fn(&Span, Option<&TraceContext>) -> Option<TraceContext>;

task_local! {
    static TRACE: Option<TraceContext>;
}

/// Runs work that belongs to this trace, or to none.
pub async fn within<F: Future>(trace: Option<TraceContext>, work: F) -> F::Output {
    TRACE.scope(trace, work).await
}

/// The trace of the current work.
pub fn current() -> Option<TraceContext> {
    TRACE.try_with(Clone::clone).ok().flatten()
}
