//! Batch loader: rows that are requested at the same moment are read by one statement.
//!
//! Under load a thread answers several requests at once. If each needs one row of the same table, one statement for all
//! of them is one round trip, and hardly more work for the database than a single row. A request does not wait for
//! others: a batch contains the requests that arrive before its statement is sent.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::WorkspaceId;
use ports::RepositoryError;
use ports::fairness::{client, on_behalf_of};
use tokio::sync::oneshot;
use tracing::{Instrument, Span};
use uuid::Uuid;

/// The most rows that one statement reads.
const MOST: usize = 32;

/// The type, which stands for the table, and the workspace of the rows that one statement reads.
pub(super) type Rows = (TypeId, WorkspaceId);

/// A loader of single rows by id. One statement never reads rows of different types or workspaces.
pub(crate) struct BatchLoader<R> {
    id: fn(&R) -> Uuid,
    waiting: Mutex<HashMap<Rows, Vec<Waiting<R>>>>,
}

/// A request for a row, for which no statement has been sent yet.
struct Waiting<R> {
    id: Uuid,
    answer: oneshot::Sender<Result<Option<R>, RepositoryError>>,
}

impl<R: Clone + Send + 'static> BatchLoader<R> {
    /// Creates a loader; `id` returns the id of a row.
    pub(crate) fn new(id: fn(&R) -> Uuid) -> Self {
        Self { id, waiting: Mutex::default() }
    }

    /// Returns the row with this id, if it exists. `read` reads rows by their ids; a batch calls the `read` of one of
    /// its requests.
    pub(crate) async fn load<F>(
        self: &Arc<Self>,
        rows: Rows,
        id: Uuid,
        read: impl FnOnce(Vec<Uuid>) -> F + Send + 'static,
    ) -> Result<Option<R>, RepositoryError>
    where
        F: Future<Output = Result<Vec<R>, RepositoryError>> + Send,
    {
        let (answer, answered) = oneshot::channel();
        let waiting = {
            let mut batches = self.waiting();
            let batch = batches.entry(rows).or_default();
            batch.push(Waiting { id, answer });
            batch.len()
        };
        if waiting % MOST == 1 {
            // A separate task: it runs after the requests that are ready now, and continues if this request is
            // cancelled.
            let loader = self.clone();
            let batch = async move {
                let batch = loader.take(rows);
                let found = read(ids(&batch)).await;
                loader.answer(batch, found);
            };
            tokio::spawn(on_behalf_of(client(), batch.instrument(Span::current())));
        }
        answered.await.unwrap_or_else(|gone| Err(RepositoryError::Internal(gone.into())))
    }

    fn take(&self, rows: Rows) -> Vec<Waiting<R>> {
        let mut batches = self.waiting();
        let mut batch = batches.remove(&rows).unwrap_or_default();
        if batch.len() > MOST {
            batches.insert(rows, batch.split_off(MOST));
        }
        batch
    }

    fn answer(&self, batch: Vec<Waiting<R>>, rows: Result<Vec<R>, RepositoryError>) {
        let rows = rows.map_err(Arc::new);
        for Waiting { id, answer } in batch {
            let found = match &rows {
                Ok(rows) => Ok(rows.iter().find(|row| (self.id)(row) == id).cloned()),
                Err(error) => Err(shared(error.clone())),
            };
            // Requests may have been cancelled by now.
            drop(answer.send(found));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Rows, Vec<Waiting<R>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the ids of a batch, the last one repeated up to a power of two, so that few statements are prepared.
fn ids<R>(batch: &[Waiting<R>]) -> Vec<Uuid> {
    let mut ids: Vec<_> = batch.iter().map(|waiting| waiting.id).collect();
    if let Some(last) = ids.last().copied() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

/// Converts an error of a batch to the error of one request.
fn shared(error: Arc<RepositoryError>) -> RepositoryError {
    match *error {
        RepositoryError::Unavailable(_) => RepositoryError::Unavailable(error.into()),
        _ => RepositoryError::Internal(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::join;
    use tokio::task::JoinSet;

    use super::*;

    type Asked = Arc<Mutex<Vec<Vec<u128>>>>;

    const HERE: Rows = (TypeId::of::<u128>(), WorkspaceId::new(Uuid::from_u128(1)));
    const ELSEWHERE: Rows = (TypeId::of::<u128>(), WorkspaceId::new(Uuid::from_u128(2)));
    const OTHERS: Rows = (TypeId::of::<u64>(), HERE.1);

    /// Loads from a table of the ids up to 100, and logs the ids that were requested.
    async fn load(loader: &Arc<BatchLoader<u128>>, asked: &Asked, rows: Rows, id: u128) -> Option<u128> {
        let asked = asked.clone();
        let read = async move |ids: Vec<Uuid>| {
            let mut ids: Vec<_> = ids.iter().map(Uuid::as_u128).collect();
            asked.lock().expect("no panic under the lock").push(ids.clone());
            ids.dedup();
            Ok(ids.into_iter().filter(|id| *id <= 100).collect())
        };
        loader.load(rows, Uuid::from_u128(id), read).await.expect("no error")
    }

    fn loader() -> (Arc<BatchLoader<u128>>, Asked) {
        (Arc::new(BatchLoader::new(|id| Uuid::from_u128(*id))), Asked::default())
    }

    fn asked(asked: &Asked) -> Vec<Vec<u128>> {
        std::mem::take(&mut asked.lock().expect("no panic under the lock"))
    }

    #[tokio::test]
    async fn requests_at_the_same_moment_share_a_statement() {
        let (loader, log) = loader();
        let load = |id| load(&loader, &log, HERE, id);
        assert_eq!(join!(load(5), load(200), load(5), load(7), load(6)), (Some(5), None, Some(5), Some(7), Some(6)));
        assert_eq!(asked(&log), [[5, 200, 5, 7, 6, 6, 6, 6]]);
        assert_eq!((load(5).await, load(200).await), (Some(5), None));
        assert_eq!(asked(&log), [[5], [200]], "sequential requests are not batched");
    }

    #[tokio::test]
    async fn workspaces_and_types_do_not_share_a_statement() {
        let (loader, log) = loader();
        let load = |rows, id| load(&loader, &log, rows, id);
        join!(load(HERE, 1), load(ELSEWHERE, 1), load(HERE, 2), load(OTHERS, 3));
        assert_eq!(asked(&log), [vec![1, 2], vec![1], vec![3]]);
    }

    #[tokio::test]
    async fn many_are_answered_by_several_statements() {
        let (loader, log) = loader();
        let mut loads = JoinSet::new();
        for id in 1..=70 {
            let (loader, log) = (loader.clone(), log.clone());
            loads.spawn(async move { load(&loader, &log, HERE, id).await == Some(id) });
        }
        assert_eq!(loads.join_all().await, [true; 70]);
        assert_eq!(asked(&log).iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 8]);
        assert!(loader.waiting().is_empty());
    }

    #[tokio::test]
    async fn a_cancelled_request_does_not_cancel_the_others() {
        let (loader, log) = loader();
        let mut first = Box::pin(load(&loader, &log, HERE, 1));
        assert!(poll_fn(|context| Poll::Ready(first.as_mut().poll(context))).await.is_pending());
        drop(first);
        assert_eq!(load(&loader, &log, HERE, 2).await, Some(2));
        assert_eq!(asked(&log), [[1, 2]]);
    }

    #[tokio::test]
    async fn an_error_is_returned_to_all_requests() {
        let (loader, _) = loader();
        let load = |id| {
            let fail = |_| async { Err(RepositoryError::Unavailable("away".into())) };
            loader.load(HERE, Uuid::from_u128(id), fail)
        };
        let (one, other) = join!(load(1), load(2));
        for found in [one, other] {
            assert!(matches!(found, Err(RepositoryError::Unavailable(_))), "{found:?}");
        }
    }
}
