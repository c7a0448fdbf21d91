//! The server: HTTP/1.1 over TCP, with a limit for each phase of a connection.
//!
//! `connection` limits the bytes of a connection, `exchanges` handles requests and their responses. actix-http itself
//! limits the first head and idle connections, and ends connections at shutdown.

pub(crate) mod address;
pub(crate) mod compression;
pub(crate) mod cors;
pub(crate) mod envelope;
pub(crate) mod fixed;
pub(crate) mod health;
pub(crate) mod timeout;
pub(crate) mod traces;

mod connection;
mod exchanges;
mod memory;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{ServiceFactoryExt, fn_service};
use actix_web::App;
use actix_web::rt::net::{TcpSocket, TcpStream};
use actix_web::web::ServiceConfig;

use self::connection::Connection;
pub use self::connection::Connections;
use self::memory::{Memory, PIECE};

/// The maximum number of connections that wait to be accepted.
const BACKLOG: u32 = 2048;
/// The time for which a connection stays open after a request that was not read to its end, so that the client can
/// receive the response.
const LINGER: Duration = Duration::from_secs(2);

/// Listens on the address.
///
/// # Errors
/// The address is not available.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that restarts immediately gets its address again.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Serves until `stop`, and then the requests in flight. Each worker thread adds its own `routes`.
///
/// # Errors
/// The listener cannot be used.
pub(crate) fn serve_routes<C>(
    listener: TcpListener,
    connections: Connections,
    stop: impl Future<Output = ()> + Send + 'static,
    routes: impl Fn() -> C + Clone + Send + 'static,
) -> io::Result<Server>
where
    C: FnOnce(&mut ServiceConfig),
{
    let builder = ServerBuilder::new().shutdown_signal(stop);
    let builder = builder.shutdown_timeout(connections.shutdown_timeout.as_secs().max(1));
    let builder = match connections.workers {
        Some(workers) => builder.workers(workers),
        None => builder,
    };
    let stopping = builder.graceful_shutdown_signal();
    let memory = Memory::default();
    let builder = builder.listen("tenantry", listener, move || {
        let (stopping, memory) = (stopping.clone(), memory.clone());
        let (serving, expecting) = exchanges::services(App::new().configure(routes()), memory.clone());
        let http = HttpService::<Connection, _, _>::build()
            .client_request_timeout(connections.head_timeout)
            .client_disconnect_timeout(LINGER)
            .keep_alive(connections.keep_alive)
            .h1_write_buffer_size(PIECE)
            // `Connection` cancels the request of a client that closes its side. For actix-http, bytes that are not a
            // request close the side too, but the requests before them must be answered.
            .h1_allow_half_closed(true)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.turns());
            })
            .expect(expecting)
            .h1(serving);
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let connection = Connection::new(stream, connections, memory.clone());
            async move { Ok((connection?, peer)) }
        })
        .and_then(http)
    })?;
    Ok(builder.run())
}
