//! Servers that share a database, and are killed and started again while clients work.

use std::sync::Mutex;

use testkit::until_so;

use super::{Client, Server};

/// The addresses of the servers.
pub(crate) struct Fleet {
    bases: Mutex<Vec<String>>,
    waiting: Mutex<()>,
}

impl Fleet {
    pub(crate) fn of(servers: &[Server]) -> Self {
        let bases = servers.iter().map(|server| server.base.clone()).collect();
        Self { bases: Mutex::new(bases), waiting: Mutex::new(()) }
    }

    /// The present address of a server.
    pub(crate) fn base(&self, side: usize) -> String {
        let bases = self.bases.lock().expect("no panic");
        bases[side % bases.len()].clone()
    }

    /// Waits until the server and its database are there again. One asks for all, so that they are not kept busy.
    pub(crate) fn await_server(&self, side: usize) {
        let _turn = self.waiting.lock();
        let is_ready =
            |client: Client| client.try_call("GET", "/readyz", None).is_some_and(|answer| answer.status == 200);
        until_so(|| is_ready(Client::new(&self.base(side))));
    }

    /// Kills a server and starts another one in its place.
    pub(crate) fn replace(&self, servers: &mut [Server], side: usize) {
        servers[side].kill();
        servers[side] = Server::start(servers[side].engine.clone());
        self.bases.lock().expect("no panic")[side].clone_from(&servers[side].base);
    }
}
