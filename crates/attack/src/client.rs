//! A blocking HTTP client.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::request::Builder;
use ureq::http::{HeaderMap, Request};

use crate::error::Error;

/// The time limit of a request. Requests that wait for events take up to 25 seconds.
const LIMIT: Duration = Duration::from_mins(2);
/// The longest wait that a 429 may ask for.
const LONGEST_WAIT: u64 = 120;
/// The size of an answer that is read.
const LARGEST: u64 = 64 << 20;

/// The behaviour of a client.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// The most requests in a second.
    pub rate: Option<f64>,
    /// Whether it follows redirects. An attack does not: they may lead to another host.
    pub follows_redirects: bool,
    /// Whether it waits after a 429 for as long as that asks, and sends the request again.
    pub waits: bool,
    /// Looks at every answer: method, path and answer.
    pub observe: fn(&str, &str, &Answer),
}

impl Default for Manners {
    fn default() -> Self {
        Self { rate: None, follows_redirects: true, waits: false, observe: |_, _, _| {} }
    }
}

/// A client of a server that always sends the same headers.
#[derive(Debug, Clone)]
pub struct Client {
    line: Arc<Line>,
    headers: Vec<(String, String)>,
}

/// The connections of a client and of all clients that were made from it.
#[derive(Debug)]
struct Line {
    agent: Agent,
    base: String,
    manners: Manners,
    sent: AtomicU64,
    /// The time of the next request.
    next: Mutex<Instant>,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    /// The body as JSON, or null if it is not valid JSON.
    pub json: Value,
}

impl Answer {
    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the status, and the code of a refusal.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status, self.json["code"].as_str().unwrap_or_default())
    }

    /// Returns the names of the fields with errors.
    pub fn field_errors(&self) -> Vec<&str> {
        self.json["errors"].as_object().map(|errors| errors.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Whether the request was done.
    pub const fn is_done(&self) -> bool {
        self.status < 300
    }
}

impl Client {
    /// Returns a client of the server at an address like `http://127.0.0.1:8080`, without a key.
    pub fn new(base: &str, manners: Manners) -> Self {
        let redirects = if manners.follows_redirects { 10 } else { 0 };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(redirects)
            .proxy(None)
            .timeout_global(Some(LIMIT))
            .build();
        let line = Line {
            agent: Agent::new_with_config(config),
            base: base.trim_end_matches('/').to_owned(),
            manners,
            sent: AtomicU64::new(0),
            next: Mutex::new(Instant::now()),
        };
        Self { line: Arc::new(line), headers: Vec::new() }
    }

    /// Returns the client with another header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the client with a key, in the header of the venue contract.
    #[must_use]
    pub fn bearer(self, key: &str) -> Self {
        self.with("authorization", &format!("Bearer {key}"))
    }

    /// Returns the client with a key, in the header of the travel contract.
    #[must_use]
    pub fn calry(self, key: &str) -> Self {
        self.with("x-calry-api-key", key)
    }

    /// Returns a client that names the tenant of its requests.
    #[must_use]
    pub fn named(self, tenant: &str) -> Self {
        self.with("x-calry-tenant-id", tenant)
    }

    /// The address of the server.
    pub fn base(&self) -> &str {
        &self.line.base
    }

    /// The headers of every request.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The number of requests that were sent by this client and those that share its connections.
    pub fn sent(&self) -> u64 {
        self.line.sent.load(Ordering::Relaxed)
    }

    /// Sends a request with a body of JSON.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let body = body.map(Value::to_string);
        self.send(method, path, body.as_ref().map(|body| ("application/json", body.as_bytes())))
    }

    /// Sends a request whose answer must have the status; returns the `data` of the answer.
    pub fn must(&self, status: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        let answer = self.call(method, path, body)?;
        if answer.status == status {
            return Ok(answer.json["data"].clone());
        }
        Err(Error::unexpected(method, path, status, &answer))
    }

    /// Sends a body of these bytes.
    pub fn send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Result<Answer, Error> {
        loop {
            let answer = self.once(method, path, body)?;
            let wait = answer.header("retry-after").and_then(|after| after.parse::<u64>().ok());
            match wait {
                Some(wait) if self.line.manners.waits && answer.status == 429 && wait <= LONGEST_WAIT => {
                    thread::sleep(Duration::from_secs(wait));
                }
                _ => return Ok(answer),
            }
        }
    }

    fn once(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Result<Answer, Error> {
        let no_answer = |source| Error::no_answer(&self.line.base, method, path, source);
        let response = self.respond(method, path, body).map_err(no_answer)?;
        let (parts, mut body) = response.into_parts();
        let text = body.with_config().limit(LARGEST).read_to_string().map_err(no_answer)?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, text, json };
        (self.line.manners.observe)(method, path, &answer);
        Ok(answer)
    }

    fn respond(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let request = self.begin(method, path);
        match body {
            Some((media_type, body)) => self.line.agent.run(request.header("content-type", media_type).body(body)?),
            None => self.line.agent.run(request.body(())?),
        }
    }

    /// Waits until the next request may be sent, and begins it.
    fn begin(&self, method: &str, path: &str) -> Builder {
        self.line.keep_pace();
        self.line.sent.fetch_add(1, Ordering::Relaxed);
        let request = Request::builder().method(method).uri(format!("{}{path}", self.line.base));
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// Reads a stream for a time; returns the text until then.
    pub fn stream(&self, path: &str, time: Duration) -> Result<String, Error> {
        let no_answer = |source| Error::no_answer(&self.line.base, "GET", path, source);
        let request = self.begin("GET", path).body(()).map_err(|error| no_answer(error.into()))?;
        let request = self.line.agent.configure_request(request).timeout_recv_body(Some(time)).build();
        let response = self.line.agent.run(request).map_err(no_answer)?;
        let mut reader = response.into_body().into_reader();
        let (mut read, mut piece) = (Vec::new(), [0; 4096]);
        // The stream does not end by itself: the time limit is an error.
        while let Ok(size @ 1..) = reader.read(&mut piece) {
            read.extend_from_slice(&piece[..size]);
        }
        Ok(String::from_utf8_lossy(&read).into_owned())
    }
}

impl Line {
    /// Waits until the next request may be sent.
    fn keep_pace(&self) {
        let Some(rate) = self.manners.rate else { return };
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        thread::sleep(next.saturating_duration_since(now));
        *next = (*next).max(now) + Duration::from_secs_f64(1.0 / rate);
    }
}
