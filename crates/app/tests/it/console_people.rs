//! The console: locations, users and keys.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use crate::on_both_engines;
use crate::support::{Browser, Page, World, id_of};

on_both_engines! {
    a_location_is_made_edited_and_deleted
    a_user_is_made_found_edited_banned_and_deleted
    a_key_is_shown_once_and_revoked
}

const MONTH: Duration = Duration::from_hours(30 * 24);

/// Returns a browser, the id of a tenant, and the address of its pages.
fn channel(world: &World) -> (Browser, String, String) {
    let id = world.tenant_id("Channel A");
    let base = format!("/console/t/{id}/");
    (world.browser(), id, base)
}

fn a_location_is_made_edited_and_deleted(world: &World) {
    let (browser, tenant, base) = channel(world);
    let (list, new) = (format!("{base}locations"), format!("{base}locations/new"));
    let refused = browser.press(&new, &new, &[("name", " "), ("lat", "95"), ("city", "Oslo")]);
    assert_eq!(refused.status, 422);
    for text in ["The name field", "aria-invalid=\"true\"", "value=\"Oslo\"", "value=\"95\""] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let once = browser.hidden(&new, "_once");
    let fields = [("name", "Harbour"), ("lat", "59.9"), ("lng", "10.7"), ("country_code", "NO"), ("_once", &once)];
    let [made, again] = [0, 1].map(|_| browser.press(&new, &new, &fields));
    let page = made.leads_to();
    assert_eq!(page, again.leads_to(), "a form that is sent twice creates once");
    let shown = browser.open(page);
    assert!(shown.contains("Norway") && shown.contains("59.9") && shown.contains("location.create"), "{shown}");
    assert!(browser.open(&list).contains(page));
    assert_eq!(browser.get(&format!("{list}.csv")).text.lines().count(), 3);

    let edit = format!("{page}/edit");
    let seen = browser.hidden(&edit, "_seen");
    assert_eq!(browser.press(&edit, &edit, &[("name", "Harbour"), ("city", "Bergen"), ("lat", "")]).leads_to(), page);
    let late = browser.press(&edit, &edit, &[("name", "Late"), ("_seen", &seen)]);
    assert_eq!(late.status, 412, "{}", late.text);
    let shown = browser.open(page);
    assert!(shown.contains("Bergen") && !shown.contains("<dt>Latitude</dt>"), "{shown}");

    let default = world.calry().named(&tenant).get("/api/v1/locations").json["data"][0].clone();
    assert_eq!(default["is_default"], true);
    let default = format!("{list}/{}", id_of(&default));
    assert!(!browser.open(&default).contains("/delete\""), "the default location stays");
    let refused = browser.post(&format!("{default}/delete"), &[]);
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(browser.press(page, &format!("{page}/delete"), &[]).leads_to(), list);
    assert_eq!(browser.get(page).status, 404);
}

fn a_user_is_made_found_edited_banned_and_deleted(world: &World) {
    let (browser, tenant, base) = channel(world);
    let (list, new) = (format!("{base}users"), format!("{base}users/new"));
    let place = world.location_id(&tenant, "Front desk");
    let refused = browser.press(&new, &new, &[("name", "Ada"), ("email", "ada"), ("role", "venue")]);
    assert_eq!(refused.status, 422);
    for text in ["The name must be at least 5 characters.", "email", "<option value=\"venue\" selected>"] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let fields =
        [("name", "Ada Lovelace"), ("email", "ada@example.com"), ("role", "venue"), ("location_id", place.as_str())];
    let made = browser.press(&new, &new, &fields);
    let page = made.leads_to();
    let shown = browser.open(page);
    assert!(shown.contains("Venue Admin") && shown.contains("Front desk") && shown.contains("ada@example.com"));
    let taken = browser.press(&new, &new, &[("name", "Another"), ("email", "ada@example.com"), ("role", "venue")]);
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("value=\"Another\""), "{}", taken.text);
    assert!(browser.open(&format!("{list}?q=LOVE")).contains(page));
    assert!(!browser.open(&format!("{list}?q=nobody")).contains(page));
    assert_eq!(browser.get(&format!("{list}.csv?q=love")).text.lines().count(), 2);

    let edit = format!("{page}/edit");
    let fields = [("name", "Ada King"), ("email", "ada@example.com"), ("role", "tenant"), ("location_id", "")];
    assert_eq!(browser.press(&edit, &edit, &fields).leads_to(), page);
    let shown = browser.open(page);
    assert!(shown.contains("Ada King") && shown.contains("Tenant Admin") && !shown.contains("Front desk"), "{shown}");
    for (number, word) in [("2", "BANNED"), ("0", "PASSIVE"), ("1", "ACTIVE")] {
        assert_eq!(browser.press(page, &format!("{page}/status"), &[("status", number)]).leads_to(), page);
        assert!(browser.open(page).contains(&format!("data-status=\"{word}\"")), "{word}");
    }
    assert!(browser.open(page).contains("user.update"), "the history stands beside it");
    assert_eq!(browser.press(page, &format!("{page}/delete"), &[]).leads_to(), list);
    assert_eq!(browser.get(page).status, 404);
}

fn a_key_is_shown_once_and_revoked(world: &World) {
    let (browser, tenant, base) = channel(world);
    let user = world.user_in(&tenant, "tenant");
    let (list, new) = (format!("{base}keys"), format!("{base}keys/new"));
    let asked = format!("{new}?user_id={user}");
    assert!(browser.open(&asked).contains(&format!("<option value=\"{user}\" selected>")));
    let until = DateTime::<Utc>::from(SystemTime::now() + MONTH).format("%Y-%m-%d").to_string();
    let once = browser.hidden(&asked, "_once");
    let key = [("name", "Till"), ("user_id", user.as_str()), ("permission", "READ"), ("_once", once.as_str())];
    let late = browser.press(&asked, &new, &[&key[..3], &[("expiresAt", "2999-01-01")]].concat());
    assert_eq!(late.status, 422);
    assert!(late.text.contains("value=\"2999-01-01\"") && late.text.contains("em class=\"error\""), "{}", late.text);

    let fields = [&key[..], &[("expiresAt", until.as_str())]].concat();
    let made = browser.press(&asked, &new, &fields);
    assert_eq!((made.status, made.header("cache-control")), (200, Some("no-store")));
    let text = made.text.split_once("<code id=\"secret\">").expect("a key").1.split('<').next().expect("a text");
    let me = world.client().bearer(text).get("/api/v1/users/me");
    assert_eq!((me.status, &me.json["data"]["permission"]), (200, &"READ".into()), "{}", me.text);
    assert!(me.text.contains(&until), "{}", me.text);
    let again = browser.press(&asked, &new, &fields);
    assert_eq!(again.status, 409, "{}", again.text);
    let file = browser.get(&format!("{list}.csv"));
    for page in [&browser.open(&list), &again.text, &file.text] {
        assert!(page.contains("Till") && !page.contains(text), "{page}");
    }

    let keys = world.calry().named(&tenant).get("/api/v1/api-keys").json["data"].clone();
    let revoke = format!("{list}/{}/revoke", id_of(&keys[0]));
    assert_eq!(browser.press(&list, &revoke, &[]).leads_to(), list);
    assert_eq!(world.client().bearer(text).get("/api/v1/users/me").status, 401);
    let shown = browser.open(&list);
    assert!(shown.contains("data-status=\"REVOKED\"") && !shown.contains(&revoke), "{shown}");
}
