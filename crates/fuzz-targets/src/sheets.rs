//! CSV files that the console writes.

use adapters_console::fuzzing::csv_line;
use csv::ReaderBuilder;

/// Writes each line as a cell. A program reads the same cells, and none of them is a formula.
pub(crate) fn sheets(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let cells: Vec<_> = text.split('\n').chain([text]).collect();
    let line = csv_line(&cells);
    let mut lines = ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes()).into_records();
    let read = lines.next().expect("a line").expect("cells");
    assert!(lines.next().is_none(), "{line:?} is one line");
    assert_eq!(read.len(), cells.len(), "{line:?}");
    for (read, cell) in read.iter().zip(cells) {
        let is_number = read.starts_with('-') && read.parse::<f64>().is_ok_and(f64::is_finite);
        assert!(is_number || !read.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{read:?} is computed");
        assert!(read == cell || read.strip_prefix('\'') == Some(cell), "{read:?} is {cell:?}");
    }
}
