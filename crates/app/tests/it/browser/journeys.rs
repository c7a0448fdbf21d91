//! Journeys through the console, from the first page to the last: by mouse, by keyboard alone, and without scripts.

use serde_json::Value;

use super::driver::Browser;
use super::scene::Scene;
use crate::support::{Receiver, data, id_of, until_so};

pub(super) fn all(scene: &Scene, browser: &Browser) {
    a_wrong_key_signs_nobody_in(browser);
    scene.sign_in(browser);
    let tenant = a_tenant_is_created_and_edited(browser);
    a_tenant_is_found_among_others(browser);
    a_user_gets_a_key(scene, browser, &tenant);
    a_tenant_is_deactivated_and_activated(scene, browser, &tenant);
    a_webhook_is_tested_and_replayed(scene, browser);
    a_month_is_edited(scene, browser);
    let listing = a_listing_is_found_and_imported(scene, browser);
    a_stay_is_booked_amended_seen_and_cancelled(scene, browser, &listing);
    an_import_is_removed(scene, browser);
    an_account_is_moved(scene, browser);
    a_session_that_is_revoked_elsewhere_ends_at_once(scene, browser);
    signing_out_ends_the_session(scene, browser);
}

fn a_wrong_key_signs_nobody_in(browser: &Browser) {
    browser.goto("/console/tenants");
    browser.fill("API key", "tny_wrong");
    browser.press("Sign in");
    browser.sees("Authentication failed");
}

/// Returns the path of the new tenant.
fn a_tenant_is_created_and_edited(browser: &Browser) -> String {
    browser.follow("Tenants");
    browser.press("New tenant");
    browser.fill("Name *", "Sea");
    browser.press("Create");
    browser.sees("The name must be at least 5 characters.");
    browser.fill("Name *", "Seaside Channel");
    browser.fill("City", "Brighton");
    browser.press("Create");
    browser.sees("It was created.");
    browser.sees("Brighton");
    browser.press("Edit");
    browser.fill("City", "Hove");
    browser.press("Save");
    browser.sees("Your changes are saved.");
    browser.sees("Hove");
    browser.path().split('?').next().expect("a path").to_owned()
}

fn a_tenant_is_found_among_others(browser: &Browser) {
    browser.follow("Tenants");
    browser.sees("Manhattan Homes");
    browser.fill("Search", "hove");
    if browser.runs_scripts() {
        browser.sees_no_longer("Manhattan Homes");
    } else {
        browser.press("Filter");
    }
    browser.follow("Seaside Channel");
    browser.sees("Hove");
}

/// The key that is shown once works at once, and is not shown again.
fn a_user_gets_a_key(scene: &Scene, browser: &Browser, tenant: &str) {
    browser.goto(tenant);
    browser.follow("Users");
    browser.press("New user");
    browser.fill("Name *", "Ada Lovelace");
    browser.fill("Email address *", "ada@example.com");
    browser.choose("Role *", "Tenant Admin");
    browser.press("Create");
    browser.sees("It was created.");
    browser.press("New key");
    browser.fill("Name *", "The channel's program");
    browser.choose("Permission *", "write");
    browser.press("Create");
    browser.sees("Copy it now");
    let key = browser.run("return document.querySelector('#secret').textContent", Vec::new());
    let key = key.as_str().expect("a text").trim();
    let me = data(200, &scene.world.client().bearer(key).get("/api/v1/users/me"));
    assert_eq!((&me["user"]["email"], &me["permission"]), (&"ada@example.com".into(), &"WRITE".into()));
    browser.follow("Keys");
    browser.sees("The channel's program");
    assert!(!browser.text().contains(key), "the key is shown once");
}

