//! The attacker's own view, and the state of the victim.

use std::time::Duration;

use serde_json::Value;

use crate::attacker::Attacker;
use crate::client::Client;
use crate::compare::short;
use crate::error::Error;
use crate::report::{Class, Finding};
use crate::request::{Request, views};
use crate::siege::{Scene, Siege};
use crate::state::Shown;

/// Parts of answers that change with every event of a workspace, or with time.
const MOVING: [&str; 3] = ["meta", "position", "seconds"];

/// The most pages of events that are read.
const PAGES: usize = 20;

/// A part of what an attacker sees of its own.
pub(crate) struct View {
    operation: String,
    /// The request in words.
    place: String,
    request: Request,
    shown: Value,
}

impl Siege {
    /// Reads all that an attacker sees of its own.
    pub(crate) fn view(&mut self, attacker: &Attacker) -> Result<Vec<View>, Error> {
        let mut view = Vec::new();
        for (operation, call) in self.operations.clone() {
            if operation.method != "GET" || operation.is_for_operators() {
                continue;
            }
            for (place, request) in views(&operation, &call, &attacker.own) {
                let scene = Scene { operation: &operation.name, place: &place, kind: "no", attacker };
                let mut shown = self.send(scene, &request)?.json;
                if operation.name == "readEvents" {
                    self.read_on(scene, &request, &mut shown)?;
                }
                still(&mut shown);
                view.push(View { operation: operation.name.clone(), place, request, shown });
            }
            self.report.attacked.insert(operation.name);
        }
        Ok(view)
    }

    /// Reads the further pages of a feed of events.
    fn read_on(&mut self, scene: Scene<'_>, first: &Request, shown: &mut Value) -> Result<(), Error> {
        let mut page = shown.clone();
        for _ in 0..PAGES {
            let next = page["links"]["next"].as_str().and_then(|next| next.split_once("/api/v1/"));
            let Some((_, next)) = next.filter(|_| page["meta"]["has_more"] == true) else { break };
            let request = Request { path: format!("/api/v1/{next}"), ..first.clone() };
            page = self.send(scene, &request)?.json;
            if let (Some(all), Some(more)) = (shown["data"].as_array_mut(), page["data"].as_array()) {
                all.extend(more.iter().cloned());
            }
        }
        Ok(())
    }

    /// Compares an attacker's view before the other side did something with the one after that. A part that changes by
    /// itself is passed over: `earlier` is the view before `before`.
    pub(crate) fn compare_views(
        &mut self,
        attacker: &Attacker,
        earlier: &[View],
        before: &[View],
    ) -> Result<(), Error> {
        let after = self.view(attacker)?;
        for ((earlier, before), View { operation, place, request, shown: after }) in
            earlier.iter().zip(before).zip(&after)
        {
            let (earlier, before) = (&earlier.shown, &before.shown);
            let is_busy = |view: &Value| view["status"].as_u64() >= Some(429);
            if earlier != before || after == before || is_busy(before) || is_busy(after) {
                continue;
            }
            let scene = Scene { operation, place, kind: "no", attacker };
            let seen = format!("{}, and {} before", short(&after.to_string()), short(&before.to_string()));
            self.find(Class::Noticed, scene, request, seen);
        }
        Ok(())
    }

    /// Reads the stream of events from the beginning.
    pub(crate) fn stream(&mut self, attacker: &Attacker, time: Duration) -> Result<(), Error> {
        let request = Request {
            method: "GET".to_owned(),
            path: "/api/v1/events".to_owned(),
            headers: [("accept", "text/event-stream"), ("last-event-id", "0")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            body: None,
        };
        let seen = request.headed(&attacker.client).stream(&request.path, time)?;
        let scene = Scene { operation: "readEvents", place: "Last-Event-ID", kind: "no", attacker };
        self.look(scene, &request, "a stream", &seen);
        Ok(())
    }

    /// Compares the victim's state before and after the attack.
    pub(crate) fn compare_states(&mut self, administrator: &Client, before: &[Shown], after: &[Shown]) {
        for ((path, status, before), (_, after_status, after)) in before.iter().zip(after) {
            if (status, before) == (after_status, after) {
                continue;
            }
            let seen = format!(
                "{after_status} {}, and {status} {} before",
                short(&after.to_string()),
                short(&before.to_string())
            );
            let curl = format!("curl '{}/api/v1/{path}' -H 'x-calry-api-key: KEY'", administrator.base());
            let [operation, place, kind, way] =
                [path.as_str(), "the attack", "foreign", "some attacker"].map(str::to_owned);
            self.report.find(Finding { class: Class::Changed, operation, place, kind, way, seen, curl });
        }
    }
}

/// Removes the parts of an answer that change by themselves.
fn still(shown: &mut Value) {
    match shown {
        Value::Object(fields) => {
            fields.retain(|name, _| !MOVING.contains(&name.as_str()) && name != "links");
            fields.values_mut().for_each(still);
        }
        Value::Array(items) => items.iter_mut().for_each(still),
        _ => {}
    }
}
