//! Statements: fixed texts with bound values.
//!
//! Where the join order matters, tables are listed in it, with CROSS JOIN between them. SQLite keeps this order;
//! otherwise it would guess one, because it knows neither the values nor the row counts. For PostgreSQL it is an
//! ordinary join.

use domain::access::TenantScope;
use ports::{Page, PageStart, Slice};
use sea_orm::{DbBackend, Statement, Value};

/// A statement that is composed of fixed texts, with its bound values.
pub(crate) struct Query {
    sql: String,
    values: Vec<Value>,
    /// The column by which a list is ordered.
    key: &'static str,
}

impl Query {
    /// Begins a statement with a text whose `$1`, `$2`, … are these values.
    pub(crate) fn new(sql: &str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.to_owned(), values: values.into_iter().collect(), key: "id" }
    }

    /// Begins a statement with a text whose `$1` is the scope's workspace, and `$2` its tenant.
    pub(crate) fn of_tenant(sql: &str, scope: &TenantScope) -> Self {
        Self::new(sql, [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into()])
    }

    /// Sets the column by which a list is ordered, if `id` alone would be ambiguous.
    pub(crate) fn keyed(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// Adds a text.
    pub(crate) fn push(mut self, sql: &str) -> Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a text in which every `?` is the value.
    pub(crate) fn push_bound(mut self, sql: &str, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        let placeholder = format!("${}", self.values.len());
        self.sql.push_str(&sql.replace('?', &placeholder));
        self
    }

    /// Adds the values in parentheses, as `IN` takes them. Without values, the list matches nothing.
    pub(crate) fn push_list<T: Into<Value>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        let first = self.values.len() + 1;
        self.values.extend(values.into_iter().map(Into::into));
        let placeholders: Vec<_> = (first..=self.values.len()).map(|number| format!("${number}")).collect();
        let list = if placeholders.is_empty() { "NULL".to_owned() } else { placeholders.join(", ") };
        self.push(&format!("({list})"))
    }

    /// Adds a condition in which every `?` is the value, if there is a value.
    pub(crate) fn and<T: Into<Value>>(self, condition: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.push(" AND ").push_bound(condition, value),
            None => self,
        }
    }

    /// Orders by id and selects the page, and one more row, which shows whether the list continues.
    pub(crate) fn page(self, page: Page) -> Self {
        let key = self.key;
        self.behind(&format!("{key} > ?"), page).push(" ORDER BY ").push(key).limited(page)
    }

    /// Adds the condition that rows come after the id at which the page starts, if it starts at an id.
    pub(crate) fn behind(self, condition: &str, page: Page) -> Self {
        match page.start {
            PageStart::After(id) => self.and(condition, Some(id)),
            PageStart::Number(_) => self,
        }
    }

    /// Selects the rows of the page, and one more.
    pub(crate) fn limited(self, page: Page) -> Self {
        self.push_bound(" LIMIT ?", i64::from(page.size) + 1)
            .push_bound(" OFFSET ?", i64::try_from(page.offset()).unwrap_or(i64::MAX))
    }

    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        Statement::from_sql_and_values(backend, self.sql, self.values)
    }
}

/// Returns the number of rows of the page and of all pages before it, plus one.
pub(crate) fn most(page: Page) -> i64 {
    i64::try_from(page.offset()).unwrap_or(i64::MAX).saturating_add(i64::from(page.size) + 1)
}

/// Removes the extra row that [`Query::limited`] has selected.
pub(crate) fn slice<T>(mut rows: Vec<T>, page: Page) -> Slice<T> {
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let has_more = rows.len() > size;
    rows.truncate(size);
    Slice { items: rows, has_more }
}

/// Returns a pattern for `LIKE … ESCAPE '\'` that finds the text anywhere, with `%` and `_` escaped.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
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
    fn patterns_mean_themselves() {
        assert_eq!(containing(r"50%_\"), r"%50\%\_\\%");
    }

    #[test]
    fn the_row_too_many_is_taken_off() {
        let page = Page { start: PageStart::Number(1), size: 2 };
        assert_eq!(slice(vec![1, 2, 3], page), Slice { items: vec![1, 2], has_more: true });
        assert_eq!(slice(vec![1, 2], page), Slice { items: vec![1, 2], has_more: false });
    }
}
