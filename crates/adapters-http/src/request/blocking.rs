//! Execution of work that would block a worker thread.

use std::future::Future;
use std::sync::LazyLock;

use actix_web::web;
use application::fairness::{self, Door, Gate, on_behalf_of};
use application::traces::{self, within};
use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

/// The queue of blocking work. It gets as many processors as one client may use; the others serve short requests.
static DOOR: LazyLock<Door> = LazyLock::new(|| {
    let share = fairness::share();
    Gate::new(share).door(usize::try_from(share).unwrap_or(1))
});

/// Runs work on a blocking thread at its client's turn, so that the worker thread can serve other requests. If the
/// returned future is dropped, the work ends at its next await.
pub(crate) async fn apart<F: Future>(work: impl FnOnce() -> F + Send + 'static) -> F::Output
where
    F::Output: Send + 'static,
{
    let (client, trace, span) = (fairness::client(), traces::current(), Span::current());
    let permit = DOOR.enter().await;
    // Dropping this future drops the sender `_here`. That completes `gone`, which ends the work.
    let (_here, gone) = oneshot::channel::<()>();
    let runtime = Handle::current();
    let done = web::block(move || {
        let work = async {
            select! {
                done = work() => Some(done),
                _ = gone => None,
            }
        };
        let done = runtime.block_on(on_behalf_of(client, within(trace, work.instrument(span))));
        drop(permit);
        done
    });
    done.await.ok().flatten().expect("the work does not panic, and the sender is alive")
}
