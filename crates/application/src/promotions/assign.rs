//! Assigning promotions to listings, and unassigning them.

use domain::access::{Caller, Permission};
use domain::ids::PromotionId;
use domain::promotions::Assignment;

use super::{PromotionError, Promotions};
use crate::input::Input;
use crate::input::listing_ids::ListingIds;
use crate::input::reader::read;
use crate::steps::retry::retry_stale;

impl Promotions {
    /// Assigns a promotion of the caller's tenant to listings of its account, or unassigns it: from all of them or
    /// none. Returns the number of listings that changed.
    pub async fn assign(
        &self,
        caller: &Caller,
        id: PromotionId,
        assignment: Assignment,
        input: Input<ListingIds>,
    ) -> Result<usize, PromotionError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let command = input?;
        let ids = read(&command)?;
        retry_stale(async || {
            let promotion = self.repository.get(&scope, id).await?.ok_or(PromotionError::NotFound)?;
            let found = self.repository.assignable(&scope, &promotion, &ids).await?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = promotion.assign(assignment, &ids, &found, &scope, stamp);
            let Some(change) = change.map_err(|refused| PromotionError::assignment(&command, refused))? else {
                return Ok(0);
            };
            let listings = change.after.listings().len();
            self.repository.assign(&scope, change).await?;
            Ok(listings)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ListingId;
    use domain::promotions::Assignable;
    use ports::{MockPromotionRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::{nothing, promotions, stored};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    const BOTH: [Assignment; 2] = [Assignment::Assign, Assignment::Unassign];

    fn listings() -> [ListingId; 2] {
        [(); 2].map(|()| ListingId::new(build::id()))
    }

    /// Returns a repository with the results of its successive reads.
    fn finding(found: Vec<Vec<Assignable>>) -> MockPromotionRepository {
        let mut repository = stored();
        let mut found = found.into_iter();
        repository.expect_assignable().returning(move |_, _, _| Ok(found.next().expect("a result for each read")));
        repository
    }

    async fn assign(
        repository: MockPromotionRepository,
        assignment: Assignment,
        ids: &[ListingId],
    ) -> Result<usize, PromotionError> {
        let input = Ok(ListingIds { listing_ids: Some(ids.iter().map(ToString::to_string).collect()) });
        let caller = build::channel(Permission::Write);
        promotions(repository).assign(&caller, PromotionId::new(build::id()), assignment, input).await
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        for (permission, code) in
            [(Permission::Read, Code::PermissionDenied), (Permission::Write, Code::MalformedRequest)]
        {
            let promotions = promotions(MockPromotionRepository::new());
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let (caller, id) = (build::channel(permission), PromotionId::new(build::id()));
            let refused = promotions.assign(&caller, id, Assignment::Assign, unreadable).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn only_what_is_not_as_it_should_be_is_stored() {
        let [first, second] = listings();
        for (assignment, left) in [(Assignment::Assign, second), (Assignment::Unassign, first)] {
            let is_first = |listing| Assignable { listing, is_assigned: listing == first };
            let mut repository = finding(vec![[first, second].map(is_first).to_vec()]);
            repository
                .expect_assign()
                .once()
                .withf(move |_, change| (change.after.listings(), change.after.assignment()) == (&[left], assignment))
                .returning(|_, _| Ok(()));
            assert_eq!(assign(repository, assignment, &[first, second]).await.expect("stored"), 1);
        }
    }

    #[tokio::test]
    async fn repeating_it_stores_nothing() {
        for assignment in BOTH {
            let [listing, _] = listings();
            let is_assigned = assignment == Assignment::Assign;
            let repository = finding(vec![vec![Assignable { listing, is_assigned }]]);
            assert_eq!(assign(repository, assignment, &[listing]).await.expect("nothing to do"), 0);
        }
    }

    #[tokio::test]
    async fn one_listing_of_another_account_keeps_all_as_they_are() {
        for assignment in BOTH {
            let [listing, other] = listings();
            let repository = finding(vec![vec![Assignable { listing, is_assigned: false }]]);
            let refused = assign(repository, assignment, &[listing, other]).await.expect_err("refused");
            assert_eq!(refused.code(), Code::ListingNotFound);
            let expected = format!("The listing {other} was not found (listing_not_found).");
            let field_errors = refused.field_errors().expect("positions");
            assert_eq!(field_errors.iter().collect::<Vec<_>>(), [(&"listingIDs.1".to_owned(), &vec![expected])]);
        }
    }

    #[tokio::test]
    async fn an_unknown_promotion_is_not_found_and_no_listings_are_invalid() {
        assert_eq!(
            assign(nothing(), Assignment::Assign, &listings()).await.expect_err("unknown").code(),
            Code::PromotionNotFound
        );
        let refused = assign(MockPromotionRepository::new(), Assignment::Assign, &[]).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["listingIDs"]);
    }

    #[tokio::test]
    async fn the_second_of_two_who_assign_has_nothing_left_to_do() {
        let [listing, _] = listings();
        let assignable = |is_assigned| vec![Assignable { listing, is_assigned }];
        let mut repository = finding(vec![assignable(false), assignable(true)]);
        repository.expect_assign().once().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(
            assign(repository, Assignment::Assign, &[listing]).await.expect("another request has assigned it"),
            0
        );
    }
}
