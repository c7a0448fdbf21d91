//! Finds the address by which a client has reached the service.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use actix_web::http::header::{FORWARDED, HOST, HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use application::Code;

use url::Host;

use crate::response::address::Address;
use crate::response::problem::ApiError;
use crate::server::connection::Turns;
use crate::state::Api;
use crate::state::networks::Network;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const SCHEMES: [&str; 2] = ["http", "https"];
/// The maximum length of a host: a DNS name, a colon and a port.
const MOST: usize = 253 + 1 + 5;

/// Refuses a request without a valid host.
pub(crate) async fn address<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let trusted = &request.app_data::<web::Data<Api>>().expect("`configure` adds it").server_limits.trusted_proxies;
    let is_trusted = |peer: SocketAddr| trusted.iter().any(|network: &Network| network.contains(peer.ip()));
    let from_proxy = request.peer_addr().is_some_and(is_trusted);
    let local = request.request().conn_data::<Rc<Turns>>().and_then(|turns| turns.local());
    let address = Address::of(request.head(), from_proxy, local).ok_or_else(malformed_host)?;
    request.extensions_mut().insert(address);
    next.call(request).await
}

fn malformed_host() -> ApiError {
    let message =
        "The request must name one host, by its Host header or its target: a name or address, with or without a port.";
    ApiError::new(Code::MalformedHost, message)
}

impl Address {
    /// Returns the address from the headers of a proxy, or else from the target, or else from `Host`. Returns `None` if
    /// the target or `Host` is malformed.
    pub(crate) fn of(head: &RequestHead, from_proxy: bool, local: Option<SocketAddr>) -> Option<Self> {
        let named = host(head)?;
        let (mut scheme, mut host) = match (head.uri.scheme_str(), head.uri.authority()) {
            (scheme, Some(authority)) => (known(scheme.unwrap_or("http"))?, valid(authority.as_str())?),
            (_, None) => ("http", named),
        };
        if from_proxy {
            scheme = forwarded(&head.headers, "proto", &FORWARDED_PROTO, known).unwrap_or(scheme);
            host = forwarded(&head.headers, "host", &FORWARDED_HOST, valid).unwrap_or(host);
        }
        let host = if host.is_empty() { local?.to_string() } else { host.to_owned() };
        Some(Self { scheme, host })
    }
}

/// Returns the host of the `Host` header, which is empty if HTTP before 1.1 omits the header.
fn host(head: &RequestHead) -> Option<&str> {
    let mut hosts = head.headers.get_all(HOST);
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version < Version::HTTP_11 => Some(""),
        (Some(host), None) => valid(host.to_str().ok()?),
        _ => None,
    }
}

/// Returns the first value that a proxy sent, if it is valid: in the standard header or, without that, in the older
/// one.
fn forwarded<'a, T>(
    headers: &'a HeaderMap,
    parameter: &str,
    older: &HeaderName,
    read: impl Fn(&'a str) -> Option<T>,
) -> Option<T> {
    let texts = |name| headers.get_all(name).filter_map(|value| value.to_str().ok());
    let mut pairs = texts(&FORWARDED).flat_map(|text| text.split([',', ';'])).filter_map(|pair| pair.split_once('='));
    let standard = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(parameter));
    let standard = standard.and_then(|(_, value)| read(unquoted(value.trim())?));
    standard.or_else(|| read(texts(older).next()?.split(',').next()?.trim()))
}

/// Returns the content of a quoted text, or a text without quotes as it is. Returns `None` if the quote does not end.
fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('"').map_or(Some(text), |rest| rest.strip_suffix('"'))
}

fn known(scheme: &str) -> Option<&'static str> {
    SCHEMES.into_iter().find(|known| known.eq_ignore_ascii_case(scheme))
}

/// Returns the text if it is a name or an address, with or without a port. Such a text stays a host when it is put into
/// a URL.
fn valid(text: &str) -> Option<&str> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port =
        |port: &str| port.bytes().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_name_or_address(host),
    };
    (text.len() <= MOST && is_host && port.is_none_or(is_port)).then_some(text)
}

