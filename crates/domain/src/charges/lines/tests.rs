use proptest::prelude::*;
use proptest::sample::select;

use super::super::fixture::parts;
use super::super::{ChargeAmount, ChargePercentage, MOST_CHARGES};
use super::*;
use crate::currencies::Currency;
use crate::money::Amount;
use crate::percentages::Percentage;
use crate::quotes::{Price, Rates};
use crate::stays::fixture::date;
use ChargeBasis::{PerGuest, PerGuestPerNight, PerNight, PerStay, Percentage as Share};
use ChargeKind::{Fee, Tax};

fn charge_of(parts: ChargeParts) -> Charge {
    Charge::new(parts).expect("a charge")
}

fn ten(kind: ChargeKind, basis: ChargeBasis) -> ChargeParts {
    parts("Charge", kind, basis)
}

#[expect(clippy::unnecessary_wraps, reason = "it is a field")]
fn amount(text: &str) -> Option<ChargeAmount> {
    Some(text.parse().expect("an amount"))
}

#[expect(clippy::unnecessary_wraps, reason = "it is a field")]
fn share(text: &str) -> Option<ChargePercentage> {
    Some(text.parse().expect("a percentage"))
}

fn nights(number: i64) -> Nights {
    number.try_into().expect("nights")
}

fn charged_stay(number: i64, adults: i32, children: i32) -> ChargedStay {
    ChargedStay { check_in: date("2030-01-10"), nights: nights(number), adults, children }
}

/// A price of nights at this price, without markups and discounts.
fn priced(night: &str, number: usize, code: &str) -> Price {
    let currency = code.parse().expect("a currency");
    let night = Money::of(night.parse::<Amount>().expect("an amount"), currency).expect("not too fine");
    let nothing = Percentage::default();
    let rates = Rates { markup: nothing, distribution_markup: None, default_discount: nothing, promotion: None };
    Price::of(std::iter::repeat_n(night, number), currency, rates)
}

/// The values of the lines, fees first.
fn values(price: &Price) -> Vec<String> {
    let ChargeLines { fees, taxes } = &price.parts().charges;
    fees.iter().chain(taxes).map(|line| line.value.to_string()).collect()
}

#[test]
fn a_charge_counts_what_its_basis_says() {
    let stay = charged_stay(30, 2, 3);
    for (parts, expected, description) in [
        (ten(Fee, PerStay), "10.00", "10 per stay"),
        (ten(Fee, PerNight), "300.00", "10 × 30 nights"),
        (ChargeParts { max_nights: Some(nights(21)), ..ten(Tax, PerNight) }, "210.00", "10 × 21 nights"),
        (ChargeParts { max_nights: Some(nights(31)), ..ten(Tax, PerNight) }, "300.00", "10 × 30 nights"),
        (ten(Fee, PerGuest), "20.00", "10 × 2 guests"),
        (ChargeParts { counts_children: true, ..ten(Fee, PerGuest) }, "50.00", "10 × 5 guests"),
        (ten(Tax, PerGuestPerNight), "600.00", "10 × 2 guests × 30 nights"),
        (ChargeParts { max_nights: Some(nights(1)), ..ten(Tax, PerGuestPerNight) }, "20.00", "10 × 2 guests × 1 night"),
        (ten(Fee, Share), "300.00", "10% of 3000.00"),
        (ChargeParts { percentage: share("8.8755"), ..ten(Tax, Share) }, "266.26", "8.8755% of 3000.00"),
    ] {
        let charges = [charge_of(parts)];
        let price = priced("100", 30, "USD").with_charges(&charges, &stay).expect("not too high");
        let ChargeLines { fees, taxes } = &price.parts().charges;
        let line = fees.iter().chain(taxes).next().expect("a line");
        assert_eq!((line.value.to_string().as_str(), line.description.as_str()), (expected, description));
    }
}

#[test]
fn taxes_are_taken_of_the_price_and_the_taxable_fees() {
    let charges = [
        charge_of(ten(Tax, Share)),
        charge_of(ten(Fee, PerStay)),
        charge_of(ChargeParts { is_taxable: Some(false), amount: amount("50"), ..ten(Fee, PerStay) }),
        charge_of(ten(Fee, Share)),
        charge_of(ten(Tax, PerStay)),
    ];
    let price = priced("100", 1, "USD").with_charges(&charges, &charged_stay(1, 1, 0)).expect("not too high");
    assert_eq!(values(&price), ["10.00", "50.00", "10.00", "12.00", "10.00"]);
    let sums = [price.fees(), price.taxes(), price.before_taxes(), price.total()].map(|sum| sum.to_string());
    assert_eq!(sums, ["70.00", "22.00", "170.00", "192.00"]);
}

