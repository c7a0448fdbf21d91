//! The whole log, after the storm.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::events::EVENTS;
use crate::support::{Client, id_of};

/// Asserts that each audit entry is in the log once, and that conflicting changes stand in the order in which they took
/// effect.
pub(super) fn is_whole(client: &Client, entries: u64) {
    let (mut ids, mut state, mut position) = (BTreeSet::new(), State::default(), 0);
    while position < entries {
        let page = client.get(&format!("{EVENTS}?scope=workspace&limit=100&after={position}"));
        for event in page.json["data"].as_array().expect("events") {
            ids.insert(id_of(event));
            state.apply(event);
        }
        position = page.json["meta"]["position"].as_u64().expect("a position");
    }
    assert_eq!(ids.len() as u64, entries);
    let mut after = String::new();
    loop {
        let page = client.get(&format!("/api/v1/audit?per_page=100{after}"));
        let entries = page.json["data"].as_array().expect("a list");
        let Some(last) = entries.last() else { break };
        after = format!("&after={}", id_of(last));
        for entry in entries {
            assert!(ids.remove(&id_of(entry)), "{entry}");
        }
    }
    assert!(ids.is_empty(), "events without an audit entry: {ids:?}");
}

/// The state of all resources after the events so far.
#[derive(Default)]
struct State {
    /// The values, by the resource and the field.
    values: BTreeMap<(String, String), Value>,
    /// The live reservation of each night.
    booked: BTreeMap<String, String>,
}

impl State {
    /// Asserts that the change begins with what those before it have left.
    fn apply(&mut self, event: &Value) {
        let resource = id_of(&event["resource"]);
        for (field, change) in event["changes"].as_object().expect("changes") {
            let before = self.values.insert((resource.clone(), field.clone()), change["to"].clone());
            assert_eq!(change["from"], before.unwrap_or_default(), "{field} of {event}");
        }
        let night = || event["data"]["checkInDate"].as_str().expect("a night").to_owned();
        match event["type"].as_str() {
            Some("reservation.created") => assert_eq!(self.booked.insert(night(), resource), None, "{event}"),
            Some("reservation.cancelled") => assert_eq!(self.booked.remove(&night()), Some(resource), "{event}"),
            _ => {}
        }
    }
}
