//! Doors for fuzzing: the readers of forms and cookies, and the writer of CSV files, without a server.

use actix_web::http::header::{COOKIE, HeaderValue, ORIGIN};
use actix_web::test::TestRequest;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::request::browser::{client_address, comes_from_elsewhere, is_on_loopback, is_same_origin};
use crate::request::cookie::session_key;
use crate::request::form::Form;
use crate::response::csv;
use crate::response::fields::Field;

/// A field of each kind.
const FIELDS: [Field; 8] = [
    Field::text("name", "Name"),
    Field::long_text("notes", "Notes"),
    Field::number("price", "Price"),
    Field::date("date", "Date"),
    Field::flag("flag", "Flag"),
    Field::maybe("maybe", "Maybe"),
    Field::lines("lines", "Lines"),
    Field::text("address.city", "City"),
];

/// Reads a form: its command is a JSON object of the fields that it has, or the number is refused by its name.
pub fn forms(data: &[u8]) {
    let pairs: Vec<_> = form_urlencoded::parse(data).into_owned().collect();
    let form = Form::new("/console/forms", pairs.clone());
    let known = ["name", "notes", "price", "date", "flag", "maybe", "lines", "address"];
    for read in [form.command::<Map<String, Value>>(&FIELDS), form.creation(&FIELDS)] {
        match read {
            Ok(command) => {
                let command = command.unwrap_or_else(|error| panic!("{pairs:?}: {error}"));
                assert!(command.keys().all(|name| known.contains(&name.as_str())), "{command:?}");
                assert!(command.get("price").is_none_or(|price| price.is_number() || price.is_null()), "{command:?}");
            }
            Err(refused) => {
                let is_named = refused.field_errors.as_ref().is_some_and(|errors| errors.contains_key("price"));
                assert!(is_named, "{pairs:?}");
            }
        }
    }
    if let Some(request) = form.repeatable() {
        assert!(request.key.as_str().starts_with("console-"));
    }
}

/// Reads what a browser says of itself: a cookie, an origin and the addresses of proxies, one in a line.
pub fn browsers(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n').map(HeaderValue::from_bytes);
    let peer = ([10, 0, 0, 1], 80).into();
    let mut request = TestRequest::post().peer_addr(peer).insert_header(("host", "console.example.com"));
    for name in [COOKIE, ORIGIN] {
        if let Some(Ok(value)) = lines.next() {
            request = request.insert_header((name, value));
        }
    }
    for value in lines.flatten() {
        request = request.append_header(("x-forwarded-for", value));
    }
    let request = request.to_http_request();
    if let Some(key) = session_key(&request) {
        let cookie = request.headers().get(COOKIE).map(HeaderValue::as_bytes).unwrap_or_default();
        assert!(String::from_utf8_lossy(cookie).contains(&key.reveal()), "{key:?} was sent");
    }
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    assert!(!is_same_origin(&request) || origin.to_ascii_lowercase().ends_with("://console.example.com"), "{origin}");
    assert!(!comes_from_elsewhere(&request) && !is_on_loopback(&request));
    let trusts_none = client_address(&request, |_| false);
    assert_eq!(trusts_none, Some(peer.ip()));
    client_address(&request, |address| address.is_ipv4());
}

/// Writes a line of a CSV file.
#[must_use]
pub fn csv_line(cells: &[&str]) -> String {
    let mut file = String::new();
    csv::push(&mut file, cells.iter().map(|cell| (*cell).to_owned()));
    file
}
