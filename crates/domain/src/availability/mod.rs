//! Availability: the calendar of a listing, shared by all tenants that sell it.
//!
//! Only nights that differ from the listing are stored, one row for each. For all other nights and values, the
//! listing's own values apply.

mod edits;

use std::collections::BTreeMap;
use std::str::FromStr;

use thiserror::Error;

pub use self::edits::{CalendarEdit, CalendarEditError, MOST_NIGHTS, MOST_RANGES, NightEdit, RangeEdit};
use crate::ids::ListingId;
use crate::listings::{ListingDetails, Occupancy};
use crate::money::Money;
use crate::stays::{Nights, Stay, StayDate};

/// A text that is not a valid status of a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be AVAILABLE or NOT_AVAILABLE.")]
pub struct NightStatusError;

/// The status of a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NightStatus {
    /// Free.
    Available,
    /// Sold, or blocked by the owner.
    NotAvailable,
}

impl NightStatus {
    /// Every status.
    pub const ALL: [Self; 2] = [Self::Available, Self::NotAvailable];

    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::NotAvailable => "NOT_AVAILABLE",
        }
    }
}

impl FromStr for NightStatus {
    type Err = NightStatusError;

    fn from_str(text: &str) -> Result<Self, NightStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(NightStatusError)
    }
}

/// The owner's values for one night, where they differ from the listing's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NightTerms {
    /// Whether the owner has blocked it.
    pub is_blocked: bool,
    /// The price. Ignored if the listing has another currency by now.
    pub price: Option<Money>,
    /// The minimum nights of a stay that begins with it.
    pub minimum_nights: Option<Nights>,
    /// The maximum nights of a stay that begins with it.
    pub maximum_nights: Option<Nights>,
}

impl NightTerms {
    /// Returns the values after an edit of the night.
    #[must_use]
    pub fn edited(self, edit: &NightEdit) -> Self {
        Self {
            is_blocked: edit.is_blocked.unwrap_or(self.is_blocked),
            price: edit.price.apply(self.price),
            minimum_nights: edit.minimum_nights.apply(self.minimum_nights),
            maximum_nights: edit.maximum_nights.apply(self.maximum_nights),
        }
    }
}

/// A night as it can be sold now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// The day before the night.
    pub date: StayDate,
    /// Whether it can be sold.
    pub status: NightStatus,
    /// The price.
    pub price: Money,
    /// The price without the calendar.
    pub original_price: Money,
    /// The minimum nights of a stay that begins with it.
    pub minimum_nights: Nights,
    /// The maximum nights of a stay that begins with it.
    pub maximum_nights: Option<Nights>,
}

/// The calendar of one of several listings that a tenant may sell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingCalendar {
    /// The listing.
    pub listing_id: ListingId,
    /// The maximum number of guests.
    pub max_occupancy: Occupancy,
    /// Whether the listing is offered at all.
    pub is_offered: bool,
    /// The calendar.
    pub calendar: Calendar,
}

/// A part of the calendar of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    start_price: Money,
    minimum_nights: Nights,
    maximum_nights: Option<Nights>,
    differing: BTreeMap<StayDate, NightTerms>,
    sold: Vec<Stay>,
}

impl Calendar {
    /// Creates the calendar of a listing with these details, from the nights that differ and the live stays that are
    /// sold.
    pub fn new(details: &ListingDetails, differing: BTreeMap<StayDate, NightTerms>, sold: Vec<Stay>) -> Self {
        let ListingDetails { start_price, minimum_nights, maximum_nights, .. } = *details;
        Self::of(start_price, (minimum_nights, maximum_nights), differing, sold)
    }

    /// Creates the calendar of a listing with this price and these bounds of a stay.
    pub const fn of(
        start_price: Money,
        (minimum_nights, maximum_nights): (Nights, Option<Nights>),
        differing: BTreeMap<StayDate, NightTerms>,
        sold: Vec<Stay>,
    ) -> Self {
        Self { start_price, minimum_nights, maximum_nights, differing, sold }
    }

