//! Values of integration accounts.

use std::str::FromStr;

use thiserror::Error;

/// Declares an enum of words, each with its text.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $(#[$error_doc:meta])* $error:ident: $phrase:literal { $($(#[$word_doc:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$error_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
        #[error($phrase)]
        pub struct $error;

        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        }

        impl $name {
            /// All variants.
            pub const ALL: &[Self] = &[$(Self::$word),+];

            /// The word used on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or($error)
            }
        }
    };
}

words! {
    /// The status of an account: the listings of an inactive one are not offered.
    AccountStatus,
    /// A text that is not a valid account status.
    AccountStatusError: "field is invalid. It must be ACTIVE or INACTIVE." {
        /// In use.
        Active = "ACTIVE",
        /// Not in use.
        Inactive = "INACTIVE",
    }
}

words! {
    /// The authentication type of the connection. The credentials themselves are not stored.
    AuthType,
    /// A text that is not a valid authentication type.
    AuthTypeError: "field is invalid. It must be one of ACCESS_TOKEN, API_KEY, OAUTH, EMAIL_PASSWORD, PARTNER_TOKEN." {
        /// A token issued by the provider.
        AccessToken = "ACCESS_TOKEN",
        /// A key of the provider's API.
        ApiKey = "API_KEY",
        /// OAuth.
        OAuth = "OAUTH",
        /// An e-mail address and a password.
        EmailPassword = "EMAIL_PASSWORD",
        /// A token of a partner of the provider.
        PartnerToken = "PARTNER_TOKEN",
    }
}

words! {
    /// The property-management system that the account connects to.
    #[expect(missing_docs, reason = "names of products")]
    Provider,
    /// A text that is not a known provider.
    ProviderError: "field is invalid. It must be one of BOOKINGSYNC, CIIRUS, GUESTY, HOSTAWAY, HOSTFULLY, HOSTIFY, \
        INTERHOME, LODGIFY, OWNERREZ, HOSTHUB, UPLISTING, BEDS24, HOST_TOOLS, HOSPITABLE, TOKEET, AVANTIO, BOOM, ELINA, \
        MR_ALFRED, OTHER." {
        BookingSync = "BOOKINGSYNC",
        Ciirus = "CIIRUS",
        Guesty = "GUESTY",
        Hostaway = "HOSTAWAY",
        Hostfully = "HOSTFULLY",
        Hostify = "HOSTIFY",
        Interhome = "INTERHOME",
        Lodgify = "LODGIFY",
        OwnerRez = "OWNERREZ",
        Hosthub = "HOSTHUB",
        Uplisting = "UPLISTING",
        Beds24 = "BEDS24",
        HostTools = "HOST_TOOLS",
        Hospitable = "HOSPITABLE",
        Tokeet = "TOKEET",
        Avantio = "AVANTIO",
        Boom = "BOOM",
        Elina = "ELINA",
        MrAlfred = "MR_ALFRED",
        Other = "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for status in AccountStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for auth_type in AuthType::ALL {
            assert_eq!(auth_type.as_str().parse(), Ok(*auth_type));
            assert!(AuthTypeError.to_string().contains(auth_type.as_str()));
        }
        for provider in Provider::ALL {
            assert_eq!(provider.as_str().parse(), Ok(*provider));
            assert!(ProviderError.to_string().contains(provider.as_str()));
        }
        assert_eq!(Provider::ALL.iter().map(|provider| provider.as_str()).collect::<BTreeSet<_>>().len(), 20);
    }

    #[test]
    fn other_words_are_refused() {
        assert_eq!("guesty".parse::<Provider>(), Err(ProviderError));
        assert_eq!("".parse::<AuthType>(), Err(AuthTypeError));
        assert_eq!("Active".parse::<AccountStatus>(), Err(AccountStatusError));
    }
}
