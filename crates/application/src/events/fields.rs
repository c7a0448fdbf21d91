//! The query of the feed.

use std::str::FromStr;
use std::time::Duration;

use domain::event_consumers::ConsumerName;
use domain::events::{EventType, TypePattern};
use domain::numbers::Whole;
use serde::Deserialize;
use thiserror::Error;
use utoipa::IntoParams;

use super::start::{Position, Start};
use crate::input::reader::{FieldReader, Fields};

/// The number of events of a page, unless the client says another.
const DEFAULT_LIMIT: u32 = 50;
/// The header by which a stream resumes.
pub(crate) const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The events that a client asks for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindEvents {
    /// The position after which the page starts. The default is the beginning of the log as far as it is kept; `latest`
    /// is its present end.
    #[param(example = "1234", pattern = r"^(\d{1,19}|latest)$")]
    pub after: Option<String>,
    /// The types of the events, separated by commas, or as several parameters: `listing.updated`, or `reservation.*` for
    /// all types of a resource.
    #[serde(default)]
    #[param(style = Form, explode = false, example = json!(["reservation.*"]))]
    pub types: Vec<String>,
    /// The maximum number of events (default 50).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// The number of seconds for which an empty page waits for its first event (default 0). A stream ignores it.
    #[param(minimum = 0, maximum = 25)]
    pub wait: Option<i64>,
    /// The events to read: `tenant` (default) for those that concern the tenant of the request, `workspace` for the log of
    /// the whole workspace, which needs the authority of the default tenant.
    #[param(pattern = "^(tenant|workspace)$")]
    pub scope: Option<String>,
    /// The name of an event consumer, at whose position the page starts, in place of `after`.
    #[param(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub consumer: Option<String>,
    /// The header of a stream that resumes. It replaces `after` and `consumer`.
    #[serde(skip)]
    #[param(ignore)]
    pub last_event_id: Option<String>,
}

/// The values of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventsQuery {
    pub(crate) start: Beginning,
    pub(crate) types: Vec<TypePattern>,
    pub(crate) limit: u32,
    pub(crate) wait: Duration,
}

/// The source of the position after which a client reads, with its name in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// The beginning of the log.
    Oldest,
    /// The client's own position.
    Given(&'static str, Start),
    /// The position of a consumer.
    Consumer(ConsumerName),
}

/// The events that are read: those of the tenant of the request, or the log of the whole workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventScopeWord {
    Tenant,
    Workspace,
}

/// A text that is not one of the two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be tenant or workspace.")]
pub(crate) struct EventScopeError;

impl FromStr for EventScopeWord {
    type Err = EventScopeError;

    fn from_str(text: &str) -> Result<Self, EventScopeError> {
        match text {
            "tenant" => Ok(Self::Tenant),
            "workspace" => Ok(Self::Workspace),
            _ => Err(EventScopeError),
        }
    }
}

impl EventScopeWord {
    /// Whether the log of the whole workspace is asked for, which must be known before the query is checked.
    pub(crate) fn is_workspace(sent: Option<&str>) -> bool {
        sent.and_then(|text| text.parse().ok()) == Some(Self::Workspace)
    }
}

impl FindEvents {
    fn start(&self, r: &mut FieldReader) -> Option<Beginning> {
        // A client resumes a stream by the URL with which it began, and then its header is newer.
        if let Some(id) = self.last_event_id.as_ref().filter(|id| !id.is_empty()) {
            let position = r.given(LAST_EVENT_ID, &Some(id.clone()));
            return position.map(|Position(position)| Beginning::Given(LAST_EVENT_ID, Start::After(position)));
        }
        let after = r.given("after", &self.after);
        let consumer = r.given("consumer", &self.consumer);
        if self.after.is_some() && self.consumer.is_some() {
            r.refuse("consumer", "may not be sent together with after.");
        }
        Some(match (after, consumer) {
            (_, Some(name)) => Beginning::Consumer(name),
            (Some(start), None) => Beginning::Given("after", start),
            (None, None) => Beginning::Oldest,
        })
    }
}

