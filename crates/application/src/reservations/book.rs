//! Booking a stay.

use domain::access::{Caller, Permission, TenantScope};
use domain::audit::Stamp;
use domain::change::Change;
use domain::ids::{ListingId, QuoteId, ReservationId};
use domain::promotions::PromotionChoice;
use domain::quotes::{FoundQuote, Quote, QuoteSpentError, RequestedStay};
use domain::reservations::{
    BookingRefused, ExpectedPrice, NewReservation, Reservation, ReservationBooked, TenantReservation,
};
use ports::{OfferRequest, RepositoryError};

use super::fields::{EXTERNAL_ID, HOLD, QUOTE, Sale};
use super::{BookingFields, ReservationError, Reservations, read_again};
use crate::input::{Input, InvalidInput, not_found, taken};
use crate::quotes::QuoteError;
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Reservations {
    /// Books a stay at a listing that the caller's tenant owns or imports: with a quote, or at the current price.
    pub async fn book(
        &self,
        caller: &Caller,
        input: Input<BookingFields>,
        idempotent: &Idempotent<TenantReservation>,
    ) -> Result<Outcome<TenantReservation>, ReservationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let book = async || {
            let (sale, new) = input?.read(self.ambient.id(ReservationId::new))?;
            let promotion = match &sale {
                Sale::Quoted(_) => None,
                Sale::Priced { stay, .. } => stay.promotion.as_ref(),
            };
            let book = async || {
                let mut is_lost = false;
                retry_stale(async || {
                    let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
                    let decided = match &sale {
                        Sale::Quoted(quote) => self.quoted(&scope, *quote, new.clone(), stamp).await,
                        Sale::Priced { listing, stay, expected } => {
                            self.priced(&scope, (*listing, stay, *expected), new.clone(), stamp).await
                        }
                    };
                    let change = match decided {
                        Ok(change) => change,
                        Err(error) => return Err(self.reason_of_a_retry(&scope, &sale, &new, error).await?),
                    };
                    let ReservationBooked { reservation, owner, .. } = &change.after;
                    let booked = TenantReservation { reservation: reservation.clone(), owner: *owner };
                    let stored = self.repository.book(&scope, idempotent.sign(change, &booked)).await;
                    Ok(stored.map_err(|error| read_again(&mut is_lost, error))?)
                })
                .await
            };
            self.coupons.guard(scope.tenant_id(), promotion, &self.ambient, book).await
        };
        self.idempotency.run(caller, idempotent, book).await
    }

    async fn quoted(
        &self,
        scope: &TenantScope,
        quote: QuoteId,
        new: NewReservation,
        stamp: Stamp,
    ) -> Result<Change<ReservationBooked>, ReservationError> {
        let missing = || ReservationError::QuoteNotFound(not_found(QUOTE));
        let found = self.quotes.get(scope, quote).await?.ok_or_else(missing)?;
        let priced = found.good(stamp.at)?.priced();
        let request = OfferRequest { listing: priced.listing_id, stay: priced.stay, promotion: None, at: stamp.at };
        let offer = self.quotes.offer(scope, &request).await?.ok_or(QuoteError::ListingNotFound(None))?;
        let next_id = || self.ambient.audit_id();
        match Reservation::book_quoted(new, &found, &offer, scope, stamp.clone(), next_id) {
            Ok(change) => Ok(change),
            Err(error) => Err(self.refused(scope, stamp, None, error).await?),
        }
    }

    async fn priced(
        &self,
        scope: &TenantScope,
        (listing, requested, expected): (ListingId, &RequestedStay, ExpectedPrice),
        new: NewReservation,
        stamp: Stamp,
    ) -> Result<Change<ReservationBooked>, ReservationError> {
        let request =
            OfferRequest { listing, stay: requested.stay, promotion: requested.promotion.clone(), at: stamp.at };
        let offer = self.quotes.offer(scope, &request).await?.ok_or_else(QuoteError::listing_not_found)?;
        let next_id = || self.ambient.audit_id();
        match Reservation::book(new, requested, expected, &offer, scope, stamp.clone(), next_id) {
            Ok(change) => Ok(change),
            Err(error) => Err(self.refused(scope, stamp, requested.promotion.as_ref(), error).await?),
        }
    }

    /// Returns the refusal that a retry would get. If a concurrent booking took the nights before the offer was read,
    /// it may have used the quote or the external id too. That refusal says more than that the nights are sold.
    async fn reason_of_a_retry(
        &self,
        scope: &TenantScope,
        sale: &Sale,
        new: &NewReservation,
        error: ReservationError,
    ) -> Result<ReservationError, RepositoryError> {
        let (is_missing, is_closed) = match &error {
            ReservationError::Stay(QuoteError::ListingNotFound { .. }) => (true, false),
            ReservationError::Stay(QuoteError::NotOpen(_)) => (false, true),
            _ => (false, false),
        };
        if let Sale::Quoted(quote) = sale
            && (is_missing || is_closed)
            && let Some(FoundQuote { reservation: Some(reservation), .. }) = self.quotes.get(scope, *quote).await?
        {
            return Ok(QuoteSpentError::Used { reservation }.into());
        }
        if let Some(id) = &new.external_id
            && is_closed
            && self.repository.has_external_id(scope, id).await?
        {
            return Ok(ReservationError::ExternalIdTaken(taken(EXTERNAL_ID)));
        }
        Ok(error)
    }

    /// Returns the refusal of a booking. If the price has changed, stores a quote with the current price.
    async fn refused(
        &self,
        scope: &TenantScope,
        stamp: Stamp,
        promotion: Option<&PromotionChoice>,
        error: BookingRefused,
    ) -> Result<ReservationError, RepositoryError> {
        Ok(match error {
            BookingRefused::Hold(error) => InvalidInput::new(HOLD, error).into(),
            BookingRefused::Quote(error) => error.into(),
            BookingRefused::Offer(error) => QuoteError::offer(error, promotion).into(),
            BookingRefused::PriceChanged(priced) => {
                let change = Quote::create(self.ambient.id(QuoteId::new), *priced, scope, stamp);
                let quote = Box::new(change.after.clone());
                self.quotes.create(scope, change).await?;
                ReservationError::PriceChanged(quote)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::TenantId;
    use domain::reservations::ReservationStatus;
    use ports::{MockQuoteRepository, MockReservationRepository, rules};
    use testkit::build;

    use super::super::fixture::{guest, over, priced};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::{Extension, Problem};
    use crate::quotes::StayFields;
    use crate::quotes::fixture::{LISTING, asleep, offer, offering, quote, sold, stay, text};

    fn quoted(found: &FoundQuote) -> BookingFields {
        BookingFields { quote_id: Some(found.quote.id().to_string()), guest: Some(guest()), ..BookingFields::default() }
    }

    /// Returns a repository with this quote and an offer for its stay.
    fn quoting(found: Option<FoundQuote>, offer: Option<domain::quotes::Offer>) -> MockQuoteRepository {
        let mut quotes = offering(offer);
        quotes
            .expect_get()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(move |_, _| Ok(found.clone()));
        quotes
    }

    /// Returns a repository that stores every booking.
    fn booking() -> MockReservationRepository {
        let mut repository = MockReservationRepository::new();
        repository.expect_book().once().returning(|_, change| {
            Ok(TenantReservation { reservation: change.after.reservation, owner: change.after.owner })
        });
        repository
    }

    async fn book(
        repository: MockReservationRepository,
        quotes: MockQuoteRepository,
        fields: BookingFields,
    ) -> Result<TenantReservation, ReservationError> {
        let (caller, idempotent) = (build::channel(Permission::Write), Idempotent::default());
        let done = over(repository, quotes).book(&caller, Ok(fields), &idempotent).await?;
        Ok(done.now().expect("not repeated"))
    }

    /// Returns the refusal of a booking that must not be stored.
    async fn refusal(quotes: MockQuoteRepository, fields: BookingFields) -> ReservationError {
        book(MockReservationRepository::new(), quotes, fields).await.expect_err("refused")
    }

    #[tokio::test]
    async fn a_stay_is_booked_at_the_price_of_the_moment() {
        for total in [None, text("298"), text("298.00")] {
            let (base, none) = (total.clone(), total.as_ref().and_then(|_| text("0")));
            let fields = BookingFields {
                total_price: total,
                total_base_price: base,
                total_fee_price: none.clone(),
                total_tax_price: none,
                ..priced()
            };
            let booked = book(booking(), offering(Some(offer(vec![]))), fields).await.expect("booked").reservation;
            assert_eq!(booked.status(), ReservationStatus::Confirmed);
            assert_eq!((booked.priced().listing_id, booked.into_parts().quote_id), (LISTING, None));
        }
    }

    #[tokio::test]
    async fn a_quote_is_booked_at_its_price() {
        let found = quote(None);
        let mut dearer = offer(vec![]);
        dearer.rates.markup = "50".parse().expect("a percentage");
        let fields = BookingFields { reservation_type: text("PENDING_CONFIRMATION"), ..quoted(&found) };
        let booked = book(booking(), quoting(Some(found.clone()), Some(dearer)), fields).await.expect("booked");
        assert_eq!(booked.reservation.status(), ReservationStatus::Pending);
        assert_eq!(booked.reservation.priced(), found.quote.priced());
        assert_eq!(booked.reservation.into_parts().quote_id, Some(found.quote.id()));
    }

    #[tokio::test]
    async fn an_importer_that_sells_stands_in_the_reservation() {
        let mut imported = asleep();
        imported.listing.unavailable = None;
        let parts = book(booking(), offering(Some(imported)), priced()).await.expect("booked");
        assert_eq!(parts.owner, build::default_tenant().id());
        let sold_by: Option<TenantId> = parts.reservation.into_parts().sold_by;
        assert_eq!(sold_by, Some(build::channel_id()));
    }

    #[tokio::test]
    async fn another_price_books_nothing_and_brings_a_fresh_quote() {
        let mut quotes = offering(Some(offer(vec![])));
        quotes.expect_create().once().returning(|_, _| Ok(()));
        let refused = refusal(quotes, BookingFields { total_price: text("297.99"), ..priced() }).await;
        assert_eq!(refused.code(), Code::PriceChanged);
        let ReservationError::PriceChanged(quote) = refused else { panic!("no quote") };
        assert_eq!(quote.priced().price.total().to_string(), "298.00");
        for parts in [
            BookingFields { total_base_price: text("297"), ..priced() },
            BookingFields { total_price: text("298"), total_fee_price: text("0.01"), ..priced() },
            BookingFields { total_tax_price: text("0.001"), ..priced() },
        ] {
            let mut quotes = offering(Some(offer(vec![])));
            quotes.expect_create().once().returning(|_, _| Ok(()));
            assert_eq!(refusal(quotes, parts).await.code(), Code::PriceChanged);
        }
    }

    #[tokio::test]
    async fn a_used_quote_says_what_was_booked_with_it_also_where_the_listing_is_lost() {
        let reservation = ReservationId::new(build::id());
        let found = quote(Some(reservation));
        let refused = refusal(quoting(Some(found.clone()), None), quoted(&found)).await;
        assert_eq!(refused.code(), Code::QuoteUsed);
        assert_eq!(refused.members().extension, Some(Extension::Reservation(reservation)));
    }

    #[tokio::test]
    async fn the_second_of_two_who_book_with_a_quote_learns_what_the_first_has_booked() {
        let reservation = ReservationId::new(build::id());
        let fields = quoted(&quote(None));
        let mut quotes = offering(Some(offer(vec![])));
        let mut found = vec![quote(Some(reservation)), quote(None)];
        quotes.expect_get().times(2).returning(move |_, _| Ok(found.pop()));
        let mut repository = MockReservationRepository::new();
        let used = || RepositoryError::Taken { rule: rules::QUOTE_USED };
        repository.expect_book().once().returning(move |_, _| Err(used()));
        let lost = book(repository, quotes, fields).await.expect_err("lost");
        assert_eq!(lost.members().extension, Some(Extension::Reservation(reservation)));
    }

    #[tokio::test]
    async fn the_second_learns_it_also_where_the_first_was_seen_to_take_the_nights() {
        let reservation = ReservationId::new(build::id());
        for offer in [None, Some(asleep()), Some(offer(sold()))] {
            let mut quotes = offering(offer);
            let mut found = vec![quote(Some(reservation)), quote(None)];
            quotes.expect_get().times(2).returning(move |_, _| Ok(found.pop()));
            let lost = refusal(quotes, quoted(&quote(None))).await;
            assert_eq!(
                (lost.code(), lost.members().extension),
                (Code::QuoteUsed, Some(Extension::Reservation(reservation)))
            );
        }
    }

    #[tokio::test]
    async fn a_name_that_is_taken_says_more_than_that_the_nights_are_sold() {
        for (is_taken, expected) in [(true, Code::ExternalIdTaken), (false, Code::NotAvailable)] {
            let mut repository = MockReservationRepository::new();
            repository.expect_has_external_id().once().returning(move |_, id| {
                assert_eq!(id.as_str(), "X-1");
                Ok(is_taken)
            });
            let fields = BookingFields { external_id: text("X-1"), ..priced() };
            let refused = book(repository, offering(Some(offer(sold()))), fields).await.expect_err("refused");
            assert_eq!(refused.code(), expected);
        }
    }

    #[tokio::test]
    async fn each_obstacle_to_a_quote_has_its_own_name() {
        let found = || Some(quote(None));
        for (found, offer, expected) in [
            (None, None, Code::QuoteNotFound),
            (found(), None, Code::ListingNotFound),
            (found(), Some(asleep()), Code::ImportAsleep),
            (found(), Some(offer(sold())), Code::NotAvailable),
        ] {
            let refused = refusal(quoting(found, offer), quoted(&quote(None))).await;
            assert_eq!(refused.code(), expected);
        }
    }

    #[tokio::test]
    async fn each_obstacle_to_a_stay_has_its_own_name() {
        let with = BookingFields::from;
        let hold = BookingFields { hold_expires_at: text("2030-01-01T00:00:00Z"), ..priced() };
        for (fields, offer, expected, field) in [
            (priced(), None, Code::ListingNotFound, Some("listingID")),
            (priced(), Some(asleep()), Code::ImportAsleep, None),
            (priced(), Some(offer(sold())), Code::NotAvailable, None),
            (
                with(StayFields { currency: text("EUR"), ..stay() }),
                Some(offer(vec![])),
                Code::CurrencyMismatch,
                Some("currency"),
            ),
            (
                with(StayFields { coupon_code: text("SUMMER"), ..stay() }),
                Some(offer(vec![])),
                Code::PromotionNotValid,
                Some("couponCode"),
            ),
            (
                with(StayFields { guests: Some(5), ..stay() }),
                Some(offer(vec![])),
                Code::ValidationFailed,
                Some("guests"),
            ),
            (hold, Some(offer(vec![])), Code::ValidationFailed, Some("holdExpiresAt")),
        ] {
            let refused = refusal(offering(offer), fields).await;
            assert_eq!(refused.code(), expected);
            let field_errors =
                refused.field_errors().and_then(|field_errors| field_errors.keys().next().map(String::as_str));
            assert_eq!(field_errors, field, "{expected}");
        }
    }

    #[tokio::test]
    async fn after_ten_wrong_coupon_codes_none_is_looked_up() {
        let mut quotes = MockQuoteRepository::new();
        quotes.expect_offer().times(10).returning(|_, _| Ok(Some(offer(vec![]))));
        let (caller, reservations) =
            (build::channel(Permission::Write), over(MockReservationRepository::new(), quotes));
        let mut codes = Vec::new();
        for _ in 0..12 {
            let booking = BookingFields { coupon_code: text("SUMMER"), ..priced() };
            let refused = reservations.book(&caller, Ok(booking), &Idempotent::default()).await;
            let error = refused.expect_err("wrong");
            codes.push((error.code(), error.members().retry_after.is_some()));
        }
        assert_eq!(codes[..10], [(Code::PromotionNotValid, false); 10]);
        assert_eq!(codes[10..], [(Code::TooManyCouponCodes, true); 2]);
    }

    #[tokio::test]
    async fn who_was_later_is_told_what_is_taken() {
        for (rule, expected, attempts) in [
            // The nights are read once more: a hold on them may have lapsed.
            (rules::RESERVATION_STAY, Code::NotAvailable, 2),
            (rules::RESERVATION_EXTERNAL_ID, Code::ExternalIdTaken, 1),
            (rules::IMPORTER_HOLDS, Code::TooManyHolds, 1),
        ] {
            let mut repository = MockReservationRepository::new();
            repository.expect_book().times(attempts).returning(move |_, _| Err(RepositoryError::Taken { rule }));
            let lost = book(repository, offering(Some(offer(vec![]))), priced()).await.expect_err("taken");
            assert_eq!(lost.code(), expected);
        }
    }

    #[tokio::test]
    async fn nights_that_are_taken_when_they_are_stored_are_read_again() {
        let mut repository = MockReservationRepository::new();
        let mut stored = 0;
        repository.expect_book().times(2).returning(move |_, change| {
            stored += 1;
            let ReservationBooked { reservation, owner, .. } = change.after;
            let taken = RepositoryError::Taken { rule: rules::RESERVATION_STAY };
            if stored == 1 { Err(taken) } else { Ok(TenantReservation { reservation, owner }) }
        });
        let mut quotes = MockQuoteRepository::new();
        quotes.expect_offer().times(2).returning(|_, _| Ok(Some(offer(vec![]))));
        book(repository, quotes, priced()).await.expect("booked");
    }

    #[tokio::test]
    async fn the_loser_of_a_race_looks_at_the_offer_again() {
        let mut offers = vec![None, Some(offer(vec![]))];
        let mut quotes = MockQuoteRepository::new();
        quotes.expect_offer().times(2).returning(move |_, _| Ok(offers.pop().flatten()));
        let mut repository = MockReservationRepository::new();
        repository.expect_book().once().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(book(repository, quotes, priced()).await.expect_err("lost").code(), Code::ListingNotFound);
    }

    #[tokio::test]
    async fn a_reader_is_told_that_before_the_body_is_looked_at() {
        let unread = Err(Unreadable::Malformed(String::new()));
        let reservations = over(MockReservationRepository::new(), MockQuoteRepository::new());
        let refused = reservations
            .book(&build::channel(Permission::Read), unread, &Idempotent::default())
            .await
            .expect_err("refused");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}
