//! The pages of the console: each is opened, named by an operation of the API, and attacked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Browser, Market, World, booking, data, id_of};

on_both_engines! {
    every_page_opens_shows_texts_as_texts_and_names_operations_of_the_api
    no_button_works_for_a_key_that_only_reads
    no_button_works_without_the_token_or_in_another_tenant
    an_account_is_moved_in_three_steps
    listings_are_found_imported_booked_seen_amended_and_cancelled
    a_month_of_a_calendar_is_edited
    the_workspace_says_what_needs_attention
}

const SCRIPT: &str = "\"'><script>alert(1)</script><img src=x>";

/// An id that nothing has.
const GUESSED: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

/// A workspace with one of each resource, whose texts are scripts.
struct Scene<'a> {
    market: Market<'a>,
    listing: String,
    offered: String,
    reservation: String,
}

impl<'a> Scene<'a> {
    fn set(world: &'a World) -> Self {
        let market = Market::open(world);
        let owner = market.as_owner();
        let rename = json!({ "name": SCRIPT, "description": SCRIPT, "address": SCRIPT, "city": SCRIPT });
        data(200, &world.calry().patch(&format!("/api/v1/tenants/{}", market.owner), &rename));
        market.set_account(&json!({ "name": SCRIPT, "providerAccountID": SCRIPT }));
        let (listing, offered) = (market.shared(), market.listing());
        let texts = json!({
            "name": SCRIPT, "internalName": SCRIPT, "description": SCRIPT, "type": SCRIPT, "amenities": [SCRIPT],
            "address": { "line1": SCRIPT, "line2": SCRIPT, "city": SCRIPT, "state": SCRIPT, "postal_code": "\"'><b>" }
        });
        for id in [&listing, &offered] {
            data(200, &owner.patch(&format!("/api/v1/listing/{id}"), &texts));
        }
        let fee = json!({ "charges": [{ "name": SCRIPT, "kind": "FEE", "basis": "PER_STAY", "amount": 12.5 }] });
        data(200, &owner.put(&format!("/api/v1/integration-account/{}/charges", market.account), &fee));
        let promotion = world.promotion(&market.owner, &market.account);
        let texts = json!({ "name": SCRIPT, "description": SCRIPT, "couponCode": "\"'><b>" });
        data(200, &owner.patch(&format!("/api/v1/promotions/{promotion}"), &texts));
        world.location_id(&market.owner, "Lobby \"'><script>alert(1)</script>");
        let user = json!({ "name": SCRIPT, "email": "grace@example.com", "role": "venue" });
        let user = id_of(&data(201, &owner.post("/api/v1/users", &user)));
        let key = json!({ "name": SCRIPT, "user_id": user, "permission": "READ" });
        data(201, &owner.post("/api/v1/api-keys", &key));
        let hook = json!({ "url": "http://127.0.0.1:9/", "description": SCRIPT, "types": ["promotion.*"] });
        data(201, &owner.post("/api/v1/webhooks", &hook));
        let mut held = booking(&listing, "2060-01-10", "2060-01-13");
        held["guest"] = json!({ "firstName": SCRIPT, "lastName": SCRIPT });
        held["notes"] = SCRIPT.into();
        held["source"] = SCRIPT.into();
        held["externalID"] = SCRIPT.into();
        held["reservationType"] = "PENDING_CONFIRMATION".into();
        let reservation = id_of(&data(201, &market.as_importer().post("/api/v1/reservation", &held)));
        Self { market, listing, offered, reservation }
    }

    fn world(&self) -> &'a World {
        self.market.world
    }

    /// Returns everything that a button could change.
    fn state(&self) -> Vec<Value> {
        let owner = self.market.as_owner();
        let lists = [
            "integration-account",
            "listing",
            "promotions?includeInactive=true",
            "locations",
            "users",
            "api-keys",
            "reservation",
            "webhooks",
        ];
        let lists = lists.map(|list| owner.get(&format!("/api/v1/{list}")).json["data"].clone());
        let imports = self.market.as_importer().get("/api/v1/tenants/imported-listings").json["data"].clone();
        let tenants = self.world().calry().get("/api/v1/tenants").json["data"].clone();
        let workspace = self.world().calry().get("/api/v1/workspace").json["data"].clone();
        let mut state: Vec<_> = lists.into_iter().chain([imports, tenants, workspace]).collect();
        // Sessions are keys too, and events move on.
        if let Some(keys) = state[5].as_array_mut() {
            keys.retain(|key| key["name"] != "console");
        }
        if let Some(hooks) = state[7].as_array_mut() {
            hooks.iter_mut().filter_map(Value::as_object_mut).for_each(|hook| {
                hook.retain(|name, _| !["position", "lag"].contains(&name.as_str()));
            });
        }
        state
    }
}

