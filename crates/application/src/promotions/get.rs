//! Reading a promotion.

use domain::access::{Caller, Permission};
use domain::ids::PromotionId;
use domain::promotions::Promotion;

use super::{PromotionError, Promotions};

impl Promotions {
    /// Returns a promotion of an account of the caller's tenant.
    pub async fn get(&self, caller: &Caller, id: PromotionId) -> Result<Promotion, PromotionError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, id).await?.ok_or(PromotionError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use testkit::build;

    use super::super::fixture::{nothing, promotions, stored};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_promotion_is_looked_for_in_the_tenant_of_the_request() {
        for (repository, expected) in [(stored(), None), (nothing(), Some(Code::PromotionNotFound))] {
            let caller = build::channel(Permission::Read);
            let found = promotions(repository).get(&caller, PromotionId::new(build::id())).await;
            assert_eq!(found.err().map(|error| error.code()), expected);
        }
    }
}
