//! Credential cache.
//!
//! A revoked key, a banned user and a deactivated tenant are refused by the process that changed them as soon as it has
//! answered, and within a second by all others. So a cached credential is valid only while three conditions hold: this
//! process has not changed access in the workspace since before the credential was read, no other process has notified
//! of such a change, and this process is known to receive notifications. A process that does not receive them reads
//! every credential from the database.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::access::Credential;
use domain::audit::ResourceKind;
use domain::ids::{ApiKeyId, TenantId, WorkspaceId};
use quick_cache::sync::Cache;

/// The channel of PostgreSQL on which changes of access are notified, by workspace id.
pub const ACCESS_CHANNEL: &str = "tenantry_access";
/// The heartbeat interval: an engine checks for changes by other processes this often.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(200);
/// The time for which the cache stays valid after such a check.
const TRUST: Duration = Duration::from_millis(700);
/// The capacity of the cache in credentials, which take some megabytes.
const CAPACITY: usize = 10_000;
/// The number of change counters. A change in one workspace also invalidates the workspaces that share its counter.
const COUNTS: usize = 1_024;

/// The actions that create a workspace, a tenant, a user or a key, and change none that exists.
const CREATIONS: [&str; 4] = ["workspace.create", "tenant.create", "user.create", "api_key.create"];

/// The cache key: an API key, and the tenant that the request names.
type Presented = (WorkspaceId, ApiKeyId, Option<TenantId>);

/// The cached credentials of a process.
pub struct CredentialCache {
    credentials: Cache<Presented, (u64, Credential)>,
    changes: [AtomicU64; COUNTS],
    /// The changes of this process that are being committed.
    ongoing: [AtomicU64; COUNTS],
    opened: Instant,
    /// The instant until which the cache is valid, in milliseconds since `opened`.
    valid_until: AtomicU64,
}

impl Default for CredentialCache {
    fn default() -> Self {
        Self {
            credentials: Cache::new(CAPACITY),
            changes: [const { AtomicU64::new(0) }; COUNTS],
            ongoing: [const { AtomicU64::new(0) }; COUNTS],
            opened: Instant::now(),
            valid_until: AtomicU64::new(0),
        }
    }
}

impl CredentialCache {
    /// Records that all changes that other processes had made by this instant are known.
    pub fn is_current_at(&self, looked: Instant) {
        self.valid_until.store(self.millis(looked + TRUST), Ordering::Release);
    }

    /// Invalidates the workspace with this id, in which another process has changed access.
    pub fn changed(&self, workspace_id: &str) {
        if let Ok(workspace_id) = workspace_id.parse() {
            self.invalidate(workspace_id);
        }
    }

    /// Invalidates everything, because notifications may have been lost.
    pub fn invalidate_all(&self) {
        for count in &self.changes {
            count.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Returns the change count of the workspace, to be read before a credential, for [`insert`](Self::insert).
    pub(crate) fn changes(&self, workspace_id: WorkspaceId) -> u64 {
        Self::of(&self.changes, workspace_id).load(Ordering::Acquire)
    }

    /// Returns the cached credential if it is still valid.
    pub(crate) fn get(&self, presented: &Presented) -> Option<Credential> {
        if self.valid_until.load(Ordering::Acquire) <= self.millis(Instant::now()) {
            return None;
        }
        if Self::of(&self.ongoing, presented.0).load(Ordering::Acquire) > 0 {
            return None;
        }
        let (changes, credential) = self.credentials.get(presented)?;
        (changes == self.changes(presented.0)).then_some(credential)
    }

    /// Inserts a credential that was read after the change count.
    pub(crate) fn insert(&self, presented: Presented, changes: u64, credential: Credential) {
        self.credentials.insert(presented, (changes, credential));
    }

    /// Invalidates the workspace, in which access has been changed.
    fn invalidate(&self, workspace_id: WorkspaceId) {
        Self::of(&self.changes, workspace_id).fetch_add(1, Ordering::AcqRel);
    }

    /// Stops using cached credentials of the workspace until the change has ended, because others can see it committed
    /// before this process knows that it is.
    pub(crate) fn begin_change(&self, workspace_id: WorkspaceId) {
        Self::of(&self.ongoing, workspace_id).fetch_add(1, Ordering::AcqRel);
    }

    /// Invalidates the workspace, in which a change of access has ended.
    pub(crate) fn end_change(&self, workspace_id: WorkspaceId) {
        self.invalidate(workspace_id);
        Self::of(&self.ongoing, workspace_id).fetch_sub(1, Ordering::AcqRel);
    }

    fn of(counts: &[AtomicU64; COUNTS], workspace_id: WorkspaceId) -> &AtomicU64 {
        // The last bits of an id are random.
        let place = workspace_id.as_uuid().as_u128() % COUNTS as u128;
        &counts[usize::try_from(place).unwrap_or_default()]
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.opened).as_millis()).unwrap_or(u64::MAX)
    }
}