fn a_tenant_is_deactivated_and_activated(scene: &Scene, browser: &Browser, tenant: &str) {
    let id = tenant.split('/').nth(3).expect("the tenant's id");
    let user = scene.world.user_in(id, "tenant");
    let status = || {
        let user = scene.world.calry().named(id).get(&format!("/api/v1/users/{user}"));
        user.json["data"]["status"].clone()
    };
    for (word, number) in [("passive", 0), ("active", 1), ("banned", 2)] {
        for (label, said) in [("Deactivate", "It is inactive."), ("Activate", "It is active.")] {
            browser.goto(tenant);
            browser.press(&format!("{label}…"));
            browser.choose("Its users become", word);
            browser.press(label);
            browser.sees(said);
        }
        assert_eq!(status(), number, "all users are {word}");
    }
}

/// Sends a test, and then again what was delivered before.
fn a_webhook_is_tested_and_replayed(scene: &Scene, browser: &Browser) {
    let receiver = Receiver::start();
    browser.goto(&format!("/console/t/{}/", scene.channel));
    browser.follow("Webhooks");
    browser.press("New webhook");
    browser.fill("Receiver *", &receiver.url);
    browser.fill("Types of events", "location.created");
    browser.press("Create");
    browser.sees("Copy it now");
    browser.follow("The webhook");
    browser.press("Send a test");
    browser.sees("The test was sent.");
    browser.sees("webhook.test");
    assert_eq!(receiver.next().event["type"], "webhook.test");
    scene.world.location_id(&scene.channel, "Delivered twice");
    let first = receiver.next().event;
    browser.press("Deliver from elsewhere…");
    let before = first["position"].as_i64().expect("a position") - 1;
    browser.fill("After position *", &before.to_string());
    browser.press("Deliver from elsewhere");
    browser.sees("The webhook is enabled.");
    assert_eq!(receiver.next().event["id"], first["id"]);
}

fn a_month_is_edited(scene: &Scene, browser: &Browser) {
    let listings = scene.as_owner().get("/api/v1/listing?per_page=1").json;
    let listing = id_of(&listings["data"][0]);
    browser.goto(&format!("/console/t/{}/listings/{listing}?month=2030-06", scene.owner));
    for night in ["2030-06-10", "2030-06-11"] {
        browser.check(night);
    }
    if browser.runs_scripts() {
        browser.sees("2 nights selected");
    }
    browser.fill("Price", "321");
    browser.press("Save the nights");
    browser.sees("Your changes are saved.");
    let nights = format!("/api/v1/availability/{listing}?startDate=2030-06-09&endDate=2030-06-13");
    let nights = data(200, &scene.as_owner().get(&nights));
    let changed = nights.as_array().expect("nights").iter().filter(|night| night["price"] == 321.0);
    let changed: Vec<_> = changed.map(|night| night["date"].clone()).collect();
    assert_eq!(changed, ["2030-06-10", "2030-06-11"]);
}

/// Imports a listing that was chosen on the map, or without scripts in the list. Returns it.
fn a_listing_is_found_and_imported(scene: &Scene, browser: &Browser) -> Value {
    let before = imports(scene);
    browser.goto(&format!("/console/t/{}/", scene.channel));
    browser.follow("Find");
    browser.fill("Radius, km *", "3");
    if browser.runs_scripts() {
        until_so(|| browser.path().contains("radius=3"));
        browser.choose_on_map();
        browser.press("Import 1");
    } else {
        browser.press("Filter");
        browser.tick("listingIDs");
        browser.press("Import the ticked listings");
    }
    browser.sees("The listings are imported.");
    let is_new = |listing: &Value| before.iter().all(|old| old["id"] != listing["id"]);
    let new: Vec<_> = imports(scene).into_iter().filter(is_new).collect();
    let [listing] = new.try_into().expect("one new import");
    listing
}

fn imports(scene: &Scene) -> Vec<Value> {
    let imports = data(200, &scene.as_channel().get("/api/v1/tenants/imported-listings?per_page=100"));
    imports.as_array().expect("imports").clone()
}

