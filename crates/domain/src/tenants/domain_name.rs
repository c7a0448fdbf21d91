//! The domain of a tenant: a DNS name or a single label, unique in its workspace.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::ids::TenantId;

const LABEL_LENGTH: usize = 63;
const NAME_LENGTH: usize = 253;
const TAIL_LENGTH: usize = 12;

/// A text that is not a valid domain.
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

    /// Returns labels for a tenant without a domain, in order of preference: one from its name, and one from its name
    /// and id, which is always free.
    pub fn proposals(name: &str, id: TenantId) -> Vec<Self> {
        // The end of the id, because a version 7 UUID begins with the time, which tenants created together share.
        let id = id.as_uuid().simple().to_string();
        let tail = &id[id.len() - TAIL_LENGTH..];
        let unique = match Self::label(name, LABEL_LENGTH - TAIL_LENGTH - 1) {
            Some(label) => format!("{label}-{tail}"),
            None => tail.to_owned(),
        };
        Self::label(name, LABEL_LENGTH).into_iter().chain([unique]).map(Self).collect()
    }

    /// Builds a label: letters lose their accents, other non-ASCII characters separate words.
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
    fn a_name_makes_a_label_and_the_id_makes_it_unique() {
        let id = TenantId::new(Uuid::from_u128(0xabcd_ef01_2345));
        for (name, proposals) in [
            ("Channel A", &["channel-a", "channel-a-abcdef012345"][..]),
            ("  Café & Bar — Zürich ", &["cafe-bar-zurich", "cafe-bar-zurich-abcdef012345"]),
            ("Ｆｕｌｌ width", &["full-width", "full-width-abcdef012345"]),
            ("🏨🏨🏨🏨🏨", &["abcdef012345"]),
            ("東京のホテル", &["abcdef012345"]),
        ] {
            let made = DomainName::proposals(name, id);
            assert_eq!(made.iter().map(DomainName::as_str).collect::<Vec<_>>(), proposals, "{name}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_proposed_is_a_domain(name in "\\PC{0,300}", id in any::<u128>()) {
            for made in DomainName::proposals(&name, TenantId::new(Uuid::from_u128(id))) {
                prop_assert_eq!(made.as_str().parse::<DomainName>(), Ok(made.clone()));
            }
        }
    }
}
