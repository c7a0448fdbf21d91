//! Reservations.

use super::{Listing, Prices};
use crate::histories::record::{Call, Kind, Status, Stay};

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Sale {
    /// The importer that sold it.
    pub(super) sold_by: Option<usize>,
    pub(super) stay: Stay,
    pub(super) total: u16,
    pub(super) status: Status,
    pub(super) revision: u16,
    /// The end of the hold, by the wall clock.
    pub(super) lapses: Option<i64>,
}

impl Sale {
    pub(super) fn has_lapsed(&self, clock: i64) -> bool {
        self.status == Status::Pending && self.lapses.is_some_and(|end| end <= clock)
    }

    pub(super) fn is_live(&self, clock: i64) -> bool {
        matches!(self.status, Status::Pending | Status::Confirmed) && !self.has_lapsed(clock)
    }

    pub(super) fn turn(&mut self, status: Status) {
        self.status = status;
        self.revision += 1;
    }
}

impl Listing {
    /// Makes a call that changes a reservation. Returns its mark.
    pub(super) fn sell(&mut self, by: usize, call: &Call, clock: i64, prices: Prices) -> Option<u16> {
        let total = |stay: Stay| prices[stay.nights()].iter().sum();
        match *call {
            Call::Book { mark, stay, kind } => {
                let (status, lapses) = match kind {
                    Kind::Instant => (Status::Confirmed, None),
                    Kind::Hold => (Status::Pending, None),
                    Kind::HoldUntil(end) => (Status::Pending, Some(end)),
                };
                let is_late = lapses.is_some_and(|end| end <= clock);
                if is_late || !self.sells(by) || !self.is_free(stay, None, clock) || self.sales.contains_key(&mark) {
                    return None;
                }
                self.expire(stay, clock);
                let sold_by = Some(by).filter(|by| *by != self.owner);
                let sale = Sale { sold_by, stay, total: total(stay), status, revision: 1, lapses };
                self.sales.insert(mark, sale);
                Some(mark)
            }
            Call::Amend { mark, stay } => {
                let sale = self.sale(by, mark).filter(|sale| sale.is_live(clock))?;
                if sale.stay == stay {
                    return Some(mark);
                }
                if !self.sells(by) || !self.is_free(stay, Some(mark), clock) {
                    return None;
                }
                self.expire(stay, clock);
                let sale = self.sales.get_mut(&mark)?;
                (sale.stay, sale.total, sale.revision) = (stay, total(stay), sale.revision + 1);
                Some(mark)
            }
            Call::Confirm { mark } => {
                self.sale(by, mark).filter(|sale| sale.is_live(clock))?;
                let sale = self.sales.get_mut(&mark)?;
                if sale.status == Status::Pending {
                    sale.turn(Status::Confirmed);
                }
                Some(mark)
            }
            Call::Cancel { mark } => {
                self.sale(by, mark)?;
                let sale = self.sales.get_mut(&mark)?;
                if sale.has_lapsed(clock) {
                    sale.turn(Status::Expired);
                } else if sale.is_live(clock) {
                    sale.turn(Status::Cancelled);
                }
                Some(mark)
            }
            _ => None,
        }
    }
}
