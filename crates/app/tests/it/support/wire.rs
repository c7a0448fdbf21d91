//! A connection on which the test controls every byte.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::PATIENCE;

pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) fn open(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).expect("a server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        Self(stream)
    }

    pub(crate) fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).expect("the server reads");
    }

    /// Begins a request to create a tenant.
    pub(crate) fn begin_tenant(&mut self, key: &str, name: &str) -> &'static str {
        self.begin("POST", "/api/v1/tenants", &[("x-calry-api-key", key)], &json!({ "name": name }))
    }

    /// Sends all but the last byte of a request, once an operation reads its body; returns that byte.
    pub(crate) fn begin(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> &'static str {
        const END: &str = "}";
        let body = body.to_string();
        let begun = body.strip_suffix(END).expect("an object");
        let headers: Vec<_> = headers.iter().flat_map(|&(name, value)| [name, ": ", value, "\r\n"]).collect();
        let headers = headers.concat();
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n{headers}\r\n",
            body.len()
        ));
        let told = self.answer();
        assert!(told.starts_with("HTTP/1.1 100 "), "{method} {path}: {told}");
        self.send(begun);
        END
    }

    /// Reads the next response, whose head contains its length.
    pub(crate) fn answer(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut more = |bytes: &mut Vec<u8>, count: usize| {
            let before = bytes.len();
            bytes.resize(before + count, 0);
            self.0.read_exact(&mut bytes[before..]).expect("an answer");
        };
        while !bytes.ends_with(b"\r\n\r\n") {
            more(&mut bytes, 1);
        }
        let head = String::from_utf8_lossy(&bytes).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        more(&mut bytes, length.map_or(0, |length| length.parse().expect("a length")));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns all bytes until the server closes the connection.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).expect("it comes to an end");
        bytes
    }

    /// Returns all text until the server closes the connection.
    pub(crate) fn whole(self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
