//! Trace contexts: the place of work in a trace that goes through several services, as
//! [W3C Trace Context](https://www.w3.org/TR/trace-context/) defines them.

use std::fmt;
use std::num::{NonZero, NonZeroU64, NonZeroU128};
use std::str::FromStr;

use thiserror::Error;

/// The lengths of the four parts of a `traceparent`: version, trace id, parent id, flags.
const LENGTHS: [usize; 4] = [2, 32, 16, 2];
/// The version that is reserved as invalid.
const INVALID_VERSION: u8 = 0xff;
const SAMPLED: u8 = 1;
/// The maximum number of members of a `tracestate`.
const MAX_MEMBERS: usize = 32;
/// The length up to which a `tracestate` is passed on.
const MAX_STATE: usize = 512;

/// The id of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(pub NonZeroU128);

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

/// A trace, and the span in it that causes further work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The id of the trace.
    pub trace_id: TraceId,
    /// The id of the span.
    pub span_id: NonZeroU64,
    /// Whether the caller may have recorded the trace.
    pub is_sampled: bool,
    /// Members of other tracing systems; may be empty.
    pub state: TraceState,
}

/// The `tracestate` of a trace: a list of `key=value` that belongs to tracing systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceState(String);

/// An invalid `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a traceparent of W3C Trace Context")]
pub struct TraceContextError;

impl TraceState {
    /// Reads a `tracestate`, of which several headers are one list. An invalid one is empty: it is dropped, and the trace goes
    /// on. Of a long one, as many members as 512 characters have are kept, from the left.
    pub fn read<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut state = String::new();
        let members =
            headers.into_iter().flat_map(|header| header.split(',')).map(|member| member.trim_matches([' ', '\t']));
        for (number, member) in members.filter(|member| !member.is_empty()).enumerate() {
            if number >= MAX_MEMBERS || !is_member(member) {
                return Self::default();
            }
            let separator = if state.is_empty() { "" } else { "," };
            if state.len() + separator.len() + member.len() <= MAX_STATE {
                state = format!("{state}{separator}{member}");
            }
        }
        Self(state)
    }

    /// The text of the header; empty without members.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_member(member: &str) -> bool {
    let is_value = |c: char| matches!(c, ' '..='~') && c != '=';
    let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-*/@".contains(c);
    member.split_once('=').is_some_and(|(key, value)| {
        !key.is_empty() && key.chars().all(is_key) && !value.is_empty() && value.chars().all(is_value)
    })
}

impl FromStr for TraceContext {
    type Err = TraceContextError;

    /// Reads a `traceparent`. Of a later version, the parts that this one has are read.
    fn from_str(text: &str) -> Result<Self, TraceContextError> {
        let mut parts = text.split('-');
        let mut part = |length: usize| {
            let part = parts.next().filter(|part| part.len() == length).ok_or(TraceContextError)?;
            let is_hex = part.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
            if is_hex { u128::from_str_radix(part, 16).map_err(|_| TraceContextError) } else { Err(TraceContextError) }
        };
        let [version, trace_id, span_id, flags] =
            [part(LENGTHS[0])?, part(LENGTHS[1])?, part(LENGTHS[2])?, part(LENGTHS[3])?];
        if version == INVALID_VERSION.into() || version == 0 && parts.next().is_some() {
            return Err(TraceContextError);
        }
        let span_id = u64::try_from(span_id).ok();
        Ok(Self {
            trace_id: NonZero::new(trace_id).map(TraceId).ok_or(TraceContextError)?,
            span_id: span_id.and_then(NonZero::new).ok_or(TraceContextError)?,
            is_sampled: flags & u128::from(SAMPLED) != 0,
            state: TraceState::default(),
        })
    }
}

/// Writes the `traceparent`.
impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = if self.is_sampled { SAMPLED } else { 0 };
        write!(formatter, "00-{}-{:016x}-{flags:02x}", self.trace_id, self.span_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_valid_parent_is_read_and_written() {
        let context: TraceContext = PARENT.parse().expect("the example of the standard");
        assert_eq!((context.to_string().as_str(), context.is_sampled), (PARENT, true));
        for (text, written) in [
            (PARENT.replace("-01", "-00"), PARENT.replace("-01", "-00")),
            // Of the flags, this version knows one.
            (PARENT.replace("-01", "-ff"), PARENT.to_owned()),
            // Later versions may add parts.
            (PARENT.replacen("00-", "cc-", 1), PARENT.to_owned()),
            (format!("{}-what-the-future-will-be-like", PARENT.replacen("00-", "cc-", 1)), PARENT.to_owned()),
        ] {
            assert_eq!(text.parse::<TraceContext>().map(|context| context.to_string()), Ok(written), "{text}");
        }
    }

    #[test]
    fn an_invalid_parent_is_refused() {
        for text in [
            "",
            "00",
            "garbage",
            &PARENT.to_uppercase(),
            &PARENT.replacen("00-", "ff-", 1),
            &PARENT.replacen("00-", "0-", 1),
            &PARENT.replacen("00-", "+0-", 1),
            &PARENT.replace("-01", ""),
            &PARENT.replace("-01", "-1"),
            &PARENT.replace("-01", "-0x"),
            &PARENT.replace("-01", "-01-"),
            &PARENT.replace("-01", "-01-more"),
            &PARENT.replacen("00-", "cc-", 1).replace("-01", "-01.what"),
            &PARENT.replace('-', "_"),
            &format!(" {PARENT}"),
            &PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &PARENT.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &PARENT.replace("00f067aa0ba902b7", "00f067aa0ba902bé"),
        ] {
            assert_eq!(text.parse::<TraceContext>(), Err(TraceContextError), "{text}");
        }
    }

    #[test]
    fn a_state_is_one_list_and_dropped_if_it_is_invalid() {
        let many = |count: usize| (0..count).map(|number| format!("k{number}=v")).collect::<Vec<_>>().join(",");
        for (headers, read) in [
            (vec!["a=1"], "a=1"),
            (vec!["a=1 , b@c=2\t", "", "d/e=f g"], "a=1,b@c=2,d/e=f g"),
            (vec![], ""),
            (vec!["a=1", "b"], ""),
            (vec!["A=1"], ""),
            (vec!["=1"], ""),
            (vec!["a="], ""),
            (vec!["a=1=2"], ""),
            (vec!["a=\u{e9}"], ""),
            (vec![&many(32)], &many(32)),
            (vec![&many(33)], ""),
            (vec![&format!("a=1,b={},c=3", "x".repeat(510))], "a=1,c=3"),
        ] {
            assert_eq!(TraceState::read(headers.iter().copied()).as_str(), read, "{headers:?}");
        }
    }
}
