//! The lines that charges add to the price of a stay.

#[cfg(test)]
mod tests;

use thiserror::Error;

use super::{Charge, ChargeBasis, ChargeKind, ChargeName, ChargeParts};
use crate::money::Money;
use crate::stays::{Nights, StayDate};

/// The facts of a stay that charges count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargedStay {
    /// The day of arrival.
    pub check_in: StayDate,
    /// The number of nights.
    pub nights: Nights,
    /// The number of adults.
    pub adults: i32,
    /// The number of children, whom few charges count.
    pub children: i32,
}

/// A fee or a tax in the price of a stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeLine {
    /// The name of the charge at that time.
    pub name: ChargeName,
    /// The calculation: `2.5 × 2 guests × 21 nights`.
    pub description: String,
    /// The amount, rounded half-even to the minor unit; above 0.
    pub value: Money,
}

/// The fees and taxes in the price of a stay, in the order of the charges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChargeLines {
    /// The fees.
    pub fees: Vec<ChargeLine>,
    /// The taxes.
    pub taxes: Vec<ChargeLine>,
}

/// A stay whose charges make it cost more than any stay may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the price is higher than that of any stay")]
pub struct PriceTooHighError;

/// Computes the lines of the charges that apply. Percentages of fees are taken of the subtotal, those of taxes of the
/// subtotal and the taxable fees. Each line is rounded once, so the order of the charges does not matter.
pub(crate) fn charge(
    charges: &[Charge],
    stay: &ChargedStay,
    subtotal: Money,
) -> Result<ChargeLines, PriceTooHighError> {
    let applying = |kind| charges.iter().filter(move |charge| charge.applies(kind, stay.check_in));
    let mut total = subtotal;
    let mut taxed = subtotal;
    let mut lines = ChargeLines::default();
    for fee in applying(ChargeKind::Fee) {
        let value = fee.value(stay, subtotal).ok_or(PriceTooHighError)?;
        total = total.plus(value).ok_or(PriceTooHighError)?;
        if fee.parts.is_taxable == Some(true) {
            taxed = taxed.plus(value).ok_or(PriceTooHighError)?;
        }
        lines.fees.extend(fee.line(stay, subtotal, value));
    }
    for tax in applying(ChargeKind::Tax) {
        let value = tax.value(stay, taxed).ok_or(PriceTooHighError)?;
        total = total.plus(value).ok_or(PriceTooHighError)?;
        lines.taxes.extend(tax.line(stay, taxed, value));
    }
    Ok(lines)
}

impl Charge {
    fn applies(&self, kind: ChargeKind, check_in: StayDate) -> bool {
        let ChargeParts { first_check_in, last_check_in, .. } = self.parts;
        self.parts.kind == kind
            && first_check_in.is_none_or(|first| first <= check_in)
            && last_check_in.is_none_or(|last| check_in <= last)
    }

    /// Returns the amount for the stay, rounded once; `None` if it is too large. `price` is what a percentage is taken of.
    fn value(&self, stay: &ChargedStay, price: Money) -> Option<Money> {
        let amount = self.parts.amount.map(|amount| {
            let count = |is_counted, number: i32| if is_counted { i64::from(number) } else { 1 };
            let nights = count(self.parts.basis.counts_nights(), self.nights(stay));
            let guests = count(self.parts.basis.counts_guests(), self.guests(stay));
            amount.times(nights * guests, price.currency())
        });
        let share = self.parts.percentage.map(|percentage| percentage.of(price));
        amount.or(share)?
    }

    fn line(&self, stay: &ChargedStay, price: Money, value: Money) -> Option<ChargeLine> {
        let line = || ChargeLine { name: self.parts.name.clone(), description: self.description(stay, price), value };
        (value.minor() > 0).then(line)
    }

    fn description(&self, stay: &ChargedStay, price: Money) -> String {
        let amount = self.parts.amount.map(|amount| amount.to_string()).unwrap_or_default();
        let nights = counted(self.nights(stay), "night");
        let guests = counted(self.guests(stay), "guest");
        match (self.parts.basis, self.parts.percentage) {
            (ChargeBasis::PerStay, _) => format!("{amount} per stay"),
            (ChargeBasis::PerNight, _) => format!("{amount} × {nights}"),
            (ChargeBasis::PerGuest, _) => format!("{amount} × {guests}"),
            (ChargeBasis::PerGuestPerNight, _) => format!("{amount} × {guests} × {nights}"),
            (ChargeBasis::Percentage, percentage) => {
                format!("{}% of {price}", percentage.map(|percentage| percentage.to_string()).unwrap_or_default())
            }
        }
    }

    /// The nights that count.
    fn nights(&self, stay: &ChargedStay) -> i32 {
        self.parts.max_nights.map_or(stay.nights, |most| most.min(stay.nights)).get()
    }

    /// The guests that count.
    fn guests(&self, stay: &ChargedStay) -> i32 {
        if self.parts.counts_children { stay.adults + stay.children } else { stay.adults }
    }
}

fn counted(number: i32, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
