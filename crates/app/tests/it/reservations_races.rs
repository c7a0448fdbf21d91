//! Races of twenty concurrent requests of which one can succeed: the others are refused for the reason that a retry
//! gets.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, Market, World, at_once, booking, data, id_of, quoted, stay};

on_both_engines! {
    who_books_with_a_quote_too_late_is_told_what_was_booked
    who_gives_a_name_too_late_is_told_that_it_is_taken
    an_importer_holds_as_many_stays_as_it_may_and_no_more
}

/// Returns the responses to twenty concurrent requests: those with 201, and the others.
fn of_twenty(client: &Client, path: &str, bodies: impl Fn(usize) -> Value + Sync) -> (Vec<Answer>, Vec<Answer>) {
    let answers = at_once(20, |number| client.post(path, &bodies(number)));
    answers.into_iter().partition(|answer| answer.status == 201)
}

fn who_books_with_a_quote_too_late_is_told_what_was_booked(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    for (seller, night) in [market.as_owner(), market.as_importer()].iter().zip(1..) {
        for repeated in 0..3 {
            let nights =
                stay(&listing, &format!("206{repeated}-01-0{night}"), &format!("206{repeated}-01-0{}", night + 1));
            let quote = id_of(&data(201, &seller.post("/api/v1/quote", &nights)));
            let (won, lost) = of_twenty(seller, "/api/v1/reservation", |_| quoted(&quote));
            assert_eq!(won.len(), 1);
            let again = seller.post("/api/v1/reservation", &quoted(&quote));
            for told in lost.iter().chain([&again]) {
                assert_eq!(told.refusal(), (409, "quote_used"), "{}", told.text);
                assert_eq!(told.json["reservationID"], won[0].json["data"]["id"]);
            }
        }
    }
}

fn who_gives_a_name_too_late_is_told_that_it_is_taken(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let seller = market.as_importer();
    for repeated in 0..3 {
        // Some request the nights of the winner, others nights that are free.
        let asked = |number: usize| {
            let nights = number % 2 * 10 + 1;
            let day = |day: usize| format!("206{repeated}-02-{day:02}");
            let mut asked = booking(&listing, &day(nights), &day(nights + 2));
            asked["externalID"] = json!(format!("X-{repeated}"));
            asked
        };
        let (won, lost) = of_twenty(&seller, "/api/v1/reservation", asked);
        assert_eq!(won.len(), 1);
        let again = [0, 1].map(|number| seller.post("/api/v1/reservation", &asked(number)));
        for told in lost.iter().chain(&again) {
            assert_eq!(
                (told.refusal(), told.field_errors()),
                ((409, "external_id_taken"), vec!["externalID"]),
                "{}",
                told.text
            );
        }
    }
}

fn an_importer_holds_as_many_stays_as_it_may_and_no_more(world: &World) {
    let market = Market::open(world);
    let listings = [(); 4].map(|()| market.shared());
    data(200, &world.calry().patch("/api/v1/workspace", &json!({ "maxImporterHolds": 7 })));
    let held = |number: usize| {
        let mut asked = booking(
            &listings[number % 4],
            &format!("2060-03-{:02}", number + 1),
            &format!("2060-03-{:02}", number + 2),
        );
        asked["reservationType"] = json!("PENDING_CONFIRMATION");
        asked
    };
    let (importer, owner) = (market.as_importer(), market.as_owner());
    let (won, lost) = of_twenty(&importer, "/api/v1/reservation", held);
    assert_eq!((won.len(), lost.len()), (7, 13));
    for told in lost.iter().chain([&importer.post("/api/v1/reservation", &held(21))]) {
        assert_eq!(told.refusal(), (409, "too_many_holds"), "{}", told.text);
    }
    data(201, &owner.post("/api/v1/reservation", &held(22)));
    data(201, &importer.post("/api/v1/reservation", &booking(&listings[0], "2060-04-01", "2060-04-02")));

    // After a confirmation or a cancellation, another hold is possible.
    data(200, &owner.post(&format!("/api/v1/reservation/{}/confirm", id_of(&won[0].json["data"])), &json!({})));
    data(200, &importer.delete(&format!("/api/v1/reservation/{}", id_of(&won[1].json["data"]))));
    let [third, fourth, fifth] = [23, 24, 25].map(|number| importer.post("/api/v1/reservation", &held(number)));
    assert_eq!((third.status, fourth.status, fifth.refusal()), (201, 201, (409, "too_many_holds")));
}
