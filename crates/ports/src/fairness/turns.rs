//! The order of turns.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::time::{Duration, Instant};

use domain::ids::WorkspaceId;
use foldhash::{HashMap, HashMapExt};
use tokio::sync::oneshot;

use super::{Client, Permit};

/// The time constant of the average of recent use.
const OF_LATE: Duration = Duration::from_secs(1);
/// The time after its last turn during which a client counts as active.
const QUIET: Duration = Duration::from_secs(2);
/// The interval at which inactive clients are removed from the tables, which are walked to find whether others work.
const TIDIED: Duration = QUIET;

/// A waiting request whose turn has come.
pub(super) struct Next {
    pub(super) pool: usize,
    pub(super) client: Option<Client>,
    pub(super) turn: oneshot::Sender<Permit>,
}

#[derive(Debug, Clone, Copy)]
struct Pool {
    size: usize,
    free: usize,
}

impl Pool {
    /// The last connection is reserved for workspaces that hold none, the one before it for tenants that hold none.
    fn has_one_for(self, workspace: &Use, tenant: &Use) -> bool {
        let kept = self.size.saturating_sub(1).min(2);
        (tenant.held == 0 || self.free > kept) && (workspace.held == 0 || self.free > kept.min(1))
    }
}

#[derive(Debug)]
pub(super) struct Turns {
    share: u32,
    pools: Vec<Pool>,
    workspaces: Uses<WorkspaceId>,
    tenants: Uses<Client>,
    waiting: HashMap<(usize, Option<Client>), VecDeque<oneshot::Sender<Permit>>>,
    tidied: Instant,
}

impl Turns {
    pub(super) fn new(share: u32) -> Self {
        Self {
            share,
            pools: vec![],
            workspaces: Uses(HashMap::new()),
            tenants: Uses(HashMap::new()),
            waiting: HashMap::new(),
            tidied: Instant::now(),
        }
    }

    pub(super) fn add_pool(&mut self, size: usize) -> usize {
        self.pools.push(Pool { size, free: size });
        self.pools.len() - 1
    }

    pub(super) fn used(&self, pool: usize) -> usize {
        self.pools[pool].size - self.pools[pool].free
    }

    /// Admits the client at once, or returns what it has to wait for.
    pub(super) fn enter(
        &mut self,
        pool: usize,
        client: Option<Client>,
        now: Instant,
    ) -> Option<oneshot::Receiver<Permit>> {
        self.tidy(now);
        if let Some(client) = client {
            self.workspaces.of(client.workspace, now);
            self.tenants.of(client, now);
        }
        if !self.waiting.contains_key(&(pool, client)) && self.may_enter(pool, client, now) {
            self.take(pool, client, now);
            return None;
        }
        let (turn, waits) = oneshot::channel();
        self.waiting.entry((pool, client)).or_default().push_back(turn);
        Some(waits)
    }

    fn may_enter(&self, pool: usize, client: Option<Client>, now: Instant) -> bool {
        let pool = self.pools[pool];
        let Some(client) = client else { return pool.free > 0 };
        let (workspace, tenant) = (self.workspaces.get(client.workspace, now), self.tenants.get(client, now));
        let share = f64::from(self.share);
        let has_its_share = |had: &Use| had.held >= self.share && had.late > share / 2.0;
        // A tenant with less use than others of its workspace does not wait for the share of the workspace, unless they
        // are many.
        let is_light = |had: &Use| had.late < share.max(workspace.late) / 2.0;
        let is_light_here = |other: Client, had: &Use| other.workspace == client.workspace && is_light(had);
        let may_exceed = || is_light(&tenant) && self.tenants.held(now, is_light_here) < self.share * 2;
        let others_work = || self.workspaces.others_work(now, |other| other != client.workspace);
        let others_work_here =
            || self.tenants.others_work(now, |other| other != client && other.workspace == client.workspace);
        pool.free > 0
            && pool.has_one_for(&workspace, &tenant)
            && !(has_its_share(&workspace) && !may_exceed() && others_work())
            && !(has_its_share(&tenant) && others_work_here())
    }

    fn take(&mut self, pool: usize, client: Option<Client>, now: Instant) {
        self.pools[pool].free -= 1;
        if let Some(client) = client {
            self.workspaces.of(client.workspace, now).held += 1;
            self.tenants.of(client, now).held += 1;
        }
    }

    pub(super) fn leave(&mut self, pool: usize, client: Option<Client>, now: Instant) {
        self.pools[pool].free += 1;
        if let Some(client) = client {
            self.workspaces.of(client.workspace, now).held -= 1;
            self.tenants.of(client, now).held -= 1;
        }
    }

