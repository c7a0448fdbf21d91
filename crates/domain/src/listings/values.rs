//! Values of listings.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::text::{Line, TextError};

/// A text that is not a valid listing status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ACTIVE or INACTIVE.")]
pub struct ListingStatusError;

/// The status of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListingStatus {
    /// Offered.
    Active,
    /// Not offered.
    Inactive,
}

impl ListingStatus {
    /// Every status.
    pub const ALL: [Self; 2] = [Self::Active, Self::Inactive];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

impl FromStr for ListingStatus {
    type Err = ListingStatusError;

    fn from_str(text: &str) -> Result<Self, ListingStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(ListingStatusError)
    }
}

/// A text that is not a valid reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no reason why a listing is not available")]
pub struct UnavailableError;

/// The reason why a listing cannot be found and booked: the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unavailable {
    /// The owner is deactivated.
    OwnerInactive,
    /// The account is inactive.
    AccountInactive,
    /// The account does not allow imports.
    ImportNotAllowed,
    /// The listing is inactive.
    ListingInactive,
    /// The listing is not approved.
    ListingNotApproved,
}

impl Unavailable {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::OwnerInactive,
        Self::AccountInactive,
        Self::ImportNotAllowed,
        Self::ListingInactive,
        Self::ListingNotApproved,
    ];

    /// The word for it on the wire and in statements.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnerInactive => "OWNER_INACTIVE",
            Self::AccountInactive => "ACCOUNT_INACTIVE",
            Self::ImportNotAllowed => "IMPORT_NOT_ALLOWED",
            Self::ListingInactive => "LISTING_INACTIVE",
            Self::ListingNotApproved => "LISTING_NOT_APPROVED",
        }
    }
}

impl FromStr for Unavailable {
    type Err = UnavailableError;

    fn from_str(text: &str) -> Result<Self, UnavailableError> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(UnavailableError)
    }
}

/// An amenity: `wifi`.
pub type Amenity = Line<1, 64>;

/// An error of a web address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WebAddressError {
    /// Another scheme, or spaces.
    #[error("must be a web address that begins with https:// or http://.")]
    NotOne,
    /// A text with an invalid length or characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// A web address, as written. The service does not request it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress(Line<1, 2048>);

impl WebAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for WebAddress {
    type Err = WebAddressError;

    fn from_str(text: &str) -> Result<Self, WebAddressError> {
        let address: Line<1, 2048> = text.parse()?;
        let begins = |scheme: &str| {
            let rest = address.as_str().get(scheme.len()..).unwrap_or_default();
            let head = address.as_str().get(..scheme.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(scheme)) && !rest.is_empty() && !rest.starts_with('/')
        };
        let is_one = (begins("https://") || begins("http://")) && !address.as_str().contains(char::is_whitespace);
        if is_one { Ok(Self(address)) } else { Err(WebAddressError::NotOne) }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A picture of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The address of the image.
    pub url: WebAddress,
    /// A description of the picture.
    pub description: Option<Line<1, 255>>,
}

/// A text or number that is not a valid number of bathrooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be between 0 and {MOST_BATHROOMS}, with at most one decimal.")]
pub struct BathroomsError;

const MOST_BATHROOMS: i32 = 1000;

/// A number of bathrooms, in tenths: a room without a bath may count as a half.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bathrooms {
    tenths: i32,
}

impl Bathrooms {
    /// The number in tenths, as stored.
    pub const fn tenths(self) -> i32 {
        self.tenths
    }
}

impl TryFrom<i32> for Bathrooms {
    type Error = BathroomsError;

    /// Creates the number from tenths.
    fn try_from(tenths: i32) -> Result<Self, BathroomsError> {
        if (0..=MOST_BATHROOMS * 10).contains(&tenths) { Ok(Self { tenths }) } else { Err(BathroomsError) }
    }
}

impl FromStr for Bathrooms {
    type Err = BathroomsError;

    fn from_str(text: &str) -> Result<Self, BathroomsError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let tenths = match decimals.trim_end_matches('0').as_bytes() {
            [] => 0,
            [tenths] => i32::from(tenths.wrapping_sub(b'0')),
            _ => return Err(BathroomsError),
        };
        if !are_digits(whole) || !are_digits(decimals) {
            return Err(BathroomsError);
        }
        let whole: i32 = whole.parse().map_err(|_| BathroomsError)?;
        let tenths = whole.checked_mul(10).and_then(|whole| whole.checked_add(tenths));
        tenths.ok_or(BathroomsError)?.try_into()
    }
}

impl fmt::Display for Bathrooms {
    /// Writes no more digits than are needed: `2`, `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenths % 10 {
            0 => write!(f, "{}", self.tenths / 10),
            tenths => write!(f, "{}.{tenths}", self.tenths / 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bathrooms_are_counted_in_tenths() {
        for (text, tenths, written) in
            [("0", 0, "0"), ("2", 20, "2"), ("1.5", 15, "1.5"), ("1.50", 15, "1.5"), ("1000", 10_000, "1000")]
        {
            let bathrooms: Bathrooms = text.parse().expect("a number of bathrooms");
            assert_eq!((bathrooms.tenths(), bathrooms.to_string().as_str()), (tenths, written));
        }
        for text in ["", "-1", "1.25", "1000.1", "1e1", "1.", ".5", "99999999999", "3000000000", "214748364.8", "1.x"] {
            assert_eq!(text.parse::<Bathrooms>(), Err(BathroomsError), "{text:?}");
        }
    }

    #[test]
    fn addresses_are_of_the_web() {
        for text in ["https://example.com/a.jpg", "HTTP://example.com", "http://localhost:1/x?y=z"] {
            assert_eq!(text.parse::<WebAddress>().as_ref().map(WebAddress::as_str), Ok(text));
        }
        for text in [
            "example.com",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "ftp://x",
            "https://a b",
            "//x",
            "ｈttps://x",
        ] {
            assert_eq!(text.parse::<WebAddress>(), Err(WebAddressError::NotOne), "{text:?}");
        }
        assert_eq!("".parse::<WebAddress>(), Err(WebAddressError::Text(TextError::Empty)));
    }
}
