//! Lists over a tenant's accounts by a part of a text.
//!
//! The index of texts knows the workspace, but not who sees a row. So such a list first looks at the first rows that the
//! tenant sees: there are no more, or the text is common and fills the page. Else it asks whether few rows of the workspace
//! have the text: then it looks at all of these. Else it reads what the tenant sees until the page is full.

use domain::ids::WorkspaceId;
use domain::text::SearchText;
use ports::RepositoryError;
use sea_orm::Statement;

use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::parts::FEW;
use crate::engine::query::Query;
use crate::engine::text_search::{SearchedTable, containing};

/// The number of rows that a list looks at first.
pub(crate) const FIRST: u32 = 200;
/// The number of rows among which a text is looked for to see whether it is common.
const SAMPLE: u32 = 1_000;
/// The number of them that have a common text at least.
const COMMON: u64 = 10;
/// The number of rows with a rare text that are read: since they were counted, there may be more.
const MOST: u32 = 2 * FEW;

impl Database {
    /// Whether the index finds few rows of the workspace that have the text.
    pub(crate) async fn is_rare(
        &self,
        table: &SearchedTable,
        workspace_id: WorkspaceId,
        text: &SearchText,
    ) -> Result<bool, RepositoryError> {
        if self.dialect().finds_all_by_text() && self.count_of(sample(table, workspace_id, text)).await? >= COMMON {
            return Ok(false);
        }
        match found(self.dialect(), table, workspace_id, text) {
            None => Ok(false),
            Some(found) => self.is_few(found).await,
        }
    }

    /// Returns the statements of [`is_rare`](Self::is_rare), for tests.
    pub(crate) fn rare_statements(
        &self,
        table: &SearchedTable,
        workspace_id: WorkspaceId,
        text: &SearchText,
    ) -> [Option<Statement>; 2] {
        let found = found(self.dialect(), table, workspace_id, text).map(|found| found.count_up_to(FEW.into()));
        [Some(sample(table, workspace_id, text)), found].map(|query| query.map(|query| self.statement(query)))
    }
}

/// Counts those of the first rows of the workspace that have the text.
fn sample(table: &SearchedTable, workspace_id: WorkspaceId, text: &SearchText) -> Query {
    let SearchedTable { name, row, scope, .. } = table;
    let sample = format!(
        "SELECT COUNT(*) AS count FROM (SELECT {row}.search_text FROM {name} {row} WHERE {scope} \
         ORDER BY {row}.id LIMIT {SAMPLE}) {row} WHERE 1 = 1"
    );
    Query::new(sample, [workspace_id.as_uuid().into()]).and(&table.has_text(), Some(containing(text)))
}

/// Finds the rows of the workspace that have the text. Returns `None` if the index cannot find it.
fn found(dialect: &dyn Dialect, table: &SearchedTable, workspace_id: WorkspaceId, text: &SearchText) -> Option<Query> {
    let mut query = Query::new("", [workspace_id.as_uuid().into()]);
    let found = table.having(text, &mut query, dialect)?;
    Some(query.push(&found))
}

/// Returns the condition that `id` is that of a row of the workspace that has a rare text.
pub(crate) fn is_among(dialect: &dyn Dialect, id: &str, found: &str) -> String {
    dialect.one_of(id, &format!("{found} LIMIT {MOST}"))
}
