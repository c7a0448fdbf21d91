//! IP addresses and networks.

use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

/// An IP address, or all addresses with the same first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// An invalid network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an address like 10.0.0.7, or a network like 10.0.0.0/8 or fd00::/8")]
pub struct InvalidNetworkError;

impl Network {
    /// The loopback networks.
    pub const LOOPBACK: [Self; 2] = [
        Self { address: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), bits: 8 },
        Self { address: IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), bits: 128 },
    ];

    /// Whether the network contains the address. An IPv4-mapped IPv6 address counts as the IPv4 address.
    pub fn contains(self, address: IpAddr) -> bool {
        let differing = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= self.bits.into()
    }
}

impl TryFrom<String> for Network {
    type Error = InvalidNetworkError;

    fn try_from(text: String) -> Result<Self, InvalidNetworkError> {
        text.parse()
    }
}

impl FromStr for Network {
    type Err = InvalidNetworkError;

    fn from_str(text: &str) -> Result<Self, InvalidNetworkError> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| InvalidNetworkError)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| InvalidNetworkError)?;
        let is_one = bits <= most && address == address.to_canonical();
        is_one.then_some(Self { address, bits }).ok_or(InvalidNetworkError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_with_its_first_bits() {
        for (network, address, is_in) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "::1", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("::/0", "fd00::1", true),
        ] {
            let network: Network = network.parse().expect("a network");
            assert_eq!(network.contains(address.parse().expect("an address")), is_in, "{network:?} {address}");
        }
        let loopback =
            |address: &str| Network::LOOPBACK.iter().any(|n| n.contains(address.parse().expect("an address")));
        assert!(["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"].into_iter().all(loopback));
        assert!(!["128.0.0.1", "::2", "10.0.0.1"].into_iter().any(loopback));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "a", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "10.0.0.1:80", "::ffff:10.0.0.1"]
        {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetworkError), "{text}");
        }
    }
}