/// The pages that links lead to, with their HTML.
fn pages(browser: &Browser, first: &[String]) -> BTreeMap<String, String> {
    let (mut open, mut found) = (first.to_vec(), BTreeMap::new());
    while let Some(path) = open.pop() {
        if found.contains_key(&path) || found.len() > 400 {
            continue;
        }
        let answer = browser.get(&path);
        if let Some(elsewhere) = answer.header("location") {
            open.push(elsewhere.to_owned());
            continue;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let links = attributes(&answer.text, "href=\"").filter(|link| link.starts_with("/console/"));
        // Months have no end, and files are no pages.
        let links = links.filter(|link| !link.contains("month=") && !link.contains("/assets/"));
        open.extend(links.filter(|link| !found.contains_key(link)));
        found.insert(path, answer.text);
    }
    found
}

/// Returns the values of an attribute.
fn attributes<'a>(html: &'a str, start: &'a str) -> impl Iterator<Item = String> + 'a {
    html.split(start).skip(1).filter_map(|rest| Some(rest.split('"').next()?.replace("&amp;", "&")))
}

/// Returns the forms of pages that change something: each action with its hidden fields, but the token.
fn forms(pages: &BTreeMap<String, String>) -> BTreeMap<String, Vec<(String, String)>> {
    let forms = pages.values().flat_map(|html| html.split("<form ").skip(1));
    let forms = forms.filter_map(|form| form.split("</form>").next()).filter(|form| form.contains("method=\"post\""));
    let read = forms.filter_map(|form| {
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).filter_map(|input| {
            let (name, rest) = input.split_once("\" value=\"")?;
            Some((name.to_owned(), rest.split('"').next()?.to_owned()))
        });
        Some((attributes(form, "action=\"").next()?, hidden.filter(|(name, _)| name != "_token").collect()))
    });
    read.filter(|(action, _)| action != "/console/sign-out").collect()
}

fn roots(scene: &Scene) -> Vec<String> {
    let Market { owner, importer, .. } = &scene.market;
    vec!["/console/".to_owned(), format!("/console/t/{owner}/"), format!("/console/t/{importer}/")]
}

fn every_page_opens_shows_texts_as_texts_and_names_operations_of_the_api(world: &World) {
    let scene = Scene::set(world);
    let found = pages(&world.browser(), &roots(&scene));
    let (owner, listing) = (&scene.market.owner, &scene.listing);
    for path in [
        "find",
        "quotes",
        "imports",
        "reservations",
        "accounts",
        "accounts/new",
        "listings/new",
        "promotions",
        "promotions/new",
        "locations",
        "locations/new",
        "users",
        "users/new",
        "keys",
        "keys/new",
        "events",
        "webhooks",
        "webhooks/new",
        "audit",
        "events.csv",
        "audit.csv",
    ] {
        assert!(found.contains_key(&format!("/console/t/{owner}/{path}")), "{path}: {:?}", found.keys());
    }
    for path in [
        format!("listings/{listing}"),
        format!("listings/{listing}/edit"),
        format!("reservations/{}", scene.reservation),
    ] {
        assert!(found.contains_key(&format!("/console/t/{owner}/{path}")), "{path}: {:?}", found.keys());
    }
    let document = serde_json::to_value(adapters_http::document()).expect("JSON");
    for (path, html) in &found {
        assert!(html.len() < 60_000, "{path}: {} bytes", html.len());
        let is_file = path.split('?').next().is_some_and(|path| path.contains(".csv"));
        for markup in ["<script>", "<img", "<b>"] {
            assert!(is_file || !html.contains(markup), "{path}: {markup}");
        }
        let footer = html.split("<footer class=\"api\">").nth(1).unwrap_or_default();
        let named: Vec<_> = footer.split("<li><a href=\"/docs/#/").skip(1).collect();
        assert_eq!(named.is_empty(), is_file, "{path} names no operation");
        for name in named {
            let (place, rest) = name.split_once("\"><code>").expect("an operation");
            let (method, route) = rest.split("</code>").next().and_then(|text| text.split_once(' ')).expect("a route");
            let operation = &document["paths"][route][method.to_lowercase()];
            let expected = format!(
                "{}/{}",
                operation["tags"][0].as_str().unwrap_or_default(),
                operation["operationId"].as_str().unwrap_or_default()
            );
            assert_eq!(place, expected, "{path}: {method} {route}");
        }
    }
}

