//! `/reservation`: holds, and how they end.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::reservations::path;
use crate::support::{Answer, Client, Engine, Market, Server, World, booking, data, id_of, stay, until};

on_both_engines! {
    confirming_and_cancelling_may_be_repeated
    a_lapsed_hold_makes_way_for_a_booking
    a_lapsed_hold_is_expired_by_the_sweep
    a_hold_ends_in_the_future_and_before_its_stay
    an_importer_holds_nights_no_longer_than_the_workspace_lets_it
}

const QUOTE: &str = "/api/v1/quote";
const RESERVATION: &str = "/api/v1/reservation";

fn confirm(client: &Client, reservation: &Value) -> Answer {
    client.call("POST", &format!("{}/confirm", path(reservation)), None)
}

fn confirming_and_cancelling_may_be_repeated(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let mut asked = booking(&listing, "2060-01-10", "2060-01-13");
    asked["reservationType"] = json!("PENDING_CONFIRMATION");
    let held = data(201, &importer.post(RESERVATION, &asked));
    assert_eq!((&held["status"], &held["confirmedAt"]), (&json!("PENDING"), &Value::Null));
    let instant = |field: &str| held[field].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    assert_eq!(
        instant("holdExpiresAt").zip(instant("createdAt")).map(|(end, made)| end - made),
        Some(TimeDelta::hours(24))
    );
    assert_eq!(owner.post(RESERVATION, &asked).refusal(), (409, "not_available"), "a hold occupies its nights");

    let confirmed = confirm(&owner, &held);
    assert_eq!(data(200, &confirmed)["status"], json!("CONFIRMED"));
    assert_eq!(confirm(&importer, &held).json, confirmed.json, "a repetition changes nothing");
    let cancelled = importer.delete(&path(&held));
    assert_eq!(data(200, &cancelled)["status"], json!("CANCELLED"));
    assert_eq!(owner.delete(&path(&held)).json, cancelled.json, "a repetition changes nothing");
    let refused = confirm(&owner, &held);
    assert_eq!(refused.refusal(), (409, "not_pending"));
    assert_eq!(refused.json["message"], json!("The reservation is CANCELLED and cannot be confirmed."));

    let trail = |action: &str| {
        let count = world.calry().get(&format!("/api/v1/audit/count?action={action}&resourceID={}", id_of(&held)));
        count.json["count"].clone()
    };
    let actions = ["reservation.create", "reservation.confirm", "reservation.cancel"];
    assert_eq!(actions.map(trail), [json!(1), json!(1), json!(1)]);
}

/// Holds nights until a time that comes soon by the server's clock: later if the machine is too busy to hold them in
/// time.
pub(crate) fn hold_shortly(client: &Client, listing: &str, check_in: &str, check_out: &str) -> Value {
    let mut times = [1_500, 6_000, 24_000].into_iter();
    until(|| {
        let quote = data(201, &client.post(QUOTE, &stay(listing, check_in, check_out)));
        let good_until: DateTime<Utc> = quote["expiresAt"].as_str().expect("an instant").parse().expect("an instant");
        let soon = good_until - TimeDelta::minutes(15) + TimeDelta::milliseconds(times.next().expect("a later time"));
        let mut asked = booking(listing, check_in, check_out);
        asked["reservationType"] = json!("PENDING_CONFIRMATION");
        asked["holdExpiresAt"] = json!(soon.to_rfc3339_opts(SecondsFormat::Millis, true));
        let held = client.post(RESERVATION, &asked);
        if held.field_errors() == ["holdExpiresAt"] {
            return Err(held.text);
        }
        assert_eq!(data(201, &held)["holdExpiresAt"], asked["holdExpiresAt"]);
        Ok(data(201, &held))
    })
}

/// Repeats the request until the answer is as expected; returns it.
fn answered(ask: impl Fn() -> Answer, is_it: impl Fn(&Answer) -> bool) -> Answer {
    until(|| {
        let answer = ask();
        if is_it(&answer) { Ok(answer) } else { Err(answer.text) }
    })
}

/// Asserts that the trail of the owner has the expiry once.
fn is_expired_once(market: &Market, reservation: &Value) {
    let query = format!("action=reservation.expire&resourceID={}", id_of(reservation));
    let trail = data(200, &market.world.calry().get(&format!("/api/v1/audit?{query}")));
    assert_eq!(trail.as_array().map(Vec::len), Some(1), "{trail}");
    assert_eq!((&trail[0]["tenantID"], &trail[0]["actor"]["kind"]), (&json!(market.owner), &json!("operator")));
}

