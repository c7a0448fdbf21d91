//! Promotions of the accounts of the caller's tenant.

mod assign;
mod create;
mod delete;
mod error;
mod fields;
mod get;
mod list;
mod update;

use std::sync::Arc;

use ports::{PromotionQueries, PromotionRepository};

pub use self::error::PromotionError;
pub use self::fields::{CreatePromotionBody, PromotionFields, ReplacePromotionBody};
pub use self::list::FindPromotions;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of promotions.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Promotions {
    pub repository: Arc<dyn PromotionRepository>,
    pub queries: Arc<dyn PromotionQueries>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use domain::access::Permission;
    use domain::ids::{AuditId, PromotionId};
    use domain::patch::Patch;
    use domain::promotions::{NewPromotion, Promotion, PromotionEdit};
    use ports::{MockPromotionQueries, MockPromotionRepository};
    use testkit::build;

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over this mock; calls of other ports panic.
    pub(super) fn promotions(repository: MockPromotionRepository) -> Promotions {
        over(repository, MockPromotionQueries::new())
    }

    pub(super) fn over(repository: MockPromotionRepository, queries: MockPromotionQueries) -> Promotions {
        Promotions {
            repository: Arc::new(repository),
            queries: Arc::new(queries),
            idempotency: idempotency(),
            ambient: ambient(),
        }
    }

    /// Returns a repository that finds [`promotion`] for the channel.
    pub(super) fn stored() -> MockPromotionRepository {
        let mut repository = MockPromotionRepository::new();
        repository
            .expect_get()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(|_, id| Ok(Some(promotion(id))));
        repository
    }

    /// Returns a repository that finds nothing.
    pub(super) fn nothing() -> MockPromotionRepository {
        let mut repository = MockPromotionRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        repository
    }

    /// Returns a promotion of 20 % off for all nights of January 2030.
    pub(super) fn promotion(id: PromotionId) -> Promotion {
        let new = NewPromotion {
            id,
            integration_account_id: build::listing_account().id,
            name: "Winter".parse().expect("a name"),
            discount: "20".parse().expect("a percentage"),
            start_date: "2030-01-01".parse().expect("a date"),
            end_date: "2030-01-31".parse().expect("a date"),
            rest: PromotionEdit::default(),
        };
        let scope = build::channel(Permission::Write).tenant_scope(Permission::Write).expect("an active tenant");
        let stamp = scope.stamp(AuditId::new(build::id()), build::at());
        Promotion::create(new, &scope, stamp).expect("compatible values").after
    }

    pub(super) fn sent(text: impl Into<String>) -> Patch<String> {
        Patch::Set(text.into())
    }

    /// Returns the required fields of a new promotion.
    pub(super) fn fields() -> PromotionFields {
        PromotionFields {
            integration_account_id: sent(build::listing_account().id.to_string()),
            name: sent("Winter"),
            discount_percentage: sent("20"),
            start_date: sent("2030-01-01"),
            end_date: sent("2030-01-31"),
            ..PromotionFields::default()
        }
    }
}
