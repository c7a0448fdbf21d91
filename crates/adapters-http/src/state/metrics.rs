//! Metrics, in the text format of Prometheus.
//!
//! Every label has few values, whatever clients send: routes are patterns, never paths, and there are no labels for
//! tenants or users. Counting does not allocate: a series is created once, and found by a hash of its labels.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::{Method, StatusCode};
use application::{CouponOutcome, DeliveryResult};
pub(crate) use prometheus::TEXT_FORMAT;
use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

/// The route label of requests that match no route.
const UNMATCHED: &str = "unmatched";
/// Upper bounds in seconds: from half a millisecond, a fast read, to ten seconds, for which hardly any client waits.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The current use of a pool of database connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// The pool's name. Pools with the same name are added up.
    pub pool: &'static str,
    /// Open connections that are idle.
    pub idle: u32,
    /// Connections in use.
    pub used: u32,
    /// The maximum number of connections.
    pub max: u32,
}

/// The metrics. Clones share their counters.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    coupons: IntCounterVec,
    deliveries: IntCounterVec,
    webhook_lag: IntGauge,
    connections: IntGaugeVec,
    connections_max: IntGaugeVec,
    pools: Arc<dyn Fn() -> Vec<PoolUse> + Send + Sync>,
}

impl Metrics {
    /// Creates the metrics. `pools` is called each time they are read.
    pub fn new(pools: impl Fn() -> Vec<PoolUse> + Send + Sync + 'static) -> Self {
        let registry = Registry::new();
        let gauges = |name, help, labels: &[&str]| known_to(&registry, IntGaugeVec::new(Opts::new(name, help), labels));

        let requests = Opts::new("tenantry_http_requests_total", "Number of answered requests.");
        let requests = IntCounterVec::new(requests, &["method", "route", "status"]);
        let durations = HistogramOpts::new("tenantry_http_request_duration_seconds", "Duration of requests.");
        let durations = HistogramVec::new(durations.buckets(BUCKETS.into()), &["method", "route"]);
        let in_flight = IntGauge::new("tenantry_http_requests_in_flight", "Number of requests in flight.");
        let coupons = Opts::new("tenantry_coupon_codes_total", "Coupon codes that were wrong, or not looked up.");
        let coupons = known_to(&registry, IntCounterVec::new(coupons, &["result"]));
        for outcome in [CouponOutcome::Wrong, CouponOutcome::Limited] {
            coupons.with_label_values(&[label_of_coupon(outcome)]);
        }
        let deliveries =
            Opts::new("tenantry_webhook_deliveries_total", "Number of attempts to deliver events to webhooks.");
        let deliveries = known_to(&registry, IntCounterVec::new(deliveries, &["result"]));
        for result in DeliveryResult::ALL {
            deliveries.with_label_values(&[label_of_delivery(result)]);
        }
        let lag = "Age of the oldest event that an enabled webhook has not delivered.";
        let webhook_lag = IntGauge::new("tenantry_webhook_lag_seconds", lag);
        let build = gauges("tenantry_build_info", "Always 1, with the version of the build as label.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
            requests: known_to(&registry, requests),
            durations: known_to(&registry, durations),
            in_flight: known_to(&registry, in_flight),
            coupons,
            deliveries,
            webhook_lag: known_to(&registry, webhook_lag),
            connections: gauges("tenantry_db_connections", "Open database connections.", &["pool", "state"]),
            connections_max: gauges("tenantry_db_connections_max", "Maximum database connections.", &["pool"]),
            registry,
            pools: Arc::new(pools),
        }
    }

    /// Counts a coupon code.
    pub fn count_coupon(&self, outcome: CouponOutcome) {
        self.coupons.with_label_values(&[label_of_coupon(outcome)]).inc();
    }

    /// Counts an attempt to deliver an event.
    pub fn count_delivery(&self, result: DeliveryResult) {
        self.deliveries.with_label_values(&[label_of_delivery(result)]).inc();
    }

    /// Stores the age of the oldest event that an enabled webhook has not delivered.
    pub fn set_webhook_lag(&self, seconds: u64) {
        self.webhook_lag.set(seconds.try_into().unwrap_or(i64::MAX));
    }

