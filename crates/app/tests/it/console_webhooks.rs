//! The console: webhooks.

use crate::on_both_engines;
use crate::support::{Browser, Engine, Page, Receiver, Server, World, until};

on_both_engines! {
    a_webhook_is_made_with_a_secret_that_is_shown_once
    a_webhook_is_tested_and_its_events_are_delivered_again
}

fn channel(world: &World) -> (Browser, String, String) {
    let tenant = world.tenant_id("Channel A");
    let list = format!("/console/t/{tenant}/webhooks");
    (world.browser(), tenant, list)
}

/// Returns the secret that a page shows.
fn secret(page: &str) -> &str {
    let (_, rest) = page.split_once("<code id=\"secret\">").expect("a secret");
    rest.split('<').next().unwrap_or_default()
}

/// Returns the address of the only webhook.
fn only(browser: &Browser, list: &str) -> String {
    let page = browser.open(list);
    let (_, rest) = page.split_once(&format!("href=\"{list}/0")).expect("a webhook");
    format!("{list}/0{}", rest.split('"').next().unwrap_or_default())
}

fn a_webhook_is_made_with_a_secret_that_is_shown_once(world: &World) {
    let (browser, _, list) = channel(world);
    let new = format!("{list}/new");
    let refused = browser.press(&new, &new, &[("url", "ftp://x"), ("types", "user.*\r\nuser.vanished")]);
    assert_eq!(refused.status, 422);
    for text in ["value=\"ftp://x\"", "is not a type of events", "user.*\nuser.vanished"] {
        assert!(refused.text.replace('\r', "").contains(text), "{text}: {}", refused.text);
    }
    let once = browser.hidden(&new, "_once");
    let fields = [("url", "http://127.0.0.1:9/in"), ("types", "user.*\r\n\r\nlisting.created"), ("_once", &once)];
    let made = browser.press(&new, &new, &fields);
    assert_eq!((made.status, made.header("cache-control")), (200, Some("no-store")), "{}", made.text);
    let first = secret(&made.text);
    assert!(first.starts_with("whsec_"), "{first}");
    assert_eq!(browser.press(&new, &new, &fields).status, 409);
    let page = only(&browser, &list);
    let shown = browser.open(&page);
    assert!(shown.contains("user.*, listing.created") && !shown.contains("whsec_"), "{shown}");

    let (edit, rotate) = (format!("{page}/edit"), format!("{page}/rotate-secret"));
    let seen = browser.hidden(&page, "_seen");
    let fields = [("url", "http://127.0.0.1:9/in"), ("description", "Ours"), ("types", "")];
    assert_eq!(browser.press(&edit, &edit, &fields).leads_to(), page);
    assert!(browser.open(&page).contains(">all</dd>"));
    assert_eq!(browser.press(&page, &rotate, &[("_seen", &seen)]).status, 412);
    let rotated = browser.press(&page, &rotate, &[]);
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    assert!(secret(&rotated.text).starts_with("whsec_") && secret(&rotated.text) != first);
    for (action, word) in [("disable", "DISABLED"), ("enable", "ENABLED")] {
        assert_eq!(browser.press(&page, &format!("{page}/{action}"), &[]).leads_to(), page);
        assert!(browser.open(&page).contains(&format!("data-status=\"{word}\"")));
    }
    let elsewhere = browser.press(&page, &format!("{page}/enable"), &[("position", "999999")]);
    assert_eq!(elsewhere.status, 422, "{}", elsewhere.text);
    assert_eq!(browser.get(&format!("{list}.csv")).text.lines().count(), 2);
    assert_eq!(browser.press(&page, &format!("{page}/delete"), &[]).leads_to(), list);
    assert_eq!(browser.get(&page).status, 404);
}

fn a_webhook_is_tested_and_its_events_are_delivered_again(world: &World) {
    let (browser, tenant, list) = channel(world);
    let (receiver, new) = (Receiver::start(), format!("{list}/new"));
    let made = browser.press(&new, &new, &[("url", &receiver.url), ("types", "location.created")]);
    assert_eq!(made.status, 200, "{}", made.text);
    let page = only(&browser, &list);
    assert_eq!(browser.press(&page, &format!("{page}/test"), &[]).leads_to(), page);
    assert_eq!(receiver.next().event["type"], "webhook.test");
    let shown = browser.open(&format!("{page}?done=tested"));
    assert!(shown.contains("The test was sent.") && shown.contains(">204<"), "{shown}");

    world.location_id(&tenant, "Harbour");
    let first = receiver.next();
    let enable = format!("{page}/enable");
    let position = first.event["position"].as_u64().expect("a position");
    let again = format!("name=\"position\" value=\"{}\"", position - 1);
    until(|| Some(browser.open(&page)).filter(|page| page.contains(&again)).ok_or("the attempt is stored"));
    let replay = browser.press(&page, &enable, &[("position", &(position - 1).to_string())]);
    assert_eq!(replay.leads_to(), page);
    assert_eq!(receiver.next().event, first.event);
    let file = browser.get(&format!("{page}/attempts.csv"));
    assert!(file.text.starts_with("\"When\",\"Event\"") && !file.text.contains("Replay"), "{}", file.text);
    assert!(file.text.contains("\"webhook.test\"") && file.text.contains("\"204\""), "{}", file.text);
}

#[test]
fn a_server_without_a_key_for_secrets_says_so() {
    let world = World::of(Server::start_without_key(Engine::postgres()));
    let browser = world.browser();
    let tenant = world.tenant_id("Channel A");
    let refused = browser.get(&format!("/console/t/{tenant}/webhooks"));
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.text.contains("webhooks_not_configured"), "{}", refused.text);
}
