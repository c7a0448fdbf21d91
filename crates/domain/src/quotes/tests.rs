use chrono::{DateTime, TimeDelta, Utc};

use super::fixture::{now, offer, priced, requested, scope};
use super::*;
use crate::access::fixture::stamp;
use crate::audit::Fact;
use crate::availability::{Calendar, NightTerms};
use crate::charges::{self, Charge, ChargeBasis, ChargeKind};
use crate::currencies::Currency;
use crate::listings::{Companions, ListingEdit, Nights, Unavailable};
use crate::money::Money;
use crate::patch::Patch;
use crate::percentages::Percentage;
use crate::promotions::fixture::promotion;
use crate::promotions::{PromotionChoice, PromotionNotValidError};
use crate::stays::fixture::{date, stay};

/// An offer of a listing that was edited.
fn edited(edit: ListingEdit) -> Offer {
    let mut offer = offer(2);
    if let Some(change) = offer.listing.listing.update(edit, &scope(), stamp()).expect("valid") {
        offer.listing.listing = change.after;
    }
    with_calendar(offer, &[], &[])
}

fn with_calendar(mut offer: Offer, differing: &[(&str, NightTerms)], sold: &[(&str, &str)]) -> Offer {
    let differing = differing.iter().map(|(night, terms)| (date(night), *terms)).collect();
    let sold = sold.iter().map(|(check_in, check_out)| stay(check_in, check_out)).collect();
    offer.calendar = Calendar::new(offer.listing.listing.details(), differing, sold);
    offer
}

fn price(offer: &Offer, requested: &RequestedStay) -> Result<PricedStay, OfferRefused> {
    offer.price(requested, scope().tenant_id(), now())
}

fn total(offer: &Offer, requested: &RequestedStay) -> String {
    price(offer, requested).expect("on offer").price.total().to_string()
}

fn nights(number: i64) -> Nights {
    number.try_into().expect("nights")
}

fn percentage(text: &str) -> Percentage {
    text.parse().expect("a percentage")
}

fn adults(number: i64) -> GuestCount {
    GuestCount::adults_only(number.try_into().expect("guests"))
}

#[test]
fn nightly_prices_are_summed() {
    let dear = NightTerms { price: Some(Money::from_minor(20_050, usd())), ..NightTerms::default() };
    let offer = with_calendar(offer(2), &[("2030-01-11", dear), ("2030-01-13", dear)], &[]);
    assert_eq!(total(&offer, &requested("2030-01-10", "2030-01-13")), "498.50", "the departure night is not included");
}

#[test]
fn only_an_importer_pays_the_distribution_markup() {
    for (owner, expected) in [(2, "163.90"), (4, "178.80")] {
        let mut offer = offer(owner);
        offer.rates.markup = percentage("10");
        offer.rates.distribution_markup = percentage("10");
        let priced = price(&offer, &requested("2030-01-10", "2030-01-11")).expect("on offer");
        assert_eq!(priced.price.total().to_string(), expected);
        assert_eq!(priced.price.parts().distribution_markup.is_some(), owner == 4);
    }
}

#[test]
fn an_account_without_a_discount_gives_the_workspaces() {
    for (account, expected) in [(None, "134.10"), (Some("0"), "149.00"), (Some("50"), "74.50")] {
        let mut offer = offer(2);
        offer.rates.workspace_discount = percentage("10");
        offer.rates.default_discount = account.map(percentage);
        assert_eq!(total(&offer, &requested("2030-01-10", "2030-01-11")), expected, "{account:?}");
    }
}

#[test]
fn what_a_listing_does_not_allow_is_told_all_at_once() {
    let strict = edited(ListingEdit {
        minimum_nights: Some(nights(2)),
        maximum_nights: Patch::Set(nights(5)),
        ..ListingEdit::default()
    });
    let occupancy = 4.try_into().expect("an occupancy");
    let [few, many] = [StayIssue::TooFewNights { minimum: nights(2) }, StayIssue::TooManyNights { maximum: nights(5) }];
    let guests = StayIssue::TooManyGuests { occupancy };
    let past = StayIssue::InThePast { today: date("2029-12-31") };
    for (check_in, check_out, number, expected) in [
        ("2030-01-10", "2030-01-12", 4, vec![]),
        ("2030-01-10", "2030-01-15", 1, vec![]),
        ("2029-12-31", "2030-01-02", 1, vec![]),
        ("2030-01-10", "2030-01-11", 1, vec![few]),
        ("2030-01-10", "2030-01-16", 1, vec![many]),
        ("2030-01-10", "2030-01-12", 5, vec![guests]),
        ("2029-12-30", "2030-01-01", 1, vec![past]),
        ("2029-12-30", "2029-12-31", 5, vec![past, few, guests]),
    ] {
        let requested = RequestedStay { guests: adults(number), ..requested(check_in, check_out) };
        let refused = price(&strict, &requested).err();
        let expected = Some(expected).filter(|issues| !issues.is_empty()).map(OfferRefused::Stay);
        assert_eq!(refused, expected, "{check_in} to {check_out}");
    }
}

