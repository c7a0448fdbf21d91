//! The attacker's own view, and the state of the victim.

use std::time::Duration;

use serde_json::Value;

use crate::attacker::Attacker;
use crate::calls::query;
use crate::client::Client;
use crate::compare::short;
use crate::error::Error;
use crate::ids::UNKNOWN;
use crate::report::{Class, Finding};
use crate::request::Request;
use crate::siege::{Scene, Siege};
use crate::state::Shown;

/// Parts of answers that change with every event of a workspace.
const MOVING: [&str; 3] = ["lag", "meta", "position"];

/// The most pages of events that are read.
const PAGES: usize = 20;

impl Siege {
    /// Reads all that an attacker sees of its own.
    pub(crate) fn view(&mut self, attacker: &Attacker) -> Result<Vec<(String, Value)>, Error> {
        let mut view = Vec::new();
        for (operation, call) in self.operations.clone() {
            if operation.method != "GET" || operation.is_for_operators() {
                continue;
            }
            let scene = Scene { operation: &operation.name, place: "its own view", kind: "no", attacker };
            let mut request = Request::of(&operation, &call, &attacker.own);
            if query(&operation.name).contains(UNKNOWN) {
                request.path = request.path.replace(UNKNOWN, &attacker.own.account);
            }
            if operation.query.iter().any(|(name, _)| name == "per_page") {
                request.path.push_str(if request.path.contains('?') { "&per_page=100" } else { "?per_page=100" });
            }
            let answer = self.send(scene, &request)?;
            self.report.attacked.insert(operation.name.clone());
            let mut shown = answer.json;
            if operation.name == "readEvents" {
                self.read_on(scene, &request, &mut shown)?;
            }
            still(&mut shown);
            view.push((operation.name, shown));
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

    /// Compares an attacker's view before the other side did something with the one after that. An operation whose view
    /// changes by itself is passed over: `earlier` is the view before `before`.
    pub(crate) fn compare_views(
        &mut self,
        attacker: &Attacker,
        earlier: &[(String, Value)],
        before: &[(String, Value)],
    ) -> Result<(), Error> {
        let after = self.view(attacker)?;
        for (((name, earlier), (_, before)), (_, after)) in earlier.iter().zip(before).zip(&after) {
            let is_busy = |view: &Value| view["status"].as_u64() >= Some(429);
            if earlier != before || after == before || is_busy(before) || is_busy(after) {
                continue;
            }
            let Some((operation, call)) =
                self.operations.iter().find(|(operation, _)| operation.name == *name).cloned()
            else {
                continue;
            };
            let scene = Scene { operation: name, place: "its own view", kind: "no", attacker };
            let request = Request::of(&operation, &call, &attacker.own);
            let seen = format!("{}, and {} before", short(&after.to_string()), short(&before.to_string()));
            self.find(Class::Noticed, scene, &request, seen);
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
