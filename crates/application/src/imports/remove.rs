//! Removing imports.

use domain::access::{Caller, Permission};
use domain::imports::decide_removal;

use super::{ImportError, Imports};
use crate::input::Input;
use crate::input::listing_ids::ListingIds;
use crate::input::reader::read;
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Imports {
    /// Removes imports of the caller's tenant, all of them or none. Returns their number. Reservations that the tenant
    /// has sold remain.
    pub async fn remove(
        &self,
        caller: &Caller,
        input: Input<ListingIds>,
        idempotent: &Idempotent<usize>,
    ) -> Result<Outcome<usize>, ImportError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let remove = async || {
            let command = input?;
            let ids = read(&command)?;
            retry_stale(async || {
                let imported = self.repository.imported(&scope, &ids).await?;
                let batch = decide_removal(scope.tenant_id(), &imported, &ids);
                let batch = batch.map_err(|refused| ImportError::removal(&command, refused))?;
                let change = batch.by(&scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
                self.repository.remove(&scope, idempotent.sign(change, &ids.len())).await?;
                Ok(ids.len())
            })
            .await
        };
        self.idempotency.run(caller, idempotent, remove).await
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ListingId;
    use ports::{MockImportRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::{imports, named};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn listings() -> [ListingId; 2] {
        [(); 2].map(|()| ListingId::new(build::id()))
    }

    async fn remove(repository: MockImportRepository, ids: &[ListingId]) -> Result<usize, ImportError> {
        let done = imports(repository)
            .remove(&build::channel(Permission::Write), Ok(named(ids)), &Idempotent::default())
            .await;
        done.map(|done| done.now().expect("done now"))
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        for (permission, code) in
            [(Permission::Read, Code::PermissionDenied), (Permission::Write, Code::MalformedRequest)]
        {
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let refused = imports(MockImportRepository::new())
                .remove(&build::channel(permission), unreadable, &Idempotent::default())
                .await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn all_that_are_named_are_removed() {
        let listings = listings();
        let mut repository = MockImportRepository::new();
        repository.expect_imported().once().returning(|_, ids| Ok(ids.to_vec()));
        repository
            .expect_remove()
            .once()
            .withf(move |_, change| change.after.listings() == listings)
            .returning(|_, _| Ok(()));
        assert_eq!(remove(repository, &listings).await.expect("removed"), 2);
    }

    #[tokio::test]
    async fn one_listing_that_is_not_imported_keeps_all_in() {
        let [imported, other] = listings();
        let mut repository = MockImportRepository::new();
        repository.expect_imported().once().returning(move |_, _| Ok(vec![imported]));
        repository.expect_remove().never();
        let error = remove(repository, &[imported, other]).await.expect_err("refused");
        assert_eq!(error.code(), Code::NotImported);
        assert_eq!(error.field_errors().expect("positions").keys().collect::<Vec<_>>(), ["listingIDs.1"]);
    }

    #[tokio::test]
    async fn the_second_of_two_who_remove_is_told_so() {
        let [listing, _] = listings();
        let mut repository = MockImportRepository::new();
        let mut found = vec![vec![], vec![listing]];
        repository.expect_imported().times(2).returning(move |_, _| Ok(found.pop().expect("two reads")));
        repository.expect_remove().once().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(remove(repository, &[listing]).await.expect_err("refused").code(), Code::NotImported);
    }
}
