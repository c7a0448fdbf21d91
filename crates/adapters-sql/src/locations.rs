//! The ports of locations.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::countries::Country;
use domain::ids::{LocationId, TenantId, WorkspaceId};
use domain::locations::{Location, LocationParts, LocationStatus};
use ports::{LocationQueries, Page, RepositoryError, Slice};

use crate::database::{Database, Transaction};
use crate::entities::locations::Model;
use crate::query::Query;
use crate::rows::{stored, stored_option};

#[async_trait]
impl LocationQueries for Database {
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<Location>, RepositoryError> {
        let query = of_tenant(
            "SELECT workspace_id, id, tenant_id, name, description, address, post_code, city, state, country_code, \
             latitude, longitude, external_location_id, is_default, is_trashed, created_at, updated_at \
             FROM locations WHERE workspace_id = $1 AND tenant_id = $2",
            scope,
        );
        self.page_of(query, page, location).await
    }

    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM locations WHERE workspace_id = $1 AND tenant_id = $2";
        self.count_of(of_tenant(select, scope)).await
    }
}

fn of_tenant(select: &str, scope: &TenantScope) -> Query {
    Query::new(select, [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into()])
}

pub(crate) async fn insert(transaction: &Transaction, location: Location) -> Result<(), RepositoryError> {
    transaction.insert(row(location)).await
}

fn row(location: Location) -> Model {
    let LocationParts {
        workspace_id,
        id,
        tenant_id,
        name,
        description,
        address,
        post_code,
        city,
        state,
        country,
        latitude,
        longitude,
        external_location_id,
        is_default,
        status,
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
        created_at,
        updated_at,
    }
}

fn location(row: Model) -> Result<Location, RepositoryError> {
    const WHAT: &str = "location";
    let Model {
        workspace_id,
        id,
        tenant_id,
        name,
        description,
        address,
        post_code,
        city,
        state,
        country_code,
        latitude,
        longitude,
        external_location_id,
        is_default,
        is_trashed,
        created_at,
        updated_at,
    } = row;
    Ok(Location::from_parts(LocationParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: LocationId::new(id),
        tenant_id: TenantId::new(tenant_id),
        name: stored(WHAT, &name)?,
        description: stored_option(WHAT, description)?,
        address: stored_option(WHAT, address)?,
        post_code: stored_option(WHAT, post_code)?,
        city: stored_option(WHAT, city)?,
        state: stored_option(WHAT, state)?,
        country: stored_option(WHAT, country_code)?,
        latitude: stored_option(WHAT, latitude)?,
        longitude: stored_option(WHAT, longitude)?,
        external_location_id: stored_option(WHAT, external_location_id)?,
        is_default,
        status: if is_trashed { LocationStatus::Trashed } else { LocationStatus::Active },
        created_at,
        updated_at,
    }))
}
