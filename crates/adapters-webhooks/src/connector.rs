//! Connections to addresses that were checked.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use domain::webhooks::{DeliveryFailure, Reach, is_public};
use hyper::Uri;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tower_service::Service;

/// The time limit of a connection to one address, so that the next one gets its chance within the time of the exchange.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The number of addresses of a name that are tried.
const ADDRESSES: usize = 3;

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Returns the addresses of the name, with the port.
    ///
    /// # Errors
    /// If there are none, or they cannot be found now.
    async fn resolve(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((name, port)).await?.collect())
    }
}

/// A connection that was not made.
#[derive(Debug, Error)]
#[error("no connection: {}", .failure.as_str())]
pub(crate) struct ConnectError {
    pub(crate) failure: DeliveryFailure,
}

/// Connects to receivers.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) reach: Reach,
}

impl Connector {
    async fn connect(&self, uri: &Uri) -> Result<TokioIo<TcpStream>, DeliveryFailure> {
        for address in self.addresses(uri).await?.into_iter().take(ADDRESSES) {
            if let Ok(Ok(stream)) = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                // A request is one write, which nothing follows.
                let _ = stream.set_nodelay(true);
                return Ok(TokioIo::new(stream));
            }
        }
        Err(DeliveryFailure::ConnectionFailed)
    }

    /// Resolves the host. A name with one forbidden address is refused, because its owner points it there on purpose.
    async fn addresses(&self, uri: &Uri) -> Result<Vec<SocketAddr>, DeliveryFailure> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self.resolver.resolve(host, port).await.map_err(|_| DeliveryFailure::NameNotResolved)?,
        };
        if addresses.is_empty() {
            return Err(DeliveryFailure::NameNotResolved);
        }
        if self.reach == Reach::Public && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(DeliveryFailure::AddressRefused);
        }
        Ok(addresses)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&uri).await.map_err(|failure| ConnectError { failure }) })
    }
}
