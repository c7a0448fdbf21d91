//! The steps of tests about selling. A host sells its own listings and those that it imports.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::audit::Stamp;
use domain::availability::{Calendar, CalendarEdit, NightStatus, RangeEdit};
use domain::change::Change;
use domain::ids::{AuditId, ListingId, PromotionId, QuoteId, ReservationId, TenantId};
use domain::listings::Listing;
use domain::patch::Patch;
use domain::promotions::{NewPromotion, Promotion, PromotionChoice, PromotionEdit};
use domain::quotes::{GuestCount, Offer, Quote, RequestedStay};
use domain::reservations::{
    ExpectedPrice, Guest, NewReservation, Reservation, ReservationBooked, ReservationStatus, ReservationType,
    TenantReservation,
};
use domain::stays::{Stay, StayDate};
use ports::{OfferRequest, Page, PageStart, RepositoryError, ReservationFilter};

use super::Ports;
use super::host::Host;
use crate::build;

/// A page larger than any list of these tests.
pub(crate) const ALL: Page = Page { start: PageStart::Number(1), size: 1_000 };

pub(crate) fn date(text: &str) -> StayDate {
    text.parse().expect("a date")
}

pub(crate) fn stay(check_in: &str, check_out: &str) -> Stay {
    Stay::new(date(check_in), date(check_out)).expect("nights")
}

/// Returns an edit of these nights that changes nothing.
pub(crate) fn range(nights: Stay) -> RangeEdit {
    RangeEdit {
        nights,
        status: Patch::Keep,
        price: Patch::Keep,
        minimum_nights: Patch::Keep,
        maximum_nights: Patch::Keep,
    }
}

pub(crate) fn blocked(nights: Stay) -> RangeEdit {
    RangeEdit { status: Patch::Set(NightStatus::NotAvailable), ..range(nights) }
}

/// Returns a new reservation with the required fields only.
fn new_reservation(kind: ReservationType) -> NewReservation {
    NewReservation {
        id: ReservationId::new(build::id()),
        kind,
        hold_expires_at: None,
        guest: Guest {
            first_name: "Grace".parse().expect("a name"),
            last_name: "Hopper".parse().expect("a name"),
            email: None,
            phone: None,
        },
        source: None,
        notes: None,
        external_id: None,
    }
}

pub(crate) fn instant() -> NewReservation {
    new_reservation(ReservationType::InstantBooking)
}

pub(crate) fn pending() -> NewReservation {
    new_reservation(ReservationType::PendingConfirmation)
}

pub(crate) fn named(external_id: &str) -> NewReservation {
    NewReservation { external_id: external_id.parse().ok(), ..instant() }
}

pub(crate) fn is_taken<T>(result: &Result<T, RepositoryError>, rule: &str) -> bool {
    matches!(result, Err(RepositoryError::Taken { rule: broken }) if *broken == rule)
}

/// Returns a function that hands out the given decisions, one at each call.
pub(crate) fn in_turn<T>(decided: Vec<T>) -> impl Fn() -> T {
    let decided = Mutex::new(decided);
    move || decided.lock().expect("no panic").pop().expect("one for each")
}

/// An owner with a listing, and an importer of it, each with an account.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) owner: Host,
    pub(crate) importer: Host,
    pub(crate) listing: Listing,
}

impl Shop {
    pub(crate) async fn open(ports: Ports) -> Self {
        Self::of(Host::open(ports).await).await
    }

    pub(crate) async fn of(owner: Host) -> Self {
        let importer = Host::of(&owner.world, "importer").await;
        let listing = owner.listing("7").await;
        importer.import(&[listing.id()]).await.expect("imported");
        Self { owner, importer, listing }
    }

    pub(crate) const fn id(&self) -> ListingId {
        self.listing.id()
    }

    /// Creates another listing of the owner, imported as well.
    pub(crate) async fn another(&self) -> Self {
        let listing = self.owner.listing(&build::id().to_string()).await;
        self.importer.import(&[listing.id()]).await.expect("imported");
        Self { listing, ..self.clone() }
    }
}

