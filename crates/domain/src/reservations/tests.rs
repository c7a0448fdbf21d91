mod amendments;
mod offers;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::*;
use crate::access::fixture::stamp;
use crate::audit::{Actor, AuditEntry, Fact, ResourceKind, Stamp};
use crate::availability::Calendar;
use crate::change::Change;
use crate::charges::fixture::parts;
use crate::charges::{Charge, ChargeBasis, ChargeKind};
use crate::ids::AuditId;
use crate::quotes::fixture::{now, offer, priced, requested, scope};
use crate::quotes::{FoundQuote, NotOpenError, Offer, OfferRefused, Quote, QuoteSpentError};
use crate::stays::fixture::stay;

const ONE: TimeDelta = TimeDelta::milliseconds(1);

fn by_user(at: DateTime<Utc>) -> Stamp {
    scope().stamp(AuditId::new(Uuid::from_u128(8)), at)
}

/// The tenant of the scope.
fn owner() -> TenantId {
    scope().tenant_id()
}

fn new_reservation(kind: ReservationType) -> NewReservation {
    NewReservation {
        id: ReservationId::new(Uuid::from_u128(15)),
        kind,
        hold_expires_at: None,
        guest: Guest {
            first_name: "Grace".parse().expect("a name"),
            last_name: "Hopper".parse().expect("a name"),
            email: "grace@example.com".parse().ok(),
            phone: "+1 212 555 0100".parse().ok(),
        },
        source: "website".parse().ok(),
        notes: "Mrs. Hopper arrives late".parse().ok(),
        external_id: "X-1".parse().ok(),
    }
}

fn audit_ids() -> impl FnMut() -> AuditId {
    let mut last = 20;
    move || {
        last += 1;
        AuditId::new(Uuid::from_u128(last))
    }
}

fn book(new: NewReservation, total: Option<&str>, offer: &Offer) -> Result<Change<ReservationBooked>, BookingRefused> {
    let total = total.map(|total| total.parse().expect("an amount"));
    let expected = ExpectedPrice { total, ..ExpectedPrice::default() };
    let requested = requested("2030-01-10", "2030-01-12");
    Reservation::book(new, &requested, expected, offer, &scope(), by_user(now()), audit_ids())
}

fn book_quoted(quote: &FoundQuote, offer: &Offer, at: DateTime<Utc>) -> Result<Reservation, BookingRefused> {
    let new = new_reservation(ReservationType::InstantBooking);
    let booked = Reservation::book_quoted(new, quote, offer, &scope(), by_user(at), audit_ids());
    booked.map(|change| change.after.reservation)
}

fn booked(kind: ReservationType) -> Reservation {
    book(new_reservation(kind), None, &offer(2)).expect("on offer").after.reservation
}

fn quote() -> FoundQuote {
    let stamp = Stamp { at: now(), ..stamp() };
    let quote = Quote::create(QuoteId::new(Uuid::from_u128(14)), priced(), &scope(), stamp).after;
    FoundQuote { quote, reservation: None }
}

/// Makes a hold of another tenant, of the same nights.
fn lapsed(reservation: Reservation) -> LapsedHold {
    let owner_name = "The owner".parse().expect("a name");
    LapsedHold { reservation, owner: TenantId::new(Uuid::from_u128(4)), owner_name }
}

#[test]
fn an_instant_booking_is_confirmed_and_a_pending_one_holds_its_nights_for_a_day() {
    let instant = booked(ReservationType::InstantBooking).into_parts();
    assert_eq!((instant.status, instant.version), (ReservationStatus::Confirmed, 1));
    assert_eq!((instant.confirmed_at, instant.hold_expires_at), (Some(now()), None));

    let pending = booked(ReservationType::PendingConfirmation);
    let end = now() + TimeDelta::hours(24);
    assert!(pending.is_live(end - ONE) && !pending.has_lapsed(end - ONE));
    assert!(!pending.is_live(end) && pending.has_lapsed(end));
    let pending = pending.into_parts();
    assert_eq!((pending.status, pending.confirmed_at), (ReservationStatus::Pending, None));
    assert_eq!(pending.hold_expires_at, Some(end));
}

