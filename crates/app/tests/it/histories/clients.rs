//! Clients that make random calls at one listing.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use uuid::Uuid;

use super::record::{Answer, Call, Kind, Op, SEASON, Stay, TENANTS};
use super::run::Run;
use super::wire::{Scene, Sold};
use crate::double_booking::Dice;
use crate::support::Client;

/// The number of clients of a history.
pub(super) const CLIENTS: usize = 4;
/// The number of calls of each.
const CALLS: usize = 7;

/// The turn that a history takes.
#[derive(Clone, Copy)]
pub(super) struct Bias {
    /// Whether the listing is likely to be deleted before it is sold.
    pub(super) deletes: bool,
    /// Whether tenants are deactivated and activated.
    pub(super) deactivates: bool,
}

pub(super) struct Caller<'a> {
    run: &'a Run,
    scene: &'a Scene,
    number: usize,
    bias: Bias,
    dice: Dice,
    /// The client of each server, with its address.
    clients: Vec<Option<(String, Client)>>,
    pub(super) ops: Vec<Op>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(run: &'a Run, scene: &'a Scene, number: usize, bias: Bias, dice: Dice) -> Self {
        Self { run, scene, number, bias, dice, clients: vec![None; run.servers], ops: vec![] }
    }

    /// Makes random calls.
    pub(super) fn act(mut self) -> Vec<Op> {
        for _ in 0..CALLS {
            let (by, call) = if self.bias.deletes { self.draw_deletion() } else { self.draw_sale() };
            // Some clients repeat a request without an answer, others do not.
            let persists = self.dice.below(2) == 0;
            self.call(by, call, persists);
        }
        self.ops
    }

    /// Activates all tenants, and reads the final state.
    pub(super) fn conclude(mut self) -> Vec<Op> {
        let deactivated = if self.bias.deactivates { TENANTS } else { 0 };
        for tenant in 0..deactivated {
            while self.call(tenant, Call::SetTenant { tenant, active: true }, true).is_none() {}
        }
        for tenant in 0..TENANTS {
            self.call(tenant, Call::List, true);
            self.call(tenant, Call::Look, true);
        }
        self.call(self.scene.owner.load(Ordering::Relaxed), Call::Calendar, true);
        self.ops
    }

    /// Makes a call in the name of a tenant and records it. A client that persists repeats a POST until it is answered, with
    /// the same idempotency key.
    pub(super) fn call(&mut self, by: usize, call: Call, persists: bool) -> Option<Answer> {
        let (method, path, body) = self.scene.request(&call);
        let key = Uuid::new_v4().to_string();
        let (began, from) = (self.run.elapsed(), wall_clock());
        let (mut side, mut is_repeated) = (self.draw_side(), false);
        let answer = loop {
            let mut client = self.client(side);
            if call.is_of_tenant() {
                client = client.named(&self.scene.tenants[by]);
            }
            if method == "POST" {
                client = client.with("idempotency-key", &key);
            }
            let response = client.try_call(method, &path, body.as_ref());
            let answer = response.and_then(|response| self.scene.answer(&call, &response));
            if answer.is_some() {
                break answer;
            }
            self.clients[side] = None;
            self.run.fleet.await_server(side);
            if !persists || !["POST", "GET"].contains(&method) {
                break None;
            }
            (side, is_repeated) = (self.draw_side(), true);
        };
        let is_known = answer.is_some();
        let (to, ended) = (wall_clock(), self.run.elapsed());
        self.ops.push(Op {
            client: self.number,
            side: (!is_repeated).then_some(side),
            by,
            call,
            began,
            ended: is_known.then_some(ended),
            clock: (from, if is_known { to } else { i64::MAX }),
            answer: answer.clone(),
        });
        answer
    }

    /// Returns the client of a server, with the connections that it has.
    fn client(&mut self, side: usize) -> Client {
        let base = self.run.fleet.base(side);
        match &self.clients[side] {
            Some((known, client)) if *known == base => client.clone(),
            _ => {
                let client = Client::new(&base).calry(&self.run.key);
                self.clients[side] = Some((base, client.clone()));
                client
            }
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.dice.below(bound as u64)).expect("an index")
    }

    fn draw_side(&mut self) -> usize {
        self.below(self.run.servers)
    }

    /// Draws the owner or, sometimes, any tenant.
    fn draw_owner(&mut self) -> usize {
        let anyone = self.below(TENANTS);
        if self.below(8) == 0 { anyone } else { self.scene.owner.load(Ordering::Relaxed) }
    }

    /// Draws another tenant than the owner.
    fn draw_other(&mut self) -> usize {
        (self.scene.owner.load(Ordering::Relaxed) + 1 + self.below(TENANTS - 1)) % TENANTS
    }

    fn draw_stay(&mut self) -> Stay {
        let first = self.below(SEASON);
        Stay { first, end: SEASON.min(first + 1 + self.below(3)) }
    }

    /// Draws a call at a listing that is sold.
    fn draw_sale(&mut self) -> (usize, Call) {
        match self.below(100) {
            0..28 => self.draw_booking(),
            28..63 => self.draw_turn(),
            63..69 => (self.below(TENANTS), Call::List),
            69..76 => (self.below(TENANTS), Call::Calendar),
            76..79 => (self.below(TENANTS), Call::Look),
            79..86 => self.draw_edit(),
            86..89 => (self.draw_other(), Call::Import),
            89..91 => (self.draw_other(), Call::Remove),
            91..94 => self.draw_move(),
            94..99 => self.draw_setting(),
            _ => (self.draw_owner(), Call::DeleteListing),
        }
    }

    /// Draws a call at a listing that may be deleted.
    fn draw_deletion(&mut self) -> (usize, Call) {
        match self.below(100) {
            0..12 => (self.draw_owner(), Call::DeleteListing),
            12..18 => (self.draw_owner(), Call::DeleteAccount),
            18..24 => self.draw_booking(),
            24..44 => (self.draw_other(), Call::Import),
            44..56 => (self.draw_other(), Call::Remove),
            56..64 => self.draw_move(),
            64..72 => (self.below(TENANTS), Call::Look),
            72..80 => (self.below(TENANTS), Call::Calendar),
            80..90 => self.draw_edit(),
            _ => self.draw_setting(),
        }
    }

    fn draw_booking(&mut self) -> (usize, Call) {
        let mark = u16::try_from(self.number * 100 + self.ops.len()).expect("a small number");
        let (by, stay) = (self.below(TENANTS), self.draw_stay());
        let kind = match self.below(10) {
            0..6 => Kind::Instant,
            6..8 => Kind::Hold,
            _ => Kind::HoldUntil(wall_clock() + 20 + i64::try_from(self.below(250)).expect("a short time")),
        };
        (by, Call::Book { mark, stay, kind })
    }

    /// Draws a call at a reservation, mostly by its seller.
    fn draw_turn(&mut self) -> (usize, Call) {
        let known = self.scene.sales.lock().expect("no panic").clone();
        if known.is_empty() {
            return self.draw_booking();
        }
        let Sold { mark, seller, .. } = *self.dice.pick(&known);
        let by = match self.below(4) {
            0 => self.draw_owner(),
            1 => self.below(TENANTS),
            _ => seller,
        };
        let call = match self.below(35) {
            0..14 => Call::Amend { mark, stay: self.draw_stay() },
            14..21 => Call::Confirm { mark },
            21..29 => Call::Cancel { mark },
            _ => Call::Read { mark },
        };
        (by, call)
    }

    fn draw_edit(&mut self) -> (usize, Call) {
        let (by, nights) = (self.draw_owner(), self.draw_stay());
        let blocked = [None, Some(true), Some(false), Some(false)][self.below(4)];
        let price = [None, Some(90), Some(100), Some(120)][self.below(4)];
        // An edit without a value would be invalid.
        let price = if blocked.is_none() { price.or(Some(110)) } else { price };
        (by, Call::Edit { nights, blocked, price })
    }

    fn draw_move(&mut self) -> (usize, Call) {
        let to = self.below(TENANTS);
        (to, Call::Move { to })
    }

    fn draw_setting(&mut self) -> (usize, Call) {
        let (by, active) = (self.draw_owner(), self.below(2) == 0);
        let call = match self.below(4) {
            0 => Call::AllowImport(active),
            1 => Call::SetAccount { active },
            2 => Call::SetListing { active },
            _ if self.bias.deactivates => Call::SetTenant { tenant: self.below(TENANTS), active },
            _ => Call::AllowImport(true),
        };
        (by, call)
    }
}

/// The time by the clock of this machine, by which the service ends holds, in milliseconds.
fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(since.as_millis()).expect("a time before the year 292 million")
}
