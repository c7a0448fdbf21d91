//! A proxy before some servers that can leak.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write, copy};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// An empty body in chunks.
const EMPTY: &str = "0\r\n\r\n";

/// A leak of the proxy. *Known* ids are those of resources that were created through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leak {
    Nothing,
    /// A known user is 403 to those who may not see it.
    Status,
    /// The answer about a known user has one more header.
    Header,
    /// The answer about a known user has another message.
    Body,
    /// The list of users has the names of all that were created.
    Marker,
    /// The count of users is that of all.
    Count,
    /// The count of listings of a status is that of all that were created.
    FilteredCount,
    /// A revoked or expired key lists users.
    Admitted,
    /// A change of a known location with its tag is 412 to those who may not see it.
    Tag,
    /// A refused change of a known location is made by its owner.
    Changed,
}

/// A running proxy.
pub(super) struct Proxy {
    pub(super) base: String,
    shared: Arc<Shared>,
}

struct Shared {
    servers: Vec<String>,
    next: AtomicUsize,
    leak: Mutex<Leak>,
    seen: Mutex<Seen>,
}

/// The resources that were created.
#[derive(Default)]
struct Seen {
    /// The heads of the requests that created them, by id.
    creators: HashMap<String, String>,
    users: Vec<String>,
    tags: Vec<String>,
}

struct Message {
    head: String,
    body: Vec<u8>,
}

impl Proxy {
    /// Starts a proxy that asks the servers in turn.
    pub(super) fn start(servers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let servers = servers.iter().map(|base| base.trim_start_matches("http://").to_owned()).collect();
        let (leak, seen) = (Mutex::new(Leak::Nothing), Mutex::default());
        let shared = Arc::new(Shared { servers, next: AtomicUsize::new(0), leak, seen });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let serving = Arc::clone(&serving);
                // A client that hangs up ends its thread.
                thread::spawn(move || serving.serve(client));
            }
        });
        Self { base, shared }
    }

    /// Leaks this from now on.
    pub(super) fn leaks(&self, leak: Leak) {
        *locked(&self.shared.leak) = leak;
    }
}

impl Shared {
    /// Serves one request; the connection ends with it.
    fn serve(&self, mut client: TcpStream) -> Option<()> {
        let request = Message::read(&client)?;
        let mut server = self.ask(&request)?;
        let mut answer = Message::read_head(&mut server)?;
        if answer.head.contains("text/event-stream") {
            client.write_all(answer.head.as_bytes()).ok()?;
            return copy(&mut server, &mut client).ok().map(|_| ());
        }
        server.read_to_end(&mut answer.body).ok()?;
        self.remember(&request, &answer);
        let leak = *locked(&self.leak);
        self.spoil(leak, &request, &mut answer);
        client.write_all(&[answer.head.into_bytes(), answer.body].concat()).ok()
    }

    fn ask(&self, request: &Message) -> Option<BufReader<TcpStream>> {
        let next = self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len();
        let mut server = TcpStream::connect(&self.servers[next]).ok()?;
        let head = request.head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        // In one piece: the second of two small ones would wait for the first to be acknowledged.
        server.write_all(&[head.into_bytes(), request.body.clone()].concat()).ok()?;
        Some(BufReader::new(server))
    }

    fn remember(&self, request: &Message, answer: &Message) {
        if request.head.starts_with("POST ") && answer.status() == "201" {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let value =
                |name: &str| body.split_once(&format!("\"{name}\":\"")).and_then(|(_, rest)| rest.split('"').next());
            let mut seen = locked(&self.seen);
            seen.tags.extend(answer.header("etag").map(str::to_owned));
            if let Some(id) = value("id") {
                seen.creators.insert(id.to_owned(), request.head.clone());
            }
            if request.path() == "/api/v1/users" {
                seen.users.extend(value("name").map(str::to_owned));
            }
        }
    }

    fn spoil(&self, leak: Leak, request: &Message, answer: &mut Message) {
        let path = request.path();
        let (area, id) = path.rsplit_once('/').unwrap_or_default();
        let seen = locked(&self.seen);
        let is_known = answer.status() == "404" && seen.creators.contains_key(id);
        let is_user = is_known && area == "/api/v1/users";
        match leak {
            Leak::Status if is_user => answer.replace_in_head("404", "403"),
            Leak::Header if is_user => answer.replace_in_head("\r\n", "\r\nx-cache: hit\r\n"),
            Leak::Body if is_user => answer.replace("\"message\":\"", "\"message\":\"It is not yours. "),
            Leak::Marker if path == "/api/v1/users" => {
                answer.replace("\"data\":[", &format!("\"names\":\"{}\",\"data\":[", seen.users.join(" ")));
            }
            Leak::Count if path == "/api/v1/users/count" => {
                answer.replace("\"count\":", &format!("\"all\":{},\"count\":", seen.users.len()));
            }
            Leak::FilteredCount if request.head.contains("/api/v1/listing/count?status=") => {
                answer.replace("\"count\":", &format!("\"all\":{},\"count\":", seen.creators.len()));
            }
            Leak::Tag if is_known && area == "/api/v1/locations" => {
                let is_true = |tag: &str| seen.tags.iter().any(|known| known == tag);
                if request.header("if-match").is_some_and(is_true) {
                    answer.replace_in_head("404", "412");
                }
            }
            Leak::Admitted if path == "/api/v1/users" => answer.replace_in_head("401 Unauthorized", "200 OK"),
            Leak::Changed if is_known && request.head.starts_with("PATCH /api/v1/locations/") => {
                let creator = &seen.creators[id];
                let keys = creator.lines().filter(|line| line.starts_with("x-calry-"));
                let lines = request.head.lines().filter(|line| !line.starts_with("x-calry-") && !line.is_empty());
                let head = lines.chain(keys).collect::<Vec<_>>().join("\r\n") + "\r\n\r\n";
                let forged = Message { head, body: request.body.clone() };
                self.ask(&forged).and_then(|mut server| server.read_to_end(&mut Vec::new()).ok()).expect("an answer");
            }
            _ => {}
        }
    }
}

impl Message {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut message = Self::read_head(&mut reader)?;
        let length = message.header("content-length").and_then(|length| length.parse().ok());
        // The attack sends no body in chunks but an empty one. Without its end, the server would wait for it.
        let is_chunked = message.header("transfer-encoding").is_some();
        message.body.resize(length.unwrap_or(if is_chunked { EMPTY.len() } else { 0 }), 0);
        reader.read_exact(&mut message.body).ok()?;
        Some(message)
    }

    fn read_head(reader: &mut impl BufRead) -> Option<Self> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        Some(Self { head, body: Vec::new() })
    }

    /// The path of a request, without its query.
    fn path(&self) -> String {
        let target = self.head.split(' ').nth(1).unwrap_or_default();
        target.split('?').next().unwrap_or_default().to_owned()
    }

    /// The value of a header.
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The status of an answer.
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn replace_in_head(&mut self, from: &str, to: &str) {
        self.head = self.head.replacen(from, to, 1);
    }

    /// Replaces a text of the body.
    fn replace(&mut self, from: &str, to: &str) {
        let body = String::from_utf8_lossy(&self.body).replacen(from, to, 1).into_bytes();
        let length = |body: &[u8]| format!("content-length: {}", body.len());
        self.head = self.head.replacen(&length(&self.body), &length(&body), 1);
        self.body = body;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic")
}
