use proptest::prelude::*;

use super::*;
use crate::money::Amount;

fn percentage(text: &str) -> Percentage {
    text.parse().expect("a percentage")
}

fn rates(markup: &str, distribution: Option<&str>, discount: &str, promotion: Option<&str>) -> Rates {
    Rates {
        markup: percentage(markup),
        distribution_markup: distribution.map(percentage),
        default_discount: percentage(discount),
        promotion: promotion.map(percentage),
    }
}

fn price(nights: &[&str], code: &str, rates: Rates) -> Price {
    let currency = code.parse().expect("a currency");
    let money = |night: &&str| Money::of(night.parse::<Amount>().expect("an amount"), currency).expect("not too fine");
    Price::of(nights.iter().map(money), currency, rates)
}

/// Base, markup, distribution markup, default discount, promotion, total.
fn lines(price: &Price) -> [String; 6] {
    let PriceParts { base, markup, distribution_markup, default_discount, promotion_discount, .. } =
        price.clone().into_parts();
    let nothing = Money::from_minor(0, price.currency());
    let value = |line: Option<PriceLine>| line.map_or(nothing, |line| line.value);
    let promotion = value(promotion_discount);
    [base, markup.value, value(distribution_markup), default_discount.value, promotion, price.total()]
        .map(|money| money.to_string())
}

#[test]
fn every_share_is_one_of_the_base() {
    for (nights, code, rates, expected) in [
        (
            &["149", "149", "199.99"][..],
            "USD",
            rates("10", Some("5"), "2.5", Some("20")),
            ["497.99", "49.80", "24.90", "12.45", "99.60", "460.64"],
        ),
        (&["149"], "USD", rates("0", None, "0", None), ["149.00", "0.00", "0.00", "0.00", "0.00", "149.00"]),
        (&["15005"], "JPY", rates("10", Some("1"), "0", None), ["15005", "1500", "150", "0", "0", "16655"]),
        (
            &["10.005", "10.010"],
            "KWD",
            rates("10", None, "50", None),
            ["20.015", "2.002", "0.000", "10.008", "0.000", "12.009"],
        ),
        (&["0"], "USD", rates("100", Some("100"), "100", Some("100")), ["0.00"; 6]),
    ] {
        assert_eq!(lines(&price(nights, code, rates)), expected, "{nights:?} {code}");
    }
}

#[test]
fn halves_go_to_the_even_neighbour() {
    for (night, expected) in [("0.05", "0.00"), ("0.15", "0.02"), ("0.25", "0.02"), ("0.35", "0.04")] {
        let [_, markup, ..] = lines(&price(&[night], "USD", rates("10", None, "0", None)));
        assert_eq!(markup, expected, "10 % of {night}");
    }
}

#[test]
fn a_promotion_gives_what_is_left_at_most() {
    for (rates, promotion, total) in [
        (rates("0", None, "30", Some("70")), "70.00", "0.00"),
        (rates("0", None, "30", Some("80")), "70.00", "0.00"),
        (rates("10", None, "30", Some("80")), "80.00", "0.00"),
        (rates("10", Some("15"), "30", Some("80")), "80.00", "15.00"),
        (rates("0", None, "100", Some("100")), "0.00", "0.00"),
        (rates("0", None, "100", None), "0.00", "0.00"),
    ] {
        let price = price(&["100"], "USD", rates);
        let [.., promoted, paid] = lines(&price);
        assert_eq!((promoted.as_str(), paid.as_str()), (promotion, total), "{rates:?}");
        assert_eq!(price.parts().promotion_discount.map(|line| line.percentage), rates.promotion);
    }
}

#[test]
fn the_dearest_stay_is_reckoned_exactly() {
    let nights = ["1000000000"; 730];
    let all = rates("100", Some("100"), "0", None);
    assert_eq!(price(&nights, "CLF", all).total().to_string(), "2190000000000.0000");
}

fn any_percentage() -> impl Strategy<Value = Percentage> {
    (0..=10_000_i64).prop_map(|points| Percentage::try_from(points).expect("in range"))
}

prop_compose! {
    fn any_rates()(
        markup in any_percentage(),
        distribution_markup in proptest::option::of(any_percentage()),
        default_discount in any_percentage(),
        promotion in proptest::option::of(any_percentage()),
    ) -> Rates {
        Rates { markup, distribution_markup, default_discount, promotion }
    }
}

/// The share, computed with integers only.
fn half_even(base: i64, percentage: Percentage) -> i64 {
    let exact = i128::from(base) * i128::from(percentage.basis_points());
    let (whole, rest) = (exact / 10_000, exact % 10_000);
    let rounds_up = rest > 5_000 || (rest == 5_000 && whole % 2 == 1);
    i64::try_from(whole + i128::from(rounds_up)).expect("fits")
}

proptest! {
    #[test]
    fn the_lines_add_up_and_nobody_is_paid_for_staying(
        nights in proptest::collection::vec(0..=10_000_000_000_000_i64, 1..=730),
        rates in any_rates(),
        code in proptest::sample::select(vec!["USD", "JPY", "KWD", "CLF"]),
    ) {
        let currency = code.parse().expect("a currency");
        let price = Price::of(nights.iter().map(|minor| Money::from_minor(*minor, currency)), currency, rates);
        let PriceParts { base, markup, distribution_markup, default_discount, promotion_discount, charges: _ } =
            price.clone().into_parts();
        let value = |line: Option<PriceLine>| line.map_or(0, |line| line.value.minor());

        prop_assert_eq!(base.minor(), nights.iter().sum::<i64>());
        let put_on = base.minor() + markup.value.minor() + value(distribution_markup);
        let left = put_on - default_discount.value.minor();
        prop_assert!(left >= 0, "the default discount alone never exceeds the price");
        let paid = left - value(promotion_discount);
        prop_assert_eq!((price.total().minor(), price.total().currency()), (paid, currency));
        prop_assert!(paid >= 0);
        prop_assert_eq!(price.discounts().minor(), put_on - price.before_taxes().minor());

        for line in [Some(markup), distribution_markup, Some(default_discount)].into_iter().flatten() {
            prop_assert_eq!(line.value.minor(), half_even(base.minor(), line.percentage));
        }
        if let Some(PriceLine { percentage, value }) = promotion_discount {
            prop_assert_eq!(value.minor(), half_even(base.minor(), percentage).min(left));
        }
    }
}
