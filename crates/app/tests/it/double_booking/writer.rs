//! A worker that sells stays, confirms and cancels.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::Owners;
use crate::support::{Answer, Client, booking, id_of, quoted};

/// The number of nights for sale.
const SEASON: u64 = 60;
const LONGEST_STAY: u64 = 6;

/// Pseudo-random numbers (`SplitMix64`), the same for the same seed on every machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[usize::try_from(self.below(items.len() as u64)).expect("an index")]
    }

    fn stay(&mut self) -> (String, String) {
        let check_in = NaiveDate::from_ymd_opt(2060, 6, 1).expect("a day") + Days::new(self.below(SEASON));
        let check_out = check_in + Days::new(1 + self.below(LONGEST_STAY));
        (check_in.to_string(), check_out.to_string())
    }
}

/// An acknowledged booking: the answer, and the expected status.
pub(super) struct Booked {
    pub(super) seller: usize,
    pub(super) answer: Value,
    pub(super) status: &'static str,
}

/// A worker that sells for all tenants in turn, and confirms or cancels its sales.
pub(super) struct Writer<'a> {
    pub(super) clients: Vec<Client>,
    pub(super) listings: &'a [String],
    pub(super) owners: Owners,
    pub(super) dice: Dice,
    pub(super) booked: Vec<Booked>,
    pub(super) answers: BTreeMap<String, usize>,
}

impl Writer<'_> {
    pub(super) fn attempt(&mut self) {
        match self.dice.below(10) {
            0..=5 => self.book(),
            6 => self.book_with_quote(),
            7 => self.turn("POST", "/confirm"),
            _ => self.turn("DELETE", ""),
        }
    }

    fn book(&mut self) {
        let (seller, listing) = (self.seller(), self.dice.pick(self.listings).clone());
        let (check_in, check_out) = self.dice.stay();
        let asked = self.held_or_not(booking(&listing, &check_in, &check_out));
        let answer = self.clients[seller].post("/api/v1/reservation", &asked);
        self.note_booking(seller, &answer);
    }

    fn book_with_quote(&mut self) {
        let (seller, listing) = (self.seller(), self.dice.pick(self.listings).clone());
        let (check_in, check_out) = self.dice.stay();
        let stay = crate::support::stay(&listing, &check_in, &check_out);
        let quote = self.clients[seller].post("/api/v1/quote", &stay);
        if quote.status != 201 {
            return self.note_booking(seller, &quote);
        }
        let asked = self.held_or_not(quoted(&id_of(&quote.json["data"])));
        let answer = self.clients[seller].post("/api/v1/reservation", &asked);
        self.note_booking(seller, &answer);
    }

    fn seller(&mut self) -> usize {
        usize::try_from(self.dice.below(self.clients.len() as u64)).expect("an index")
    }

    fn held_or_not(&mut self, mut asked: Value) -> Value {
        if self.dice.below(2) == 0 {
            asked["reservationType"] = json!("PENDING_CONFIRMATION");
        }
        asked
    }

    fn note_booking(&mut self, seller: usize, answer: &Answer) {
        self.count("book", answer);
        let refusal = answer.refusal();
        if answer.status == 201 {
            let status = if answer.json["data"]["status"] == "PENDING" { "PENDING" } else { "CONFIRMED" };
            self.booked.push(Booked { seller, answer: answer.json["data"].clone(), status });
        } else {
            let may_be = match self.owners {
                Owners::Stay => &[(409, "not_available")][..],
                // A booking that loses every retry gets 503.
                Owners::Change => {
                    &[(409, "not_available"), (409, "import_asleep"), (404, "listing_not_found"), (503, "busy")]
                }
            };
            assert!(may_be.contains(&refusal), "{}", answer.text);
        }
    }

    /// Confirms or cancels one of this worker's sales.
    fn turn(&mut self, method: &str, rest: &str) {
        let live: Vec<_> = (0..self.booked.len()).filter(|number| self.booked[*number].status != "CANCELLED").collect();
        if live.is_empty() {
            return self.book();
        }
        let number = *self.dice.pick(&live);
        let Booked { seller, answer, .. } = &self.booked[number];
        let path = format!("/api/v1/reservation/{}{rest}", id_of(answer));
        let answer = self.clients[*seller].call(method, &path, None);
        self.count(if rest.is_empty() { "cancel" } else { "confirm" }, &answer);
        if answer.status == 200 {
            self.booked[number].status = if rest.is_empty() { "CANCELLED" } else { "CONFIRMED" };
        } else {
            // A direct sale moves with its account.
            let may_be = [(404, "reservation_not_found"), (503, "busy")];
            assert!(self.owners == Owners::Change && may_be.contains(&answer.refusal()), "{}", answer.text);
        }
    }

    fn count(&mut self, what: &str, answer: &Answer) {
        let (status, code) = answer.refusal();
        self.answers.entry(format!("{what} {status} {code}")).or_default().add_assign(1);
    }
}