#[test]
fn an_amount_is_rounded_once_to_the_currency_that_is_sold() {
    for (code, expected) in [("JPY", "22"), ("USD", "21.84"), ("KWD", "21.840"), ("CLF", "21.8400")] {
        let charges = [charge_of(ChargeParts { amount: amount("0.52"), ..ten(Tax, PerGuestPerNight) })];
        let price = priced("100", 21, code).with_charges(&charges, &charged_stay(21, 2, 0)).expect("not too high");
        assert_eq!(values(&price), [expected], "{code}");
    }
    for (text, expected) in [("0.5", &[] as &[&str]), ("1.5", &["2"]), ("2.5", &["2"]), ("0.4999", &[])] {
        let charges = [charge_of(ChargeParts { amount: amount(text), ..ten(Fee, PerStay) })];
        let price = priced("100", 1, "JPY").with_charges(&charges, &charged_stay(1, 1, 0)).expect("not too high");
        assert_eq!(values(&price), expected, "{text}: halves go to the even neighbour, and nothing is no line");
    }
}

#[test]
fn a_charge_applies_to_arrivals_of_its_period() {
    for (first, last, applies) in [
        (None, None, true),
        (Some("2030-01-10"), Some("2030-01-10"), true),
        (Some("2030-01-11"), None, false),
        (None, Some("2030-01-09"), false),
    ] {
        let period =
            ChargeParts { first_check_in: first.map(date), last_check_in: last.map(date), ..ten(Fee, PerStay) };
        let charges = [charge_of(period)];
        let price = priced("100", 1, "USD").with_charges(&charges, &charged_stay(1, 1, 0)).expect("not too high");
        assert_eq!(!values(&price).is_empty(), applies, "{first:?} to {last:?}");
    }
}

#[test]
fn no_stay_costs_more_than_its_client_may_expect() {
    let dear = || charge_of(ChargeParts { amount: amount("1000000000"), ..ten(Fee, PerGuestPerNight) });
    for (code, guests, is_too_high) in
        [("USD", 10, false), ("USD", 1000, true), ("CLF", 10, false), ("CLF", 1000, true)]
    {
        let price = priced("100", 730, code).with_charges(&[dear()], &charged_stay(730, guests, 0));
        assert_eq!(price.is_err(), is_too_high, "{code} {guests}");
    }
    let most = vec![dear(); MOST_CHARGES];
    assert_eq!(priced("100", 730, "CLF").with_charges(&most, &charged_stay(730, 1000, 0)), Err(PriceTooHighError));
}

prop_compose! {
    fn any_parts()(
        kind in select(&ChargeKind::ALL[..]),
        basis in select(&ChargeBasis::ALL[..]),
        amount in 0..=100_000_000_i64,
        percentage in 0..=1_000_000_i64,
        max_nights in proptest::option::of(1..=30_i64),
        counts_children in any::<bool>(),
        is_taxable in any::<bool>(),
        days in proptest::option::of(0..=20_u64),
    ) -> ChargeParts {
        let is_percentage = basis == Share;
        let first = date("2030-01-10").as_date() - chrono::Days::new(10);
        ChargeParts {
            amount: (!is_percentage).then(|| amount.try_into().expect("an amount")),
            percentage: is_percentage.then(|| percentage.try_into().expect("a percentage")),
            max_nights: max_nights.filter(|_| basis.counts_nights()).map(nights),
            counts_children: counts_children && basis.counts_guests(),
            is_taxable: (kind == Fee).then_some(is_taxable),
            first_check_in: days.map(|days| StayDate::new(first + chrono::Days::new(days))),
            ..parts("Charge", kind, basis)
        }
    }
}

prop_compose! {
    fn any_stay()(number in 1..=730_i64, adults in 1..=50_i32, children in 0..=50_i32) -> ChargedStay {
        charged_stay(number, adults, children)
    }
}

/// Divides half-even, computed with integers only.
fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    whole + i128::from(2 * rest > denominator || (2 * rest == denominator && whole % 2 == 1))
}

