//! What people do in the console, by the keyboard alone.

use super::driver::Browser;
use super::scene::Scene;
use crate::support::{data, id_of};

pub(super) fn all(scene: &Scene, browser: &Browser) {
    a_wrong_key_signs_nobody_in(browser);
    scene.sign_in(browser);
    let tenant = a_tenant_is_created_and_edited(browser);
    a_tenant_is_found_among_others(browser);
    a_tenant_is_deactivated_and_activated(scene, browser, &tenant);
    a_month_is_edited(scene, browser);
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
