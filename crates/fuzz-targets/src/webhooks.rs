//! The addresses of webhooks, and the rules for private networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::webhooks::{Reach, WebhookUrl, is_public};
use http::Uri;
use url::{Host, Url};

use crate::read_back;

/// Reads the bytes as the address of a receiver, and as addresses of both kinds.
pub(crate) fn webhooks(data: &[u8]) {
    if let Some(url) = str::from_utf8(data).ok().and_then(read_back::<WebhookUrl>) {
        receiver(&url);
    }
    if let Some((bytes, _)) = data.split_first_chunk::<4>() {
        let address = Ipv4Addr::from(*bytes);
        assert!(!is_public(address.to_ipv6_mapped().into()) && !is_public(address.to_ipv6_compatible().into()));
        assert!(!is_public(address.into()) || !is_special(address.into()), "{address}");
    }
    if let Some((bytes, _)) = data.split_first_chunk::<16>() {
        let address = Ipv6Addr::from(*bytes);
        assert!(!is_public(address.into()) || !is_special(address.into()), "{address}");
    }
}

/// The service connects to the very host that it has checked.
fn receiver(url: &WebhookUrl) {
    let parsed = Url::parse(url.as_str()).expect("a URL");
    let sent: Uri = url.as_str().parse().unwrap_or_else(|error| panic!("{url}: {error}"));
    assert_eq!((sent.scheme_str(), sent.host()), (Some(parsed.scheme()), parsed.host_str()), "{url}");
    assert_eq!((sent.port_u16(), sent.path()), (parsed.port(), parsed.path()), "{url}");
    assert!(parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none(), "{url}");
    assert!(url.as_str().starts_with(&url.origin()), "{url}");
    assert_eq!(url.expect_within(Reach::Private), Ok(()));
    if let Err(error) = url.expect_within(Reach::Public) {
        return assert!(error.to_string().ends_with('.'), "{error}");
    }
    let port = parsed.port_or_known_default().expect("a port");
    assert!(parsed.scheme() == "https" && (port == 443 || port > 1023), "{url}");
    let name = match parsed.host().expect("a host") {
        Host::Ipv4(address) => return assert!(!is_special(address.into()), "{url}"),
        Host::Ipv6(address) => return assert!(!is_special(address.into()), "{url}"),
        Host::Domain(name) => name.trim_end_matches('.'),
    };
    assert_ne!(name.rsplit('.').next(), Some("localhost"), "{url}");
    assert!(name.parse::<IpAddr>().is_err(), "{url}");
}

/// Whether the standard library knows that an address is not public.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_unspecified()
                || address.is_multicast()
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_multicast()
                || address.to_ipv4().is_some()
        }
    }
}