impl Host {
    fn stamp_at(scope: &TenantScope, at: DateTime<Utc>) -> Stamp {
        Stamp { at, ..Self::stamp(scope) }
    }

    /// Returns an edit of the calendar, not yet stored.
    pub(crate) async fn calendar_edit(&self, listing: &Listing, ranges: &[RangeEdit]) -> Change<CalendarEdit> {
        let scope = self.scope().await;
        let decided = CalendarEdit::decide(listing, ranges, &scope, Self::stamp(&scope));
        decided.expect("compatible values").expect("a change")
    }

    pub(crate) async fn write(&self, listing: &Listing, ranges: &[RangeEdit]) -> Result<(), RepositoryError> {
        let change = self.calendar_edit(listing, ranges).await;
        self.world.ports.availability.edit(&self.scope().await, change).await
    }

    pub(crate) async fn calendar_at(&self, id: ListingId, nights: Stay, at: DateTime<Utc>) -> Option<Calendar> {
        let queries = &self.world.ports.availability_queries;
        queries.calendar(&self.scope().await, id, nights, at).await.expect("no failure")
    }

    pub(crate) async fn calendar(&self, id: ListingId, nights: Stay) -> Option<Calendar> {
        self.calendar_at(id, nights, build::at()).await
    }

    /// Returns the creation of a promotion of the account, not yet stored: 20 % in January 2030.
    pub(crate) async fn new_promotion(&self, name: &str, rest: PromotionEdit) -> Change<Promotion> {
        let scope = self.scope().await;
        let new = NewPromotion {
            id: PromotionId::new(build::id()),
            integration_account_id: self.account.id,
            name: name.parse().expect("a name"),
            discount: "20".parse().expect("a percentage"),
            start_date: date("2030-01-01"),
            end_date: date("2030-01-31"),
            rest,
        };
        Promotion::create(new, &scope, Self::stamp(&scope)).expect("compatible values")
    }

    pub(crate) async fn promote(&self, name: &str, rest: PromotionEdit) -> Result<Promotion, RepositoryError> {
        let change = self.new_promotion(name, rest).await;
        self.world.ports.promotions.create(&self.scope().await, change).await
    }

    pub(crate) async fn offer_at(
        &self,
        id: ListingId,
        stay: Stay,
        promotion: Option<PromotionChoice>,
        at: DateTime<Utc>,
    ) -> Option<Offer> {
        let request = OfferRequest { listing: id, stay, promotion, at };
        self.world.ports.quotes.offer(&self.scope().await, &request).await.expect("no failure")
    }

    pub(crate) async fn offer(&self, id: ListingId, stay: Stay) -> Option<Offer> {
        self.offer_at(id, stay, None, build::at()).await
    }

    /// Returns a quote that is not yet stored.
    pub(crate) async fn quotation(
        &self,
        id: ListingId,
        stay: Stay,
        promotion: Option<PromotionChoice>,
    ) -> Change<Quote> {
        let (scope, requested) = (self.scope().await, requested(stay, promotion.clone()));
        let offer = self.offer_at(id, stay, promotion, build::at()).await.expect("a listing");
        let priced = offer.price(&requested, self.tenant.id(), build::at()).expect("on offer");
        Quote::create(QuoteId::new(build::id()), priced, &scope, Self::stamp(&scope))
    }

    pub(crate) async fn quote(&self, id: ListingId, stay: Stay) -> Quote {
        let change = self.quotation(id, stay, None).await;
        self.world.ports.quotes.create(&self.scope().await, change.clone()).await.expect("created");
        change.after
    }

    /// Returns a booking that is decided at this time and not yet stored.
    pub(crate) async fn booking_at(
        &self,
        id: ListingId,
        stay: Stay,
        new: NewReservation,
        at: DateTime<Utc>,
    ) -> Change<ReservationBooked> {
        let (scope, requested) = (self.scope().await, requested(stay, None));
        let offer = self.offer_at(id, stay, None, at).await.expect("a listing");
        let next_id = || AuditId::new(build::id());
        let stamp = Self::stamp_at(&scope, at);
        Reservation::book(new, &requested, ExpectedPrice::default(), &offer, &scope, stamp, next_id).expect("on offer")
    }

