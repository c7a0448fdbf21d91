//! Edits of a calendar by the owner of the listing.

use std::collections::BTreeSet;

use thiserror::Error;

use super::NightStatus;
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{IntegrationAccountId, ListingId};
use crate::listings::{Listing, ListingValuesError};
use crate::money::{Amount, Money};
use crate::patch::Patch;
use crate::stays::{Nights, Stay, StayDate};

/// The maximum number of ranges in one edit.
pub const MOST_RANGES: usize = 366;

/// The maximum number of nights in one edit: ten years.
pub const MOST_NIGHTS: usize = 3_660;

/// An edit of the nights of a range. A cleared value falls back to the listing's.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the fields of a night")]
pub struct RangeEdit {
    pub nights: Stay,
    pub status: Patch<NightStatus>,
    pub price: Patch<Amount>,
    pub minimum_nights: Patch<Nights>,
    pub maximum_nights: Patch<Nights>,
}

/// An error of a calendar edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CalendarEditError {
    /// A conflict between the values of a range.
    #[error("{error}")]
    Range {
        /// The position, counted from 0.
        position: usize,
        /// The error.
        error: ListingValuesError,
    },
    /// The ranges have too many nights in total.
    #[error("may not name more than {MOST_NIGHTS} nights.")]
    TooManyNights,
}

/// An edit of consecutive nights. `None` leaves a value unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NightEdit {
    /// The nights.
    pub nights: Stay,
    /// Whether the owner blocks them.
    pub is_blocked: Option<bool>,
    /// The price of each night; a cleared one falls back to the listing's.
    pub price: Patch<Money>,
    /// The minimum nights of a stay that begins then; a cleared value falls back to the listing's.
    pub minimum_nights: Patch<Nights>,
    /// The maximum nights of a stay that begins then; a cleared value falls back to the listing's.
    pub maximum_nights: Patch<Nights>,
}

/// An edit of a calendar. Its decision does not depend on the stored calendar: concurrent edits are applied one after
/// the other, and neither overwrites values that the other alone names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEdit {
    /// The listing.
    pub listing_id: ListingId,
    /// The listing's account.
    pub integration_account_id: IntegrationAccountId,
    /// The edits of the nights, in order and without overlaps.
    pub nights: Vec<NightEdit>,
}