#[test]
fn infants_and_pets_come_where_they_may_and_take_no_room() {
    let some = |number: i64| Companions::try_from(number).expect("a number");
    let infants = |maximum| StayIssue::TooManyInfants { maximum: some(maximum) };
    for (max_infants, pets_allowed, count, expected) in [
        (None, None, (9, 9), vec![]),
        (Some(1), Some(true), (1, 9), vec![]),
        (Some(1), Some(true), (2, 0), vec![infants(1)]),
        (Some(0), Some(false), (0, 0), vec![]),
        (Some(0), Some(false), (1, 1), vec![infants(0), StayIssue::NoPets]),
    ] {
        let bounded = edited(ListingEdit {
            max_infants: max_infants.map(some).into(),
            pets_allowed: pets_allowed.into(),
            ..ListingEdit::default()
        });
        let guests = GuestCount::new(1.try_into().expect("an adult"), some(3), some(count.0), some(count.1));
        let requested = RequestedStay { guests: guests.expect("few"), ..requested("2030-01-10", "2030-01-12") };
        let expected = Some(expected).filter(|issues| !issues.is_empty()).map(OfferRefused::Stay);
        assert_eq!(price(&bounded, &requested).err(), expected, "{max_infants:?} {pets_allowed:?} {count:?}");
    }
}

#[test]
fn children_are_charged_where_they_count() {
    let ten = |counts_children| {
        let parts = charges::fixture::parts("Tax", ChargeKind::Tax, ChargeBasis::PerGuest);
        Charge::new(charges::ChargeParts { counts_children, ..parts }).expect("a charge")
    };
    let offer = Offer { charges: vec![ten(true), ten(false)], ..offer(2) };
    let some = |number: i64| Companions::try_from(number).expect("a number");
    let guests = GuestCount::new(2.try_into().expect("adults"), some(2), some(1), some(1)).expect("few");
    let requested = RequestedStay { guests, ..requested("2030-01-10", "2030-01-11") };
    assert_eq!(total(&offer, &requested), "209.00", "149, 10 for each of four, and 10 for each of two");
}

#[test]
fn the_bounds_of_a_stay_are_those_of_its_first_night() {
    let bounded = |minimum, maximum| NightTerms {
        minimum_nights: Some(nights(minimum)),
        maximum_nights: Some(nights(maximum)),
        ..NightTerms::default()
    };
    let offer = with_calendar(offer(2), &[("2030-01-10", bounded(3, 4)), ("2030-01-11", bounded(9, 9))], &[]);
    for (check_in, check_out, is_allowed) in [
        ("2030-01-10", "2030-01-12", false),
        ("2030-01-10", "2030-01-13", true),
        ("2030-01-10", "2030-01-14", true),
        ("2030-01-10", "2030-01-15", false),
        ("2030-01-09", "2030-01-12", true),
    ] {
        assert_eq!(price(&offer, &requested(check_in, check_out)).is_ok(), is_allowed, "{check_in} to {check_out}");
    }
}

#[test]
fn today_is_the_date_at_the_place() {
    let requested = requested("2029-12-31", "2030-01-02");
    for (zone, now, is_allowed) in [
        (None, "2029-12-31T23:59:59Z", true),
        (None, "2030-01-01T00:00:00Z", false),
        (Some("America/New_York"), "2030-01-01T04:59:59Z", true),
        (Some("America/New_York"), "2030-01-01T05:00:00Z", false),
        (Some("Pacific/Kiritimati"), "2029-12-31T09:59:59Z", true),
        (Some("Pacific/Kiritimati"), "2029-12-31T10:00:00Z", false),
    ] {
        let zone = zone.map(|zone| zone.parse().expect("a time zone"));
        let offer = edited(ListingEdit { time_zone: zone.into(), ..ListingEdit::default() });
        let now = now.parse().expect("an instant");
        assert_eq!(offer.price(&requested, scope().tenant_id(), now).is_ok(), is_allowed, "{zone:?} {now}");
    }
}

#[test]
fn the_currency_is_the_listings() {
    for (currency, is_fine) in [("USD", true), ("EUR", false)] {
        let requested = RequestedStay { currency: currency.parse().ok(), ..requested("2030-01-10", "2030-01-11") };
        let expected = if is_fine { None } else { Some(CurrencyMismatchError { currency: usd() }.into()) };
        assert_eq!(price(&offer(2), &requested).err(), expected);
    }
}

