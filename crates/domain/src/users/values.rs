//! Values of users.

use std::str::FromStr;

use thiserror::Error;

use crate::access::Permission;
use crate::tenants::DomainName;
use crate::text::{Line, TextError};

/// A user's name.
pub type UserName = Line<5, 255>;

/// A text that is not a valid e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Not `name@a.domain`.
    #[error("must be a valid email address.")]
    Malformed,
    /// A text with an invalid length or characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// An e-mail address, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(Line<3, 254>);

impl Email {
    /// The address, as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let line: Line<3, 254> = text.parse()?;
        let (local, domain) = line.as_str().rsplit_once('@').ok_or(EmailError::Malformed)?;
        let local_is_fine = !local.is_empty() && local.len() <= 64 && !local.contains([' ', '@']);
        if !local_is_fine || domain.parse::<DomainName>().is_err() {
            return Err(EmailError::Malformed);
        }
        Ok(Self(line))
    }
}

/// A number that is not a valid user status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be 0 (passive), 1 (active) or 2 (banned).")]
pub struct UserStatusError;

/// The status of a user, which decides whether the user may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserStatus {
    /// 0: may not call.
    Passive,
    /// 1: may call.
    Active,
    /// 2: may not call.
    Banned,
}

impl UserStatus {
    /// The number used on the wire and in the database.
    pub const fn as_i16(self) -> i16 {
        match self {
            Self::Passive => 0,
            Self::Active => 1,
            Self::Banned => 2,
        }
    }
}

impl TryFrom<i64> for UserStatus {
    type Error = UserStatusError;

    fn try_from(number: i64) -> Result<Self, UserStatusError> {
        [Self::Passive, Self::Active, Self::Banned]
            .into_iter()
            .find(|status| i64::from(status.as_i16()) == number)
            .ok_or(UserStatusError)
    }
}

/// A text that is not a valid role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be support, tenant, venue or front-desk.")]
pub struct RoleError;

/// The role of a user. It gives no authority, but it caps the permission of the user's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The operator's staff: not affected by the status of a tenant.
    Support,
    /// Runs a tenant.
    Tenant,
    /// Runs a venue.
    Venue,
    /// Works at a front desk.
    FrontDesk,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Support, Self::Tenant, Self::Venue, Self::FrontDesk];

    /// The highest permission of a key of a user with this role.
    pub const fn most(self) -> Permission {
        match self {
            Self::Support | Self::Tenant => Permission::Admin,
            Self::Venue | Self::FrontDesk => Permission::Write,
        }
    }

    /// The role's name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Support => "Support",
            Self::Tenant => "Tenant Admin",
            Self::Venue => "Venue Admin",
            Self::FrontDesk => "Front Desk",
        }
    }

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Tenant => "tenant",
            Self::Venue => "venue",
            Self::FrontDesk => "front-desk",
        }
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(RoleError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_the_published_numbers() {
        for (number, status) in [(0, UserStatus::Passive), (1, UserStatus::Active), (2, UserStatus::Banned)] {
            assert_eq!(UserStatus::try_from(number), Ok(status));
        }
        for number in [-1, 3, i64::MAX] {
            assert_eq!(UserStatus::try_from(number), Err(UserStatusError));
        }
    }

    #[test]
    fn roles_read_back_as_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("Support".parse::<Role>(), Err(RoleError));
    }

    #[test]
    fn an_address_has_somebody_and_a_domain() {
        for text in ["ada@example.com", "a.b+c@localhost", "\"odd\"@example.com", "ünï@example.com"] {
            assert_eq!(text.parse::<Email>().as_ref().map(Email::as_str), Ok(text));
        }
        for text in ["", "ada", "@example.com", "ada@", "a@b@c.com", "a b@c.com", "ada@-x.com", "ada@exa mple.com"] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
    }
}
