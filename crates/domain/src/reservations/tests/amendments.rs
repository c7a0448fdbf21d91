//! Amendments.

use super::*;
use crate::availability::NightTerms;
use crate::ids::PromotionId;
use crate::listings::{Companions, ListingEdit, Unavailable};
use crate::patch::Patch;
use crate::promotions::fixture::promotion;
use crate::quotes::{AskedPromotion, GuestCount, PricedStay, StayIssue};
use crate::stays::fixture::date;
use crate::stays::{Stay, StayError};

/// Two nights from 2030-01-10 for 298 USD, sold by the owner or, if `owner` is not 2, by the importer 2.
fn sold(owner: u128) -> Reservation {
    book(new_reservation(ReservationType::PendingConfirmation), None, &offer(owner))
        .expect("on offer")
        .after
        .reservation
}

fn to(check_in: &str, check_out: &str) -> ReservationEdit {
    ReservationEdit { check_in: Some(date(check_in)), check_out: Some(date(check_out)), ..ReservationEdit::default() }
}

fn guests(number: i64) -> ReservationEdit {
    let guests = number.try_into().expect("guests");
    ReservationEdit { guests: Some(GuestCountEdit::Number(guests)), ..ReservationEdit::default() }
}

fn with_calendar(mut offer: Offer, terms: &[(&str, NightTerms)], sold: Vec<Stay>) -> Offer {
    let differing = terms.iter().map(|(night, terms)| (date(night), *terms)).collect();
    offer.calendar = Calendar::new(offer.listing.listing.details(), differing, sold);
    offer
}

/// Decides an amendment of the stay as the use case does.
fn amend(
    reservation: &Reservation,
    edit: ReservationEdit,
    offer: &Offer,
    at: DateTime<Utc>,
) -> Result<Change<ReservationAmended>, AmendmentRefused> {
    let requested = reservation.amended_stay(&edit, at)?.expect("another stay");
    reservation.amend_stay(edit, &requested, offer, &scope(), by_user(at), audit_ids())
}

fn amended(reservation: &Reservation, edit: ReservationEdit, offer: &Offer) -> PricedStay {
    amend(reservation, edit, offer, now()).expect("on offer").after.reservation.priced().clone()
}

#[test]
fn another_stay_costs_what_a_new_booking_of_it_would() {
    for owner in [2, 4] {
        let reservation = sold(owner);
        let mut dearer = offer(owner);
        dearer.rates.markup = "10".parse().expect("a percentage");
        dearer.rates.distribution_markup = "10".parse().expect("a percentage");
        let priced = amended(&reservation, to("2030-01-11", "2030-01-14"), &dearer);
        let new = dearer.price(&requested("2030-01-11", "2030-01-14"), scope().tenant_id(), now());
        assert_eq!(priced, new.expect("on offer"));
        let change = amend(&reservation, to("2030-01-11", "2030-01-14"), &dearer, now() + ONE).expect("on offer");
        assert_eq!(change.after.owner, dearer.listing.owner);
        assert_eq!(change.after.stay.expect("another stay").nights_before, stay("2030-01-10", "2030-01-12"));
        let (parts, before) = (change.after.reservation.into_parts(), reservation.into_parts());
        assert_eq!((parts.version, parts.updated_at, parts.priced), (2, now() + ONE, priced.clone()));
        assert_eq!(
            (parts.id, parts.status, parts.guest, parts.notes),
            (before.id, before.status, before.guest, before.notes)
        );
        assert_eq!(change.audit.action, "reservation.amend");
        assert!(change.audit.before.contains(&("checkInDate", Fact::from("2030-01-10"))));
        assert!(change.audit.after.contains(&("totalPrice", Fact::Text(priced.price.total().to_string()))));
    }
}

#[test]
fn what_an_importer_sold_costs_its_markup_whoever_amends_it() {
    let reservation = Reservation::from_parts(ReservationParts {
        sold_by: Some(TenantId::new(Uuid::from_u128(9))),
        ..sold(2).into_parts()
    });
    let mut own = offer(2);
    own.rates.distribution_markup = "10".parse().expect("a percentage");
    assert_eq!(amended(&reservation, to("2030-01-10", "2030-01-11"), &own).price.total().to_string(), "163.90");
    let now_the_owners = Reservation::from_parts(ReservationParts { sold_by: Some(owner()), ..sold(2).into_parts() });
    assert_eq!(amended(&now_the_owners, to("2030-01-10", "2030-01-11"), &own).price.total().to_string(), "149.00");
}

