//! Random offers: a stay costs the same wherever its price is computed. `just offers` compares a hundred thousand.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::availability::{Calendar, NightTerms};
use crate::charges::{ChargeBasis, ChargeKind, ChargeParts};
use crate::listings::{Companions, ListingEdit};
use crate::money::Money;
use crate::percentages::Percentage;
use crate::promotions::PromotionChoice;
use crate::promotions::fixture::promotion;
use crate::quotes::{AccountRates, AskedPromotion, GuestCount, RequestedStay};
use crate::stays::fixture::date;
use crate::stays::{Stay, StayDate};

/// A request for a stay, another stay of the same season, and the offer of both.
#[derive(Debug, Clone)]
struct Sale {
    offer: Offer,
    requested: RequestedStay,
    other: RequestedStay,
    /// Whether the price has no line but the base price.
    is_bare: bool,
}

fn share() -> impl Strategy<Value = Percentage> {
    prop_oneof![Just(0), 0..=10_000_u16].prop_map(|basis_points| {
        format!("{}.{:02}", basis_points / 100, basis_points % 100).parse().expect("a percentage")
    })
}

fn charge() -> impl Strategy<Value = Charge> {
    let kinds = (select(&ChargeKind::ALL[..]), select(&ChargeBasis::ALL[..]));
    let numbers = (0..=10_000_000_i64, 0..=1_000_000_i64, option::of(1..=20_i64), any::<bool>(), any::<bool>());
    (kinds, numbers).prop_map(|((kind, basis), (amount, percentage, max_nights, counts_children, is_taxable))| {
        let is_percentage = basis == ChargeBasis::Percentage;
        Charge::new(ChargeParts {
            amount: (!is_percentage).then(|| amount.try_into().expect("an amount")),
            percentage: is_percentage.then(|| percentage.try_into().expect("a percentage")),
            max_nights: max_nights.filter(|_| basis.counts_nights()).and_then(|nights| nights.try_into().ok()),
            counts_children: counts_children && basis.counts_guests(),
            is_taxable: (kind == ChargeKind::Fee).then_some(is_taxable),
            ..parts("Charge", kind, basis)
        })
        .expect("a charge")
    })
}

fn guests() -> impl Strategy<Value = GuestCount> {
    (1..=20_i64, 0..=20_i64, 0..=3_i64, 0..=3_i64).prop_map(|(adults, children, infants, pets)| {
        let some = |number: i64| Companions::try_from(number).expect("a number");
        GuestCount::new(adults.try_into().expect("adults"), some(children), some(infants), some(pets)).expect("few")
    })
}

/// A stay in January 2030.
fn nights() -> impl Strategy<Value = Stay> {
    (0..15_u64, 1..=15_u64).prop_map(|(first, number)| {
        let day = |days| StayDate::new(date("2030-01-01").as_date() + chrono::Days::new(days));
        Stay::new(day(first), day(first + number)).expect("nights")
    })
}

fn sales() -> impl Strategy<Value = Sale> {
    let place = (select(&["USD", "JPY", "KWD", "CLF", "EUR"][..]), 0..=2_000_000_i64, select(&[2_u128, 4][..]));
    let calendar = btree_map(0..31_u64, option::weighted(0.9, 0..=3_000_000_i64), 0..=31);
    let rates = (share(), share(), option::of(share()), share(), any::<bool>());
    let stays = (nights(), nights(), guests(), guests(), any::<bool>());
    (place, calendar, rates, vec(charge(), 0..=6), stays).prop_map(
        |((code, start, owner), calendar, (markup, distribution, discount, workspace, is_bare), charges, stays)| {
            let (stay, other, guests, others, is_promoted) = stays;
            let is_promoted = is_promoted && !is_bare;
            let currency = code.parse().expect("a currency");
            let mut offer = offer(owner);
            let edit = ListingEdit {
                currency: Some(currency),
                max_occupancy: 1_000.try_into().ok(),
                ..ListingEdit::default()
            };
            if let Some(change) = offer.listing.listing.update(edit, &scope(), by_user(now())).expect("valid") {
                offer.listing.listing = change.after;
            }
            let night = |(day, price): (u64, Option<i64>)| {
                let date = StayDate::new(date("2030-01-01").as_date() + chrono::Days::new(day));
                // Some prices are in a currency that the listing has left.
                let price = match price {
                    Some(minor) => Money::from_minor(minor, currency),
                    None => Money::from_minor(1, "CHF".parse().expect("a currency")),
                };
                (date, NightTerms { price: Some(price), ..NightTerms::default() })
            };
            let differing: BTreeMap<_, _> = calendar.into_iter().map(night).collect();
            let bounds = (1.try_into().expect("a night"), None);
            offer.calendar = Calendar::of(Money::from_minor(start, currency), bounds, differing, vec![]);
            if !is_bare {
                offer.rates = AccountRates {
                    markup,
                    distribution_markup: distribution,
                    default_discount: discount,
                    workspace_discount: workspace,
                };
                offer.charges = charges;
            }
            let promotion = promotion(&scope());
            let choice = is_promoted.then(|| PromotionChoice::Id(promotion.id()));
            offer.promotion = is_promoted.then_some(AskedPromotion { promotion, is_assigned: true });
            let requested = |stay, guests| RequestedStay { stay, guests, currency: None, promotion: choice.clone() };
            Sale { requested: requested(stay, guests), other: requested(other, others), offer, is_bare }
        },
    )
}

proptest! {
    #[test]
    fn a_stay_costs_the_same_in_quotes_reservations_amendments_and_calendars(sale in sales()) {
        let Sale { offer, requested, other, is_bare } = sale;
        let priced = offer.price(&requested, owner(), now()).expect("on offer");
        let total = Some(priced.price.total().to_string().parse().expect("a total"));

        let stamp = || Stamp { at: now(), ..stamp() };
        let quote = Quote::create(QuoteId::new(Uuid::from_u128(14)), priced.clone(), &scope(), stamp()).after;
        let quoted = book_quoted(&FoundQuote { quote, reservation: None }, &offer, now()).expect("on offer");
        prop_assert_eq!(quoted.priced(), &priced);

        let new = || new_reservation(ReservationType::InstantBooking);
        let book = |requested, total| {
            let expected = ExpectedPrice { total, ..ExpectedPrice::default() };
            Reservation::book(new(), requested, expected, &offer, &scope(), by_user(now()), audit_ids()).expect("at this price")
        };
        let booked = book(&requested, total).after.reservation;
        prop_assert_eq!(booked.priced(), &priced);

        let before = book(&other, None).after.reservation;
        let edit = ReservationEdit {
            check_in: Some(requested.stay.check_in()),
            check_out: Some(requested.stay.check_out()),
            guests: Some(GuestCountEdit::ByKind(requested.guests)),
            total,
            ..ReservationEdit::default()
        };
        if let Some(asked) = before.amended_stay(&edit, now()).expect("live") {
            let change = before.amend_stay(edit, &asked, &offer, &scope(), by_user(now()), audit_ids());
            let amended = change.expect("at this price").after.reservation;
            prop_assert_eq!(amended.priced(), &priced);
        } else {
            prop_assert_eq!(before.priced(), &priced);
        }

        let nights: i64 = offer.calendar.nights(requested.stay).map(|night| night.price.minor()).sum();
        prop_assert_eq!(priced.price.parts().base.minor(), nights);
        prop_assert!(!is_bare || priced.price.total().minor() == nights);
        prop_assert!(priced.price.before_taxes().minor() >= 0 && priced.price.total() .minor() >= priced.price.before_taxes().minor());
    }
}
