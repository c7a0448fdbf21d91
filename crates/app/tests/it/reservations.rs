//! `/reservation`.

use serde_json::{Value, json};

use crate::support::{Client, Market, World, booking, data, id_of, quoted, stay};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    an_imported_listing_is_found_quoted_booked_and_cancelled
    every_quote_equals_the_reservation_made_from_it
    a_quote_is_booked_with_once
    a_changed_price_books_nothing_and_brings_a_fresh_quote
    an_external_id_is_the_sellers_own
    lists_show_what_is_asked_for
    all_field_errors_of_a_booking_are_told_at_once
    neighbours_do_not_collide
    what_others_have_is_not_there
    what_is_reserved_is_not_deleted
}

walled_and_pooled! {
    an_imported_listing_is_found_quoted_booked_and_cancelled
    every_quote_equals_the_reservation_made_from_it
    a_quote_is_booked_with_once
    a_changed_price_books_nothing_and_brings_a_fresh_quote
    an_external_id_is_the_sellers_own
    lists_show_what_is_asked_for
    all_field_errors_of_a_booking_are_told_at_once
    neighbours_do_not_collide
    what_others_have_is_not_there
    what_is_reserved_is_not_deleted
}

const QUOTE: &str = "/api/v1/quote";
const RESERVATION: &str = "/api/v1/reservation";
const UNKNOWN: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

pub(crate) fn path(reservation: &Value) -> String {
    format!("{RESERVATION}/{}", id_of(reservation))
}

/// Whether the nights can be sold, according to a quote, the calendar and the search, which must agree.
fn is_free(client: &Client, listing: &str, check_in: &str, check_out: &str) -> bool {
    let quote = client.post(QUOTE, &stay(listing, check_in, check_out));
    let is_free = match quote.refusal() {
        (201, _) => true,
        refusal => {
            assert_eq!(refusal, (409, "not_available"), "{}", quote.text);
            false
        }
    };
    let nights = client.get(&format!("/api/v1/availability/{listing}?startDate={check_in}&endDate={check_out}"));
    assert_eq!(nights.status, 200, "{}", nights.text);
    let nights = nights.json["data"].as_array().expect("nights").clone();
    assert_eq!(nights.iter().all(|night| night["status"] == "AVAILABLE"), is_free, "{nights:?}");
    let found = data(200, &client.get(&format!("/api/v1/listing?checkInDate={check_in}&checkOutDate={check_out}")));
    let is_found = found.as_array().expect("a list").iter().any(|found| found["id"] == listing);
    assert_eq!(is_found, is_free, "{found}");
    is_free
}

fn an_imported_listing_is_found_quoted_booked_and_cancelled(world: &World) {
    let market = Market::open(world);
    market.set_account(&json!({ "markupPercentage": 10, "distributionMarkupPercentage": 5 }));
    let listing = market.listing();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let found = importer.get("/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50");
    assert_eq!(found.json["data"][0]["id"], json!(listing), "{}", found.text);
    market.import(&market.importer, &[&listing]);

    let quote = data(201, &importer.post(QUOTE, &stay(&listing, "2060-01-10", "2060-01-13")));
    let mut asked = quoted(&id_of(&quote));
    for (field, value) in [("source", "website"), ("notes", "Late\narrival"), ("externalID", "X-17")] {
        asked[field] = json!(value);
    }
    let booked = importer.post(RESERVATION, &asked);
    let reservation = data(201, &booked);
    insta::assert_json_snapshot!("a_reservation", reservation, {
        ".id" => "[id]", ".listingID" => "[id]", ".integrationAccountID" => "[id]", ".tenantID" => "[id]",
        ".soldByTenantID" => "[id]", ".quoteID" => "[id]", ".createdAt" => "[instant]", ".updatedAt" => "[instant]",
        ".confirmedAt" => "[instant]",
    });
    assert_eq!(reservation["quoteID"], quote["id"]);
    assert_eq!(
        [&reservation["tenantID"], &reservation["soldByTenantID"]],
        [&json!(market.owner), &json!(market.importer)]
    );

    for (who, client) in [("the owner", &owner), ("the importer", &importer)] {
        assert_eq!(client.get(&path(&reservation)).json, booked.json, "{who} sees it");
        assert_eq!(data(200, &client.get(RESERVATION)), json!([reservation]), "{who} lists it");
        assert!(!is_free(client, &listing, "2060-01-11", "2060-01-12"), "{who} cannot sell the nights again");
        assert!(is_free(client, &listing, "2060-01-13", "2060-01-14"), "{who} can sell the day of departure");
        let refused = client.post(RESERVATION, &booking(&listing, "2060-01-12", "2060-01-15"));
        assert_eq!(refused.refusal(), (409, "not_available"), "{who}");
    }
    let cancelled = data(200, &owner.delete(&path(&reservation)));
    assert_eq!(cancelled["status"], json!("CANCELLED"));
    assert!(cancelled["cancelledAt"].is_string());
    for (who, client) in [("the owner", &owner), ("the importer", &importer)] {
        assert_eq!(data(200, &client.get(&path(&reservation))), cancelled, "{who} sees it");
        assert!(is_free(client, &listing, "2060-01-10", "2060-01-13"), "{who} can sell the nights again");
    }
    let again = data(201, &importer.post(RESERVATION, &booking(&listing, "2060-01-10", "2060-01-13")));
    assert_eq!(again["totalPrice"], reservation["totalPrice"]);
}

