//! Promotions.

use domain::change::Change;
use domain::ids::{ListingId, PromotionId};
use domain::patch::Patch;
use domain::promotions::{
    Assignable, Assignment, Promotion, PromotionEdit, PromotionListings, PromotionParts, PromotionStatus,
};
use ports::{Page, PageStart, PromotionFilter, RepositoryError, rules};

use super::Ports;
use super::host::{Host, is_stale};
use super::shop::{ALL, date, is_taken};
use super::world::twenty_at_once;
use crate::build;

fn with_coupon(code: &str) -> PromotionEdit {
    PromotionEdit { coupon_code: Patch::Set(code.parse().expect("valid")), ..PromotionEdit::default() }
}

fn renamed(name: &str) -> PromotionEdit {
    PromotionEdit { name: name.parse().ok(), ..PromotionEdit::default() }
}

fn any() -> PromotionFilter {
    PromotionFilter { include_inactive: true, ..PromotionFilter::default() }
}

impl Host {
    pub(super) async fn promotion(&self, id: PromotionId) -> Option<Promotion> {
        self.world.ports.promotions.get(&self.scope().await, id).await.expect("no failure")
    }

    pub(super) async fn promotion_edit(&self, promotion: &Promotion, edit: PromotionEdit) -> Change<Promotion> {
        let scope = self.scope().await;
        promotion.update(edit, &scope, Self::stamp(&scope)).expect("valid").expect("a change")
    }

    pub(super) async fn edit_promotion(
        &self,
        promotion: &Promotion,
        edit: PromotionEdit,
    ) -> Result<Promotion, RepositoryError> {
        let change = self.promotion_edit(promotion, edit).await;
        self.world.ports.promotions.update(&self.scope().await, change).await
    }

    pub(super) async fn delete_promotion(&self, promotion: &Promotion) -> Result<(), RepositoryError> {
        let scope = self.scope().await;
        let change = promotion.delete(&scope, Self::stamp(&scope));
        self.world.ports.promotions.delete(&scope, change).await
    }

    pub(super) async fn assignable(&self, promotion: &Promotion, ids: &[ListingId]) -> Vec<Assignable> {
        let found = self.world.ports.promotions.assignable(&self.scope().await, promotion, ids).await;
        let mut found = found.expect("no failure");
        found.sort_by_key(|found| found.listing);
        found
    }

    /// Returns those of the listings that the promotion is assigned to.
    pub(super) async fn given(&self, promotion: &Promotion, ids: &[ListingId]) -> Vec<ListingId> {
        let found = self.assignable(promotion, ids).await;
        found.into_iter().filter(|found| found.is_assigned).map(|found| found.listing).collect()
    }

    /// Returns an assignment that is not yet stored.
    pub(super) async fn assignment(
        &self,
        promotion: &Promotion,
        assignment: Assignment,
        ids: &[ListingId],
    ) -> Change<PromotionListings> {
        let (scope, found) = (self.scope().await, self.assignable(promotion, ids).await);
        let decided = promotion.assign(assignment, ids, &found, &scope, Self::stamp(&scope));
        decided.expect("the account's").expect("a change")
    }

    pub(super) async fn assign(&self, change: Change<PromotionListings>) -> Result<(), RepositoryError> {
        self.world.ports.promotions.assign(&self.scope().await, change).await
    }

    pub(super) async fn give(&self, promotion: &Promotion, ids: &[ListingId]) {
        let change = self.assignment(promotion, Assignment::Assign, ids).await;
        self.assign(change).await.expect("assigned");
    }

    /// Returns the whole list, after checking that the count agrees.
    pub(super) async fn promotions(&self, filter: &PromotionFilter) -> Vec<Promotion> {
        let (queries, scope) = (&self.world.ports.promotion_queries, self.scope().await);
        let listed = queries.list(&scope, filter, ALL).await.expect("a list");
        let count = queries.count(&scope, filter).await.expect("a count");
        assert_eq!((listed.items.len() as u64, listed.has_more), (count, false), "{filter:?}");
        listed.items
    }

    pub(super) async fn listings<const N: usize>(&self) -> [ListingId; N] {
        let mut ids = [ListingId::new(build::id()); N];
        for id in &mut ids {
            *id = self.listing(&build::id().to_string()).await.id();
        }
        ids
    }
}

