//! Deleting a promotion.

use domain::access::{Caller, Permission};
use domain::ids::PromotionId;
use domain::promotions::Promotion;

use super::{PromotionError, Promotions};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Promotions {
    /// Deletes a promotion of the caller's tenant. Existing quotes and reservations keep their prices.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: PromotionId,
        precondition: &Precondition<Promotion>,
    ) -> Result<(), PromotionError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        retry_stale(async || {
            let promotion = self.repository.get(&scope, id).await?.ok_or(PromotionError::NotFound)?;
            precondition.check(&promotion)?;
            let change = promotion.delete(&scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::MockPromotionRepository;
    use testkit::build;

    use super::super::fixture::promotions;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn delete(repository: MockPromotionRepository, permission: Permission) -> Result<(), PromotionError> {
        let id = PromotionId::new(build::id());
        promotions(repository).delete(&build::channel(permission), id, &Precondition::default()).await
    }

    #[tokio::test]
    async fn a_reader_deletes_nothing() {
        let refused = delete(MockPromotionRepository::new(), Permission::Read).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}
