//! Quotes and reservations after moves of accounts and the end of imports.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Market, World, booking, data, id_of, quoted, stay};

on_both_engines! {
    direct_sales_go_with_the_account_and_importers_keep_theirs
    an_importer_that_becomes_the_owner_keeps_its_quotes_and_sales
    the_old_owners_quotes_are_lost_and_importers_hold
    an_importer_that_ends_its_import_keeps_what_it_sold
    a_sleeping_import_sells_nothing_and_keeps_what_it_sold
    the_owner_sells_nothing_that_it_does_not_offer
    what_a_deleted_importer_sold_stays
}

const QUOTE: &str = "/api/v1/quote";
const RESERVATION: &str = "/api/v1/reservation";

fn quote(client: &Client, listing: &str, month: u32) -> Value {
    data(201, &client.post(QUOTE, &stay(listing, &format!("2060-{month:02}-10"), &format!("2060-{month:02}-13"))))
}

fn book(client: &Client, listing: &str, month: u32) -> Value {
    let asked = booking(listing, &format!("2060-{month:02}-10"), &format!("2060-{month:02}-13"));
    data(201, &client.post(RESERVATION, &asked))
}

fn book_with(client: &Client, quote: &Value) -> crate::support::Answer {
    client.post(RESERVATION, &quoted(&id_of(quote)))
}

fn seen(client: &Client) -> Vec<String> {
    data(200, &client.get(RESERVATION)).as_array().expect("a list").iter().map(id_of).collect()
}

fn is_of(reservation: &Value, owner: &str, seller: &str) {
    assert_eq!([&reservation["tenantID"], &reservation["soldByTenantID"]], [&json!(owner), &json!(seller)]);
}

fn direct_sales_go_with_the_account_and_importers_keep_theirs(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let direct = id_of(&book(&owner, &listing, 1));
    let sold = id_of(&book(&importer, &listing, 2));
    let target = world.tenant_id("Target");
    let moved = market.move_to(&target);
    assert_eq!((moved.status, &moved.json["moved"]["reservations"]), (200, &json!(2)), "{}", moved.text);

    let new_owner = world.calry().named(&target);
    assert_eq!(seen(&owner), [""; 0], "the old owner does not see them any more");
    assert_eq!(owner.get(&format!("{RESERVATION}/{direct}")).refusal(), (404, "reservation_not_found"));
    assert_eq!(owner.delete(&format!("{RESERVATION}/{direct}")).refusal(), (404, "reservation_not_found"));
    assert_eq!(seen(&new_owner), [direct.clone(), sold.clone()]);
    assert_eq!(seen(&importer), [sold.as_str()]);
    is_of(&data(200, &new_owner.get(&format!("{RESERVATION}/{direct}"))), &target, &target);
    is_of(&data(200, &importer.get(&format!("{RESERVATION}/{sold}"))), &target, &market.importer);
    data(200, &new_owner.delete(&format!("{RESERVATION}/{direct}")));
    data(200, &importer.delete(&format!("{RESERVATION}/{sold}")));
}

fn an_importer_that_becomes_the_owner_keeps_its_quotes_and_sales(world: &World) {
    let market = Market::open(world);
    market.set_account(&json!({ "distributionMarkupPercentage": 10 }));
    let listing = market.shared();
    let importer = market.as_importer();
    let before = book(&importer, &listing, 1);
    let kept = quote(&importer, &listing, 2);
    assert_eq!(market.move_to(&market.importer).status, 200);

    let direct = data(201, &book_with(&importer, &kept));
    assert_eq!((&direct["totalPrice"], &kept["totalPrice"]), (&json!(491.7), &json!(491.7)), "including the markup");
    is_of(&direct, &market.importer, &market.importer);
    assert_eq!(book(&importer, &listing, 3)["totalPrice"], json!(447.0), "without the markup from now on");
    // After the next move, the sale as an importer still belongs to its seller, and the direct sales moved.
    let target = world.tenant_id("Target");
    assert_eq!(market.move_to(&target).status, 200);
    assert_eq!(seen(&importer), [id_of(&before)]);
    is_of(&data(200, &importer.get(RESERVATION))[0], &target, &market.importer);
    assert_eq!(seen(&world.calry().named(&target)).len(), 3);
}