fn every_quote_equals_the_reservation_made_from_it(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let mut nights = (1..).map(|day| (format!("2060-{day:02}-10"), format!("2060-{day:02}-17")));
    for (markup, distribution, discount) in [("0", "0", "0"), ("10", "5", "2.5"), ("33.33", "0.01", "99.99")] {
        let rates = format!(
            r#"{{"markupPercentage":{markup},"distributionMarkupPercentage":{distribution},"defaultDiscountPercentage":{discount}}}"#
        );
        market.set_account(&serde_json::from_str(&rates).expect("JSON"));
        for client in [market.as_owner(), market.as_importer()] {
            let (check_in, check_out) = nights.next().expect("endless");
            let quote = data(201, &client.post(QUOTE, &stay(&listing, &check_in, &check_out)));
            // The markup and the discount of the account change before the booking.
            market.set_account(&json!({ "markupPercentage": 77, "defaultDiscountPercentage": 1 }));
            let reservation = data(201, &client.post(RESERVATION, &quoted(&id_of(&quote))));
            market.set_account(&serde_json::from_str(&rates).expect("JSON"));
            assert_eq!(reservation["quoteID"], quote["id"]);
            for field in [
                "listingID",
                "checkInDate",
                "checkOutDate",
                "guests",
                "guestCountInfo",
                "currency",
                "totalPrice",
                "priceBeforeTaxes",
                "components",
                "priceModifications",
            ] {
                assert_eq!(reservation[field], quote[field], "{field}");
            }
        }
    }
}

fn a_quote_is_booked_with_once(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let quote = id_of(&data(201, &importer.post(QUOTE, &stay(&listing, "2060-01-10", "2060-01-13"))));
    assert_eq!(
        market.as_owner().post(RESERVATION, &quoted(&quote)).refusal(),
        (404, "quote_not_found"),
        "another tenant's quote"
    );
    let reservation = data(201, &importer.post(RESERVATION, &quoted(&quote)));
    let used = |why: &str| {
        let refused = importer.post(RESERVATION, &quoted(&quote));
        assert_eq!(refused.refusal(), (409, "quote_used"), "{why}: {}", refused.text);
        assert_eq!(refused.json["reservationID"], reservation["id"], "{why}");
    };
    used("at once");
    data(200, &importer.delete(&path(&reservation)));
    used("a cancelled reservation does not release its quote");

    let mut both = quoted(&quote);
    both["listingID"] = json!(listing);
    both["totalPrice"] = json!(447);
    let refused = importer.post(RESERVATION, &both);
    assert_eq!(
        (refused.refusal(), refused.field_errors()),
        ((422, "validation_failed"), vec!["listingID", "totalPrice"])
    );
    assert_eq!(importer.post(RESERVATION, &quoted("quote")).field_errors(), ["quoteID"]);
}

