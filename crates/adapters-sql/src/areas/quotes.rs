//! The port of quotes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::charges::Charge;
use domain::ids::{IntegrationAccountId, ListingId, QuoteId, ReservationId, TenantId, WorkspaceId};
use domain::quotes::{AccountRates, FoundQuote, Offer, Quote, QuoteParts};
use domain::reservations::ImporterHoldHours;
use ports::{OfferRequest, QuoteRepository, RepositoryError};
use sea_orm::prelude::{DateTimeUtc, Uuid};
use sea_orm::{DbErr, FromQueryResult, QueryResult};

use crate::areas::charges::{joined_charge, to_charge};
use crate::areas::priced::{self, PricedRow, to_priced};
use crate::engine::database::Database;
use crate::engine::errors::inside_tenant;
use crate::engine::query::Query;
use crate::engine::rows::{percentage, whole};
use crate::engine::table::{columns, joined};
use crate::engine::transaction::Transaction;
use crate::tables::charges;

const WHAT: &str = "quote";

/// The markups and discounts of an account, with each of its charges that apply to the listing `$3`.
const RATES: &str = "\
    SELECT {charge}, account.markup, account.distribution_markup, account.default_discount, \
           workspace.default_discount AS workspace_discount, workspace.max_importer_hold_hours \
    FROM integration_accounts account JOIN workspaces workspace ON workspace.id = $1 \
    LEFT JOIN charges charge ON charge.workspace_id = $1 AND charge.integration_account_id = account.id \
      AND (NOT charge.is_for_listings OR EXISTS \
           (SELECT 1 FROM charge_listings chosen WHERE chosen.workspace_id = $1 AND chosen.integration_account_id = $2 \
              AND chosen.charge_id = charge.id AND chosen.listing_id = $3)) \
    WHERE account.workspace_id = $1 AND account.id = $2 ORDER BY charge.position";

/// The workspaces with expired quotes: one look into the index for each.
const WORKSPACES: &str = "\
    SELECT workspace.id AS workspace_id FROM workspaces workspace \
    WHERE workspace.status = 'ACTIVE' \
      AND (SELECT 1 FROM quotes quote WHERE quote.workspace_id = workspace.id AND quote.expires_at < $1 LIMIT 1) IS NOT NULL";
const FORGET: &str = "\
    DELETE FROM quotes WHERE workspace_id = $1 AND id IN \
    (SELECT quote.id FROM quotes quote WHERE quote.workspace_id = $1 AND quote.expires_at < $2 LIMIT $3)";

const GET: &str = "\
    SELECT {columns}, {priced}, \
           (SELECT sold.id FROM reservations sold WHERE sold.workspace_id = $1 AND sold.quote_id = quotes.id) \
    FROM quotes WHERE workspace_id = $1 AND tenant_id = $2 AND id = $3";
const INSERT: &str = "INSERT INTO quotes ({columns}, {priced}) VALUES ";

#[derive(FromQueryResult)]
struct RatesRow {
    markup: i32,
    distribution_markup: i32,
    default_discount: Option<i32>,
    workspace_discount: i32,
    max_importer_hold_hours: i32,
}

struct ChargedRow {
    rates: RatesRow,
    charge: Option<charges::Row>,
}

impl FromQueryResult for ChargedRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { rates: RatesRow::from_query_result(row, prefix)?, charge: joined_charge(row)? })
    }
}

columns! {
    struct QuoteRow {
        workspace_id: Uuid,
        id: Uuid,
        tenant_id: Uuid,
        created_at: DateTimeUtc,
        expires_at: DateTimeUtc,
    }
}

joined! {
    /// A quote with the reservation that used it.
    struct FoundRow { quote: QuoteRow, priced: PricedRow; reservation_id: Option<Uuid> }
}

