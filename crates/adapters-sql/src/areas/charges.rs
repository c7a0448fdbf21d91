//! The port of charges.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::charges::{AccountCharge, AccountCharges, AccountChargesParts, Charge, ChargeAmount, ChargeParts};
use domain::ids::{ChargeId, IntegrationAccountId, ListingId, WorkspaceId};
use domain::stays::{Nights, StayDate};
use ports::{ChargeRepository, RepositoryError};
use sea_orm::prelude::Uuid;
use sea_orm::{DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryResult};

use crate::engine::database::Database;
use crate::engine::errors::{guarded_all, inside};
use crate::engine::query::Query;
use crate::engine::rows::{sound, stored, whole};
use crate::engine::transaction::Transaction;
use crate::tables::charges::{Entity, Model, Row};

const WHAT: &str = "charge";

/// An account with each of its charges.
const GET: &str = "\
    SELECT {columns}, account.name AS account_name, account.charges_version \
    FROM integration_accounts account \
    LEFT JOIN charges charge ON charge.workspace_id = $1 AND charge.integration_account_id = account.id \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $3 ORDER BY charge.position";
const CHOSEN: &str = "\
    SELECT charge_id, listing_id FROM charge_listings WHERE workspace_id = $1 AND integration_account_id = $2";
const LISTINGS: &str = "\
    SELECT listing.id FROM integration_accounts account JOIN listings listing \
      ON listing.workspace_id = $1 AND listing.integration_account_id = account.id \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $3 AND listing.id IN ";
/// The guard of a change, which also locks the account.
const NEXT: &str = "\
    UPDATE integration_accounts SET charges_version = $4 \
    WHERE workspace_id = $1 AND tenant_id = $2 AND id = $3 AND charges_version = $4 - 1";
/// In the order of the listings' ids, so that concurrent changes of other accounts and deletions do not deadlock.
const CHOOSE: &str = "\
    INSERT INTO charge_listings (workspace_id, integration_account_id, charge_id, listing_id) \
    SELECT $1, $2, $3, id FROM listings \
    WHERE workspace_id = $1 AND integration_account_id = $2 AND id IN ";

struct FoundRow {
    charge: Option<Row>,
    account_name: String,
    charges_version: i64,
}

impl FromQueryResult for FoundRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let account_name = row.try_get(prefix, "account_name")?;
        Ok(Self { charge: joined_charge(row)?, account_name, charges_version: row.try_get(prefix, "charges_version")? })
    }
}

