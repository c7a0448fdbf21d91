//! Integration accounts.

use domain::change::Change;
use domain::ids::{AuditId, IntegrationAccountId, ListingId};
use domain::integration_accounts::{
    AccountEdit, AccountMoved, AccountStatus, AuthType, Holdings, IntegrationAccount, IntegrationAccountDetails,
    IntegrationAccountParts, MovedImports, NewIntegrationAccount, Provider,
};
use domain::patch::Patch;
use domain::tenants::{Tenant, TenantHoldings};
use ports::{IntegrationAccountFilter, Page, PageStart, RepositoryError, rules};

use super::host::{Host, is_stale};
use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

/// Returns the creation of an account by the administrator, not yet stored.
pub(super) async fn new_account(world: &World, owner: &Tenant, identifier: &str) -> Change<IntegrationAccount> {
    let mut details = build::integration_account().details().clone();
    details.account_identifier = identifier.parse().expect("an identifier");
    described(world, owner, details).await
}

pub(super) async fn described(
    world: &World,
    owner: &Tenant,
    details: IntegrationAccountDetails,
) -> Change<IntegrationAccount> {
    let new = NewIntegrationAccount { id: IntegrationAccountId::new(build::id()), details };
    IntegrationAccount::create(new, &world.scope_in(owner.id()).await, world.stamp().await)
}

pub(super) async fn store(
    world: &World,
    owner: &Tenant,
    change: Change<IntegrationAccount>,
) -> Result<IntegrationAccount, RepositoryError> {
    world.ports.integration_accounts.create(&world.scope_in(owner.id()).await, change).await
}

pub(super) async fn create(world: &World, owner: &Tenant, identifier: &str) -> IntegrationAccount {
    store(world, owner, new_account(world, owner, identifier).await).await.expect("created")
}

pub(super) async fn get(world: &World, tenant: &Tenant, id: IntegrationAccountId) -> Option<IntegrationAccount> {
    world.ports.integration_accounts.get(&world.scope_in(tenant.id()).await, id).await.expect("no failure")
}

async fn edited(world: &World, account: &IntegrationAccount, edit: AccountEdit) -> Change<IntegrationAccount> {
    account.update(edit, &world.scope_in(account.tenant_id()).await, world.stamp().await).expect("a change")
}

fn renamed(name: &str) -> AccountEdit {
    AccountEdit { name: Some(name.parse().expect("a name")), ..AccountEdit::default() }
}

async fn update(
    world: &World,
    tenant: &Tenant,
    change: Change<IntegrationAccount>,
) -> Result<IntegrationAccount, RepositoryError> {
    world.ports.integration_accounts.update(&world.scope_in(tenant.id()).await, change).await
}

async fn delete(world: &World, tenant: &Tenant, account: &IntegrationAccount) -> Result<(), RepositoryError> {
    let scope = world.scope_in(tenant.id()).await;
    let change = account.delete(&scope, world.stamp().await);
    world.ports.integration_accounts.delete(&scope, change).await
}

/// Returns a move of the account, not yet stored.
pub(super) async fn moving(
    world: &World,
    account: &IntegrationAccount,
    source: &Tenant,
    target: &Tenant,
) -> Change<AccountMoved> {
    let arrival = AuditId::new(build::id());
    account.move_to(source, target, arrival, world.stamp().await).expect("to another")
}

pub(super) async fn move_account(world: &World, change: Change<AccountMoved>) -> Result<MovedImports, RepositoryError> {
    world.ports.integration_accounts.move_account(&world.admin().await, change).await
}

/// Creates the given number of listings of the account.
pub(super) async fn list(world: &World, owner: &Tenant, account: &IntegrationAccount, count: usize) -> Vec<ListingId> {
    let host = Host::with_account(world, owner.clone(), account.id()).await;
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(host.listing(&number.to_string()).await.id());
    }
    ids
}

pub(super) async fn import(world: &World, importer: &Tenant, listings: &[ListingId]) {
    Host::with_new_account(world, importer.clone()).await.import(listings).await.expect("imported");
}

pub(super) async fn imported(world: &World, importer: &Tenant, listings: &[ListingId]) -> usize {
    let scope = world.scope_in(importer.id()).await;
    world.ports.imports.imported(&scope, listings).await.expect("no failure").len()
}