#[async_trait]
impl QuoteRepository for Database {
    async fn offer(&self, scope: &TenantScope, request: &OfferRequest) -> Result<Option<Offer>, RepositoryError> {
        let OfferRequest { listing, stay, promotion, at } = request;
        let transaction = self.begin_reading(scope).await?;
        let Some(seen) = transaction.seen_listing(scope, *listing).await? else {
            transaction.rollback().await?;
            return Ok(None);
        };
        let account = seen.listing.integration_account_id();
        let (rates, charges, longest_importer_hold) = transaction.rates(scope, account, *listing).await?;
        let (calendar, has_lapsed) = transaction.calendar(scope, &seen.listing, *stay, *at).await?;
        let lapsed = if has_lapsed { transaction.lapsed_holds(scope, *listing, *stay, *at).await? } else { vec![] };
        let promotion = match promotion {
            Some(choice) => transaction.asked_promotion(scope, account, *listing, choice).await?,
            None => None,
        };
        transaction.end_unaudited(Ok(())).await?;
        Ok(Some(Offer { listing: seen, rates, charges, longest_importer_hold, calendar, lapsed, promotion }))
    }

    async fn get(&self, scope: &TenantScope, id: QuoteId) -> Result<Option<FoundQuote>, RepositoryError> {
        let query = in_full(Query::of_tenant(GET, scope).bind([id.as_uuid().into()]));
        self.row(query).await?.map(to_found_quote).transpose()
    }

    async fn create(&self, scope: &TenantScope, change: Change<Quote>) -> Result<(), RepositoryError> {
        let Change { after: quote, audit, idempotency_record } = change;
        let QuoteParts { workspace_id, id, tenant_id, priced, created_at, expires_at } = quote.into_parts();
        inside_tenant(scope, workspace_id, tenant_id)?;
        let row = QuoteRow {
            workspace_id: workspace_id.as_uuid(),
            id: id.as_uuid(),
            tenant_id: tenant_id.as_uuid(),
            created_at,
            expires_at,
        };
        let values = row.into_values().chain(priced::to_row(&priced).into_values());
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.execute_guarded(in_full(Query::new(INSERT, [])).push_list(values)).await;
        transaction.end(done, audit).await
    }

    async fn forget(&self, _: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError> {
        self.delete_of_all_before(WORKSPACES, FORGET, before, most).await
    }
}

impl Transaction {
    /// Reads the markups and discounts of an account, its charges that apply to the listing, and the maximum hours of
    /// importers' holds.
    async fn rates(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
        listing: ListingId,
    ) -> Result<(AccountRates, Vec<Charge>, ImporterHoldHours), RepositoryError> {
        let named = [scope.workspace_id().as_uuid(), id.as_uuid(), listing.as_uuid()].map(Into::into);
        let query = Query::new(RATES, named).fill("charge", charges::Row::COLUMNS);
        let rows: Vec<ChargedRow> = self.rows(query).await?;
        let (rates, charges): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.rates, row.charge)).unzip();
        let RatesRow { markup, distribution_markup, default_discount, workspace_discount, max_importer_hold_hours } =
            rates.into_iter().next().ok_or(RepositoryError::Stale)?;
        let share = |basis_points| percentage("integration account", basis_points);
        let rates = AccountRates {
            markup: share(markup)?,
            distribution_markup: share(distribution_markup)?,
            default_discount: default_discount.map(share).transpose()?,
            workspace_discount: share(workspace_discount)?,
        };
        let charges = charges.iter().flatten().map(to_charge).collect::<Result<_, _>>()?;
        Ok((rates, charges, whole("workspace", max_importer_hold_hours)?))
    }
}

/// Fills the holes for the columns of full quotes.
fn in_full(query: Query) -> Query {
    query.fill("columns", QuoteRow::COLUMNS).fill("priced", PricedRow::COLUMNS)
}

fn to_found_quote(row: FoundRow) -> Result<FoundQuote, RepositoryError> {
    let FoundRow { quote, priced, reservation_id } = row;
    let QuoteRow { workspace_id, id, tenant_id, created_at, expires_at } = quote;
    let parts = QuoteParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: QuoteId::new(id),
        tenant_id: TenantId::new(tenant_id),
        priced: to_priced(WHAT, &priced)?,
        created_at,
        expires_at,
    };
    Ok(FoundQuote { quote: Quote::from_parts(parts), reservation: reservation_id.map(ReservationId::new) })
}