fn a_lapsed_hold_makes_way_for_a_booking(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let held = hold_shortly(&importer, &listing, "2060-01-10", "2060-01-13");

    // Whether the sweep has run or not, the booking succeeds.
    let asked = booking(&listing, "2060-01-12", "2060-01-15");
    let booked = answered(|| market.as_owner().post(RESERVATION, &asked), |answer| answer.status == 201);
    assert_eq!(data(201, &booked)["status"], json!("CONFIRMED"));
    let expired = data(200, &importer.get(&path(&held)));
    assert_eq!(expired["status"], json!("EXPIRED"), "the booking stored the expiry");
    assert_eq!(confirm(&importer, &held).refusal(), (409, "not_pending"));
    assert_eq!(data(200, &importer.delete(&path(&held))), expired, "the reservation is unchanged");
    is_expired_once(&market, &held);
}

fn a_lapsed_hold_is_expired_by_the_sweep(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let held = hold_shortly(&importer, &listing, "2060-02-10", "2060-02-13");
    answered(|| importer.get(&path(&held)), |answer| answer.json["data"]["status"] == "EXPIRED");
    is_expired_once(&market, &held);
}

fn a_hold_ends_in_the_future_and_before_its_stay(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    for hold in ["2020-01-01T00:00:00Z", "2060-01-01T00:00:00Z"] {
        let mut asked = booking(&listing, "2060-03-10", "2060-03-13");
        asked["reservationType"] = json!("PENDING_CONFIRMATION");
        asked["holdExpiresAt"] = json!(hold);
        let refused = importer.post(RESERVATION, &asked);
        assert_eq!(refused.refusal(), (422, "validation_failed"), "{hold}");
        assert_eq!(refused.field_errors(), ["holdExpiresAt"], "{hold}");
    }
}

fn an_importer_holds_nights_no_longer_than_the_workspace_lets_it(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let quote = data(201, &market.as_owner().post(QUOTE, &stay(&listing, "2060-01-10", "2060-01-13")));
    let good_until: DateTime<Utc> = quote["expiresAt"].as_str().expect("an instant").parse().expect("an instant");
    let now = good_until - TimeDelta::minutes(15);
    let ask_for = |client: &Client, month: u32, hours: Option<i64>| {
        let mut asked = booking(&listing, &format!("2060-{month:02}-10"), &format!("2060-{month:02}-13"));
        asked["reservationType"] = json!("PENDING_CONFIRMATION");
        let end = hours.map(|hours| (now + TimeDelta::hours(hours)).to_rfc3339_opts(SecondsFormat::Millis, true));
        asked["holdExpiresAt"] = json!(end);
        client.post(RESERVATION, &asked)
    };
    let (owner, importer) = (market.as_owner(), market.as_importer());
    data(201, &ask_for(&importer, 1, Some(72)));
    let refused = ask_for(&importer, 2, Some(73));
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    let errors = json!({ "holdExpiresAt": ["The hold expires at may not lie more than 72 hours ahead."] });
    assert_eq!(refused.json["errors"], errors);
    data(201, &ask_for(&owner, 2, Some(73)));

    data(200, &world.calry().patch("/api/v1/workspace", &json!({ "maxImporterHoldHours": 6 })));
    assert_eq!(ask_for(&importer, 3, Some(7)).field_errors(), ["holdExpiresAt"]);
    let held = data(201, &ask_for(&importer, 3, None));
    let instant = |field: &str| held[field].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let lasts = instant("holdExpiresAt").zip(instant("createdAt")).map(|(end, made)| end - made);
    assert_eq!(lasts, Some(TimeDelta::hours(6)), "a hold of which nothing is said is as long as it may be");
}

#[test]
fn several_servers_sweep_side_by_side() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let market = Market::open(&world);
    let listing = market.listing();
    let owner = market.as_owner();
    let held: Vec<_> = (1..=6)
        .map(|month| hold_shortly(&owner, &listing, &format!("2060-{month:02}-10"), &format!("2060-{month:02}-12")))
        .collect();
    for reservation in &held {
        answered(|| owner.get(&path(reservation)), |answer| answer.json["data"]["status"] == "EXPIRED");
    }
    let trail = world.calry().get("/api/v1/audit/count?action=reservation.expire");
    assert_eq!(trail.json, json!({ "count": held.len() }), "each expiry has one entry");
    for server in [&world.server, &second] {
        let log = server.log_with("listening");
        assert!(!log.contains("\"WARN\"") && !log.contains("\"ERROR\""), "{log}");
    }
}