fn a_changed_price_books_nothing_and_brings_a_fresh_quote(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let mut asked = booking(&listing, "2060-01-10", "2060-01-13");
    asked["totalPrice"] = json!(446.99);
    let refused = importer.post(RESERVATION, &asked);
    assert_eq!(refused.refusal(), (409, "price_changed"), "{}", refused.text);
    let quote = &refused.json["quote"];
    assert_eq!((&quote["totalPrice"], &quote["nights"]), (&json!(447.0), &json!(3)));
    assert!(refused.text.contains(r#""totalPrice":447.00"#), "{}", refused.text);
    assert_eq!(importer.get("/api/v1/reservation/count").json, json!({ "count": 0 }));

    let reservation = data(201, &importer.post(RESERVATION, &quoted(&id_of(quote))));
    assert_eq!(reservation["totalPrice"], quote["totalPrice"]);
    let mut agreed = booking(&listing, "2060-02-10", "2060-02-13");
    agreed["totalPrice"] = json!(447);
    assert_eq!(data(201, &importer.post(RESERVATION, &agreed))["quoteID"], Value::Null);
}

fn an_external_id_is_the_sellers_own(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let mut days = (1..).map(|month| (format!("2060-{month:02}-10"), format!("2060-{month:02}-12")));
    let mut book = |client: &Client| {
        let (check_in, check_out) = days.next().expect("endless");
        let mut asked = booking(&listing, &check_in, &check_out);
        asked["externalID"] = json!("X-17");
        client.post(RESERVATION, &asked)
    };
    let reservation = data(201, &book(&market.as_importer()));
    let refused = book(&market.as_importer());
    assert_eq!((refused.refusal(), refused.field_errors()), ((409, "external_id_taken"), vec!["externalID"]));
    data(201, &book(&market.as_owner()));
    data(200, &market.as_importer().delete(&path(&reservation)));
    assert_eq!(book(&market.as_importer()).refusal(), (409, "external_id_taken"), "an external id is taken once");
}

fn lists_show_what_is_asked_for(world: &World) {
    let market = Market::open(world);
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let [one, other] = [market.shared(), market.shared()];
    let book = |client: &Client, listing: &str, month: u32| {
        let (check_in, check_out) = (format!("2060-{month:02}-10"), format!("2060-{month:02}-13"));
        let mut body = booking(listing, &check_in, &check_out);
        body["externalID"] = json!(format!("X-{month}"));
        data(201, &client.post(RESERVATION, &body))
    };
    let made = [book(&owner, &one, 1), book(&importer, &one, 2), book(&owner, &other, 3), book(&importer, &other, 4)];
    data(200, &owner.delete(&path(&made[0])));
    let account = &market.account;
    for (query, of_owner, of_importer) in [
        (String::new(), &[0, 1, 2, 3][..], &[1, 3][..]),
        (format!("listingID={one}"), &[0, 1], &[1]),
        (format!("integrationAccountID={account}"), &[0, 1, 2, 3], &[1, 3]),
        (format!("integrationAccountID={UNKNOWN}"), &[], &[]),
        ("externalID=X-1".to_owned(), &[0], &[]),
        ("externalID=X-2".to_owned(), &[], &[1]),
        ("externalID=x-2".to_owned(), &[], &[]),
        ("status=CANCELLED".to_owned(), &[0], &[]),
        (format!("listingID={one}&status=CONFIRMED"), &[1], &[1]),
        ("checkInStartDate=2060-02-10&checkInEndDate=2060-03-10".to_owned(), &[1, 2], &[1]),
        ("checkInStartDate=2060-02-11&checkInEndDate=2060-03-09".to_owned(), &[], &[]),
        ("checkOutStartDate=2060-03-13".to_owned(), &[2, 3], &[3]),
        ("checkOutEndDate=2060-03-12".to_owned(), &[0, 1], &[1]),
        ("updatedSince=2020-01-01T00:00:00Z".to_owned(), &[0, 1, 2, 3], &[1, 3]),
        ("updatedSince=2100-01-01T00:00:00%2B02:00".to_owned(), &[], &[]),
    ] {
        for (client, expected) in [(&owner, of_owner), (&importer, of_importer)] {
            let listed = data(200, &client.get(&format!("{RESERVATION}?{query}")));
            let ids: Vec<_> = listed.as_array().expect("a list").iter().map(id_of).collect();
            assert_eq!(ids, expected.iter().map(|number| id_of(&made[*number])).collect::<Vec<_>>(), "{query}");
            let counted = client.get(&format!("{RESERVATION}/count?{query}"));
            assert_eq!(counted.json, json!({ "count": expected.len() }), "{query}");
        }
    }
    let page = owner.get(&format!("{RESERVATION}?per_page=3&after={}", id_of(&made[0])));
    assert_eq!(data(200, &page).as_array().map(Vec::len), Some(3));
    let wrong =
        owner.get(&format!("{RESERVATION}?status=MAYBE&checkInStartDate=tomorrow&listingID=x&updatedSince=today"));
    assert_eq!(wrong.field_errors(), ["checkInStartDate", "listingID", "status", "updatedSince"]);
}

fn all_field_errors_of_a_booking_are_told_at_once(world: &World) {
    let market = Market::open(world);
    let owner = market.as_owner();
    let refused = owner.post(RESERVATION, &json!({}));
    assert_eq!(refused.field_errors(), ["checkInDate", "checkOutDate", "guest", "guests", "listingID"]);
    let mut asked = booking(&market.listing(), "2060-01-10", "2060-01-10");
    asked["guest"] = json!({ "firstName": "", "email": "grace", "phone": "call me" });
    asked["reservationType"] = json!("MAYBE");
    asked["externalID"] = json!("\u{7}");
    let refused = owner.post(RESERVATION, &asked);
    let expected = [
        "checkOutDate",
        "externalID",
        "guest.email",
        "guest.firstName",
        "guest.lastName",
        "guest.phone",
        "reservationType",
    ];
    assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), expected.to_vec()));
    for (field, value) in
        [("totalPrice", json!("447")), ("guest", json!("Grace")), ("notes", json!(5)), ("quoteID", json!(17))]
    {
        let mut asked = booking(&market.owner, "2060-01-10", "2060-01-13");
        asked[field] = value;
        let refused = owner.post(RESERVATION, &asked);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{field}: {}", refused.text);
    }
    let mut instant = booking(&market.listing(), "2060-01-10", "2060-01-13");
    instant["holdExpiresAt"] = json!("2060-01-01T00:00:00Z");
    assert_eq!(owner.post(RESERVATION, &instant).field_errors(), ["holdExpiresAt"]);
}

