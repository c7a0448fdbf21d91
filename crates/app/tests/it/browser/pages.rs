//! Walks along the links of the console, to one page of each kind.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Value, json};

use super::axe;
use super::driver::{Browser, Hand};
use super::scene::Scene;

/// The folder that gets a picture of each page; without it there are none.
const PICTURES: &str = "TENANTRY_TEST_PICTURES";
/// A phone, and a desktop: width and height in pixels.
const PHONE: (u32, u32) = (360, 780);
const DESKTOP: (u32, u32) = (1280, 900);
/// More kinds of pages than there are.
const MOST_PAGES: usize = 200;

/// Kinds of pages that links must lead to. A kind is a path without its ids.
const KINDS: &[&str] = &[
    "/console/",
    "/console/t/ID/",
    "/console/t/ID/accounts/ID",
    "/console/t/ID/accounts/ID/charges",
    "/console/t/ID/accounts/ID/charges/ID",
    "/console/t/ID/accounts/ID/edit",
    "/console/t/ID/accounts/ID/move/ID",
    "/console/t/ID/audit",
    "/console/t/ID/edit",
    "/console/t/ID/events",
    "/console/t/ID/find",
    "/console/t/ID/imports",
    "/console/t/ID/keys",
    "/console/t/ID/listings/ID",
    "/console/t/ID/listings/ID/edit",
    "/console/t/ID/listings/new",
    "/console/t/ID/locations",
    "/console/t/ID/promotions",
    "/console/t/ID/quotes",
    "/console/t/ID/reservations/ID",
    "/console/t/ID/reservations/ID/amend",
    "/console/t/ID/users",
    "/console/t/ID/webhooks/ID",
    "/console/tenants/new",
    "/console/workspace/edit",
];

pub(super) fn every_page_is_accessible_and_fits_a_phone(scene: &Scene) {
    let browser = Browser::open(&scene.base(), Hand::Mouse);
    browser.resize(DESKTOP.0, DESKTOP.1);
    browser.prefer("light");
    browser.goto("/console/sign-in");
    let mut found = look(&browser, "/console/sign-in");
    scene.sign_in(&browser);
    let mut shapes = BTreeSet::new();
    let broken = walk(scene, &browser, |kind| {
        // Many pages of a kind consist of the same parts.
        if shapes.insert(shape(&browser, kind)) {
            found.extend(look(&browser, kind));
        }
    });
    found.extend(broken);
    assert!(found.is_empty(), "{} problems:\n\n{}", found.len(), found.join("\n\n"));
}

/// Every kind of page answers, says what it is, and has nothing that the browser refuses. Without scripts, its list is filtered
/// too. Returns the kinds of forms that change something.
pub(super) fn every_page_can_be_read(scene: &Scene, browser: &Browser) -> BTreeSet<String> {
    scene.sign_in(browser);
    let mut forms = BTreeSet::new();
    let broken = walk(scene, browser, |kind| {
        let found = browser.run(
            "return [document.querySelectorAll('main h1').length, document.querySelectorAll('form.filters').length,
                [...document.querySelectorAll('form[method=post]')].map((form) => form.getAttribute('action'))]",
            Vec::new(),
        );
        assert_eq!(found[0], 1, "{kind} has one heading");
        forms.extend(found[2].as_array().expect("actions").iter().filter_map(Value::as_str).map(kind_of));
        if found[1] == 1 && !browser.runs_scripts() {
            let before = kind_of(&browser.path());
            browser.press("Filter");
            assert_eq!((status(browser), kind_of(&browser.path())), (json!(200), before));
        }
    });
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    forms
}

fn status(browser: &Browser) -> Value {
    browser.run("return performance.getEntriesByType('navigation')[0].responseStatus", Vec::new())
}