impl Fields for FindEvents {
    type Values = EventsQuery;

    fn read(&self, r: &mut FieldReader) -> Option<EventsQuery> {
        r.given::<_, EventScopeWord>("scope", &self.scope);
        let types = self.types.iter().flat_map(|list| list.split(',')).map(str::trim);
        let types: Vec<_> = types.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let limit: Option<Whole<1, 100>> = r.given("limit", &self.limit);
        let wait: Option<Whole<0, 25>> = r.given("wait", &self.wait);
        let seconds = wait.map_or(0, |wait| wait.get().unsigned_abs());
        Some(EventsQuery {
            start: self.start(r)?,
            types: r.items("types", &types, EventType::ALL.len(), FieldReader::item).unwrap_or_default(),
            limit: limit.map_or(DEFAULT_LIMIT, |limit| limit.get().unsigned_abs()),
            wait: Duration::from_secs(seconds.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InvalidInput;
    use crate::input::reader::read;
    use crate::outcome::problem::Problem;

    #[expect(clippy::unnecessary_wraps, reason = "every parameter is optional")]
    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_query_without_parameters_reads_the_first_fifty() {
        let query = read(&FindEvents::default()).expect("valid");
        let expected = EventsQuery { start: Beginning::Oldest, types: vec![], limit: 50, wait: Duration::ZERO };
        assert_eq!(query, expected);
    }

    #[test]
    fn types_are_separated_by_commas_or_repeated() {
        let types = vec!["reservation.*, listing.updated".to_owned(), "user.created,".to_owned()];
        let query = read(&FindEvents { types, ..FindEvents::default() }).expect("valid");
        let names: Vec<_> = query.types.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["reservation.*", "listing.updated", "user.created"]);
    }

    #[test]
    fn a_stream_resumes_where_its_header_says() {
        let begun = FindEvents { after: text("latest"), ..FindEvents::default() };
        let resumed = FindEvents { last_event_id: text("7"), ..begun.clone() };
        let of_consumer = FindEvents { consumer: text("billing"), ..FindEvents::default() };
        for (query, start) in [
            (FindEvents { last_event_id: text(""), ..begun.clone() }, Beginning::Given("after", Start::Latest)),
            (begun, Beginning::Given("after", Start::Latest)),
            (resumed, Beginning::Given(LAST_EVENT_ID, Start::After(7))),
            (of_consumer.clone(), Beginning::Consumer("billing".parse().expect("a name"))),
            (FindEvents { last_event_id: text("8"), ..of_consumer }, Beginning::Given(LAST_EVENT_ID, Start::After(8))),
        ] {
            assert_eq!(read(&query).expect("valid").start, start);
        }
    }

    #[test]
    fn each_invalid_value_is_a_field_error() {
        let query = |change: fn(&mut FindEvents)| {
            let mut query = FindEvents::default();
            change(&mut query);
            query
        };
        for (query, field) in [
            (query(|query| query.after = text("x")), "after"),
            (query(|query| query.after = text("-1")), "after"),
            (query(|query| query.types = vec!["listing.update".to_owned()]), "types.0"),
            (query(|query| query.types = vec!["user.*,*".to_owned()]), "types.1"),
            (query(|query| query.types = vec!["user.*,".repeat(100)]), "types"),
            (query(|query| query.limit = Some(0)), "limit"),
            (query(|query| query.limit = Some(101)), "limit"),
            (query(|query| query.wait = Some(-1)), "wait"),
            (query(|query| query.wait = Some(26)), "wait"),
            (query(|query| query.scope = text("all")), "scope"),
            (query(|query| query.consumer = text("a b")), "consumer"),
            (query(|query| (query.after, query.consumer) = (text("1"), text("a"))), "consumer"),
            (query(|query| query.last_event_id = text("x")), LAST_EVENT_ID),
        ] {
            let refused = InvalidInput::from(read(&query).expect_err("invalid"));
            let fields: Vec<_> = refused.field_errors().into_iter().flat_map(|errors| errors.keys()).collect();
            assert_eq!(fields, [field], "{query:?}");
        }
    }
}
