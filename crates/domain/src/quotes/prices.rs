//! Prices of stays.

#[cfg(test)]
mod tests;

use crate::charges::{Charge, ChargeLine, ChargeLines, ChargedStay, PriceTooHighError, charge};
use crate::currencies::Currency;
use crate::money::Money;
use crate::percentages::Percentage;

/// Markups and discounts, as shares of the base price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// The account's markup of every sale.
    pub markup: Percentage,
    /// The account's additional markup if an importer sells.
    pub distribution_markup: Option<Percentage>,
    /// The discount of every sale.
    pub default_discount: Percentage,
    /// The discount of a promotion.
    pub promotion: Option<Percentage>,
}

/// A share of the base price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceLine {
    /// The share.
    pub percentage: Percentage,
    /// The amount of the share, rounded half-even to the minor unit; never negative.
    pub value: Money,
}

/// The price of a stay, line by line. All amounts have the same currency, none is negative, and the lines add up to the
/// total exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    parts: PriceParts,
}

/// The stored fields of a price, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceParts {
    /// The price of all nights.
    pub base: Money,
    /// The account's markup.
    pub markup: PriceLine,
    /// The additional markup if an importer sells.
    pub distribution_markup: Option<PriceLine>,
    /// The discount of every sale.
    pub default_discount: PriceLine,
    /// The discount of a promotion, limited so that the total is not negative.
    pub promotion_discount: Option<PriceLine>,
    /// The fees and taxes of the account.
    pub charges: ChargeLines,
}

impl Price {
    /// Prices the nights, given the price of each. Every share is a share of the base price, not of an intermediate
    /// sum.
    ///
    /// The default discount cannot exceed the base price, because it is a share of it. The default discount and the
    /// promotion's together could, so the promotion's is limited to what the default discount leaves.
    pub fn of(nights: impl IntoIterator<Item = Money>, currency: Currency, rates: Rates) -> Self {
        let Rates { markup, distribution_markup, default_discount, promotion } = rates;
        // 730 nights at a billion each, in a currency of 4 decimals, use a thousandth of the range of 64 bits.
        let base = Money::from_minor(nights.into_iter().map(Money::minor).sum(), currency);
        let line = |percentage| PriceLine { percentage, value: base.share(percentage) };
        let parts = PriceParts {
            base,
            markup: line(markup),
            distribution_markup: distribution_markup.map(line),
            default_discount: line(default_discount),
            promotion_discount: None,
            charges: ChargeLines::default(),
        };
        let mut price = Self { parts };
        let left = price.before_taxes();
        price.parts.promotion_discount = promotion.map(|percentage| {
            let share = base.share(percentage).minor();
            PriceLine { percentage, value: Money::from_minor(share.min(left.minor()), currency) }
        });
        price
    }

    /// Adds the charges that apply to the stay.
    ///
    /// # Errors
    /// If no stay may cost so much.
    pub fn with_charges(self, charges: &[Charge], stay: &ChargedStay) -> Result<Self, PriceTooHighError> {
        let charges = charge(charges, stay, self.before_taxes())?;
        Ok(Self { parts: PriceParts { charges, ..self.parts } })
    }

    /// Creates a price from stored fields. Checks no rule.
    pub const fn from_parts(parts: PriceParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> PriceParts {
        self.parts
    }

    /// The fields, to show.
    pub const fn parts(&self) -> &PriceParts {
        &self.parts
    }

    /// The currency of all amounts.
    pub const fn currency(&self) -> Currency {
        self.parts.base.currency()
    }

    /// The sum of all discounts.
    pub fn discounts(&self) -> Money {
        let promotion = self.parts.promotion_discount.map_or(0, |line| line.value.minor());
        self.money(self.parts.default_discount.value.minor() + promotion)
    }

    /// The sum of all fees.
    pub fn fees(&self) -> Money {
        self.sum(&self.parts.charges.fees)
    }

    /// The sum of all taxes.
    pub fn taxes(&self) -> Money {
        self.sum(&self.parts.charges.taxes)
    }

    /// The total without taxes.
    pub fn before_taxes(&self) -> Money {
        let PriceParts { base, markup, distribution_markup, .. } = &self.parts;
        let distribution_markup = distribution_markup.map_or(0, |line| line.value.minor());
        let gross = base.minor() + markup.value.minor() + distribution_markup + self.fees().minor();
        self.money(gross - self.discounts().minor())
    }

    /// The total.
    pub fn total(&self) -> Money {
        self.money(self.before_taxes().minor() + self.taxes().minor())
    }

    fn sum(&self, lines: &[ChargeLine]) -> Money {
        self.money(lines.iter().map(|line| line.value.minor()).sum())
    }

    const fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency())
    }
}
