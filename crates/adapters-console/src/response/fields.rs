//! The fields of forms.

/// A field, whose name is that of the command.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) hint: &'static str,
    pub(crate) is_required: bool,
}

/// The kind of a field, which decides how it is shown and what the command gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line of text; null if it is empty.
    Text,
    /// Lines of text; null if they are empty.
    LongText,
    /// A number; null if it is empty.
    Number,
    /// A date; null if it is empty.
    Date,
    /// A box to tick: true or false.
    Flag,
    /// Yes, no, or null.
    Maybe,
    /// A word of these, each with its label; null if it is empty.
    Choice(Vec<(String, String)>),
    /// A text in each line: an array.
    Lines,
    /// A text that is not shown.
    Hidden,
}

impl Field {
    const fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { name, label, kind, hint: "", is_required: false }
    }

    pub(crate) const fn text(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Text)
    }

    pub(crate) const fn long_text(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::LongText)
    }

    pub(crate) const fn number(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Number)
    }

    pub(crate) const fn date(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Date)
    }

    pub(crate) const fn flag(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Flag)
    }

    pub(crate) const fn maybe(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Maybe)
    }

    pub(crate) const fn lines(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Lines)
    }

    pub(crate) const fn hidden(name: &'static str) -> Self {
        Self::new(name, "", Kind::Hidden)
    }

    pub(crate) fn choice<T: AsRef<str>>(
        name: &'static str,
        label: &'static str,
        words: impl IntoIterator<Item = (T, T)>,
    ) -> Self {
        Self::new(name, label, Kind::Choice(owned(words)))
    }

    pub(crate) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
}

fn owned<T: AsRef<str>>(words: impl IntoIterator<Item = (T, T)>) -> Vec<(String, String)> {
    words.into_iter().map(|(word, label)| (word.as_ref().to_owned(), label.as_ref().to_owned())).collect()
}
