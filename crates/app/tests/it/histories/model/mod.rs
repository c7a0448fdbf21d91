//! The sequential model: a listing with its account and its reservations, as the answers show them.
//!
//! The model says of each call what it changes and answers, and of each refusal whether its reason holds. Where several
//! reasons hold, any may be given: other tests check their order, and the service reads them one after the other.

mod refusals;
mod sales;

use std::collections::BTreeMap;
use std::time::Duration;

use self::sales::Sale;
use super::record::{Answer, Call, Kind, Op, SEASON, Seen, Status, Stay, TENANTS};

/// The price of a night that was not edited.
pub(super) const PRICE: u16 = 100;

/// The prices of all nights.
type Prices = [u16; SEASON];

/// The state of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each can be set by itself")]
pub(super) struct Listing {
    has_account: bool,
    is_there: bool,
    owner: usize,
    is_active: bool,
    account_is_active: bool,
    allows_import: bool,
    tenants_are_active: [bool; TENANTS],
    imports: [bool; TENANTS],
    blocked: [bool; SEASON],
    prices: Prices,
    /// The prices before each edit, with the end of the edit.
    former_prices: Vec<(Prices, Duration)>,
    sales: BTreeMap<u16, Sale>,
}

impl Listing {
    /// The state of a new listing of the first tenant.
    pub(super) fn new() -> Self {
        Self {
            has_account: true,
            is_there: true,
            owner: 0,
            is_active: true,
            account_is_active: true,
            allows_import: true,
            tenants_are_active: [true; TENANTS],
            imports: [false; TENANTS],
            blocked: [false; SEASON],
            prices: [PRICE; SEASON],
            former_prices: vec![],
            sales: BTreeMap::new(),
        }
    }

    /// Returns the states that the call can leave if it takes effect now with its answer: none if it cannot. There are
    /// several if a hold ended or prices changed during the call.
    pub(super) fn after(&self, op: &Op) -> Vec<Self> {
        let (from, to) = op.clock;
        let own = if let Call::Book { kind: Kind::HoldUntil(end), .. } = op.call { Some(end) } else { None };
        let ends = self.sales.values().filter_map(|sale| sale.lapses).chain(own);
        let clocks = [from].into_iter().chain(ends.filter(|end| from < *end && *end <= to));
        let mut states = Vec::new();
        for clock in clocks {
            if let Some(Answer::Refused(code)) = &op.answer {
                states.extend(self.refuses(op.by, &op.call, code, clock).then(|| self.clone()));
                continue;
            }
            for prices in self.prices_during(op) {
                let made = self.made(op, clock, prices);
                let next = made.filter(|(next, made)| op.answer.as_ref().map_or(next != self, |answer| answer == made));
                states.extend(next.map(|(next, _)| next).filter(|next| !states.contains(next)));
            }
        }
        states
    }

    /// Returns the prices at which the call may sell. The service reads them first, and takes the nights afterwards.
    fn prices_during(&self, op: &Op) -> Vec<Prices> {
        let sells = matches!(op.call, Call::Book { .. } | Call::Amend { .. });
        let former = self.former_prices.iter().filter(|(_, until)| sells && *until >= op.began);
        [self.prices].into_iter().chain(former.map(|(prices, _)| *prices)).collect()
    }

    fn owns(&self, tenant: usize) -> bool {
        self.is_there && self.owner == tenant
    }

    fn imports(&self, tenant: usize) -> bool {
        self.is_there && self.imports[tenant]
    }

    fn sees(&self, tenant: usize) -> bool {
        self.owns(tenant) || self.imports(tenant)
    }

    /// Whether the owner offers the listing to itself.
    fn is_open(&self) -> bool {
        self.is_active && self.account_is_active
    }

    /// Whether the owner offers the listing to others.
    fn is_offered(&self) -> bool {
        self.is_open() && self.tenants_are_active[self.owner]
    }

    fn sleeps(&self) -> bool {
        !self.is_offered() || !self.allows_import
    }

    /// Whether the tenant can sell.
    fn sells(&self, tenant: usize) -> bool {
        if self.owns(tenant) { self.is_open() } else { self.imports(tenant) && !self.sleeps() }
    }

    /// Whether all nights are free, except those that a reservation has already.
    fn is_free(&self, stay: Stay, amended: Option<u16>, clock: i64) -> bool {
        let own = amended.and_then(|mark| self.sales.get(&mark)).map(|sale| sale.stay);
        let is_blocked = |night: usize| self.blocked[night] && own.is_none_or(|own| !own.nights().contains(&night));
        let others = self.sales.iter().filter(|(mark, _)| Some(**mark) != amended);
        !stay.nights().any(is_blocked)
            && !others.map(|(_, sale)| sale).any(|sale| sale.stay.overlaps(stay) && sale.is_live(clock))
    }

