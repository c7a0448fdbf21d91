//! Trace contexts.

use domain::traces::{TraceContext, TraceState};

use crate::lines;

/// Reads the first line as a `traceparent`, and the others as headers of a `tracestate`.
pub(crate) fn traces(data: &[u8]) {
    let mut lines = lines(data);
    if let Some(Ok(context)) = lines.next().map(str::parse::<TraceContext>) {
        let text = context.to_string();
        assert_eq!((text.len(), text.parse()), (55, Ok(context)), "{text} reads back");
    }
    let state = TraceState::read(lines);
    let text = state.as_str();
    assert!(text.len() <= 512 && text.split(',').count() <= 32, "{text:?}");
    assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
    assert_eq!(TraceState::read([text]), state, "{text:?} reads back");
}