#[test]
fn its_own_nights_are_not_in_its_way() {
    let blocked = NightTerms { is_blocked: true, ..NightTerms::default() };
    let own = vec![stay("2030-01-10", "2030-01-12"), stay("2030-01-14", "2030-01-15")];
    let offer = with_calendar(offer(2), &[("2030-01-10", blocked), ("2030-01-08", blocked)], own);
    for (check_in, check_out, is_free) in [
        ("2030-01-09", "2030-01-14", true),
        ("2030-01-10", "2030-01-11", true),
        ("2030-01-08", "2030-01-12", false),
        ("2030-01-10", "2030-01-15", false),
    ] {
        let decided = amend(&sold(2), to(check_in, check_out), &offer, now());
        let expected = if is_free { None } else { Some(OfferRefused::NotOpen(NotOpenError::NotAvailable).into()) };
        assert_eq!(decided.err(), expected, "{check_in} to {check_out}");
    }
}

#[test]
fn what_stays_as_it_was_breaks_no_rule() {
    let nights = |number: i64| number.try_into().expect("nights");
    let strict = |edit| {
        let mut offer = offer(2);
        offer.listing.listing =
            offer.listing.listing.update(edit, &scope(), by_user(now())).expect("valid").expect("a change").after;
        with_calendar(offer, &[], vec![])
    };
    let long = strict(ListingEdit { minimum_nights: Some(nights(5)), ..ListingEdit::default() });
    let small = strict(ListingEdit { max_occupancy: 1.try_into().ok(), ..ListingEdit::default() });
    let few = StayIssue::TooFewNights { minimum: nights(5) };
    let many = StayIssue::TooManyGuests { occupancy: 1.try_into().expect("one") };
    let past = StayIssue::InThePast { today: date("2030-01-11") };
    let arrived = now() + TimeDelta::days(11);
    let two = Reservation::from_parts(ReservationParts {
        status: ReservationStatus::Confirmed,
        priced: amended(&sold(2), guests(2), &offer(2)),
        ..sold(2).into_parts()
    });
    for (edit, offer, at, expected) in [
        (guests(3), &long, now(), None),
        (to("2030-01-10", "2030-01-13"), &long, now(), Some(few)),
        (to("2030-01-10", "2030-01-13"), &small, now(), None),
        (guests(3), &small, now(), Some(many)),
        (to("2030-01-10", "2030-01-13"), &offer(2), arrived, None),
        (to("2030-01-09", "2030-01-13"), &offer(2), arrived, Some(past)),
    ] {
        let decided = amend(&two, edit.clone(), offer, at);
        assert_eq!(decided.err(), expected.map(|issue| OfferRefused::Stay(vec![issue]).into()), "{edit:?}");
    }
}

#[test]
fn its_promotion_counts_while_it_applies() {
    let promotion = promotion(&scope());
    let id: PromotionId = promotion.id();
    let priced = PricedStay { promotion_id: Some(id), ..sold(2).priced().clone() };
    let reservation = Reservation::from_parts(ReservationParts { priced, ..sold(2).into_parts() });
    for (is_assigned, expected) in [(true, Some(id)), (false, None)] {
        let asked = AskedPromotion { promotion: promotion.clone(), is_assigned };
        let offer = Offer { promotion: Some(asked), ..offer(2) };
        let edit = to("2030-01-10", "2030-01-13");
        let requested = reservation.amended_stay(&edit, now()).expect("live").expect("another stay");
        assert!(requested.promotion.is_some());
        assert_eq!(amended(&reservation, edit, &offer).promotion_id, expected);
    }
}

