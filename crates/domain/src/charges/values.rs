//! Values of charges.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use thiserror::Error;

use crate::currencies::Currency;
use crate::money::{Amount, AmountError, Money};

/// The decimals of a charge, as many as the currency with the most has.
const DECIMALS: u32 = 4;

/// A text that is not a valid kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be FEE or TAX.")]
pub struct ChargeKindError;

/// The kind of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChargeKind {
    /// A price of the host.
    Fee,
    /// A tax, which may be taken of fees too.
    Tax,
}

impl ChargeKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Fee, Self::Tax];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fee => "FEE",
            Self::Tax => "TAX",
        }
    }
}

impl FromStr for ChargeKind {
    type Err = ChargeKindError;

    fn from_str(text: &str) -> Result<Self, ChargeKindError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(ChargeKindError)
    }
}

/// A text that is not a valid basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be PER_STAY, PER_NIGHT, PER_GUEST, PER_GUEST_PER_NIGHT or PERCENTAGE.")]
pub struct ChargeBasisError;

/// The quantity by which a charge is multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChargeBasis {
    /// The amount itself.
    PerStay,
    /// The number of nights.
    PerNight,
    /// The number of guests.
    PerGuest,
    /// The number of guests and the number of nights.
    PerGuestPerNight,
    /// The price.
    Percentage,
}

impl ChargeBasis {
    /// Every basis.
    pub const ALL: [Self; 5] =
        [Self::PerStay, Self::PerNight, Self::PerGuest, Self::PerGuestPerNight, Self::Percentage];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PerStay => "PER_STAY",
            Self::PerNight => "PER_NIGHT",
            Self::PerGuest => "PER_GUEST",
            Self::PerGuestPerNight => "PER_GUEST_PER_NIGHT",
            Self::Percentage => "PERCENTAGE",
        }
    }

    /// Whether nights count.
    pub const fn counts_nights(self) -> bool {
        matches!(self, Self::PerNight | Self::PerGuestPerNight)
    }

    /// Whether guests count.
    pub const fn counts_guests(self) -> bool {
        matches!(self, Self::PerGuest | Self::PerGuestPerNight)
    }
}

impl FromStr for ChargeBasis {
    type Err = ChargeBasisError;

    fn from_str(text: &str) -> Result<Self, ChargeBasisError> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == text).ok_or(ChargeBasisError)
    }
}

/// An error of the number of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChargeNumberError {
    /// A text that is not a number, or a number out of bounds.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// More decimals than any currency has.
    #[error("may not have more than {DECIMALS} decimals.")]
    TooFine,
}

/// An exact number from 0 to `MOST`, with at most 4 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChargeNumber<const MOST: i64> {
    ten_thousandths: i64,
}

/// An amount of a charge in major units of the currency in which a stay is sold.
pub type ChargeAmount = ChargeNumber<1_000_000_000>;

/// A share of a price in percent. Finer than the shares of accounts, because rates of taxes are.
pub type ChargePercentage = ChargeNumber<100>;

impl<const MOST: i64> ChargeNumber<MOST> {
    /// The number in ten-thousandths, as stored.
    pub const fn ten_thousandths(self) -> i64 {
        self.ten_thousandths
    }

    fn decimal(self) -> Decimal {
        Decimal::new(self.ten_thousandths, DECIMALS)
    }
}

impl ChargeAmount {
    /// Returns the amount that many times, rounded once; `None` if it is too large.
    pub(super) fn times(self, count: i64, currency: Currency) -> Option<Money> {
        Money::rounded(self.decimal() * Decimal::from(count), currency)
    }
}

impl ChargePercentage {
    /// Returns the share of an amount, rounded once.
    pub(super) fn of(self, amount: Money) -> Option<Money> {
        let share = Decimal::new(self.ten_thousandths, DECIMALS + 2);
        Money::rounded(amount.decimal() * share, amount.currency())
    }
}

impl<const MOST: i64> FromStr for ChargeNumber<MOST> {
    type Err = ChargeNumberError;

    fn from_str(text: &str) -> Result<Self, ChargeNumberError> {
        let amount: Amount<MOST> = text.parse()?;
        let ten_thousandths = amount.ten_thousandths();
        if ten_thousandths == amount.ten_thousandths_up() {
            Ok(Self { ten_thousandths })
        } else {
            Err(ChargeNumberError::TooFine)
        }
    }
}

impl<const MOST: i64> TryFrom<i64> for ChargeNumber<MOST> {
    type Error = AmountError;

    /// Creates a number from stored ten-thousandths.
    fn try_from(ten_thousandths: i64) -> Result<Self, AmountError> {
        let is_inside = (0..=MOST * 10_i64.pow(DECIMALS)).contains(&ten_thousandths);
        if is_inside { Ok(Self { ten_thousandths }) } else { Err(AmountError::OutOfRange { most: MOST }) }
    }
}

impl<const MOST: i64> fmt::Display for ChargeNumber<MOST> {
    /// Writes no more digits than are needed: `2.5`, `0`, `100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_have_four_decimals_at_most() {
        for (text, expected) in [("0", "0"), ("2.50", "2.5"), ("8.8755", "8.8755"), ("100.00000", "100"), ("-0", "0")] {
            assert_eq!(text.parse::<ChargePercentage>().map(|number| number.to_string()), Ok(expected.to_owned()));
        }
        for (text, expected) in [
            ("0.00001", "may not have more than 4 decimals."),
            ("100.0001", "must be between 0 and 100."),
            ("-1", "must be between 0 and 100."),
            ("1e1", "must be a plain decimal number."),
            ("", "must be a plain decimal number."),
        ] {
            let refused = text.parse::<ChargePercentage>().expect_err("invalid");
            assert_eq!(refused.to_string(), expected, "{text}");
        }
        assert_eq!(ChargePercentage::try_from(1_000_000).map(|number| number.to_string()), Ok("100".to_owned()));
        assert!(ChargePercentage::try_from(1_000_001).is_err() && ChargePercentage::try_from(-1).is_err());
    }

    proptest! {
    #[test]
        fn what_is_written_is_read_again(ten_thousandths in 0..=1_000_000_i64) {
            let number = ChargePercentage::try_from(ten_thousandths).expect("in range");
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn any_text_is_a_number_in_bounds_or_none(text in "-?[0-9.e]{0,12}|\\PC*") {
            if let Ok(number) = text.parse::<ChargeAmount>() {
                prop_assert!((0..=10_000_000_000_000).contains(&number.ten_thousandths()));
            }
        }
    }
}
