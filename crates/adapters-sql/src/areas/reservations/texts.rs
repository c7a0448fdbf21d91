//! Lists of reservations by a part of a text, [if there is a faster way](crate::engine::rare_texts) than to look at all that
//! the tenant sees.

use domain::access::TenantScope;
use domain::reservations::TenantReservation;
use domain::text::SearchText;
use ports::{Page, PageStart, RepositoryError, ReservationFilter, Slice};
use sea_orm::Statement;

use super::queries::{
    BY_CHANGE, LIST, PART_OF_ACCOUNTS, PART_OF_FIRST, PART_SOLD, RESERVATIONS, SOLD, filtered, in_full,
};
use super::rows::{SeenRow, to_tenant_reservation};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::parts::{FEW, OF_ACCOUNTS, of_accounts, of_each};
use crate::engine::query::{Query, limits, one_more_than};
use crate::engine::rare_texts::{FIRST, is_among};

/// The reservations that match among the first `$3`.
const FIRST_OF: &str = "\
    SELECT reservation.id \
    FROM (SELECT found.id FROM ({parts}) found ORDER BY found.id LIMIT $3) found CROSS JOIN reservations reservation \
    WHERE reservation.workspace_id = $1 AND reservation.id = found.id{filters}";

/// The reservations that the tenant sees, that match and are `{rare}`.
const OF_RARE: &str = "\
    SELECT reservation.id \
    FROM reservations reservation CROSS JOIN integration_accounts account \
    WHERE reservation.workspace_id = $1 AND {rare} \
      AND account.workspace_id = $1 AND account.id = reservation.integration_account_id \
      AND (account.tenant_id = $2 OR reservation.sold_by = $2){filters}";

impl Database {
    /// Lists what the tenant sees, if the filter has a text for which there is a faster way than to look at all.
    pub(super) async fn reservations_by_text(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
        page: Page,
    ) -> Result<Option<Slice<TenantReservation>>, RepositoryError> {
        let Some(q) = &filter.q else { return Ok(None) };
        let first = first_seen(self.dialect(), scope, filter, page);
        let first = self.whole_page_of::<SeenRow, _>(first, page, to_tenant_reservation).await?;
        if first.has_more || self.sees_few_reservations(scope, FIRST).await? {
            return Ok(Some(first));
        }
        match self.rare_reservations(scope, q).await? {
            None => Ok(None),
            Some(rows) => {
                let query = listed_rare(rows, filter, page);
                self.whole_page_of::<SeenRow, _>(query, page, to_tenant_reservation).await.map(Some)
            }
        }
    }

    /// Counts what the tenant sees, if the filter has a text for which there is a faster way than to look at all.
    pub(super) async fn count_by_text_of_reservations(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
    ) -> Result<Option<u64>, RepositoryError> {
        let Some(q) = &filter.q else { return Ok(None) };
        if self.sees_few_reservations(scope, FEW).await? {
            return Ok(None);
        }
        match self.rare_reservations(scope, q).await? {
            None => Ok(None),
            Some((query, rows)) => {
                let query = query.push(&format!("SELECT COUNT(*) AS count FROM ({rows}) found"));
                self.count_of(filtered(query, filter, &of_each(BY_CHANGE))).await.map(Some)
            }
        }
    }

    async fn rare_reservations(
        &self,
        scope: &TenantScope,
        q: &SearchText,
    ) -> Result<Option<(Query, String)>, RepositoryError> {
        let is_rare = self.is_rare(&RESERVATIONS, scope.workspace_id(), q).await?;
        Ok(if is_rare { of_rare(self.dialect(), scope, q) } else { None })
    }

    async fn sees_few_reservations(&self, scope: &TenantScope, most: u32) -> Result<bool, RepositoryError> {
        let sold = self.dialect().part_of_page(SOLD, "reservation.id");
        let own = self.dialect().some_of_each_account("reservations", "reservation");
        let seen = Query::of_tenant(OF_ACCOUNTS, scope).fill("rows", own).bind([one_more_than(most.into())]);
        let seen = seen.push(" UNION ALL ").push(&sold).count_up_to(most.into());
        Ok(self.count_of(seen).await? <= most.into())
    }

    /// Returns the statements of lists by a text, for tests: of the first reservations, those that ask whether the text is
    /// rare, and of those with a rare text.
    #[doc(hidden)]
    pub fn reservations_by_text_statements(
        &self,
        scope: &TenantScope,
        q: &SearchText,
        page: Page,
    ) -> [Option<Statement>; 4] {
        let filter = ReservationFilter { q: Some(q.clone()), ..ReservationFilter::default() };
        let first = self.statement(first_seen(self.dialect(), scope, &filter, page));
        let [sample, found] = self.rare_statements(&RESERVATIONS, scope.workspace_id(), q);
        let rare = of_rare(self.dialect(), scope, q);
        [Some(first), sample, found, rare.map(|rows| self.statement(listed_rare(rows, &filter, page)))]
    }
}

/// Reads the page by id of the first reservations that the tenant sees.
fn first_seen(dialect: &dyn Dialect, scope: &TenantScope, filter: &ReservationFilter, page: Page) -> Query {
    let mut query = Query::of_tenant("", scope).bind([i64::from(FIRST).into()]).bind(limits(page));
    let after = match page.start {
        PageStart::Number(_) => String::new(),
        PageStart::After(id) => query.bound(" AND reservation.id > ?", id),
    };
    let own = of_accounts(dialect, false, PART_OF_FIRST, PART_OF_ACCOUNTS, "reservation.id")
        .replace("{rows}", &dialect.first_of_each_account("reservations", "reservation", &after));
    let sold = dialect.part_of_page(PART_SOLD, "reservation.id");
    let parts = format!("{own} UNION ALL {sold}").replace("{filters}", &after);
    let list = LIST.replace("{parts}", &FIRST_OF.replace("{parts}", &parts));
    filtered(in_full(query.push(&list)), filter, &of_each(BY_CHANGE))
}

/// Returns the beginning of a statement, and the SELECT of the rows with a rare text; `None` if the index cannot find it.
fn of_rare(dialect: &dyn Dialect, scope: &TenantScope, q: &SearchText) -> Option<(Query, String)> {
    let mut query = Query::of_tenant("", scope);
    let found = RESERVATIONS.having(q, &mut query, dialect)?;
    Some((query, OF_RARE.replace("{rare}", &is_among(dialect, "reservation.id", &found))))
}

/// Reads a page by id of rows with a rare text.
fn listed_rare((mut query, rows): (Query, String), filter: &ReservationFilter, page: Page) -> Query {
    let [size, offset] = limits(page).map(|limit| query.bound("?", limit));
    let list = LIST.replace("$4", "{size}").replace("$5", "{offset}");
    let list = list.replace("{size}", &size).replace("{offset}", &offset).replace("{parts}", &rows);
    filtered(in_full(query.push(&list)), filter, &of_each(BY_CHANGE)).after("reservation.id > ?", page)
}