#[test]
fn a_promotion_applies_only_where_it_is_asked_for_found_and_valid() {
    let found = |is_assigned| Some(AskedPromotion { promotion: promotion(&scope()), is_assigned });
    let coupon = || Some(PromotionChoice::Coupon("WINTER".parse().expect("a code")));
    let refused = || Err(OfferRefused::Promotion(PromotionNotValidError));
    for (choice, promotion, check_in, expected) in [
        (coupon(), found(true), "2030-01-10", Ok("119.20")),
        (None, found(true), "2030-01-10", Ok("149.00")),
        (coupon(), found(false), "2030-01-10", refused()),
        (coupon(), None, "2030-01-10", refused()),
        (coupon(), found(true), "2030-02-10", refused()),
    ] {
        let check_out = date(check_in).next().to_string();
        let requested = RequestedStay { promotion: choice, ..requested(check_in, &check_out) };
        let offer = Offer { promotion, ..offer(2) };
        let priced = price(&offer, &requested);
        let id = priced.as_ref().ok().and_then(|priced| priced.promotion_id);
        assert_eq!(id.is_some(), expected == Ok("119.20"));
        assert_eq!(priced.map(|priced| priced.price.total().to_string()), expected.map(ToOwned::to_owned));
    }
}

#[test]
fn what_is_not_open_says_why() {
    use NotOpenError::{ImportAsleep, NotAvailable};
    // The owner, whether the listing is offered, whether it is free -> the result.
    for (owner, is_available, is_free, expected) in [
        (2, true, true, None),
        (2, true, false, Some(NotAvailable)),
        (2, false, true, Some(NotAvailable)),
        (4, true, true, None),
        (4, true, false, Some(NotAvailable)),
        (4, false, true, Some(ImportAsleep)),
        (4, false, false, Some(ImportAsleep)),
    ] {
        let sold = [("2030-01-01", "2030-01-11")];
        let mut offer = with_calendar(offer(owner), &[], if is_free { &[] } else { &sold });
        offer.listing.unavailable = (!is_available).then_some(Unavailable::AccountInactive);
        let refused = price(&offer, &requested("2030-01-10", "2030-01-12")).err();
        assert_eq!(refused, expected.map(OfferRefused::NotOpen), "{owner} {is_available} {is_free}");
    }
}

/// An importer does not learn whether the stay would fit a listing whose import sleeps.
#[test]
fn what_sleeps_says_nothing_else() {
    let mut offer = offer(4);
    offer.listing.unavailable = Some(Unavailable::ListingInactive);
    let (past, fine) = (("2029-01-01", "2029-01-02"), ("2030-01-10", "2030-01-12"));
    let many = adults(1000);
    let promotion = Some(PromotionChoice::Coupon("GUESS".parse().expect("a code")));
    for stay in [past, fine].map(|(check_in, check_out)| requested(check_in, check_out)) {
        for requested in [
            RequestedStay { guests: many, ..stay.clone() },
            RequestedStay { currency: "JPY".parse().ok(), ..stay.clone() },
            RequestedStay { promotion: promotion.clone(), ..stay.clone() },
            stay,
        ] {
            assert_eq!(price(&offer, &requested).err(), Some(NotOpenError::ImportAsleep.into()), "{requested:?}");
        }
    }
}

#[test]
fn a_quote_keeps_a_price_for_a_quarter_of_an_hour() {
    let Change { after: quote, audit, idempotency_record: _ } = quoted();
    let at = |minutes, milliseconds| now() + TimeDelta::minutes(minutes) + TimeDelta::milliseconds(milliseconds);
    let found = |reservation| FoundQuote { quote: quote.clone(), reservation };
    let good = |reservation, at: DateTime<Utc>| found(reservation).good(at).map(Quote::id);
    assert_eq!(good(None, at(0, 0)), Ok(quote.id()));
    assert_eq!(good(None, at(15, -1)), Ok(quote.id()));
    assert_eq!(good(None, at(15, 0)), Err(QuoteSpentError::Expired));

    let reservation = ReservationId::new(uuid::Uuid::from_u128(15));
    for at in [at(0, 0), at(15, 0)] {
        assert_eq!(good(Some(reservation), at), Err(QuoteSpentError::Used { reservation }));
    }
    assert_eq!((audit.action, audit.resource_name.as_str()), ("quote.create", "2030-01-10/2030-01-12"));
    assert!(audit.after.contains(&("totalPrice", Fact::from("298.00"))));
}

fn quoted() -> Change<Quote> {
    let stamp = Stamp { at: now(), ..stamp() };
    Quote::create(QuoteId::new(uuid::Uuid::from_u128(14)), priced(), &scope(), stamp)
}

fn usd() -> Currency {
    "USD".parse().expect("a currency")
}
