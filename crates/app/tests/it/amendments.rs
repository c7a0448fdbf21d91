//! PATCH `/reservation/{id}`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::reservations::path;
use crate::support::{Client, Market, World, booking, data, id_of, promotion_fields, stay};

on_both_engines! {
    a_dry_run_tells_what_an_amendment_does_and_changes_nothing
    a_dry_run_costs_what_a_quote_says
    a_price_that_is_not_expected_changes_nothing
    new_nights_are_taken_and_old_ones_given_back
    the_guest_and_the_notes_change_at_the_same_price
    an_amendment_is_lost_to_another_change
    an_importer_amends_its_own_sales_while_it_may_sell
    what_is_over_is_not_amended
    every_bad_amendment_has_its_own_error
}

const QUOTE: &str = "/api/v1/quote";
const RESERVATION: &str = "/api/v1/reservation";

/// Returns an edit to other nights.
fn to(check_in: &str, check_out: &str) -> Value {
    json!({ "checkInDate": check_in, "checkOutDate": check_out })
}

/// Books 2060-01-10 to 2060-01-13.
fn book(client: &Client, listing: &str) -> Value {
    data(201, &client.post(RESERVATION, &booking(listing, "2060-01-10", "2060-01-13")))
}

fn a_dry_run_tells_what_an_amendment_does_and_changes_nothing(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    for client in [market.as_owner(), market.as_importer()] {
        let sold = book(&client, &listing);
        let before = client.get(&path(&sold));
        let edit = json!({ "checkOutDate": "2060-01-14", "guests": 3, "notes": "A cot, please" });
        let dry = client.patch(&format!("{}?dryRun=true", path(&sold)), &edit);
        assert_eq!(client.get(&path(&sold)).json, before.json, "nothing has changed");
        let real = client.patch(&path(&sold), &edit);
        let (told, amended) = (data(200, &dry), data(200, &real));
        assert_eq!((&dry.json["priceDifference"], real.json.get("priceDifference")), (&json!(149.0), None));
        assert!(dry.text.contains("\"priceDifference\":149.00"), "{}", dry.text);
        for (field, value) in amended.as_object().expect("an object") {
            assert!(field == "updatedAt" || told[field] == *value, "{field}: {told}");
        }
        assert_eq!(
            (&amended["revision"], &amended["guests"], &amended["notes"]),
            (&json!(2), &json!(3), &edit["notes"])
        );
        let after = client.get(&path(&sold));
        assert_eq!((&after.json, after.header("etag")), (&real.json, real.header("etag")));
        assert_eq!(client.patch(&path(&sold), &amended).json, real.json, "sent back, it changes nothing");
        let shorter = client.patch(&format!("{}?dryRun=true", path(&sold)), &to("2060-01-10", "2060-01-11"));
        assert_eq!(shorter.json["priceDifference"], json!(-447.0));
        assert_eq!(client.delete(&path(&sold)).status, 200);
    }
}

