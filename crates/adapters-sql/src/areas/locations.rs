//! The ports of locations.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::countries::Country;
use domain::ids::{LocationId, TenantId, WorkspaceId};
use domain::locations::{Location, LocationDetails, LocationParts, LocationStatus};
use ports::{LocationQueries, LocationRepository, Page, RepositoryError, Slice, rules};
use sea_orm::Statement;

use crate::engine::database::Database;
use crate::engine::errors::inside_tenant;
use crate::engine::query::Query;
use crate::engine::rows::{stored, stored_option};
use crate::engine::transaction::Transaction;
use crate::tables::locations::{Column, Model, Row};

const SELECT: &str = "\
    SELECT {columns} FROM locations location WHERE location.workspace_id = $1 AND location.tenant_id = $2";

#[async_trait]
impl LocationRepository for Database {
    async fn get(&self, scope: &TenantScope, id: LocationId) -> Result<Option<Location>, RepositoryError> {
        let table = ("locations location", Row::COLUMNS);
        let row: Option<Row> = self.batched_row(table, scope.workspace_id(), id.as_uuid()).await?;
        row.filter(|row| row.tenant_id == scope.tenant_id().as_uuid()).map(to_location).transpose()
    }

    async fn create(&self, scope: &TenantScope, change: Change<Location>) -> Result<Location, RepositoryError> {
        let Change { after: location, audit, idempotency_record } = change;
        inside_tenant(scope, location.workspace_id(), location.tenant_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = insert(&transaction, location.clone()).await;
        transaction.end(done.map(|()| location), audit).await
    }

    async fn update(&self, scope: &TenantScope, change: Change<Location>) -> Result<Location, RepositoryError> {
        let Change { after: location, audit, idempotency_record } = change;
        inside_tenant(scope, location.workspace_id(), location.tenant_id())?;
        let owner = (Column::TenantId, scope.tenant_id().as_uuid());
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.replace(to_row(location.clone()), Some(owner)).await;
        transaction.end(done.map(|()| location), audit).await
    }

    async fn delete(&self, scope: &TenantScope, change: Change<Location>) -> Result<(), RepositoryError> {
        let Change { after: location, audit, idempotency_record } = change;
        let id = location.id().as_uuid();
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            // Lock first, so that a concurrent assignment to a user waits and then sees the deletion.
            let unchanged =
                Query::of_tenant("SELECT 1 FROM locations WHERE workspace_id = $1 AND tenant_id = $2", scope)
                    .and("id = ?", Some(id))
                    .and("version = ?", Some(location.version()))
                    .push(transaction.dialect().for_update());
            transaction.expect_row(unchanged).await?;
            // An explicit check, because a violated reference from users would only be reported as stale.
            let named = "SELECT 1 FROM users WHERE workspace_id = $1 AND location_id = $2 LIMIT 1";
            let named = Query::new(named, [scope.workspace_id().as_uuid().into(), id.into()]);
            transaction.refuse(named, rules::LOCATION_IN_USE).await?;
            let delete = Query::of_tenant("DELETE FROM locations WHERE workspace_id = $1 AND tenant_id = $2", scope);
            transaction.execute(delete.and("id = ?", Some(id))).await?;
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }
}

#[async_trait]
impl LocationQueries for Database {
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<Location>, RepositoryError> {
        self.page_of(in_tenant(Row::COLUMNS, scope), page, to_location).await
    }

    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError> {
        self.count_of(in_tenant("COUNT(*) AS count", scope)).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn locations_statement(&self, scope: &TenantScope, page: Page) -> Statement {
        self.statement(in_tenant(Row::COLUMNS, scope).page(page))
    }
}

fn in_tenant(columns: &'static str, scope: &TenantScope) -> Query {
    Query::of_tenant(SELECT, scope).fill("columns", columns).keyed("location.id")
}

pub(crate) async fn insert(transaction: &Transaction, location: Location) -> Result<(), RepositoryError> {
    transaction.insert(to_row(location)).await
}

fn to_row(location: Location) -> Model {
    let LocationParts {
        workspace_id,
        id,
        tenant_id,
        name,
        details:
            LocationDetails {
                description,
                address,
                post_code,
                city,
                state,
                country,
                latitude,
                longitude,
                external_location_id,
            },
        is_default,
        status,
        version,
        created_at,
        updated_at,
    } = location.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        tenant_id: tenant_id.as_uuid(),
        name: name.into(),
        description: description.map(Into::into),
        address: address.map(Into::into),
        post_code: post_code.map(Into::into),
        city: city.map(Into::into),
        state: state.map(Into::into),
        country_code: country.map(Country::code).map(Into::into),
        latitude: latitude.map(Into::into),
        longitude: longitude.map(Into::into),
        external_location_id: external_location_id.map(Into::into),
        is_default,
        is_trashed: status == LocationStatus::Trashed,
        version,
        created_at,
        updated_at,
    }
}

fn to_location(row: Row) -> Result<Location, RepositoryError> {
    const WHAT: &str = "location";
    Ok(Location::from_parts(LocationParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: LocationId::new(row.id),
        tenant_id: TenantId::new(row.tenant_id),
        name: stored(WHAT, &row.name)?,
        details: LocationDetails {
            description: stored_option(WHAT, row.description)?,
            address: stored_option(WHAT, row.address)?,
            post_code: stored_option(WHAT, row.post_code)?,
            city: stored_option(WHAT, row.city)?,
            state: stored_option(WHAT, row.state)?,
            country: stored_option(WHAT, row.country_code)?,
            latitude: stored_option(WHAT, row.latitude)?,
            longitude: stored_option(WHAT, row.longitude)?,
            external_location_id: stored_option(WHAT, row.external_location_id)?,
        },
        is_default: row.is_default,
        status: if row.is_trashed { LocationStatus::Trashed } else { LocationStatus::Active },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
