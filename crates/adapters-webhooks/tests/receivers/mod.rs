//! Receivers on this machine, and a resolver that leads to them.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters_webhooks::{HttpSender, Resolver};
use async_trait::async_trait;
use domain::webhooks::{Outcome, Reach, SignedMessage, WebhookUrl};
use ports::WebhookSender;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Answers each question with the next of its answers, and the last one for ever.
#[derive(Default)]
pub(crate) struct Answers {
    answers: Mutex<Vec<Vec<SocketAddr>>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Resolver for Answers {
    async fn resolve(&self, name: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        self.asked.lock().expect("unpoisoned").push(name.to_owned());
        let mut answers = self.answers.lock().expect("unpoisoned");
        let answer = if answers.len() > 1 { Some(answers.remove(0)) } else { answers.first().cloned() };
        answer.ok_or_else(|| io::Error::other("no such name"))
    }
}

pub(crate) fn resolver(answers: impl Into<Vec<Vec<SocketAddr>>>) -> Arc<Answers> {
    Arc::new(Answers { answers: Mutex::new(answers.into()), asked: Mutex::default() })
}

pub(crate) fn sender(resolver: &Arc<Answers>, reach: Reach) -> HttpSender {
    HttpSender::with(resolver.clone(), RootCertStore::empty(), reach, |_, trace| trace.cloned())
}

pub(crate) fn message() -> SignedMessage {
    let (id, signature) = ("event-1".to_owned(), "v1,abc= v1,def=".to_owned());
    SignedMessage { id, timestamp: 1_614_265_330, signature, body: br#"{"a": 1}"#.to_vec(), trace: None }
}

pub(crate) async fn send(sender: &HttpSender, url: &str) -> Outcome {
    let url: WebhookUrl = url.parse().expect("a URL");
    sender.send(&url, message()).await
}

pub(crate) const fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after: None }
}

/// A receiver on this machine, with the requests that it got.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    pub(crate) requests: UnboundedReceiver<String>,
}

/// Starts a receiver, which hands each connection to `serve`.
pub(crate) async fn receiver<F>(serve: impl Fn(TcpStream, UnboundedSender<String>) -> F + Send + 'static) -> Receiver
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (told, requests) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, told.clone()));
        }
    });
    Receiver { address, requests }
}

/// Starts a receiver that gives each request the same answer, over as many connections as there are.
pub(crate) async fn answering(answer: &'static str) -> Receiver {
    receiver(move |mut stream, told| async move {
        while let Some(request) = read(&mut stream).await {
            told.send(request).expect("a test");
            stream.write_all(answer.as_bytes()).await.expect("a client");
        }
    })
    .await
}

/// Reads a request with its short body.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(br#"{"a": 1}"#) {
        let mut bytes = [0; 1024];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => request.extend_from_slice(&bytes[..count]),
        }
    }
    String::from_utf8(request).ok()
}

/// Sends once to a receiver with this answer.
pub(crate) async fn outcome_of(answer: &'static str) -> Outcome {
    let receiver = answering(answer).await;
    send(&sender(&resolver([]), Reach::Private), &format!("http://{}/", receiver.address)).await
}

/// Answers a request with a beginning, and then with a letter every second.
pub(crate) async fn drip(mut stream: TcpStream, beginning: &'static str) {
    drop(read(&mut stream).await);
    stream.write_all(beginning.as_bytes()).await.expect("a client");
    while stream.write_all(b"x").await.is_ok() {
        sleep(Duration::from_secs(1)).await;
    }
}

/// Starts a receiver that speaks TLS with a certificate for this name, and returns the authority to trust.
pub(crate) async fn with_tls(name: &str) -> (Receiver, RootCertStore) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let receiver = receiver(move |stream, told| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            while let Some(request) = read(&mut stream).await {
                told.send(request).expect("a test");
                answer(&mut stream).await;
            }
        }
    });
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).expect("a certificate");
    (receiver.await, roots)
}

pub(crate) async fn answer(stream: &mut (impl AsyncWrite + Unpin)) {
    stream.write_all(OK.as_bytes()).await.expect("a client");
    stream.flush().await.expect("a client");
}