    /// Starts to measure a request.
    pub(crate) fn watch(&self, method: &Method) -> Watched<'_> {
        self.in_flight.inc();
        Watched { metrics: self, method: label_of(method), started: Instant::now() }
    }

    /// Returns all metrics as text.
    pub(crate) fn text(&self) -> String {
        let mut sums = BTreeMap::<_, [i64; 3]>::new();
        for PoolUse { pool, idle, used, max } in (self.pools)() {
            let sum = sums.entry(pool).or_default();
            *sum = [sum[0] + i64::from(idle), sum[1] + i64::from(used), sum[2] + i64::from(max)];
        }
        for (pool, [idle, used, max]) in sums {
            self.connections.with_label_values(&[pool, "idle"]).set(idle);
            self.connections.with_label_values(&[pool, "used"]).set(used);
            self.connections_max.with_label_values(&[pool]).set(max);
        }
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

/// A request in flight. If it is dropped without [`end`](Self::end), its client has cancelled it, and it is not
/// counted.
pub(crate) struct Watched<'a> {
    metrics: &'a Metrics,
    method: &'static str,
    started: Instant,
}

impl Watched<'_> {
    /// Counts the request and returns its duration. `route` is the pattern that its path matched.
    pub(crate) fn end(self, route: Option<&str>, status: StatusCode) -> Duration {
        let (took, route) = (self.started.elapsed(), route.unwrap_or(UNMATCHED));
        self.metrics.requests.with_label_values(&[self.method, route, status.as_str()]).inc();
        self.metrics.durations.with_label_values(&[self.method, route]).observe(took.as_secs_f64());
        took
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
    }
}

/// Returns the label of a method. Unknown ones share a label, because clients may send any number of methods.
fn label_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

const fn label_of_coupon(outcome: CouponOutcome) -> &'static str {
    match outcome {
        CouponOutcome::Wrong => "wrong",
        CouponOutcome::Limited => "limited",
    }
}

const fn label_of_delivery(result: DeliveryResult) -> &'static str {
    match result {
        DeliveryResult::Delivered => "delivered",
        DeliveryResult::Rejected => "rejected",
        DeliveryResult::Unanswered => "unanswered",
    }
}

/// Registers a collector.
fn known_to<C: Collector + Clone + 'static>(registry: &Registry, collector: prometheus::Result<C>) -> C {
    let collector = collector.expect("names and labels are well-formed");
    registry.register(Box::new(collector.clone())).expect("no two have the same name");
    collector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_are_not_served_share_one_label() {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            assert_eq!(label_of(&method.parse().expect("a method")), method);
        }
        for method in ["TRACE", "CONNECT", "BREW", "get", "X1", "X2"] {
            assert_eq!(label_of(&method.parse().expect("a method")), "OTHER", "{method}");
        }
    }

    #[test]
    fn a_request_is_counted_by_its_route_or_as_unmatched() {
        let metrics = Metrics::new(Vec::new);
        metrics.watch(&Method::GET).end(Some("/api/v1/tenants/{id}"), StatusCode::OK);
        metrics.watch(&Method::GET).end(None, StatusCode::NOT_FOUND);
        metrics.watch(&Method::GET).end(None, StatusCode::NOT_FOUND);
        let text = metrics.text();
        for line in [
            r#"tenantry_http_requests_total{method="GET",route="/api/v1/tenants/{id}",status="200"} 1"#,
            r#"tenantry_http_requests_total{method="GET",route="unmatched",status="404"} 2"#,
            r#"tenantry_http_request_duration_seconds_count{method="GET",route="/api/v1/tenants/{id}"} 1"#,
            r#"tenantry_http_request_duration_seconds_count{method="GET",route="unmatched"} 2"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
        }
    }

    #[test]
    fn a_request_that_its_client_gave_up_is_no_longer_in_flight() {
        let metrics = Metrics::new(Vec::new);
        let watched = metrics.watch(&Method::GET);
        assert!(metrics.text().contains("tenantry_http_requests_in_flight 1\n"));
        drop(watched);
        let text = metrics.text();
        assert!(text.contains("tenantry_http_requests_in_flight 0\n"), "{text}");
        assert!(!text.contains("tenantry_http_requests_total"), "{text}");
    }

    #[test]
    fn pools_of_the_same_name_are_added_up_at_each_reading() {
        let pool = PoolUse { pool: "postgres", idle: 1, used: 2, max: 8 };
        let metrics = Metrics::new(move || vec![pool, pool]);
        for _ in 0..2 {
            let text = metrics.text();
            for line in [
                r#"tenantry_db_connections{pool="postgres",state="idle"} 2"#,
                r#"tenantry_db_connections{pool="postgres",state="used"} 4"#,
                r#"tenantry_db_connections_max{pool="postgres"} 16"#,
            ] {
                assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
            }
        }
    }
}
