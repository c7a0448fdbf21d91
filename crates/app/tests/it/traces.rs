//! Traces: `traceparent` from the request to the log and to webhooks, and the export of spans.

use std::process::Command;

use data_encoding::HEXLOWER;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Collector, Delivery, Engine, Receiver, Server, World, attribute, data};
use crate::webhooks::{WEBHOOKS, channel, create, path};

on_both_engines! {
    the_trace_of_a_request_is_logged_and_continued_by_webhooks
    spans_are_exported_and_webhooks_continue_them
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Creates a location by a request with these headers; returns the delivery of its event.
fn delivered(client: &Client, receiver: &Receiver, headers: &[(&str, &str)]) -> Delivery {
    let client = headers.iter().fold(client.clone(), |client, (name, value)| client.with(name, value));
    data(201, &client.post("/api/v1/locations", &json!({ "name": "Airport" })));
    receiver.next()
}

fn header<'d>(delivery: &'d Delivery, name: &str) -> Option<&'d str> {
    delivery.headers.get(name).map(String::as_str)
}

fn the_trace_of_a_request_is_logged_and_continued_by_webhooks(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let webhook = create(&client, &json!({ "url": receiver.url, "types": ["location.created"] }));
    let traced =
        delivered(&client, &receiver, &[("traceparent", PARENT), ("tracestate", "a=1"), ("tracestate", "b=2")]);
    assert_eq!((header(&traced, "traceparent"), header(&traced, "tracestate")), (Some(PARENT), Some("a=1,b=2")));
    for headers in [&[][..], &[("traceparent", "00-broken"), ("tracestate", "a=1"), ("x-request-id", "broken")]] {
        let untraced = delivered(&client, &receiver, headers);
        assert_eq!((header(&untraced, "traceparent"), header(&untraced, "tracestate")), (None, None), "{headers:?}");
    }
    let tested = client.clone().with("traceparent", PARENT).put(&format!("{}/disable", path(&webhook)), &json!({}));
    assert_eq!(tested.status, 200);
    data(200, &client.with("traceparent", PARENT).post(&format!("{}/test", path(&webhook)), &json!({})));
    assert_eq!(header(&receiver.next(), "traceparent"), Some(PARENT));

    let log = world.server.log_with(&format!("{WEBHOOKS}/{}/test", webhook["id"].as_str().expect("an id")));
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let traced: Vec<_> = lines.iter().filter(|line| line["trace_id"] == TRACE).map(|line| &line["path"]).collect();
    assert_eq!(traced.len(), 3, "{log}");
    assert_eq!(traced[0], "/api/v1/locations");
    let broken = lines.iter().find(|line| line["request_id"] == "broken").expect("a request");
    assert_eq!((&broken["status"], broken.get("trace_id")), (&json!(201), None));
}

fn spans_are_exported_and_webhooks_continue_them(world: &World) {
    let (collector, tenant) = (Collector::start(), world.tenant_id("Channel A"));
    let exporting = Server::start_within(
        world.server.engine.clone(),
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url), ("OTEL_BSP_SCHEDULE_DELAY", "50")],
    );
    world.server.end_at_once();
    let client = Client::new(&exporting.base).calry(&world.key).named(&tenant);
    let receiver = Receiver::start();
    create(&client, &json!({ "url": receiver.url, "types": ["location.created"] }));
    let delivery = delivered(&client, &receiver, &[("traceparent", PARENT), ("tracestate", "a=1")]);

    let request = collector.span(|span| attribute(span, "http.route").as_deref() == Some("/api/v1/locations"));
    assert_eq!((hex(&request.trace_id).as_str(), hex(&request.parent_span_id).as_str()), (TRACE, "00f067aa0ba902b7"));
    assert_eq!(request.name, "POST /api/v1/locations");
    assert_eq!(attribute(&request, "http.response.status_code").as_deref(), Some("201"));
    let text = |span: &Span| attribute(span, "db.query.text").unwrap_or_default();
    let statement = collector.span(|span| text(span).contains("INSERT INTO locations ("));
    assert_eq!((&statement.trace_id, &statement.parent_span_id), (&request.trace_id, &request.span_id));
    assert!(!text(&statement).contains("Airport"), "no values: {statement:?}");
    let sent = collector.span(|span| span.name == "deliver" && span.trace_id == request.trace_id);
    assert_eq!(sent.parent_span_id, request.span_id);
    let continued = format!("00-{TRACE}-{}-01", hex(&sent.span_id));
    assert_eq!((header(&delivery, "traceparent"), header(&delivery, "tracestate")), (Some(&*continued), Some("a=1")));

    // Without a parent it is a new trace, which is in the log. One that the caller does not record is not exported.
    let begun = delivered(&client, &receiver, &[]);
    let begun = header(&begun, "traceparent").expect("a trace").split('-').nth(1).expect("a trace id").to_owned();
    exporting.log_with(&format!("\"trace_id\":\"{begun}\""));
    let unsampled = PARENT.replace("-01", "-00").replace("4bf9", "0000");
    let unsampled = delivered(&client, &receiver, &[("traceparent", &unsampled)]);
    assert!(header(&unsampled, "traceparent").is_some_and(|parent| parent.ends_with("-00")), "{unsampled:?}");
    collector.span(|span| span.name == "deliver" && hex(&span.trace_id) == begun);
    let (services, spans) = collector.so_far();
    assert!(services.iter().all(|name| name == "tenantry"), "{services:?}");
    let traces: Vec<_> = spans.iter().map(|span| hex(&span.trace_id)).collect();
    assert!(!traces.iter().any(|trace| trace.starts_with("0000")), "{traces:?}");
    let alone = spans.iter().find(|span| span.name == "statement" && span.parent_span_id.is_empty());
    assert_eq!(alone, None, "statements of background work belong to no trace");
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

#[test]
fn a_receiver_that_is_away_is_told_of_and_another_protocol_is_refused() {
    let engine = Engine::sqlite();
    let mut away = Server::start_within(
        engine.clone(),
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), ("OTEL_BSP_SCHEDULE_DELAY", "50")],
    );
    assert_eq!(Client::new(&away.base).get("/healthz").status, 200);
    away.log_with("Export.Failed");
    assert!(away.terminate().success());

    let mut serve = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    serve.env_clear().args(["serve", "--listen", "127.0.0.1:0", "--database", &engine.url()]);
    serve.envs([("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    let refused = serve.output().expect("the binary runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("grpc is not supported"), "{said}");
}