/// Compares every field, with and without a value.
pub async fn a_promotion_comes_back_as_it_was_stored(ports: Ports) {
    let host = Host::open(ports).await;
    let bare = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    assert_eq!(host.promotion(bare.id()).await, Some(bare.clone()));
    let edit = PromotionEdit {
        name: "Ünïcode 🏨".parse().ok(),
        description: Patch::Set("Two\nlines".parse().expect("valid")),
        discount: "12.34".parse().ok(),
        coupon_code: Patch::Set("WINTER-30".parse().expect("valid")),
        start_date: Some(date("2029-12-01")),
        end_date: Some(date("9999-12-31")),
        booking_period_start: Patch::Set(date("2029-01-01")),
        booking_period_end: Patch::Set(date("2029-12-31")),
        status: Some(PromotionStatus::Inactive),
        thumbnail: Patch::Set("https://example.com/winter.png".parse().expect("valid")),
    };
    let full = host.promote("Full", PromotionEdit { name: None, ..edit.clone() }).await.expect("created");
    assert_eq!(host.promotion(full.id()).await, Some(full.clone()));
    host.delete_promotion(&full).await.expect("deleted");
    assert_eq!(host.promotion(full.id()).await, None);

    // Update the bare promotion to the full one, and back.
    let changed = host.edit_promotion(&bare, edit).await.expect("updated");
    assert_eq!(host.promotion(bare.id()).await, Some(changed.clone()));
    let cleared = PromotionEdit {
        description: Patch::Clear,
        coupon_code: Patch::Clear,
        booking_period_start: Patch::Clear,
        booking_period_end: Patch::Clear,
        thumbnail: Patch::Clear,
        ..PromotionEdit::default()
    };
    let cleared = host.edit_promotion(&changed, cleared).await.expect("updated");
    assert_eq!(host.promotion(bare.id()).await, Some(cleared));
}

/// `Taken`, ignoring case, in one account only; nothing is stored.
pub async fn a_name_and_a_coupon_code_are_taken_once_in_their_account(ports: Ports) {
    let host = Host::open(ports).await;
    let first = host.promote("Straße", with_coupon("WINTER")).await.expect("created");
    let trail = host.world.ports.trail.actions().await;
    let same_name = host.promote("STRASSE", PromotionEdit::default()).await;
    assert!(is_taken(&same_name, rules::PROMOTION_NAME), "{same_name:?}");
    let same_code = host.promote("Other", with_coupon("winter")).await;
    assert!(is_taken(&same_code, rules::PROMOTION_COUPON_CODE), "{same_code:?}");
    assert_eq!(host.world.ports.trail.actions().await, trail);

    let second = host.promote("Second", PromotionEdit::default()).await.expect("created");
    host.promote("Third", PromotionEdit::default()).await.expect("several promotions may have no code");
    assert!(is_taken(&host.edit_promotion(&second, renamed("strasse")).await, rules::PROMOTION_NAME));
    assert!(is_taken(&host.edit_promotion(&second, with_coupon("Winter")).await, rules::PROMOTION_COUPON_CODE));
    assert_eq!(host.promotion(second.id()).await, Some(second));
    host.edit_promotion(&first, renamed("STRASSE")).await.expect("its own");
    host.another_account().await.promote("Straße", with_coupon("WINTER")).await.expect("another account's");
}

/// A race over the name, and one over the code.
pub async fn of_twenty_who_create_the_same_promotion_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    for (rule, coupon) in [(rules::PROMOTION_NAME, None), (rules::PROMOTION_COUPON_CODE, Some("CODE"))] {
        let turns = std::sync::atomic::AtomicUsize::new(0);
        let (won, lost) = twenty_at_once(|| {
            let turn = turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let host = host.clone();
            async move {
                let name = coupon.map_or_else(|| "Winter".to_owned(), |_| format!("Promotion {turn}"));
                host.promote(&name, coupon.map(with_coupon).unwrap_or_default()).await
            }
        })
        .await;
        assert_eq!(won, 1);
        assert!(lost.into_iter().all(|error| is_taken::<()>(&Err(error), rule)));
    }
}

/// `Stale`, and nothing is stored.
pub async fn a_change_of_an_old_promotion_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let old = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let new = host.edit_promotion(&old, renamed("Spring")).await.expect("updated");
    assert!(is_stale(&host.edit_promotion(&old, renamed("Autumn")).await));
    assert!(is_stale(&host.delete_promotion(&old).await));
    assert_eq!(host.promotion(old.id()).await, Some(new.clone()));
    host.delete_promotion(&new).await.expect("deleted");
    assert!(is_stale(&host.edit_promotion(&new, renamed("Autumn")).await));
    assert!(is_stale(&host.delete_promotion(&new).await));
}

