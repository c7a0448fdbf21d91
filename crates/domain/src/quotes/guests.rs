//! The guests of a stay, by kind.

use thiserror::Error;

use crate::charges::ChargedStay;
use crate::listings::{Companions, Occupancy};
use crate::stays::Stay;

/// More adults and children than any place has room for. The message is about the children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("may not be more than 1000 together with the adults.")]
pub struct TooManyGuestsError;

/// Fewer guests than there are children and one adult. The message is about the guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be more than the {} children. Say who comes in guestCountInfo.", children.get())]
pub struct FewerThanChildrenError {
    /// The children.
    pub children: Companions,
}

/// The guests of a stay. Adults and children are guests; infants and pets come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuestCount {
    guests: Occupancy,
    children: Companions,
    infants: Companions,
    pets: Companions,
}

impl GuestCount {
    /// Counts guests of every kind.
    ///
    /// # Errors
    /// If the adults and children are too many.
    pub fn new(
        adults: Occupancy,
        children: Companions,
        infants: Companions,
        pets: Companions,
    ) -> Result<Self, TooManyGuestsError> {
        let guests = i64::from(adults.get()) + i64::from(children.get());
        let guests = Occupancy::try_from(guests).map_err(|_| TooManyGuestsError)?;
        Ok(Self { guests, children, infants, pets })
    }

    /// Counts guests of whom nothing else is known as adults.
    pub const fn adults_only(guests: Occupancy) -> Self {
        Self::from_parts(guests, Companions::LEAST, Companions::LEAST, Companions::LEAST)
    }

    /// Changes the number of adults so that there are this many adults and children.
    ///
    /// # Errors
    /// If no adult would be left.
    pub fn with_guests(self, guests: Occupancy) -> Result<Self, FewerThanChildrenError> {
        let children = self.children;
        if guests.get() > children.get() {
            Ok(Self { guests, ..self })
        } else {
            Err(FewerThanChildrenError { children })
        }
    }

    /// Creates a count from stored fields. Checks no rule.
    pub const fn from_parts(guests: Occupancy, children: Companions, infants: Companions, pets: Companions) -> Self {
        Self { guests, children, infants, pets }
    }

    /// Returns the quantities of a stay of these guests from which charges are computed.
    pub fn charged(self, stay: Stay) -> ChargedStay {
        ChargedStay {
            check_in: stay.check_in(),
            nights: stay.night_count(),
            adults: self.adults(),
            children: self.children.get(),
        }
    }

    /// The number of adults and children.
    pub const fn guests(self) -> Occupancy {
        self.guests
    }

    /// The number of adults.
    pub const fn adults(self) -> i32 {
        self.guests.get() - self.children.get()
    }

    /// The number of children.
    pub const fn children(self) -> Companions {
        self.children
    }

    /// The number of infants.
    pub const fn infants(self) -> Companions {
        self.infants
    }

    /// The number of pets.
    pub const fn pets(self) -> Companions {
        self.pets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adults_and_children_are_guests() {
        let some = |number: i64| Companions::try_from(number).expect("a number");
        let adults = |number: i64| Occupancy::try_from(number).expect("a number");
        let count = GuestCount::new(adults(2), some(3), some(1), some(4)).expect("not too many");
        assert_eq!((count.guests().get(), count.adults(), count.children().get()), (5, 2, 3));
        assert!(GuestCount::new(adults(999), some(1), some(1000), some(1000)).is_ok());
        assert_eq!(GuestCount::new(adults(1000), some(1), some(0), some(0)), Err(TooManyGuestsError));
        assert_eq!(count.with_guests(adults(4)).map(|fewer| (fewer.adults(), fewer.pets().get())), Ok((1, 4)));
        assert_eq!(count.with_guests(adults(3)), Err(FewerThanChildrenError { children: some(3) }));
        assert_eq!(GuestCount::new(adults(7), some(0), some(0), some(0)), Ok(GuestCount::adults_only(adults(7))));
    }
}
