//! Charges: the fees and taxes that an integration account adds to the prices of stays.
//!
//! Charges belong to the account, and through it to its owner. The price of a stay has them, whether the owner or an importer
//! sells it. A quote and a reservation keep the lines that were computed for them, even if the charges change later.

mod decisions;
mod lines;
mod values;

use std::fmt;

use thiserror::Error;

pub use self::decisions::{
    AccountCharge, AccountCharges, AccountChargesParts, ChargeEdit, ChargeIdError, MOST_CHARGES,
};
pub(crate) use self::lines::charge;
pub use self::lines::{ChargeLine, ChargeLines, ChargedStay, PriceTooHighError};
pub use self::values::{
    ChargeAmount, ChargeBasis, ChargeBasisError, ChargeKind, ChargeKindError, ChargeNumber, ChargeNumberError,
    ChargePercentage,
};
use crate::stays::{Nights, StayDate};
use crate::text::Line;

/// The name of a charge, which the price shows.
pub type ChargeName = Line<1, 255>;

/// A fee or a tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    parts: ChargeParts,
}

/// The fields of a charge, as they are stated, stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeParts {
    /// The name.
    pub name: ChargeName,
    /// Whether it is a fee or a tax.
    pub kind: ChargeKind,
    /// The quantity by which it is multiplied.
    pub basis: ChargeBasis,
    /// The amount, unless it is a percentage.
    pub amount: Option<ChargeAmount>,
    /// The percentage, if it is one.
    pub percentage: Option<ChargePercentage>,
    /// The number of nights that count at most.
    pub max_nights: Option<Nights>,
    /// Whether children count as guests.
    pub counts_children: bool,
    /// Whether taxes are taken of a fee too; `None` for taxes. A new fee is taxable unless it says otherwise.
    pub is_taxable: Option<bool>,
    /// The first day of arrival to which it applies.
    pub first_check_in: Option<StayDate>,
    /// The last day of arrival to which it applies.
    pub last_check_in: Option<StayDate>,
}

/// A rule that the fields of a charge break together. The message is about the field that breaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChargeIssue {
    /// A missing amount. About the amount.
    #[error("field is required.")]
    AmountMissing,
    /// An amount and a percentage. About the amount.
    #[error("may not be sent with the basis PERCENTAGE.")]
    AmountOfPercentage,
    /// A missing percentage. About the percentage.
    #[error("field is required.")]
    PercentageMissing,
    /// A percentage of something else than the price. About the percentage.
    #[error("may be sent with the basis PERCENTAGE only.")]
    PercentageOfAmount,
    /// A limit of nights that do not count. About the limit.
    #[error("may be sent with the bases PER_NIGHT and PER_GUEST_PER_NIGHT only.")]
    NightsDoNotCount,
    /// Children where guests do not count. About the children.
    #[error("may be true with the bases PER_GUEST and PER_GUEST_PER_NIGHT only.")]
    GuestsDoNotCount,
    /// A tax that is taxable. About whether it is.
    #[error("may be sent with FEE only.")]
    TaxOfTax,
    /// A period that ends before it begins. About its last day.
    #[error("may not lie before the first check-in.")]
    Reversed,
}

impl Charge {
    /// Creates a charge.
    ///
    /// # Errors
    /// All rules that its fields break together.
    pub fn new(parts: ChargeParts) -> Result<Self, Vec<ChargeIssue>> {
        let ChargeParts { kind, basis, amount, percentage, max_nights, counts_children, is_taxable, .. } = parts;
        let is_percentage = basis == ChargeBasis::Percentage;
        let is_fee = kind == ChargeKind::Fee;
        let is_reversed = parts.first_check_in.zip(parts.last_check_in).is_some_and(|(first, last)| last < first);
        let issues = [
            (!is_percentage && amount.is_none(), ChargeIssue::AmountMissing),
            (is_percentage && amount.is_some(), ChargeIssue::AmountOfPercentage),
            (is_percentage && percentage.is_none(), ChargeIssue::PercentageMissing),
            (!is_percentage && percentage.is_some(), ChargeIssue::PercentageOfAmount),
            (!basis.counts_nights() && max_nights.is_some(), ChargeIssue::NightsDoNotCount),
            (!basis.counts_guests() && counts_children, ChargeIssue::GuestsDoNotCount),
            (!is_fee && is_taxable.is_some(), ChargeIssue::TaxOfTax),
            (is_reversed, ChargeIssue::Reversed),
        ];
        let issues: Vec<_> = issues.into_iter().filter_map(|(is_broken, issue)| is_broken.then_some(issue)).collect();
        if !issues.is_empty() {
            return Err(issues);
        }
        let is_taxable = is_fee.then(|| is_taxable.unwrap_or(true));
        Ok(Self { parts: ChargeParts { is_taxable, ..parts } })
    }