fn a_dry_run_costs_what_a_quote_says(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    market.set_account(
        &json!({ "markupPercentage": 7.77, "distributionMarkupPercentage": 5, "defaultDiscountPercentage": 1.5 }),
    );
    let stated = json!({ "charges": [
        { "name": "Cleaning", "kind": "FEE", "basis": "PER_STAY", "amount": 80 },
        { "name": "City tax", "kind": "TAX", "basis": "PER_GUEST_PER_NIGHT", "amount": 2.345, "maxNights": 4 },
        { "name": "VAT", "kind": "TAX", "basis": "PERCENTAGE", "percentage": 7 },
    ] });
    let charges = format!("/api/v1/integration-account/{}/charges", market.account);
    assert_eq!(market.as_owner().put(&charges, &stated).status, 200);
    let mut promotion = promotion_fields("January");
    promotion["integrationAccountID"] = json!(market.account);
    (promotion["startDate"], promotion["endDate"]) = (json!("2060-01-01"), json!("2060-01-31"));
    let promotion = id_of(&data(201, &market.as_owner().post("/api/v1/promotions", &promotion)));
    let given = format!("/api/v1/promotions/{promotion}/listings/assign");
    assert_eq!(market.as_owner().put(&given, &json!({ "listingIDs": [listing] })).status, 200);
    for client in [market.as_owner(), market.as_importer()] {
        let mut asked = booking(&listing, "2060-01-10", "2060-01-13");
        asked["promotionID"] = json!(promotion);
        let sold = data(201, &client.post(RESERVATION, &asked));
        for (check_in, check_out, applies) in [("2060-01-12", "2060-01-20", true), ("2060-01-29", "2060-02-03", false)]
        {
            let mut wanted = stay(&listing, check_in, check_out);
            wanted["guestCountInfo"] = json!({ "adults": 2, "children": 0, "infants": 1 });
            if applies {
                wanted["promotionID"] = json!(promotion);
            }
            // The reservation has one of the nights, so the quote is taken before it.
            assert_eq!(client.delete(&path(&sold)).status, 200);
            let quote = data(201, &client.post(QUOTE, &wanted));
            let sold = data(201, &client.post(RESERVATION, &asked));
            let mut edit = to(check_in, check_out);
            edit["guestCountInfo"] = wanted["guestCountInfo"].clone();
            edit["totalPrice"] = quote["totalPrice"].clone();
            let told = data(200, &client.patch(&format!("{}?dryRun=true", path(&sold)), &edit));
            let amended = data(200, &client.patch(&path(&sold), &edit));
            for field in
                ["guests", "guestCountInfo", "totalPrice", "priceBeforeTaxes", "components", "priceModifications"]
            {
                assert_eq!((&told[field], &amended[field]), (&quote[field], &quote[field]), "{field}");
            }
            assert_eq!(amended["priceModifications"]["promotionDiscount"].is_null(), !applies);
            assert_eq!(client.delete(&path(&sold)).status, 200);
        }
    }
}

fn a_price_that_is_not_expected_changes_nothing(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let client = market.as_importer();
    let sold = book(&client, &listing);
    for (edit, expected) in [
        (json!({ "checkOutDate": "2060-01-14", "totalPrice": 447 }), 596.0),
        (json!({ "notes": "Late", "totalPrice": 447.01 }), 447.0),
    ] {
        for rest in ["", "?dryRun=true"] {
            let refused = client.patch(&format!("{}{rest}", path(&sold)), &edit);
            assert_eq!(refused.refusal(), (409, "price_changed"));
            assert_eq!(refused.json["price"]["totalPrice"], json!(expected), "{}", refused.text);
            assert!(refused.json["price"]["components"]["basePrice"]["breakdown"].is_array());
            assert!(refused.json.get("quote").is_none());
        }
    }
    assert_eq!(data(200, &client.get(&path(&sold))), sold);
}

fn new_nights_are_taken_and_old_ones_given_back(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let sold = book(&importer, &listing);
    let other = data(201, &owner.post(RESERVATION, &booking(&listing, "2060-01-15", "2060-01-18")));
    let refused = importer.patch(&path(&sold), &to("2060-01-12", "2060-01-16"));
    assert_eq!(refused.refusal(), (409, "not_available"));
    assert_eq!(data(200, &importer.get(&path(&sold))), sold);
    let amended = data(200, &owner.patch(&path(&sold), &to("2060-01-12", "2060-01-15")));
    assert_eq!((&amended["soldByTenantID"], &amended["revision"]), (&json!(market.importer), &json!(2)));
    let booked = |check_in, check_out| owner.post(RESERVATION, &booking(&listing, check_in, check_out)).refusal().0;
    assert_eq!(booked("2060-01-14", "2060-01-15"), 409);
    assert_eq!(booked("2060-01-10", "2060-01-12"), 201);
    assert_eq!(owner.delete(&path(&other)).status, 200);
    assert_eq!(importer.patch(&path(&sold), &to("2060-01-12", "2060-01-16")).status, 200);
    let trail = world.calry().named(&market.owner).get("/api/v1/audit?action=reservation.amend");
    let trail = data(200, &trail);
    assert_eq!(trail.as_array().map(Vec::len), Some(2));
    assert_eq!(trail[0]["before"]["checkInDate"], json!("2060-01-10"));
    assert_eq!(trail[0]["after"]["checkInDate"], json!("2060-01-12"));
}

