//! Requests of an attack, and the judgement of their answers.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use crate::attacker::Attacker;
use crate::calls::Call;
use crate::client::{Answer, Client};
use crate::compare::{Difference, difference, said, short};
use crate::document::Operation;
use crate::error::Error;
use crate::report::{Class, Finding, Report};
use crate::request::Request;
use crate::side::Side;

/// The number of times that a pair is played again when the instance is busy.
const AGAIN: usize = 3;

/// A side whose ids are attacked.
pub(crate) struct Target {
    /// The kind of its ids.
    pub(crate) kind: &'static str,
    pub(crate) side: Side,
    /// The administrator in the tenant that the things belong to.
    pub(crate) owner: Client,
    /// The things that are of this kind, or all.
    pub(crate) things: Option<&'static [&'static str]>,
}

/// The operations and the result so far.
pub(crate) struct Siege {
    pub(crate) operations: Vec<(Operation, Call)>,
    pub(crate) report: Report,
    /// Texts that no attacker may see.
    pub(crate) watched: Vec<String>,
    /// The watched texts that attackers have stored in their own resources, such as the list of tenants who may import;
    /// each with the attacker's tenant.
    pub(crate) stored: BTreeSet<(String, String)>,
    pub(crate) max_requests: u64,
    /// The administrator in the victim's tenant, and the number of changes of the victim so far.
    pub(crate) trail: Option<(Client, Value)>,
    /// Whether the report has the keys.
    pub(crate) shows_keys: bool,
}

/// The circumstances of a request.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) operation: &'a str,
    pub(crate) place: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) attacker: &'a Attacker,
}

impl Siege {
    /// Sends a request, and looks for texts of others in the answer.
    pub(crate) fn send(&mut self, scene: Scene<'_>, request: &Request) -> Result<Answer, Error> {
        self.report.requests += 1;
        if self.report.requests > self.max_requests {
            return Err(Error::Exhausted);
        }
        let client = request.headed(&scene.attacker.client);
        let answer = client.call(&request.method, &request.path, request.body.as_ref())?;
        let mut seen = answer.text.clone();
        for value in answer.headers.values() {
            seen.push('\n');
            seen.push_str(value.to_str().unwrap_or_default());
        }
        self.look(scene, request, &said(&answer), &seen);
        if answer.is_done() && request.body.is_some() {
            let sent = self.watched.iter().filter(|text| request.sends(text));
            self.stored.extend(sent.map(|text| (scene.attacker.own.tenant.clone(), text.clone())));
        }
        Ok(answer)
    }

    /// Looks for texts that the attacker may not see.
    pub(crate) fn look(&mut self, scene: Scene<'_>, request: &Request, said: &str, seen: &str) {
        let is_own = |text: &String| self.stored.contains(&(scene.attacker.own.tenant.clone(), text.clone()));
        let mut shown = self.watched.iter().filter(|text| seen.contains(text.as_str()) && !request.sends(text));
        if let Some(text) = shown.find(|text| !is_own(text)) {
            let seen = format!("{said} with {text}: {}", short(&around(seen, text)));
            self.find(Class::Marker, scene, request, seen);
        }
    }

    pub(crate) fn find(&mut self, class: Class, scene: Scene<'_>, request: &Request, seen: String) {
        let Scene { operation, place, kind, attacker } = scene;
        let curl = self.curl(attacker, request);
        let [operation, place, kind, way] = [operation, place, kind, &attacker.way].map(str::to_owned);
        self.report.find(Finding { class, operation, place, kind, way, seen, curl });
    }

    /// Returns a command that repeats a request.
    fn curl(&self, attacker: &Attacker, request: &Request) -> String {
        let Request { method, path, headers, body } = request;
        let mut curl = format!("curl -i -X {method} '{}{path}'", attacker.client.base());
        for (name, value) in attacker.client.headers().iter().chain(headers) {
            let is_key = ["authorization", "x-calry-api-key"].contains(&name.as_str());
            let value = match name.as_str() {
                "authorization" if !self.shows_keys => "Bearer KEY",
                _ if is_key && !self.shows_keys => "KEY",
                _ => value,
            };
            let _ = write!(curl, " -H '{name}: {value}'");
        }
        if let Some(body) = body {
            let body = body.to_string().replace('\'', "'\\''");
            let _ = write!(curl, " -H 'Content-Type: application/json' -d '{body}'");
        }
        curl
    }

    /// Sends a request with a foreign id, and with an unknown one, and compares the answers.
    pub(crate) fn pair(
        &mut self,
        scene: Scene<'_>,
        call: &Call,
        foreign: &Request,
        unknown: &Request,
        ids: &[(String, String)],
    ) -> Result<(), Error> {
        self.report.pairs += 1;
        self.report.attacked.insert(scene.operation.to_owned());
        let mut found = None;
        for _ in 0..AGAIN {
            let left = self.send(scene, foreign)?;
            let right = self.send(scene, unknown)?;
            if scene.attacker.must_be_refused(scene.operation, call) && ![401, 403, 404].contains(&left.status) {
                self.find(Class::Admitted, scene, foreign, said(&left));
            }
            // Each tenant may give a name: the attacker has none before the next pair.
            if scene.operation == "putEventConsumer" {
                for request in [foreign, unknown] {
                    scene.attacker.client.call("DELETE", &request.path, None)?;
                }
            }
            // Two writes of the attacker's own have different results.
            let is_own = left.is_done() && right.is_done() && !["GET", "HEAD"].contains(&foreign.method.as_str());
            found = if is_own { None } else { difference(&left, &right, ids) };
            // A busy instance tells nothing about the id.
            if found.is_none() || ![&left, &right].iter().any(|answer| is_busy(answer)) {
                break;
            }
        }
        if let Some(found) = found {
            let class = match &found {
                Difference::Status(_) => Class::Status,
                Difference::Header(_) => Class::Header,
                Difference::Body(_) => Class::Body,
            };
            self.find(class, scene, foreign, found.text().to_owned());
        }
        Ok(())
    }
}

fn is_busy(answer: &Answer) -> bool {
    [408, 429, 500, 503].contains(&answer.status) || answer.refusal().1 == "request_in_flight"
}

/// Returns a text and the characters around it.
fn around(text: &str, part: &str) -> String {
    let at = text.find(part).unwrap_or_default();
    let from = (0..=at.saturating_sub(40)).rev().find(|&from| text.is_char_boundary(from)).unwrap_or_default();
    text[from..].to_owned()
}
