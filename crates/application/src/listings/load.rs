//! Loading many listings as the operator.

use std::collections::BTreeMap;

use domain::access::OperatorScope;
use domain::currencies::Currency;
use domain::ids::{IntegrationAccountId, WorkspaceId};
use domain::listings::Delivered;
use domain::patch::Patch;

use super::deliver::LISTINGS;
use super::{DeliverListings, ListingError, ListingFields, Listings};
use crate::input::reader::FieldReader;
use crate::outcome::problem::{FieldErrors, Problem};

/// The operator's request to load listings of one account.
#[derive(Debug, Clone)]
pub struct LoadListings {
    /// The workspace.
    pub workspace: String,
    /// The integration account.
    pub account: String,
    /// The currency of prices without one; the workspace's by default.
    pub currency: Option<String>,
    /// The listings, at most [`MOST`](Self::MOST).
    pub listings: Vec<ListingFields>,
}

impl LoadListings {
    /// The maximum number of listings in one load.
    pub const MOST: usize = DeliverListings::MOST;
}

/// The result of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The result for the valid listings.
    pub delivered: Delivered,
    /// The messages about each invalid listing, by its position, counted from 0.
    pub refused: BTreeMap<usize, Vec<String>>,
}

impl Listings {
    /// Stores listings for any account, whatever its tenant's status. Invalid listings are skipped, and all others are
    /// stored.
    pub async fn load(&self, operator: &OperatorScope, command: LoadListings) -> Result<Loaded, ListingError> {
        let LoadListings { workspace, account, currency, mut listings } = command;
        let mut reader = FieldReader::default();
        let workspace_id = reader.required::<_, WorkspaceId>("workspace", &workspace);
        let account = reader.required::<_, IntegrationAccountId>("account", &account);
        reader.given::<_, Currency>("currency", &currency);
        let (workspace_id, account) = reader.finish(workspace_id.zip(account))?;
        if let Some(currency) = currency {
            for listing in &mut listings {
                listing.currency = Patch::Set(currency.clone()).then(std::mem::take(&mut listing.currency));
            }
        }

        let owner = self.repository.owner(operator, workspace_id, account).await?;
        let owner = owner.ok_or(ListingError::AccountNotFound(None))?;
        let scope = operator.tenant_scope(workspace_id, owner);

        let mut fine: Vec<_> = listings.into_iter().enumerate().collect();
        let mut refused = BTreeMap::new();
        loop {
            let listings = fine.iter().map(|(_, listing)| listing.clone()).collect();
            let error = match self.deliver_in(&scope, account, DeliverListings { listings: Some(listings) }).await {
                Ok(delivered) => return Ok(Loaded { delivered, refused }),
                Err(error) => error,
            };
            let mut errors = error.field_errors().map(by_position).unwrap_or_default();
            if errors.is_empty() {
                return Err(error);
            }
            let mut tried = 0..;
            fine.retain(|(position, _)| {
                let error = tried.next().and_then(|tried| errors.remove(&tried));
                error.map(|sentences| refused.insert(*position, sentences)).is_none()
            });
        }
    }
}

/// Groups the field errors by listing, without the listing's path in the sentences.
fn by_position(field_errors: &FieldErrors) -> BTreeMap<usize, Vec<String>> {
    let mut by_position: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (path, sentences) in field_errors {
        let mut parts = path.split('.');
        let listing = parts.next().filter(|part| *part == LISTINGS).and(parts.next());
        if let Some(position) = listing.and_then(|position| position.parse().ok()) {
            let which = format!("{LISTINGS}.{position}.");
            let sentences = sentences.iter().map(|sentence| sentence.replacen(&which, "", 1));
            by_position.entry(position).or_default().extend(sentences);
        }
    }
    by_position
}

#[cfg(test)]
mod tests {
    use ports::MockListingRepository;
    use testkit::build;

    use super::super::fixture::{fields, listings, sent};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::ProblemKind;

    fn command(listings: Vec<ListingFields>) -> LoadListings {
        let account = build::listing_account().id;
        LoadListings {
            workspace: build::workspace_id().to_string(),
            account: account.to_string(),
            currency: None,
            listings,
        }
    }

