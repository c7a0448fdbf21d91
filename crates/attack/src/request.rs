//! Requests with a place for an id, and the places where an id may stand.

use serde_json::{Value, json};

use crate::calls::{Call, guest, query};
use crate::client::Client;
use crate::document::{Operation, Parameter};
use crate::ids::UNKNOWN;
use crate::side::Side;
use crate::things::{THINGS, by_name, in_path_of};

/// The text that stands for the id.
const HERE: &str = "{here}";
/// The text that stands for the tag that the owner of the id gets.
const TAG: &str = "{tag}";
/// Parameters of the query that name something of a tenant, though they are not UUIDs in the document.
const NAMES: [(&str, &str); 3] =
    [("getPriceCalendar", "integrationAccountID"), ("getPriceCalendar", "listingIDs"), ("readEvents", "consumer")];
/// Filters that match everything of a side: parameters that are sent together, with their values.
const BROAD: [&[(&str, &str)]; 6] = [
    &[("location", "40.7128,-74.0060"), ("radius", "50")],
    &[("updatedSince", "2000-01-01T00:00:00Z")],
    &[("since", "2000-01-01T00:00:00Z")],
    &[("checkInDate", "2061-01-10"), ("checkOutDate", "2061-01-12")],
    &[("checkInDate", "2061-01-10"), ("checkOutDate", "2061-01-12"), ("guests", "1"), ("include", "price")],
    &[("minPrice", "0")],
];
/// Parameters that are compared with texts.
const TEXTS: [&str; 5] = ["q", "name", "email", "description", "externalID"];
/// Headers that name the tenant of a request.
pub(crate) const TENANT_HEADERS: [&str; 2] = ["x-calry-tenant-id", "x-tenant-id"];

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
}

impl Request {
    /// Returns the request of an operation on a side.
    pub(crate) fn of(operation: &Operation, call: &Call, side: &Side) -> Self {
        Self {
            method: operation.method.clone(),
            path: format!("{}{}", side.path(&operation.path), query(&operation.name)),
            headers: Vec::new(),
            body: side.body(call),
        }
    }

    /// Returns the request with another header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the client with the headers of the request.
    pub(crate) fn headed(&self, client: &Client) -> Client {
        self.headers.iter().fold(client.clone(), |client, (name, value)| client.with(name, value))
    }

    /// Returns the request with an id in its place.
    pub(crate) fn at(&self, id: &str) -> Self {
        let body = self.body.as_ref().map(|body| body.to_string().replace(HERE, id));
        Self {
            method: self.method.clone(),
            path: self.path.replace(HERE, id),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), value.replace(HERE, id))).collect(),
            body: body.and_then(|body| serde_json::from_str(&body).ok()),
        }
    }

    /// Whether the request has a gap for a tag.
    pub(crate) fn has_tag(&self) -> bool {
        self.headers.iter().any(|(_, value)| value == TAG)
    }

    /// Returns the request with a tag in its gap.
    pub(crate) fn tagged(mut self, tag: &str) -> Self {
        for (_, value) in &mut self.headers {
            if value == TAG {
                tag.clone_into(value);
            }
        }
        self
    }

    /// Whether a text was sent.
    pub(crate) fn sends(&self, text: &str) -> bool {
        self.path.contains(text)
            || self.headers.iter().any(|(_, value)| value.contains(text))
            || self.body.as_ref().is_some_and(|body| body.to_string().contains(text))
    }
}

/// A place in a request where an id may stand.
#[derive(Debug)]
pub(crate) struct Place {
    /// The place in words.
    pub(crate) name: String,
    /// The resource whose id stands there.
    pub(crate) thing: &'static str,
    /// The request, with a gap.
    pub(crate) request: Request,
}

/// Returns the places in the path and around it. All other ids are those of the attacker.
pub(crate) fn in_path(operation: &Operation, call: &Call, own: &Side) -> Vec<Place> {
    if !operation.names_one() {
        return Vec::new();
    }
    let mut request = Request::of(operation, call, own);
    request.path =
        format!("{}{}", operation.path.replace("{id}", HERE).replace("{name}", HERE), query(&operation.name));
    let place =
        |name: &str, request: Request| Place { name: name.to_owned(), thing: in_path_of(&operation.path), request };
    let mut places = vec![place("the path", request.clone())];
    for header in ["if-match", "if-none-match"].into_iter().filter(|header| operation.reads(header)) {
        places.push(place(&format!("the path, with {header}: *"), request.clone().with(header, "*")));
        places.push(place(&format!("the path, with {header} of the owner"), request.clone().with(header, TAG)));
    }
    if operation.method == "GET" {
        let head = Request { method: "HEAD".to_owned(), ..request };
        places.push(place("the path of a HEAD", head));
    }
    places
}

