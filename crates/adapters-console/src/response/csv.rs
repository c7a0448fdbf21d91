//! CSV files (RFC 4180), in which no cell is a formula.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use maud::{Markup, html};

use super::table::Column;

/// The maximum number of rows in a file.
const MOST_ROWS: usize = 10_000;

/// Appends a line to a file.
pub(crate) fn push(file: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            file.push(',');
        }
        file.push('"');
        if is_formula(&cell) {
            file.push('\'');
        }
        file.push_str(&cell.replace('"', "\"\""));
        file.push('"');
    }
    file.push_str("\r\n");
}

/// A file of a list that is being filled.
pub(crate) struct Sheet<T> {
    columns: Vec<Column<T>>,
    content: String,
    /// The number of rows for which there is still room.
    room: usize,
}

impl<T> Sheet<T> {
    /// Begins a file with the headings. Columns of buttons and boxes are left out.
    pub(crate) fn new(mut columns: Vec<Column<T>>) -> Self {
        columns.retain(|column| !column.is_control);
        let mut content = String::new();
        push(&mut content, columns.iter().map(|column| column.heading.to_owned()));
        Self { columns, content, room: MOST_ROWS }
    }

    /// Adds items, and returns whether there is room for more.
    pub(crate) fn add(&mut self, items: &[T]) -> bool {
        for item in items.iter().take(self.room) {
            push(&mut self.content, self.columns.iter().map(|column| (column.cell)(item).plain()));
        }
        self.room = self.room.saturating_sub(items.len());
        self.room > 0
    }

    /// Returns the file, to save it.
    pub(crate) fn file(self, name: &str) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
            .body(self.content)
    }
}

/// Shows the link to the file of a list.
pub(crate) fn link(to: &str) -> Markup {
    html! { p { a href=(to) download { "CSV" } " of the first 10,000 at most" } }
}

/// Whether a spreadsheet would compute the cell. Negative numbers are left as they are.
fn is_formula(cell: &str) -> bool {
    let is_negative = cell.starts_with('-') && cell.parse::<f64>().is_ok_and(f64::is_finite);
    !is_negative && cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_computed_or_leaves_its_place() {
        for (cell, line) in [
            ("a,b", "\"a,b\"\r\n"),
            ("say \"no\"", "\"say \"\"no\"\"\"\r\n"),
            ("=1+1", "\"'=1+1\"\r\n"),
            ("@SUM(A1)", "\"'@SUM(A1)\"\r\n"),
            ("-2+3", "\"'-2+3\"\r\n"),
            ("+49 30", "\"'+49 30\"\r\n"),
            ("+49", "\"'+49\"\r\n"),
            ("-inf", "\"'-inf\"\r\n"),
            ("\t=1", "\"'\t=1\"\r\n"),
            ("-73.98", "\"-73.98\"\r\n"),
            ("", "\"\"\r\n"),
        ] {
            let mut file = String::new();
            push(&mut file, [cell.to_owned()].into_iter());
            assert_eq!(file, line);
        }
        let mut file = String::new();
        push(&mut file, ["a", "b"].map(str::to_owned).into_iter());
        assert_eq!(file, "\"a\",\"b\"\r\n");
    }
}
