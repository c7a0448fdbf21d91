//! Behaviour common to all requests: compression, CORS, timeouts and security headers.

use crate::on_both_engines;
use crate::support::{Client, Server, Wire, World};

on_both_engines! {
    large_answers_are_compressed_for_those_who_take_it
    only_the_pages_of_allowed_origins_may_call
    a_body_that_does_not_arrive_in_time_is_refused_like_any_other
    browsers_are_told_what_the_page_may_do
    links_are_made_of_the_host_that_counts
    json_is_read_however_its_type_is_written
}

const TENANTS: &str = "/api/v1/tenants";
const ORIGIN: &str = "https://app.example.com";

/// Returns the status of a GET of the tenants with these lines in its head, and the first link of the response.
fn listed(world: &World, base: &str, target: &str, lines: &str) -> (String, String) {
    let mut wire = Wire::open(base);
    wire.send(&format!("GET {target} HTTP/1.1\r\nx-calry-api-key: {}\r\n{lines}\r\n", world.key));
    let answer = wire.answer();
    let link = answer.split_once(r#""first":""#).and_then(|(_, rest)| rest.split_once(TENANTS));
    (answer[..12].to_owned(), link.map(|(link, _)| link.to_owned()).unwrap_or_default())
}

fn links_are_made_of_the_host_that_counts(world: &World) {
    let forwarded = "host: a:81\r\nx-forwarded-proto: https\r\nx-forwarded-host: b:8443\r\n";
    let absolute = format!("http://c:82{TENANTS}");
    let trusting = &*world.server.base;
    let server = beside(world, &["--trusted-proxies", "10.0.0.0/8"]);
    for (base, target, lines, status, link) in [
        (trusting, TENANTS, "host: a:81\r\n", "200", "http://a:81"),
        (trusting, TENANTS, forwarded, "200", "https://b:8443"),
        (&*server.base, TENANTS, forwarded, "200", "http://a:81"),
        (trusting, TENANTS, "host: a\r\nx-forwarded-proto: javascript\r\n", "200", "http://a"),
        (trusting, &*absolute, "host: a\r\n", "200", "http://c:82"),
        (trusting, TENANTS, "host: a/b?c\r\n", "400", ""),
        (trusting, TENANTS, "host: user:pw@a\r\n", "400", ""),
        (trusting, TENANTS, "host: a\r\nhost: b\r\n", "400", ""),
        (trusting, TENANTS, "", "400", ""),
    ] {
        let found = listed(world, base, target, lines);
        assert_eq!(found, (format!("HTTP/1.1 {status}"), link.to_owned()), "{target} {lines}");
    }
}

fn json_is_read_however_its_type_is_written(world: &World) {
    for media_type in ["application/json ; charset=utf-8", "application/json; charset=\"UTF-8\"", "APPLICATION/JSON"] {
        let made = world.calry().send("POST", TENANTS, media_type, r#"{"name":"Channel A"}"#);
        assert_eq!(made.status, 200, "{media_type}: {}", made.text);
    }
    for media_type in ["text/plain", "application/json; charset=latin1", "application/jsonx"] {
        let refused = world.calry().send("POST", TENANTS, media_type, r#"{"name":"Channel A"}"#);
        assert_eq!(refused.refusal(), (415, "unsupported_media_type"), "{media_type}");
    }
}

/// Starts another server on the same database, with these settings.
pub(crate) fn beside(world: &World, arguments: &[&str]) -> Server {
    Server::start_with(world.server.engine.clone(), arguments)
}

fn large_answers_are_compressed_for_those_who_take_it(world: &World) {
    let ask = |path: &str, headers: &str| {
        let mut wire = Wire::open(&world.server.base);
        wire.send(&format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n"));
        let answer = wire.bytes();
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
        (String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase(), answer.len() - head)
    };
    let (head, plain) = ask("/openapi.json", "");
    assert!(head.contains("\r\nvary: accept-encoding") && !head.contains("content-encoding"), "{head}");
    let (head, compressed) = ask("/openapi.json", "accept-encoding: gzip, br\r\n");
    assert!(head.contains("\r\nvary: accept-encoding") && head.contains("\r\ncontent-encoding: gzip"), "{head}");
    assert!(compressed < plain / 4, "{compressed} of {plain}");

    let credentials = format!("x-calry-api-key: {}\r\naccept-encoding: gzip\r\n", world.key);
    let (head, _) = ask("/api/v1/tenants/current", &credentials);
    assert!(!head.contains("content-encoding"), "a small answer is not compressed: {head}");
    for number in 0..8 {
        world.tenant(&format!("Channel {number}"));
    }
    let (head, _) = ask(TENANTS, &credentials);
    assert!(head.contains("\r\ncontent-encoding: gzip"), "{head}");
    assert!(
        head.contains("\r\nvary: authorization, x-calry-api-key, x-calry-tenant-id, x-tenant-id, accept-encoding"),
        "{head}"
    );
}

fn only_the_pages_of_allowed_origins_may_call(world: &World) {
    let preflight = |base: &str, origin: &str, header: &str| {
        let client = Client::new(base).with("origin", origin).with("access-control-request-method", "PATCH");
        client.with("access-control-request-headers", header).call("OPTIONS", "/api/v1/tenants/x", None)
    };
    let refused = preflight(&world.server.base, ORIGIN, "authorization");
    assert_eq!(refused.refusal(), (405, "method_not_allowed"), "no origin is allowed by default");

    let server = beside(world, &["--cors-origins", &format!("http://localhost:3000,{ORIGIN}")]);
    for header in [
        "authorization",
        "x-calry-api-key",
        "x-calry-tenant-id,x-tenant-id",
        "content-type,if-match,idempotency-key",
        "traceparent,tracestate",
    ] {
        let allowed = preflight(&server.base, ORIGIN, header);
        assert_eq!(allowed.status, 200, "{header}: {}", allowed.text);
        assert_eq!(allowed.header("access-control-allow-origin"), Some(ORIGIN));
        assert!(allowed.header("access-control-allow-methods").is_some_and(|methods| methods.contains("PATCH")));
        let headers = allowed.header("access-control-allow-headers").unwrap_or_default().to_ascii_lowercase();
        assert!(header.split(',').all(|header| headers.contains(header)), "{headers}");
    }
    for (origin, header) in [("https://evil.example", "authorization"), (ORIGIN, "x-other")] {
        let refused = preflight(&server.base, origin, header);
        assert_eq!(refused.refusal(), (400, "cross_origin_refused"), "{origin} {header}");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }

    let page = |origin: &str| Client::new(&server.base).with("origin", origin);
    for (answer, status) in [(page(ORIGIN).calry(&world.key).get(TENANTS), 200), (page(ORIGIN).get(TENANTS), 401)] {
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some(ORIGIN)));
        let seen = answer.header("access-control-expose-headers").unwrap_or_default().to_ascii_lowercase();
        for name in ["etag", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id", "x-tenant-id"] {
            assert!(seen.split(", ").any(|seen| seen == name), "{name} is not in {seen}");
        }
        let vary = answer.header("vary").unwrap_or_default().to_ascii_lowercase();
        assert!(vary.contains("origin") && vary.contains("x-calry-api-key"), "{vary}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "the service uses no cookies");
    }
    let other = page("https://evil.example").calry(&world.key).get(TENANTS);
    assert_eq!(
        (other.status, other.header("access-control-allow-origin")),
        (200, None),
        "the browser does not show it the answer"
    );
}

fn a_body_that_does_not_arrive_in_time_is_refused_like_any_other(world: &World) {
    let server = beside(world, &["--request-timeout", "0.2", "--cors-origins", ORIGIN]);
    let mut wire = Wire::open(&server.base);
    wire.send(&format!(
        "POST {TENANTS} HTTP/1.1\r\nhost: test\r\norigin: {ORIGIN}\r\nx-request-id: slow\r\nx-calry-api-key: {}\r\n\
         content-type: application/json\r\ncontent-length: 20\r\n\r\n{{",
        world.key
    ));
    let answer = wire.whole();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    for part in [
        "connection: close",
        "cache-control: private, no-cache",
        "vary: ",
        "x-request-id: slow",
        "x-content-type-options: nosniff",
        "content-type: application/problem+json",
        "access-control-allow-origin: https://app.example.com",
        r#""instance":"/api/v1/tenants","code":"request_timeout","message":"The request body did not arrive in time.""#,
    ] {
        assert!(answer.contains(part), "{part} is not in {answer}");
    }
    let log = server.log_with("\"status\":408");
    assert!(log.contains("\"request_id\":\"slow\"") && !log.contains("ERROR"), "{log}");
}

fn browsers_are_told_what_the_page_may_do(world: &World) {
    for path in ["/docs/", "/docs/swagger-ui.css", "/docs/nothing"] {
        let answer = world.client().get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        for part in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {part} is not in {policy}");
        }
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    let page = world.client().get("/docs/").text;
    assert!(!page.contains("<script>") && !page.contains("onload="), "the policy would block inline scripts");
    assert_eq!(world.client().get("/docs/nothing").refusal(), (404, "route_not_found"));
    for answer in [world.calry().get(TENANTS), world.client().get(TENANTS), world.client().get("/metrics")] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-security-policy"), None);
    }
}