/// Returns the places in the body.
pub(crate) fn in_body(operation: &Operation, call: &Call, own: &Side) -> Vec<Place> {
    let placeholders = call.body.as_ref().map(|body| placeholders(body, "")).unwrap_or_default();
    let mut places: Vec<Place> = Vec::new();
    let documented = operation.body_ids.iter().map(|at| (at.clone(), by_name(at)));
    for (at, thing) in placeholders.into_iter().chain(documented) {
        let name = format!("{at} of the body");
        if places.iter().any(|place| place.name == name && place.thing == thing) {
            continue;
        }
        let mut request = Request::of(operation, call, own);
        let mut body = request.body.take().unwrap_or_else(|| json!({}));
        if thing == "quote" {
            // Nothing of a stay may be named beside a quote.
            body = json!({ "guest": guest() });
        }
        put(&mut body, &at);
        request.body = Some(body);
        places.push(Place { name, thing, request });
    }
    if ["createQuote", "createReservation"].contains(&operation.name.as_str()) {
        let mut request = Request::of(operation, call, own);
        if let Some(body) = &mut request.body {
            body["couponCode"] = format!("{HERE}-coupon").into();
        }
        places.push(Place { name: "/couponCode of the body".to_owned(), thing: "mark", request });
    }
    places
}

/// Returns the places in the query: filters and cursors.
pub(crate) fn in_query(operation: &Operation, call: &Call, own: &Side) -> Vec<Place> {
    if operation.method != "GET" {
        return Vec::new();
    }
    let named = NAMES.iter().filter(|(name, _)| *name == operation.name).map(|(_, parameter)| *parameter);
    let ids = operation.query.iter().filter(|parameter| parameter.is_id).map(|parameter| &*parameter.name).chain(named);
    let ids = ids.map(|name| (name, if name == "after" { in_path_of(&operation.path) } else { by_name(name) }));
    let texts = operation.query.iter().map(|parameter| &*parameter.name).filter(|name| TEXTS.contains(name));
    ids.chain(texts.map(|name| (name, "mark")))
        .map(|(name, thing)| {
            let mut request = Request::of(operation, call, own);
            request.path = with_parameter(&request.path, name);
            Place { name: format!("{name} of the query"), thing, request }
        })
        .collect()
}

/// Returns the requests by which a side reads its own things: without a filter, with each word that one takes, and with those
/// that match everything. Each has its place in words.
pub(crate) fn views(operation: &Operation, call: &Call, own: &Side) -> Vec<(String, Request)> {
    let mut request = Request::of(operation, call, own);
    // A calendar is read of an account.
    request.path = request.path.replace(UNKNOWN, &own.account);
    let reads = |name: &str| operation.query.iter().any(|parameter| parameter.name == name);
    if reads("per_page") {
        request.path = with_parameter(&request.path, "per_page").replace(HERE, "100");
    }
    let filtered = |filter: &[(&str, &str)]| {
        let path = filter
            .iter()
            .fold(request.path.clone(), |path, (name, value)| with_parameter(&path, name).replace(HERE, value));
        let pairs: Vec<_> = filter.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (format!("its own view, with {}", pairs.join("&")), Request { path, ..request.clone() })
    };
    let words = operation.query.iter().flat_map(|Parameter { name, choices, .. }| {
        choices.iter().map(move |choice| filtered(&[(&**name, &**choice)]))
    });
    let broad = BROAD.into_iter().filter(|filter| filter.iter().all(|(name, _)| reads(name))).map(filtered);
    [("its own view".to_owned(), request.clone())].into_iter().chain(words).chain(broad).collect()
}

/// Returns the headers that name a tenant.
pub(crate) fn in_headers(operation: &Operation, call: &Call, own: &Side) -> Vec<Place> {
    let place = |header: &str| Place {
        name: format!("the header {header}"),
        thing: "tenant",
        request: Request::of(operation, call, own).with(header, HERE),
    };
    TENANT_HEADERS.map(place).into()
}

/// Returns the path with the parameter, instead of the one of its name.
fn with_parameter(path: &str, name: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let others = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
    // A calendar is one of an account or of listings.
    let others = others.filter(|pair| !(name == "listingIDs" && pair.contains(UNKNOWN)));
    let parameters: Vec<_> = others.map(str::to_owned).chain([format!("{name}={HERE}")]).collect();
    format!("{path}?{}", parameters.join("&"))
}

