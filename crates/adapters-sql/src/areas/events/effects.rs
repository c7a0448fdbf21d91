//! The effects of changes on imports, which importers are told in events of their own: imports that ended, fell asleep or
//! woke.
//!
//! `sleeping_imports` has what importers were told last. An import has fallen asleep or woken if it now differs from that,
//! whatever else has changed in the meantime. So an effect can be told in many transactions, with others between them.

use std::collections::BTreeMap;

use domain::events::{EventType, Relation, Stirred};
use ports::RepositoryError;
use sea_orm::{FromQueryResult, Value as Bound};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::batch::{Batch, NewEvent, Recipient};
use super::waiting::{Effect, Place, Waiting};
use crate::areas::facts::ids_to_json;
use crate::areas::import_policies::{MAY_IMPORT, may_import};
use crate::engine::query::Query;

/// The maximum number of imports of each effect that one transaction looks at.
const MOST: usize = domain::events::MAX_LISTINGS;
/// The maximum number of accounts of a tenant that one transaction looks at.
const MOST_ACCOUNTS: usize = 100;

const ENDED: &str = "\
    SELECT ended.integration_account_id AS account, ended.tenant_id AS tenant, ended.listing_id AS listing \
    FROM ended_imports ended WHERE ended.workspace_id = $1 AND ended.entry_id = $2 \
    ORDER BY ended.integration_account_id, ended.tenant_id, ended.listing_id LIMIT $3";
const FORGET_ENDED: &str = "\
    DELETE FROM ended_imports WHERE workspace_id = $1 AND entry_id = $2 \
    AND (integration_account_id, tenant_id, listing_id) <= ($3, $4, $5)";

/// Imports after the place `$2`, `$3`, with the reason why they are asleep now.
const STIRRED: &str = "\
    SELECT account.id AS account_id, import.tenant_id, import.listing_id, \
           CASE WHEN owner.status <> 'ACTIVE' THEN 'OWNER_INACTIVE' \
                WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' \
                WHEN NOT {may_import} THEN 'IMPORT_NOT_ALLOWED' \
                WHEN listing.status <> 'ACTIVE' THEN 'LISTING_INACTIVE' \
                WHEN NOT listing.is_approved THEN 'LISTING_NOT_APPROVED' END AS reason, \
           sleeping.listing_id IS NOT NULL AS was_asleep \
    FROM imports import CROSS JOIN listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    LEFT JOIN sleeping_imports sleeping \
      ON sleeping.workspace_id = $1 AND sleeping.tenant_id = import.tenant_id AND sleeping.listing_id = import.listing_id \
    WHERE import.workspace_id = $1 AND listing.workspace_id = $1 AND account.workspace_id = $1 AND owner.workspace_id = $1 \
      AND listing.id = import.listing_id AND account.id = import.integration_account_id AND owner.id = account.tenant_id \
      AND (import.tenant_id, import.listing_id) > ($2, $3)";

const NEXT_ACCOUNT: &str = "\
    SELECT account.id FROM integration_accounts account \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id >= $3 ORDER BY account.id LIMIT 1";

#[derive(FromQueryResult)]
struct StirredRow {
    account_id: Uuid,
    tenant_id: Uuid,
    listing_id: Uuid,
    reason: Option<String>,
    was_asleep: bool,
}

/// The numbers of imports that the transaction may still look at.
pub(super) struct Budget {
    ended: usize,
    stirred: usize,
    accounts: usize,
}

impl Budget {
    pub(super) const fn new() -> Self {
        Self { ended: MOST, stirred: MOST, accounts: MOST_ACCOUNTS }
    }
}

