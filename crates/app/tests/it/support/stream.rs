//! A stream of server-sent events, read as a browser does.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
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
        Self::try_open(base, path, headers).expect("an answer")
    }

    /// Requests the stream of a server that may be gone.
    pub(crate) fn try_open(base: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<Self> {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let headers: Vec<_> = headers.iter().flat_map(|&(name, value)| [name, ": ", value, "\r\n"]).collect();
        let headers = headers.concat();
        let accepts = "accept: text/event-stream\r\naccept-encoding: gzip\r\n";
        let request = format!("GET {path} HTTP/1.1\r\nhost: test.example\r\n{accepts}{headers}\r\n");
        stream.write_all(request.as_bytes())?;
        let (mut reader, mut head) = (BufReader::new(stream), String::new());
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Self { head: head.to_lowercase(), reader, text: String::new() })
    }

    /// Returns the next whole block. `None` is the end of the stream.
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

    /// Reads the next chunk of the body. `None` is its end, or that of the server.
    fn chunk(&mut self) -> Option<String> {
        let mut size = String::new();
        received(self.reader.read_line(&mut size))?;
        let size = usize::from_str_radix(size.trim(), 16).ok().filter(|size| *size > 0)?;
        let mut bytes = vec![0; size + 2];
        received(self.reader.read_exact(&mut bytes))?;
        bytes.truncate(size);
        Some(String::from_utf8(bytes).expect("UTF-8"))
    }
}

/// Returns what was read, or `None` if the server is gone.
fn received<T>(read: io::Result<T>) -> Option<T> {
    read.inspect_err(|error| {
        assert!(![ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()), "the stream is silent");
    })
    .ok()
}
