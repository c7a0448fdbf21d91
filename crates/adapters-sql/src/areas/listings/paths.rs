//! The choice of the index by which a list finds its listings: that of the tenant's accounts, of changes or of places.

use domain::access::TenantScope;
use domain::geography::{Around, Radius};
use domain::instants::Edge;
use ports::{ListingFilter, Origin, RepositoryError};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::filters::BY_CHANGE;
use super::pages::{Accounts, FewChanges, Sources, in_box};
use super::statements::{CHANGED_AT_SOURCES, COUNT_IN_BOX, IMPORTS, SOME_ACCOUNTS};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::parts::{FEW, OF_ACCOUNTS};
use crate::engine::query::{Query, one_more_than};

/// The number of the tenant's listings that are read in the time of one that is found by its place.
const PER_PLACE: u64 = 4;

/// The id of an account.
#[derive(FromQueryResult)]
struct AccountRow {
    id: Uuid,
}

/// The rings around a place that are searched.
pub(super) struct Rings {
    /// The first ring.
    pub(super) first: Radius,
    /// The radius up to which a ring may have any number of listings.
    pub(super) unlimited: Radius,
    /// The number of listings that a larger ring may have.
    pub(super) most: u32,
}

impl Database {
    /// Looks where the listings of a filter are, if a statement over fewer places is faster: a distributed database plans a
    /// list at each execution, on two machines.
    pub(super) async fn sources(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
    ) -> Result<Sources, RepositoryError> {
        if !self.is_distributed() {
            return Ok(Sources::ALL);
        }
        let accounts = match filter.origin {
            Some(Origin::Imported) => vec![],
            Some(Origin::Own) | None => self.rows::<AccountRow>(Query::of_tenant(SOME_ACCOUNTS, scope)).await?,
        };
        let accounts = match &accounts[..] {
            [] => Accounts::None,
            [AccountRow { id }] => Accounts::One(*id),
            _ => Accounts::Any,
        };
        let imports = filter.origin != Some(Origin::Own)
            && self.first(Query::of_tenant(IMPORTS, scope).push(" LIMIT 1")).await?.is_some();
        Ok(Sources { accounts, imports })
    }

    /// Looks which changes are few. A list of many is as fast by id, because a page is full soon.
    pub(super) async fn few_changes(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
    ) -> Result<FewChanges, RepositoryError> {
        let Some(since) = filter.updated_since.map(Edge::instant) else { return Ok(FewChanges::default()) };
        let own = filter.origin != Some(Origin::Imported)
            && self.is_few_of_accounts(scope, ("listings", "listing"), BY_CHANGE, since).await?;
        let at_sources = filter.origin != Some(Origin::Own)
            && self.count_of(imports_up_to(self.dialect(), scope, FEW.into())).await? > FEW.into()
            && self.is_few(Query::of_tenant("", scope).push_bound(CHANGED_AT_SOURCES, since)).await?;
        Ok(FewChanges { own, at_sources })
    }

    /// Returns the rings in which to look for the tenant's listings; `None` if looking at all of these is faster.
    pub(super) async fn rings(&self, scope: &TenantScope, around: Around) -> Result<Option<Rings>, RepositoryError> {
        let inside = self.count_inside(scope, around, around.radius, FEW).await?;
        let as_fast = PER_PLACE * inside;
        if self.count_of(visible_up_to(self.dialect(), scope, as_fast)).await? <= as_fast {
            return Ok(None);
        }
        let is_whole = inside <= FEW.into();
        let first = if is_whole { around.radius } else { around.radius.min(Radius::of_kilometres(1)) };
        let is_too_much = !is_whole && self.has_more_inside(scope, around, first, FEW).await?;
        Ok((!is_too_much).then_some(Rings { first, unlimited: first, most: FEW }))
    }

    /// Whether more than `most` listings of the workspace lie inside the box around the ring.
    pub(super) async fn has_more_inside(
        &self,
        scope: &TenantScope,
        around: Around,
        ring: Radius,
        most: u32,
    ) -> Result<bool, RepositoryError> {
        Ok(self.count_inside(scope, around, ring, most).await? > most.into())
    }

    /// Counts the listings of the workspace inside the box around the ring, up to one more than `most`.
    async fn count_inside(
        &self,
        scope: &TenantScope,
        around: Around,
        ring: Radius,
        most: u32,
    ) -> Result<u64, RepositoryError> {
        let query = Query::of_tenant(COUNT_IN_BOX, scope).fill("positions", self.dialect().positions());
        let query = in_box(query, self.dialect(), around, ring).bind([(i64::from(most) + 1).into()]);
        self.count_of(query).await
    }
}

/// Counts the tenant's own and imported listings, up to one more than `most`, without reading more of any account.
pub(super) fn visible_up_to(dialect: &dyn Dialect, scope: &TenantScope, most: u64) -> Query {
    let imports = dialect.part_of_page(IMPORTS, "import.listing_id");
    let own = Query::of_tenant(OF_ACCOUNTS, scope).fill("rows", dialect.some_of_each_account("listings", "listing"));
    own.bind([one_more_than(most)]).push(" UNION ALL ").push(&imports).count_up_to(most)
}

/// Counts the tenant's imports, up to one more than `most`, without reading more of them.
fn imports_up_to(dialect: &dyn Dialect, scope: &TenantScope, most: u64) -> Query {
    let imports = dialect.part_of_page(IMPORTS, "import.listing_id");
    Query::of_tenant(imports, scope).bind([one_more_than(most)]).count_up_to(most)
}
