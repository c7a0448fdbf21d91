//! The console: sessions, forms and attacks.

use crate::on_both_engines;
use crate::support::{Browser, Engine, Server, World};

on_both_engines! {
    a_session_is_a_key_of_its_own_that_ends_with_it
    a_session_that_is_revoked_elsewhere_ends_at_once
    a_tenant_is_made_found_edited_deactivated_and_deleted
    other_tenants_and_workspaces_look_as_if_they_were_not_there
    a_key_that_may_not_is_refused_whatever_button_it_presses
    forms_of_other_pages_change_nothing
    texts_are_never_markup
    the_link_of_the_first_start_signs_in_once
}

/// Returns the keys of the sessions.
fn session_keys(world: &World) -> Vec<serde_json::Value> {
    let listed = world.calry().get("/api/v1/api-keys?per_page=100");
    let keys = listed.json["data"].as_array().expect("keys").clone();
    keys.into_iter().filter(|key| key["name"] == "console").collect()
}

fn a_session_is_a_key_of_its_own_that_ends_with_it(world: &World) {
    let browser = world.browser();
    let cookie = browser.cookie.clone().expect("a cookie");
    assert!(!cookie.contains(&world.key), "the key itself is not kept");
    let keys = session_keys(world);
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!((&keys[0]["permission"], &keys[0]["revokedAt"]), (&"ADMIN".into(), &serde_json::Value::Null));
    let page = browser.get("/console/");
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");

    let left = browser.press("/console/", "/console/sign-out", &[]);
    assert_eq!((left.status, left.header("location")), (303, Some("/console/sign-in")));
    // The cookie was stolen before.
    let stolen = browser.get("/console/tenants");
    assert_eq!(stolen.status, 303, "{}", stolen.text);
    assert_eq!(stolen.header("location"), Some("/console/sign-in?to=%2Fconsole%2Ftenants"));
    assert!(session_keys(world)[0]["revokedAt"].is_string());
    for key in ["", "tny_mistyped", &format!("{}x", world.key)] {
        let refused = Browser::new(&world.server.base).sign_in(&[("key", key)]);
        assert_eq!(refused.status, 401, "{key}");
        assert!(refused.header("set-cookie").is_none() && refused.text.contains("unauthenticated"));
    }
}

