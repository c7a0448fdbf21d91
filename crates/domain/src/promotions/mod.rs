//! Promotions: discounts that an integration account gives on some of its listings, on request.

mod assignments;
mod decisions;

use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub use self::assignments::{Assignable, Assignment, AssignmentRefused, PromotionListings};
pub use self::decisions::{NewPromotion, PromotionEdit, PromotionNotValidError, PromotionValuesError};
use crate::ids::{IntegrationAccountId, PromotionId, WorkspaceId};
use crate::listings::WebAddress;
use crate::percentages::Percentage;
use crate::stays::StayDate;
use crate::text::{Line, Prose};

/// The name of a promotion, unique in its account, ignoring case.
pub type PromotionName = Line<1, 255>;
/// A description.
pub type PromotionDescription = Prose<10_000>;
/// The code by which guests request it; unique in its account, ignoring case.
pub type CouponCode = Line<1, 64>;

/// A text that is not a valid promotion status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ACTIVE or INACTIVE.")]
pub struct PromotionStatusError;

/// The status of a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PromotionStatus {
    /// In use.
    Active,
    /// Not in use.
    Inactive,
}

impl PromotionStatus {
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

impl FromStr for PromotionStatus {
    type Err = PromotionStatusError;

    fn from_str(text: &str) -> Result<Self, PromotionStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(PromotionStatusError)
    }
}

/// The way in which a request names a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromotionChoice {
    /// By its id.
    Id(PromotionId),
    /// By its coupon code, ignoring case.
    Coupon(CouponCode),
}

/// The editable fields of a promotion. All four dates are local dates of a listing, and are included in their periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionDetails {
    /// The name.
    pub name: PromotionName,
    /// A description.
    pub description: Option<PromotionDescription>,
    /// The discount, as a share of the base price.
    pub discount: Percentage,
    /// The code by which guests request it.
    pub coupon_code: Option<CouponCode>,
    /// The first night to which it applies.
    pub start_date: StayDate,
    /// The last night to which it applies.
    pub end_date: StayDate,
    /// The first day of the booking period.
    pub booking_period_start: Option<StayDate>,
    /// The last day of the booking period.
    pub booking_period_end: Option<StayDate>,
    /// The status.
    pub status: PromotionStatus,
    /// A small picture.
    pub thumbnail: Option<WebAddress>,
}

/// A discount of an integration account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    parts: PromotionParts,
}

/// The stored fields of a promotion, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The promotion's id.
    pub id: PromotionId,
    /// The account of the promotion. Never changes.
    pub integration_account_id: IntegrationAccountId,
    /// The editable fields.
    pub details: PromotionDetails,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl Promotion {
    /// Creates a promotion from stored fields. Checks no rule.
    pub const fn from_parts(parts: PromotionParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> PromotionParts {
        self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The promotion's id.
    pub const fn id(&self) -> PromotionId {
        self.parts.id
    }

    /// The account of the promotion.
    pub const fn integration_account_id(&self) -> IntegrationAccountId {
        self.parts.integration_account_id
    }

    /// The editable fields.
    pub const fn details(&self) -> &PromotionDetails {
        &self.parts.details
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use uuid::Uuid;

    use super::*;
    use crate::access::TenantScope;
    use crate::access::fixture::stamp;
    use crate::listings::fixture::account;
    use crate::stays::fixture::date;

    pub(crate) fn new_promotion() -> NewPromotion {
        NewPromotion {
            id: PromotionId::new(Uuid::from_u128(13)),
            integration_account_id: account().id,
            name: "Winter".parse().expect("a name"),
            discount: "20".parse().expect("a percentage"),
            start_date: date("2030-01-01"),
            end_date: date("2030-01-31"),
            rest: PromotionEdit::default(),
        }
    }

    /// 20 % off for all nights of January 2030.
    pub(crate) fn promotion(scope: &TenantScope) -> Promotion {
        Promotion::create(new_promotion(), scope, stamp()).expect("valid values").after
    }
}
