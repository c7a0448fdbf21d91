//! The domain of a tenant: a DNS name or a single label, unique in its workspace.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::ids::TenantId;

const LABEL_LENGTH: usize = 63;
const NAME_LENGTH: usize = 253;
const TAIL_LENGTH: usize = 12;

/// A text that is no domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a DNS name or label: letters, digits and hyphens, in parts of 1 to 63 characters.")]
pub struct DomainNameError;

/// A DNS name (RFC 1123) or a single label of one, in lower case: `channel-a`, `stays.example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// The name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A label made from a tenant's name, where the name has a letter or digit to make one from.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::label(name, LABEL_LENGTH).map(Self)
    }

    /// A label made from a tenant's name and id, so that nobody else has it.
    pub fn from_name_and_id(name: &str, id: TenantId) -> Self {
        // The tail, because the head of a version 7 UUID is the time, which tenants made together share.
        let id = id.as_uuid().simple().to_string();
        let tail = &id[id.len() - TAIL_LENGTH..];
        Self(match Self::label(name, LABEL_LENGTH - TAIL_LENGTH - 1) {
            Some(label) => format!("{label}-{tail}"),
            None => tail.to_owned(),
        })
    }

    /// Letters lose their accents, everything else that is not ASCII separates words.
    fn label(name: &str, length: usize) -> Option<String> {
        let plain: String = name
            .nfkd()
            .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
            .collect();
        let mut label = plain.split_whitespace().collect::<Vec<_>>().join("-");
        label.truncate(length);
        let label = label.trim_end_matches('-');
        (!label.is_empty()).then(|| label.to_owned())
    }
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    fn from_str(text: &str) -> Result<Self, DomainNameError> {
        let is_label = |label: &str| {
            (1..=LABEL_LENGTH).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() <= NAME_LENGTH && text.split('.').all(is_label) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(DomainNameError)
        }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn dns_names_and_labels_are_domains() {
        for (text, domain) in [("channel-a", "channel-a"), ("Stays.Example.COM", "stays.example.com"), ("7", "7")] {
            assert_eq!(text.parse::<DomainName>().as_ref().map(DomainName::as_str), Ok(domain));
        }
    }

    #[test]
    fn what_dns_refuses_is_refused() {
        let long_label = "a".repeat(64);
        let long_name = ["a"; 128].join(".");
        for text in ["", ".", "a.", ".a", "a..b", "-a", "a-", "a b", "a_b", "é", "🏨", "a\0", &long_label, &long_name]
        {
            assert_eq!(text.parse::<DomainName>(), Err(DomainNameError), "{text:?}");
        }
    }

    #[test]
    fn a_name_makes_a_label() {
        for (name, label) in [
            ("Channel A", Some("channel-a")),
            ("  Café & Bar — Zürich ", Some("cafe-bar-zurich")),
            ("Ｆｕｌｌ width", Some("full-width")),
            ("🏨🏨🏨🏨🏨", None),
            ("東京のホテル", None),
        ] {
            assert_eq!(DomainName::from_name(name).as_ref().map(DomainName::as_str), label, "{name}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_made_from_a_name_is_a_domain(name in "\\PC{0,300}", id in any::<u128>()) {
            let id = TenantId::new(Uuid::from_u128(id));
            let made = DomainName::from_name_and_id(&name, id);
            prop_assert_eq!(made.as_str().parse::<DomainName>(), Ok(made.clone()));
            if let Some(made) = DomainName::from_name(&name) {
                prop_assert_eq!(made.as_str().parse::<DomainName>(), Ok(made.clone()));
            }
        }
    }
}