fn is_taken<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Taken { rule: rules::INTEGRATION_ACCOUNT_IDENTIFIER }))
}

/// Compares every field, with and without a value.
pub async fn an_account_comes_back_as_it_was_stored(ports: Ports) {
    let world = World::new(ports).await;
    let owner = world.create("owner").await.expect("created");
    let bare = create(&world, &owner, "bare").await;
    assert_eq!(get(&world, &owner, bare.id()).await, Some(bare.clone()));

    let percent = |text: &str| text.parse().expect("a percentage");
    let full = IntegrationAccountDetails {
        name: "Ünïcode 🏨".parse().expect("a name"),
        provider: Provider::MrAlfred,
        provider_account_id: Some("17".parse().expect("an id")),
        account_identifier: "full".parse().expect("an identifier"),
        auth_type: AuthType::PartnerToken,
        status: AccountStatus::Inactive,
        allow_import: false,
        require_listing_approval: true,
        markup: percent("99.99"),
        default_discount: Some(percent("0")),
        distribution_markup: percent("100"),
    };
    let full = store(&world, &owner, described(&world, &owner, full).await).await.expect("created");
    assert_eq!(get(&world, &owner, full.id()).await, Some(full.clone()));

    // Update each account with the fields of the other.
    let mut after = full.clone().into_parts();
    after.details.account_identifier = "changed".parse().expect("an identifier");
    after.id = bare.id();
    after.version = 2;
    let after = IntegrationAccount::from_parts(after);
    let change = Change { after: after.clone(), ..edited(&world, &bare, renamed("Whatever")).await };
    update(&world, &owner, change).await.expect("updated");
    assert_eq!(get(&world, &owner, bare.id()).await, Some(after));
}

/// `Taken`, for accounts of one workspace and one provider only; nothing is stored.
pub async fn an_identifier_is_taken_once_for_each_provider(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, sibling] =
        [world.create("owner").await, world.create("sibling").await].map(|tenant| tenant.expect("created"));
    create(&world, &owner, "host").await;
    let again = new_account(&world, &sibling, "host").await;
    let id = again.after.id();
    assert!(is_taken(&store(&world, &sibling, again).await), "for another tenant, too");
    assert_eq!(get(&world, &sibling, id).await, None);

    let other = create(&world, &sibling, "other").await;
    let edit =
        AccountEdit { account_identifier: Some("host".parse().expect("an identifier")), ..AccountEdit::default() };
    assert!(is_taken(&update(&world, &sibling, edited(&world, &other, edit.clone()).await).await));
    assert_eq!(get(&world, &sibling, other.id()).await, Some(other.clone()));
    let elsewhere = AccountEdit { provider: Some(Provider::Other), ..edit };
    update(&world, &sibling, edited(&world, &other, elsewhere).await).await.expect("another provider's");

    let beside = world.beside().await;
    let stranger = beside.create("stranger").await.expect("created");
    create(&beside, &stranger, "host").await;
}

/// A race.
pub async fn of_twenty_who_connect_the_same_account_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let owner = world.create("owner").await.expect("created");
    let (won, lost) = twenty_at_once(|| {
        let (world, owner) = (world.clone(), owner.clone());
        async move { store(&world, &owner, new_account(&world, &owner, "host").await).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.into_iter().all(|error| is_taken::<()>(&Err(error))));
}

/// `Stale`.
pub async fn an_account_of_a_tenant_that_is_gone_is_not_stored(ports: Ports) {
    let world = World::new(ports).await;
    let owner = world.create("owner").await.expect("created");
    let (scope, change) = (world.scope_in(owner.id()).await, new_account(&world, &owner, "host").await);
    world.delete(&owner).await.expect("deleted");
    assert!(is_stale(&world.ports.integration_accounts.create(&scope, change).await));
}

/// `Stale`, and nothing is stored.
pub async fn a_change_of_an_old_account_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, target] =
        [world.create("owner").await, world.create("target").await].map(|tenant| tenant.expect("created"));
    let old = create(&world, &owner, "host").await;
    let new = update(&world, &owner, edited(&world, &old, renamed("New")).await).await.expect("updated");
    assert!(is_stale(&update(&world, &owner, edited(&world, &old, renamed("Old")).await).await));
    assert!(is_stale(&delete(&world, &owner, &old).await));
    assert!(is_stale(&move_account(&world, moving(&world, &old, &owner, &target).await).await));
    assert_eq!(get(&world, &owner, new.id()).await, Some(new.clone()));
    delete(&world, &owner, &new).await.expect("deleted");
    assert!(is_stale(&delete(&world, &owner, &new).await));
    assert!(is_stale(&move_account(&world, moving(&world, &new, &owner, &target).await).await));
}