#[derive(FromQueryResult)]
struct ChosenRow {
    charge_id: Uuid,
    listing_id: Uuid,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

#[async_trait]
impl ChargeRepository for Database {
    async fn get(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<Option<AccountCharges>, RepositoryError> {
        let transaction = self.begin_reading(scope).await?;
        let done = transaction.account_charges(scope, account).await;
        transaction.end_unaudited(done).await
    }

    async fn listings_of(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        ids: &BTreeSet<ListingId>,
    ) -> Result<BTreeSet<ListingId>, RepositoryError> {
        let query = Query::of_tenant(LISTINGS, scope).bind([account.as_uuid().into()]);
        let rows: Vec<IdRow> = self.rows(query.push_list(ids.iter().map(|id| id.as_uuid()))).await?;
        Ok(rows.into_iter().map(|IdRow { id }| ListingId::new(id)).collect())
    }

    async fn replace(&self, scope: &TenantScope, change: Change<AccountCharges>) -> Result<(), RepositoryError> {
        let Change { after, audit, idempotency_record } = change;
        let AccountChargesParts { workspace_id, integration_account_id: account, account_name: _, charges, version } =
            after.into_parts();
        inside(scope.workspace_id(), workspace_id)?;
        let named = || [workspace_id.as_uuid().into(), account.as_uuid().into()];
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let next = Query::of_tenant(NEXT, scope).bind([account.as_uuid().into(), version.into()]);
            transaction.execute_guarded(next).await?;
            for delete in [
                "DELETE FROM charge_listings WHERE workspace_id = $1 AND integration_account_id = $2",
                "DELETE FROM charges WHERE workspace_id = $1 AND integration_account_id = $2",
            ] {
                transaction.execute(Query::new(delete, named())).await?;
            }
            let row = |(position, charge)| to_row(workspace_id, account, position, charge).into_active_model();
            let rows: Vec<_> = (0..).zip(&charges).map(row).collect();
            if !rows.is_empty() {
                transaction.run(&Entity::insert_many(rows)).await?;
            }
            for AccountCharge { id, charge: _, listings } in &charges {
                let Some(listings) = listings else { continue };
                let choose = Query::new(CHOOSE, named()).bind([id.as_uuid().into()]);
                let choose = choose.push_list(listings.iter().map(|id| id.as_uuid())).push(" ORDER BY id");
                guarded_all(transaction.execute(choose).await?.rows_affected(), listings.len())?;
            }
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }
}

impl Transaction {
    async fn account_charges(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<Option<AccountCharges>, RepositoryError> {
        let query = Query::of_tenant(GET, scope).bind([account.as_uuid().into()]).fill("columns", Row::COLUMNS);
        let found: Vec<FoundRow> = self.rows(query).await?;
        let Some(FoundRow { account_name, charges_version: version, .. }) = found.first() else { return Ok(None) };
        let account_name = stored("integration account", account_name)?;
        let version = *version;
        let rows: Vec<_> = found.into_iter().filter_map(|row| row.charge).collect();
        let mut chosen = BTreeMap::<_, BTreeSet<_>>::new();
        if rows.iter().any(|row| row.is_for_listings) {
            let named = [scope.workspace_id().as_uuid().into(), account.as_uuid().into()];
            for ChosenRow { charge_id, listing_id } in self.rows(Query::new(CHOSEN, named)).await? {
                chosen.entry(charge_id).or_default().insert(ListingId::new(listing_id));
            }
        }
        let charge = |row: Row| {
            let listings = row.is_for_listings.then(|| chosen.remove(&row.id).unwrap_or_default());
            Ok(AccountCharge { id: ChargeId::new(row.id), charge: to_charge(&row)?, listings })
        };
        let charges = rows.into_iter().map(charge).collect::<Result<_, RepositoryError>>()?;
        let workspace_id = scope.workspace_id();
        let parts =
            AccountChargesParts { workspace_id, integration_account_id: account, account_name, charges, version };
        Ok(Some(AccountCharges::from_parts(parts)))
    }
}

/// Reads the charge of a row that begins with its columns: those of a LEFT JOIN, which are null if there is none.
pub(crate) fn joined_charge(row: &QueryResult) -> Result<Option<Row>, DbErr> {
    let workspace: Option<Uuid> = row.try_get_by_index(0)?;
    workspace.map(|_| Row::from_query_result(row, "")).transpose()
}

pub(crate) fn to_charge(row: &Row) -> Result<Charge, RepositoryError> {
    Ok(Charge::from_parts(ChargeParts {
        name: stored(WHAT, &row.name)?,
        kind: stored(WHAT, &row.kind)?,
        basis: stored(WHAT, &row.basis)?,
        amount: row.amount.map(|amount| sound(WHAT, amount.try_into())).transpose()?,
        percentage: row.percentage.map(|percentage| sound(WHAT, i64::from(percentage).try_into())).transpose()?,
        max_nights: row.max_nights.map(|nights| whole(WHAT, nights)).transpose()?,
        counts_children: row.counts_children,
        is_taxable: row.is_taxable,
        first_check_in: row.first_check_in.map(StayDate::new),
        last_check_in: row.last_check_in.map(StayDate::new),
    }))
}

fn to_row(
    workspace_id: WorkspaceId,
    account: IntegrationAccountId,
    position: i32,
    AccountCharge { id, charge, listings }: &AccountCharge,
) -> Model {
    let ChargeParts {
        name,
        kind,
        basis,
        amount,
        percentage,
        max_nights,
        counts_children,
        is_taxable,
        first_check_in,
        last_check_in,
    } = charge.clone().into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        integration_account_id: account.as_uuid(),
        id: id.as_uuid(),
        name: name.into(),
        kind: kind.as_str().to_owned(),
        basis: basis.as_str().to_owned(),
        amount: amount.map(ChargeAmount::ten_thousandths),
        percentage: percentage.and_then(|percentage| percentage.ten_thousandths().try_into().ok()),
        max_nights: max_nights.map(Nights::get),
        counts_children,
        is_taxable,
        first_check_in: first_check_in.map(StayDate::as_date),
        last_check_in: last_check_in.map(StayDate::as_date),
        is_for_listings: listings.is_some(),
        position,
    }
}
