//! A client whose every answer is checked against the document.

pub(crate) use attack::Answer;
use attack::Manners;
use serde_json::Value;
use testkit::until;
use uuid::Uuid;

use super::document;

/// A client of a server that always sends the same headers.
#[derive(Clone)]
pub(crate) struct Client(attack::Client);

/// An answer to a browser.
pub(crate) trait Page {
    /// Returns the page to which a form leads, without the notice of what was done.
    fn leads_to(&self) -> &str;
}

impl Page for Answer {
    fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location").and_then(|to| to.split('?').next()).expect("a page")
    }
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        Self(attack::Client::new(base, Manners { observe: document::hold, ..Manners::default() }))
    }

    /// Returns the client of attacks.
    pub(crate) const fn plain(&self) -> &attack::Client {
        &self.0
    }

    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        Self(self.0.with(name, value))
    }

    pub(crate) fn bearer(self, key: &str) -> Self {
        Self(self.0.bearer(key))
    }

    pub(crate) fn calry(self, key: &str) -> Self {
        Self(self.0.calry(key))
    }

    /// Returns a client that names the tenant of its requests.
    pub(crate) fn named(self, tenant: &str) -> Self {
        Self(self.0.named(tenant))
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
        let body = body.map(Value::to_string);
        self.must_send(method, path, body.as_ref().map(|body| ("application/json", body.as_bytes())))
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
        self.0.call(method, path, body).ok()
    }

    /// Sends a body of these bytes.
    pub(crate) fn send(&self, method: &str, path: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.must_send(method, path, Some((media_type, &body.into())))
    }

    fn must_send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Answer {
        self.0.send(method, path, body).unwrap_or_else(|error| panic!("{error:?}"))
    }
}
