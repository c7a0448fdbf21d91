//! Findings: whatever the caller's tenant has, by a part of a text.

mod find;

use std::sync::Arc;

use ports::{IntegrationAccountQueries, ListingQueries, PromotionQueries, ReservationQueries, UserQueries};

pub use self::find::{FindAnything, Finding, FoundThings};

/// The use case of findings.
#[expect(missing_docs, reason = "the ports")]
pub struct Findings {
    pub accounts: Arc<dyn IntegrationAccountQueries>,
    pub listings: Arc<dyn ListingQueries>,
    pub promotions: Arc<dyn PromotionQueries>,
    pub reservations: Arc<dyn ReservationQueries>,
    pub users: Arc<dyn UserQueries>,
}