    /// Takes the requests whose turn has come out of the queue.
    pub(super) fn let_in(&mut self, now: Instant) -> Vec<Next> {
        let mut next = vec![];
        while let Some((pool, client)) = self.first(now) {
            let Entry::Occupied(mut waiting) = self.waiting.entry((pool, client)) else { break };
            let turn = waiting.get_mut().pop_front().filter(|turn| !turn.is_closed());
            if waiting.get().is_empty() {
                waiting.remove();
            }
            if let Some(turn) = turn {
                self.take(pool, client, now);
                next.push(Next { pool, client, turn });
            }
        }
        next
    }

    /// The waiting client with the least recent use, of those that may enter.
    fn first(&self, now: Instant) -> Option<(usize, Option<Client>)> {
        let may = self.waiting.keys().filter(|(pool, client)| self.may_enter(*pool, *client, now));
        let had = |client: Option<Client>| {
            client.map_or((-1.0, 0.0), |client| {
                (self.workspaces.get(client.workspace, now).late, self.tenants.get(client, now).late)
            })
        };
        let order = |one: (f64, f64), other: (f64, f64)| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1));
        may.min_by(|one, other| order(had(one.1), had(other.1))).copied()
    }

    fn tidy(&mut self, now: Instant) {
        if now.duration_since(self.tidied) > TIDIED {
            self.tidied = now;
            self.workspaces.0.retain(|_, had| had.works(now));
            self.tenants.0.retain(|_, had| had.works(now));
            self.waiting.retain(|_, turns| {
                turns.retain(|turn| !turn.is_closed());
                !turns.is_empty()
            });
        }
    }
}

/// The present and recent use of one workspace or tenant.
#[derive(Debug, Clone, Copy)]
struct Use {
    held: u32,
    /// The average number held recently.
    late: f64,
    at: Instant,
}

impl Use {
    fn at(self, now: Instant) -> Self {
        let fresh = 1.0 - (-now.duration_since(self.at).as_secs_f64() / OF_LATE.as_secs_f64()).exp();
        Self { late: self.late + (f64::from(self.held) - self.late) * fresh, at: now, ..self }
    }

    fn works(&self, now: Instant) -> bool {
        self.held > 0 || now.duration_since(self.at) < QUIET
    }
}

#[derive(Debug)]
struct Uses<K>(HashMap<K, Use>);

impl<K: Copy + Eq + Hash> Uses<K> {
    /// The use of this key, to be changed. The key counts as active from now.
    fn of(&mut self, key: K, now: Instant) -> &mut Use {
        let had = self.0.entry(key).or_insert(Use { held: 0, late: 0.0, at: now });
        *had = had.at(now);
        had
    }

    fn get(&self, key: K, now: Instant) -> Use {
        self.0.get(&key).map_or(Use { held: 0, late: 0.0, at: now }, |had| had.at(now))
    }

    /// The number of connections that these hold.
    fn held(&self, now: Instant, counts: impl Fn(K, &Use) -> bool) -> u32 {
        self.0.iter().filter(|(key, had)| counts(**key, &had.at(now))).map(|(_, had)| had.held).sum()
    }

