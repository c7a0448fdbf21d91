//! Lists: pages, links and numbers.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::World;

on_both_engines! {
    links_lead_through_the_whole_list
    an_after_walk_leads_through_the_whole_list
    links_use_the_host_that_the_client_used
    a_number_may_be_left_blank_where_the_document_says_so
}

const TENANTS: &str = "/api/v1/tenants";

/// Follows the `next` links to the end.
fn walk(world: &World, first: &str) -> (Vec<Value>, Vec<Value>) {
    let (mut ids, mut metas) = (Vec::new(), Vec::new());
    let mut next = Some(first.to_owned());
    while let Some(url) = next {
        let page = world.calry().get(url.trim_start_matches(&world.server.base));
        assert_eq!(page.status, 200, "{url}: {}", page.text);
        ids.extend(page.json["data"].as_array().expect("items").iter().map(|tenant| tenant["id"].clone()));
        metas.push(page.json["meta"].clone());
        assert_eq!(page.json["links"]["last"], Value::Null);
        next = page.json["links"]["next"].as_str().map(str::to_owned);
    }
    (ids, metas)
}

fn five_tenants(world: &World) -> Vec<Value> {
    let mut ids = vec![world.default_tenant()["id"].clone()];
    ids.extend(["Channel A", "Channel B", "Channel C", "Channel D"].map(|name| world.tenant(name)["id"].clone()));
    ids
}

fn links_lead_through_the_whole_list(world: &World) {
    let expected = five_tenants(world);
    let (ids, metas) = walk(world, &format!("{TENANTS}?per_page=2&status=ACTIVE"));
    assert_eq!(ids, expected);
    let numbers: Vec<_> = metas.iter().map(|meta| [&meta["current_page"], &meta["from"], &meta["to"]]).collect();
    assert_eq!(json!(numbers), json!([[1, 1, 2], [2, 3, 4], [3, 5, 5]]));

    let beyond = world.calry().get(&format!("{TENANTS}?per_page=2&page=4"));
    assert_eq!(beyond.json["data"], json!([]));
    assert_eq!(beyond.json["meta"]["from"], Value::Null);
    assert_eq!(beyond.json["links"]["next"], Value::Null);
    assert_eq!(beyond.json["links"]["prev"], format!("{}{TENANTS}?per_page=2&page=3", world.server.base));
    let exact = world.calry().get(&format!("{TENANTS}?limit=5"));
    assert_eq!((&exact.json["links"]["next"], &exact.json["meta"]["to"]), (&Value::Null, &json!(5)));
}

fn an_after_walk_leads_through_the_whole_list(world: &World) {
    let expected = five_tenants(world);
    let first = expected[0].as_str().expect("an id");
    let (ids, metas) = walk(world, &format!("{TENANTS}?per_page=2&after={first}"));
    assert_eq!(ids, expected[1..]);
    assert_eq!(metas[0]["current_page"], Value::Null);
    let both = world.calry().get(&format!("{TENANTS}?page=1&after={first}"));
    assert_eq!((both.status, both.field_errors()), (422, vec!["page"]));
}

fn links_use_the_host_that_the_client_used(world: &World) {
    let client = world.calry().with("x-forwarded-proto", "https").with("x-forwarded-host", "api.example.com");
    let listed = client.get(TENANTS);
    assert_eq!(listed.json["links"]["first"], "https://api.example.com/api/v1/tenants?page=1");
    assert_eq!(listed.json["meta"]["path"], "https://api.example.com/api/v1/tenants");
}

fn a_number_may_be_left_blank_where_the_document_says_so(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let (tenant, operator) = (world.calry(), world.operator());
    let mut tried = 0;
    // What needs the id of a resource reads its numbers in the same way.
    let needs_id = |path: &str| path.contains('{') || path == "/api/v1/price-calendar";
    let paths = document["paths"].as_object().expect("paths").iter().filter(|(path, _)| !needs_id(path));
    for (path, item) in paths {
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        let numbers = parameters.filter(|parameter| {
            parameter["in"] == "query" && ["integer", "number"].iter().any(|kind| parameter["schema"]["type"] == *kind)
        });
        for parameter in numbers {
            let name = parameter["name"].as_str().expect("a name");
            let needed = match name {
                "radius" => "location=1,1",
                "minTotal" | "maxTotal" => {
                    "location=1,1&radius=1&checkInDate=2060-01-10&checkOutDate=2060-01-12&guests=2"
                }
                _ => "location=1,1&radius=1",
            };
            let client = if path.starts_with("/operator/") { &operator } else { &tenant };
            let answer = client.get(&format!("{path}?{needed}&{name}="));
            let (status, field_errors) =
                if parameter["allowEmptyValue"] == true { (200, vec![]) } else { (422, vec![name]) };
            assert_eq!(
                (answer.status, answer.field_errors()),
                (status, field_errors),
                "{path}, {name}: {}",
                answer.text
            );
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried} numbers in queries of the document");
}