/// Whether a text is a name or an IPv4 address, in the form in which clients write it in URLs.
fn is_name_or_address(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'~'))
    };
    let is_name = || text.strip_suffix('.').unwrap_or(text).split('.').all(is_label);
    // In a URL, a name that ends in a number would be an address.
    text.parse::<Ipv4Addr>().is_ok() || is_name() && matches!(Host::parse(text), Ok(Host::Domain(_)))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for host in [
            "a",
            "api.example.com",
            "api.example.com:8443",
            "xn--bcher-kva.example",
            "my_host",
            "a.",
            "A-1.example",
            "127.0.0.1:80",
            "[::1]",
            "[::1]:8080",
        ] {
            assert_eq!(valid(host), Some(host));
        }
        let long = "a".repeat(MOST + 1);
        for text in [
            "",
            "a/b?c",
            "user:pw@a",
            "user@a",
            "a b",
            "a:",
            "a:x",
            "a:65536",
            "a:0",
            "a..b",
            ".a",
            ".",
            "a..",
            "-a",
            "a-.b",
            "256.1.1.1",
            "1.2.3.4.5",
            "1.2.3",
            "127.0.0.01",
            "127.0.0.1.",
            "0x7f.1",
            "a.1",
            "xn--a.b",
            "a:+1",
            "[::1",
            "::1",
            "[a]",
            "a#",
            "a%2f",
            "bücher",
            ":80",
            "a\\b",
            "<a>",
            "a,b",
            "[::1]x",
            &long,
        ] {
            assert_eq!(valid(text), None, "{text}");
        }
    }

    fn of(request: TestRequest, from_proxy: bool) -> Option<String> {
        let request = request.to_http_request();
        Address::of(request.head(), from_proxy, None).map(|Address { scheme, host }| format!("{scheme}://{host}"))
    }

    #[test]
    fn headers_of_others_count_only_from_a_proxy() {
        for (headers, expected) in [
            (&[][..], "http://a"),
            (&[("x-forwarded-proto", "https"), ("x-forwarded-host", "b:8443")], "https://b:8443"),
            (&[("x-forwarded-proto", "HTTPS, http"), ("x-forwarded-host", "b, c")], "https://b"),
            (&[("forwarded", "for=x;host=\"b:1\";proto=https, host=c")], "https://b:1"),
            (&[("forwarded", "for=x"), ("forwarded", "Proto=https"), ("x-forwarded-host", "b")], "https://b"),
            (&[("forwarded", "host=b"), ("x-forwarded-host", "c")], "http://b"),
            (&[("forwarded", "host=\"b")], "http://a"),
            (&[("forwarded", "host=b\"")], "http://a"),
            (&[("forwarded", "host=\"")], "http://a"),
            (&[("x-forwarded-proto", "javascript")], "http://a"),
            (&[("forwarded", "proto=javascript;host=x/y"), ("x-forwarded-proto", "https")], "https://a"),
            (&[("x-forwarded-host", "user@b")], "http://a"),
        ] {
            let request = || {
                let request = TestRequest::with_uri("/").insert_header(("host", "a"));
                headers.iter().fold(request, |request, header| request.append_header(*header))
            };
            assert_eq!(of(request(), true).as_deref(), Some(expected), "{headers:?}");
            assert_eq!(of(request(), false).as_deref(), Some("http://a"), "{headers:?}");
        }
    }

    #[test]
    fn the_target_counts_before_the_header_and_both_must_be_good() {
        for (target, hosts, expected) in [
            ("/x", &["a"][..], Some("http://a")),
            ("http://b/x", &["a"], Some("http://b")),
            ("HTTPS://b:1/x", &["a"], Some("https://b:1")),
            ("http://user:pw@b/x", &["a"], None),
            ("ftp://b/x", &["a"], None),
            ("http://b/x", &["a/b"], None),
            ("http://b/x", &[], None),
            ("/x", &[], None),
            ("/x", &[""], None),
            ("/x", &["a", "a"], None),
            ("/x", &["a/b?c"], None),
            ("/x", &["user:pw@a"], None),
        ] {
            let request = TestRequest::with_uri(target);
            let request = hosts.iter().fold(request, |request, host| request.append_header(("host", *host)));
            assert_eq!(of(request, false).as_deref(), expected, "{target} {hosts:?}");
        }
    }

    #[test]
    fn before_http_1_1_a_request_may_name_no_host() {
        let request = TestRequest::with_uri("/x").version(Version::HTTP_10).to_http_request();
        let local = "127.0.0.1:8080".parse().ok();
        let address = Address::of(request.head(), false, local).expect("an address");
        assert_eq!((address.scheme, address.host.as_str()), ("http", "127.0.0.1:8080"));
    }
}
