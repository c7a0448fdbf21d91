//! The tenants that a change concerns, as things are when it is numbered.

use std::collections::{BTreeMap, BTreeSet};

use domain::events::{Audience, EventType, Relation};
use ports::RepositoryError;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use uuid::Uuid;

use super::batch::Recipient;
use super::waiting::Waiting;
use super::workspaces::Workspaces;
use crate::areas::facts::ids_to_json;
use crate::areas::import_policies::{MAY_IMPORT, may_import};
use crate::engine::dialect::Dialect;
use crate::engine::query::{Query, one_more_than};
use crate::engine::transaction::Transaction;

/// The maximum number of listings whose importers or owners are looked up at once, but for those of a single change.
const MOST_LISTINGS: usize = 1_000;
/// The maximum number of importers of them, but for those of a single change.
const MOST_IMPORTERS: usize = 2_000;

/// The importers of listings that are awake: only these could read of the change.
const IMPORTERS: &str = "\
    SELECT import.workspace_id AS workspace, import.listing_id AS listing, import.tenant_id AS tenant \
    FROM {each}imports import CROSS JOIN listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    WHERE import.workspace_id = {workspace} AND listing.workspace_id = {workspace} AND account.workspace_id = {workspace} \
      AND owner.workspace_id = {workspace} \
      AND listing.id = import.listing_id AND account.id = listing.integration_account_id AND owner.id = account.tenant_id \
      AND listing.status = 'ACTIVE' AND listing.is_approved \
      AND account.status = 'ACTIVE' AND {may_import} AND owner.status = 'ACTIVE'";

const OWNERS: &str = "\
    SELECT listing.workspace_id AS workspace, listing.id AS listing, account.tenant_id AS tenant \
    FROM {each}listings listing CROSS JOIN integration_accounts account \
    WHERE listing.workspace_id = {workspace} \
      AND account.workspace_id = {workspace} AND account.id = listing.integration_account_id";

const DEFAULT_TENANTS: &str = "\
    SELECT tenant.workspace_id, tenant.id AS tenant_id FROM {items} CROSS JOIN tenants tenant \
    WHERE tenant.workspace_id = {workspace} AND tenant.is_default";

/// The tenants with an import from the account `$2` that is awake.
const IMPORTERS_OF_ACCOUNT: &str = "\
    SELECT importer.id AS tenant_id \
    FROM integration_accounts account CROSS JOIN tenants owner CROSS JOIN tenants importer \
    WHERE account.workspace_id = $1 AND owner.workspace_id = $1 AND importer.workspace_id = $1 AND account.id = $2 \
      AND owner.id = account.tenant_id AND account.status = 'ACTIVE' AND {may_import} AND owner.status = 'ACTIVE' \
      AND EXISTS (SELECT 1 FROM imports import CROSS JOIN listings listing \
                  WHERE import.workspace_id = $1 AND import.integration_account_id = $2 AND import.tenant_id = importer.id \
                    AND listing.workspace_id = $1 AND listing.id = import.listing_id \
                    AND listing.status = 'ACTIVE' AND listing.is_approved)";

const IMPORTERS_OF_ENDED: &str =
    "SELECT DISTINCT ended.tenant_id FROM ended_imports ended WHERE ended.workspace_id = $1 AND ended.entry_id = $2";

#[derive(FromQueryResult)]
struct PairRow {
    workspace: Uuid,
    listing: Uuid,
    tenant: Uuid,
}

#[derive(FromQueryResult)]
struct DefaultRow {
    workspace_id: Uuid,
    tenant_id: Uuid,
}

#[derive(FromQueryResult)]
struct TenantRow {
    tenant_id: Uuid,
}

/// A listing in its workspace.
type ListingIn = (Uuid, Uuid);

/// The importers, owners and default tenants, looked up for a batch of changes.
#[derive(Debug, Default)]
pub(super) struct Audiences {
    default_tenants: BTreeMap<Uuid, Uuid>,
    importers: BTreeMap<ListingIn, BTreeSet<Uuid>>,
    owners: BTreeMap<ListingIn, Uuid>,
}