/// The importer books and amends; the owner sees it, confirms and cancels.
fn a_stay_is_booked_amended_seen_and_cancelled(scene: &Scene, browser: &Browser, listing: &Value) {
    browser.goto(&format!("/console/t/{}/listings/{}", scene.channel, id_of(listing)));
    browser.press("Quote a stay");
    // The longest of the shortest stays in the sample data.
    browser.fill("Check-in *", "2030-05-01");
    browser.fill("Check-out *", "2030-05-31");
    browser.press("Quote");
    browser.sees("The price holds until");
    browser.fill("First name of the guest *", "Grace");
    browser.fill("Last name of the guest *", "Hopper");
    browser.choose("Booking *", "held until it is confirmed");
    browser.press("Book");
    browser.sees("The stay is booked.");
    let as_importer = browser.path().split('?').next().expect("a path").to_owned();
    let as_owner = as_importer.replace(&scene.channel, listing["sourceTenantID"].as_str().expect("the owner"));
    browser.goto(&as_owner);
    browser.sees("Grace Hopper");
    browser.press("Confirm");
    browser.sees("The reservation is confirmed.");
    browser.goto(&as_importer);
    browser.press("Amend");
    browser.fill("Last name of the guest *", "Murray");
    browser.press("See what it costs");
    browser.sees("Nothing is changed yet.");
    browser.press("Amend the reservation");
    browser.sees("Your changes are saved.");
    browser.goto(&as_owner);
    browser.sees("Grace Murray");
    browser.press("Cancel…");
    browser.press("Cancel");
    browser.sees("The reservation is cancelled.");
}

fn an_import_is_removed(scene: &Scene, browser: &Browser) {
    let before = imports(scene).len();
    browser.goto(&format!("/console/t/{}/imports", scene.channel));
    browser.tick("listingIDs");
    browser.press("Remove the ticked imports");
    browser.sees("The imports are removed.");
    assert_eq!(imports(scene).len(), before - 1);
}

/// Sees what the move does, is refused with another name, and moves the account.
fn an_account_is_moved(scene: &Scene, browser: &Browser) {
    browser.goto(&format!("/console/t/{}/", scene.owner));
    browser.follow("Accounts");
    browser.follow("Manhattan Homes");
    browser.press("Move to another tenant");
    browser.follow("Brooklyn Rooms");
    browser.sees("Listings that move with it");
    browser.fill("The account's name *", "Brooklyn Rooms");
    browser.press("Move the account");
    browser.sees("This is not the name of the account.");
    let accounts = || data(200, &scene.as_owner().get("/api/v1/integration-account"));
    assert_eq!(accounts().as_array().map(Vec::len), Some(1), "nothing is moved yet");
    browser.fill("The account's name *", "Manhattan Homes");
    browser.press("Move the account");
    browser.sees("The account was moved.");
    assert_eq!(accounts().as_array().map(Vec::len), Some(0));
}

/// The session is revoked by the API.
fn a_session_that_is_revoked_elsewhere_ends_at_once(scene: &Scene, browser: &Browser) {
    browser.goto("/console/");
    browser.sees("Sign out");
    for session in sessions(scene) {
        let path = format!("/api/v1/api-keys/{}", id_of(&session));
        assert_eq!(scene.world.calry().delete(&path).status, 204);
    }
    browser.follow("Tenants");
    browser.sees("API key");
    assert!(browser.path().starts_with("/console/sign-in"), "{}", browser.path());
}

fn signing_out_ends_the_session(scene: &Scene, browser: &Browser) {
    scene.sign_in(browser);
    browser.press("Sign out");
    browser.sees("API key");
    browser.goto("/console/tenants");
    browser.sees("API key");
    assert_eq!(sessions(scene), Vec::<Value>::new(), "the key of the session is revoked");
}

/// Returns the keys of sessions that are not revoked.
fn sessions(scene: &Scene) -> Vec<Value> {
    let keys = data(200, &scene.world.calry().get("/api/v1/api-keys?per_page=100"));
    let is_session = |key: &&Value| key["name"] == "console" && key["revokedAt"].is_null();
    keys.as_array().expect("keys").iter().filter(is_session).cloned().collect()
}