/// Opens a page of each kind, in the workspace, in the tenant that owns listings and in the one that imports them. Returns what
/// did not answer, or had something that the browser refused.
fn walk(scene: &Scene, browser: &Browser, mut visit: impl FnMut(&str)) -> Vec<String> {
    let mut broken = Vec::new();
    let tenants = [&scene.owner, &scene.channel];
    let mut waiting: VecDeque<_> = tenants.map(|tenant| format!("/console/t/{tenant}/")).into();
    waiting.push_back("/console/".to_owned());
    let mut known = BTreeSet::new();
    while let Some(path) = waiting.pop_front() {
        let tenant = path.split('/').nth(3).filter(|_| path.starts_with("/console/t/")).unwrap_or_default().to_owned();
        let is_elsewhere = !tenant.is_empty() && tenants.iter().all(|known| **known != tenant);
        let kind = kind_of(&path);
        if is_elsewhere || !known.insert((kind.clone(), tenant)) {
            continue;
        }
        assert!(known.len() < MOST_PAGES, "the walk does not end: {known:?}");
        browser.goto(&path);
        let status = status(browser);
        broken.extend(browser.complaints().into_iter().map(|complaint| format!("{path}: {complaint}")));
        if status != 200 {
            broken.push(format!("{path}: {status}"));
            continue;
        }
        visit(&kind);
        waiting.extend(links(browser));
    }
    let kinds: BTreeSet<_> = known.iter().map(|(kind, _)| kind.as_str()).collect();
    for kind in KINDS {
        assert!(kinds.contains(kind), "no link leads to {kind}: {kinds:?}");
    }
    broken
}

/// Returns the kind of a page with the parts that it consists of.
fn shape(browser: &Browser, kind: &str) -> String {
    let script =
        "const parts = [...document.querySelectorAll('main *')].map((part) => part.tagName + '.' + part.className);
        return [...new Set(parts)].sort().join(' ')";
    format!("{kind} {}", browser.run(script, Vec::new()))
}

/// Returns the pages of the console that the page leads to: no files, no other pages of a list.
fn links(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('a[href]:not([download])')]
        .filter((link) => link.origin === location.origin && link.pathname.startsWith('/console/'))
        .map((link) => link.pathname)";
    let found = browser.run(script, Vec::new());
    let paths = found.as_array().expect("links").iter().filter_map(Value::as_str);
    paths.filter(|path| !path.contains('.')).map(str::to_owned).collect()
}

/// Returns a path without its ids and its query.
pub(super) fn kind_of(path: &str) -> String {
    let is_id = |part: &str| part.len() == 36 && part.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').map(|part| if is_id(part) { "ID" } else { part }).collect::<Vec<_>>().join("/")
}

/// Returns what is wrong with the page: in either theme, and on a phone. Leaves the light theme and the size of a desktop.
fn look(browser: &Browser, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        browser.prefer(theme);
        found.extend(axe::violations(browser).into_iter().map(|violation| format!("{kind}, {theme}: {violation}")));
        for (device, (width, height)) in [("phone", PHONE), ("desktop", DESKTOP)] {
            browser.resize(width, height);
            if (theme, device) == ("light", "phone") {
                found.extend(
                    cut_off(browser, width)
                        .into_iter()
                        .map(|cut| format!("{kind}: {cut} is cut off at {width} pixels")),
                );
            }
            keep_picture(browser, &format!("{kind} {device} {theme}"));
        }
    }
    browser.prefer("light");
    found
}

/// Returns the elements that reach beyond the width of the page, except in what can be scrolled.
fn cut_off(browser: &Browser, width: u32) -> Vec<String> {
    let script = "const [width] = arguments;
        const scrolls = (element) => element && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
        const beyond = [...document.body.querySelectorAll('*')].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 1 && (box.right > width + 1 || box.left < -1) && getComputedStyle(element).position !== 'absolute' && !scrolls(element.parentElement);
        });
        return beyond.map((element) => element.outerHTML.slice(0, 200));";
    let found = browser.run(script, vec![json!(width)]);
    found.as_array().expect("elements").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn keep_picture(browser: &Browser, name: &str) {
    let Some(folder) = env::var_os(PICTURES).map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).expect("a folder for pictures");
    let name: Vec<_> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    fs::write(folder.join(format!("{}.png", name.join("-"))), browser.picture()).expect("a picture");
}