fn no_button_works_for_a_key_that_only_reads(world: &World) {
    let scene = Scene::set(world);
    let forms = forms(&pages(&world.browser(), &roots(&scene)));
    assert!(forms.len() > 45, "{:?}", forms.keys());
    let reader = Browser::signed_in(&world.server.base, &world.key_of(&world.user, "READ"));
    let before = scene.state();
    let token = reader.token();
    for (action, hidden) in &forms {
        let fields: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // Enough for every form to be read.
        let more = [("_token", token.as_str()), ("listingIDs", &scene.offered), ("night", "2060-02-01"), ("name", "x")];
        let refused = reader.post_from(&world.server.base, action, &[&fields[..], &more].concat());
        assert_eq!(refused.status, 403, "{action}: {}", refused.text);
        assert!(refused.text.contains("permission_denied"), "{action}: {}", refused.text);
    }
    assert_eq!(scene.state(), before);
}

fn no_button_works_without_the_token_or_in_another_tenant(world: &World) {
    let scene = Scene::set(world);
    let all = pages(&world.browser(), &roots(&scene));
    let forms = forms(&all);
    let administrator = world.browser();
    // A stranger that may administer its own tenant and nothing else.
    let own = world.tenant_id("Stranger");
    let stranger = Browser::signed_in(&world.server.base, &world.key_in(&own, "ADMIN"));
    let token = stranger.token();
    let before = scene.state();
    for (action, hidden) in &forms {
        let fields: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let forged = administrator.post_from(&world.server.base, action, &fields);
        assert_eq!(forged.status, 400, "{action}: {}", forged.text);
        let signed = [&fields[..], &[("_token", token.as_str())]].concat();
        let refused = stranger.post_from(&world.server.base, action, &signed);
        assert!([403, 404].contains(&refused.status), "{action}: {}", refused.text);
        // The ids of others in the addresses of one's own tenant.
        for tenant in [&scene.market.owner, &scene.market.importer] {
            let moved = action.replace(tenant.as_str(), &own);
            let names_an_id = moved.split('/').skip(4).any(|part| uuid::Uuid::parse_str(part).is_ok());
            if moved != *action && names_an_id {
                let refused = stranger.post_from(&world.server.base, &moved, &signed);
                assert!([403, 404, 422].contains(&refused.status), "{moved}: {} {}", refused.status, refused.text);
            }
        }
    }
    let mut shown = BTreeSet::new();
    for path in all.keys().filter(|path| path.starts_with("/console/t/")) {
        let foreign = stranger.get(path);
        assert_eq!(foreign.status, 404, "{path}");
        shown.insert(foreign.text.replace(&path.replace('&', "&amp;"), ""));
    }
    // The ids of others in the addresses of one's own tenant look like ids that nothing has.
    for path in all.keys().filter_map(|path| path.strip_prefix(&format!("/console/t/{}/", scene.market.owner))) {
        let path = path.split('?').next().unwrap_or_default();
        if let Some(id) = path.split('/').find(|part| uuid::Uuid::parse_str(part).is_ok()) {
            let [foreign, nothing] = [path.to_owned(), path.replace(id, GUESSED)]
                .map(|path| stranger.get(&format!("/console/t/{own}/{path}")));
            assert_eq!((foreign.status, nothing.status), (404, 404), "{path}: {}", foreign.text);
            assert_eq!(foreign.text.replace(id, GUESSED), nothing.text, "{path}");
        }
    }
    assert_eq!(shown.len(), 1, "not yours is the same as not there: {shown:?}");
    assert_eq!(scene.state(), before);
}

