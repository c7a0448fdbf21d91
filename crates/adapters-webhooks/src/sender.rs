//! Requests to receivers.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::traces::TraceContext;
use domain::webhooks::{DeliveryFailure, Outcome, Reach, RetryAfter, SignedMessage, WebhookUrl};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ports::WebhookSender;
use ports::traces::{ContinueTrace, SPANS};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;
use tracing::field::Empty;

use crate::connector::{ConnectError, Connector, Resolver, SystemResolver};

/// The time limit of a request with its answer.
const EXCHANGE: Duration = Duration::from_secs(15);
/// The length to which an answer is read: its head, and again its body.
const ANSWER: usize = 16 * 1024;
/// The time that an idle connection is kept for the next event: shorter than receivers keep theirs, so that they do not
/// close one that is about to be used.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
const AGENT: &str = concat!("Tenantry/", env!("CARGO_PKG_VERSION"));

/// Sends webhooks by HTTP.
pub struct HttpSender {
    client: Client<HttpsConnector<Connector>, Full<Bytes>>,
    reach: Reach,
    continue_trace: ContinueTrace,
}

impl HttpSender {
    /// Creates a sender that asks the operating system for addresses, and trusts the authorities that browsers trust.
    pub fn new(reach: Reach, continue_trace: ContinueTrace) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::with(Arc::new(SystemResolver), roots, reach, continue_trace)
    }

    /// Creates a sender with a resolver and the authorities to trust.
    pub fn with(
        resolver: Arc<dyn Resolver>,
        roots: RootCertStore,
        reach: Reach,
        continue_trace: ContinueTrace,
    ) -> Self {
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions that the provider has")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEEP_ALIVE)
            .http1_max_buf_size(ANSWER)
            .build(connector.wrap_connector(Connector { resolver, reach }));
        Self { client, reach, continue_trace }
    }

    async fn exchange(&self, url: &WebhookUrl, message: SignedMessage) -> Result<Outcome, DeliveryFailure> {
        // The setting may have changed since the URL was stored.
        url.expect_within(self.reach).map_err(|_| DeliveryFailure::AddressRefused)?;
        let SignedMessage { id, timestamp, signature, body, trace } = message;
        let request = traced(Request::post(url.as_str()), trace.as_ref())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, AGENT)
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| DeliveryFailure::AddressRefused)?;
        let deadline = Instant::now() + EXCHANGE;
        let response =
            timeout_at(deadline, self.client.request(request)).await.map_err(|_| DeliveryFailure::TimedOut)?;
        let response = response.map_err(|error| classify(&error).unwrap_or(DeliveryFailure::ConnectionLost))?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        // The status decides. The body is only read so that the connection can be used again.
        let _ = timeout_at(deadline, discard(response)).await;
        Ok(Outcome::Answered { status, retry_after })
    }
}

#[async_trait]
impl WebhookSender for HttpSender {
    async fn send(&self, url: &WebhookUrl, message: SignedMessage) -> Outcome {
        // The URL may contain a secret of the receiver.
        let span = tracing::info_span!(
            target: SPANS, "deliver", otel.kind = "client", http.request.method = "POST", messaging.message.id = message.id,
            http.response.status_code = Empty, otel.status_code = Empty, "error.type" = Empty,
        );
        let trace = (self.continue_trace)(&span, message.trace.as_ref());
        let sending = self.exchange(url, SignedMessage { trace, ..message });
        let outcome = sending.instrument(span.clone()).await.unwrap_or_else(Outcome::Failed);
        match outcome {
            Outcome::Answered { status, .. } => span.record("http.response.status_code", status),
            Outcome::Failed(failure) => span.record("otel.status_code", "ERROR").record("error.type", failure.as_str()),
        };
        outcome
    }
}

/// Adds the trace that the request continues.
fn traced(mut request: Builder, trace: Option<&TraceContext>) -> Builder {
    let Some(trace) = trace else { return request };
    request = request.header("traceparent", trace.to_string());
    match trace.state.as_str() {
        "" => request,
        state => request.header("tracestate", state),
    }
}

/// Reads a body up to its limit. An unread rest closes the connection.
async fn discard(response: Response<Incoming>) {
    let mut body = Limited::new(response.into_body(), ANSWER);
    while let Some(Ok(_)) = body.frame().await {}
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(RetryAfter::Seconds(text.parse().unwrap_or(u32::MAX)));
    }
    httpdate::parse_http_date(text).ok().map(|at| RetryAfter::At(at.into()))
}

/// Finds the reason of an error among its causes.
fn classify(error: &(dyn Error + 'static)) -> Option<DeliveryFailure> {
    if let Some(ConnectError { failure }) = error.downcast_ref() {
        return Some(*failure);
    }
    if error.is::<rustls::Error>() {
        return Some(DeliveryFailure::TlsFailed);
    }
    if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
        return Some(DeliveryFailure::InvalidAnswer);
    }
    // An I/O error hides the error that it is made of from its causes.
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match inner {
        Some(inner) => classify(inner),
        None => error.source().and_then(classify),
    }
}
