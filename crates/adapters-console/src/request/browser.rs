//! Facts about the browser and its address that a request brings.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

fn text(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// Whether a page of the console itself sends the request. A browser says so in a header that no page can set; older ones name
/// the origin, which must be this host. A page of another site can set neither, nor the headers of proxies that name the host.
pub(crate) fn is_same_origin(request: &HttpRequest) -> bool {
    if let Some(site) = text(request, SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let origin = text(request, ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, host)| host.eq_ignore_ascii_case(request.connection_info().host()))
}

/// Whether a link on another site has led here. The browser then leaves out the cookie.
pub(crate) fn comes_from_elsewhere(request: &HttpRequest) -> bool {
    text(request, SEC_FETCH_SITE).is_some_and(|site| ["cross-site", "same-site"].contains(&site))
}

/// Whether the browser runs on the machine of the server, to which it needs no TLS.
pub(crate) fn is_on_loopback(request: &HttpRequest) -> bool {
    let info = request.connection_info();
    let host = info.host();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The address of the client: the last in the header of trusted proxies that is not one of them, or else the peer.
pub(crate) fn client_address(request: &HttpRequest, is_trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let forwarded = request.headers().get_all(FORWARDED_FOR).filter_map(|value| value.to_str().ok());
    let forwarded: Vec<_> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut address = peer;
    for sent in forwarded.into_iter().rev() {
        match sent.parse() {
            Ok(before) if is_trusted(address) => address = before,
            _ => break,
        }
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn forms_of_other_origins_are_recognised() {
        for (headers, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://console.example.com")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://console.example.com")], true),
            (&[("origin", "https://CONSOLE.example.com")], true),
            (&[("origin", "https://console.example.com:8443")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            let request = TestRequest::post().insert_header(("host", "console.example.com"));
            let request = headers.iter().fold(request, |request, header| request.insert_header(*header));
            assert_eq!(is_same_origin(&request.to_http_request()), expected, "{headers:?}");
        }
    }

    #[test]
    fn the_address_of_a_client_is_what_trusted_proxies_say() {
        for (peer, forwarded, expected) in [
            ("192.0.2.1", &[][..], "192.0.2.1"),
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1"),
        ] {
            let peer = std::net::SocketAddr::new(peer.parse().expect("an address"), 80);
            let request = TestRequest::get().peer_addr(peer);
            let request = forwarded.iter().fold(request, |request, sent| request.append_header((FORWARDED_FOR, *sent)));
            let is_trusted = |address: IpAddr| address.to_string().starts_with("10.");
            let found = client_address(&request.to_http_request(), is_trusted);
            assert_eq!(found, expected.parse().ok(), "{forwarded:?}");
        }
    }

    #[test]
    fn only_this_machine_is_on_loopback() {
        for (host, expected) in [
            ("localhost", true),
            ("localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("console.example.com", false),
            ("localhost.example.com:80", false),
            ("192.0.2.1:8080", false),
            ("[2001:db8::1]:80", false),
        ] {
            let request = TestRequest::get().insert_header(("host", host)).to_http_request();
            assert_eq!(is_on_loopback(&request), expected, "{host}");
        }
    }
}