fn an_account_is_moved_in_three_steps(world: &World) {
    let scene = Scene::set(world);
    let browser = world.browser();
    let Market { owner, importer, account, .. } = &scene.market;
    scene.market.set_account(&json!({ "name": "Host & Co" }));
    let base = format!("/console/t/{owner}/accounts/{account}/move");
    let choice = browser.open(&format!("{base}?q=importer"));
    let target = format!("{base}/{importer}");
    assert!(choice.contains(&target) && !choice.contains(&format!("{base}/{owner}")), "{choice}");
    let effects = browser.open(&target);
    for fact in [
        "<dt>Listings that move with it</dt><dd>2</dd>",
        "<dt>Reservations that move with it</dt><dd>1</dd>",
        "<dt>Imports of the new owner that end</dt><dd>1</dd>",
    ] {
        assert!(effects.contains(fact), "{fact}: {effects}");
    }
    let unsure = browser.press(&target, &target, &[("name", "Host")]);
    assert_eq!(unsure.status, 422);
    assert!(unsure.text.contains("not the name of the account"));
    let moved = browser.press(&target, &target, &[("name", "Host & Co")]);
    assert_eq!(moved.status, 303, "{}", moved.text);
    let there = format!("/console/t/{importer}/accounts/{account}");
    assert_eq!(moved.header("location"), Some(&*format!("{there}?done=moved")));
    assert!(browser.open(&there).contains("Host &amp; Co"));
    assert_eq!(browser.get(&format!("/console/t/{owner}/accounts/{account}")).status, 404);
}

fn listings_are_found_imported_booked_seen_amended_and_cancelled(world: &World) {
    let scene = Scene::set(world);
    let browser = world.browser();
    let Market { owner, importer, .. } = &scene.market;
    let at = |tenant: &str, rest: &str| format!("/console/t/{tenant}/{rest}");
    let found = scene.market.as_owner().get(&format!("/api/v1/listing/{}", scene.offered)).json["data"].clone();
    let (lat, lng) = (found["latitude"].as_f64().expect("degrees"), found["longitude"].as_f64().expect("degrees"));

    let search = at(importer, &format!("find?location={lat},{lng}&radius=5"));
    let page = browser.open(&search);
    assert!(page.contains(&scene.offered) && page.contains("imported"), "{page}");
    let view = at(
        importer,
        &format!("find/markers?south={}&north={}&west={}&east={}", lat - 0.1, lat + 0.1, lng - 0.1, lng + 0.1),
    );
    let markers: Value = serde_json::from_str(&browser.open(&view)).expect("JSON");
    let ids: BTreeSet<_> =
        markers["markers"].as_array().expect("markers").iter().filter_map(|marker| marker["id"].as_str()).collect();
    assert_eq!((ids, &markers["more"]), ([scene.offered.as_str(), &scene.listing].into(), &json!(false)));
    let import = at(importer, "find/import");
    let again = browser.press(&search, &import, &[("listingIDs", &scene.offered), ("listingIDs", &scene.listing)]);
    assert_eq!(again.status, 409, "{}", again.text);
    assert!(again.text.contains(&format!("The listing {} has already been imported", scene.listing)), "{}", again.text);
    assert_eq!(browser.press(&search, &import, &[("listingIDs", &scene.offered)]).status, 303);

    let quotes = at(importer, "quotes");
    let stay = [
        ("listingID", scene.offered.as_str()),
        ("checkInDate", "2060-05-01"),
        ("checkOutDate", "2060-05-04"),
        ("guestCountInfo.adults", "2"),
    ];
    let priced = browser.press(&quotes, &quotes, &stay);
    assert_eq!(priced.status, 200, "{}", priced.text);
    assert!(priced.text.contains("12.50") && priced.text.contains("<dt>Nights</dt><dd>3</dd>"), "{}", priced.text);
    let quote =
        priced.text.split_once("name=\"quoteID\" value=\"").expect("a quote").1.split('"').next().expect("an id");
    let guest = [
        ("quoteID", quote),
        ("guest.firstName", "Grace"),
        ("guest.lastName", "Hopper"),
        ("reservationType", "PENDING_CONFIRMATION"),
        ("_once", "a"),
    ];
    let booked = browser.post(&at(importer, "quotes/book"), &guest);
    assert_eq!(booked.status, 303, "{}", booked.text);
    let reservation = booked.header("location").expect("a page").trim_end_matches("?done=booked").to_owned();
    assert_eq!(browser.post(&at(importer, "quotes/book"), &guest).header("location"), booked.header("location"));

    let as_owner = reservation.replace(importer.as_str(), owner);
    assert!(browser.open(&at(owner, "reservations?status=PENDING")).contains(&as_owner));
    assert!(browser.open(&as_owner).contains("Grace Hopper"));
    assert_eq!(browser.press(&as_owner, &format!("{as_owner}/confirm"), &[]).status, 303);
    let amend = format!("{reservation}/amend");
    let shown = browser.open(&amend);
    assert!(shown.contains("value=\"2060-05-01\""), "{shown}");
    let edit = [
        ("checkInDate", "2060-05-01"),
        ("checkOutDate", "2060-05-05"),
        ("guestCountInfo.adults", "2"),
        ("guestCountInfo.children", "0"),
        ("guestCountInfo.infants", "0"),
        ("guestCountInfo.pets", "0"),
        ("guest.firstName", "Grace"),
        ("guest.lastName", "Hopper"),
        ("notes", "Late"),
    ];
    let dry = browser.press(&amend, &amend, &edit);
    assert!(dry.status == 200 && dry.text.contains("Nothing is changed yet"), "{} {}", dry.status, dry.text);
    let total = dry.text.split_once("name=\"totalPrice\" value=\"").expect("a price").1.split('"').next().expect("one");
    assert!(browser.open(&reservation).contains("2060-05-04"));
    let amended = browser.press(&amend, &amend, &[&edit[..], &[("totalPrice", total)]].concat());
    assert_eq!(amended.status, 303, "{}", amended.text);
    assert!(browser.open(&as_owner).contains("2060-05-05"));
    assert_eq!(browser.press(&as_owner, &format!("{as_owner}/cancel"), &[]).status, 303);
    assert!(browser.open(&reservation).contains("data-status=\"CANCELLED\""));
    let remove = at(importer, "imports/remove");
    assert_eq!(browser.press(&at(importer, "imports"), &remove, &[("listingIDs", &scene.offered)]).status, 303);
}