/// Whether a cached credential may contain data that this action on a resource of this kind changes or deletes.
///
/// No cached credential contains a new key, user, tenant or workspace: a credential without a key is not cached, nor is one whose
/// named tenant does not exist.
pub(crate) fn affects_credentials(kind: ResourceKind, action: &str) -> bool {
    kind.is_in_credentials() && !CREATIONS.contains(&action)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use testkit::build;

    use super::*;

    /// Returns a cache that is current, with one credential and its cache key.
    fn cached() -> (Arc<CredentialCache>, Presented) {
        let cache = Arc::new(CredentialCache::default());
        cache.is_current_at(Instant::now());
        let presented = (build::workspace().id(), ApiKeyId::new(build::id()), None);
        cache.insert(presented, cache.changes(presented.0), build::credential(build::standing(1, true), None));
        (cache, presented)
    }

    #[test]
    fn what_was_read_is_found_by_all_that_was_presented() {
        let (cache, presented) = cached();
        assert!(cache.get(&presented).is_some());
        let (workspace_id, key, _) = presented;
        assert!(cache.get(&(workspace_id, key, Some(TenantId::new(build::id())))).is_none());
        assert!(cache.get(&(workspace_id, ApiKeyId::new(build::id()), None)).is_none());
    }

    #[test]
    fn a_change_by_anybody_forgets_what_was_read_before() {
        let own = |cache: &Arc<CredentialCache>, id| cache.invalidate(id);
        let told = |cache: &Arc<CredentialCache>, id: WorkspaceId| cache.changed(&id.to_string());
        let all = |cache: &Arc<CredentialCache>, _| cache.invalidate_all();
        for change in [own as fn(&Arc<CredentialCache>, WorkspaceId), told, all] {
            let (cache, presented) = cached();
            change(&cache, presented.0);
            assert!(cache.get(&presented).is_none());
        }
    }

    #[test]
    fn a_change_leaves_the_credentials_of_other_workspaces() {
        let (cache, (_, key, _)) = cached();
        let [changed, other] = [1, 2].map(|id| (WorkspaceId::new(uuid::Uuid::from_u128(id)), key, None));
        for presented in [changed, other] {
            let credential = build::credential(build::standing(1, true), None);
            cache.insert(presented, cache.changes(presented.0), credential);
        }
        cache.invalidate(changed.0);
        assert_eq!([changed, other].map(|presented| cache.get(&presented).is_some()), [false, true]);
    }

    #[test]
    fn what_does_not_decide_about_access_forgets_nothing() {
        let (cache, presented) = cached();
        cache.changed("beat 7 1");
        assert!(cache.get(&presented).is_some());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (cache, presented) = cached();
        let changes = cache.changes(presented.0);
        cache.changed(&presented.0.to_string());
        cache.insert(presented, changes, build::credential(build::standing(1, true), None));
        assert!(cache.get(&presented).is_none());
    }

    #[test]
    fn what_is_read_during_a_change_is_used_neither_before_its_end_nor_after_it() {
        let (cache, presented) = cached();
        let insert =
            || cache.insert(presented, cache.changes(presented.0), build::credential(build::standing(1, true), None));
        cache.begin_change(presented.0);
        assert!(cache.get(&presented).is_none(), "it may be committed already");
        insert();
        assert!(cache.get(&presented).is_none());
        cache.end_change(presented.0);
        assert!(cache.get(&presented).is_none());
        insert();
        assert!(cache.get(&presented).is_some());
    }

    #[test]
    fn a_new_workspace_tenant_user_or_key_is_in_no_cached_credential_and_every_other_change_may_be() {
        for (kind, created) in [
            (ResourceKind::Workspace, "workspace.create"),
            (ResourceKind::Tenant, "tenant.create"),
            (ResourceKind::User, "user.create"),
            (ResourceKind::ApiKey, "api_key.create"),
        ] {
            assert!(!affects_credentials(kind, created) && affects_credentials(kind, "of a later version"), "{kind:?}");
        }
        assert!(!affects_credentials(ResourceKind::Listing, "listing.delete"));
    }

    #[test]
    fn who_does_not_hear_of_changes_finds_nothing() {
        let (cache, presented) = cached();
        let long_ago = Instant::now().checked_sub(TRUST).expect("an instant after the start of the machine");
        cache.is_current_at(long_ago);
        assert!(cache.get(&presented).is_none());
        cache.is_current_at(Instant::now());
        assert!(cache.get(&presented).is_some());
    }
}
