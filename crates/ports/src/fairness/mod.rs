//! Fair shares of what all tenants use.
//!
//! A [`Gate`] controls access to the connections of a database. While there are enough, every client is admitted at
//! once. Otherwise clients wait, and the next turn goes to the workspace with the least recent use, and within it to
//! the tenant with the least. A client with much recent use is held to its share while others are active, and the last
//! connections of a pool are reserved for clients that hold none.
//!
//! Each request records its client ([`works_for`]), so that no function needs to pass it on.

mod turns;

use std::cell::Cell;
use std::future::Future;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Instant;

use domain::ids::{TenantId, WorkspaceId};
use tokio::task_local;

use self::turns::{Next, Turns};

/// The party that work is done for: the home tenant of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The tenant.
    pub tenant: TenantId,
}

task_local! {
    static CLIENT: Cell<Option<Client>>;
}

/// Runs work on behalf of this client; `None` stands for the service itself, or a caller not authenticated yet.
pub async fn on_behalf_of<F: Future>(client: Option<Client>, work: F) -> F::Output {
    CLIENT.scope(Cell::new(client), work).await
}

/// Sets the client of the current work.
pub fn works_for(client: Client) {
    // Outside of a request there is no client to set.
    let _ = CLIENT.try_with(|known| known.set(Some(client)));
}

/// The client of the current work.
pub fn client() -> Option<Client> {
    CLIENT.try_with(Cell::get).ok().flatten()
}

/// The number of connections that a client with much recent use may hold while others are active: half of the
/// processors.
pub fn share() -> u32 {
    u32::try_from(available_parallelism().map_or(1, NonZero::get) / 2).unwrap_or(u32::MAX).max(1)
}

/// A queue for the connections of one or more pools, with fair turns.
#[derive(Debug)]
pub struct Gate {
    turns: Mutex<Turns>,
}

/// The entrance to one pool.
#[derive(Debug, Clone)]
pub struct Door {
    gate: Arc<Gate>,
    pool: usize,
}

/// A permit to use one connection of a pool. Dropping it passes the turn on.
#[derive(Debug)]
pub struct Permit {
    door: Door,
    client: Option<Client>,
}

impl Gate {
    /// Creates a gate with this share for each client.
    pub fn new(share: u32) -> Arc<Self> {
        Arc::new(Self { turns: Mutex::new(Turns::new(share)) })
    }

    /// Adds a pool of this size.
    pub fn door(self: &Arc<Self>, size: usize) -> Door {
        Door { gate: self.clone(), pool: self.turns().add_pool(size) }
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    /// Waits for the turn of the current client.
    pub async fn enter(&self) -> Permit {
        let client = client();
        let waits = self.gate.turns().enter(self.pool, client, Instant::now());
        match waits {
            None => Permit { door: self.clone(), client },
            Some(turn) => turn.await.expect("only dropped requests leave the queue"),
        }
    }

    /// The number of permits in use.
    pub fn used(&self) -> usize {
        self.gate.turns().used(self.pool)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let gate = &self.door.gate;
        let next = {
            let mut turns = gate.turns();
            let now = Instant::now();
            turns.leave(self.door.pool, self.client, now);
            turns.let_in(now)
        };
        for Next { pool, client, turn } in next {
            // If the waiting request is gone, the permit is dropped and passes on.
            drop(turn.send(Permit { door: Door { gate: gate.clone(), pool }, client }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use uuid::Uuid;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "a client is optional everywhere")]
    fn tenant(workspace: u128, tenant: u128) -> Option<Client> {
        let [workspace, tenant] = [workspace, tenant].map(Uuid::from_u128);
        Some(Client { workspace: WorkspaceId::new(workspace), tenant: TenantId::new(tenant) })
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_passes_its_turn_on() {
        let gate = Gate::new(1);
        let door = gate.door(1);
        let held = door.enter().await;
        let mut given_up = Box::pin(door.enter());
        let mut waits = pin!(on_behalf_of(tenant(1, 1), door.enter()));
        for is_pending in poll_fn(|context| {
            Poll::Ready([given_up.as_mut().poll(context).is_pending(), waits.as_mut().poll(context).is_pending()])
        })
        .await
        {
            assert!(is_pending);
        }
        drop(given_up);
        drop(held);
        let permit = waits.await;
        assert_eq!((permit.client, door.used()), (tenant(1, 1), 1));
        // The request is dropped when its turn has come, and before it is polled.
        let mut late = Box::pin(door.enter());
        assert!(poll_fn(|context| Poll::Ready(late.as_mut().poll(context).is_pending())).await);
        drop(permit);
        drop(late);
        assert_eq!(door.used(), 0);
    }

    #[tokio::test]
    async fn work_says_for_whom_it_is() {
        works_for(tenant(1, 1).expect("a client"));
        assert_eq!(client(), None, "outside of all");
        on_behalf_of(None, async {
            works_for(tenant(1, 2).expect("a client"));
            assert_eq!(client(), tenant(1, 2));
            on_behalf_of(tenant(1, 3), async { assert_eq!(client(), tenant(1, 3)) }).await;
        })
        .await;
        assert_eq!(client(), None);
    }
}
