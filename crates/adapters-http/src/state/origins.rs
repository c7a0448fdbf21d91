//! The origins whose pages may call.

use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;
use url::Url;

/// The text for all origins.
pub(crate) const ANY: &str = "*";

/// An origin whose pages may call the API, or all of them (`*`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AllowedOrigin(pub(crate) String);

/// An invalid origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an origin as browsers write it, like https://app.example.com, or *")]
pub struct InvalidOriginError;

impl AllowedOrigin {
    /// Whether it stands for all origins.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.0 == ANY
    }
}

impl TryFrom<String> for AllowedOrigin {
    type Error = InvalidOriginError;

    fn try_from(text: String) -> Result<Self, InvalidOriginError> {
        text.parse()
    }
}

impl FromStr for AllowedOrigin {
    type Err = InvalidOriginError;

    fn from_str(text: &str) -> Result<Self, InvalidOriginError> {
        // Origins are compared byte for byte with the browser's header, so any other spelling would never match.
        let is_origin = |url: Url| {
            let has_pages = matches!(url.scheme(), "http" | "https") && !text.contains(ANY);
            has_pages && url.origin().ascii_serialization() == text
        };
        let is_allowed = text == ANY || Url::parse(text).is_ok_and(is_origin);
        is_allowed.then(|| Self(text.to_owned())).ok_or(InvalidOriginError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for origin in ["https://app.example.com", "http://localhost:3000", "https://xn--bcher-kva.example", "*"] {
            assert_eq!(origin.parse(), Ok(AllowedOrigin(origin.to_owned())));
        }
        for text in [
            "",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://*.example.com",
            "https://user@app.example.com",
            "file:///x",
            "null",
        ] {
            assert_eq!(text.parse::<AllowedOrigin>(), Err(InvalidOriginError), "{text}");
        }
    }
}
