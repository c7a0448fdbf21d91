//! A connection on which every byte is the test's own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) fn open(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).expect("a server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        Self(stream)
    }

    pub(crate) fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).expect("somebody reads");
    }

    /// Begins to create a tenant of that name: all of the request but the last byte of its body, which is returned.
    pub(crate) fn begin_tenant(&mut self, key: &str, name: &str) -> &'static str {
        let body = format!(r#"{{"name":"{name}"}}"#);
        let (body, end) = (body.trim_end_matches('}'), "}");
        let length = body.len() + end.len();
        self.send(&format!(
            "POST /api/v1/tenants HTTP/1.1\r\nhost: test\r\nx-calry-api-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ));
        end
    }

    /// All that comes until the server closes the connection.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).expect("it comes to an end");
        bytes
    }

    /// The same as a text.
    pub(crate) fn whole(self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
