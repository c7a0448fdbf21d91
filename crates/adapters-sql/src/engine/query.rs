//! Statements: whole texts with bound values, and holes for the filters and for what differs between the engines.
//!
//! Where the join order matters, tables are listed in it, with CROSS JOIN between them. SQLite keeps this order;
//! otherwise it would guess one, because it knows neither the values nor the row counts. For PostgreSQL it is an
//! ordinary join.

use std::borrow::Cow;

use domain::access::TenantScope;
use ports::{Page, PageStart, Slice};
use sea_orm::{DbBackend, Statement, Value};

use crate::engine::dialect::Dialect;
use crate::engine::reach::Reach;

/// The name of the holes that conditions fill.
pub(crate) const FILTERS: &str = "filters";

/// A statement with its bound values. Its text may have holes, such as `{filters}`, which are filled when it is run.
pub(crate) struct Query {
    sql: Cow<'static, str>,
    holes: Vec<(&'static str, Cow<'static, str>)>,
    values: Vec<Value>,
    /// The column by which a list is ordered.
    key: &'static str,
    is_of_service: bool,
}

impl Query {
    /// Begins a statement with a text whose `$1`, `$2`, … are these values. The first is the workspace.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self {
            sql: sql.into(),
            holes: Vec::new(),
            values: values.into_iter().collect(),
            key: "id",
            is_of_service: false,
        }
    }

    /// Lets the service look for work in all workspaces with this statement.
    pub(crate) fn for_service(self) -> Self {
        Self { is_of_service: true, ..self }
    }

    /// Begins a statement with a text whose `$1` is the scope's workspace, and `$2` its tenant.
    pub(crate) fn of_tenant(sql: impl Into<Cow<'static, str>>, scope: &TenantScope) -> Self {
        Self::new(sql, [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into()])
    }

    /// Binds the next values, to which the text refers by their numbers.
    pub(crate) fn bind(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values.extend(values);
        self
    }

    /// Fills the holes of this name.
    pub(crate) fn fill(mut self, hole: &'static str, sql: impl Into<Cow<'static, str>>) -> Self {
        self.holes.push((hole, sql.into()));
        self
    }

    /// Fills the holes for the rows of each `account` of a list that reads at most `$3` of each, by id. The conditions are
    /// complete.
    pub(crate) fn first_of_each_account(self, dialect: &dyn Dialect, table: &str, row: &str) -> Self {
        let rows = dialect.first_of_each_account(table, row, &self.conditions());
        self.fill("rows", rows)
    }

    /// Fills these holes for a list that reads all rows of each `account` that match. The conditions are complete.
    pub(crate) fn all_of_each_account(self, dialect: &dyn Dialect, table: &str, row: &str) -> Self {
        let rows = dialect.all_of_each_account(table, row, &self.conditions());
        self.fill("rows", rows)
    }

    fn conditions(&self) -> String {
        self.holes.iter().find(|(hole, _)| *hole == FILTERS).map(|(_, sql)| sql.to_string()).unwrap_or_default()
    }

    /// Sets the column by which a list is ordered, if `id` alone would be ambiguous.
    pub(crate) fn keyed(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// Adds a text.
    pub(crate) fn push(mut self, sql: &str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// Adds a text in which every `?` is the value.
    pub(crate) fn push_bound(mut self, sql: &str, value: impl Into<Value>) -> Self {
        let bound = self.bound(sql, value);
        self.push(&bound)
    }

    /// Binds the value, and returns the text with every `?` referring to it.
    pub(crate) fn bound(&mut self, sql: &str, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        sql.replace('?', &format!("${}", self.values.len()))
    }

    /// Adds the values in parentheses, as `IN` takes them. Without values, the list matches nothing.
    pub(crate) fn push_list<T: Into<Value>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        let list = self.bound_list(values);
        self.push("(").push(if list.is_empty() { "NULL" } else { &list }).push(")")
    }

    /// Adds the values with commas between.
    pub(crate) fn push_values(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        let list = self.bound_list(values);
        self.push(&list)
    }

    fn bound_list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> String {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let mut list = String::new();
        for number in before + 1..=self.values.len() {
            list.push_str(if list.is_empty() { "$" } else { ", $" });
            list.push_str(&number.to_string());
        }
        list
    }

    /// Adds rows as VALUES takes them: each in parentheses, with commas between.
    pub(crate) fn push_rows<T: Into<Value>, R: IntoIterator<Item = T>>(
        self,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let rows = rows.into_iter().enumerate();
        rows.fold(self, |query, (place, row)| query.push(if place == 0 { "" } else { ", " }).push_list(row))
    }

    /// Adds a condition in which every `?` is the value, if there is a value: in the holes `{filters}` once these are
    /// filled, else at the end.
    pub(crate) fn and<T: Into<Value>>(self, condition: &str, value: Option<T>) -> Self {
        self.and_in(FILTERS, condition, value)
    }

    /// Adds a condition like [`and`](Self::and), in other holes.
    pub(crate) fn and_in<T: Into<Value>>(mut self, hole: &str, condition: &str, value: Option<T>) -> Self {
        let Some(value) = value else { return self };
        let bound = self.bound(condition, value);
        self.push_in(hole, &bound)
    }

    fn push_in(mut self, hole: &str, condition: &str) -> Self {
        let hole = self.holes.iter_mut().find(|(filled, _)| *filled == hole);
        let sql = hole.map_or(&mut self.sql, |(_, sql)| sql).to_mut();
        sql.push_str(" AND ");
        sql.push_str(condition);
        self
    }

    /// Adds a condition in the holes `{filters}` in which `?1`, `?2`, … are the values.
    pub(crate) fn and_all(mut self, condition: &str, values: impl IntoIterator<Item = Value>) -> Self {
        let sql = self.bound_all(condition, values);
        self.push_in(FILTERS, &sql)
    }

    /// Adds a condition in the holes `{filters}` that ends with the values in parentheses.
    pub(crate) fn and_list<T: Into<Value>>(mut self, condition: &str, values: impl IntoIterator<Item = T>) -> Self {
        let list = self.bound_list(values);
        self.push_in(FILTERS, &format!("{condition}({list})"))
    }

    /// Fills the holes of this name with a text in which `?1`, `?2`, … are the values.
    pub(crate) fn fill_all(mut self, hole: &'static str, sql: &str, values: impl IntoIterator<Item = Value>) -> Self {
        let sql = self.bound_all(sql, values);
        self.fill(hole, sql)
    }

    fn bound_all(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) -> String {
        let mut sql = sql.to_owned();
        for (position, value) in (1..).zip(values) {
            self.values.push(value);
            sql = sql.replace(&format!("?{position}"), &format!("${}", self.values.len()));
        }
        sql
    }

    /// Makes this a SELECT of the number of its rows, up to one more than `most`.
    pub(crate) fn count_up_to(mut self, most: u64) -> Self {
        let limit = self.bound("LIMIT ?", one_more_than(most));
        self.sql = format!("SELECT COUNT(*) AS count FROM ({} {limit}) few", self.sql).into();
        self
    }

    /// Orders by id and selects the page, and one more row, which shows whether the list continues.
    pub(crate) fn page(self, page: Page) -> Self {
        let key = self.key;
        self.after(&format!("{key} > ?"), page).push(" ORDER BY ").push(key).limited(page)
    }

    /// Adds the condition that rows come after the id at which the page starts, if it starts at an id.
    pub(crate) fn after(self, condition: &str, page: Page) -> Self {
        self.after_in(FILTERS, condition, page)
    }

    /// Adds a condition like [`after`](Self::after), in other holes.
    pub(crate) fn after_in(self, hole: &str, condition: &str, page: Page) -> Self {
        match page.start {
            PageStart::After(id) => self.and_in(hole, condition, Some(id)),
            PageStart::Number(_) => self,
        }
    }

    /// Selects the rows of the page, and one more.
    fn limited(self, page: Page) -> Self {
        let [limit, offset] = limits(page);
        self.push_bound(" LIMIT ?", limit).push_bound(" OFFSET ?", offset)
    }

    /// Returns the rows that the statement may reach.
    pub(crate) fn reach(&self) -> Reach {
        match self.values.first() {
            _ if self.is_of_service => Reach::Service,
            Some(Value::Uuid(Some(workspace))) => Reach::Workspace(*workspace),
            _ => Reach::NOTHING,
        }
    }

    /// Returns the statement, with the holes filled.
    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        let sql = if self.holes.is_empty() { self.sql.into_owned() } else { self.filled() };
        Statement::from_sql_and_values(backend, sql, self.values)
    }

    fn filled(&self) -> String {
        let mut filled = String::with_capacity(self.sql.len() * 2);
        let mut rest = &*self.sql;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let hole = self.holes.iter().find(|(hole, _)| *hole == name);
            filled.push_str(before);
            filled.push_str(hole.map_or("", |(_, sql)| sql));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

/// Returns the LIMIT and the OFFSET of the rows of the page, and one more.
pub(crate) fn limits(page: Page) -> [Value; 2] {
    let offset = i64::try_from(page.offset()).unwrap_or(i64::MAX);
    [(i64::from(page.size) + 1).into(), offset.into()]
}

/// Returns the number of rows of the page and of all pages before it, plus one.
pub(crate) fn most(page: Page) -> Value {
    i64::try_from(page.offset()).unwrap_or(i64::MAX).saturating_add(i64::from(page.size) + 1).into()
}

/// Returns a number plus one, for a LIMIT that shows whether there are more.
pub(crate) fn one_more_than(most: u64) -> Value {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1).into()
}