#[test]
fn the_guests_of_another_number_are_adults() {
    let some = |number: i64| Companions::try_from(number).expect("a number");
    let count = GuestCount::new(1.try_into().expect("one"), some(2), some(1), some(0)).expect("few");
    let family = ReservationEdit { guests: Some(GuestCountEdit::ByKind(count)), ..ReservationEdit::default() };
    let reservation = sold(2);
    let priced = amended(&reservation, family.clone(), &offer(2));
    let reservation = Reservation::from_parts(ReservationParts { priced, ..reservation.into_parts() });
    assert_eq!(reservation.amended_stay(&family, now()), Ok(None), "as before");
    assert_eq!(reservation.amended_stay(&guests(3), now()), Ok(None), "as before");
    let more = reservation.amended_stay(&guests(4), now()).expect("live").expect("another stay").guests;
    assert_eq!((more.adults(), more.children(), more.infants()), (2, some(2), some(1)));
    assert!(matches!(reservation.amended_stay(&guests(2), now()), Err(AmendmentRefused::Guests(_))));
}

#[test]
fn the_guest_and_the_notes_change_at_the_same_price() {
    let reservation = sold(2);
    let amend = |edit| reservation.amend(edit, &scope(), owner(), by_user(now() + ONE));
    let same = ReservationEdit {
        check_in: Some(date("2030-01-10")),
        notes: Patch::Set("Mrs. Hopper arrives late".parse().expect("notes")),
        ..ReservationEdit::default()
    };
    assert_eq!(reservation.amended_stay(&same, now()), Ok(None));
    assert_eq!(amend(same), Ok(None), "nothing is new");
    let guest = GuestEdit { first_name: "Ada".parse().ok(), email: Patch::Clear, ..GuestEdit::default() };
    let edit = ReservationEdit { guest, total: "298".parse().ok(), ..ReservationEdit::default() };
    let change = amend(edit.clone()).expect("at this price").expect("a change");
    assert_eq!((change.audit.before, change.audit.after), (vec![], vec![("guest", Fact::from("changed"))]));
    let parts = change.after.reservation.into_parts();
    assert_eq!((parts.guest.first_name.as_str(), parts.guest.last_name.as_str()), ("Ada", "Hopper"));
    assert_eq!((parts.guest.email, parts.version, parts.priced), (None, 2, priced()));
    assert_eq!(change.after.stay, None);
    let dearer = ReservationEdit { total: "298.01".parse().ok(), ..edit };
    assert_eq!(amend(dearer), Err(AmendmentRefused::PriceChanged(Box::new(priced()))));
}

#[test]
fn the_first_obstacle_is_told() {
    let reservation = sold(4);
    let longer = || to("2030-01-10", "2030-01-13");
    for (edit, expected) in [
        (ReservationEdit { check_out: Some(date("2030-01-10")), ..ReservationEdit::default() }, StayError::NoNights),
        (ReservationEdit { check_in: Some(date("2030-01-13")), ..ReservationEdit::default() }, StayError::Reversed),
    ] {
        assert_eq!(reservation.amended_stay(&edit, now()), Err(expected.into()));
    }
    let mut asleep = offer(4);
    asleep.listing.unavailable = Some(Unavailable::AccountInactive);
    let expected = OfferRefused::NotOpen(NotOpenError::ImportAsleep);
    assert_eq!(amend(&reservation, longer(), &asleep, now()).err(), Some(expected.into()));
    let wrong = ReservationEdit { total: "298".parse().ok(), ..longer() };
    let refused = amend(&reservation, wrong, &offer(4), now()).expect_err("three nights cost more");
    assert!(matches!(refused, AmendmentRefused::PriceChanged(priced) if priced.price.total().to_string() == "447.00"));
}

#[test]
fn what_is_over_is_not_amended() {
    use ReservationStatus::{Cancelled, Confirmed, Expired, Pending};
    let lapsed = now() + TimeDelta::hours(24);
    for (status, at, expected) in [
        (Pending, now(), None),
        (Confirmed, lapsed, None),
        (Pending, lapsed, Some(Expired)),
        (Expired, now(), Some(Expired)),
        (Cancelled, now(), Some(Cancelled)),
    ] {
        let reservation = Reservation::from_parts(ReservationParts { status, ..sold(2).into_parts() });
        let refused = reservation.amended_stay(&ReservationEdit::default(), at).err();
        assert_eq!(refused, expected.map(|status| NotLiveError { status }.into()), "{status:?}");
    }
}
