//! Whole numbers with bounds.

use thiserror::Error;

/// A number out of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be between {min} and {max}.")]
pub struct OutOfBoundsError {
    min: i32,
    max: i32,
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whole<const MIN: i32, const MAX: i32>(i32);

impl<const MIN: i32, const MAX: i32> Whole<MIN, MAX> {
    /// The smallest allowed number.
    pub const LEAST: Self = Self(MIN);

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl<const MIN: i32, const MAX: i32> TryFrom<i64> for Whole<MIN, MAX> {
    type Error = OutOfBoundsError;

    fn try_from(number: i64) -> Result<Self, OutOfBoundsError> {
        let inside = i32::try_from(number).ok().filter(|number| (MIN..=MAX).contains(number));
        inside.map(Self).ok_or(OutOfBoundsError { min: MIN, max: MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_inside_its_bounds() {
        for (number, expected) in [(0, None), (1, Some(1)), (30, Some(30)), (31, None), (i64::MAX, None), (-1, None)] {
            assert_eq!(Whole::<1, 30>::try_from(number).ok().map(Whole::get), expected);
        }
        let refused = Whole::<1, 30>::try_from(31).expect_err("out of bounds");
        assert_eq!(refused.to_string(), "must be between 1 and 30.");
    }
}