/// A race.
pub async fn of_twenty_who_update_an_account_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let owner = world.create("owner").await.expect("created");
    let account = create(&world, &owner, "host").await;
    let (won, lost) = twenty_at_once(|| {
        let (world, owner, account) = (world.clone(), owner.clone(), account.clone());
        async move { update(&world, &owner, edited(&world, &account, renamed("Mine")).await).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.into_iter().all(|error| is_stale::<()>(&Err(error))));
}

/// Other accounts keep their listings and imports.
pub async fn a_deleted_account_is_gone_with_its_listings_and_their_imports(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, importer] =
        [world.create("owner").await, world.create("importer").await].map(|tenant| tenant.expect("created"));
    let [going, staying] = [create(&world, &owner, "going").await, create(&world, &owner, "staying").await];
    let [gone, left] = [list(&world, &owner, &going, 2).await, list(&world, &owner, &staying, 2).await];
    import(&world, &importer, &[gone.clone(), left.clone()].concat()).await;

    delete(&world, &owner, &going).await.expect("deleted");
    assert_eq!(get(&world, &owner, going.id()).await, None);
    assert_eq!(get(&world, &owner, staying.id()).await, Some(staying));
    assert_eq!((imported(&world, &importer, &gone).await, imported(&world, &importer, &left).await), (0, 2));
    let scope = world.scope_in(owner.id()).await;
    for (listing, is_left) in [(gone[0], false), (left[0], true)] {
        let found = world.ports.listings.get(&scope, listing).await.expect("no failure");
        assert_eq!(found.is_some(), is_left);
    }
}

/// Filters by provider and by status, in pages.
pub async fn accounts_are_found_by_provider_and_status(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, sibling] =
        [world.create("owner").await, world.create("sibling").await].map(|tenant| tenant.expect("created"));
    let [first, second, third] =
        [create(&world, &owner, "1").await, create(&world, &owner, "2").await, create(&world, &owner, "3").await];
    create(&world, &sibling, "4").await;
    let edit = AccountEdit { provider: Some(Provider::Boom), ..AccountEdit::default() };
    update(&world, &owner, edited(&world, &second, edit).await).await.expect("updated");
    let edit = AccountEdit { status: Some(AccountStatus::Inactive), ..AccountEdit::default() };
    update(&world, &owner, edited(&world, &third, edit).await).await.expect("updated");

    let scope = world.scope_in(owner.id()).await;
    let [guesty, boom] = [Provider::Guesty, Provider::Boom].map(Some);
    let [active, inactive] = [AccountStatus::Active, AccountStatus::Inactive].map(Some);
    for (provider, status, expected) in [
        (None, None, vec![&first, &second, &third]),
        (guesty, None, vec![&first, &third]),
        (boom, None, vec![&second]),
        (None, active, vec![&first, &second]),
        (guesty, inactive, vec![&third]),
        (boom, inactive, vec![]),
    ] {
        let filter = IntegrationAccountFilter { provider, status, q: None };
        let queries = &world.ports.integration_account_queries;
        let mut found = Vec::new();
        for number in 1.. {
            let page = Page { start: PageStart::Number(number), size: 1 };
            let slice = queries.list(&scope, &filter, page).await.expect("listed");
            found.extend(slice.items.iter().map(IntegrationAccount::id));
            if !slice.has_more {
                break;
            }
        }
        let expected: Vec<_> = expected.into_iter().map(IntegrationAccount::id).collect();
        assert_eq!(found, expected, "{filter:?}");
        assert_eq!(queries.count(&scope, &filter).await.expect("counted"), expected.len() as u64);
    }
}