#[test]
fn nights_are_held_until_an_instant_that_makes_sense() {
    use ReservationType::{InstantBooking, PendingConfirmation};
    let days = TimeDelta::days;
    for (kind, ahead, expected) in [
        (PendingConfirmation, ONE, None),
        (PendingConfirmation, days(30), None),
        (PendingConfirmation, days(30) + ONE, Some(HoldError::TooFar)),
        (PendingConfirmation, days(0), Some(HoldError::Past)),
        (PendingConfirmation, days(-1), Some(HoldError::Past)),
        (InstantBooking, days(1), Some(HoldError::Instant)),
    ] {
        let end = Some(now() + ahead);
        let found = book(NewReservation { hold_expires_at: end, ..new_reservation(kind) }, None, &offer(2));
        let held = found.map(|change| change.after.reservation.into_parts().hold_expires_at);
        assert_eq!(held, expected.map_or(Ok(end), |error| Err(error.into())), "{kind:?} {ahead}");
    }
}

#[test]
fn an_importer_holds_the_nights_no_longer_than_the_workspace_allows() {
    let hours = TimeDelta::hours;
    for (longest, requested, expected) in [
        (72, None, Ok(hours(24))),
        (12, None, Ok(hours(12))),
        (72, Some(hours(72)), Ok(hours(72))),
        (72, Some(hours(72) + ONE), Err("may not lie more than 72 hours ahead.")),
        (720, Some(hours(720)), Ok(hours(720))),
    ] {
        let offer = Offer { longest_importer_hold: longest.try_into().expect("hours"), ..offer(4) };
        let hold_expires_at = requested.map(|ahead| now() + ahead);
        let new = NewReservation { hold_expires_at, ..new_reservation(ReservationType::PendingConfirmation) };
        let held = book(new.clone(), None, &offer).map(|change| change.after.reservation.into_parts().hold_expires_at);
        let held = held.map_err(|error| error.to_string());
        assert_eq!(held, expected.map(|ahead| Some(now() + ahead)).map_err(str::to_owned));

        let quote = Quote::create(QuoteId::new(Uuid::from_u128(9)), priced(), &scope(), by_user(now())).after;
        let quoted = FoundQuote { quote, reservation: None };
        let booked = Reservation::book_quoted(new, &quoted, &offer, &scope(), by_user(now()), audit_ids());
        assert_eq!(booked.is_ok(), expected.is_ok(), "a quote is held no longer either");
    }
}

#[test]
fn who_sold_it_stands_there_only_where_an_importer_did() {
    for (owner, importer) in [(2, false), (4, true)] {
        let change = book(new_reservation(ReservationType::InstantBooking), None, &offer(owner)).expect("on offer");
        let owner = TenantId::new(Uuid::from_u128(owner));
        assert_eq!(change.after.owner, owner);
        let parts = change.after.reservation.clone().into_parts();
        assert_eq!(parts.sold_by, importer.then(|| scope().tenant_id()));
        let external = ExternalName { seller: scope().tenant_id(), id: "X-1".parse().expect("an id") };
        assert_eq!(parts.external, Some(external), "the id is the seller's, even for a direct sale");

        let moved =
            TenantReservation { reservation: change.after.reservation, owner: TenantId::new(Uuid::from_u128(9)) };
        let seller = if importer { scope().tenant_id() } else { moved.owner };
        assert_eq!(moved.sold_by(), seller, "a direct sale belongs to the present owner of the account");
    }
}

#[test]
fn a_total_that_was_sent_must_be_the_price() {
    let book = |total| book(new_reservation(ReservationType::InstantBooking), total, &offer(2));
    for total in [None, Some("298"), Some("298.00")] {
        assert!(book(total).is_ok(), "{total:?}");
    }
    for total in ["297.99", "0", "298.001"] {
        assert_eq!(book(Some(total)), Err(BookingRefused::PriceChanged(Box::new(priced()))), "{total}");
    }
}

