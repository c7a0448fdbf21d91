//! The console: numbers in forms, the charges of an account, and the pictures of a listing.

use serde_json::json;

use crate::on_both_engines;
use crate::support::{Page, World, data};

on_both_engines! {
    a_number_that_is_none_is_refused_beside_its_field
    a_charge_is_added_edited_and_removed
    a_listing_leads_to_its_pictures
}

fn a_number_that_is_none_is_refused_beside_its_field(world: &World) {
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    let account = world.account(&tenant);
    let listing = world.listing(&tenant, &account);
    let promotion = world.promotion(&tenant, &account);
    let base = format!("/console/t/{tenant}");
    for (path, field) in [
        ("/console/workspace/edit".to_owned(), "maxImporterHolds"),
        (format!("{base}/accounts/{account}/edit"), "markupPercentage"),
        (format!("{base}/accounts/{account}/charges"), "amount"),
        (format!("{base}/listings/{listing}/edit"), "latitude"),
        (format!("{base}/promotions/{promotion}/edit"), "discountPercentage"),
        (format!("{base}/quotes"), "guestCountInfo.adults"),
    ] {
        let refused = browser.press(&path, &path, &[("name", "Kept as typed"), (field, "many")]);
        assert_eq!(refused.status, 422, "{path}: {}", refused.text);
        let (_, input) = refused.text.split_once(&format!("name=\"{field}\" value=\"many\"")).expect("the form again");
        let message = input.split("</label>").next().expect("a field");
        assert!(message.contains("must be a number, like 12.50.</em>"), "{path}: {message}");
    }
}

fn a_charge_is_added_edited_and_removed(world: &World) {
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    let account = world.account(&tenant);
    let list = format!("/console/t/{tenant}/accounts/{account}/charges");
    let stored = || {
        let path = format!("/api/v1/integration-account/{account}/charges");
        data(200, &world.calry().named(&tenant).get(&path))["charges"].clone()
    };
    for (name, amount) in [("Linen", "12.50"), ("Cleaning", "40")] {
        let fields = [("name", name), ("kind", "FEE"), ("basis", "PER_STAY"), ("amount", amount)];
        assert_eq!(browser.press(&list, &list, &fields).leads_to(), list);
    }
    let before = stored();
    let edit = format!("{list}/{}", before[1]["id"].as_str().expect("an id"));
    let form = browser.open(&edit);
    assert!(form.contains("value=\"Cleaning\"") && form.contains("value=\"40"), "{form}");
    let seen = browser.hidden(&edit, "_seen");
    let fields = |amount: &'static str| {
        [("name", "Cleaning"), ("kind", "FEE"), ("basis", "PER_NIGHT"), ("amount", amount), ("maxNights", "3")]
    };
    let refused = browser.press(&edit, &edit, &fields("-1"));
    assert_eq!(refused.status, 422, "{}", refused.text);
    let (_, input) = refused.text.split_once("name=\"amount\" value=\"-1\"").expect("the form again");
    assert!(input.split("</label>").next().expect("a field").contains("em class=\"error\""), "{}", refused.text);
    assert_eq!(browser.press(&edit, &edit, &fields("45")).leads_to(), list);
    let after = stored();
    assert_eq!(after[0], before[0], "the other charge is unchanged");
    assert_eq!((&after[1]["id"], &after[1]["maxNights"]), (&before[1]["id"], &json!(3)));
    assert_eq!((&after[1]["basis"], &after[1]["amount"]), (&json!("PER_NIGHT"), &json!(45)));
    let late = browser.press(&edit, &edit, &[&fields("50")[..], &[("_seen", &seen)]].concat());
    assert_eq!(late.status, 412, "{}", late.text);
    let id = before[1]["id"].as_str().expect("an id");
    assert_eq!(browser.press(&list, &format!("{list}/remove"), &[("id", id)]).leads_to(), list);
    assert_eq!(stored(), json!([before[0]]));
    assert_eq!(browser.get(&edit).status, 404);
}

fn a_listing_leads_to_its_pictures(world: &World) {
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    let listing = world.listing(&tenant, &world.account(&tenant));
    let page = format!("/console/t/{tenant}/listings/{listing}");
    assert!(!browser.open(&page).contains("<h2>Pictures</h2>"));
    let many = (0..21).map(|number| json!({ "url": format!("https://images.example.com/{number}.jpg") }));
    let first = json!({ "url": "https://images.example.com/door.jpg", "description": "The door & the bell" });
    let pictures: Vec<_> = [first].into_iter().chain(many).collect();
    let path = format!("/api/v1/listing/{listing}");
    data(200, &world.calry().named(&tenant).patch(&path, &json!({ "pictures": pictures })));
    let shown = browser.open(&page);
    for text in [
        "<a href=\"https://images.example.com/door.jpg\">The door &amp; the bell</a>",
        "<a href=\"https://images.example.com/0.jpg\">https://images.example.com/0.jpg</a>",
        "These are the first 20 of 22.",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(!shown.contains("<a href=\"https://images.example.com/19.jpg\">"), "{shown}");
}
