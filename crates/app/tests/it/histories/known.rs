//! Tests of the checker: histories that are known to be right or wrong.

use std::time::Duration;

use super::checker::check;
use super::record::{Answer, Call, Kind, Op, SEASON, Seen, Status, Stay};

/// The tenants: the owner at first, and two others.
const A: usize = 0;
const B: usize = 1;
const C: usize = 2;

const WEEKEND: Stay = Stay { first: 2, end: 4 };
const NEXT: Stay = Stay { first: 3, end: 6 };

const DONE: Answer = Answer::Done;

/// A call that took these milliseconds.
fn call(by: usize, (began, ended): (u64, u64), call: Call, answer: Answer) -> Op {
    let clock = (began.cast_signed(), ended.cast_signed());
    let [began, ended] = [began, ended].map(Duration::from_millis);
    Op { client: by, side: Some(0), by, call, began, ended: Some(ended), clock, answer: Some(answer) }
}

fn unanswered(by: usize, began: u64, sent: Call) -> Op {
    let op = call(by, (began, began), sent, DONE);
    Op { ended: None, answer: None, clock: (op.clock.0, i64::MAX), ..op }
}

fn refused(code: &str) -> Answer {
    Answer::Refused(code.to_owned())
}

/// A booking of the weekend by the owner.
fn sold() -> Seen {
    Seen { mark: 1, owner: A, seller: A, stay: WEEKEND, total: 200, status: Status::Confirmed, revision: 1 }
}

fn held() -> Seen {
    Seen { status: Status::Pending, ..sold() }
}

fn book(mark: u16, stay: Stay, kind: Kind) -> Call {
    Call::Book { mark, stay, kind }
}

/// The acknowledged booking of the weekend.
fn booked() -> Op {
    call(A, (0, 10), book(1, WEEKEND, Kind::Instant), Answer::Sale(sold()))
}

/// The acknowledged hold of the weekend until the millisecond 50.
fn held_until_50() -> Op {
    call(A, (0, 10), book(1, WEEKEND, Kind::HoldUntil(50)), Answer::Sale(held()))
}

/// The booking of nights that overlap the weekend.
fn booked_next(at: (u64, u64)) -> Op {
    let sale = Seen { mark: 2, stay: NEXT, total: 300, ..sold() };
    call(A, at, book(2, NEXT, Kind::Instant), Answer::Sale(sale))
}

fn imported() -> Op {
    call(B, (0, 10), Call::Import, DONE)
}

fn block(began: u64, ended: u64) -> Op {
    call(A, (began, ended), Call::Edit { nights: WEEKEND, blocked: Some(true), price: Some(90) }, DONE)
}

/// A calendar with these nights blocked and sold at 90.
fn calendar(by: usize, at: (u64, u64), blocked: impl Fn(usize) -> bool) -> Op {
    let night = |night| if blocked(night) { (false, 90) } else { (true, 100) };
    call(by, at, Call::Calendar, Answer::Nights((0..SEASON).map(night).collect()))
}

fn amended(at: (u64, u64), total: u16) -> Op {
    let after = Seen { stay: NEXT, total, revision: 2, ..sold() };
    call(A, at, Call::Amend { mark: 1, stay: NEXT }, Answer::Sale(after))
}

fn set_tenant(at: (u64, u64), tenant: usize, active: bool) -> Op {
    call(A, at, Call::SetTenant { tenant, active }, DONE)
}

fn list(by: usize, at: (u64, u64), sales: &[Seen]) -> Op {
    call(by, at, Call::List, Answer::Sales(sales.to_vec()))
}

fn look(by: usize, at: (u64, u64), own: bool) -> Op {
    call(by, at, Call::Look, Answer::Listing { own, available: true })
}

