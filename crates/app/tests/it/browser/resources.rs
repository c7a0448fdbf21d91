//! The things that a tenant has: each is made, edited and deleted.

use serde_json::json;

use super::driver::Browser;
use super::scene::Scene;
use crate::support::data;

/// Begins with a tenant that has a user with a key, and deletes it in the end.
pub(super) fn all_are_made_edited_and_deleted(scene: &Scene, browser: &Browser) {
    let id = scene.world.tenant_id("Seaside Homes");
    let key = json!({ "name": "Till", "user_id": scene.world.user_in(&id, "venue"), "permission": "READ" });
    data(201, &scene.world.calry().named(&id).post("/api/v1/api-keys", &key));
    let tenant = format!("/console/t/{id}/");
    scene.sign_in(browser);
    let go = |section: &str| {
        browser.goto(&tenant);
        browser.follow(section);
    };
    go("Locations");
    a_location(browser);
    go("Keys");
    press_twice(browser, "Revoke", "The key is revoked.");
    go("Users");
    a_user(browser);
    go("Webhooks");
    a_webhook(browser);
    go("Accounts");
    an_account(browser);
    let account = browser.path();
    go("Listings");
    a_listing(browser);
    let listing = browser.path();
    go("Promotions");
    a_promotion(browser, listing.split(['/', '?']).nth(5).expect("its id"));
    for thing in [&listing, &account] {
        browser.goto(thing);
        delete(browser);
    }
    the_workspace(browser);
    browser.goto(&tenant);
    delete(browser);
}

fn press_twice(browser: &Browser, label: &str, said: &str) {
    browser.press(&format!("{label}…"));
    browser.press(label);
    browser.sees(said);
}

fn delete(browser: &Browser) {
    press_twice(browser, "Delete", "It was deleted.");
}

fn create(browser: &Browser, button: &str, fields: &[(&str, &str)]) {
    browser.press(button);
    for (label, value) in fields {
        browser.fill(label, value);
    }
    browser.press("Create");
    browser.sees("It was created.");
}

/// Changes a field on the page to edit the thing that is shown.
fn edit(browser: &Browser, label: &str, value: &str) {
    browser.press("Edit");
    browser.fill(label, value);
    save(browser);
    browser.sees(value);
}

fn save(browser: &Browser) {
    browser.press("Save");
    browser.sees("Your changes are saved.");
}

fn a_location(browser: &Browser) {
    create(browser, "New location", &[("Name *", "Harbour")]);
    edit(browser, "City", "Bergen");
    delete(browser);
}

fn a_user(browser: &Browser) {
    browser.follow("Grace Hopper");
    press_twice(browser, "Ban", "Your changes are saved.");
    edit(browser, "Name *", "Grace Murray");
    delete(browser);
}

fn a_webhook(browser: &Browser) {
    browser.press("New webhook");
    browser.fill("Receiver *", "http://127.0.0.1:9/");
    browser.press("Create");
    browser.follow("The webhook");
    edit(browser, "Description", "Our own");
    browser.press("Disable");
    browser.sees("The webhook is disabled.");
    browser.press("Enable where it stopped");
    browser.sees("The webhook is enabled.");
    press_twice(browser, "Rotate the secret", "Copy it now");
    browser.follow("The webhook");
    delete(browser);
}

fn an_account(browser: &Browser) {
    let fields = [("Name *", "Seaside"), ("Identifier of the host at the provider *", "seaside@example.com")];
    create(browser, "New account", &fields);
    edit(browser, "Name *", "Seaside Homes");
    browser.press("Who may import");
    save(browser);
    browser.follow("Fees and taxes");
    browser.fill("Name *", "Linen");
    browser.fill("Amount", "12.50");
    browser.press("Add");
    browser.sees("Linen");
    edit(browser, "Amount", "13.75");
    browser.press("Remove");
    browser.sees("There are none.");
    browser.follow("The account");
}

fn a_listing(browser: &Browser) {
    let fields = [
        ("Name *", "Lighthouse"),
        ("Id at the provider *", "1"),
        ("Latitude *", "50.8"),
        ("Longitude *", "-0.1"),
        ("Guests, at most *", "2"),
        ("Price of a night *", "90"),
    ];
    create(browser, "New listing", &fields);
    edit(browser, "City", "Brighton");
    browser.press("Reject…");
    browser.fill("Reason, for the owner *", "It has no stairs.");
    browser.press("Reject");
    browser.sees("The listing is rejected.");
    browser.press("Approve");
    browser.sees("The listing is approved.");
}

fn a_promotion(browser: &Browser, listing: &str) {
    let fields = [
        ("Name *", "Winter"),
        ("Discount in percent *", "10"),
        ("First night *", "2030-01-01"),
        ("Last night *", "2030-01-31"),
    ];
    create(browser, "New promotion", &fields);
    edit(browser, "Description", "Of the dark months");
    for (label, button, said) in [
        ("Listings to add", "Assign to these listings", "The listings are assigned."),
        ("Listings to take away", "Unassign from these listings", "The listings are unassigned."),
    ] {
        browser.fill(label, listing);
        browser.press(button);
        browser.sees(said);
    }
    delete(browser);
}

fn the_workspace(browser: &Browser) {
    browser.goto("/console/");
    edit(browser, "Name *", "Stays by the sea");
}