/// Returns the JSON pointers of placeholders, with the things that they stand for.
fn placeholders(body: &Value, at: &str) -> Vec<(String, &'static str)> {
    match body {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| placeholders(value, &format!("{at}/{name}"))).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(place, item)| placeholders(item, &format!("{at}/{place}"))).collect()
        }
        Value::String(text) => {
            let thing = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            let thing = thing.and_then(|name| THINGS.iter().find(|(thing, _)| *thing == name));
            thing.map(|(name, _)| (at.to_owned(), *name)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Puts the gap into a body.
fn put(body: &mut Value, at: &str) {
    let mut here = body;
    for part in at.split('/').skip(1) {
        let is_place = part.parse::<usize>().is_ok();
        if is_place && here.as_array().is_none_or(Vec::is_empty) {
            *here = json!([null]);
        } else if !is_place && !here.is_object() {
            *here = json!({});
        }
        here = if is_place { &mut here[0] } else { &mut here[part] };
    }
    *here = HERE.into();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::{READ, Sibling};

    fn operation(body_ids: &[&str], query: &[(&str, bool, &[&str])]) -> Operation {
        Operation {
            name: "putThing".to_owned(),
            method: "PUT".to_owned(),
            path: "/api/v1/promotions/{id}".to_owned(),
            is_guarded: true,
            body_ids: body_ids.iter().map(|&at| at.to_owned()).collect(),
            query: query
                .iter()
                .map(|&(name, is_id, choices)| Parameter {
                    name: name.to_owned(),
                    is_id,
                    choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
                })
                .collect(),
            headers: vec!["if-match".to_owned()],
        }
    }

    fn call(body: Value) -> Call {
        Call { permission: READ, body: Some(body), sibling: Sibling::NotFound }
    }

    #[test]
    fn one_id_is_replaced_at_a_time() {
        let call = call(json!({ "accountID": "{account}", "rooms": [{ "listingIDs": ["{listing}"] }] }));
        let found = in_body(&operation(&["/rooms/0/listingIDs/0", "/tenantID"], &[]), &call, &Side::nobody());
        let things: Vec<_> = found.iter().map(|place| place.thing).collect();
        assert_eq!(things, ["account", "listing", "tenant"]);
        let body = found[1].request.at("x").body.expect("a body");
        assert_eq!(body, json!({ "accountID": UNKNOWN, "rooms": [{ "listingIDs": ["x"] }] }));
        assert_eq!(found[2].request.at("x").body.expect("a body")["tenantID"], "x");
    }

    #[test]
    fn an_id_stands_in_path_and_query() {
        let call = call(json!({}));
        let mut operation =
            operation(&[], &[("after", true, &[]), ("q", false, &[]), ("status", false, &["NEW", "OLD"])]);
        let places = in_path(&operation, &call, &Side::nobody());
        let names: Vec<_> = places.iter().map(|place| &*place.name).collect();
        assert_eq!(names, ["the path", "the path, with if-match: *", "the path, with if-match of the owner"]);
        let tagged = places[2].request.clone().tagged("\"tag\"");
        assert!(places[2].request.has_tag() && tagged.headers == [("if-match".to_owned(), "\"tag\"".to_owned())]);
        assert_eq!(places[0].request.at("x").path, "/api/v1/promotions/x");
        operation.method = "GET".to_owned();
        operation.path = "/api/v1/promotions".to_owned();
        let found = in_query(&operation, &call, &Side::nobody());
        let found: Vec<_> = found.iter().map(|place| (place.thing, place.request.at("x").path)).collect();
        let expected = [("promotion", "/api/v1/promotions?after=x"), ("mark", "/api/v1/promotions?q=x")];
        assert_eq!(found, expected.map(|(thing, path)| (thing, path.to_owned())));
        let views = views(&operation, &call, &Side::nobody());
        let views: Vec<_> = views.into_iter().map(|(place, request)| (place, request.path)).collect();
        let expected = [
            ("its own view", "/api/v1/promotions"),
            ("its own view, with status=NEW", "/api/v1/promotions?status=NEW"),
            ("its own view, with status=OLD", "/api/v1/promotions?status=OLD"),
        ];
        assert_eq!(views, expected.map(|(place, path)| (place.to_owned(), path.to_owned())));
        assert!(in_headers(&operation, &call, &Side::nobody())[0].request.at("x").sends("x"));
    }
}
