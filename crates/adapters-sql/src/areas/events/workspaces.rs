//! The workspaces of a statement of the numbering.

use sea_orm::Value as Bound;
use serde_json::Value;
use uuid::Uuid;

use crate::areas::facts::ids_to_json;
use crate::engine::dialect::Dialect;
use crate::engine::query::Query;
use crate::engine::reach::Reach;

/// The workspaces of a statement: one, which it names as `$1`, or those of its items. An item is an array that begins with the
/// workspace.
#[derive(Clone, Copy)]
pub(super) struct Workspaces {
    dialect: &'static dyn Dialect,
    /// The one workspace of a transaction that reaches no other.
    only: Option<Uuid>,
}

impl Workspaces {
    /// Returns the workspaces of a transaction, with what it reaches.
    pub(super) fn of_transaction(dialect: &'static dyn Dialect, ids: &[Uuid]) -> (Self, Reach) {
        match ids {
            [only] if !dialect.numbers_together() => (Self { dialect, only: Some(*only) }, Reach::Workspace(*only)),
            _ => (Self { dialect, only: None }, Reach::Service),
        }
    }

    /// Begins a statement. `{workspace}` in its text is that of the item. `$1` is the only workspace, or unused.
    pub(super) fn query(self, text: impl Into<String>, values: impl IntoIterator<Item = Bound>) -> Query {
        let query = Query::new(text.into(), [self.only.unwrap_or(Uuid::max()).into()]);
        query.bind(values).fill("workspace", self.workspace())
    }

    /// Begins a SELECT from the items `$2`, which are `{items}` in its text.
    pub(super) fn of(self, text: impl Into<String>, items: impl IntoIterator<Item = Value>) -> Query {
        self.query(text, [items.into_iter().collect::<Value>().into()]).fill("items", self.dialect.items("$2"))
    }

    /// Begins a SELECT of the rows whose column is one of the ids, each of which follows its workspace. `{each}` in the text, which
    /// ends in conditions, joins the items before the rows.
    ///
    /// Those of one workspace are listed: PostgreSQL, which does not know how large a workspace is, might read all of it for a
    /// join.
    pub(super) fn of_ids(self, text: &'static str, column: &str, ids: impl IntoIterator<Item = (Uuid, Uuid)>) -> Query {
        if self.only.is_some() {
            let listed = self.query(text, []).fill("each", "").push(&format!(" AND {column} IN "));
            return listed.push_list(ids.into_iter().map(|(_, id)| id));
        }
        let items = ids.into_iter().map(|(workspace, id)| ids_to_json([workspace, id]));
        let each = format!("{} CROSS JOIN ", self.dialect.items("$2"));
        self.of(text, items).fill("each", each).push(&format!(" AND {column} = {}", self.id(1)))
    }

    /// Returns the condition that the key of a row, of which the column follows the workspace, is that of an item of `items`. The
    /// column is a number.
    pub(super) fn has_key(self, column: &str, items: &str) -> String {
        let (items, number) = (self.dialect.items(items), self.number(1));
        match self.only {
            Some(_) => {
                let listed = self.dialect.one_of(column, &format!("SELECT {number} FROM {items}"));
                format!("workspace_id = $1 AND {listed}")
            }
            None => format!("(workspace_id, {column}) IN (SELECT {}, {number} FROM {items})", self.id(0)),
        }
    }

    /// Returns the workspace of an item.
    fn workspace(self) -> String {
        if self.only.is_some() { "$1".to_owned() } else { self.id(0) }
    }

    /// Returns the id at a place of an item.
    pub(super) fn id(self, place: u8) -> String {
        self.dialect.to_id(&format!("item.value ->> {place}"))
    }

    /// Returns the number at a place of an item.
    #[expect(clippy::unused_self, reason = "beside `id`")]
    pub(super) fn number(self, place: u8) -> String {
        format!("CAST(item.value ->> {place} AS bigint)")
    }
}
