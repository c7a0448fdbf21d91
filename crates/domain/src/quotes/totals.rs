//! Prices of stays as lists show them.

use crate::money::Money;
use crate::stays::Nights;

/// The price of a stay without its lines: that of a quote without a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StayPrice {
    /// The number of nights.
    pub nights: Nights,
    /// The total.
    pub total: Money,
    /// The total without taxes.
    pub before_taxes: Money,
}

impl StayPrice {
    /// The total divided by the nights, rounded half-even to the minor unit.
    pub fn average_nightly(&self) -> Money {
        let (total, nights) = (self.total.minor(), i64::from(self.nights.get()));
        let (average, rest) = (total / nights, total % nights * 2);
        let is_up = rest > nights || rest == nights && average % 2 == 1;
        Money::from_minor(average + i64::from(is_up), self.total.currency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_rounded_half_even() {
        for (total, nights, expected) in [(100, 1, 100), (100, 3, 33), (101, 3, 34), (5, 2, 2), (7, 2, 4), (0, 7, 0)] {
            let money = |minor| Money::from_minor(minor, "USD".parse().expect("a currency"));
            let nights = Nights::try_from(nights).expect("nights");
            let price = StayPrice { nights, total: money(total), before_taxes: money(0) };
            assert_eq!(price.average_nightly(), money(expected), "{total} / {nights:?}");
        }
    }
}