    fn with_account() -> MockListingRepository {
        let mut repository = MockListingRepository::new();
        repository.expect_owner().returning(|_, _, _| Ok(Some(build::standing(2, false))));
        repository.expect_account().returning(|_, _| Ok(Some(build::listing_account())));
        repository.expect_with_provider_ids().returning(|_, _, _| Ok(vec![]));
        repository
    }

    async fn load(repository: MockListingRepository, command: LoadListings) -> Result<Loaded, ListingError> {
        listings(repository).load(&OperatorScope::new(), command).await
    }

    #[tokio::test]
    async fn invalid_listings_are_named_and_all_others_stored() {
        let mut repository = with_account();
        repository.expect_deliver().once().returning(|scope, change| {
            let names = change.after.listings.iter().map(|listing| listing.details().provider_id.as_str());
            assert_eq!(names.collect::<Vec<_>>(), ["a", "d"]);
            assert_eq!((change.audit.actor, scope.tenant_id()), (domain::audit::Actor::Operator, build::channel_id()));
            Ok(())
        });
        let delivered = vec![
            fields("a"),
            ListingFields { longitude: sent("181"), start_price: sent("x"), ..fields("b") },
            ListingFields { start_price: sent("0.001"), ..fields("c") },
            fields("d"),
            ListingFields { start_price: sent("0.001"), ..fields("e") },
            fields("a"),
        ];
        let Loaded { delivered, refused } = load(repository, command(delivered)).await.expect("loaded");
        assert_eq!(delivered, Delivered { created: 2, updated: 0, unchanged: 0 });
        assert_eq!(refused.keys().copied().collect::<Vec<_>>(), [1, 2, 4, 5]);
        assert_eq!(refused[&1].len(), 2, "{refused:?}");
        assert_eq!(refused[&5], ["The provider ID is there more than once."]);
    }

    #[tokio::test]
    async fn every_invalid_listing_is_named_with_all_its_errors_however_many_there_are() {
        let mut repository = with_account();
        repository.expect_deliver().once().returning(|_, change| {
            assert_eq!(change.after.listings.len(), 1);
            Ok(())
        });
        let wrong = |number: usize| ListingFields {
            longitude: sent("181"),
            start_price: sent("x"),
            name: sent(""),
            ..fields(&number.to_string())
        };
        let mut many: Vec<_> = (1..LoadListings::MOST).map(wrong).collect();
        many.push(fields("fine"));
        let Loaded { delivered, refused } = load(repository, command(many)).await.expect("loaded");
        assert_eq!(delivered.created, 1);
        assert_eq!(refused.len(), LoadListings::MOST - 1);
        assert!(refused.values().all(|sentences| sentences.len() == 3), "{refused:?}");
    }

    #[tokio::test]
    async fn prices_are_in_the_currency_that_was_told() {
        for (told, expected) in [(None, "USD"), (Some("JPY"), "JPY")] {
            let mut repository = with_account();
            repository.expect_deliver().once().returning(move |_, change| {
                assert_eq!(change.after.listings[0].details().start_price.currency().code(), expected);
                Ok(())
            });
            let command = LoadListings { currency: told.map(str::to_owned), ..command(vec![fields("a")]) };
            load(repository, command).await.expect("loaded");
        }
    }

    #[tokio::test]
    async fn an_unknown_account_is_refused() {
        let mut repository = MockListingRepository::new();
        repository.expect_owner().returning(|_, _, _| Ok(None));
        let refused = load(repository, command(vec![fields("a")])).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::IntegrationAccountNotFound);
    }

    #[tokio::test]
    async fn what_was_said_is_checked_before_anything_is_looked_up() {
        let wrong = LoadListings {
            workspace: "x".to_owned(),
            account: "x".to_owned(),
            currency: Some("dollars".to_owned()),
            listings: vec![],
        };
        let refused = load(MockListingRepository::new(), wrong).await.expect_err("invalid");
        assert_eq!(refused.kind(), ProblemKind::Invalid);
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        assert_eq!(field_errors, ["account", "currency", "workspace"]);
    }

    #[tokio::test]
    async fn a_step_has_bounds() {
        let many = vec![ListingFields::default(); LoadListings::MOST + 1];
        let refused = load(with_account(), command(many)).await.expect_err("too many");
        assert_eq!(refused.kind(), ProblemKind::Invalid);
    }
}
