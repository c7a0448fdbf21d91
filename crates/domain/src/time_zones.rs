//! Time zones by their IANA names.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use thiserror::Error;

/// A text that is not the name of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an IANA time zone name, like Europe/Paris.")]
pub struct TimeZoneError;

/// A time zone. A place without one uses UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeZone(Tz);

impl TimeZone {
    /// Iterates over all zones.
    pub fn all() -> impl Iterator<Item = Self> {
        chrono_tz::TZ_VARIANTS.iter().copied().map(Self)
    }

    /// The IANA name, in its canonical spelling.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The local date in the zone.
    pub fn today(self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.0).date_naive()
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(text: &str) -> Result<Self, TimeZoneError> {
        text.parse().map(Self).map_err(|_| TimeZoneError)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for name in ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Pacific/Kiritimati", "Asia/Calcutta"] {
            let zone = name.parse::<TimeZone>().expect("a time zone");
            assert_eq!((zone.name(), zone.to_string().as_str()), (name, name));
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "Paris", "europe/paris", " UTC", "Europe/Paris ", "+02:00", "Mars/Olympus_Mons", "UTC\0"] {
            assert_eq!(text.parse::<TimeZone>(), Err(TimeZoneError), "{text:?}");
        }
    }

    #[test]
    fn today_is_another_day_elsewhere() {
        let now = "2030-06-15T11:30:00Z".parse().expect("an instant");
        for (zone, expected) in [
            ("Pacific/Pago_Pago", "2030-06-15"),
            ("America/New_York", "2030-06-15"),
            ("Pacific/Auckland", "2030-06-15"),
            ("Pacific/Kiritimati", "2030-06-16"),
        ] {
            let zone = zone.parse::<TimeZone>().expect("a time zone");
            assert_eq!(zone.today(now).to_string(), expected, "{zone}");
        }
        let midnight = "2030-01-01T00:00:00Z".parse().expect("an instant");
        assert_eq!(TimeZone::default().today(midnight).to_string(), "2030-01-01");
        let new_york = "America/New_York".parse::<TimeZone>().expect("a time zone");
        assert_eq!(new_york.today(midnight).to_string(), "2029-12-31");
    }
}
