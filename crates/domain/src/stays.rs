//! Stays: the nights from a check-in to a check-out, as local dates of the place.

use std::fmt;
use std::iter::successors;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};
use thiserror::Error;

use crate::numbers::Whole;

/// A minimum or maximum number of nights: up to ten years. Hosts that rent by the year, or want no bookings for now,
/// set a thousand nights or more, though no stay can be that long.
pub type Nights = Whole<1, 3650>;

const MOST_NIGHTS: i32 = 730;

/// A text that is not a valid date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a date, like 2030-01-31.")]
pub struct StayDateError;

/// A local date of a place, and the night that follows it. Parsed dates are in the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StayDate(NaiveDate);

impl StayDate {
    /// Creates a date.
    pub const fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// Returns the date.
    pub const fn as_date(self) -> NaiveDate {
        self.0
    }

    /// The next day, or the same day if it is the last one of the calendar.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(NaiveDate::MAX))
    }
}

impl FromStr for StayDate {
    type Err = StayDateError;

    /// Parses `YYYY-MM-DD`, and the instant of midnight UTC with which it begins: `YYYY-MM-DDT00:00:00.000Z`.
    fn from_str(text: &str) -> Result<Self, StayDateError> {
        let text = text.split_once(['T', 't']).filter(|(_, time)| is_midnight(time)).map_or(text, |(date, _)| date);
        let has_form = text.len() == 10
            && text.bytes().enumerate().all(|(position, byte)| match position {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let date = Some(text).filter(|_| has_form).and_then(|text| text.parse::<NaiveDate>().ok());
        date.filter(|date| date.year() > 0).map(Self).ok_or(StayDateError)
    }
}

/// Whether the time of an instant, with its offset, is midnight UTC.
fn is_midnight(time: &str) -> bool {
    let rest = time.strip_prefix("00:00:00").unwrap_or_default();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => Some(fraction.trim_start_matches('0')).filter(|zone| *zone != fraction),
        None => Some(rest),
    };
    matches!(zone, Some("Z" | "z" | "+00:00" | "-00:00"))
}

impl fmt::Display for StayDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An error of the two dates of a stay. The message is about the second date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StayError {
    /// The end is before the beginning.
    #[error("may not lie before the first date.")]
    Reversed,
    /// The end is on the day of the beginning.
    #[error("must lie at least one night after the first date.")]
    NoNights,
    /// The stay has more nights than can be sold.
    #[error("may not lie more than {MOST_NIGHTS} nights after the first date.")]
    TooManyNights,
}

/// The nights of `[check-in, check-out)`: 1 to 730 of them. The day of a check-out can be the check-in of the next
/// stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stay {
    check_in: StayDate,
    check_out: StayDate,
}

impl Stay {
    /// Creates the stay between two dates.
    ///
    /// # Errors
    /// If there are no nights, or too many.
    pub fn new(check_in: StayDate, check_out: StayDate) -> Result<Self, StayError> {
        match (check_out.0 - check_in.0).num_days() {
            ..0 => Err(StayError::Reversed),
            0 => Err(StayError::NoNights),
            nights if nights > i64::from(MOST_NIGHTS) => Err(StayError::TooManyNights),
            _ => Ok(Self { check_in, check_out }),
        }
    }

    /// Creates the stay of this number of nights that begins on a day.
    pub fn of_nights(check_in: StayDate, nights: u16) -> Self {
        let check_out = check_in.0.checked_add_days(Days::new(nights.into()));
        Self { check_in, check_out: StayDate(check_out.unwrap_or(NaiveDate::MAX)) }
    }

    /// Creates a stay from stored fields. Checks no rule.
    pub const fn from_parts(check_in: StayDate, check_out: StayDate) -> Self {
        Self { check_in, check_out }
    }

    /// The day of arrival, whose night is the first.
    pub const fn check_in(self) -> StayDate {
        self.check_in
    }

    /// The day of departure, whose night is not part of the stay.
    pub const fn check_out(self) -> StayDate {
        self.check_out
    }

    /// The number of nights.
    pub fn night_count(self) -> Nights {
        Nights::try_from((self.check_out.0 - self.check_in.0).num_days()).unwrap_or(Nights::LEAST)
    }

    /// Iterates over the nights, each by the day that it follows.
    pub fn nights(self) -> impl Iterator<Item = StayDate> {
        successors(Some(self.check_in), |night| Some(night.next())).take_while(move |night| self.contains(*night))
    }

    /// Whether the night is part of the stay.
    pub fn contains(self, night: StayDate) -> bool {
        (self.check_in..self.check_out).contains(&night)
    }

    /// Whether the stays share a night.
    pub fn overlaps(self, other: Self) -> bool {
        self.check_in < other.check_out && other.check_in < self.check_out
    }
}

impl fmt::Display for Stay {
    /// Writes an ISO 8601 interval: `2030-01-31/2030-02-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.check_in, self.check_out)
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;