fn the_old_owners_quotes_are_lost_and_importers_hold(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let [lost, regained] = [quote(&owner, &listing, 1), quote(&owner, &listing, 2)];
    let held = quote(&importer, &listing, 3);
    let target = world.tenant_id("Target");
    assert_eq!(market.move_to(&target).status, 200);
    assert_eq!(book_with(&owner, &lost).refusal(), (404, "listing_not_found"));
    is_of(&data(201, &book_with(&importer, &held)), &target, &market.importer);
    market.import(&market.owner, &[&listing]);
    is_of(&data(201, &book_with(&owner, &regained)), &target, &market.owner);
}

fn an_importer_that_ends_its_import_keeps_what_it_sold(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let importer = market.as_importer();
    let mut pending = booking(&listing, "2060-01-10", "2060-01-13");
    pending["reservationType"] = json!("PENDING_CONFIRMATION");
    let sold = data(201, &importer.post(RESERVATION, &pending));
    let lost = quote(&importer, &listing, 2);
    let removed = importer.post("/api/v1/tenants/remove-imported-listings", &json!({ "listingIDs": [listing] }));
    assert_eq!(removed.status, 200, "{}", removed.text);

    assert_eq!(book_with(&importer, &lost).refusal(), (404, "listing_not_found"));
    let path = format!("{RESERVATION}/{}", id_of(&sold));
    assert_eq!(data(200, &importer.get(&path)), sold);
    assert_eq!(data(200, &importer.call("POST", &format!("{path}/confirm"), None))["status"], json!("CONFIRMED"));
    assert_eq!(data(200, &importer.delete(&path))["status"], json!("CANCELLED"));
}

fn a_sleeping_import_sells_nothing_and_keeps_what_it_sold(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let sold = book(&importer, &listing, 1);
    let kept = quote(&importer, &listing, 2);
    market.set_account(&json!({ "allowImport": false }));
    assert_eq!(book_with(&importer, &kept).refusal(), (409, "import_asleep"));
    let asked = booking(&listing, "2060-03-10", "2060-03-13");
    assert_eq!(importer.post(RESERVATION, &asked).refusal(), (409, "import_asleep"));
    for client in [&owner, &importer] {
        assert_eq!(data(200, &client.get(RESERVATION)), json!([sold]));
    }
    assert_eq!(data(200, &importer.delete(&format!("{RESERVATION}/{}", id_of(&sold))))["status"], json!("CANCELLED"));
    market.set_account(&json!({ "allowImport": true }));
    data(201, &book_with(&importer, &kept));
}

fn the_owner_sells_nothing_that_it_does_not_offer(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let owner = market.as_owner();
    let kept = quote(&owner, &listing, 1);
    let set = |status: &str| {
        let answer = owner.patch(&format!("/api/v1/listing/{listing}"), &json!({ "status": status }));
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    set("INACTIVE");
    assert_eq!(book_with(&owner, &kept).refusal(), (409, "not_available"));
    let asked = booking(&listing, "2060-01-10", "2060-01-13");
    assert_eq!(owner.post(RESERVATION, &asked).refusal(), (409, "not_available"));
    set("ACTIVE");
    data(201, &book_with(&owner, &kept));
}

fn what_a_deleted_importer_sold_stays(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let sold = book(&market.as_importer(), &listing, 1);
    quote(&market.as_importer(), &listing, 2);
    assert_eq!(world.calry().delete(&format!("/api/v1/tenants/{}", market.importer)).status, 204);
    assert_eq!(data(200, &market.as_owner().get(RESERVATION)), json!([sold]));
    is_of(&sold, &market.owner, &market.importer);
    let path = format!("{RESERVATION}/{}", id_of(&sold));
    assert_eq!(data(200, &market.as_owner().delete(&path))["status"], json!("CANCELLED"));
}