/// Imports of one importer from one account, with the type of the event and the reason.
type Told = (Uuid, Uuid, &'static str, Option<String>);

impl Batch<'_> {
    /// Tells importers of the effects of a change, beginning with this one. Returns the effect to go on with in a later
    /// transaction, if any is left.
    pub(super) async fn tell(
        &mut self,
        change: &Waiting,
        mut effect: Option<Effect>,
        budget: &mut Budget,
    ) -> Result<Option<Effect>, RepositoryError> {
        if effect == Some(Effect::Ended) {
            if !self.tell_ended(change, budget).await? {
                return Ok(effect);
            }
            effect = (change.stirred != Stirred::Nothing).then(|| Effect::Stirred(Place::default()));
        }
        let Some(Effect::Stirred(place)) = effect else { return Ok(None) };
        let left = match &change.stirred {
            Stirred::Nothing => None,
            Stirred::Listings(listings) => {
                let listings: Vec<_> = listings.iter().map(|listing| listing.as_uuid()).collect();
                self.tell_stirred(change, place, budget, |page| {
                    page.push(" AND import.listing_id IN ").push_list(listings)
                })
                .await?
            }
            Stirred::Account(account) => {
                self.tell_stirred(change, place, budget, |page| of_account(page, account.as_uuid())).await?
            }
            Stirred::Tenant(tenant) => self.tell_stirred_of_tenant(change, tenant.as_uuid(), place, budget).await?,
        };
        Ok(left.map(Effect::Stirred))
    }

    /// Forgets what the importer was told of the imports that it has made or removed itself.
    pub(super) async fn note_own(&self, change: &Waiting) -> Result<(), RepositoryError> {
        let importer = [change.workspace.into(), change.tenant.into()];
        let delete = match change.event_type {
            Some(EventType::ImportCreated | EventType::ImportRemoved) => {
                let delete =
                    "DELETE FROM sleeping_imports WHERE workspace_id = $1 AND tenant_id = $2 AND listing_id IN ";
                Query::new(delete, importer).push_list(change.listings.iter().copied())
            }
            Some(EventType::TenantDeleted) => {
                Query::new("DELETE FROM sleeping_imports WHERE workspace_id = $1 AND tenant_id = $2", importer)
            }
            _ => return Ok(()),
        };
        self.transaction.execute(delete).await.map(drop)
    }

    /// Tells of imports that ended. Returns whether all are told.
    async fn tell_ended(&mut self, change: &Waiting, budget: &mut Budget) -> Result<bool, RepositoryError> {
        let most = std::mem::take(&mut budget.ended);
        let of_change: [Bound; 2] = [change.workspace.into(), change.entry.as_uuid().into()];
        let ended = Query::new(ENDED, of_change.clone()).bind([count(most)]);
        let rows = self.transaction.rows::<Place>(ended).await?;
        budget.ended = most - rows.len();
        let Some(Place { account, tenant, listing }) = rows.last() else { return Ok(most > 0) };
        let last = [(*account).into(), (*tenant).into(), (*listing).into()];
        self.transaction.execute(Query::new(FORGET_ENDED, of_change).bind(last)).await?;
        let is_last = rows.len() < most;
        let reason = change.event_type.and_then(EventType::end_of_imports).map(str::to_owned);
        let mut told = BTreeMap::<Told, Vec<Uuid>>::new();
        for Place { account, tenant, listing } in &rows {
            let event = (*account, *tenant, EventType::ImportEnded.as_str(), reason.clone());
            told.entry(event).or_default().push(*listing);
        }
        let pairs = rows.into_iter().map(|row| (row.tenant, row.listing)).collect();
        self.note_awake(change.workspace, pairs).await?;
        self.tell_importers(change, told);
        Ok(is_last)
    }

    /// Tells of the imports of all accounts of a tenant, one account after the other.
    async fn tell_stirred_of_tenant(
        &mut self,
        change: &Waiting,
        tenant: Uuid,
        mut place: Place,
        budget: &mut Budget,
    ) -> Result<Option<Place>, RepositoryError> {
        loop {
            if budget.accounts == 0 {
                return Ok(Some(place));
            }
            budget.accounts -= 1;
            let next = Query::new(NEXT_ACCOUNT, [change.workspace.into(), tenant.into(), place.account.into()]);
            let Some(account) = self.transaction.one::<Uuid>(next, "id").await? else { return Ok(None) };
            if account != place.account {
                place = Place { account, ..Place::default() };
            }
            let left = self.tell_stirred(change, place, budget, |page| of_account(page, account)).await?;
            if left.is_some() {
                return Ok(left);
            }
            place = Place { account: Uuid::from_u128(account.as_u128().saturating_add(1)), ..Place::default() };
        }
    }

    /// Tells of the imports on a page that have fallen asleep or woken. Returns the place to go on after.
    async fn tell_stirred(
        &mut self,
        change: &Waiting,
        place: Place,
        budget: &mut Budget,
        which: impl FnOnce(Query) -> Query,
    ) -> Result<Option<Place>, RepositoryError> {
        let most = budget.stirred;
        if most == 0 {
            return Ok(Some(place));
        }
        let may_import = may_import(self.transaction.dialect(), "import.tenant_id");
        let page = Query::new(STIRRED, [change.workspace.into(), place.tenant.into(), place.listing.into()]);
        let page = page.fill(MAY_IMPORT, may_import);
        let page = which(page).push_bound(" ORDER BY import.tenant_id, import.listing_id LIMIT ?", count(most));
        let rows = self.transaction.rows::<StirredRow>(page).await?;
        budget.stirred -= rows.len();
        let last = rows.last().filter(|_| rows.len() == most);
        let left = last.map(|row| Place { tenant: row.tenant_id, listing: row.listing_id, ..place });
        let mut told = BTreeMap::<Told, Vec<Uuid>>::new();
        let (mut asleep, mut awake) = (vec![], vec![]);
        for StirredRow { account_id, tenant_id, listing_id, reason, was_asleep } in rows {
            let (event_type, noted) = match (was_asleep, &reason) {
                (false, Some(_)) => (EventType::ImportAsleep, &mut asleep),
                (true, None) => (EventType::ImportAwake, &mut awake),
                (false, None) | (true, Some(_)) => continue,
            };
            noted.push((tenant_id, listing_id));
            told.entry((account_id, tenant_id, event_type.as_str(), reason)).or_default().push(listing_id);
        }
        self.note_asleep(change.workspace, asleep).await?;
        self.note_awake(change.workspace, awake).await?;
        self.tell_importers(change, told);
        Ok(left)
    }

    fn tell_importers(&mut self, change: &Waiting, told: BTreeMap<Told, Vec<Uuid>>) {
        for ((account, tenant, event_type, reason), listings) in told {
            let data = json!({ "reason": reason, "integrationAccountID": account.to_string(), "listingIDs": ids_to_json(listings) });
            let event = NewEvent {
                workspace: change.workspace,
                id: None,
                entry: change.entry,
                event_type: event_type.to_owned(),
                tenant,
                data,
                trace: change.trace.clone(),
            };
            self.number(event, vec![Recipient { tenant, relation: Relation::Importer, data: None }]);
        }
    }

    async fn note_asleep(&self, workspace: Uuid, imports: Vec<(Uuid, Uuid)>) -> Result<(), RepositoryError> {
        self.note(workspace, imports, |imports| {
            // SQLite would take ON for that of a join.
            format!(
                "INSERT INTO sleeping_imports (workspace_id, tenant_id, listing_id) SELECT $1, {imports} WHERE TRUE \
                 ON CONFLICT DO NOTHING"
            )
        })
        .await
    }

    async fn note_awake(&self, workspace: Uuid, imports: Vec<(Uuid, Uuid)>) -> Result<(), RepositoryError> {
        self.note(workspace, imports, |imports| {
            format!(
                "DELETE FROM sleeping_imports WHERE workspace_id = $1 AND (tenant_id, listing_id) IN (SELECT {imports})"
            )
        })
        .await
    }

    /// Runs a statement over the tenants and listings of imports.
    async fn note(
        &self,
        workspace: Uuid,
        imports: Vec<(Uuid, Uuid)>,
        statement: impl FnOnce(&str) -> String,
    ) -> Result<(), RepositoryError> {
        if imports.is_empty() {
            return Ok(());
        }
        let dialect = self.transaction.dialect();
        let id = |place: u8| dialect.to_id(&format!("item.value ->> {place}"));
        let listed = format!("{}, {} FROM {}", id(0), id(1), dialect.items("$2"));
        let imports = imports.into_iter().map(|(tenant, listing)| ids_to_json([tenant, listing])).collect::<Json>();
        let statement = Query::new(statement(&listed), [workspace.into(), imports.into()]);
        self.transaction.execute(statement).await.map(drop)
    }
}

fn of_account(page: Query, account: Uuid) -> Query {
    page.push_bound(" AND import.integration_account_id = ?", account)
}

fn count(rows: usize) -> Bound {
    i64::try_from(rows).unwrap_or(i64::MAX).into()
}
