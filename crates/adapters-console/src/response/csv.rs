//! CSV files (RFC 4180), in which no cell is a formula.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;

use super::table::Column;

/// Appends a line to a file.
fn push(file: &mut String, cells: impl Iterator<Item = String>) {
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

/// Appends the headings of a list.
pub(crate) fn push_headings<T>(file: &mut String, columns: &[Column<T>]) {
    push(file, shown(columns).map(|column| column.heading.to_owned()));
}

/// Appends an item of a list.
pub(crate) fn push_item<T>(file: &mut String, columns: &[Column<T>], item: &T) {
    push(file, shown(columns).map(|column| (column.cell)(item).plain()));
}

fn shown<T>(columns: &[Column<T>]) -> impl Iterator<Item = &Column<T>> {
    columns.iter().filter(|column| !column.is_control)
}

/// Whether a spreadsheet would compute the cell. Negative numbers are left as they are.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<f64>().is_err()
}

/// Returns a file to save.
pub(crate) fn file(name: &str, content: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .body(content)
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