/// Declares a test of each history.
macro_rules! histories {
    ($check:ident: $($name:ident [$($op:expr),+ $(,)?])+) => {
        $(#[test] fn $name() { $check(&[$($op),+]); })+
    };
}

fn is_right(ops: &[Op]) {
    check(ops).expect("right");
}

fn is_wrong(ops: &[Op]) {
    let found = check(ops).expect_err("wrong");
    // The description has at least the last call, which completes the error.
    let last = ops.last().map(ToString::to_string).expect("a call");
    assert!(found.contains(&last), "{found}");
}

histories! { is_wrong:
    a_double_booking_is_wrong [booked(), booked_next((20, 30))]
    a_double_booking_by_two_at_once_is_wrong [booked(), booked_next((0, 10))]
    a_lost_booking_is_wrong [booked(), list(A, (20, 30), &[])]
    a_stale_read_is_wrong [block(0, 10), calendar(A, (20, 30), |_| false)]
    a_booking_after_the_deletion_is_wrong [call(A, (0, 10), Call::DeleteListing, DONE), booked_next((20, 30))]
    a_deletion_of_what_is_sold_is_wrong [booked(), call(A, (20, 30), Call::DeleteListing, DONE)]
    a_cancellation_that_is_undone_is_wrong [
        booked(),
        call(A, (20, 30), Call::Cancel { mark: 1 }, Answer::Sale(Seen { status: Status::Cancelled, revision: 2, ..sold() })),
        call(A, (40, 50), Call::Read { mark: 1 }, Answer::Sale(sold())),
    ]
    a_hold_that_is_confirmed_after_its_end_is_wrong [
        held_until_50(),
        call(A, (60, 70), Call::Confirm { mark: 1 }, Answer::Sale(Seen { revision: 2, ..sold() })),
    ]
    a_hold_that_is_confirmed_after_a_resale_is_wrong [
        held_until_50(),
        booked_next((40, 60)),
        call(A, (45, 70), Call::Confirm { mark: 1 }, Answer::Sale(Seen { revision: 2, ..sold() })),
    ]
    a_hold_that_makes_way_before_its_end_is_wrong [held_until_50(), booked_next((20, 30))]
    an_amendment_of_the_stay_without_its_price_is_wrong [booked(), amended((20, 30), 200)]
    an_amendment_that_leaves_the_old_nights_sold_is_wrong [
        booked(),
        amended((20, 30), 300),
        call(A, (40, 50), book(2, Stay { first: 2, end: 3 }, Kind::Instant), refused("not_available")),
    ]
    a_price_from_before_the_call_is_wrong [
        call(A, (0, 10), Call::Edit { nights: WEEKEND, blocked: None, price: Some(90) }, DONE),
        call(A, (20, 30), book(1, WEEKEND, Kind::Instant), Answer::Sale(sold())),
    ]
    half_of_an_edit_is_wrong [block(0, 10), calendar(A, (5, 9), |night| night == 2)]
    a_move_that_loses_a_booking_is_wrong [
        booked(),
        call(A, (20, 30), Call::Move { to: B }, Answer::Moved { ended: 0 }),
        list(B, (40, 50), &[]),
    ]
    two_owners_are_wrong [
        call(A, (0, 90), Call::Move { to: B }, Answer::Moved { ended: 0 }),
        look(B, (10, 20), true),
        look(A, (30, 40), true),
    ]
    an_import_that_survives_its_removal_is_wrong [
        imported(),
        call(B, (20, 30), Call::Remove, DONE),
        look(B, (40, 50), false),
    ]
    an_import_that_survives_a_move_to_its_tenant_is_wrong [
        imported(),
        call(A, (20, 30), Call::Move { to: B }, Answer::Moved { ended: 1 }),
        call(B, (40, 50), Call::Remove, DONE),
    ]
    a_sale_without_an_import_is_wrong [
        call(C, (0, 10), book(1, WEEKEND, Kind::Instant), Answer::Sale(Seen { seller: C, ..sold() })),
    ]
    a_sale_while_the_import_sleeps_is_wrong [
        imported(),
        call(A, (20, 30), Call::AllowImport(false), DONE),
        call(B, (40, 50), book(1, WEEKEND, Kind::Instant), Answer::Sale(Seen { seller: B, ..sold() })),
    ]
    reads_that_go_back_are_wrong [
        booked(),
        amended((20, 90), 300),
        list(A, (30, 40), &[Seen { stay: NEXT, total: 300, revision: 2, ..sold() }]),
        list(A, (50, 60), &[sold()]),
    ]
    a_booking_that_a_retry_has_made_twice_is_wrong [booked(), list(A, (20, 30), &[sold(), sold()])]
    a_refusal_without_a_reason_is_wrong [
        call(A, (0, 10), book(1, WEEKEND, Kind::Instant), refused("not_available")),
    ]
    an_unanswered_call_that_is_undone_is_wrong [
        booked(),
        unanswered(A, 20, Call::Cancel { mark: 1 }),
        list(A, (30, 40), &[Seen { status: Status::Cancelled, revision: 2, ..sold() }]),
        list(A, (50, 60), &[sold()]),
    ]
    an_answer_in_an_inactive_tenant_is_wrong [set_tenant((0, 10), A, false), look(A, (20, 30), true)]
    an_answer_after_a_second_deactivation_is_wrong [
        Op { side: Some(1), ..set_tenant((0, 10), A, false) },
        Op { side: Some(1), ..set_tenant((20, 30), A, true) },
        set_tenant((40, 50), A, false),
        look(A, (60, 70), true),
    ]
    a_refusal_of_an_active_tenant_is_wrong [
        set_tenant((0, 10), A, false),
        set_tenant((20, 30), A, true),
        call(A, (40, 50), Call::Look, refused("tenant_inactive")),
    ]
}

histories! { is_right:
    of_two_bookings_at_once_either_wins [
        call(A, (0, 20), book(1, WEEKEND, Kind::Instant), refused("not_available")),
        booked_next((5, 10)),
        calendar_of_next(),
    ]
    an_unanswered_booking_may_be_there [
        unanswered(A, 0, book(1, WEEKEND, Kind::Instant)),
        list(A, (20, 30), &[]),
        list(A, (40, 50), &[sold()]),
    ]
    an_unanswered_booking_may_never_be_there [
        unanswered(A, 0, book(1, WEEKEND, Kind::Instant)),
        booked_next((20, 30)),
        list(A, (40, 50), &[Seen { mark: 2, stay: NEXT, total: 300, ..sold() }]),
    ]
    a_hold_makes_way_after_its_end [held_until_50(), booked_next((60, 70)), expired((80, 90))]
    a_hold_may_make_way_to_a_booking_during_which_it_ends [held_until_50(), booked_next((40, 60)), expired((80, 90))]
    a_hold_may_stand_in_the_way_of_a_booking_during_which_it_ends [
        held_until_50(),
        call(A, (40, 60), book(2, NEXT, Kind::Instant), refused("not_available")),
    ]
    a_hold_is_swept_at_any_time_after_its_end [
        held_until_50(),
        call(A, (60, 70), Call::Read { mark: 1 }, Answer::Sale(held())),
        expired((80, 90)),
    ]
    a_read_during_a_change_may_see_either_state [
        booked(),
        amended((20, 90), 300),
        list(A, (30, 40), &[sold()]),
        list(A, (50, 60), &[Seen { stay: NEXT, total: 300, revision: 2, ..sold() }]),
    ]
    a_booking_has_the_prices_of_any_moment_of_its_call [
        call(A, (20, 30), Call::Edit { nights: WEEKEND, blocked: None, price: Some(90) }, DONE),
        list(A, (40, 50), &[]),
        call(A, (0, 60), book(1, WEEKEND, Kind::Instant), Answer::Sale(sold())),
    ]
    a_seller_keeps_its_sale_after_a_move [
        imported(),
        call(B, (20, 30), book(1, WEEKEND, Kind::Hold), Answer::Sale(Seen { seller: B, ..held() })),
        call(A, (40, 50), Call::Move { to: C }, Answer::Moved { ended: 0 }),
        call(B, (60, 70), Call::Confirm { mark: 1 }, Answer::Sale(Seen { owner: C, seller: B, revision: 2, ..sold() })),
    ]
    a_direct_sale_moves_with_its_account [
        booked(),
        call(A, (40, 50), Call::Move { to: C }, Answer::Moved { ended: 0 }),
        list(A, (60, 70), &[]),
        list(C, (60, 70), &[Seen { owner: C, seller: C, ..sold() }]),
    ]
    a_request_that_begins_before_a_deactivation_may_be_served [set_tenant((0, 50), A, false), look(A, (40, 90), true)]
    another_server_may_serve_an_inactive_tenant_for_a_second [
        set_tenant((0, 10), A, false),
        Op { side: Some(1), ..look(A, (900, 1_900), true) },
    ]
    a_server_that_finds_a_tenant_inactive_may_serve_it_for_a_second [
        Op { side: Some(1), ..set_tenant((0, 10), A, false) },
        set_tenant((20, 30), A, false),
        look(A, (40, 50), true),
    ]
}

/// The calendar after the booking of the next nights.
fn calendar_of_next() -> Op {
    let nights = (0..SEASON).map(|night| (!NEXT.nights().contains(&night), 100)).collect();
    call(A, (30, 40), Call::Calendar, Answer::Nights(nights))
}

/// A read of the hold after its expiry was stored.
fn expired(at: (u64, u64)) -> Op {
    call(A, at, Call::Read { mark: 1 }, Answer::Sale(Seen { status: Status::Expired, revision: 2, ..sold() }))
}
