//! The console: promotions.

use crate::on_both_engines;
use crate::support::{Page, World};

on_both_engines! {
    a_promotion_is_made_assigned_edited_and_deleted
}

fn a_promotion_is_made_assigned_edited_and_deleted(world: &World) {
    let tenant = world.tenant_id("Channel A");
    let account = world.account(&tenant);
    let listing = world.listing(&tenant, &account);
    let browser = world.browser();
    let list = format!("/console/t/{tenant}/promotions");
    let new = format!("{list}/new");
    let fields = |last: &'static str| {
        [
            ("integrationAccountID", account.clone()),
            ("name", "Winter".to_owned()),
            ("discountPercentage", "12.5".to_owned()),
            ("couponCode", "SNOW".to_owned()),
            ("startDate", "2030-01-01".to_owned()),
            ("endDate", last.to_owned()),
            ("status", "ACTIVE".to_owned()),
        ]
    };
    let press = |page: &str, fields: &[(&'static str, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.press(page, page, &fields)
    };
    let refused = press(&new, &fields("2029-12-31"));
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("value=\"12.5\"") && refused.text.contains("em class=\"error\""), "{}", refused.text);
    let made = press(&new, &fields("2030-01-31"));
    let page = made.leads_to();
    let shown = browser.open(page);
    assert!(shown.contains("12.5 %") && shown.contains("SNOW") && shown.contains("promotion.create"), "{shown}");
    let taken = press(&new, &fields("2030-01-31"));
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("value=\"SNOW\""), "{}", taken.text);

    let assign = format!("{page}/assign");
    let refused = browser.press(page, &assign, &[("listingIDs", "none")]);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("em class=\"error\""), "{}", refused.text);
    let guessed = "0192f0c1-7b1e-7000-8000-00000000000a";
    assert!(browser.press(page, &assign, &[("listingIDs", guessed)]).status >= 404);
    assert_eq!(browser.press(page, &assign, &[("listingIDs", &listing)]).leads_to(), page);
    assert!(browser.open(page).contains("promotion.assign_listings"));
    let unassign = format!("{page}/unassign");
    assert_eq!(browser.press(page, &unassign, &[("listingIDs", &listing)]).leads_to(), page);
    assert!(browser.open(page).contains("promotion.unassign_listings"));

    let edit = format!("{page}/edit");
    let seen = browser.hidden(&edit, "_seen");
    let mut changed = fields("2030-02-28")[1..].to_vec();
    changed[2].1 = String::new();
    "INACTIVE".clone_into(&mut changed[5].1);
    assert_eq!(press(&edit, &changed).leads_to(), page);
    assert_eq!(press(&edit, &[&changed[..], &[("_seen", seen)]].concat()).status, 412);
    assert!(!browser.open(page).contains("Coupon code"));
    assert!(!browser.open(&list).contains(page), "inactive ones are left out");
    assert!(browser.open(&format!("{list}?includeInactive=true&q=wint")).contains(page));
    assert_eq!(browser.get(&format!("{list}.csv?includeInactive=true")).text.lines().count(), 2);
    assert_eq!(browser.press(page, &format!("{page}/delete"), &[]).leads_to(), list);
    assert_eq!(browser.get(page).status, 404);
}
