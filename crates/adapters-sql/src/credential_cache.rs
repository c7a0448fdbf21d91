//! Credentials that were read before, for as long as nothing speaks against them.
//!
//! A revoked key, a banned user and a deactivated tenant are refused from the moment of the answer by the process that changed
//! them, and within a second by all others. So what is kept is good only while three things hold: nothing that decides
//! about access in its workspace was changed by this process since before it was read, no other process has told of such a change,
//! and this process is known to hear of them. Who does not hear them reads everything anew.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use domain::access::Credential;
use domain::audit::ResourceKind;
use domain::ids::{ApiKeyId, TenantId, WorkspaceId};
use quick_cache::sync::Cache;

/// Where changes of access are told of on PostgreSQL, by the id of their workspace.
pub const ACCESS_CHANNEL: &str = "tenantry_access";
/// How often an engine looks for the changes of others.
pub const BEAT: Duration = Duration::from_millis(200);
/// How long after such a look what is kept is good without another.
const TRUST: Duration = Duration::from_millis(700);
/// How many credentials are kept: some megabytes.
const CAPACITY: usize = 10_000;
/// The changes of workspaces are counted in so many places: two that share one only forget too much.
const COUNTS: usize = 1_024;

/// A key, and the tenant that the request names.
type Presented = (WorkspaceId, ApiKeyId, Option<TenantId>);

/// The credentials that one process has read.
pub struct CredentialCache {
    kept: Cache<Presented, (u64, Credential)>,
    changes: [AtomicU64; COUNTS],
    opened: Instant,
    /// Until when it is good, in milliseconds since it was opened.
    good_until: AtomicU64,
}

impl Default for CredentialCache {
    fn default() -> Self {
        Self {
            kept: Cache::new(CAPACITY),
            changes: [const { AtomicU64::new(0) }; COUNTS],
            opened: Instant::now(),
            good_until: AtomicU64::new(0),
        }
    }
}

impl CredentialCache {
    /// Says that all changes that others had made by then are known.
    pub fn is_current_at(&self, looked: Instant) {
        self.good_until.store(self.millis(looked + TRUST), Ordering::Release);
    }

    /// Another process has changed who may do what in the workspace of this id.
    pub fn changed(&self, workspace_id: &str) {
        if let Ok(workspace_id) = workspace_id.parse() {
            self.forget(workspace_id);
        }
    }

    /// Others may have changed anything.
    pub fn forget_all(&self) {
        for count in &self.changes {
            count.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// How often the workspace was changed: taken before a credential is read, for [`keep`](Self::keep).
    pub(crate) fn changes(&self, workspace_id: WorkspaceId) -> u64 {
        self.count(workspace_id).load(Ordering::Acquire)
    }

    /// What was read before, where it is good still.
    pub(crate) fn find(&self, presented: &Presented) -> Option<Credential> {
        if self.good_until.load(Ordering::Acquire) <= self.millis(Instant::now()) {
            return None;
        }
        let (changes, credential) = self.kept.get(presented)?;
        (changes == self.changes(presented.0)).then_some(credential)
    }

    /// Keeps what was read after the changes were counted.
    pub(crate) fn keep(&self, presented: Presented, changes: u64, credential: Credential) {
        self.kept.insert(presented, (changes, credential));
    }

    fn forget(&self, workspace_id: WorkspaceId) {
        self.count(workspace_id).fetch_add(1, Ordering::AcqRel);
    }

    fn count(&self, workspace_id: WorkspaceId) -> &AtomicU64 {
        // The last bits of an id are random.
        let place = workspace_id.as_uuid().as_u128() % COUNTS as u128;
        &self.changes[usize::try_from(place).unwrap_or_default()]
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.opened).as_millis()).unwrap_or(u64::MAX)
    }
}

/// Forgets what a transaction has changed when it is over, however it ends: whether an unfinished commit took place, nobody knows.
pub(crate) struct Forgetting {
    cache: Arc<CredentialCache>,
    changed: OnceLock<WorkspaceId>,
}

impl Forgetting {
    /// Nothing yet.
    pub(crate) const fn new(cache: Arc<CredentialCache>) -> Self {
        Self { cache, changed: OnceLock::new() }
    }

    /// Takes note of what is written in a workspace; true where it is the first that decides about access.
    pub(crate) fn note(&self, workspace_id: WorkspaceId, kind: ResourceKind) -> bool {
        decides_about_access(kind) && self.changed.set(workspace_id).is_ok()
    }
}

impl Drop for Forgetting {
    fn drop(&mut self) {
        if let Some(workspace_id) = self.changed.get() {
            self.cache.forget(*workspace_id);
        }
    }
}

/// Whether a credential holds something of such a thing.
const fn decides_about_access(kind: ResourceKind) -> bool {
    match kind {
        ResourceKind::Tenant | ResourceKind::User | ResourceKind::ApiKey => true,
        ResourceKind::Workspace
        | ResourceKind::Location
        | ResourceKind::IntegrationAccount
        | ResourceKind::Listing
        | ResourceKind::Promotion
        | ResourceKind::Quote
        | ResourceKind::Reservation => false,
    }
}

#[cfg(test)]
mod tests {
    use testkit::build;

    use super::*;

    /// A cache that knows of all changes by now, and what it has kept.
    fn kept() -> (Arc<CredentialCache>, Presented) {
        let cache = Arc::new(CredentialCache::default());
        cache.is_current_at(Instant::now());
        let presented = (build::workspace().id(), ApiKeyId::new(build::id()), None);
        cache.keep(presented, cache.changes(presented.0), build::credential(build::standing(1, true), None));
        (cache, presented)
    }

    #[test]
    fn what_was_read_is_found_by_all_that_was_presented() {
        let (cache, presented) = kept();
        assert!(cache.find(&presented).is_some());
        let (workspace_id, key, _) = presented;
        assert!(cache.find(&(workspace_id, key, Some(TenantId::new(build::id())))).is_none());
        assert!(cache.find(&(workspace_id, ApiKeyId::new(build::id()), None)).is_none());
    }

    #[test]
    fn a_change_by_anybody_forgets_what_was_read_before() {
        let own = |cache: &Arc<CredentialCache>, id| {
            assert!(Forgetting::new(cache.clone()).note(id, ResourceKind::User));
        };
        let told = |cache: &Arc<CredentialCache>, id: WorkspaceId| cache.changed(&id.to_string());
        let all = |cache: &Arc<CredentialCache>, _| cache.forget_all();
        for change in [own as fn(&Arc<CredentialCache>, WorkspaceId), told, all] {
            let (cache, presented) = kept();
            change(&cache, presented.0);
            assert!(cache.find(&presented).is_none());
        }
    }

    #[test]
    fn what_does_not_decide_about_access_forgets_nothing() {
        let (cache, presented) = kept();
        assert!(!Forgetting::new(cache.clone()).note(presented.0, ResourceKind::Listing));
        cache.changed("beat 7 1");
        assert!(cache.find(&presented).is_some());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (cache, presented) = kept();
        let changes = cache.changes(presented.0);
        cache.changed(&presented.0.to_string());
        cache.keep(presented, changes, build::credential(build::standing(1, true), None));
        assert!(cache.find(&presented).is_none());
    }

    #[test]
    fn who_does_not_hear_of_changes_finds_nothing() {
        let (cache, presented) = kept();
        let long_ago = Instant::now().checked_sub(TRUST).expect("the machine runs longer");
        cache.is_current_at(long_ago);
        assert!(cache.find(&presented).is_none());
        cache.is_current_at(Instant::now());
        assert!(cache.find(&presented).is_some());
    }
}
