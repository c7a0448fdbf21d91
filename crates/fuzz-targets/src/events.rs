//! Filters of events, and positions in the log.

use application::FindEvents;
use application::fuzzing::Check;
use domain::events::{EventType, TypePattern};
use domain::webhooks::WebhookTypes;

use crate::refusals::assert_named;
use crate::{lines, read_back};

/// Reads all lines as a filter, and the first as a position, of a query and of a header, and as the name of a consumer.
pub(crate) fn events(data: &[u8]) {
    let sent: Vec<_> = lines(data).map(str::to_owned).collect();
    for line in &sent {
        if let Some(pattern) = read_back::<TypePattern>(line) {
            assert_eq!(pattern.to_string(), *line);
            selection(pattern);
        }
        if let Some(types) = read_back::<WebhookTypes>(line) {
            assert!(types.as_slice().len() <= 2 * EventType::ALL.len(), "no pattern is there twice");
        }
    }
    let first = sent.first().cloned();
    let all = || FindEvents { types: sent.clone(), ..FindEvents::default() };
    for query in [
        all(),
        FindEvents { after: first.clone(), ..all() },
        FindEvents { consumer: first.clone(), ..all() },
        FindEvents { last_event_id: first.clone(), ..all() },
        FindEvents { scope: first, ..all() },
    ] {
        if let Err(refused) = query.check() {
            assert_named(&refused, &["types", "after", "consumer", "Last-Event-ID", "scope"]);
        }
    }
}

/// A pattern selects its one type, or the types that begin with its word.
fn selection(pattern: TypePattern) {
    for event_type in EventType::ALL {
        let name = event_type.as_str();
        let expected = match pattern {
            TypePattern::Exact(one) => one == *event_type,
            TypePattern::Prefix(word) => name.strip_prefix(word).is_some_and(|rest| rest.starts_with('.')),
        };
        assert_eq!(pattern.matches(name), expected, "{pattern} {name}");
    }
}
