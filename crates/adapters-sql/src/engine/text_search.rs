//! Lists and counts of rows by their texts, with an index.
//!
//! A table with texts has a column `search_text`, which [`search_text`] makes. The index finds pieces of three characters
//! anywhere in it; `LIKE` then decides. Neither engine knows in advance how many rows the index will find, so a list is
//! read in up to three steps of one statement, each of which is skipped if it is not necessary:
//!
//! 1. The next rows by id are looked at: a text that is in many rows fills a page from them.
//! 2. A bounded number of rows is found by the index: all of them, if the text is rare.
//! 3. If there are more, the text is common, and rows are read by id until the page is full.

use domain::text::{SearchText, fold, word_beginnings};
use ports::Page;
use sea_orm::Value;

use crate::engine::dialect::Dialect;
use crate::engine::parts::of_each;
use crate::engine::query::{FILTERS, Query, limits, most};

/// The mark before the beginning of a word. Like the marks of texts it consists of control characters, which neither
/// texts nor filters contain. With the first character of the word it is a piece of three.
const WORD: &str = "\u{1}\u{1}";
/// The mark before the first text; the following texts have the following ones, and one more stands at the end.
const FIRST: u8 = 0x10;
/// The length in characters from which a text is found anywhere, and not only at the beginning of a word.
const ANYWHERE: usize = 3;
/// The number of rows that are looked at before the index.
const WALKED: u32 = 200;
/// The number of rows that are found by the index at most.
const FOUND: u32 = 1_000;

/// Returns the `search_text` of a row with these texts: each with its mark, in folded form, followed by the beginnings of
/// its words.
pub(crate) fn search_text(texts: &[Option<&str>]) -> String {
    let mut all = String::new();
    let mut end = 0;
    for (place, text) in (0..).zip(texts) {
        all.push(mark(place));
        end = place + 1;
        let text = fold(text.unwrap_or_default());
        all.push_str(&text);
        let mut words: Vec<_> = word_beginnings(&text).collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            all.push_str(WORD);
            all.push_str(word);
        }
    }
    all.push(mark(end));
    all
}

fn mark(place: u8) -> char {
    char::from(FIRST + place)
}

/// A table with searchable texts.
pub(crate) struct SearchedTable {
    pub(crate) name: &'static str,
    /// The alias of a row in all conditions.
    pub(crate) row: &'static str,
    /// The condition of the scope, whose values are `$1` and, for a tenant, `$2`.
    pub(crate) scope: &'static str,
    /// A SELECT of the number that the scope has in the index of SQLite.
    pub(crate) number: &'static str,
}

/// The rows of a table that match a filter.
pub(crate) struct Matching {
    table: &'static SearchedTable,
    /// The scope's values and the conditions, so far without a text.
    query: Query,
    /// The longest text that is looked for.
    longest: Option<String>,
}

impl Matching {
    /// Begins with all rows of the scope, which has these values.
    pub(crate) fn all(table: &'static SearchedTable, scope: impl IntoIterator<Item = Value>) -> Self {
        Self { table, query: Query::new("", scope).fill(FILTERS, ""), longest: None }
    }

    /// Adds a condition in which `?` is the value, if there is a value.
    pub(crate) fn and<T: Into<Value>>(self, condition: &str, value: Option<T>) -> Self {
        Self { query: self.query.and(condition, value), ..self }
    }

    /// Adds the condition that one of the texts contains this one.
    pub(crate) fn any_text(self, text: Option<&SearchText>) -> Self {
        self.text(text, "%", "%")
    }

    /// Adds the condition that the text at this place contains this one.
    pub(crate) fn text_at(self, place: u8, text: Option<&SearchText>) -> Self {
        self.text(text, &format!("%{}%", mark(place)), &format!("%{}%", mark(place + 1)))
    }

    fn text(self, text: Option<&SearchText>, before: &str, after: &str) -> Self {
        let Some(text) = text.map(|text| wanted(text.as_str())) else { return self };
        let pattern = format!("{before}{}{after}", escaped_for_like(&text));
        let condition = self.table.has_text();
        let mut matching = self.and(&condition, Some(pattern));
        if matching.longest.as_ref().is_none_or(|longest| longest.len() < text.len()) {
            matching.longest = Some(text);
        }
        matching
    }

    /// Returns the statement of a page, and one more row. The text `select` ends before its WHERE.
    pub(crate) fn page(self, dialect: &dyn Dialect, select: &str, page: Page) -> Query {
        let Self { table, query, longest } = self;
        let mut query = query.fill("after", "").after_in("after", &format!("{}.id > ?", table.row), page);
        match table.by_text(longest, &mut query, dialect) {
            None => table.page_by_id(query, select, page),
            Some(by_text) => table.page_by_text(query, &by_text, dialect, select, page),
        }
    }

    /// Returns the SELECT of the `count`.
    pub(crate) fn count(self, dialect: &dyn Dialect) -> Query {
        let Self { table, mut query, longest } = self;
        let SearchedTable { name, row, scope, .. } = table;
        let count = format!("SELECT COUNT(*) AS count FROM {name} {row} WHERE {scope}{{filters}}");
        let count = match table.by_text(longest, &mut query, dialect) {
            None => count,
            Some(by_text) => format!(
                "WITH indexed AS MATERIALIZED (SELECT {row}.id {by_text} AND {scope}{{filters}} LIMIT {FOUND} + 1), \
                 found AS (SELECT COUNT(*) AS count FROM indexed) \
                 SELECT CASE WHEN count <= {FOUND} THEN count ELSE ({count}) END AS count FROM found"
            ),
        };
        query.push(&count)
    }
}