/// Finds by a part of the name and of the identifiers, as they are now.
pub async fn accounts_are_found_by_a_part_of_a_text(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, sibling] =
        [world.create("owner").await, world.create("sibling").await].map(|tenant| tenant.expect("created"));
    let [first, second] = [create(&world, &owner, "1").await, create(&world, &owner, "2").await];
    create(&world, &sibling, "3").await;
    let edit = AccountEdit {
        name: Some("Größe 100% See".parse().expect("a name")),
        provider_account_id: Patch::Set("PMS_42".parse().expect("an id")),
        ..AccountEdit::default()
    };
    update(&world, &owner, edited(&world, &first, edit).await).await.expect("updated");
    let scope = world.scope_in(owner.id()).await;
    let own = second.details().name.as_str().to_owned();
    let identifier = second.details().account_identifier.as_str().to_owned();
    for (q, expected) in [
        ("GRÖSSE 1", vec![first.id()]),
        ("100%", vec![first.id()]),
        ("100_", vec![]),
        ("se", vec![first.id()]),
        ("pms_", vec![first.id()]),
        ("ms_42", vec![first.id()]),
        (own.as_str(), vec![second.id()]),
        (identifier.as_str(), vec![second.id()]),
    ] {
        let filter = IntegrationAccountFilter { q: q.parse().ok(), ..IntegrationAccountFilter::default() };
        let queries = &world.ports.integration_account_queries;
        let page = Page { start: PageStart::Number(1), size: 10 };
        let found = queries.list(&scope, &filter, page).await.expect("listed").items;
        let found: Vec<_> = found.iter().map(IntegrationAccount::id).collect();
        // Accounts may be named alike.
        assert!(
            expected.iter().all(|id| found.contains(id)) && found.is_empty() == expected.is_empty(),
            "{q}: {found:?}"
        );
        assert_eq!(queries.count(&scope, &filter).await.expect("counted"), found.len() as u64, "{q}");
    }
}

/// Isolation: of tenants in a workspace, and of workspaces.
pub async fn another_tenant_reaches_no_account(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, sibling] =
        [world.create("owner").await, world.create("sibling").await].map(|tenant| tenant.expect("created"));
    let account = create(&world, &owner, "host").await;
    let beside = world.beside().await;
    let stranger = beside.create("stranger").await.expect("created");
    for (world, other) in [(&world, &sibling), (&beside, &stranger)] {
        assert_eq!(get(world, other, account.id()).await, None);
        let scope = world.scope_in(other.id()).await;
        let filter = IntegrationAccountFilter::default();
        assert_eq!(world.ports.integration_account_queries.count(&scope, &filter).await.expect("counted"), 0);
        let page = Page { start: PageStart::Number(1), size: 10 };
        let listed = world.ports.integration_account_queries.list(&scope, &filter, page).await.expect("listed");
        assert_eq!(listed.items, []);
        let forged = account.update(renamed("Mine"), &scope, world.stamp().await).expect("a change");
        assert!(is_stale(&update(world, other, forged).await));
        // The account claims to be the tenant's; the stored one decides.
        let claimed = IntegrationAccount::from_parts(IntegrationAccountParts {
            workspace_id: world.workspace_id(),
            tenant_id: other.id(),
            ..account.clone().into_parts()
        });
        let forged = claimed.update(renamed("Mine"), &scope, world.stamp().await).expect("a change");
        assert!(is_stale(&update(world, other, forged).await));
        let target = world.create("target").await.expect("created");
        assert!(is_stale(&move_account(world, moving(world, &claimed, other, &target).await).await));
        assert!(is_stale(&delete(world, other, &account).await));
        let mut foreign = new_account(world, other, "foreign").await;
        foreign.after = IntegrationAccount::from_parts(IntegrationAccountParts {
            id: IntegrationAccountId::new(build::id()),
            ..account.clone().into_parts()
        });
        assert!(is_stale(&store(world, other, foreign).await), "a tenant cannot create an account for another tenant");
    }
    let admin = beside.admin().await;
    let accounts = &beside.ports.integration_accounts;
    assert_eq!(accounts.get_anywhere(&admin, account.id()).await.expect("no failure"), None);
    let nothing = accounts.holdings(&admin, account.id(), stranger.id()).await.expect("no failure");
    assert_eq!(nothing, Holdings::default());
    let change = moving(&world, &account, &owner, &stranger).await;
    assert!(
        is_stale(&accounts.move_account(&admin, change.clone()).await),
        "an account of another workspace cannot be moved"
    );
    assert!(is_stale(&move_account(&world, change).await), "an account cannot be moved into another workspace");
    assert_eq!(get(&world, &owner, account.id()).await, Some(account));
}

