//! A stream of server-sent events, read as a browser does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::PATIENCE;

/// A stream of events.
pub(crate) struct EventStream {
    /// The status line and the headers of the response.
    pub(crate) head: String,
    reader: BufReader<TcpStream>,
    /// The text that was received and not read yet.
    text: String,
}

/// A block of the stream.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The position up to which the client has everything.
    pub(crate) id: String,
    /// The type of the event; empty for a comment.
    pub(crate) event: String,
    /// The event, or null.
    pub(crate) data: Value,
}

impl EventStream {
    /// Requests the stream at a path of the server, with these headers.
    pub(crate) fn open(base: &str, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://")).expect("a server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let headers: Vec<_> = headers.iter().flat_map(|&(name, value)| [name, ": ", value, "\r\n"]).collect();
        let headers = headers.concat();
        let accepts = "accept: text/event-stream\r\naccept-encoding: gzip\r\n";
        let request = format!("GET {path} HTTP/1.1\r\nhost: test.example\r\n{accepts}{headers}\r\n");
        stream.write_all(request.as_bytes()).expect("the server reads");
        let (mut reader, mut head) = (BufReader::new(stream), String::new());
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).expect("a head"), 0, "{head}");
        }
        Self { head: head.to_lowercase(), reader, text: String::new() }
    }

    /// Returns the next block. `None` is the end of the stream.
    pub(crate) fn block(&mut self) -> Option<Sent> {
        while !self.text.contains("\n\n") {
            let chunk = self.chunk()?;
            self.text.push_str(&chunk);
        }
        let (block, rest) = self.text.split_once("\n\n").map(|(block, rest)| (block.to_owned(), rest.to_owned()))?;
        self.text = rest;
        let mut sent = Sent::default();
        for line in block.lines() {
            match line.split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut sent.id),
                Some(("event", value)) => value.clone_into(&mut sent.event),
                Some(("data", value)) => sent.data = serde_json::from_str(value).expect("JSON"),
                _ => assert!(line.starts_with(':'), "{line}"),
            }
        }
        Some(sent)
    }

    /// Returns the next event, and passes comments over. `None` is the end of the stream.
    pub(crate) fn event(&mut self) -> Option<Sent> {
        loop {
            let sent = self.block()?;
            if !sent.event.is_empty() {
                return Some(sent);
            }
        }
    }

    /// Reads the next chunk of the body.
    fn chunk(&mut self) -> Option<String> {
        let mut size = String::new();
        self.reader.read_line(&mut size).expect("a chunk");
        let size = usize::from_str_radix(size.trim(), 16).ok().filter(|size| *size > 0)?;
        let mut bytes = vec![0; size + 2];
        self.reader.read_exact(&mut bytes).expect("a chunk");
        bytes.truncate(size);
        Some(String::from_utf8(bytes).expect("UTF-8"))
    }
}