#[test]
fn a_quote_is_booked_at_its_price_whatever_the_stay_would_cost_now() {
    let mut dearer = offer(2);
    dearer.rates.markup = "50".parse().expect("a percentage");
    let parts = book_quoted(&quote(), &dearer, now()).expect("a valid quote").into_parts();
    assert_eq!((parts.priced, parts.quote_id), (priced(), Some(quote().quote.id())));
}

#[test]
fn a_quote_keeps_its_price_when_the_account_moves_to_the_importer() {
    let mut imported = offer(4);
    imported.rates.distribution_markup = "10".parse().expect("a percentage");
    let requested = requested("2030-01-10", "2030-01-12");
    let priced = imported.price(&requested, scope().tenant_id(), now()).expect("on offer");
    let stamp = Stamp { at: now(), ..stamp() };
    let quote = Quote::create(QuoteId::new(Uuid::from_u128(14)), priced.clone(), &scope(), stamp).after;

    let found = FoundQuote { quote, reservation: None };
    let parts = book_quoted(&found, &offer(2), now()).expect("its own listing now").into_parts();
    assert_eq!((parts.priced, parts.sold_by), (priced, None));
}

#[test]
fn a_quote_is_booked_in_time_once_and_while_the_nights_are_free() {
    let found = quote();
    let in_time = now() + TimeDelta::minutes(15) - ONE;
    assert!(book_quoted(&found, &offer(2), in_time).is_ok());
    let late = book_quoted(&found, &offer(2), in_time + ONE);
    assert_eq!(late.err(), Some(QuoteSpentError::Expired.into()));

    let reservation = ReservationId::new(Uuid::from_u128(16));
    let used = FoundQuote { reservation: Some(reservation), ..quote() };
    assert_eq!(book_quoted(&used, &offer(2), now()).err(), Some(QuoteSpentError::Used { reservation }.into()));

    let mut taken = offer(2);
    let sold = vec![stay("2030-01-11", "2030-01-12")];
    taken.calendar = Calendar::new(taken.listing.listing.details(), std::collections::BTreeMap::new(), sold);
    let mut asleep = offer(4);
    asleep.listing.unavailable = Some(crate::listings::Unavailable::AccountInactive);
    for (offer, expected) in [(taken, NotOpenError::NotAvailable), (asleep, NotOpenError::ImportAsleep)] {
        assert_eq!(book_quoted(&found, &offer, now()).err(), Some(OfferRefused::NotOpen(expected).into()));
    }
}

#[test]
fn what_may_become_of_it() {
    use ReservationStatus::{Cancelled, Confirmed, Expired, Pending};
    // The status, whether the hold has lapsed, the status after confirming and after cancelling; `None` is no change.
    for (status, is_lapsed, confirmed, cancelled) in [
        (Pending, false, Ok(Some(Confirmed)), Some(Cancelled)),
        (Pending, true, Err(NotPendingError { status: Expired }), Some(Expired)),
        (Confirmed, false, Ok(None), Some(Cancelled)),
        (Confirmed, true, Ok(None), Some(Cancelled)),
        (Cancelled, false, Err(NotPendingError { status: Cancelled }), None),
        (Expired, true, Err(NotPendingError { status: Expired }), None),
    ] {
        let parts = booked(ReservationType::PendingConfirmation).into_parts();
        let reservation = Reservation::from_parts(ReservationParts { status, ..parts });
        let at = now() + TimeDelta::hours(if is_lapsed { 24 } else { 23 });
        let becomes = |change: Option<Change<Reservation>>| change.map(|change| change.after.status());
        assert_eq!(
            reservation.confirm(&scope(), owner(), by_user(at)).map(becomes),
            confirmed,
            "{status:?} {is_lapsed}"
        );
        assert_eq!(becomes(reservation.cancel(&scope(), owner(), by_user(at))), cancelled, "{status:?} {is_lapsed}");
    }
}

