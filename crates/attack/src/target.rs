//! The address of an instance.

use std::net::{IpAddr, ToSocketAddrs};

use ureq::http::Uri;

use crate::error::Error;

/// Whether all addresses of a URL's host are those of this machine.
pub(crate) fn is_local(url: &str) -> Result<bool, Error> {
    let misuse = |what: &str| Error::Misuse(format!("{url}: {what}"));
    let uri: Uri = url.parse().map_err(|_| misuse("is not a URL"))?;
    let port = match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return Err(misuse("must begin with http:// or https://")),
    };
    let host = uri.host().ok_or_else(|| misuse("has no host"))?.trim_start_matches('[').trim_end_matches(']');
    let addresses = (host, uri.port_u16().unwrap_or(port)).to_socket_addrs();
    let addresses: Vec<_> = addresses.map_err(|error| misuse(&error.to_string()))?.collect();
    Ok(!addresses.is_empty() && addresses.iter().all(|address| is_loopback(address.ip())))
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_local() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.9.9.9", true),
            ("https://[::1]", true),
            ("http://[::ffff:127.0.0.1]:1", true),
            ("http://192.0.2.1", false),
            ("http://0.0.0.0:8080", false),
            ("https://[2001:db8::1]/api", false),
        ] {
            assert_eq!(is_local(url).expect("an address"), expected, "{url}");
        }
    }

    #[test]
    fn an_address_without_a_scheme_is_a_misuse() {
        for url in ["127.0.0.1:8080", "ftp://127.0.0.1", "http:///", ""] {
            assert!(matches!(is_local(url), Err(Error::Misuse(_))), "{url}");
        }
    }
}