impl Transaction {
    /// Looks up whom the first of these changes concern, and returns how many: as many as have few recipients together.
    pub(super) async fn audiences(
        &self,
        workspaces: Workspaces,
        changes: &[Waiting],
    ) -> Result<(Audiences, usize), RepositoryError> {
        let mut covered = few_listings(changes);
        let importers = loop {
            let listings = listings_of(&changes[..covered], Audience::OwnerAndImporters);
            let most = if covered <= 1 { usize::MAX } else { MOST_IMPORTERS };
            let importers = self.importers(workspaces, listings, most).await?;
            if importers.len() <= most {
                break importers;
            }
            covered /= 2;
        };
        let changes = &changes[..covered];
        let mut audiences = Audiences::default();
        for PairRow { workspace, listing, tenant } in importers {
            audiences.importers.entry((workspace, listing)).or_default().insert(tenant);
        }
        let imported = listings_of(changes, Audience::ImporterAndOwners);
        if !imported.is_empty() {
            let owners = self.rows::<PairRow>(owners(workspaces, imported)).await?.into_iter();
            audiences.owners =
                owners.map(|PairRow { workspace, listing, tenant }| ((workspace, listing), tenant)).collect();
        }
        let of_tenants = changes.iter().filter(|change| audience(change) == Audience::TenantAndDefault);
        let of_tenants: BTreeSet<_> = of_tenants.map(|change| change.workspace).collect();
        if !of_tenants.is_empty() {
            let of_tenants = of_tenants.into_iter().map(|workspace| ids_to_json([workspace]));
            let tenants = self.rows(workspaces.of(DEFAULT_TENANTS, of_tenants)).await?.into_iter();
            audiences.default_tenants =
                tenants.map(|DefaultRow { workspace_id, tenant_id }| (workspace_id, tenant_id)).collect();
        }
        Ok((audiences, covered))
    }

    async fn importers(
        &self,
        workspaces: Workspaces,
        listings: BTreeSet<ListingIn>,
        most: usize,
    ) -> Result<Vec<PairRow>, RepositoryError> {
        if listings.is_empty() {
            return Ok(vec![]);
        }
        self.rows(importers(self.dialect(), workspaces, listings, most)).await
    }

    /// Returns the recipients of a change.
    pub(super) async fn recipients(
        &self,
        change: &Waiting,
        audiences: &Audiences,
    ) -> Result<Vec<Recipient>, RepositoryError> {
        let workspace = change.workspace;
        let more = match change.event_type {
            Some(EventType::ListingDeleted) => {
                let ended = Query::new(IMPORTERS_OF_ENDED, [workspace.into(), change.entry.as_uuid().into()]);
                self.rows::<TenantRow>(ended).await?
            }
            Some(EventType::IntegrationAccountMoved) => {
                let account = told_id(change, "integrationAccountID");
                let importers = Query::new(IMPORTERS_OF_ACCOUNT, [workspace.into(), account.into()]);
                self.rows(importers.fill(MAY_IMPORT, may_import(self.dialect(), "importer.id"))).await?
            }
            _ => vec![],
        };
        let mut told = BTreeSet::new();
        let importers = more.into_iter().map(|TenantRow { tenant_id }| importer(change, tenant_id));
        let recipients = audiences.recipients(change).into_iter().chain(importers);
        Ok(recipients.filter(|recipient| told.insert(recipient.tenant)).collect())
    }
}

fn importers(
    dialect: &dyn Dialect,
    workspaces: Workspaces,
    listings: impl IntoIterator<Item = ListingIn>,
    most: usize,
) -> Query {
    let limit = one_more_than(u64::try_from(most).unwrap_or(u64::MAX));
    let may_import = may_import(dialect, "import.tenant_id");
    let importers = workspaces.of_ids(IMPORTERS, "import.listing_id", listings).fill(MAY_IMPORT, may_import);
    importers.push_bound(" LIMIT ?", limit)
}