#[test]
fn a_change_of_status_says_when() {
    let later = now() + TimeDelta::hours(1);
    let change = booked(ReservationType::PendingConfirmation).confirm(&scope(), owner(), by_user(later));
    let change = change.expect("in time").expect("a change");
    assert_eq!(change.audit.before, [("status", Fact::from("PENDING"))]);
    assert_eq!(change.audit.after, [("status", Fact::from("CONFIRMED"))]);
    let cancelled = change.after.cancel(&scope(), owner(), by_user(later + ONE)).expect("a change");
    assert_eq!((change.audit.action, cancelled.audit.action), ("reservation.confirm", "reservation.cancel"));
    let parts = cancelled.after.into_parts();
    assert_eq!((parts.confirmed_at, parts.cancelled_at), (Some(later), Some(later + ONE)));
    assert_eq!((parts.version, parts.updated_at), (3, later + ONE));
}

#[test]
fn a_booking_ends_the_holds_in_its_way_that_have_lapsed() {
    let old = |at: DateTime<Utc>| {
        let parts = booked(ReservationType::PendingConfirmation).into_parts();
        lapsed(Reservation::from_parts(ReservationParts { hold_expires_at: Some(at), ..parts }))
    };
    let offer = Offer { lapsed: vec![old(now()), old(now() + ONE), old(now() - ONE)], ..offer(2) };
    let change = book(new_reservation(ReservationType::InstantBooking), None, &offer).expect("on offer");
    let expired = change.after.expired;
    assert_eq!(expired.len(), 2, "a hold that has not lapsed stays");
    assert_ne!(expired[0].audit.id, expired[1].audit.id);
    for Change { after, audit, idempotency_record: _ } in expired {
        assert_eq!((after.status(), after.version()), (ReservationStatus::Expired, 2));
        assert_eq!((audit.action, &audit.actor), ("reservation.expire", &Actor::Operator));
        assert_eq!((audit.tenant_id, &*audit.tenant_name), (offer.lapsed[0].owner, "The owner"));
    }
    assert_ne!(change.audit.actor, Actor::Operator, "the author of the booking itself is its seller");
}

#[test]
fn a_lapsed_hold_that_a_tenant_cancels_is_expired_by_the_operator() {
    let cancelled = |at| booked(ReservationType::PendingConfirmation).cancel(&scope(), owner(), by_user(at));
    for (hours, action, actor) in
        [(23, "reservation.cancel", by_user(now()).actor), (24, "reservation.expire", Actor::Operator)]
    {
        let audit = cancelled(now() + TimeDelta::hours(hours)).expect("a change").audit;
        assert_eq!((audit.action, audit.actor), (action, actor));
    }
}

/// A direct sale has one party. For an importer's sale, the trail names the tenant that acted and the other one.
#[test]
fn the_trail_names_the_owner_and_the_importer_that_sold_it() {
    let tenant = |number| TenantId::new(Uuid::from_u128(number));
    let kind = ReservationType::PendingConfirmation;
    let direct = book(new_reservation(kind), None, &offer(2)).expect("on offer");
    assert_eq!((direct.audit.tenant_id, direct.audit.other_tenant_id), (owner(), None));
    let sold = book(new_reservation(kind), None, &offer(4)).expect("on offer");
    assert_eq!((sold.audit.tenant_id, sold.audit.other_tenant_id), (owner(), Some(tenant(4))));

    let reservation = sold.after.reservation;
    let known = TenantReservation { reservation: reservation.clone(), owner: tenant(4) };
    assert_eq!([owner(), tenant(4)].map(|party| known.other_than(party)), [Some(tenant(4)), Some(owner())]);
    let confirmed =
        |owner| reservation.confirm(&scope(), owner, by_user(now())).expect("in time").expect("a change").audit;
    let cancelled = |owner| reservation.cancel(&scope(), owner, by_user(now())).expect("a change").audit;
    // The owner at that time; once the account belongs to the importer, there is one party.
    for (present, other) in [(4, Some(tenant(4))), (9, Some(tenant(9))), (2, None)] {
        for audit in [confirmed(tenant(present)), cancelled(tenant(present))] {
            assert_eq!((audit.tenant_id, audit.other_tenant_id), (owner(), other), "{}", audit.action);
        }
    }
    let end = now() + TimeDelta::hours(24);
    let expired = lapsed(reservation).expire(AuditId::new(Uuid::from_u128(8)), end).expect("lapsed").audit;
    assert_eq!((expired.tenant_id, expired.other_tenant_id), (tenant(4), Some(owner())), "filed under the owner");
}

