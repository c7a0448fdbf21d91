//! Coordinates of a location: decimal degrees, stored as written.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::text::{Line, TextError};

/// A text that is not a valid latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LatitudeError {
    /// Not a number in plain decimal notation, or beyond the poles.
    #[error("must be decimal degrees from -90 to 90.")]
    NotDegrees,
    /// A text with an invalid length or characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// A text that is not a valid longitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LongitudeError {
    /// Not a number in plain decimal notation, or beyond the date line.
    #[error("must be decimal degrees from -180 to 180.")]
    NotDegrees,
    /// A text with an invalid length or characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// Degrees north, as written: decimal, from -90 to 90, south of the equator with a minus sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latitude(Degrees);

/// Degrees east, as written: decimal, from -180 to 180, west of Greenwich with a minus sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Longitude(Degrees);

type Degrees = Line<1, 32>;

impl FromStr for Latitude {
    type Err = LatitudeError;

    fn from_str(text: &str) -> Result<Self, LatitudeError> {
        let degrees: Degrees = text.parse()?;
        if are_degrees(degrees.as_str(), 90) { Ok(Self(degrees)) } else { Err(LatitudeError::NotDegrees) }
    }
}

impl FromStr for Longitude {
    type Err = LongitudeError;

    fn from_str(text: &str) -> Result<Self, LongitudeError> {
        let degrees: Degrees = text.parse()?;
        if are_degrees(degrees.as_str(), 180) { Ok(Self(degrees)) } else { Err(LongitudeError::NotDegrees) }
    }
}

/// Whether the text is a number in plain decimal notation and no further from zero than the limit.
///
/// Compares digits: binary floating point would round a number just beyond the limit to the limit.
fn are_degrees(text: &str, limit: u64) -> bool {
    let magnitude = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    // A number that overflows the integer is beyond any limit.
    let is_inside = |whole: u64| whole < limit || (whole == limit && fraction.bytes().all(|b| b == b'0'));
    are_digits(whole) && are_digits(fraction) && whole.parse().is_ok_and(is_inside)
}

macro_rules! reads_as_written {
    ($($type:ident)+) => {$(
        impl $type {
            /// The degrees, as written.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$type> for String {
            fn from(degrees: $type) -> Self {
                degrees.0.into()
            }
        }
    )+};
}

reads_as_written! { Latitude Longitude }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn degrees_are_kept_as_written() {
        for text in ["0", "-0", "40.7127837", "-33.8688", "90", "-90.000", "007.50", "89.9999999999999999999999999999"]
        {
            assert_eq!(text.parse::<Latitude>().as_ref().map(Latitude::as_str), Ok(text));
        }
        for text in ["-74.0059413", "180", "-180.0", "179.999999999999999999999999999"] {
            assert_eq!(text.parse::<Longitude>().as_ref().map(Longitude::as_str), Ok(text));
        }
        assert_eq!(" 40.7 ".parse::<Latitude>().as_ref().map(Latitude::as_str), Ok("40.7"));
    }

    #[test]
    fn what_is_no_place_on_the_globe_is_refused() {
        for text in [
            "-",
            ".",
            "5.",
            ".5",
            "+5",
            "--5",
            "5-",
            "1.2.3",
            "1,5",
            "1e1",
            "0x1F",
            "1_0",
            "4 0",
            "NaN",
            "inf",
            "north",
            "٤٠",
            "40°",
            "40°42'46\"N",
            "40.7,-74.0",
        ] {
            assert_eq!(text.parse::<Latitude>(), Err(LatitudeError::NotDegrees), "{text:?}");
            assert_eq!(text.parse::<Longitude>(), Err(LongitudeError::NotDegrees), "{text:?}");
        }
        for text in ["90.1", "-91", "90.000000000000000000000000001", "99999999999999999999999999999999"] {
            assert_eq!(text.parse::<Latitude>(), Err(LatitudeError::NotDegrees), "{text:?}");
        }
        assert_eq!("180.00000000000000000000000001".parse::<Longitude>(), Err(LongitudeError::NotDegrees));
        assert_eq!("".parse::<Latitude>(), Err(LatitudeError::Text(TextError::Empty)));
        assert_eq!("4\n0".parse::<Latitude>(), Err(LatitudeError::Text(TextError::Control)));
        let long = "0".repeat(33);
        assert_eq!(long.parse::<Longitude>(), Err(LongitudeError::Text(TextError::TooLong { max: 32 })));
    }

    proptest! {
        #[test]
        fn every_place_on_the_globe_can_be_written(millionths in -180_000_000_i64..=180_000_000) {
            let (sign, magnitude) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
            let text = format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000);
            prop_assert!(text.parse::<Longitude>().is_ok());
            prop_assert_eq!(text.parse::<Latitude>().is_ok(), magnitude <= 90_000_000);
        }
    }
}
