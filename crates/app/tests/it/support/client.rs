//! A client whose every answer is checked against the document.

use serde_json::Value;
use testkit::until;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use uuid::Uuid;

use super::document;

/// A client of a server that always sends the same headers.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body as JSON, or null if it is not valid JSON.
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the status, and the code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.json["code"].as_str().unwrap_or_default())
    }

    /// Returns the page to which a form leads, without the notice of what was done.
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location").and_then(|to| to.split('?').next()).expect("a page")
    }

    /// Returns the names of the fields with errors.
    pub(crate) fn field_errors(&self) -> Vec<&str> {
        self.json["errors"].as_object().map(|errors| errors.keys().map(String::as_str).collect()).unwrap_or_default()
    }
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build();
        Self { agent: Agent::new_with_config(config), base: base.to_owned(), headers: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn bearer(self, key: &str) -> Self {
        self.with("authorization", &format!("Bearer {key}"))
    }

    pub(crate) fn calry(self, key: &str) -> Self {
        self.with("x-calry-api-key", key)
    }

    /// Returns a client that names the tenant of its requests.
    pub(crate) fn named(self, tenant: &str) -> Self {
        self.with("x-calry-tenant-id", tenant)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None)
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.must_send(method, path, body)
    }

    /// Calls a server that may be busy: repeats the request until it is answered, with the same idempotency key.
    pub(crate) fn persist(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let client = self.clone().with("idempotency-key", &Uuid::new_v4().to_string());
        until(|| {
            let answer = client.call(method, path, body);
            if !matches!(answer.refusal(), (503, "busy" | "unavailable") | (409, "request_in_flight")) {
                return Ok(answer);
            }
            // The server has waited before it refused, so the repetition need not.
            assert_eq!(answer.header("retry-after"), Some("1"), "{}", answer.text);
            Err(answer.text)
        })
    }

    /// Calls a server that may be gone; returns `None` without an answer.
    pub(crate) fn try_call(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.try_send(method, path, body).ok()
    }

    /// Sends a body of these bytes.
    pub(crate) fn send(&self, method: &str, path: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.must_send(method, path, Some((media_type, body.into())))
    }

    fn must_send(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        self.try_send(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: no answer: {error:?}"))
    }

    fn try_send(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match body {
            Some((media_type, body)) => {
                self.agent.run(request.header("content-type", media_type).body(body).expect("a request"))
            }
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let (parts, mut body) = answer?.into_parts();
        let text = body.read_to_string()?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, text, json };
        document::hold(method, path, &answer);
        Ok(answer)
    }
}