#[test]
fn an_event_says_what_is_free_or_taken_and_who_sold_it() {
    let names = ["listingID", "integrationAccountID", "checkInDate", "checkOutDate", "soldByTenantID"];
    for audit in audits() {
        let told = audit.event.expect("an event").told;
        assert_eq!(told.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names, "{}", audit.action);
    }
}

#[test]
fn the_trail_holds_nothing_of_the_guest() {
    for audit in audits() {
        let written = format!("{audit:?}");
        for secret in ["Grace", "Hopper", "grace@", "555", "late"] {
            assert!(!written.contains(secret), "{secret} in {}", audit.action);
        }
        assert_eq!((audit.resource_kind, audit.workspace_id), (ResourceKind::Reservation, scope().workspace_id()));
        assert_eq!(audit.resource_name, "2030-01-10/2030-01-12");
    }
    let guest = new_reservation(ReservationType::InstantBooking).guest;
    assert_eq!(format!("{guest:?}"), "Guest { .. }", "the log does not show the guest either");
}

/// One entry of each action.
fn audits() -> [AuditEntry; 4] {
    let pending = book(new_reservation(ReservationType::PendingConfirmation), None, &offer(2)).expect("on offer");
    let reservation = pending.after.reservation;
    let confirmed = reservation.confirm(&scope(), owner(), by_user(now())).expect("in time").expect("a change").audit;
    let cancelled = reservation.cancel(&scope(), owner(), by_user(now())).expect("a change").audit;
    let end = now() + TimeDelta::hours(24);
    let expired = lapsed(reservation).expire(AuditId::new(Uuid::from_u128(8)), end).expect("lapsed").audit;
    [pending.audit, confirmed, cancelled, expired]
}

#[test]
fn a_booking_costs_with_its_charges_what_its_quote_said() {
    let charge = |kind, basis| Charge::new(parts("Charge", kind, basis)).expect("a charge");
    let charges = vec![
        charge(ChargeKind::Fee, ChargeBasis::PerStay),
        charge(ChargeKind::Tax, ChargeBasis::PerGuestPerNight),
        charge(ChargeKind::Tax, ChargeBasis::Percentage),
    ];
    let offer = |owner| Offer { charges: charges.clone(), ..offer(owner) };
    for owner in [2, 4] {
        let priced = offer(owner).price(&requested("2030-01-10", "2030-01-12"), scope().tenant_id(), now());
        let priced = priced.expect("on offer");
        assert_eq!(priced.price.total().to_string(), "358.80", "298 and 10, 10 × 2 nights, and 10% of 308");
        let stamp = Stamp { at: now(), ..stamp() };
        let quote = Quote::create(QuoteId::new(Uuid::from_u128(14)), priced.clone(), &scope(), stamp).after;
        let changed = Offer { charges: vec![], ..offer(owner) };
        let quoted = book_quoted(&FoundQuote { quote, reservation: None }, &changed, now()).expect("on offer");
        assert_eq!(*quoted.priced(), priced, "what was quoted keeps its lines");
        let new = || new_reservation(ReservationType::InstantBooking);
        let booked = book(new(), Some("358.80"), &offer(owner)).expect("on offer");
        assert_eq!(*booked.after.reservation.priced(), priced);
        let refused = book(new(), Some("298"), &offer(owner)).expect_err("it costs more");
        assert_eq!(refused, BookingRefused::PriceChanged(Box::new(priced)));
    }
}
