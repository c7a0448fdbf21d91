//! Signals that stop the server.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::Poll;

use anyhow::{Context, anyhow};

/// Runs work until a signal arrives, which drops it.
pub(crate) async fn unless_stopped<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let (mut work, mut stop) = (pin!(work), pin!(stop_signal().context("signals cannot be caught")?));
    let ended = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(done),
        Poll::Pending => stop.as_mut().poll(context).map(|()| Err(anyhow!("interrupted"))),
    });
    ended.await
}

/// Waits for SIGTERM or SIGINT. They are caught from the moment of the call, not only once the server runs, so a server
/// that is stopped at its first request shuts down like any other.
#[cfg(unix)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    use actix_web::rt::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    Ok(poll_fn(move |context| {
        if signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }))
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the Unix version can fail")]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if let Err(error) = actix_web::rt::signal::ctrl_c().await {
            tracing::warn!(%error, "cannot wait for Ctrl-C");
            std::future::pending::<()>().await;
        }
    })
}
