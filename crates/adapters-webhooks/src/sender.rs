//! Requests to receivers.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::webhooks::{DeliveryFailure, Outcome, Reach, RetryAfter, SignedMessage, WebhookUrl};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ports::WebhookSender;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout_at};

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
}

impl HttpSender {
    /// Creates a sender that asks the operating system for addresses, and trusts the authorities that browsers trust.
    pub fn new(reach: Reach) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::with(Arc::new(SystemResolver), roots, reach)
    }

    /// Creates a sender with a resolver and the authorities to trust.
    pub fn with(resolver: Arc<dyn Resolver>, roots: RootCertStore, reach: Reach) -> Self {
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
        Self { client, reach }
    }

    async fn exchange(&self, url: &WebhookUrl, message: SignedMessage) -> Result<Outcome, DeliveryFailure> {
        // The setting may have changed since the URL was stored.
        url.expect_within(self.reach).map_err(|_| DeliveryFailure::AddressRefused)?;
        let SignedMessage { id, timestamp, signature, body } = message;
        let request = Request::post(url.as_str())
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
        self.exchange(url, message).await.unwrap_or_else(Outcome::Failed)
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