fn neighbours_do_not_collide(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    data(201, &owner.post(RESERVATION, &booking(&listing, "2060-01-10", "2060-01-13")));
    data(201, &importer.post(RESERVATION, &booking(&listing, "2060-01-13", "2060-01-15")));
    data(201, &importer.post(RESERVATION, &booking(&listing, "2060-01-08", "2060-01-10")));
    for (check_in, check_out) in
        [("2060-01-09", "2060-01-11"), ("2060-01-11", "2060-01-12"), ("2060-01-01", "2060-01-31")]
    {
        let refused = importer.post(RESERVATION, &booking(&listing, check_in, check_out));
        assert_eq!(refused.refusal(), (409, "not_available"), "{check_in}");
    }
    let other = market.listing();
    data(201, &owner.post(RESERVATION, &booking(&other, "2060-01-10", "2060-01-13")));
}

fn what_others_have_is_not_there(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let quote = id_of(&data(201, &importer.post(QUOTE, &stay(&listing, "2060-01-10", "2060-01-13"))));
    let direct = data(201, &market.as_owner().post(RESERVATION, &booking(&listing, "2060-02-10", "2060-02-13")));
    let sold = data(201, &importer.post(RESERVATION, &booking(&listing, "2060-03-10", "2060-03-13")));
    let sibling = world.tenant_id("Sibling");
    market.import(&sibling, &[&listing]);
    let others = [world.calry().named(&sibling), world.client().calry(&world.other_workspace().key)];
    let hides = |client: &Client, reservation: &Value| {
        let id = id_of(reservation);
        let calls = [("GET", ""), ("POST", "/confirm"), ("DELETE", "")];
        for (method, rest) in calls {
            let foreign = client.call(method, &format!("{RESERVATION}/{id}{rest}"), None);
            assert_eq!(foreign.refusal(), (404, "reservation_not_found"), "{method} {rest}");
            let unknown = client.call(method, &format!("{RESERVATION}/{UNKNOWN}{rest}"), None);
            assert_eq!(foreign.text.replace(&id, UNKNOWN), unknown.text, "equal byte by byte");
        }
    };
    for other in &others {
        hides(other, &direct);
        hides(other, &sold);
        let foreign = other.post(RESERVATION, &quoted(&quote));
        assert_eq!(foreign.refusal(), (404, "quote_not_found"));
        assert_eq!(foreign.text, other.post(RESERVATION, &quoted(UNKNOWN)).text, "equal byte by byte");
        assert_eq!(other.get("/api/v1/reservation/count").json, json!({ "count": 0 }));
    }
    hides(&importer, &direct);
    // All sellers share one calendar, but it does not show who has booked.
    let refused = others[0].post(RESERVATION, &booking(&listing, "2060-02-10", "2060-02-13"));
    assert_eq!(refused.refusal(), (409, "not_available"));
    assert!(!refused.text.contains(&id_of(&direct)) && !refused.text.contains("Grace"), "{}", refused.text);
}

fn what_is_reserved_is_not_deleted(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let reservation =
        data(201, &market.as_importer().post(RESERVATION, &booking(&listing, "2060-01-10", "2060-01-13")));
    let owner = market.as_owner();
    for path in [format!("/api/v1/listing/{listing}"), format!("/api/v1/integration-account/{}", market.account)] {
        assert_eq!(owner.delete(&path).refusal(), (409, "has_reservations"), "{path}");
    }
    assert_eq!(data(200, &owner.get(&path(&reservation))), reservation);
}