fn the_guest_and_the_notes_change_at_the_same_price(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let sold = book(&importer, &listing);
    market.set_account(&json!({ "markupPercentage": 50 }));
    let edit = json!({ "guest": { "firstName": "Ada", "email": "ada@example.com", "phone": null }, "notes": "Late" });
    let amended = data(200, &importer.patch(&path(&sold), &edit));
    assert_eq!(amended["guest"]["firstName"], json!("Ada"));
    assert_eq!(amended["guest"]["lastName"], sold["guest"]["lastName"]);
    assert_eq!(amended["guest"]["email"], json!("ada@example.com"));
    assert_eq!((&amended["notes"], &amended["totalPrice"]), (&json!("Late"), &sold["totalPrice"]));
    let trail = world.calry().named(&market.importer).get("/api/v1/audit?action=reservation.amend");
    assert_eq!(trail.json["data"][0]["after"], json!({ "guest": "changed", "notes": "changed" }));
    assert!(!trail.text.contains("Ada") && !trail.text.contains("Late"), "{}", trail.text);
    let longer = data(200, &importer.patch(&path(&sold), &json!({ "checkOutDate": "2060-01-14", "notes": null })));
    assert_eq!((&longer["notes"], &longer["totalPrice"]), (&Value::Null, &json!(894.0)), "priced now");
}

fn an_amendment_is_lost_to_another_change(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let sold = book(&importer, &listing);
    let read = importer.get(&path(&sold));
    let tag = read.header("etag").expect("a tag");
    let amend = |edit| importer.clone().with("if-match", tag).patch(&path(&sold), &edit);
    assert_eq!(amend(json!({ "notes": "Late" })).status, 200);
    assert_eq!(amend(json!({ "notes": "Early" })).refusal(), (412, "precondition_failed"));
    assert_eq!(amend(to("2060-01-20", "2060-01-22")).refusal(), (412, "precondition_failed"));
    let seen = data(200, &importer.get(&path(&sold)));
    assert_eq!((&seen["notes"], &seen["checkInDate"]), (&json!("Late"), &sold["checkInDate"]));
}

fn an_importer_amends_its_own_sales_while_it_may_sell(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let sold = book(&importer, &listing);
    let direct = data(201, &owner.post(RESERVATION, &booking(&listing, "2060-02-10", "2060-02-13")));
    let renamed = json!({ "guest": { "lastName": "Lovelace" } });
    assert_eq!(importer.patch(&path(&direct), &renamed).refusal(), (404, "reservation_not_found"));
    let longer = json!({ "checkOutDate": "2060-01-14" });
    market.set_account(&json!({ "allowImport": false }));
    assert_eq!(importer.patch(&path(&sold), &longer).refusal(), (409, "import_asleep"));
    assert_eq!(importer.patch(&path(&sold), &renamed).status, 200);
    market.set_account(&json!({ "allowImport": true }));
    let ended = importer.post("/api/v1/tenants/remove-imported-listings", &json!({ "listingIDs": [listing] }));
    assert_eq!(ended.status, 200);
    assert_eq!(importer.patch(&path(&sold), &longer).refusal(), (404, "listing_not_found"));
    assert_eq!(importer.patch(&path(&sold), &json!({ "notes": "Late" })).status, 200);
    assert_eq!(owner.patch(&path(&sold), &longer).status, 200, "the owner's nights");
    assert_eq!(owner.patch(&format!("/api/v1/listing/{listing}"), &json!({ "currency": "EUR" })).status, 200);
    let refused = owner.patch(&path(&sold), &json!({ "checkOutDate": "2060-01-15" }));
    assert_eq!(refused.refusal(), (422, "currency_mismatch"));
    assert_eq!(owner.patch(&format!("/api/v1/listing/{listing}"), &json!({ "status": "INACTIVE" })).status, 200);
    let refused = owner.patch(&path(&direct), &to("2060-02-10", "2060-02-11"));
    assert_eq!(refused.refusal(), (422, "currency_mismatch"));
}

fn what_is_over_is_not_amended(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let owner = market.as_owner();
    let sold = book(&owner, &listing);
    let cancelled = data(200, &owner.delete(&path(&sold)));
    for edit in [to("2060-01-20", "2060-01-22"), json!({ "notes": "Late" }), json!({})] {
        for rest in ["", "?dryRun=true"] {
            let refused = owner.patch(&format!("{}{rest}", path(&sold)), &edit);
            assert_eq!(refused.refusal(), (409, "not_live"));
            assert_eq!(refused.json["message"], json!("The reservation is CANCELLED and cannot be amended."));
        }
    }
    assert_eq!(data(200, &owner.get(&path(&sold))), cancelled);
}

