//! The metrics of the service.

use std::collections::BTreeMap;

use crate::on_both_engines;
use crate::support::{Engine, World};

on_both_engines! {
    whoever_reaches_the_service_may_scrape_it
    a_request_is_counted_under_its_route_and_status
    unknown_paths_and_methods_make_no_series_of_their_own
    no_id_and_no_key_is_in_the_text
    durations_are_a_histogram
    build_and_pools_are_told
}

const REQUESTS: &str = "tenantry_http_requests_total";
const DURATIONS: &str = "tenantry_http_request_duration_seconds";

/// Returns every sample of a scrape: the name and labels as written, and the value.
fn scrape(world: &World) -> BTreeMap<String, f64> {
    let answer = world.client().get("/metrics");
    assert_eq!(answer.status, 200);
    let samples = answer.text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (series, value) = line.rsplit_once(' ').expect("a series and its value");
        (series.to_owned(), value.parse().expect("a number"))
    });
    let found: Vec<(String, f64)> = samples.collect();
    let (count, samples) = (found.len(), found.into_iter().collect::<BTreeMap<_, _>>());
    assert_eq!(count, samples.len(), "no series occurs twice");
    samples
}

/// Returns the number of requests with these labels.
fn counted(samples: &BTreeMap<String, f64>, method: &str, route: &str, status: u16) -> f64 {
    let series = format!("{REQUESTS}{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
    samples.get(&series).copied().unwrap_or_default()
}

fn assert_same(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < f64::EPSILON, "{what}: {found} is not {expected}");
}

fn whoever_reaches_the_service_may_scrape_it(world: &World) {
    let answer = world.client().get("/metrics");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4")));
    assert!(answer.text.contains("# TYPE tenantry_http_requests_in_flight gauge\n"), "{}", answer.text);
    assert_same(scrape(world)["tenantry_http_requests_in_flight"], 1.0, "the scrape itself is in flight");
    let head = world.client().call("HEAD", "/metrics", None);
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

fn a_request_is_counted_under_its_route_and_status(world: &World) {
    let tenant = world.tenant_id("Channel A");
    let before = scrape(world);
    world.calry().get(&format!("/api/v1/tenants/{tenant}"));
    world.calry().get("/api/v1/tenants/0192f0c1-7b1e-7000-8000-000000000000");
    for _ in 0..3 {
        world.client().get("/api/v1/tenants?name=Channel");
    }
    world.client().delete("/api/v1/tenants");
    world.calry().call("HEAD", "/api/v1/tenants", None);
    let after = scrape(world);
    for (method, route, status, more) in [
        ("GET", "/api/v1/tenants/{id}", 200, 1.0),
        ("GET", "/api/v1/tenants/{id}", 404, 1.0),
        ("GET", "/api/v1/tenants", 401, 3.0),
        ("DELETE", "/api/v1/tenants", 405, 1.0),
        ("HEAD", "/api/v1/tenants", 200, 1.0),
        // Each scrape counts the previous ones.
        ("GET", "/metrics", 200, 1.0),
    ] {
        let [before, after] = [&before, &after].map(|samples| counted(samples, method, route, status));
        assert_same(after - before, more, &format!("{method} {route} {status}"));
    }
}

fn unknown_paths_and_methods_make_no_series_of_their_own(world: &World) {
    let nowhere = |i: usize| {
        world.client().get(&format!("/nowhere/{i}"));
        world.client().get(&format!("/api/v1/nowhere-{i}?a={i}"));
        world.client().get(&format!("/api/v1/tenants/{i}/nowhere"));
        world.client().call(&format!("BREW{i}"), "/api/v1/tenants", None);
        world.client().call(&format!("BREW{i}"), &format!("/nowhere/{i}"), None);
    };
    scrape(world);
    nowhere(0);
    let before = scrape(world);
    (1..=5).for_each(nowhere);
    let after = scrape(world);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert_same(counted(&after, "GET", "unmatched", 404), 18.0, "paths");
    assert_same(counted(&after, "OTHER", "/api/v1/tenants", 405), 6.0, "methods");
    assert_same(counted(&after, "OTHER", "unmatched", 404), 6.0, "both");
}

fn no_id_and_no_key_is_in_the_text(world: &World) {
    let tenant = world.tenant_id("Channel A");
    for path in ["", "/deactivate", "/nowhere"] {
        world.calry().named(&tenant).get(&format!("/api/v1/tenants/{tenant}{path}"));
        world.client().get(&format!("/{tenant}{path}?key={}", world.key));
    }
    world.bearer().with("x-request-id", &tenant).get("/api/v1/locations");
    let text = world.client().get("/metrics").text;
    let dashes = |candidate: &[u8]| [8, 13, 18, 23].into_iter().all(|at| candidate[at] == b'-');
    assert!(!text.as_bytes().windows(36).any(dashes), "{text}");
    for secret in [&tenant, &world.workspace, &world.user, &world.key, "nowhere", "Channel"] {
        assert!(!text.contains(secret), "{text}");
    }
}

fn durations_are_a_histogram(world: &World) {
    for _ in 0..4 {
        world.calry().get("/api/v1/tenants");
    }
    let samples = scrape(world);
    let labels = r#"method="GET",route="/api/v1/tenants""#;
    let prefix = format!("{DURATIONS}_bucket{{{labels},le=\"");
    let mut buckets: Vec<(f64, f64)> = samples
        .iter()
        .filter_map(|(series, count)| {
            let bound = series.strip_prefix(&prefix)?.strip_suffix("\"}")?;
            Some((bound.parse().expect("a bound"), *count))
        })
        .collect();
    buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    assert_eq!(buckets.len(), 15);
    assert_same(buckets[0].0, 0.0005, "the lowest bound");
    assert_same(buckets[13].0, 10.0, "the highest bound");
    assert!(buckets[14].0.is_infinite());
    assert!(buckets.windows(2).all(|pair| pair[0].1 <= pair[1].1), "each bucket holds those below it: {buckets:?}");
    assert_same(buckets[14].1, 4.0, "the last bucket holds all");
    assert_same(samples[&format!("{DURATIONS}_count{{{labels}}}")], 4.0, "the count");
    let sum = samples[&format!("{DURATIONS}_sum{{{labels}}}")];
    assert!(sum > 0.0 && sum < 40.0, "{sum}");
}

fn build_and_pools_are_told(world: &World) {
    assert_eq!(world.calry().get("/api/v1/tenants").status, 200);
    let samples = scrape(world);
    let version = format!("tenantry_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_same(samples[&version], 1.0, "the build");
    let pools: &[(&str, f64)] = match &world.server.engine {
        // All workers share these pools.
        Engine::Sqlite(_) => &[("sqlite-reader", 8.0), ("sqlite-writer", 1.0)],
        // Each worker has a pool of eight.
        _ => &[("postgres", 8.0)],
    };
    for (pool, size) in pools {
        let of = |state: &str| samples[&format!("tenantry_db_connections{{pool=\"{pool}\",state=\"{state}\"}}")];
        let max = samples[&format!("tenantry_db_connections_max{{pool=\"{pool}\"}}")];
        assert!(of("idle") + of("used") >= 1.0 && of("idle") + of("used") <= max, "{pool}: {samples:?}");
        let workers = match &world.server.engine {
            Engine::Sqlite(_) => 1.0,
            _ => max / size,
        };
        assert_same(max, workers * size, pool);
        assert!(workers >= 1.0 && workers.fract() == 0.0, "{pool}: {max}");
    }
    let told = samples.keys().filter(|series| series.starts_with("tenantry_db_connections_max{")).count();
    assert_eq!(told, pools.len(), "no other pools");
}
