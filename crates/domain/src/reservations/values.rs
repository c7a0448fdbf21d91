//! Values of reservations.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::text::{Line, Prose, TextError};
use crate::users::Email;

/// The source of a booking: `website`.
pub type Source = Line<1, 255>;
/// Notes about a reservation.
pub type Notes = Prose<10_000>;
/// The id of a reservation in the seller's own system.
pub type ExternalId = Line<1, 255>;
/// A guest's first or last name.
pub type GuestName = Line<1, 255>;

/// A text that is not a valid reservation status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be PENDING, CONFIRMED, CANCELLED or EXPIRED.")]
pub struct ReservationStatusError;

/// The status of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReservationStatus {
    /// The nights are held for a while, and the reservation awaits confirmation.
    Pending,
    /// Confirmed.
    Confirmed,
    /// Cancelled.
    Cancelled,
    /// Not confirmed in time.
    Expired,
}

impl ReservationStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Confirmed, Self::Cancelled, Self::Expired];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl FromStr for ReservationStatus {
    type Err = ReservationStatusError;

    fn from_str(text: &str) -> Result<Self, ReservationStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(ReservationStatusError)
    }
}

/// A text that is not a valid reservation type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be INSTANT_BOOKING or PENDING_CONFIRMATION.")]
pub struct ReservationTypeError;

/// The type of a reservation, which decides its first status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ReservationType {
    /// Confirmed at once.
    #[default]
    InstantBooking,
    /// Held until it is confirmed.
    PendingConfirmation,
}

impl ReservationType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::InstantBooking, Self::PendingConfirmation];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InstantBooking => "INSTANT_BOOKING",
            Self::PendingConfirmation => "PENDING_CONFIRMATION",
        }
    }
}

impl FromStr for ReservationType {
    type Err = ReservationTypeError;

    fn from_str(text: &str) -> Result<Self, ReservationTypeError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(ReservationTypeError)
    }
}

/// An error of a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// Other characters than telephone numbers have, or too few digits.
    #[error("must be a telephone number.")]
    Malformed,
    /// A text with an invalid length or characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// A telephone number, as written. The service does not call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(Line<1, 32>);

impl Phone {
    /// The number.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let line: Line<1, 32> = text.parse()?;
        let digits = line.as_str().bytes().filter(u8::is_ascii_digit).count();
        let is_dialled = |(position, c): (usize, char)| match c {
            '+' => position == 0,
            ' ' | '-' | '.' | '/' | '(' | ')' | '#' | 'x' => true,
            _ => c.is_ascii_digit(),
        };
        let is_one = digits >= 3 && line.as_str().char_indices().all(is_dialled);
        if is_one { Ok(Self(line)) } else { Err(PhoneError::Malformed) }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The guest of a reservation. Its fields never reach the audit trail or the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Guest {
    /// The first name.
    pub first_name: GuestName,
    /// The last name.
    pub last_name: GuestName,
    /// The e-mail address.
    pub email: Option<Email>,
    /// The telephone number.
    pub phone: Option<Phone>,
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guest { .. }")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_written() {
        use ReservationStatus::{Cancelled, Confirmed, Expired, Pending};
        for status in [Pending, Confirmed, Cancelled, Expired] {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for kind in [ReservationType::InstantBooking, ReservationType::PendingConfirmation] {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("pending".parse::<ReservationStatus>(), Err(ReservationStatusError));
        assert_eq!("PENDING".parse::<ReservationType>(), Err(ReservationTypeError));
    }

    #[test]
    fn telephone_numbers_are_what_people_write() {
        for text in ["+1 (212) 555-0100", "030/901820", "112", "+49.30.901820 x12", "555-0100#3"] {
            assert_eq!(text.parse::<Phone>().as_ref().map(Phone::as_str), Ok(text));
        }
        for text in ["12", "+", "call me", "1+2345", "٠٣٠١٢٣", "<script>123", "ada@example.com"] {
            assert_eq!(text.parse::<Phone>(), Err(PhoneError::Malformed), "{text:?}");
        }
        assert_eq!("".parse::<Phone>(), Err(PhoneError::Text(TextError::Empty)));
        assert!(matches!("1".repeat(33).parse::<Phone>(), Err(PhoneError::Text(TextError::TooLong { max: 32 }))));
    }
}
