//! Edits of single fields.

/// An edit of a field that may be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leaves the field unchanged.
    #[default]
    Keep,
    /// Empties the field.
    Clear,
    /// Sets the field to this value.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns the value of the field after the edit.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Combines two edits of the same field: the later one wins, unless it keeps the field.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        if later.is_keep() { self } else { later }
    }

    /// Converts the new value, if there is one.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(convert(value)),
        }
    }

    /// Returns the edit with a reference to the new value.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(value),
        }
    }

    /// Returns the new value, if there is one.
    pub fn value(self) -> Option<T> {
        self.apply(None)
    }

    /// Whether it leaves the field unchanged.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// Sets the field to a value, or empties it if there is none.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

/// Reads a field that is present: null empties it. An absent field is kept, by `#[serde(default)]`.
#[cfg(feature = "serde")]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Patch<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDITS: [Patch<u8>; 3] = [Patch::Keep, Patch::Clear, Patch::Set(2)];

    #[test]
    fn an_edit_keeps_clears_or_sets_the_field() {
        assert_eq!(EDITS.map(|edit| edit.apply(Some(1))), [Some(1), None, Some(2)]);
        assert_eq!(EDITS.map(|edit| edit.apply(None)), [None, None, Some(2)]);
    }

    #[test]
    fn two_edits_combined_are_one_after_the_other() {
        for (first, later) in EDITS.iter().flat_map(|first| EDITS.map(|later| (*first, later))) {
            assert_eq!(first.then(later).apply(Some(1)), later.apply(first.apply(Some(1))), "{first:?}, {later:?}");
        }
    }

    #[test]
    fn a_field_without_an_edit_is_kept() {
        assert_eq!(Patch::<u8>::default(), Patch::Keep);
    }

    #[test]
    fn an_optional_value_replaces_the_field() {
        assert_eq!([Some(2), None].map(Patch::from), [Patch::Set(2), Patch::Clear]);
    }
}
