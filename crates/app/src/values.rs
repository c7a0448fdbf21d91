//! Values of settings, whose errors say what is expected on the command line and in the file alike.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// A number of seconds, which may have a fraction: from a millisecond to an hour.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Seconds(pub(crate) Duration);

/// An invalid duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number of seconds from 0.001 to 3600")]
pub(crate) struct InvalidSecondsError;

impl TryFrom<f64> for Seconds {
    type Error = InvalidSecondsError;

    fn try_from(seconds: f64) -> Result<Self, InvalidSecondsError> {
        if (0.001..=3600.0).contains(&seconds) {
            Ok(Self(Duration::from_secs_f64(seconds)))
        } else {
            Err(InvalidSecondsError)
        }
    }
}

impl FromStr for Seconds {
    type Err = InvalidSecondsError;

    fn from_str(text: &str) -> Result<Self, InvalidSecondsError> {
        text.parse::<f64>().map_err(|_| InvalidSecondsError)?.try_into()
    }
}

/// The pattern of the addresses of map tiles.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct MapTiles {
    pub(crate) pattern: String,
    /// The origin, which pages may load pictures from.
    pub(crate) origin: String,
}

/// An invalid pattern of addresses of map tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an http or https URL with {{z}}, {{x}} and {{y}}")]
pub(crate) struct InvalidMapTilesError;

impl TryFrom<String> for MapTiles {
    type Error = InvalidMapTilesError;

    fn try_from(text: String) -> Result<Self, InvalidMapTilesError> {
        text.parse()
    }
}

impl FromStr for MapTiles {
    type Err = InvalidMapTilesError;

    fn from_str(pattern: &str) -> Result<Self, InvalidMapTilesError> {
        let (scheme, rest) = pattern.split_once("://").ok_or(InvalidMapTilesError)?;
        let (host, path) = rest.split_once('/').ok_or(InvalidMapTilesError)?;
        // The host becomes part of a content security policy.
        let is_host = !host.is_empty() && host.bytes().all(|c| c.is_ascii_alphanumeric() || b"-.:[]".contains(&c));
        let is_path =
            path.bytes().all(|c| c.is_ascii_graphic()) && ["{z}", "{x}", "{y}"].iter().all(|part| path.contains(part));
        if !["http", "https"].contains(&scheme) || !is_host || !is_path {
            return Err(InvalidMapTilesError);
        }
        Ok(Self { pattern: pattern.to_owned(), origin: format!("{scheme}://{host}") })
    }
}

/// A whole number from 1 to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Number<const MOST: u16>(pub(crate) NonZeroU16);

/// An invalid number, with the maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a whole number from 1 to {0}")]
pub(crate) struct InvalidNumberError(u16);

impl<const MOST: u16> TryFrom<i64> for Number<MOST> {
    type Error = InvalidNumberError;

    fn try_from(number: i64) -> Result<Self, InvalidNumberError> {
        let number = u16::try_from(number).ok().filter(|number| *number <= MOST).and_then(NonZeroU16::new);
        number.map(Self).ok_or(InvalidNumberError(MOST))
    }
}

impl<const MOST: u16> FromStr for Number<MOST> {
    type Err = InvalidNumberError;

    fn from_str(text: &str) -> Result<Self, InvalidNumberError> {
        text.parse::<i64>().map_err(|_| InvalidNumberError(MOST))?.try_into()
    }
}

/// The address that the server listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ListenAddress(pub(crate) SocketAddr);

/// An invalid address to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an IP address with a port, like 127.0.0.1:8080, or 0.0.0.0:8080 for all addresses of this machine")]
pub(crate) struct InvalidListenAddressError;

impl FromStr for ListenAddress {
    type Err = InvalidListenAddressError;

    fn from_str(text: &str) -> Result<Self, InvalidListenAddressError> {
        text.parse().map(Self).map_err(|_| InvalidListenAddressError)
    }
}

impl TryFrom<String> for ListenAddress {
    type Error = InvalidListenAddressError;

    fn try_from(text: String) -> Result<Self, InvalidListenAddressError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_and_has_bounds() {
        for (text, number) in [("1", 1), ("255", 255)] {
            assert_eq!(text.parse::<Number<255>>().map(|Number(number)| number.get()), Ok(number));
        }
        for text in ["", "0", "-1", "256", "65537", "1.5", "many"] {
            assert_eq!(text.parse::<Number<255>>(), Err(InvalidNumberError(255)), "{text}");
        }
    }

    #[test]
    fn seconds_may_have_a_fraction_and_have_an_end() {
        for (text, millis) in [("1.5", 1500), ("15", 15_000), ("0.001", 1), ("3600", 3_600_000)] {
            assert_eq!(text.parse(), Ok(Seconds(Duration::from_millis(millis))));
        }
        for text in ["", "0", "-1", "0.0001", "3601", "NaN", "inf", "1s"] {
            assert_eq!(text.parse::<Seconds>(), Err(InvalidSecondsError), "{text}");
        }
    }
}