fn owners(workspaces: Workspaces, listings: impl IntoIterator<Item = ListingIn>) -> Query {
    workspaces.of_ids(OWNERS, "listing.id", listings)
}

/// Returns the statements that look up importers, owners and default tenants, for tests.
pub(super) fn queries(dialect: &dyn Dialect, workspaces: Workspaces, id: Uuid) -> [Query; 3] {
    let tenants = workspaces.of(DEFAULT_TENANTS, [ids_to_json([id])]);
    [importers(dialect, workspaces, [(id, id)], MOST_IMPORTERS), owners(workspaces, [(id, id)]), tenants]
}

impl Audiences {
    /// Returns the recipients that follow from what was looked up. Only the first mention of a tenant counts.
    fn recipients(&self, change: &Waiting) -> Vec<Recipient> {
        let to = |relation, tenant| Recipient { tenant, relation, data: None };
        let mut recipients = vec![to(Relation::Own, change.tenant)];
        match audience(change) {
            Audience::Tenant | Audience::Importer => {}
            Audience::TenantAndDefault => {
                let default = self.default_tenants.get(&change.workspace);
                recipients.extend(default.map(|tenant| to(Relation::Own, *tenant)));
            }
            Audience::Parties => recipients.extend(change.other.map(|tenant| to(Relation::OtherParty, tenant))),
            Audience::Move => recipients.extend(told_id(change, "toTenantID").map(|tenant| to(Relation::Own, tenant))),
            Audience::OwnerAndImporters => {
                let pairs = change.listings.iter().flat_map(|listing| {
                    self.importers
                        .get(&(change.workspace, *listing))
                        .into_iter()
                        .flatten()
                        .map(|importer| (*importer, *listing))
                });
                let of_importer = |(tenant, listings): (Uuid, Vec<Uuid>)| {
                    Recipient {
                    data: (change.event_type == Some(EventType::ListingDelivered)).then(|| {
                        json!({ "integrationAccountID": change.told["integrationAccountID"], "updated": ids_to_json(listings) })
                    }),
                    ..importer(change, tenant)
                }
                };
                recipients.extend(grouped(pairs).into_iter().map(of_importer));
            }
            Audience::ImporterAndOwners => {
                let owned = |listing: &Uuid| Some((*self.owners.get(&(change.workspace, *listing))?, *listing));
                let of_owner = |(tenant, listings): (Uuid, Vec<Uuid>)| Recipient {
                    tenant,
                    relation: Relation::Owner,
                    data: Some(
                        json!({ "importerTenantID": change.tenant.to_string(), "listingIDs": ids_to_json(listings) }),
                    ),
                };
                recipients.extend(grouped(change.listings.iter().filter_map(owned)).into_iter().map(of_owner));
            }
        }
        recipients
    }
}

fn importer(change: &Waiting, tenant: Uuid) -> Recipient {
    // How much an account holds is not the importers' business.
    let ids = ["integrationAccountID", "fromTenantID", "toTenantID"];
    let data = (change.event_type == Some(EventType::IntegrationAccountMoved))
        .then(|| ids.into_iter().map(|id| (id.to_owned(), change.told[id].clone())).collect());
    Recipient { tenant, relation: Relation::Importer, data: data.map(Value::Object) }
}

/// The audience of a change. Of an action of a newer program, only the tenant itself is told.
fn audience(change: &Waiting) -> Audience {
    change.event_type.map_or(Audience::Tenant, EventType::audience)
}

fn told_id(change: &Waiting, name: &str) -> Option<Uuid> {
    change.told.get(name)?.as_str()?.parse().ok()
}

fn grouped(pairs: impl Iterator<Item = (Uuid, Uuid)>) -> BTreeMap<Uuid, Vec<Uuid>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for (tenant, listing) in pairs {
        groups.entry(tenant).or_default().push(listing);
    }
    groups
}

fn listings_of(changes: &[Waiting], told: Audience) -> BTreeSet<ListingIn> {
    let changes = changes.iter().filter(|change| audience(change) == told);
    changes.flat_map(|change| change.listings.iter().map(|listing| (change.workspace, *listing))).collect()
}