/// A race.
pub async fn of_twenty_who_update_a_promotion_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let (won, lost) = twenty_at_once(|| {
        let (host, promotion) = (host.clone(), promotion.clone());
        async move { host.edit_promotion(&promotion, renamed("Mine")).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.into_iter().all(|error| is_stale::<()>(&Err(error))));
}

/// `Stale`, for every operation. The promotion moves with its account, and its assignments stay.
pub async fn a_promotion_whose_account_moved_away_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let heir = Host::of(&host.world, "heir").await;
    let listings: [ListingId; 2] = host.listings().await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    host.give(&promotion, &listings[..1]).await;
    let creation = host.new_promotion("Spring", PromotionEdit::default()).await;
    let assignment = host.assignment(&promotion, Assignment::Assign, &listings).await;
    host.world.move_account(host.account.id, &heir.tenant).await;

    let (promotions, scope) = (&host.world.ports.promotions, host.scope().await);
    assert!(is_stale(&promotions.create(&scope, creation).await));
    assert!(is_stale(&host.edit_promotion(&promotion, renamed("Spring")).await));
    assert!(is_stale(&host.delete_promotion(&promotion).await));
    assert!(is_stale(&host.assign(assignment).await));
    assert_eq!(host.promotion(promotion.id()).await, None);
    assert!(!promotions.has_account(&scope, host.account.id).await.expect("no failure"));
    assert_eq!(host.promotions(&any()).await, []);

    assert_eq!(heir.promotions(&any()).await, std::slice::from_ref(&promotion));
    assert_eq!(heir.given(&promotion, &listings).await, listings[..1]);
    heir.edit_promotion(&promotion, renamed("Spring")).await.expect("its own");
}

/// Filters by account and by status, in pages.
pub async fn promotions_are_found_by_account_and_status(ports: Ports) {
    let host = Host::open(ports).await;
    let accounts = [host.clone(), host.another_account().await];
    Host::of(&host.world, "other").await.promote("Theirs", PromotionEdit::default()).await.expect("created");
    let mut all = Vec::new();
    for (position, account) in [0, 1, 1, 0, 0, 1, 0].into_iter().enumerate() {
        let asleep = PromotionEdit { status: Some(PromotionStatus::Inactive), ..PromotionEdit::default() };
        let edit = if position % 3 == 1 { asleep } else { PromotionEdit::default() };
        all.push((account, accounts[account].promote(&format!("No. {position}"), edit).await.expect("created")));
    }
    for account in [None, Some(0), Some(1)] {
        for include_inactive in [false, true] {
            let filter = PromotionFilter {
                integration_account_id: account.map(|position: usize| accounts[position].account.id),
                include_inactive,
                q: None,
            };
            let is_asked_for = |(of, promotion): &&(usize, Promotion)| {
                account.is_none_or(|account| account == *of)
                    && (include_inactive || promotion.details().status == PromotionStatus::Active)
            };
            let expected: Vec<_> = all.iter().filter(is_asked_for).map(|(_, promotion)| promotion.clone()).collect();
            assert_eq!(host.promotions(&filter).await, expected, "{filter:?}");
            for walks in [false, true] {
                let (queries, scope) = (&host.world.ports.promotion_queries, host.scope().await);
                let mut start = PageStart::Number(1);
                let mut seen = Vec::new();
                for number in 2.. {
                    let slice = queries.list(&scope, &filter, Page { start, size: 2 }).await.expect("a list");
                    seen.extend(slice.items);
                    let Some(last) = seen.last().filter(|_| slice.has_more) else { break };
                    start = if walks { PageStart::After(last.id().as_uuid()) } else { PageStart::Number(number) };
                }
                assert_eq!(seen, expected, "{filter:?}, walked: {walks}");
            }
        }
    }
}

/// Finds by a part of the name and of the coupon code.
pub async fn promotions_are_found_by_a_part_of_a_text(ports: Ports) {
    let host = Host::open(ports).await;
    let other = Host::of(&host.world, "other").await;
    other.promote("Winter 50%", PromotionEdit::default()).await.expect("created");
    let winter = host.promote("Winter 50%", PromotionEdit::default()).await.expect("created");
    let coupon =
        PromotionEdit { coupon_code: Patch::Set("SEA_2030".parse().expect("a code")), ..PromotionEdit::default() };
    let sea = host.promote("Summer", coupon).await.expect("created");
    for (q, expected) in [
        ("INTER", vec![winter.clone()]),
        ("0%", vec![winter.clone()]),
        ("0_", vec![]),
        ("sea_", vec![sea.clone()]),
        ("er", vec![winter, sea]),
        ("autumn", vec![]),
    ] {
        let filter = PromotionFilter { q: q.parse().ok(), ..any() };
        assert_eq!(host.promotions(&filter).await, expected, "{q}");
    }
}