fn a_session_that_is_revoked_elsewhere_ends_at_once(world: &World) {
    let browser = world.browser();
    browser.open("/console/tenants");
    let id = session_keys(world)[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(world.calry().delete(&format!("/api/v1/api-keys/{id}")).status, 204);
    assert_eq!(browser.get("/console/tenants").status, 303);
    assert_eq!(browser.post_from(&world.server.base, "/console/tenants/new", &[("name", "Channel A")]).status, 303);
}

fn a_tenant_is_made_found_edited_deactivated_and_deleted(world: &World) {
    let browser = world.browser();
    let new = "/console/tenants/new";
    let refused = browser.press(new, new, &[("name", "Hut"), ("country_code", "XX"), ("city", "Oslo & more")]);
    assert_eq!(refused.status, 422);
    for text in ["The name must be at least 5 characters.", "ISO 3166-1", "value=\"Oslo &amp; more\""] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let page = browser.open(new);
    let once = page.split_once("name=\"_once\" value=\"").expect("a form").1.split('"').next().expect("a key");
    let fields = [("name", "Channel A"), ("city", "Oslo"), ("_once", once)];
    let made = browser.press(new, new, &fields);
    let again = browser.press(new, new, &fields);
    assert_eq!(made.status, 303, "{}", made.text);
    assert_eq!(made.header("location"), again.header("location"), "a form that is sent twice creates once");
    let overview = made.header("location").expect("a page").trim_end_matches("?done=created").to_owned();
    let page = browser.open(&format!("{overview}?done=created"));
    assert!(page.contains("It was created.") && page.contains("channel-a") && page.contains("Oslo"), "{page}");

    let found = browser.open("/console/tenants?q=OSLO&status=ACTIVE");
    assert!(found.contains(&overview) && !found.contains("Default tenant"), "{found}");
    let file = browser.get("/console/tenants.csv?q=oslo");
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
    assert!(browser.get("/console/tenants?status=GONE").text.contains("status field"));

    let edit = format!("{overview}edit");
    let stale = browser.open(&edit);
    let seen = stale.split_once("name=\"_seen\" value=\"").expect("a version").1.split('"').next().expect("one");
    assert_eq!(browser.press(&edit, &edit, &[("name", "Channel B"), ("city", "")]).status, 303);
    assert!(!browser.open(&overview).contains("<dd>Oslo</dd>"));
    let late = browser.press(&edit, &edit, &[("name", "Channel C"), ("_seen", seen)]);
    assert_eq!(late.status, 412);
    assert!(late.text.contains("changed since you opened"), "{}", late.text);

    let deactivate = format!("{overview}deactivate");
    assert_eq!(browser.press(&overview, &deactivate, &[("user_status", "0")]).status, 303);
    let inactive = browser.open(&overview);
    assert!(inactive.contains("aria-label=\"Tenant\" data-status=\"INACTIVE\">"), "{inactive}");
    let activate = format!("{overview}activate");
    assert_eq!(browser.press(&overview, &activate, &[]).status, 303);
    let delete = format!("{overview}delete");
    assert_eq!(browser.press(&overview, &delete, &[]).header("location"), Some("/console/tenants?done=deleted"));
    assert_eq!(browser.get(&overview).status, 404);
}

fn other_tenants_and_workspaces_look_as_if_they_were_not_there(world: &World) {
    let [own, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let other = world.other_workspace();
    let browser = Browser::signed_in(&world.server.base, &world.key_in(&own, "ADMIN"));
    assert_eq!(browser.get("/console/").header("location"), Some(&*format!("/console/t/{own}/")));
    browser.open(&format!("/console/t/{own}/"));
    let guessed = "0192f0c1-7b1e-7000-8000-00000000000a".to_owned();
    let refused = |id: &str| {
        let answer = browser.get(&format!("/console/t/{id}/"));
        assert_eq!(answer.status, 404, "{}", answer.text);
        assert!(answer.text.contains("tenant_not_found"));
        answer.text.replace(id, "")
    };
    let pages = [&sibling, &other.tenant, &guessed, &"no-id".to_owned()].map(|id| refused(id));
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
    for path in ["/console/tenants", "/console/tenants.csv", "/console/workspace/edit"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text.contains("default_tenant_required") && !answer.text.contains("Channel B"), "{path}");
    }
    for id in [&sibling, &other.tenant] {
        for action in ["edit", "deactivate", "delete"] {
            assert_eq!(browser.post(&format!("/console/t/{id}/{action}"), &[("name", "Taken over")]).status, 404);
        }
    }
}

fn a_key_that_may_not_is_refused_whatever_button_it_presses(world: &World) {
    let tenant = world.tenant_id("Channel A");
    let reader = Browser::signed_in(&world.server.base, &world.key_of(&world.user, "READ"));
    let page = reader.open(&format!("/console/t/{tenant}/"));
    assert!(!page.contains(&format!("{tenant}/deactivate")) && !page.contains(&format!("{tenant}/edit")), "{page}");
    let name = [("name", "Taken over")];
    for path in [
        "/console/tenants/new".to_owned(),
        "/console/workspace/edit".to_owned(),
        format!("/console/t/{tenant}/edit"),
        format!("/console/t/{tenant}/activate"),
        format!("/console/t/{tenant}/deactivate"),
        format!("/console/t/{tenant}/delete"),
    ] {
        let answer = reader.post(&path, &name);
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        assert!(answer.text.contains("permission_denied"), "{path}");
    }
    assert_eq!(world.calry().get(&format!("/api/v1/tenants/{tenant}")).json["data"]["name"], "Channel A");
    reader.press("/console/", "/console/sign-out", &[]);
    assert_eq!(reader.get("/console/").status, 303, "a key that only reads can sign out too");
}

fn forms_of_other_pages_change_nothing(world: &World) {
    let browser = world.browser();
    let token = browser.token();
    let fields = [("name", "Channel A"), ("_token", token.as_str())];
    let path = "/console/tenants/new";
    let base = world.server.base.as_str();
    for (origin, fields) in [
        ("https://evil.example", &fields[..]),
        ("null", &fields),
        (base, &fields[..1]),
        (base, &[("name", "Channel A"), ("_token", "x")]),
        (base, &[("name", "Channel A"), ("_token", "")]),
    ] {
        let refused = browser.post_from(origin, path, fields);
        assert_eq!(refused.status, 400, "{origin}: {}", refused.text);
        assert!(refused.text.contains("cross_origin_refused"));
    }
    assert_eq!(
        Browser::new(base).post_from("https://evil.example", "/console/sign-in", &[("key", &world.key)]).status,
        400
    );
    let other = Browser::signed_in(base, &world.key);
    let others = [("name", "Channel A"), ("_token", &*other.token())];
    assert_eq!(browser.post_from(base, path, &others).status, 400, "a token is of one session");
    assert_eq!(world.calry().get("/api/v1/tenants/count").json["count"], 1);
    assert_eq!(browser.post_from(base, path, &fields).status, 303);
}

fn texts_are_never_markup(world: &World) {
    const SCRIPT: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";
    let body = serde_json::json!({
        "name": SCRIPT, "description": SCRIPT, "address": SCRIPT, "city": SCRIPT, "post_code": "<b>\"'</b>"
    });
    let made = world.calry().post("/api/v1/tenants", &body);
    assert_eq!(made.status, 200, "{}", made.text);
    let id = made.json["data"]["id"].as_str().expect("an id");
    let browser = world.browser();
    let search = format!("/console/tenants?q={}", "%22%3E%3Cscript%3E");
    for path in [&*format!("/console/t/{id}/"), &format!("/console/t/{id}/edit"), "/console/tenants", &search] {
        let page = browser.open(path);
        for markup in ["<script>alert", "<img", "<b>", "\"><"] {
            assert!(
                !page.contains(markup) || markup == "\"><" && !page.contains("\"><img"),
                "{path}: {markup}: {page}"
            );
        }
    }
    assert!(browser.open("/console/tenants").contains("&lt;script&gt;alert"));
    let formula = serde_json::json!({ "name": "=HYPERLINK(1)" });
    assert_eq!(world.calry().post("/api/v1/tenants", &formula).status, 200);
    assert!(browser.get("/console/tenants.csv").text.contains("\"'=HYPERLINK(1)\""));
}

fn the_link_of_the_first_start_signs_in_once(world: &World) {
    let printed = world.server.printed_with("/docs");
    let link = printed.split_whitespace().find(|word| word.contains("/console/sign-in?code=")).expect("a link");
    let path = link.trim_start_matches(&world.server.base);
    let mut browser = Browser::new(&world.server.base);
    let page = browser.open(path);
    assert!(page.contains("signs you in once"), "{page}");
    let code = path.split_once("code=").expect("a code").1.to_owned();
    assert_eq!(browser.sign_in(&[("code", &code)]).status, 303);
    browser.open("/console/tenants");
    assert_eq!(Browser::new(&world.server.base).sign_in(&[("code", &code)]).status, 401);
}

#[test]
fn without_the_setting_there_is_no_console() {
    let server = Server::start_with(Engine::sqlite(), &["--console", "false"]);
    let answer = Browser::new(&server.base).get("/console/sign-in");
    assert_eq!(answer.status, 404, "{}", answer.text);
    assert!(!server.printed_with("/docs").contains("/console/"));
}

#[test]
fn the_requests_of_a_session_count_for_the_rate_limit() {
    let server = Server::start_with(Engine::sqlite(), &["--rate-limit", "5/600"]);
    let world = World::of(server);
    let browser = world.browser();
    let answers: Vec<_> = (0..6).map(|_| browser.get("/console/tenants")).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 200, 200, 200, 429]);
    assert!(answers[5].header("retry-after").is_some() && answers[5].text.contains("rate_limited"));
    assert_eq!(world.calry().get("/api/v1/tenants").status, 200, "the other key has requests left");
}

#[test]
fn attempts_to_sign_in_are_limited() {
    let world = World::start(Engine::sqlite());
    let mut browser = Browser::new(&world.server.base);
    let statuses: Vec<_> = (0..21).map(|_| browser.sign_in(&[("key", "tny_guessed")]).status).collect();
    assert_eq!((statuses.iter().filter(|status| **status == 401).count(), statuses.last()), (20, Some(&429)));
    assert_eq!(browser.sign_in(&[("key", &world.key)]).status, 429);
}