    /// Returns one night.
    pub fn night(&self, date: StayDate) -> Night {
        let terms = self.differing.get(&date).copied().unwrap_or_default();
        let is_taken = terms.is_blocked || self.sold.iter().any(|stay| stay.contains(date));
        let price = terms.price.filter(|price| price.currency() == self.start_price.currency());
        Night {
            date,
            status: if is_taken { NightStatus::NotAvailable } else { NightStatus::Available },
            price: price.unwrap_or(self.start_price),
            original_price: self.start_price,
            minimum_nights: terms.minimum_nights.unwrap_or(self.minimum_nights),
            maximum_nights: terms.maximum_nights.or(self.maximum_nights),
        }
    }

    /// Iterates over the nights of the stay.
    pub fn nights(&self, stay: Stay) -> impl Iterator<Item = Night> {
        stay.nights().map(|date| self.night(date))
    }

    /// Whether all nights of the stay can be sold.
    pub fn is_free(&self, stay: Stay) -> bool {
        self.is_free_but_for(stay, None)
    }

    /// Whether all nights of the stay can be sold, except those that it has already.
    pub fn is_free_but_for(&self, stay: Stay, own: Option<Stay>) -> bool {
        let mut others = self.nights(stay).filter(|night| own.is_none_or(|own| !own.contains(night.date)));
        others.all(|night| night.status == NightStatus::Available)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listings::Listing;
    use crate::listings::fixture::listing;
    use crate::stays::fixture::{date, stay};

    fn usd(minor: i64) -> Money {
        Money::from_minor(minor, "USD".parse().expect("a currency"))
    }

    fn nights(number: i64) -> Nights {
        number.try_into().expect("nights")
    }

    fn calendar(differing: &[(&str, NightTerms)], sold: &[Stay]) -> Calendar {
        let listing: Listing = listing();
        let differing = differing.iter().map(|(night, terms)| (date(night), *terms)).collect();
        Calendar::new(listing.details(), differing, sold.to_vec())
    }

    #[test]
    fn where_the_calendar_is_silent_the_listing_speaks() {
        let differs = NightTerms {
            is_blocked: false,
            price: Some(usd(20_000)),
            minimum_nights: Some(nights(3)),
            maximum_nights: Some(nights(9)),
        };
        let calendar = calendar(&[("2030-01-11", differs)], &[]);
        let [silent, loud] = ["2030-01-10", "2030-01-11"].map(|night| calendar.night(date(night)));
        assert_eq!((silent.price, silent.original_price), (usd(14_900), usd(14_900)));
        assert_eq!((silent.minimum_nights, silent.maximum_nights), (nights(1), None));
        assert_eq!((loud.price, loud.original_price), (usd(20_000), usd(14_900)));
        assert_eq!((loud.minimum_nights, loud.maximum_nights), (nights(3), Some(nights(9))));
    }

    #[test]
    fn a_night_is_taken_where_it_is_sold_or_blocked() {
        let blocked = NightTerms { is_blocked: true, ..NightTerms::default() };
        let calendar = calendar(&[("2030-01-10", blocked)], &[stay("2030-01-12", "2030-01-14")]);
        let taken: Vec<_> = calendar
            .nights(stay("2030-01-09", "2030-01-16"))
            .filter(|night| night.status == NightStatus::NotAvailable)
            .map(|night| night.date.to_string())
            .collect();
        assert_eq!(taken, ["2030-01-10", "2030-01-12", "2030-01-13"]);
        for (check_in, check_out, expected) in [
            ("2030-01-09", "2030-01-10", true),
            ("2030-01-09", "2030-01-11", false),
            ("2030-01-11", "2030-01-12", true),
            ("2030-01-13", "2030-01-14", false),
            ("2030-01-14", "2030-01-20", true),
        ] {
            let nights = stay(check_in, check_out);
            assert_eq!(calendar.is_free(nights), expected, "{check_in} to {check_out}");
        }
        let own = Some(stay("2030-01-12", "2030-01-14"));
        assert!(calendar.is_free_but_for(stay("2030-01-11", "2030-01-16"), own));
        assert!(!calendar.is_free_but_for(stay("2030-01-10", "2030-01-13"), own));
    }

    #[test]
    fn a_price_in_a_currency_that_the_listing_left_does_not_count() {
        let yen = Money::from_minor(9_000, "JPY".parse().expect("a currency"));
        let calendar = calendar(&[("2030-01-10", NightTerms { price: Some(yen), ..NightTerms::default() })], &[]);
        assert_eq!(calendar.night(date("2030-01-10")).price, usd(14_900));
    }
}