    /// Creates a charge from stored fields. Checks no rule.
    pub const fn from_parts(parts: ChargeParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> ChargeParts {
        self.parts
    }
}

/// Writes a charge for the audit trail: `City tax, TAX PER_GUEST_PER_NIGHT 2.5 (21 nights at most)`.
impl fmt::Display for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChargeParts {
            name,
            kind,
            basis,
            amount,
            percentage,
            max_nights,
            counts_children,
            is_taxable,
            first_check_in,
            last_check_in,
        } = &self.parts;
        write!(f, "{name}, {} {}", kind.as_str(), basis.as_str())?;
        if let Some(amount) = amount {
            write!(f, " {amount}")?;
        }
        if let Some(percentage) = percentage {
            write!(f, " {percentage}%")?;
        }
        let notes = [
            max_nights.map(|most| format!("{} nights at most", most.get())),
            counts_children.then(|| "with children".to_owned()),
            (*is_taxable == Some(false)).then(|| "not taxable".to_owned()),
            first_check_in.map(|first| format!("check-in from {first}")),
            last_check_in.map(|last| format!("check-in until {last}")),
        ];
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        if notes.is_empty() { Ok(()) } else { write!(f, " ({})", notes.join(", ")) }
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;

    /// A charge of 10 that fits its basis.
    pub(crate) fn parts(name: &str, kind: ChargeKind, basis: ChargeBasis) -> ChargeParts {
        let is_percentage = basis == ChargeBasis::Percentage;
        ChargeParts {
            name: name.parse().expect("a name"),
            kind,
            basis,
            amount: (!is_percentage).then(|| "10".parse().expect("an amount")),
            percentage: is_percentage.then(|| "10".parse().expect("a percentage")),
            max_nights: None,
            counts_children: false,
            is_taxable: None,
            first_check_in: None,
            last_check_in: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::parts;
    use super::*;
    use ChargeBasis::{PerGuest, PerNight, PerStay, Percentage};
    use ChargeKind::{Fee, Tax};

    fn ten(kind: ChargeKind, basis: ChargeBasis) -> ChargeParts {
        parts("Charge", kind, basis)
    }

    #[test]
    fn fields_that_do_not_go_together_are_told_all_at_once() {
        use ChargeIssue::{
            AmountMissing, AmountOfPercentage, GuestsDoNotCount, NightsDoNotCount, PercentageMissing,
            PercentageOfAmount, Reversed, TaxOfTax,
        };
        let nothing = ChargeParts { amount: None, ..ten(Fee, PerStay) };
        for (parts, expected) in [
            (nothing.clone(), vec![AmountMissing]),
            (ChargeParts { percentage: "1".parse().ok(), ..nothing.clone() }, vec![AmountMissing, PercentageOfAmount]),
            (ChargeParts { percentage: "1".parse().ok(), ..ten(Fee, PerStay) }, vec![PercentageOfAmount]),
            (ChargeParts { amount: "1".parse().ok(), ..ten(Fee, Percentage) }, vec![AmountOfPercentage]),
            (ChargeParts { basis: Percentage, ..nothing }, vec![PercentageMissing]),
            (ChargeParts { max_nights: 1.try_into().ok(), ..ten(Fee, PerGuest) }, vec![NightsDoNotCount]),
            (ChargeParts { counts_children: true, ..ten(Fee, PerNight) }, vec![GuestsDoNotCount]),
            (ChargeParts { is_taxable: Some(false), ..ten(Tax, PerStay) }, vec![TaxOfTax]),
            (
                ChargeParts {
                    max_nights: 1.try_into().ok(),
                    first_check_in: "2030-01-02".parse().ok(),
                    last_check_in: "2030-01-01".parse().ok(),
                    ..ten(Fee, Percentage)
                },
                vec![NightsDoNotCount, Reversed],
            ),
        ] {
            assert_eq!(Charge::new(parts.clone()), Err(expected), "{parts:?}");
        }
        let fee = Charge::new(ten(Fee, PerStay)).expect("a fee");
        let tax = Charge::new(ten(Tax, PerStay)).expect("a tax");
        assert_eq!((fee.parts.is_taxable, tax.parts.is_taxable), (Some(true), None));
    }
}