    fn others_work(&self, now: Instant, is_other: impl Fn(K) -> bool) -> bool {
        self.0.iter().any(|(key, had)| is_other(*key) && had.works(now))
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::TenantId;
    use uuid::Uuid;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "a client is optional everywhere")]
    fn tenant(workspace: u128, tenant: u128) -> Option<Client> {
        let [workspace, tenant] = [workspace, tenant].map(Uuid::from_u128);
        Some(Client { workspace: WorkspaceId::new(workspace), tenant: TenantId::new(tenant) })
    }

    /// A state with one pool, and a clock set by the test.
    struct Scene {
        state: Turns,
        now: Instant,
        waiting: Vec<(Option<Client>, oneshot::Receiver<Permit>)>,
    }

    impl Scene {
        fn of(size: usize) -> Self {
            let mut state = Turns::new(1);
            state.add_pool(size);
            Self { state, now: Instant::now(), waiting: vec![] }
        }

        fn pass(&mut self, milliseconds: u64) {
            self.now += Duration::from_millis(milliseconds);
        }

        /// Whether the client is admitted at once.
        fn enters(&mut self, client: Option<Client>) -> bool {
            let waits = self.state.enter(0, client, self.now);
            let enters = waits.is_none();
            self.waiting.extend(waits.map(|waits| (client, waits)));
            enters
        }

        /// Ends a turn of the client; returns the clients that are admitted next.
        fn after(&mut self, client: Option<Client>) -> Vec<Option<Client>> {
            self.state.leave(0, client, self.now);
            self.state.let_in(self.now).iter().map(|next| next.client).collect()
        }
    }

    #[test]
    fn one_alone_has_all_but_the_last_two() {
        let mut turns = Scene::of(8);
        let entered = (0..20).filter(|_| turns.enters(tenant(1, 1))).count();
        assert_eq!(entered, 6);
        assert!(turns.enters(tenant(1, 2)), "another tenant finds one at once");
        assert!(!turns.enters(tenant(1, 3)), "the last one is for another workspace");
        assert!(turns.enters(tenant(2, 1)));
        assert!(!turns.enters(tenant(3, 1)), "there is none left");
    }

    #[test]
    fn a_pool_of_one_is_for_everybody() {
        let mut turns = Scene::of(1);
        assert!(turns.enters(tenant(1, 1)));
        assert!(!turns.enters(tenant(1, 1)));
        assert_eq!(turns.after(tenant(1, 1)), [tenant(1, 1)]);
    }

    #[test]
    fn who_had_the_least_is_next_first_by_workspace_then_by_tenant() {
        let mut turns = Scene::of(1);
        assert!(turns.enters(tenant(1, 1)));
        for client in [tenant(1, 1), tenant(1, 1), tenant(1, 2), tenant(2, 1), None] {
            assert!(!turns.enters(client));
        }
        let mut present = tenant(1, 1);
        for expected in [None, tenant(2, 1), tenant(1, 2), tenant(1, 1), tenant(1, 1)] {
            turns.pass(100);
            assert_eq!(turns.after(present), [expected]);
            present = expected;
        }
        assert!(turns.after(present).is_empty());
    }

    #[test]
    fn one_that_has_much_has_no_more_than_its_share_while_others_work() {
        let mut turns = Scene::of(8);
        for _ in 0..4 {
            assert!(turns.enters(tenant(1, 1)));
        }
        turns.pass(500);
        assert!(turns.enters(tenant(1, 1)), "while no other workspace is active");
        assert!(turns.enters(tenant(2, 1)), "there is one for others");
        assert!(turns.after(tenant(2, 1)).is_empty());
        assert!(!turns.enters(tenant(1, 1)), "it has more than its share");
        for _ in 0..4 {
            turns.pass(100);
            assert!(turns.after(tenant(1, 1)).is_empty());
            assert!(turns.enters(tenant(2, 1)) && turns.after(tenant(2, 1)).is_empty());
        }
        turns.pass(100);
        assert_eq!(turns.after(tenant(1, 1)), [tenant(1, 1)], "one at a time goes on");
    }

    #[test]
    fn a_light_one_enters_several_times_at_once() {
        let mut turns = Scene::of(8);
        assert!(turns.enters(tenant(2, 1)) && turns.enters(tenant(1, 1)) && turns.enters(tenant(1, 1)));
        turns.pass(1);
        assert!(turns.enters(tenant(1, 1)));
    }

    #[test]
    fn the_tenants_of_a_workspace_share_too() {
        let mut turns = Scene::of(8);
        assert!(turns.enters(tenant(1, 1)) && turns.enters(tenant(1, 1)));
        turns.pass(1000);
        assert!(turns.enters(tenant(1, 2)));
        assert!(!turns.enters(tenant(1, 1)));
    }

    #[test]
    fn a_light_tenant_is_not_held_up_by_the_share_of_its_workspace() {
        let mut turns = Scene::of(8);
        assert!(turns.enters(tenant(1, 1)) && turns.enters(tenant(2, 1)));
        turns.pass(1000);
        assert!(!turns.enters(tenant(1, 1)));
        assert!(turns.enters(tenant(1, 2)));
    }

    #[test]
    fn a_burst_of_one_tenant_does_not_hold_up_another_of_its_workspace() {
        let mut turns = Scene::of(8);
        for _ in 0..4 {
            assert!(turns.enters(tenant(1, 1)));
        }
        turns.pass(1000);
        assert!(turns.enters(tenant(2, 1)));
        for _ in 0..3 {
            assert!(turns.after(tenant(1, 1)).is_empty());
        }
        assert!(!turns.enters(tenant(1, 1)));
        assert!(turns.enters(tenant(1, 2)));
    }

    #[test]
    fn a_tenant_with_some_use_is_not_held_up_by_one_with_much() {
        let mut turns = Scene::of(8);
        assert!((0..4).all(|_| turns.enters(tenant(1, 1))) && turns.enters(tenant(1, 2)) && turns.enters(tenant(2, 1)));
        turns.pass(1000);
        assert!(turns.after(tenant(1, 2)).is_empty());
        assert!(turns.enters(tenant(1, 2)));
    }

    #[test]
    fn many_light_tenants_of_a_workspace_exceed_its_share_by_two_shares_at_most() {
        let mut turns = Scene::of(8);
        assert!(turns.enters(tenant(1, 1)) && turns.enters(tenant(2, 1)));
        turns.pass(1000);
        assert!(turns.enters(tenant(1, 2)) && turns.enters(tenant(1, 3)));
        assert!(!turns.enters(tenant(1, 4)));
        assert_eq!(turns.after(tenant(1, 3)), [tenant(1, 4)]);
    }
}
