//! Places on the globe, and distances between them.
//!
//! A place is stored exactly, in degrees. Calculations use a point on the unit sphere: the chord between two points
//! gives their distance, without trigonometry for each pair and without special cases at the poles and the date line.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use thiserror::Error;

/// The mean radius of the earth in kilometres (IUGG).
const EARTH: f64 = 6371.0088;
/// The number of decimals of a degree that are stored; the last one is a tenth of a millimetre on the ground.
const DECIMALS: u32 = 9;
/// The largest radius, in kilometres.
const FARTHEST: u32 = 1000;

/// A text that is not a valid latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be decimal degrees from -90 to 90.")]
pub struct LatitudeError;

/// A text that is not a valid longitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be decimal degrees from -180 to 180.")]
pub struct LongitudeError;

/// A text that is not a valid place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be latitude and longitude in decimal degrees, like 40.7128,-74.0060.")]
pub struct PlaceError;

/// A text that is not a valid radius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be more than 0 and at most {FARTHEST} km.")]
pub struct RadiusError;

/// Degrees north, from -90 to 90, in billionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Latitude(i64);

/// Degrees east, from -180 to 180, in billionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Longitude(i64);

/// Parses a decimal number in JSON notation, rounded to the stored decimals.
fn decimal(text: &str) -> Option<Decimal> {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | 'E' | '+');
    // Reject texts too long for a coordinate, and syntax that `Decimal` accepts but JSON does not.
    if text.len() > 64 || !text.chars().all(is_number) || text.starts_with('+') {
        return None;
    }
    let number = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()?;
    Some(number.round_dp(DECIMALS))
}

fn billionths(degrees: Decimal) -> Option<i64> {
    degrees.checked_mul(Decimal::from(10_u64.pow(DECIMALS)))?.to_i64()
}

macro_rules! degrees {
    ($type:ident, $error:ident, $limit:literal) => {
        impl FromStr for $type {
            type Err = $error;

            /// Parses decimal degrees. Digits finer than a billionth of a degree are rounded.
            fn from_str(text: &str) -> Result<Self, $error> {
                decimal(text).and_then(billionths).ok_or($error)?.try_into()
            }
        }

        impl TryFrom<i64> for $type {
            type Error = $error;

            /// Creates it from billionths of a degree.
            fn try_from(billionths: i64) -> Result<Self, $error> {
                if billionths.unsigned_abs() <= $limit * 10_u64.pow(DECIMALS) {
                    Ok(Self(billionths))
                } else {
                    Err($error)
                }
            }
        }

        impl $type {
            /// The billionths of a degree, as stored.
            pub const fn billionths(self) -> i64 {
                self.0
            }

            #[expect(clippy::cast_precision_loss, reason = "360 degrees in billionths are below 2^53")]
            fn radians(self) -> f64 {
                (self.0 as f64 / 1e9).to_radians()
            }
        }

        impl fmt::Display for $type {
            /// Writes decimal degrees, with no more digits than are needed.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Decimal::new(self.0, DECIMALS).normalize().fmt(f)
            }
        }
    };
}

degrees!(Latitude, LatitudeError, 90);
degrees!(Longitude, LongitudeError, 180);

/// A place on the globe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Degrees north.
    pub latitude: Latitude,
    /// Degrees east.
    pub longitude: Longitude,
}

impl Place {
    /// The place as a point on the unit sphere.
    pub fn position(self) -> Position {
        let (sin_latitude, cos_latitude) = self.latitude.radians().sin_cos();
        let (sin_longitude, cos_longitude) = self.longitude.radians().sin_cos();
        Position { x: cos_latitude * cos_longitude, y: cos_latitude * sin_longitude, z: sin_latitude }
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    /// Parses `latitude,longitude`.
    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (latitude, longitude) = text.split_once(',').ok_or(PlaceError)?;
        Ok(Self {
            latitude: latitude.trim().parse().map_err(|_| PlaceError)?,
            longitude: longitude.trim().parse().map_err(|_| PlaceError)?,
        })
    }
}

/// A point on the unit sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Towards latitude 0, longitude 0.
    pub x: f64,
    /// Towards latitude 0, longitude 90.
    pub y: f64,
    /// Towards the north pole.
    pub z: f64,
}

impl Position {
    /// The square of the chord to another point. The databases add the same terms in the same order, so that both find
    /// the same places.
    pub fn squared_chord(self, other: Self) -> f64 {
        let (x, y, z) = (self.x - other.x, self.y - other.y, self.z - other.z);
        x * x + y * y + z * z
    }
}

/// A search radius along the surface, in whole metres. It contains every place whose rounded [`Distance`] is not
/// larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Radius {
    metres: u32,
}