/// Isolation: of tenants in a workspace, of workspaces, and of an owner from the importers of its listings.
pub async fn another_tenant_reaches_no_promotion(ports: Ports) {
    let host = Host::open(ports).await;
    let [listing] = host.listings().await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let importer = Host::of(&host.world, "importer").await;
    importer.import(&[listing]).await.expect("imported");
    let stranger = Host::of(&host.world.beside().await, "stranger").await;
    for other in [&importer, &stranger] {
        let (promotions, scope) = (&other.world.ports.promotions, other.scope().await);
        assert_eq!(other.promotion(promotion.id()).await, None);
        assert!(!promotions.has_account(&scope, host.account.id).await.expect("no failure"));
        assert!(promotions.has_account(&scope, other.account.id).await.expect("no failure"));
        assert_eq!(other.promotions(&any()).await, []);
        let of_the_account = PromotionFilter { integration_account_id: Some(host.account.id), ..any() };
        assert_eq!(other.promotions(&of_the_account).await, []);
        assert_eq!(other.assignable(&promotion, &[listing]).await, []);
        assert!(is_stale(&other.edit_promotion(&promotion, renamed("Mine")).await));
        assert!(is_stale(&other.delete_promotion(&promotion).await));
        assert!(is_stale(&other.assign(host.assignment(&promotion, Assignment::Assign, &[listing]).await).await));
        let there = Host { account: host.account.clone(), ..other.clone() };
        assert!(is_stale(&there.promote("Mine", PromotionEdit::default()).await));

        // The promotion claims to belong to the other's account; the stored account decides.
        let forged = Promotion::from_parts(PromotionParts {
            workspace_id: scope.workspace_id(),
            integration_account_id: other.account.id,
            ..promotion.clone().into_parts()
        });
        assert!(is_stale(&other.edit_promotion(&forged, renamed("Mine")).await));
        assert!(is_stale(&other.delete_promotion(&forged).await));
        let found = [Assignable { listing, is_assigned: false }];
        let change = forged.assign(Assignment::Assign, &[listing], &found, &scope, Host::stamp(&scope));
        assert!(is_stale(&other.assign(change.expect("found").expect("a change")).await));
        let [at_home] = other.listings().await;
        let found_there = [Assignable { listing: at_home, is_assigned: false }];
        let change = forged.assign(Assignment::Assign, &[at_home], &found_there, &scope, Host::stamp(&scope));
        assert!(
            is_stale(&other.assign(change.expect("found").expect("a change")).await),
            "the promotion is another tenant's"
        );
        let own = other.promote("Own", PromotionEdit::default()).await.expect("created");
        let change = own.assign(Assignment::Assign, &[listing], &found, &scope, Host::stamp(&scope));
        assert!(
            is_stale(&other.assign(change.expect("found").expect("a change")).await),
            "the listing is another tenant's"
        );
    }
    assert_eq!(host.promotions(&any()).await, std::slice::from_ref(&promotion));
    assert_eq!(host.given(&promotion, &[listing]).await, []);
}

/// Entries are written in the transaction of the change.
pub async fn every_change_of_a_promotion_leaves_one_entry(ports: Ports) {
    let host = Host::open(ports).await;
    let [listing] = host.listings().await;
    let before = host.world.ports.trail.actions().await.len();
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let promotion = host.edit_promotion(&promotion, renamed("Spring")).await.expect("updated");
    host.give(&promotion, &[listing]).await;
    let change = host.assignment(&promotion, Assignment::Unassign, &[listing]).await;
    host.assign(change).await.expect("unassigned");
    host.delete_promotion(&promotion).await.expect("deleted");
    let expected = ["create", "update", "assign_listings", "unassign_listings", "delete"];
    assert_eq!(host.world.ports.trail.actions().await[before..], expected.map(|verb| format!("promotion.{verb}")));
}

/// `Stale`.
pub async fn a_promotion_that_is_changed_meanwhile_is_not_deleted(ports: Ports) {
    let host = Host::open(ports.clone()).await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let (changed, deleted) =
        ports.overlap(host.edit_promotion(&promotion, renamed("Spring")), host.delete_promotion(&promotion)).await;
    assert!(changed.is_ok() && is_stale(&deleted), "{changed:?} {deleted:?}");
}