impl CalendarEdit {
    /// Decides an edit of a listing's calendar. Returns `None` if the ranges change nothing. Where ranges overlap, the
    /// values of the later one win.
    ///
    /// # Errors
    /// All conflicts between the values of each range, and `TooManyNights`.
    pub fn decide(
        listing: &Listing,
        ranges: &[RangeEdit],
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, Vec<CalendarEditError>> {
        let mut errors = Vec::new();
        let mut edits = Vec::with_capacity(ranges.len());
        for (position, range) in ranges.iter().enumerate() {
            let mut refuse = |error| errors.push(CalendarEditError::Range { position, error });
            edits.push(NightEdit::of(range, listing, &mut refuse));
        }
        let edit = Self {
            listing_id: listing.id(),
            integration_account_id: listing.integration_account_id(),
            nights: flattened(&edits),
        };
        if edit.night_count() > MOST_NIGHTS {
            errors.push(CalendarEditError::TooManyNights);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if edit.nights.is_empty() {
            return Ok(None);
        }
        let resource = (ResourceKind::Listing, listing.id().as_uuid(), listing.details().name.to_string());
        let facts = (Facts::new(), facts(&edit.nights));
        let audit = stamp.entry(scope, "availability.update", resource, facts).telling(edit.event(&edit.nights));
        Ok(Some(Change::new(edit, audit)))
    }

    /// Removes from the edit's audit entry the nights that storing it leaves unchanged.
    #[must_use]
    pub fn entry_of(&self, entry: AuditEntry, changed: &BTreeSet<StayDate>) -> AuditEntry {
        let edits: Vec<_> = self.nights.iter().flat_map(|edit| edit.of_those(changed)).collect();
        AuditEntry { after: facts(&edits), ..entry }.telling(self.event(&edits))
    }

    /// Creates the data of the event of edits, which are in order.
    fn event(&self, edits: &[NightEdit]) -> EventData {
        let night = |night: Option<StayDate>| night.into();
        let event = EventData::new([
            ("listingID", Some(self.listing_id).into()),
            ("integrationAccountID", Some(self.integration_account_id).into()),
            ("firstNight", night(edits.first().map(|first| first.nights.check_in()))),
            ("lastNight", night(edits.last().and_then(|last| last.nights.nights().last()))),
        ]);
        EventData { listings: vec![self.listing_id], ..event }
    }

    /// The number of nights.
    pub fn night_count(&self) -> usize {
        self.nights.iter().map(|edit| edit.nights.nights().count()).sum()
    }
}

impl NightEdit {
    /// Converts a range; calls `refuse` with each conflict between its values.
    fn of(range: &RangeEdit, listing: &Listing, refuse: &mut impl FnMut(ListingValuesError)) -> Self {
        let RangeEdit { nights, status, price, minimum_nights, maximum_nights } = *range;
        if let (Patch::Set(least), Patch::Set(most)) = (minimum_nights, maximum_nights)
            && most < least
        {
            refuse(ListingValuesError::Nights);
        }
        let currency = listing.details().start_price.currency();
        let price = match price.map(|amount| Money::of(amount, currency)) {
            Patch::Set(Ok(price)) => Patch::Set(price),
            Patch::Set(Err(error)) => {
                refuse(error.into());
                Patch::Keep
            }
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        let is_blocked = (!status.is_keep()).then_some(status == Patch::Set(NightStatus::NotAvailable));
        Self { nights, is_blocked, price, minimum_nights, maximum_nights }
    }

    /// Returns the edit restricted to these nights, split into runs of consecutive nights.
    fn of_those(&self, nights: &BTreeSet<StayDate>) -> Vec<Self> {
        let own: Vec<_> = self.nights.nights().filter(|night| nights.contains(night)).collect();
        let runs = own.chunk_by(|night, later| night.next() == *later);
        runs.map(|run| Self { nights: Stay::from_parts(run[0], run[run.len() - 1].next()), ..*self }).collect()
    }

    const fn is_empty(&self) -> bool {
        let Self { nights: _, is_blocked, price, minimum_nights, maximum_nights } = self;
        is_blocked.is_none() && price.is_keep() && minimum_nights.is_keep() && maximum_nights.is_keep()
    }

    fn overridden(self, later: &Self) -> Self {
        Self {
            nights: self.nights,
            is_blocked: later.is_blocked.or(self.is_blocked),
            price: self.price.then(later.price),
            minimum_nights: self.minimum_nights.then(later.minimum_nights),
            maximum_nights: self.maximum_nights.then(later.maximum_nights),
        }
    }

    /// Writes the edit for the audit trail: `2030-01-31/2030-02-03 status=NOT_AVAILABLE price=null`.
    fn words(&self) -> String {
        fn word<T: ToString>(name: &str, edit: Patch<T>) -> Option<String> {
            match edit {
                Patch::Keep => None,
                Patch::Clear => Some(format!(" {name}=null")),
                Patch::Set(value) => Some(format!(" {name}={}", value.to_string())),
            }
        }
        let status = |is_blocked| if is_blocked { NightStatus::NotAvailable } else { NightStatus::Available };
        let words = [
            word("status", self.is_blocked.map_or(Patch::Keep, |is_blocked| Patch::Set(status(is_blocked).as_str()))),
            word("price", self.price),
            word("minimumNights", self.minimum_nights.map(Nights::get)),
            word("maximumNights", self.maximum_nights.map(Nights::get)),
        ];
        words.into_iter().flatten().fold(self.nights.to_string(), |words, word| words + &word)
    }
}

/// The audit facts of the edits.
fn facts(edits: &[NightEdit]) -> Facts {
    vec![("nights", Fact::Text(edits.iter().map(NightEdit::words).collect::<Vec<_>>().join("; ")))]
}

/// Removes overlaps: between two consecutive dates at which an edit begins or ends, all nights have the same values.
fn flattened(edits: &[NightEdit]) -> Vec<NightEdit> {
    let mut dates: Vec<_> = edits.iter().flat_map(|edit| [edit.nights.check_in(), edit.nights.check_out()]).collect();
    dates.sort_unstable();
    dates.dedup();
    let between = dates.windows(2).filter_map(|dates| {
        let nights = Stay::from_parts(dates[0], dates[1]);
        let silent = NightEdit {
            nights,
            is_blocked: None,
            price: Patch::Keep,
            minimum_nights: Patch::Keep,
            maximum_nights: Patch::Keep,
        };
        let covering = edits.iter().filter(|edit| edit.nights.contains(nights.check_in()));
        Some(covering.fold(silent, NightEdit::overridden)).filter(|edit| !edit.is_empty())
    });
    between.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::Days;
    use proptest::prelude::*;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};
    use crate::listings::fixture::listing;
    use crate::stays::fixture::{date, stay};

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn range(start: &str, end: &str) -> RangeEdit {
        RangeEdit {
            nights: stay(start, end),
            status: Patch::Keep,
            price: Patch::Keep,
            minimum_nights: Patch::Keep,
            maximum_nights: Patch::Keep,
        }
    }

    fn priced(start: &str, end: &str, amount: &str) -> RangeEdit {
        RangeEdit { price: Patch::Set(amount.parse().expect("an amount")), ..range(start, end) }
    }

    fn decide(ranges: &[RangeEdit]) -> Result<Option<Change<CalendarEdit>>, Vec<CalendarEditError>> {
        CalendarEdit::decide(&listing(), ranges, &scope(), stamp())
    }

    fn nights(ranges: &[RangeEdit]) -> Vec<String> {
        let edit = decide(ranges).expect("valid values").expect("asks for something").after;
        edit.nights.iter().map(NightEdit::words).collect()
    }

    #[test]
    fn the_later_range_wins_in_what_it_names() {
        let blocked = RangeEdit { status: Patch::Set(NightStatus::NotAvailable), ..range("2030-01-03", "2030-01-12") };
        let cleared = RangeEdit { price: Patch::Clear, ..range("2030-01-04", "2030-01-05") };
        assert_eq!(
            nights(&[priced("2030-01-01", "2030-01-10", "200"), blocked, cleared]),
            [
                "2030-01-01/2030-01-03 price=200.00",
                "2030-01-03/2030-01-04 status=NOT_AVAILABLE price=200.00",
                "2030-01-04/2030-01-05 status=NOT_AVAILABLE price=null",
                "2030-01-05/2030-01-10 status=NOT_AVAILABLE price=200.00",
                "2030-01-10/2030-01-12 status=NOT_AVAILABLE",
            ]
        );
    }

    #[test]
    fn gaps_between_ranges_stay_as_they_are() {
        let ranges = [priced("2030-02-01", "2030-02-02", "1"), priced("2030-01-01", "2030-01-02", "2")];
        assert_eq!(nights(&ranges), ["2030-01-01/2030-01-02 price=2.00", "2030-02-01/2030-02-02 price=1.00"]);
    }

    #[test]
    fn free_again_is_what_the_listing_says() {
        for status in [Patch::Clear, Patch::Set(NightStatus::Available)] {
            let free = RangeEdit { status, ..range("2030-01-01", "2030-01-02") };
            assert_eq!(nights(&[free]), ["2030-01-01/2030-01-02 status=AVAILABLE"]);
        }
    }

    #[test]
    fn ranges_that_ask_for_nothing_are_no_change() {
        assert_eq!(decide(&[]), Ok(None));
        assert_eq!(decide(&[range("2030-01-01", "2030-01-02")]), Ok(None));
    }

    #[test]
    fn all_ranges_that_do_not_go_together_are_named() {
        let nights = |number: i64| Patch::Set(number.try_into().expect("nights"));
        let bounds = RangeEdit {
            minimum_nights: nights(3),
            maximum_nights: nights(2),
            ..priced("2030-01-01", "2030-01-02", "0.001")
        };
        let errors = decide(&[priced("2030-01-01", "2030-01-02", "1.234"), range("2030-01-01", "2030-01-02"), bounds]);
        let errors: Vec<_> = errors
            .expect_err("errors")
            .into_iter()
            .map(|error| match error {
                CalendarEditError::Range { position, error: ListingValuesError::Price(_) } => (position, "price"),
                CalendarEditError::Range { position, error: ListingValuesError::Nights } => (position, "nights"),
                CalendarEditError::TooManyNights => panic!("they are few"),
            })
            .collect();
        assert_eq!(errors, [(0, "price"), (2, "nights"), (2, "price")]);
    }

    #[test]
    fn there_are_not_too_many_nights() {
        let long = |years: std::ops::Range<u32>| {
            years.map(|year| priced(&format!("{year}-01-01"), &format!("{}-01-01", year + 1), "1")).collect::<Vec<_>>()
        };
        let edit = decide(&long(2031..2041)).expect("not too many").expect("a change").after;
        assert_eq!(edit.night_count(), 3_653);
        assert_eq!(decide(&long(2031..2042)), Err(vec![CalendarEditError::TooManyNights]));
        let same: Vec<_> = (0..MOST_RANGES).map(|_| priced("2030-01-01", "2031-12-31", "1")).collect();
        assert!(decide(&same).is_ok(), "a night that is named twice counts once");
    }

    #[test]
    fn the_trail_says_what_was_written() {
        let audit = decide(&[priced("2030-01-01", "2030-01-02", "99.5")]).expect("fine").expect("a change").audit;
        assert_eq!((audit.action, audit.resource_kind), ("availability.update", ResourceKind::Listing));
        assert_eq!(audit.after, [("nights", Fact::from("2030-01-01/2030-01-02 price=99.50"))]);
    }

    #[test]
    fn the_trail_names_no_night_that_stayed_as_it_was() {
        let ranges = [priced("2030-01-01", "2030-01-10", "1"), priced("2030-01-20", "2030-01-22", "2")];
        let Change { after: edit, audit, .. } = decide(&ranges).expect("fine").expect("a change");
        let changed = ["01", "02", "05", "09", "20", "21"].map(|day| date(&format!("2030-01-{day}")));
        let told = edit.entry_of(audit.clone(), &changed.into()).after;
        let nights = "2030-01-01/2030-01-03 price=1.00; 2030-01-05/2030-01-06 price=1.00; \
                      2030-01-09/2030-01-10 price=1.00; 2030-01-20/2030-01-22 price=2.00";
        assert_eq!(told, [("nights", Fact::from(nights))]);
        let all = ranges.iter().flat_map(|range| range.nights.nights()).collect();
        assert_eq!(edit.entry_of(audit.clone(), &all), audit);
    }

    fn edits() -> impl Strategy<Value = Vec<NightEdit>> {
        let edit = (0..40_u64, 1..20_u64, any::<Option<bool>>(), proptest::option::of(proptest::option::of(1..9_i64)));
        proptest::collection::vec(edit, 0..12).prop_map(|edits| {
            let usd = "USD".parse().expect("a currency");
            let day = |offset| StayDate::new(date("2030-01-01").as_date() + Days::new(offset));
            let edit = |(offset, length, is_blocked, price): (_, _, _, Option<Option<i64>>)| NightEdit {
                nights: Stay::new(day(offset), day(offset + length)).expect("a stay"),
                is_blocked,
                price: price.map_or(Patch::Keep, |price| price.map(|minor| Money::from_minor(minor, usd)).into()),
                minimum_nights: Patch::Keep,
                maximum_nights: Patch::Keep,
            };
            edits.into_iter().map(edit).collect()
        })
    }

    /// The calendar after the edits, applied one by one.
    fn written(edits: &[NightEdit]) -> BTreeMap<StayDate, (Option<bool>, Patch<Money>)> {
        let mut calendar = BTreeMap::new();
        for edit in edits {
            for night in edit.nights.nights() {
                let (is_blocked, price) = calendar.entry(night).or_insert((None, Patch::Keep));
                *is_blocked = edit.is_blocked.or(*is_blocked);
                *price = price.then(edit.price);
            }
        }
        calendar.retain(|_, edit| *edit != (None, Patch::Keep));
        calendar
    }

    proptest! {
        #[test]
        fn what_is_flattened_writes_the_same_and_no_night_twice(edits in edits()) {
            let flat = flattened(&edits);
            prop_assert!(flat.is_sorted_by(|one, next| one.nights.check_out() <= next.nights.check_in()));
            prop_assert_eq!(written(&flat), written(&edits));
        }
    }
}
