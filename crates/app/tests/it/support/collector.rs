//! A receiver of spans by the OpenTelemetry protocol.

use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::receiver::read_request;
use super::until;

/// A receiver on this machine, and the spans that it has got.
pub(crate) struct Collector {
    pub(crate) url: String,
    got: Arc<Mutex<Vec<(String, ExportTraceServiceRequest)>>>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let got = Arc::<Mutex<Vec<_>>>::default();
        let gathered = got.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let gathered = gathered.clone();
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some((first, headers, body)) = read_request(&mut reader) {
                        let is_right = first.starts_with("POST /v1/traces ")
                            && headers["content-type"] == "application/x-protobuf";
                        let request = ExportTraceServiceRequest::decode(&body[..]).ok().filter(|_| is_right);
                        gathered.lock().expect("no panic").push((first, request.expect("spans")));
                        let answer =
                            "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
                        reader.get_mut().write_all(answer.as_bytes()).expect("a client");
                    }
                });
            }
        });
        Self { url, got }
    }

    /// Returns the names of the services and all spans so far.
    pub(crate) fn so_far(&self) -> (Vec<String>, Vec<Span>) {
        let got = self.got.lock().expect("no panic");
        let resources = || got.iter().flat_map(|(_, request)| &request.resource_spans);
        let attributes = resources().filter_map(|one| one.resource.as_ref()).flat_map(|resource| &resource.attributes);
        let names = attributes.filter(|attribute| attribute.key == "service.name");
        let names = names.filter_map(|attribute| text(attribute.value.as_ref()?.value.as_ref()?)).collect();
        let scopes = resources().flat_map(|one| &one.scope_spans);
        (names, scopes.flat_map(|scope| &scope.spans).cloned().collect())
    }

    /// Waits for a span of which this holds.
    pub(crate) fn span(&self, is_sought: impl Fn(&Span) -> bool) -> Span {
        until(|| {
            let (_, spans) = self.so_far();
            let found = spans.iter().find(|span| is_sought(span)).cloned();
            found.ok_or_else(|| spans.into_iter().map(|span| span.name).collect::<Vec<_>>())
        })
    }
}

/// Returns an attribute of a span, as text.
pub(crate) fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == name)?;
    text(found.value.as_ref()?.value.as_ref()?)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}