/// Removes the extra row that [`Query::limited`] has selected.
pub(crate) fn slice<T>(mut rows: Vec<T>, page: Page) -> Slice<T> {
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let has_more = rows.len() > size;
    rows.truncate(size);
    Slice { items: rows, has_more }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_value_is_bound_once_however_often_it_is_named() {
        let query = Query::new("SELECT 1 WHERE a = $1", [Value::from(1_i64)])
            .and("(b = ? OR c = ?)", Some("x"))
            .and("d = ?", None::<i64>)
            .page(Page { start: PageStart::After(Uuid::nil()), size: 10 });
        assert_eq!(
            query.sql,
            "SELECT 1 WHERE a = $1 AND (b = $2 OR c = $2) AND id > $3 ORDER BY id LIMIT $4 OFFSET $5"
        );
        assert_eq!(query.values[3..], [Value::from(11_i64), Value::from(0_i64)]);
    }

    #[test]
    fn conditions_fill_each_hole_for_filters_and_bind_their_value_once() {
        let query =
            Query::new("SELECT {columns} FROM a WHERE b = $1{filters} UNION SELECT 1 FROM c WHERE d{filters}", [])
                .bind([Value::from(1_i64)])
                .fill("columns", "e, f")
                .fill(FILTERS, "")
                .and("g = ?", Some("x"))
                .and("h = ?", None::<i64>);
        assert_eq!(query.values, [Value::from(1_i64), Value::from("x")]);
        assert_eq!(
            query.statement(DbBackend::Sqlite).sql,
            "SELECT e, f FROM a WHERE b = $1 AND g = $2 UNION SELECT 1 FROM c WHERE d AND g = $2"
        );
    }

    #[test]
    fn a_list_binds_each_value() {
        let query = Query::new("SELECT 1 WHERE a = $1 AND b IN ", [Value::from(1_i64)])
            .push_list(["x", "y"])
            .push(" AND c IN ")
            .push_list(Vec::<i64>::new())
            .and("d = ?", Some(2_i64));
        assert_eq!(query.sql, "SELECT 1 WHERE a = $1 AND b IN ($2, $3) AND c IN (NULL) AND d = $4");
        assert_eq!(query.values, [Value::from(1_i64), Value::from("x"), Value::from("y"), Value::from(2_i64)]);
    }

    #[test]
    fn the_row_too_many_is_taken_off() {
        let page = Page { start: PageStart::Number(1), size: 2 };
        assert_eq!(slice(vec![1, 2, 3], page), Slice { items: vec![1, 2], has_more: true });
        assert_eq!(slice(vec![1, 2], page), Slice { items: vec![1, 2], has_more: false });
    }

    #[test]
    fn conditions_number_their_own_values() {
        let two = || [Value::from("x"), Value::from("y")];
        let query = Query::new("SELECT {one} FROM a WHERE b = $1{filters}", [Value::from(1_i64)])
            .fill_all("one", "?2 || ?1", two())
            .fill(FILTERS, "")
            .and_all("c BETWEEN ?1 AND ?2", two())
            .and_list("d IN ", [7_i64]);
        assert_eq!(query.conditions(), " AND c BETWEEN $4 AND $5 AND d IN ($6)");
        assert_eq!(
            query.statement(DbBackend::Sqlite).sql,
            "SELECT $3 || $2 FROM a WHERE b = $1 AND c BETWEEN $4 AND $5 AND d IN ($6)"
        );
    }

    #[test]
    fn rows_have_commas_between() {
        let query = Query::new("VALUES ", []).push_rows([[1_i64, 2], [3, 4]]);
        assert_eq!(query.sql, "VALUES ($1, $2), ($3, $4)");
    }

    #[test]
    fn a_list_has_one_key() {
        let page = Page { start: PageStart::After(Uuid::nil()), size: 10 };
        let query = Query::new("SELECT 1 FROM a", []).keyed("a.id").page(page);
        assert_eq!(query.sql, "SELECT 1 FROM a AND a.id > $1 ORDER BY a.id LIMIT $2 OFFSET $3");
    }

    #[test]
    fn a_statement_reaches_the_workspace_of_its_first_value_unless_the_service_looks_for_work() {
        let workspace = Uuid::from_u128(7);
        let query = |value: Option<Value>| Query::new("SELECT 1", value);
        assert_eq!(query(Some(workspace.into())).reach(), Reach::Workspace(workspace));
        assert_eq!(query(Some(workspace.into())).for_service().reach(), Reach::Service);
        for value in [None, Some(Value::Uuid(None)), Some(1_i64.into())] {
            assert_eq!(query(value).reach(), Reach::NOTHING);
        }
    }

    #[test]
    fn one_row_more_shows_that_there_are_more() {
        let page = Page { start: PageStart::Number(3), size: 10 };
        assert_eq!(limits(page), [Value::from(11_i64), Value::from(20_i64)]);
        assert_eq!((most(page), one_more_than(30)), (Value::from(31_i64), Value::from(31_i64)));
        let query = Query::new("SELECT 1 FROM a", []).count_up_to(30);
        assert_eq!(query.sql, "SELECT COUNT(*) AS count FROM (SELECT 1 FROM a LIMIT $1) few");
        assert_eq!(query.values, [Value::from(31_i64)]);
    }
}