    /// Returns a reservation that the tenant sees.
    fn sale(&self, tenant: usize, mark: u16) -> Option<&Sale> {
        self.sales.get(&mark).filter(|sale| self.owner == tenant || sale.sold_by == Some(tenant))
    }

    fn seen(&self, mark: u16) -> Seen {
        let Sale { sold_by, stay, total, status, revision, lapses: _ } = self.sales[&mark];
        Seen { mark, owner: self.owner, seller: sold_by.unwrap_or(self.owner), stay, total, status, revision }
    }

    /// Stores the expiry of holds that have lapsed and are in the way.
    fn expire(&mut self, stay: Stay, clock: i64) {
        for sale in self.sales.values_mut().filter(|sale| sale.has_lapsed(clock) && sale.stay.overlaps(stay)) {
            sale.turn(Status::Expired);
        }
    }

    /// Makes the call. Returns the state after it and the answer, or `None` if the call is refused.
    fn made(&self, op: &Op, clock: i64, prices: Prices) -> Option<(Self, Answer)> {
        let Op { by, ref call, .. } = *op;
        let mut next = self.clone();
        let answer = match *call {
            Call::Book { .. } | Call::Amend { .. } | Call::Confirm { .. } | Call::Cancel { .. } => {
                next.sell(by, call, clock, prices).map(|mark| Answer::Sale(next.seen(mark)))?
            }
            Call::Read { mark } => Answer::Sale(self.sale(by, mark).map(|_| self.seen(mark))?),
            Call::List => {
                let marks = self.sales.keys().filter(|mark| self.sale(by, **mark).is_some());
                Answer::Sales(marks.map(|mark| self.seen(*mark)).collect())
            }
            Call::Calendar => {
                let is_shown = self.owns(by) || self.imports(by) && !self.sleeps();
                let night =
                    |night| (self.is_free(Stay { first: night, end: night + 1 }, None, clock), self.prices[night]);
                is_shown.then(|| Answer::Nights((0..SEASON).map(night).collect()))?
            }
            Call::Look => {
                let (own, available) = (self.owns(by), self.sells(by));
                self.sees(by).then_some(Answer::Listing { own, available })?
            }
            Call::Sweep { mark } => {
                let hold = next.sales.get_mut(&mark).filter(|sale| sale.has_lapsed(clock))?;
                hold.turn(Status::Expired);
                Answer::Done
            }
            _ => next.set(by, call)?,
        };
        if next.prices != self.prices {
            next.former_prices.push((self.prices, op.ended.unwrap_or(Duration::MAX)));
        }
        Some((next, answer))
    }

    /// Makes a call that changes the listing, its account, its imports or a tenant.
    fn set(&mut self, by: usize, call: &Call) -> Option<Answer> {
        let has_account = self.has_account && self.owner == by;
        let can_be_deleted = self.sales.is_empty();
        match *call {
            Call::Edit { nights, blocked, price } if self.owns(by) => {
                for night in nights.nights() {
                    self.blocked[night] = blocked.unwrap_or(self.blocked[night]);
                    self.prices[night] = price.unwrap_or(self.prices[night]);
                }
            }
            Call::Import if self.is_there && !self.sees(by) && !self.sleeps() => self.imports[by] = true,
            Call::Remove if self.imports[by] => self.imports[by] = false,
            Call::Move { to } if self.has_account && self.owner != to && self.tenants_are_active[to] => {
                self.owner = to;
                return Some(Answer::Moved { ended: std::mem::take(&mut self.imports[to]).into() });
            }
            Call::AllowImport(allowed) if has_account => self.allows_import = allowed,
            Call::SetAccount { active } if has_account => self.account_is_active = active,
            Call::SetListing { active } if self.owns(by) => self.is_active = active,
            Call::SetTenant { tenant, active } => self.tenants_are_active[tenant] = active,
            Call::DeleteListing if self.owns(by) && can_be_deleted => {
                (self.is_there, self.imports) = (false, [false; TENANTS]);
            }
            Call::DeleteAccount if has_account && can_be_deleted => {
                (self.has_account, self.is_there, self.imports) = (false, false, [false; TENANTS]);
            }
            _ => return None,
        }
        Some(Answer::Done)
    }
}
