//! Writers that change the same locations and book the same nights.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{LOCATIONS, SHARED, Storm};
use crate::support::{Answer, Client, booking, id_of};

/// The number of nights that are booked and cancelled.
const NIGHTS: usize = 8;

pub(super) struct Writer<'a> {
    storm: &'a Storm,
    side: usize,
    client: Client,
    /// Its live reservations.
    booked: Vec<String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(storm: &'a Storm, side: usize) -> Self {
        Self { storm, side, client: storm.client(side).named(&storm.tenant), booked: vec![] }
    }

    /// Makes changes until there are enough.
    pub(super) fn write(mut self) {
        for number in 0.. {
            if self.storm.is_over() || self.storm.done.load(Ordering::Relaxed) >= self.storm.changes {
                return;
            }
            self.change(number);
        }
    }

    fn change(&mut self, number: usize) {
        let name = json!({ "name": format!("Location {} {number}", self.side) });
        let draw = self.side + number / 4;
        let answer = match number % 4 {
            0 => self.call("PATCH", &format!("{LOCATIONS}/{}", self.storm.shared[draw % SHARED]), &name, &[]),
            1 => self.book(draw % NIGHTS),
            2 => match self.booked.pop() {
                Some(booked) => self.call("DELETE", &format!("/api/v1/reservation/{booked}"), &json!({}), &[]),
                None => return,
            },
            _ => self.call("POST", LOCATIONS, &name, &[]),
        };
        if answer.status != 409 {
            self.storm.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Books a night, unless it is taken.
    fn book(&mut self, night: usize) -> Answer {
        let [check_in, check_out] = [night + 1, night + 2].map(|day| format!("2060-06-{day:02}"));
        let booking = booking(&self.storm.listing, &check_in, &check_out);
        let answer = self.call("POST", "/api/v1/reservation", &booking, &["not_available"]);
        self.booked.extend((answer.status == 201).then(|| id_of(&answer.json["data"])));
        answer
    }

    /// Sends a request until it is answered. A refusal must have one of these codes.
    fn call(&mut self, method: &str, path: &str, body: &Value, may_be: &[&str]) -> Answer {
        let key = Uuid::new_v4().to_string();
        loop {
            let client = self.client.clone().with("idempotency-key", &key);
            // A request that loses every retry gets 503. An unanswered one may still be in flight.
            let unfinished = |answer: &Answer| answer.status == 503 || answer.refusal().1 == "request_in_flight";
            if let Some(answer) = client.try_call(method, path, Some(body)).filter(|answer| !unfinished(answer)) {
                let is_done = [200, 201].contains(&answer.status) || may_be.contains(&answer.refusal().1);
                assert!(is_done, "{method} {path}: {}", answer.text);
                return answer;
            }
            self.storm.fleet.await_server(self.side);
            self.client = self.storm.client(self.side).named(&self.storm.tenant);
        }
    }
}