/// The values of the charges that apply in minor units, and their part in the price that is taxed.
fn expected(parts: &[ChargeParts], stay: &ChargedStay, subtotal: i64, digits: u32) -> (Vec<i128>, Vec<i128>) {
    let value = |parts: &ChargeParts, price: i128| {
        let nights = parts.max_nights.map_or(stay.nights, |most| most.min(stay.nights)).get();
        let guests = if parts.counts_children { stay.adults + stay.children } else { stay.adults };
        let count = match parts.basis {
            PerStay | Share => 1,
            PerNight => nights,
            PerGuest => guests,
            PerGuestPerNight => nights * guests,
        };
        match (parts.amount, parts.percentage) {
            (Some(amount), _) => {
                let exact = i128::from(amount.ten_thousandths()) * i128::from(count) * 10_i128.pow(digits);
                half_even(exact, 10_000)
            }
            (None, share) => half_even(price * share.map_or(0, |share| i128::from(share.ten_thousandths())), 1_000_000),
        }
    };
    let applying = |kind| {
        let is_in_time = |parts: &&ChargeParts| parts.first_check_in.is_none_or(|first| first <= stay.check_in);
        parts.iter().filter(move |parts| parts.kind == kind).filter(is_in_time)
    };
    let subtotal = i128::from(subtotal);
    let fees: Vec<_> = applying(Fee).map(|parts| (parts.is_taxable, value(parts, subtotal))).collect();
    let taxed = subtotal + fees.iter().filter(|(taxable, _)| *taxable == Some(true)).map(|(_, fee)| fee).sum::<i128>();
    let tax_lines = applying(Tax).map(|parts| value(parts, taxed)).filter(|tax| *tax > 0).collect();
    (fees.into_iter().map(|(_, fee)| fee).filter(|fee| *fee > 0).collect(), tax_lines)
}

fn minors(lines: &[ChargeLine]) -> Vec<i128> {
    lines.iter().map(|line| line.value.minor().into()).collect()
}

proptest! {
    #[test]
    fn each_line_is_rounded_once_and_the_lines_add_up(
        parts in proptest::collection::vec(any_parts(), 0..=8),
        stay in any_stay(),
        night in 0..=1_000_000_i64,
        discount in 0..=10_000_i64,
        code in select(vec!["JPY", "USD", "KWD", "CLF"]),
    ) {
        let currency: Currency = code.parse().expect("a currency");
        let percentage = |points: i64| Percentage::try_from(points).expect("in range");
        let rates = Rates {
            markup: percentage(1_250),
            distribution_markup: Some(percentage(333)),
            default_discount: percentage(discount),
            promotion: Some(percentage(10_000 - discount / 3)),
        };
        let number = usize::try_from(stay.nights.get()).expect("nights");
        let plain = Price::of(std::iter::repeat_n(Money::from_minor(night, currency), number), currency, rates);
        let charges: Vec<_> = parts.iter().cloned().map(charge_of).collect();
        let price = plain.clone().with_charges(&charges, &stay).expect("not too high");

        let (fees, taxes) = expected(&parts, &stay, plain.total().minor(), currency.minor_digits());
        prop_assert_eq!(minors(&price.parts().charges.fees), fees.clone());
        prop_assert_eq!(minors(&price.parts().charges.taxes), taxes.clone());
        let (fees, taxes) = (fees.iter().sum::<i128>(), taxes.iter().sum::<i128>());
        let before = i128::from(plain.total().minor()) + fees;
        prop_assert_eq!(i128::from(price.fees().minor()), fees);
        prop_assert_eq!(i128::from(price.taxes().minor()), taxes);
        prop_assert_eq!(i128::from(price.before_taxes().minor()), before);
        prop_assert_eq!(i128::from(price.total().minor()), before + taxes);
        prop_assert!(plain.total().minor() >= 0 && price.total().minor() >= plain.total().minor());
    }

    #[test]
    fn the_order_of_the_charges_does_not_matter(
        (parts, shuffled) in proptest::collection::vec(any_parts(), 0..=8)
            .prop_flat_map(|parts| (Just(parts.clone()), Just(parts).prop_shuffle())),
        stay in any_stay(),
    ) {
        let price = |parts: Vec<ChargeParts>| {
            let charges: Vec<_> = parts.into_iter().map(charge_of).collect();
            let price = priced("99.95", 3, "USD").with_charges(&charges, &stay).expect("not too high");
            let sums = (price.fees(), price.taxes(), price.total());
            let mut values = values(&price);
            values.sort();
            (sums, values)
        };
        prop_assert_eq!(price(parts), price(shuffled));
    }
}
