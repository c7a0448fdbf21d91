//! The checker: whether the calls of a history can be put into an order in which the model gives every answer, and in which no
//! call precedes one that had ended before it began.
//!
//! The algorithm is that of Wing and Gong with the memory of Lowe: a depth-first search that knows which calls are done and
//! what state they have left, and looks at no such pair twice. The published crates know neither calls without an answer, which
//! may take effect at any later time or never, nor calls with several outcomes.

use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

use super::admissions;
use super::model::Listing;
use super::record::{Call, Kind, Op};

/// The number of pairs after which the search is given up. Histories of this size need a few hundred.
const MOST: usize = 2_000_000;
/// The tolerance between the clock by which a hold ends and the one by which calls are ordered.
const TOLERANCE: i64 = 5;

/// Checks a history. Returns a description of the smallest part of it that is wrong.
pub(super) fn check(ops: &[Op]) -> Result<(), String> {
    if let Some(op) = admissions::wrong(ops) {
        return Err(format!("This request was admitted or refused wrongly:\n{op}\nin\n{}", lines(ops)));
    }
    if search(ops).is_ok() {
        return Ok(());
    }
    let ops = smallest(ops);
    let Stuck { state, next } = search(&ops).err().unwrap_or_default();
    Err(format!(
        "No order explains these answers:\n{}\nAfter the longest part that can be explained, the state is\n{}\n\
         and this call cannot follow:\n{}",
        lines(&ops),
        state.map_or(String::new(), |state| format!("{state:?}")),
        lines(&next)
    ))
}

/// The longest part of a history that can be explained.
#[derive(Debug, Default)]
struct Stuck {
    state: Option<Listing>,
    /// The calls one of which would have to follow.
    next: Vec<Op>,
}

/// Leaves away what is not needed for a history to be wrong: first the end, then single calls that change nothing. Both leave
/// a correct history correct.
fn smallest(ops: &[Op]) -> Vec<Op> {
    let mut ends: Vec<_> = ops.iter().filter_map(|op| op.ended).collect();
    ends.sort_unstable();
    let cut = |end: Duration| {
        let begun = ops.iter().filter(|op| op.began <= end).cloned();
        begun.map(|op| if op.ended.is_some_and(|ended| ended > end) { unanswered(op) } else { op }).collect::<Vec<_>>()
    };
    let mut wrong = ends.into_iter().map(cut).find(|ops| search(ops).is_err()).unwrap_or_else(|| ops.to_vec());
    let mut place = 0;
    while place < wrong.len() {
        let mut fewer = wrong.clone();
        let left_away = fewer.remove(place);
        if left_away.is_harmless() && search(&fewer).is_err() {
            wrong = fewer;
        } else {
            place += 1;
        }
    }
    wrong.sort_by_key(|op| op.began);
    wrong
}

fn unanswered(op: Op) -> Op {
    Op { ended: None, answer: None, clock: (op.clock.0, i64::MAX), ..op }
}

fn lines(ops: &[Op]) -> String {
    ops.iter().fold(String::new(), |mut lines, op| {
        writeln!(lines, "{op}").expect("text");
        lines
    })
}

/// Returns the sweeps of the holds of a history: each may take effect at any time after the end of its hold, or never.
fn sweeps(ops: &[Op]) -> impl Iterator<Item = Op> {
    ops.iter().filter_map(|op| {
        let Call::Book { mark, kind: Kind::HoldUntil(end), .. } = op.call else { return None };
        let after = Duration::from_millis((end - op.clock.0 - TOLERANCE).max(0).unsigned_abs());
        let (call, began) = (Call::Sweep { mark }, op.began + after);
        Some(Op { call, began, ..unanswered(Op { clock: (end, end), ..op.clone() }) })
    })
}

fn search(ops: &[Op]) -> Result<(), Stuck> {
    let ops: Vec<_> = ops.iter().cloned().chain(sweeps(ops)).collect();
    assert!(ops.len() <= 128, "a history has at most 128 calls");
    let mut search = Search { ops: &ops, seen: HashSet::new(), longest: (0, Stuck::default()) };
    if search.can_end(0, &Listing::new()) { Ok(()) } else { Err(search.longest.1) }
}

struct Search<'a> {
    ops: &'a [Op],
    /// The calls that are done, as bits, with the state that they have left.
    seen: HashSet<(u128, Listing)>,
    longest: (u32, Stuck),
}

impl Search<'_> {
    /// Returns the calls that can be next, or `None` if every answered call is done.
    fn next(&self, done: u128) -> Option<impl Iterator<Item = usize>> {
        let open = move |place: &usize| done & (1 << place) == 0;
        let first_end = (0..self.ops.len()).filter(open).filter_map(|place| self.ops[place].ended).min()?;
        Some((0..self.ops.len()).filter(open).filter(move |place| self.ops[*place].began <= first_end))
    }

    /// Whether the calls that are not done can follow this state.
    fn can_end(&mut self, mut done: u128, state: &Listing) -> bool {
        // A call that changes nothing is done as soon as its answer is right: this forbids no order of the others.
        loop {
            let Some(mut next) = self.next(done) else { return true };
            let is_right = |place: &usize| {
                let op = &self.ops[*place];
                op.answer.is_some() && op.is_harmless() && !state.after(op).is_empty()
            };
            let Some(place) = next.find(is_right) else { break };
            done |= 1 << place;
        }
        let Some(next) = self.next(done).map(Iterator::collect::<Vec<_>>) else { return true };
        if !self.seen.insert((done, state.clone())) {
            return false;
        }
        assert!(self.seen.len() < MOST, "too many orders:\n{}", lines(self.ops));
        if done.count_ones() >= self.longest.0 {
            let next = next.iter().map(|place| &self.ops[*place]).filter(|op| op.ended.is_some()).cloned().collect();
            self.longest = (done.count_ones(), Stuck { state: Some(state.clone()), next });
        }
        next.into_iter().any(|place| {
            let states = state.after(&self.ops[place]);
            states.iter().any(|after| self.can_end(done | (1 << place), after))
        })
    }
}
