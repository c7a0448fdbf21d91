//! Replacing the charges of an account.

use std::collections::BTreeSet;

use domain::access::{Caller, Permission};
use domain::charges::AccountCharges;
use domain::ids::{ChargeId, IntegrationAccountId};

use super::{ChargeError, Charges, ReplaceCharges};
use crate::input::Input;
use crate::input::reader::read;
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Charges {
    /// Replaces all charges of an account of the caller's tenant.
    pub async fn replace(
        &self,
        caller: &Caller,
        account: IntegrationAccountId,
        input: Input<ReplaceCharges>,
        precondition: &Precondition<AccountCharges>,
    ) -> Result<AccountCharges, ChargeError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let command = input?;
        let edits = read(&command)?;
        let listings: BTreeSet<_> = edits.iter().flat_map(|edit| edit.listings.iter().flatten().copied()).collect();
        retry_stale(async || {
            let stored = self.repository.get(&scope, account).await?.ok_or(ChargeError::AccountNotFound)?;
            if !listings.is_empty() {
                let known = self.repository.listings_of(&scope, account, &listings).await?;
                if known != listings {
                    return Err(ChargeError::ListingNotFound(command.unknown_listings(&known)));
                }
            }
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = stored.replace(&edits, &scope, stamp, || self.ambient.id(ChargeId::new))?;
            precondition.check(&stored)?;
            let Some(change) = change else { return Ok(stored) };
            let after = change.after.clone();
            self.repository.replace(&scope, change).await?;
            Ok(after)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ListingId;
    use ports::{MockChargeRepository, RepositoryError};
    use testkit::build;

    use super::super::ChargeFields;
    use super::super::fixture::{charges, nothing, stored};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::{Problem, ProblemKind};

    fn fee() -> ChargeFields {
        let text = |text: &str| Some(text.to_owned());
        ChargeFields {
            name: text("Cleaning"),
            kind: text("FEE"),
            basis: text("PER_STAY"),
            amount: text("50"),
            ..ChargeFields::default()
        }
    }

    fn on(listings: &[ListingId]) -> ChargeFields {
        ChargeFields { listing_ids: Some(listings.iter().map(ToString::to_string).collect()), ..fee() }
    }

    async fn replace(
        repository: MockChargeRepository,
        fields: Vec<ChargeFields>,
    ) -> Result<AccountCharges, ChargeError> {
        let account = build::integration_account().id();
        let input = Ok(ReplaceCharges { charges: Some(fields) });
        charges(repository).replace(&build::channel(Permission::Write), account, input, &Precondition::default()).await
    }

    #[tokio::test]
    async fn all_charges_are_replaced_in_one_step() {
        let mut repository = stored();
        repository
            .expect_replace()
            .once()
            .withf(|scope, change| {
                scope.tenant_id() == build::channel_id() && change.audit.action == "integration_account.update"
            })
            .returning(|_, _| Ok(()));
        let replaced = replace(repository, vec![fee(), fee()]).await.expect("replaced");
        assert_eq!(replaced.charges().len(), 2);
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        assert_eq!(replace(stored(), vec![]).await.expect("unchanged"), nothing());
    }

    #[tokio::test]
    async fn every_listing_that_the_account_does_not_have_is_named() {
        let [known, unknown] = [(); 2].map(|()| ListingId::new(build::id()));
        let mut repository = stored();
        repository.expect_listings_of().once().returning(move |_, _, _| Ok([known].into()));
        let refused = replace(repository, vec![on(&[known]), on(&[known, unknown])]).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::ListingNotFound);
        let field_errors = refused.field_errors().expect("field errors");
        let expected = ["The charges.1.listing IDs.1 was not found.".to_owned()];
        assert_eq!(
            field_errors.iter().collect::<Vec<_>>(),
            [(&"charges.1.listingIDs.1".to_owned(), &expected.to_vec())]
        );
    }

    #[tokio::test]
    async fn an_id_that_the_account_does_not_have_is_invalid() {
        let unknown = ChargeFields { id: Some(build::id().to_string()), ..fee() };
        let refused = replace(stored(), vec![fee(), unknown]).await.expect_err("invalid");
        assert_eq!(refused.code(), Code::ValidationFailed);
        let field_errors = refused.field_errors().expect("field errors");
        assert_eq!(field_errors["charges.1.id"], ["The charges.1.id is not the id of a charge of the account."]);
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        for (permission, code) in
            [(Permission::Read, Code::PermissionDenied), (Permission::Write, Code::MalformedRequest)]
        {
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let account = build::integration_account().id();
            let refused = charges(MockChargeRepository::new())
                .replace(&build::channel(permission), account, unreadable, &Precondition::default())
                .await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn charges_that_change_again_and_again_are_busy() {
        let mut repository = stored();
        repository.expect_replace().times(3).returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(replace(repository, vec![fee()]).await.expect_err("lost").kind(), ProblemKind::Busy);
    }
}