/// Returns how many of the changes name few listings together: at least one.
fn few_listings(changes: &[Waiting]) -> usize {
    let mut listings = 0;
    let are_few = |change: &&Waiting| {
        listings += change.listings.len();
        listings <= MOST_LISTINGS
    };
    changes.iter().take_while(are_few).count().max(changes.len().min(1))
}

#[cfg(test)]
mod tests {
    use domain::events::Stirred;
    use domain::ids::AuditId;

    use super::*;

    const WORKSPACE: Uuid = Uuid::from_u128(11);
    const TENANT: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);
    const DEFAULT: Uuid = Uuid::from_u128(3);
    const IMPORTER: Uuid = Uuid::from_u128(4);
    const OWNER: Uuid = Uuid::from_u128(5);
    const TARGET: Uuid = Uuid::from_u128(6);
    const LISTING: Uuid = Uuid::from_u128(7);
    const FOREIGN: Uuid = Uuid::from_u128(8);

    fn change(event_type: EventType) -> Waiting {
        Waiting {
            workspace: WORKSPACE,
            sequence: 1,
            entry: AuditId::new(Uuid::from_u128(9)),
            action: "any".to_owned(),
            event_type: Some(event_type),
            tenant: TENANT,
            other: Some(OTHER),
            told: json!({ "toTenantID": TARGET.to_string(), "integrationAccountID": "a", "created": [], "updated": [] }),
            listings: vec![LISTING],
            stirred: Stirred::Nothing,
            progress: None,
            trace: None,
        }
    }

    /// All of these tenants are known. Others import other listings, and in another workspace a listing of the same id.
    #[test]
    fn each_type_is_told_to_those_it_concerns_and_to_no_other() {
        let (bystander, elsewhere) = (Uuid::from_u128(10), Uuid::from_u128(12));
        let audiences = Audiences {
            default_tenants: [(WORKSPACE, DEFAULT), (elsewhere, bystander)].into(),
            importers: [
                ((WORKSPACE, LISTING), [IMPORTER].into()),
                ((WORKSPACE, FOREIGN), [bystander].into()),
                ((elsewhere, LISTING), [bystander].into()),
            ]
            .into(),
            owners: [
                ((WORKSPACE, LISTING), OWNER),
                ((WORKSPACE, FOREIGN), bystander),
                ((elsewhere, LISTING), bystander),
            ]
            .into(),
        };
        for known in EventType::ALL {
            let told = audiences.recipients(&change(*known));
            let told: Vec<_> = told.into_iter().map(|recipient| (recipient.tenant, recipient.relation)).collect();
            let word = known.as_str().split_once('.').expect("two words").0;
            let expected = match (word, known) {
                ("tenant", _) => vec![(TENANT, Relation::Own), (DEFAULT, Relation::Own)],
                ("reservation", _) => vec![(TENANT, Relation::Own), (OTHER, Relation::OtherParty)],
                (_, EventType::IntegrationAccountMoved) => vec![(TENANT, Relation::Own), (TARGET, Relation::Own)],
                (_, EventType::ListingUpdated | EventType::ListingDeleted | EventType::ListingDelivered)
                | ("availability", _) => vec![(TENANT, Relation::Own), (IMPORTER, Relation::Importer)],
                (_, EventType::ImportCreated | EventType::ImportRemoved) => {
                    vec![(TENANT, Relation::Own), (OWNER, Relation::Owner)]
                }
                _ => vec![(TENANT, Relation::Own)],
            };
            assert_eq!(told, expected, "{}", known.as_str());
        }
    }

    #[test]
    fn importers_get_the_ids_of_what_they_import_only() {
        let audiences =
            Audiences { importers: [((WORKSPACE, LISTING), [IMPORTER].into())].into(), ..Audiences::default() };
        let told = audiences.recipients(&change(EventType::ListingDelivered));
        let data = json!({ "integrationAccountID": "a", "updated": [LISTING.to_string()] });
        assert_eq!(told[1].data, Some(data));
    }
}
