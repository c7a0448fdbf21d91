//! Creating a quote.

use domain::access::{Caller, Permission};
use domain::ids::QuoteId;
use domain::quotes::Quote;
use ports::OfferRequest;

use super::{QuoteError, Quotes, StayFields};
use crate::input::Input;
use crate::input::reader::read;
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Quotes {
    /// Creates a quote for a stay at a listing that the caller's tenant owns or imports.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<StayFields>,
        idempotent: &Idempotent<Quote>,
    ) -> Result<Outcome<Quote>, QuoteError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let create = async || {
            let (listing, requested) = read(&input?)?;
            let id = self.ambient.id(QuoteId::new);
            let quote = async || {
                retry_stale(async || {
                    let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
                    let request = OfferRequest {
                        listing,
                        stay: requested.stay,
                        promotion: requested.promotion.clone(),
                        at: stamp.at,
                    };
                    let offer =
                        self.repository.offer(&scope, &request).await?.ok_or_else(QuoteError::listing_not_found)?;
                    let priced = offer.price(&requested, scope.tenant_id(), stamp.at);
                    let priced = priced.map_err(|error| QuoteError::offer(error, requested.promotion.as_ref()))?;
                    let change = Quote::create(id, priced, &scope, stamp);
                    let quote = change.after.clone();
                    self.repository.create(&scope, idempotent.sign(change, &quote)).await?;
                    Ok(quote)
                })
                .await
            };
            self.coupons.guard(scope.tenant_id(), requested.promotion.as_ref(), &self.ambient, quote).await
        };
        self.idempotency.run(caller, idempotent, create).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::promotions::PromotionChoice;
    use ports::{MockQuoteRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::{LISTING, asleep, coupons, offer, offering, sold, stay, text};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::{Problem, ProblemKind};
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    fn quotes(repository: MockQuoteRepository) -> Quotes {
        Quotes { repository: Arc::new(repository), idempotency: idempotency(), coupons: coupons(), ambient: ambient() }
    }

    async fn create(repository: MockQuoteRepository, fields: StayFields) -> Result<Quote, QuoteError> {
        let quotes = quotes(repository);
        let done = quotes.create(&build::channel(Permission::Write), Ok(fields), &Idempotent::default()).await?;
        Ok(done.now().expect("not repeated"))
    }

    #[tokio::test]
    async fn a_price_is_kept_for_the_tenant_of_the_request() {
        let mut repository = offering(Some(offer(vec![])));
        repository
            .expect_create()
            .once()
            .withf(|scope, change| scope.tenant_id() == build::channel_id() && change.audit.action == "quote.create")
            .returning(|_, _| Ok(()));
        let quote = create(repository, stay()).await.expect("quoted");
        assert_eq!(quote.priced().price.total().to_string(), "298.00");
    }

    #[tokio::test]
    async fn what_is_asked_for_is_what_the_offer_is_about() {
        let mut repository = MockQuoteRepository::new();
        repository
            .expect_offer()
            .once()
            .withf(|_, OfferRequest { listing, stay, promotion, at }| {
                let summer = PromotionChoice::Coupon("SUMMER".parse().expect("a code"));
                (*listing, stay.to_string(), *at) == (LISTING, "2030-01-10/2030-01-12".to_owned(), build::at())
                    && *promotion == Some(summer)
            })
            .returning(|_, _| Ok(Some(offer(vec![]))));
        let refused = create(repository, StayFields { coupon_code: text("SUMMER"), ..stay() }).await;
        let refused = refused.expect_err("there is no such promotion");
        assert_eq!(refused.code(), Code::PromotionNotValid);
        assert!(refused.field_errors().expect("field errors").contains_key("couponCode"));
    }

    #[tokio::test]
    async fn each_obstacle_has_its_own_name() {
        let promotion = Some(build::id().to_string());
        for (fields, offer, expected, field) in [
            (stay(), None, Code::ListingNotFound, Some("listingID")),
            (stay(), Some(offer(sold())), Code::NotAvailable, None),
            (stay(), Some(asleep()), Code::ImportAsleep, None),
            (
                StayFields { currency: text("EUR"), ..stay() },
                Some(offer(vec![])),
                Code::CurrencyMismatch,
                Some("currency"),
            ),
            (
                StayFields { promotion_id: promotion, ..stay() },
                Some(offer(vec![])),
                Code::PromotionNotValid,
                Some("promotionID"),
            ),
        ] {
            let refused = create(offering(offer), fields).await.expect_err("refused");
            assert_eq!(refused.code(), expected);
            let field_errors =
                refused.field_errors().and_then(|field_errors| field_errors.keys().next().map(String::as_str));
            assert_eq!(field_errors, field, "{expected:?}");
        }
    }

    #[tokio::test]
    async fn all_that_the_listing_does_not_allow_is_told_at_once() {
        let fields = StayFields {
            check_in_date: text("2020-01-01"),
            check_out_date: text("2020-01-02"),
            guests: Some(5),
            ..stay()
        };
        let refused = create(offering(Some(offer(vec![]))), fields).await.expect_err("invalid");
        assert_eq!(refused.code(), Code::ValidationFailed);
        let field_errors = refused.field_errors().expect("field errors");
        assert_eq!(field_errors["guests"], ["The guests may not be more than 4."]);
        assert!(
            field_errors["checkInDate"][0].starts_with("The check in date may not lie before 2024-"),
            "{field_errors:?}"
        );
    }

    #[tokio::test]
    async fn after_ten_wrong_coupon_codes_none_is_looked_up() {
        let mut repository = MockQuoteRepository::new();
        repository.expect_offer().times(10).returning(|_, _| Ok(Some(offer(vec![]))));
        let quotes = quotes(repository);
        let mut codes = Vec::new();
        for _ in 0..12 {
            let fields = StayFields { coupon_code: text("SUMMER"), ..stay() };
            let refused = quotes.create(&build::channel(Permission::Write), Ok(fields), &Idempotent::default()).await;
            let error = refused.expect_err("wrong");
            codes.push((error.code(), error.members().retry_after.is_some()));
        }
        assert_eq!(codes[..10], [(Code::PromotionNotValid, false); 10]);
        assert_eq!(codes[10..], [(Code::TooManyCouponCodes, true); 2]);
    }

    #[tokio::test]
    async fn a_tenant_that_is_gone_is_no_defect() {
        let mut repository = offering(Some(offer(vec![])));
        repository.expect_create().times(3).returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(create(repository, stay()).await.expect_err("lost").kind(), ProblemKind::Busy);
    }

    #[tokio::test]
    async fn a_reader_is_told_that_before_the_body_is_looked_at() {
        let quotes = quotes(MockQuoteRepository::new());
        let unread = Err(Unreadable::Malformed(String::new()));
        let refused = quotes
            .create(&build::channel(Permission::Read), unread, &Idempotent::default())
            .await
            .expect_err("refused");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}