    pub(crate) async fn booking(&self, id: ListingId, stay: Stay, new: NewReservation) -> Change<ReservationBooked> {
        self.booking_at(id, stay, new, build::at()).await
    }

    /// Returns a booking with a quote, not yet stored.
    pub(crate) async fn booking_with(&self, quote: &Quote, new: NewReservation) -> Change<ReservationBooked> {
        let scope = self.scope().await;
        let found = self.world.ports.quotes.get(&scope, quote.id()).await.expect("no failure").expect("a quote");
        let offer = self.offer(quote.priced().listing_id, quote.priced().stay).await.expect("a listing");
        let next_id = || AuditId::new(build::id());
        Reservation::book_quoted(new, &found, &offer, &scope, Self::stamp(&scope), next_id).expect("on offer")
    }

    pub(crate) async fn sell(&self, change: Change<ReservationBooked>) -> Result<TenantReservation, RepositoryError> {
        self.world.ports.reservations.book(&self.scope().await, change).await
    }

    pub(crate) async fn book(&self, id: ListingId, stay: Stay, new: NewReservation) -> TenantReservation {
        let change = self.booking(id, stay, new).await;
        self.sell(change).await.expect("booked")
    }

    pub(crate) async fn confirmation(&self, reservation: &Reservation) -> Change<Reservation> {
        let scope = self.scope().await;
        let owner = self.owner_of(reservation).await;
        reservation.confirm(&scope, owner, Self::stamp(&scope)).expect("a hold that has not lapsed").expect("a change")
    }

    pub(crate) async fn cancellation(&self, reservation: &Reservation) -> Change<Reservation> {
        let scope = self.scope().await;
        let owner = self.owner_of(reservation).await;
        reservation.cancel(&scope, owner, Self::stamp(&scope)).expect("a change")
    }

    /// The present owner, if the tenant sees the reservation.
    async fn owner_of(&self, reservation: &Reservation) -> TenantId {
        self.reservation(reservation.id()).await.map_or(self.tenant.id(), |seen| seen.owner)
    }

    pub(crate) async fn turn(&self, change: Change<Reservation>) -> Result<TenantReservation, RepositoryError> {
        self.world.ports.reservations.update(&self.scope().await, change).await
    }

    pub(crate) async fn reservation(&self, id: ReservationId) -> Option<TenantReservation> {
        self.world.ports.reservations.get(&self.scope().await, id).await.expect("no failure")
    }

    /// Returns the whole list, after checking that the count agrees.
    pub(crate) async fn reservations(&self, filter: &ReservationFilter) -> Vec<TenantReservation> {
        let (queries, scope) = (&self.world.ports.reservation_queries, self.scope().await);
        let listed = queries.list(&scope, filter, ALL).await.expect("a list");
        let count = queries.count(&scope, filter).await.expect("a count");
        assert_eq!((listed.items.len() as u64, listed.has_more), (count, false), "{filter:?}");
        listed.items
    }

    /// Returns the number of reservations of the listing that occupy nights.
    pub(crate) async fn sold(&self, id: ListingId) -> usize {
        let filter = ReservationFilter { listing_id: Some(id), ..ReservationFilter::default() };
        let listed = self.reservations(&filter).await;
        let is_live = |seen: &&TenantReservation| {
            [ReservationStatus::Confirmed, ReservationStatus::Pending].contains(&seen.reservation.status())
        };
        listed.iter().filter(is_live).count()
    }

    /// Returns a calendar without values.
    pub(crate) fn silent(listing: &Listing) -> Calendar {
        Calendar::new(listing.details(), BTreeMap::new(), vec![])
    }
}

fn requested(stay: Stay, promotion: Option<PromotionChoice>) -> RequestedStay {
    let guests = GuestCount::adults_only(2.try_into().expect("guests"));
    RequestedStay { stay, guests, currency: None, promotion }
}