fn every_bad_amendment_has_its_own_error(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let owner = market.as_owner();
    let rules = json!({ "maxInfants": 1, "petsAllowed": false, "minimumNights": 2, "maximumNights": 9 });
    assert_eq!(owner.patch(&format!("/api/v1/listing/{listing}"), &rules).status, 200);
    let sold = book(&owner, &listing);
    let family = json!({ "guestCountInfo": { "adults": 1, "children": 2 } });
    let sold = data(200, &owner.patch(&path(&sold), &family));
    for (edit, field, sentence) in [
        (
            json!({ "checkInDate": "2060-01-13" }),
            "checkOutDate",
            "The check out date must lie at least one night after the first date.",
        ),
        (
            json!({ "checkInDate": "2060-02-13" }),
            "checkOutDate",
            "The check out date may not lie before the first date.",
        ),
        (
            json!({ "checkOutDate": "2060-02-30" }),
            "checkOutDate",
            "The check out date must be a date, like 2030-01-31.",
        ),
        (json!({ "checkInDate": null }), "checkInDate", "The check in date field is required."),
        (to("2001-01-10", "2001-01-13"), "checkInDate", ""),
        (
            json!({ "checkOutDate": "2060-01-11" }),
            "checkOutDate",
            "The check out date must lie at least 2 nights after the check-in date.",
        ),
        (
            json!({ "checkOutDate": "2060-01-20" }),
            "checkOutDate",
            "The check out date may not lie more than 9 nights after the check-in date.",
        ),
        (json!({ "guests": 0 }), "guests", "The guests must be between 1 and 1000."),
        (json!({ "guests": 1001 }), "guests", "The guests must be between 1 and 1000."),
        (json!({ "guests": 5 }), "guests", "The guests may not be more than 4."),
        (
            json!({ "guests": 2 }),
            "guests",
            "The guests must be more than the 2 children. Say who comes in guestCountInfo.",
        ),
        (
            json!({ "guests": 2, "guestCountInfo": { "adults": 1 } }),
            "guests",
            "The guests must be the sum of adults and children.",
        ),
        (json!({ "guestCountInfo": { "adults": 1, "infants": 2 } }), "guestCountInfo.infants", ""),
        (json!({ "guestCountInfo": { "adults": 1, "pets": 1 } }), "guestCountInfo.pets", ""),
        (json!({ "guestCountInfo": { "children": 1 } }), "guestCountInfo.adults", ""),
        (json!({ "guest": { "email": "ada" } }), "guest.email", ""),
        (json!({ "guest": { "lastName": null } }), "guest.lastName", "The guest last name field is required."),
        (json!({ "guest": { "firstName": "x".repeat(256) } }), "guest.firstName", ""),
        (json!({ "notes": "\u{7}" }), "notes", ""),
        (json!({ "notes": "x".repeat(10_001) }), "notes", ""),
        (json!({ "totalPrice": -1 }), "totalPrice", ""),
        (json!({ "totalPrice": 10_000_000_000_001_u64 }), "totalPrice", ""),
    ] {
        let refused = owner.patch(&path(&sold), &edit);
        assert_eq!(refused.refusal(), (422, "validation_failed"), "{edit}: {}", refused.text);
        assert_eq!(refused.field_errors(), [field], "{edit}");
        assert!(sentence.is_empty() || refused.json["errors"][field] == json!([sentence]), "{}", refused.text);
    }
    for (edit, rest, expected) in [
        (json!({ "checkInDate": 5 }), "", 400),
        (json!({ "guestCountInfo": [] }), "", 400),
        (json!({ "guest": "Ada" }), "", 400),
        (json!({ "guests": "2" }), "", 400),
        (json!({ "notes": 7 }), "", 400),
        (json!({ "totalPrice": "447" }), "", 400),
        (json!({}), "?dryRun=perhaps", 400),
        (json!({}), "?dryrun=true", 422),
    ] {
        let refused = owner.patch(&format!("{}{rest}", path(&sold)), &edit);
        assert_eq!(refused.status, expected, "{edit}{rest}: {}", refused.text);
    }
    assert_eq!(data(200, &owner.get(&path(&sold))), sold);
}
