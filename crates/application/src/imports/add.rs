//! Importing listings.

use domain::access::{Caller, Permission};
use domain::imports::{Import, decide};

use super::{ImportError, Imports};
use crate::input::Input;
use crate::input::listing_ids::ListingIds;
use crate::input::reader::read;
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Imports {
    /// Imports other tenants' listings into the caller's tenant: all of them or none. Returns them in the order of the
    /// request.
    pub async fn import(
        &self,
        caller: &Caller,
        input: Input<ListingIds>,
        idempotent: &Idempotent<Vec<Import>>,
    ) -> Result<Outcome<Vec<Import>>, ImportError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let import = async || {
            let command = input?;
            let ids = read(&command)?;
            retry_stale(async || {
                let candidates = self.repository.candidates(&scope, &ids).await?;
                let batch = decide(scope.tenant_id(), &candidates, &ids);
                let batch = batch.map_err(|refused| ImportError::import(&command, refused))?;
                let change = batch.by(&scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
                let imports = change.after.imports(change.audit.at);
                self.repository.add(&scope, idempotent.sign(change, &imports)).await?;
                Ok(imports)
            })
            .await
        };
        self.idempotency.run(caller, idempotent, import).await
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ListingId;
    use domain::imports::ImportCandidate;
    use ports::{MockImportRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::{imports, named, offered, owner};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn listings<const N: usize>() -> [ListingId; N] {
        [(); N].map(|()| ListingId::new(build::id()))
    }

    /// Returns a repository with the results of its successive reads.
    fn finding(found: Vec<Vec<ImportCandidate>>) -> MockImportRepository {
        let mut repository = MockImportRepository::new();
        let mut found = found.into_iter();
        repository.expect_candidates().returning(move |_, _| Ok(found.next().expect("a result for each read")));
        repository
    }

    async fn import(repository: MockImportRepository, ids: &[ListingId]) -> Result<Vec<Import>, ImportError> {
        let done = imports(repository)
            .import(&build::channel(Permission::Write), Ok(named(ids)), &Idempotent::default())
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
                .import(&build::channel(permission), unreadable, &Idempotent::default())
                .await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn what_names_no_listings_is_refused_before_anything_is_read() {
        let imports = imports(MockImportRepository::new());
        let error =
            imports.import(&build::channel(Permission::Write), Ok(ListingIds::default()), &Idempotent::default()).await;
        let error = error.expect_err("invalid");
        assert_eq!(error.field_errors().expect("field errors")["listingIDs"], ["The listing IDs field is required."]);
    }

    #[tokio::test]
    async fn imports_come_in_the_order_asked() {
        let [first, second] = listings();
        let mut repository = finding(vec![vec![offered(first), offered(second)]]);
        repository
            .expect_add()
            .once()
            .withf(move |_, change| change.after.listings().iter().map(|listing| listing.listing).eq([second, first]))
            .returning(|_, _| Ok(()));
        let imported = import(repository, &[second, first]).await.expect("imported");
        let expected = [second, first].map(|listing_id| Import {
            listing_id,
            tenant_id: build::channel_id(),
            source_tenant_id: owner(),
            imported_at: build::at(),
        });
        assert_eq!(imported, expected);
    }

    #[tokio::test]
    async fn one_listing_that_cannot_be_imported_keeps_all_out() {
        let [first, second] = listings();
        let asleep = ImportCandidate { is_offered: false, ..offered(second) };
        let mut repository = finding(vec![vec![offered(first), asleep]]);
        repository.expect_add().never();
        let error = import(repository, &[first, second]).await.expect_err("refused");
        assert_eq!(error.code(), Code::ListingNotFound);
        assert_eq!(error.field_errors().expect("positions").keys().collect::<Vec<_>>(), ["listingIDs.1"]);
    }

    #[tokio::test]
    async fn the_second_of_two_who_import_is_told_so() {
        let [listing] = listings();
        let taken = ImportCandidate { is_imported: true, ..offered(listing) };
        let mut repository = finding(vec![vec![offered(listing)], vec![taken]]);
        repository.expect_add().once().returning(|_, _| Err(RepositoryError::Stale));
        let error = import(repository, &[listing]).await.expect_err("refused");
        assert_eq!(error.code(), Code::AlreadyImported);
    }
}