impl SearchedTable {
    /// Returns the statement of a page of rows that are not found by a text. The id of its first row is found in an index,
    /// and rows are read from there.
    fn page_by_id(&self, mut query: Query, select: &str, page: Page) -> Query {
        let Self { name, row, scope, .. } = self;
        let [size, offset] = limits(page);
        let size = query.bound("?", size);
        let matching = format!("WHERE {scope}{{after}}{{filters}}");
        let first = if page.offset() == 0 {
            String::new()
        } else {
            let skipped = query.bound("?", offset);
            format!(
                " AND {row}.id >= \
                 (SELECT {row}.id FROM {name} {row} {matching} ORDER BY {row}.id LIMIT 1 OFFSET {skipped})"
            )
        };
        query.push(&format!("{select} {matching}{first} ORDER BY {row}.id LIMIT {size}"))
    }

    /// Returns the statement of a page of rows that `by_text` finds. The ids are found first, and only the rows of the
    /// page are read.
    fn page_by_text(&self, mut query: Query, by_text: &str, dialect: &dyn Dialect, select: &str, page: Page) -> Query {
        let Self { name, row, scope, .. } = self;
        let rows = format!("FROM {name} {row} WHERE {scope}{{after}}");
        let most = query.bound("?", most(page));
        let [size, offset] = limits(page).map(|limit| query.bound("?", limit));
        let found = format!(
            "WITH walked AS MATERIALIZED (SELECT {row}.id \
             FROM (SELECT * {rows} ORDER BY {row}.id LIMIT {WALKED}) {row} WHERE 1 = 1{{filters}}), \
             indexed AS MATERIALIZED (SELECT {row}.id {by_text} AND {scope}{{after}}{{filters}} \
             LIMIT CASE WHEN (SELECT COUNT(*) FROM walked) < {most} THEN {FOUND} + 1 ELSE 0 END), \
             scanned AS MATERIALIZED (SELECT {row}.id {rows}{{filters}} ORDER BY {row}.id \
             LIMIT CASE WHEN (SELECT COUNT(*) FROM indexed) > {FOUND} THEN {most} ELSE 0 END) \
             SELECT {row}.id FROM (\
             SELECT id FROM walked WHERE (SELECT COUNT(*) FROM walked) >= {most} UNION ALL \
             SELECT id FROM indexed WHERE (SELECT COUNT(*) FROM indexed) <= {FOUND} UNION ALL \
             SELECT id FROM scanned) {row} ORDER BY {row}.id LIMIT {size} OFFSET {offset}"
        );
        let found = dialect.one_of(&format!("{row}.id"), &found);
        query.push(&format!("{select} WHERE {row}.workspace_id = $1 AND {found} ORDER BY {row}.id"))
    }

    /// Returns the condition that a row has a text, whose pattern is `?`.
    pub(crate) fn has_text(&self) -> String {
        format!(r"{}.search_text LIKE ? ESCAPE '\'", self.row)
    }

    /// Returns this condition for rows that another index finds. For a plain LIKE, PostgreSQL would estimate that hardly any of
    /// them remains, and read them in another order.
    pub(crate) fn each_has_text(&self) -> String {
        of_each(&self.has_text())
    }

    /// Returns the SELECT of the `id` of each row that has the text; `None` if the index cannot find it.
    pub(crate) fn having(&self, text: &SearchText, query: &mut Query, dialect: &dyn Dialect) -> Option<String> {
        let Self { row, scope, .. } = self;
        let by_text = self.by_text(Some(wanted(text.as_str())), query, dialect)?;
        let has_text = query.bound(&self.has_text(), containing(text));
        Some(format!("SELECT {row}.id {by_text} AND {scope} AND {has_text}"))
    }

    /// Returns the FROM and WHERE that find rows by the index, if the index can find the longest text.
    fn by_text(&self, longest: Option<String>, query: &mut Query, dialect: &dyn Dialect) -> Option<String> {
        let key = dialect.text_key(&longest?)?;
        Some(query.bound(&dialect.rows_by_text(self.name, self.row, self.number), key))
    }
}

/// Returns the pattern of a `search_text` that contains the text.
pub(crate) fn containing(text: &SearchText) -> String {
    format!("%{}%", escaped_for_like(&wanted(text.as_str())))
}

/// Returns the pattern of a `search_text` that contains the text before the one at this place.
pub(crate) fn containing_before(place: u8, text: &SearchText) -> String {
    format!("{}{}%", containing(text), mark(place))
}

/// Returns the part of a `search_text` by which a row is found: the text, or the beginning of a word.
fn wanted(text: &str) -> String {
    let folded = fold(text);
    if folded.chars().count() < ANYWHERE { format!("{WORD}{folded}") } else { folded }
}

/// Returns the text as a part of a pattern for `LIKE … ESCAPE '\'` in which it means itself.
pub fn escaped_for_like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_text_has_each_text_with_the_beginnings_of_its_words() {
        assert_eq!(
            search_text(&[Some("Hotel Ho"), None, Some("É")]),
            "\u{10}hotel ho\u{1}\u{1}ho\u{11}\u{12}é\u{1}\u{1}é\u{13}"
        );
    }

    #[test]
    fn a_short_text_is_wanted_at_the_beginning_of_a_word() {
        for (text, expected) in
            [("Inn", "inn"), ("In", "\u{1}\u{1}in"), ("ß", "\u{1}\u{1}ss"), ("ßa", "ssa"), ("e\u{301}co", "éco")]
        {
            assert_eq!(wanted(text), expected, "{text}");
        }
    }

    #[test]
    fn patterns_mean_themselves() {
        assert_eq!(escaped_for_like(r"50%_\"), r"50\%\_\\");
    }
}