impl Radius {
    /// Creates a radius of whole kilometres.
    pub const fn of_kilometres(kilometres: u32) -> Self {
        Self { metres: kilometres * 1000 }
    }

    /// The chord of the unit sphere under this arc and half a metre more, because distances are rounded to metres.
    pub fn chord(self) -> f64 {
        2.0 * ((f64::from(self.metres) + 0.5) / (2000.0 * EARTH)).sin()
    }

    /// Doubles the radius, up to the limit.
    #[must_use]
    pub fn doubled_up_to(self, limit: Self) -> Self {
        Self { metres: self.metres.saturating_mul(2) }.min(limit)
    }

    fn holds(self, squared_chord: f64) -> bool {
        squared_chord <= self.chord() * self.chord()
    }
}

impl FromStr for Radius {
    type Err = RadiusError;

    fn from_str(text: &str) -> Result<Self, RadiusError> {
        let kilometres = decimal(text).filter(|number| *number > Decimal::ZERO && *number <= Decimal::from(FARTHEST));
        // Distances are whole metres, so a fraction of a metre adds no place.
        let metres = kilometres.and_then(|number| (number * Decimal::ONE_THOUSAND).floor().to_u32());
        metres.map(|metres| Self { metres }).ok_or(RadiusError)
    }
}

/// The surroundings of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Around {
    /// The place.
    pub place: Place,
    /// The radius around it.
    pub radius: Radius,
}

/// A distance, in metres along the surface of a sphere with the earth's mean radius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distance {
    metres: u32,
}

impl Distance {
    /// Converts the square of a chord of the unit sphere into the length of its arc. Used as a radius, that length is
    /// the smallest that contains the place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half the circumference")]
    pub fn of_squared_chord(squared_chord: f64) -> Self {
        let half = (squared_chord.max(0.0).sqrt() / 2.0).min(1.0);
        let metres = (2.0 * EARTH * half.asin() * 1000.0).round() as u32;
        // Halfway between two metres, arc and chord may round differently: the radius decides.
        let mut nearest = metres.saturating_sub(1)..=metres;
        let found = nearest.find(|metres| Radius { metres: *metres }.holds(squared_chord));
        let is_a_radius = metres <= FARTHEST * 1000 + 1;
        Self { metres: if is_a_radius { found.unwrap_or(metres + 1) } else { metres } }
    }
}