fn a_month_of_a_calendar_is_edited(world: &World) {
    let scene = Scene::set(world);
    let browser = world.browser();
    let Market { owner, importer, .. } = &scene.market;
    let page = format!("/console/t/{owner}/listings/{}?month=2060-02", scene.listing);
    let month = browser.open(&page);
    assert_eq!(month.matches("<td data-date=\"2060-02-").count(), 29, "{month}");
    let action = format!("/console/t/{owner}/listings/{}/calendar", scene.listing);
    let edit = [
        ("night", "2060-02-01"),
        ("night", "2060-02-02"),
        ("night", "2060-02-29"),
        ("status", "NOT_AVAILABLE"),
        ("price", "321.50"),
    ];
    let edited = browser.press(&page, &action, &edit);
    assert_eq!(edited.header("location"), Some(&*format!("{page}&done=saved")), "{}", edited.text);
    let nights = scene
        .market
        .as_owner()
        .get(&format!("/api/v1/availability/{}?startDate=2060-02-01&endDate=2060-03-01", scene.listing));
    let sold: Vec<_> = nights.json["data"]
        .as_array()
        .expect("nights")
        .iter()
        .filter(|night| night["status"] == "NOT_AVAILABLE")
        .map(|night| (night["date"].clone(), night["price"].clone()))
        .collect();
    assert_eq!(sold, ["2060-02-01", "2060-02-02", "2060-02-29"].map(|date| (json!(date), json!(321.5))));
    let seen = browser.open(&page.replace(owner.as_str(), importer));
    assert!(seen.contains("321.50") && !seen.contains("type=\"checkbox\" name=\"night\""), "an importer only reads");
    assert_eq!(browser.press(&page, &action, &[("price", "1")]).status, 422);
    assert_eq!(browser.press(&page, &action, &[("night", "2060-02-01"), ("price", "cheap")]).status, 422);
}

fn the_workspace_says_what_needs_attention(world: &World) {
    let scene = Scene::set(world);
    let browser = world.browser();
    let Market { owner, account, .. } = &scene.market;
    let hold = format!("href=\"/console/t/{owner}/reservations/{}\"", scene.reservation);
    let calm = browser.open("/console/");
    assert!(calm.contains("Holds that end within a day") && calm.contains(&hold), "{calm}");
    assert!(!calm.contains("imports sleep") && !calm.contains("Inactive tenants with"), "{calm}");
    data(200, &world.calry().post("/api/v1/tenants", &json!({ "name": "Nobody" })));
    let overview = format!("/console/t/{owner}/");
    assert_eq!(browser.press(&overview, &format!("{overview}deactivate"), &[]).status, 303);
    let alarmed = browser.open("/console/");
    for found in [
        "Inactive tenants with active users",
        &format!("href=\"{overview}\""),
        "Accounts whose imports sleep",
        &format!("href=\"{overview}accounts/{account}\""),
    ] {
        assert!(alarmed.contains(found), "{found}: {alarmed}");
    }
    assert_eq!(browser.press(&overview, &format!("{overview}activate"), &[("user_status", "0")]).status, 303);
    assert!(!browser.open("/console/").contains("Inactive tenants with"));
}