/// `Stale`, and nothing is deleted. The tenant's holdings are counted.
pub async fn a_tenant_with_accounts_is_not_deleted(ports: Ports) {
    let world = World::new(ports).await;
    let owner = world.create("owner").await.expect("created");
    let admin = world.admin().await;
    let holdings = async || world.ports.tenants.holdings(&admin, owner.id()).await.expect("counted");
    assert_eq!(holdings().await, TenantHoldings::default());
    let [one, other] = [create(&world, &owner, "1").await, create(&world, &owner, "2").await];
    list(&world, &owner, &one, 3).await;
    let sibling = world.create("sibling").await.expect("created");
    let theirs = create(&world, &sibling, "3").await;
    list(&world, &sibling, &theirs, 2).await;
    assert_eq!(holdings().await, TenantHoldings { integration_accounts: 2, listings: 3 });
    assert!(is_stale(&world.delete(&owner).await));
    assert_eq!(world.get(owner.id()).await, Some(owner.clone()));
    for account in [one, other] {
        delete(&world, &owner, &account).await.expect("deleted");
    }
    world.delete(&owner).await.expect("empty");
}

/// A race, ten times, between the creation or move of accounts to a tenant and the tenant's deletion.
pub async fn accounts_and_a_deletion_of_their_tenant_at_once_leave_none_astray(ports: Ports) {
    let world = World::new(ports).await;
    let owner = world.create("owner").await.expect("created");
    for round in 0..10 {
        let going = world.create(&format!("going-{round}")).await.expect("created");
        let scope = world.scope_in(going.id()).await;
        let new = new_account(&world, &going, &format!("new-{round}")).await;
        let account = create(&world, &owner, &format!("moved-{round}")).await;
        let (id, change) = (new.after.id(), moving(&world, &account, &owner, &going).await);
        let accounts = world.ports.integration_accounts.clone();
        let creating = tokio::spawn({
            let (accounts, scope) = (accounts.clone(), scope.clone());
            async move { accounts.create(&scope, new).await }
        });
        let moving = tokio::spawn({
            let world = world.clone();
            async move { move_account(&world, change).await }
        });
        let deleted = world.delete(&going).await;
        let (created, moved) = (creating.await.expect("no panic"), moving.await.expect("no panic"));
        assert!(deleted.is_ok() || is_stale(&deleted), "{deleted:?}");
        assert!(created.is_ok() || is_stale(&created), "{created:?}");
        assert!(moved.is_ok() || is_stale(&moved), "{moved:?}");
        assert_eq!(deleted.is_ok(), created.is_err() && moved.is_err(), "the first one wins");
        let admin = world.admin().await;
        let found = accounts.get_anywhere(&admin, id).await.expect("no failure");
        assert_eq!(found.is_some(), created.is_ok());
        let found = accounts.get_anywhere(&admin, account.id()).await.expect("no failure").expect("somewhere");
        assert_eq!(found.tenant_id(), if moved.is_ok() { going.id() } else { owner.id() });
    }
}

/// Entries are written in the transaction of the change; a move writes one in each tenant's trail.
pub async fn every_change_of_an_account_leaves_its_entries(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, target] =
        [world.create("owner").await, world.create("target").await].map(|tenant| tenant.expect("created"));
    let before = world.ports.trail.actions().await.len();
    let account = create(&world, &owner, "host").await;
    let account = update(&world, &owner, edited(&world, &account, renamed("New")).await).await.expect("updated");
    let change = moving(&world, &account, &owner, &target).await;
    let account = change.after.account.clone();
    move_account(&world, change).await.expect("moved");
    delete(&world, &target, &account).await.expect("deleted");
    let expected = ["create", "update", "move", "move", "delete"].map(|verb| format!("integration_account.{verb}"));
    assert_eq!(world.ports.trail.actions().await[before..], expected);
}

/// `Stale`.
pub async fn an_account_that_is_changed_meanwhile_is_not_deleted(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let owner = world.create("owner").await.expect("created");
    let account = create(&world, &owner, "host").await;
    let change = edited(&world, &account, renamed("Renamed")).await;
    let (changed, deleted) = ports.overlap(update(&world, &owner, change), delete(&world, &owner, &account)).await;
    assert!(changed.is_ok() && is_stale(&deleted), "{changed:?} {deleted:?}");
}