impl fmt::Display for Distance {
    /// Writes kilometres with 3 decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.metres / 1000, self.metres % 1000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(text: &str) -> Place {
        text.parse().expect("a place")
    }

    fn distance(from: &str, to: &str) -> String {
        let chord = place(from).position().squared_chord(place(to).position());
        Distance::of_squared_chord(chord).to_string()
    }

    #[test]
    fn degrees_are_kept_exactly_to_the_billionth() {
        for (text, written) in [
            ("40.7128", "40.7128"),
            ("-33.86880", "-33.8688"),
            ("90", "90"),
            ("-0.0", "0"),
            ("1e1", "10"),
            ("1E-7", "0.0000001"),
            ("40.74999999999999", "40.75"),
            ("-73.983769999999993", "-73.98377"),
        ] {
            assert_eq!(text.parse::<Latitude>().map(|degrees| degrees.to_string()), Ok(written.to_owned()), "{text}");
        }
        assert_eq!("180".parse::<Longitude>().map(Longitude::billionths), Ok(180_000_000_000));
    }

    #[test]
    fn what_is_no_place_on_the_globe_is_refused() {
        for text in
            ["", "-", "90.1", "-90.000000001", "1_0", "+5", "0x1", "NaN", "inf", "north", "1e99", "1e999999999", "٤٠"]
        {
            assert_eq!(text.parse::<Latitude>(), Err(LatitudeError), "{text:?}");
        }
        assert_eq!("180.1".parse::<Longitude>(), Err(LongitudeError));
        // Too large to be counted in billionths: 28 digits are the most of a `Decimal`.
        let huge = "9".repeat(28);
        assert_eq!(
            (huge.parse(), huge.parse()),
            (Err::<Latitude, _>(LatitudeError), Err::<Longitude, _>(LongitudeError))
        );
        for text in ["", "40.7", "40.7,", "40.7;-74", "40.7,-74,1", "91,0", "0,181"] {
            assert_eq!(text.parse::<Place>(), Err(PlaceError), "{text:?}");
        }
        assert_eq!("40.7128, -74.0060".parse::<Place>(), "40.7128,-74.006".parse());
    }

    #[test]
    fn a_radius_is_more_than_nothing_and_at_most_a_thousand_kilometres() {
        for text in ["0.001", "50", "1000", "12.5"] {
            assert!(text.parse::<Radius>().is_ok(), "{text}");
        }
        for text in ["0", "-1", "1000.001", "", "50km", "NaN", "0.0000000000001"] {
            assert_eq!(text.parse::<Radius>(), Err(RadiusError), "{text:?}");
        }
    }

    #[test]
    fn distances_are_those_of_the_great_circle() {
        for (from, to, kilometres) in [
            ("0,0", "0,0", "0.000"),
            ("0,0", "0,1", "111.195"),
            ("0,179.5", "0,-179.5", "111.195"),
            ("90,0", "90,135", "0.000"),
            ("89.9,0", "89.9,180", "22.239"),
            ("90,0", "-90,0", "20015.114"),
            ("0,180", "0,-180", "0.000"),
            ("40.7128,-74.0060", "51.5074,-0.1278", "5570.230"),
        ] {
            assert_eq!(distance(from, to), kilometres, "{from} to {to}");
        }
    }

    proptest! {
        #[test]
        fn a_chord_is_as_long_as_its_arc(
            latitude in -90_000_000_000_i64..=90_000_000_000,
            longitude in -180_000_000_000_i64..=180_000_000_000,
            north in -2_000_000_000_i64..=2_000_000_000,
            east in -2_000_000_000_i64..=2_000_000_000,
        ) {
            let one = Place { latitude: Latitude(latitude), longitude: Longitude(longitude) };
            let other = Place {
                latitude: Latitude((latitude + north).clamp(-90_000_000_000, 90_000_000_000)),
                longitude: Longitude((longitude + east).clamp(-180_000_000_000, 180_000_000_000)),
            };
            // The haversine formula of the textbooks.
            let (a, b) = (one.latitude.radians(), other.latitude.radians());
            let half = |from: f64, to: f64| ((to - from) / 2.0).sin().powi(2);
            let haversine = half(a, b) + a.cos() * b.cos() * half(one.longitude.radians(), other.longitude.radians());
            let expected = 2.0 * EARTH * haversine.sqrt().asin();
            let found = one.position().squared_chord(other.position()).sqrt();
            let found = 2.0 * EARTH * (found / 2.0).asin();
            prop_assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }

        #[test]
        fn a_distance_as_a_radius_is_the_smallest_that_finds_what_lies_there(
            latitude in -90_000_000_000_i64..=90_000_000_000,
            longitude in -180_000_000_000_i64..=180_000_000_000,
            north in -6_000_000_000_i64..=6_000_000_000,
            east in -6_000_000_000_i64..=6_000_000_000,
            scale in 0_u32..=6,
        ) {
            let part = 10_i64.pow(scale);
            let one = Place { latitude: Latitude(latitude), longitude: Longitude(longitude) };
            let other = Place {
                latitude: Latitude((latitude + north / part).clamp(-90_000_000_000, 90_000_000_000)),
                longitude: Longitude((longitude + east / part).clamp(-180_000_000_000, 180_000_000_000)),
            };
            let squared_chord = one.position().squared_chord(other.position());
            let distance = Distance::of_squared_chord(squared_chord);
            if (1..=1_000_000).contains(&distance.metres) {
                let radius: Radius = distance.to_string().parse().expect("a radius");
                prop_assert!(radius.holds(squared_chord), "{distance}");
                prop_assert!(!Radius { metres: distance.metres - 1 }.holds(squared_chord), "{distance}");
            }
        }

        #[test]
        fn halfway_between_two_metres_radius_and_distance_agree(metres in 1_u32..1_000_000, bits in -3_i64..=3) {
            let edge = Radius { metres }.chord();
            let squared_chord = f64::from_bits((edge * edge).to_bits().checked_add_signed(bits).expect("a number"));
            let expected = if bits > 0 { metres + 1 } else { metres };
            prop_assert_eq!(Distance::of_squared_chord(squared_chord).metres, expected);
        }

        #[test]
        fn what_is_within_a_radius_is_within_its_chord(kilometres in 1_u32..=1000, metres in 0_u32..=1_000_000) {
            let chord = 2.0 * (f64::from(metres) / (2000.0 * EARTH)).sin();
            prop_assert_eq!(metres <= kilometres * 1000, chord < Radius::of_kilometres(kilometres).chord());
        }
    }

    #[test]
    fn a_part_of_a_metre_reaches_no_whole_one() {
        for (text, metres) in
            [("1.001", 1001), ("0.29", 290), ("1.0019", 1001), ("0.0009", 0), ("1e-3", 1), ("1000", 1_000_000)]
        {
            assert_eq!(text.parse(), Ok(Radius { metres }), "{text}");
        }
    }
}
