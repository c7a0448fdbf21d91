//! Amounts of money, percentages and other numbers, with the currencies and countries beside them.

use domain::countries::Country;
use domain::currencies::Currency;
use domain::listings::Bathrooms;
use domain::money::{Amount, Money, Total};
use domain::percentages::Percentage;

use crate::{lines, read, read_back};

/// Reads each line as every kind of number and code. Amounts are in the last currency, and shared by the last percentage.
pub(crate) fn amounts(data: &[u8]) {
    let mut currency: Currency = "USD".parse().expect("a currency");
    let mut percentage = Percentage::default();
    for line in lines(data) {
        if let Some(found) = read::<Currency>(line) {
            assert!(found.code() == line.to_ascii_uppercase() && found.minor_digits() <= 4, "{line:?}");
            currency = found;
        }
        if let Some(country) = read::<Country>(line) {
            assert_eq!(country.code(), line.to_ascii_uppercase());
        }
        if let Some(found) = read_back::<Percentage>(line) {
            assert!(found.basis_points() <= 10_000, "{line:?}");
            percentage = found;
        }
        if let Some(bathrooms) = read_back::<Bathrooms>(line) {
            assert!((0..=10_000).contains(&bathrooms.tenths()), "{line:?}");
        }
        let amount = read::<Amount>(line);
        let total = read::<Total>(line);
        assert!(amount.is_none() || total.is_some(), "{line:?} is a price of a night, but not of a stay");
        if let Some(total) = total {
            money(line, total, currency, percentage);
        }
        if let Some(amount) = amount {
            assert_eq!(Some(amount.ten_thousandths()), total.map(Total::ten_thousandths), "{line:?}");
        }
    }
}

/// Money has the digits that were sent, and a share of it is not more.
fn money(line: &str, total: Total, currency: Currency, percentage: Percentage) {
    let (down, up) = (total.ten_thousandths(), total.ten_thousandths_up());
    assert!(0 <= down && (down == up || down + 1 == up), "{line:?}");
    if let Some(expected) = ten_thousandths(line) {
        assert_eq!(i128::from(down), expected, "{line:?}");
    }
    let Ok(money) = Money::of(total, currency) else { return };
    let again: Total = money.to_string().parse().expect("an amount");
    assert_eq!((Money::of(again, currency), again), (Ok(money), total), "{line:?} reads back");
    assert!((down, down) == (up, money.ten_thousandths()) && money.stated_in(currency) == Ok(money), "{line:?}");
    let share = money.share(percentage);
    assert!((0..=money.minor()).contains(&share.minor()), "{percentage} % of {money}");
}

/// Computes the ten-thousandths of a number by its digits, if it is short.
fn ten_thousandths(line: &str) -> Option<i128> {
    let (whole, decimals) = line.split_once('.').unwrap_or((line, ""));
    let decimals: String = decimals.chars().chain("0000".chars()).take(4).collect();
    let whole: i128 = whole.parse().ok().filter(|whole| *whole > 0)?;
    Some(whole * 10_000 + decimals.parse::<i128>().ok()?)
}
