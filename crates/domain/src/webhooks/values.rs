//! Values of webhooks.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::events::{EventTypeError, TypePattern};
use crate::text::Line;

/// A description of a webhook.
pub type WebhookDescription = Line<1, 255>;

/// A text that is not a valid scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be tenant or workspace.")]
pub struct WebhookScopeError;

/// The events that a webhook reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum WebhookScope {
    /// The feed of its tenant.
    #[default]
    Tenant,
    /// The log of the whole workspace.
    Workspace,
}

impl WebhookScope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Tenant, Self::Workspace];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Workspace => "workspace",
        }
    }
}

impl FromStr for WebhookScope {
    type Err = WebhookScopeError;

    fn from_str(text: &str) -> Result<Self, WebhookScopeError> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(WebhookScopeError)
    }
}

/// A text that is not a valid status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ENABLED or DISABLED.")]
pub struct WebhookStatusError;

/// The status of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebhookStatus {
    /// Events are delivered.
    Enabled,
    /// No events are delivered.
    Disabled,
}

impl WebhookStatus {
    /// Every status.
    pub const ALL: [Self; 2] = [Self::Enabled, Self::Disabled];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
        }
    }
}

impl FromStr for WebhookStatus {
    type Err = WebhookStatusError;

    fn from_str(text: &str) -> Result<Self, WebhookStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(WebhookStatusError)
    }
}

/// A text that is not a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a reason why a webhook is disabled.")]
pub struct DisabledReasonError;

/// The reason why a webhook is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisabledReason {
    /// A request disabled it.
    Requested,
    /// The receiver answered 410.
    Gone,
    /// The receiver failed at every attempt to deliver an event.
    Failing,
}

impl DisabledReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Requested, Self::Gone, Self::Failing];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Gone => "GONE",
            Self::Failing => "FAILING",
        }
    }
}

impl FromStr for DisabledReason {
    type Err = DisabledReasonError;

    fn from_str(text: &str) -> Result<Self, DisabledReasonError> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(DisabledReasonError)
    }
}

/// The types of the events that a webhook delivers, without repetitions; all if empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookTypes(Vec<TypePattern>);

impl WebhookTypes {
    /// Creates the list.
    pub fn new(types: impl IntoIterator<Item = TypePattern>) -> Self {
        let mut found = Vec::new();
        for pattern in types {
            if !found.contains(&pattern) {
                found.push(pattern);
            }
        }
        Self(found)
    }

    /// The patterns.
    pub fn as_slice(&self) -> &[TypePattern] {
        &self.0
    }
}

/// Writes the patterns, separated by commas.
impl fmt::Display for WebhookTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, pattern) in self.0.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{pattern}")?;
        }
        Ok(())
    }
}

impl FromStr for WebhookTypes {
    type Err = EventTypeError;

    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        let patterns = text.split(',').filter(|pattern| !pattern.is_empty());
        Ok(Self::new(patterns.map(str::parse).collect::<Result<Vec<_>, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_they_are_read_without_repetitions() {
        for (text, expected) in [
            ("", ""),
            ("user.*,user.created", "user.*,user.created"),
            ("user.created,user.*,user.created", "user.created,user.*"),
        ] {
            assert_eq!(text.parse::<WebhookTypes>().map(|types| types.to_string()), Ok(expected.to_owned()), "{text}");
        }
        assert_eq!("user.created,nothing.happened".parse::<WebhookTypes>(), Err(EventTypeError));
    }
}
