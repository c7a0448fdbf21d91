//! A worker that sells stays, amends, confirms and cancels.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Owners;
use crate::support::{Answer, Client, booking, id_of, quoted};

/// The number of nights for sale.
const SEASON: u64 = 60;
const LONGEST_STAY: u64 = 6;

/// Pseudo-random numbers (`SplitMix64`), the same for the same seed on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[usize::try_from(self.below(items.len() as u64)).expect("an index")]
    }

    fn stay(&mut self) -> (String, String) {
        let check_in = NaiveDate::from_ymd_opt(2060, 6, 1).expect("a day") + Days::new(self.below(SEASON));
        let check_out = check_in + Days::new(1 + self.below(LONGEST_STAY));
        (check_in.to_string(), check_out.to_string())
    }
}

/// An acknowledged booking: the answer, with what was acknowledged later.
pub(super) struct Booked {
    pub(super) seller: usize,
    pub(super) answer: Value,
    /// Whether it is a hold that lapses while the test runs.
    pub(super) is_brief: bool,
}

impl Booked {
    fn is_over(&self) -> bool {
        self.answer["status"] == "CANCELLED" || self.answer["status"] == "EXPIRED"
    }

    /// Takes over what a change has acknowledged. The owner and the seller stay those of the booking.
    fn note(&mut self, changed: &Value) {
        for field in ["status", "checkInDate", "checkOutDate", "guests", "totalPrice", "revision"] {
            self.answer[field] = changed[field].clone();
        }
    }
}

/// A worker that sells for all tenants in turn, and amends, confirms or cancels its sales.
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
        match self.dice.below(12) {
            0..=5 => self.book(),
            6 => self.book_with_quote(),
            7..=8 => self.amend(),
            9 => self.turn("POST", "/confirm"),
            _ => self.turn("DELETE", ""),
        }
    }

    fn book(&mut self) {
        let (seller, listing) = (self.seller(), self.dice.pick(self.listings).clone());
        let (check_in, check_out) = self.dice.stay();
        let asked = self.held_or_not(booking(&listing, &check_in, &check_out));
        let answer = self.clients[seller].persist("POST", "/api/v1/reservation", Some(&asked));
        self.note_booking(seller, &asked, &answer);
    }

    fn book_with_quote(&mut self) {
        let (seller, listing) = (self.seller(), self.dice.pick(self.listings).clone());
        let (check_in, check_out) = self.dice.stay();
        let stay = crate::support::stay(&listing, &check_in, &check_out);
        let quote = self.clients[seller].persist("POST", "/api/v1/quote", Some(&stay));
        if quote.status != 201 {
            return self.note_booking(seller, &stay, &quote);
        }
        let asked = self.held_or_not(quoted(&id_of(&quote.json["data"])));
        let answer = self.clients[seller].persist("POST", "/api/v1/reservation", Some(&asked));
        self.note_booking(seller, &asked, &answer);
    }

    fn seller(&mut self) -> usize {
        usize::try_from(self.dice.below(self.clients.len() as u64)).expect("an index")
    }

    fn held_or_not(&mut self, mut asked: Value) -> Value {
        let kind = self.dice.below(8);
        if kind < 4 {
            asked["reservationType"] = json!("PENDING_CONFIRMATION");
        }
        if kind == 0 {
            let soon = SystemTime::now() + Duration::from_millis(500 + self.dice.below(2_000));
            let soon = DateTime::<Utc>::from(soon);
            asked["holdExpiresAt"] = json!(soon.to_rfc3339_opts(SecondsFormat::Millis, true));
        }
        asked
    }

    fn note_booking(&mut self, seller: usize, asked: &Value, answer: &Answer) {
        self.count("book", answer);
        let is_brief = asked.get("holdExpiresAt").is_some();
        if answer.status == 201 {
            self.booked.push(Booked { seller, answer: answer.json["data"].clone(), is_brief });
        } else {
            // The hold would have ended before the booking arrived.
            let late = if is_brief { (422, "validation_failed") } else { (409, "not_available") };
            self.may_lose(answer, &[late]);
        }
    }

    /// Asserts that a stay was refused for a reason that others have caused, or for one of these.
    fn may_lose(&self, answer: &Answer, others: &[(u16, &str)]) {
        let may_be = match self.owners {
            Owners::Stay => &[(409, "not_available")][..],
            Owners::Change => &[(409, "not_available"), (409, "import_asleep"), (404, "listing_not_found")],
        };
        let refusal = answer.refusal();
        assert!(may_be.contains(&refusal) || others.contains(&refusal), "{}", answer.text);
    }

    /// Returns one of this worker's sales that is not known to be over.
    fn a_sale(&mut self) -> Option<usize> {
        let live: Vec<_> = (0..self.booked.len()).filter(|number| !self.booked[*number].is_over()).collect();
        if live.is_empty() { None } else { Some(*self.dice.pick(&live)) }
    }

    /// Amends one of this worker's sales to another stay.
    fn amend(&mut self) {
        let Some(number) = self.a_sale() else { return self.book() };
        let (check_in, check_out) = self.dice.stay();
        let asked = json!({ "checkInDate": check_in, "checkOutDate": check_out, "guests": 1 + self.dice.below(2) });
        let Booked { seller, answer, is_brief } = &self.booked[number];
        let path = format!("/api/v1/reservation/{}", id_of(answer));
        let is_brief = *is_brief;
        let amended = self.clients[*seller].persist("PATCH", &path, Some(&asked));
        self.count("amend", &amended);
        if amended.status == 200 {
            self.booked[number].note(&amended.json["data"]);
        } else {
            let over = if is_brief { (409, "not_live") } else { (409, "not_available") };
            let moved = if self.owners == Owners::Change { (404, "reservation_not_found") } else { over };
            self.may_lose(&amended, &[over, moved]);
        }
    }

    /// Confirms or cancels one of this worker's sales.
    fn turn(&mut self, method: &str, rest: &str) {
        let Some(number) = self.a_sale() else { return self.book() };
        let Booked { seller, answer, is_brief } = &self.booked[number];
        let path = format!("/api/v1/reservation/{}{rest}", id_of(answer));
        let (seller, is_brief) = (*seller, *is_brief);
        let answer = self.clients[seller].persist(method, &path, None);
        self.count(if rest.is_empty() { "cancel" } else { "confirm" }, &answer);
        if answer.status == 200 {
            let status = &answer.json["data"]["status"];
            let expected = if rest.is_empty() { "CANCELLED" } else { "CONFIRMED" };
            assert!(status == expected || is_brief && status == "EXPIRED", "{}", answer.text);
            self.booked[number].note(&answer.json["data"]);
        } else if answer.refusal() != (409, "not_pending") || !is_brief {
            // A direct sale moves with its account.
            let has_moved = answer.refusal() == (404, "reservation_not_found");
            assert!(self.owners == Owners::Change && has_moved, "{}", answer.text);
        }
    }

    fn count(&mut self, what: &str, answer: &Answer) {
        let (status, code) = answer.refusal();
        self.answers.entry(format!("{what} {status} {code}")).or_default().add_assign(1);
    }
}