    pub(crate) fn date(text: &str) -> StayDate {
        text.parse().expect("a date")
    }

    pub(crate) fn stay(check_in: &str, check_out: &str) -> Stay {
        Stay::new(date(check_in), date(check_out)).expect("a stay")
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::fixture::{date, stay};
    use super::*;

    #[test]
    fn dates_have_one_form() {
        for text in ["2030-01-31", "2028-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<StayDate>().map(|date| date.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "2030-1-31",
            "2030-02-29",
            "2030-13-01",
            "2030-00-10",
            "0000-01-01",
            "-030-01-01",
            "+2030-01-1",
            "12030-01-01",
            "20300131",
            "2030/01/31",
            " 2030-01-31",
            "2030-01-3１",
            "31-01-2030",
        ] {
            assert_eq!(text.parse::<StayDate>(), Err(StayDateError), "{text:?}");
        }
    }

    #[test]
    fn the_instant_of_midnight_is_the_date() {
        for time in ["T00:00:00Z", "T00:00:00.000Z", "t00:00:00z", "T00:00:00+00:00", "T00:00:00.0-00:00"] {
            assert_eq!(format!("2030-01-31{time}").parse(), Ok(date("2030-01-31")), "{time}");
        }
        for time in [
            "T00:00:01Z",
            "T00:00:00.001Z",
            "T00:00:00.Z",
            "T00:00:00",
            "T00:00Z",
            "T24:00:00Z",
            "T00:00:00+01:00",
            "T",
            " ",
        ] {
            assert_eq!(format!("2030-01-31{time}").parse::<StayDate>(), Err(StayDateError), "{time}");
        }
        assert_eq!("2030-02-30T00:00:00Z".parse::<StayDate>(), Err(StayDateError));
        assert_eq!(Stay::of_nights(date("2030-01-31"), 90).night_count().get(), 90);
    }

    #[test]
    fn a_stay_has_one_night_at_least_and_730_at_most() {
        for (check_in, check_out, expected) in [
            ("2030-01-31", "2030-02-01", Ok(1)),
            ("2028-02-28", "2028-03-01", Ok(2)),
            ("2030-01-01", "2032-01-01", Ok(730)),
            ("2030-01-01", "2032-01-02", Err(StayError::TooManyNights)),
            ("0001-01-01", "9999-12-31", Err(StayError::TooManyNights)),
            ("2030-01-01", "2030-01-01", Err(StayError::NoNights)),
            ("2030-01-02", "2030-01-01", Err(StayError::Reversed)),
            ("9999-12-31", "0001-01-01", Err(StayError::Reversed)),
        ] {
            let stay = Stay::new(date(check_in), date(check_out));
            assert_eq!(stay.map(|stay| stay.night_count().get()), expected, "{check_in} to {check_out}");
        }
    }

    #[test]
    fn the_day_of_departure_is_free_for_others() {
        let booked = stay("2030-01-10", "2030-01-13");
        for (check_in, check_out, expected) in [
            ("2030-01-08", "2030-01-10", false),
            ("2030-01-13", "2030-01-15", false),
            ("2030-01-09", "2030-01-11", true),
            ("2030-01-12", "2030-01-13", true),
            ("2030-01-01", "2030-02-01", true),
            ("2030-01-10", "2030-01-13", true),
        ] {
            let other = stay(check_in, check_out);
            assert_eq!((booked.overlaps(other), other.overlaps(booked)), (expected, expected), "{other}");
        }
        let nights: Vec<_> = booked.nights().map(|night| night.to_string()).collect();
        assert_eq!(nights, ["2030-01-10", "2030-01-11", "2030-01-12"]);
        assert_eq!(booked.to_string(), "2030-01-10/2030-01-13");
    }

    fn stays() -> impl Strategy<Value = Stay> {
        (0..2000_u64, 1..=730_u64).prop_map(|(offset, nights)| {
            let check_in = date("2029-12-30").as_date() + Days::new(offset);
            Stay::new(StayDate::new(check_in), StayDate::new(check_in + Days::new(nights))).expect("a stay")
        })
    }

    proptest! {
        #[test]
        fn a_stay_has_as_many_nights_as_it_counts(stay in stays()) {
            let nights: Vec<_> = stay.nights().collect();
            prop_assert_eq!(i32::try_from(nights.len()), Ok(stay.night_count().get()));
            prop_assert_eq!((nights.first(), nights.last().map(|night| night.next())),
                (Some(&stay.check_in()), Some(stay.check_out())));
        }

        #[test]
        fn stays_overlap_where_they_share_a_night(one in stays(), other in stays()) {
            prop_assert_eq!(one.overlaps(other), one.nights().any(|night| other.contains(night)));
        }

        #[test]
        fn any_text_is_a_date_as_it_is_written_or_none(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}|\\PC*") {
            if let Ok(date) = text.parse::<StayDate>() {
                prop_assert_eq!(date.to_string(), text);
            }
        }
    }
}
