//! CSV files of listings.

use std::io::BufReader;

use application::fuzzing::{Body, Check};
use application::{DeliverListings, ListingFields};

use crate::listings_file::ListingsFile;
use crate::refusals::assert_named;

/// Sizes of a reader's buffer: what is read from a file of up to `SMALL` bytes does not depend on it.
const CAPACITIES: [usize; 2] = [1, 7];
const SMALL: usize = 8192;
/// The number of listings that are also read alone, as updates.
const UPDATES: usize = 10;

/// Reads a file, and then its listings like a delivery.
pub(crate) fn listing_files(data: &[u8]) {
    let found = rows(BufReader::with_capacity(SMALL, data));
    for capacity in CAPACITIES.into_iter().filter(|_| data.len() <= SMALL) {
        let other = rows(BufReader::with_capacity(capacity, data));
        assert_eq!(format!("{found:?}"), format!("{other:?}"), "the size of the buffer decides nothing");
    }
    let Ok(rows) = found else { return };
    assert!(rows.is_sorted_by(|(line, _), (next, _)| line < next), "lines are counted");
    assert!(rows.first().is_none_or(|(line, _)| *line > 1), "the first line names the columns");
    let listings: Vec<_> = rows.into_iter().filter_map(|(_, listing)| listing.ok()).collect();
    for listing in listings.iter().take(UPDATES) {
        if let Err(refused) = listing.check() {
            assert_named(&refused, &ListingFields::names());
        }
    }
    let delivery = DeliverListings { listings: Some(listings) };
    if let Err(refused) = delivery.check() {
        assert_named(&refused, &DeliverListings::names());
    }
}

type Rows = Result<Vec<(u64, Result<ListingFields, String>)>, String>;

fn rows(reader: BufReader<&[u8]>) -> Rows {
    let mut file = ListingsFile::new(reader).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    while let Some(row) = file.next().expect("a slice") {
        if let Err(error) = &row.listing {
            assert!(error.starts_with("The ") && error.ends_with('.'), "{error}");
        }
        rows.push((row.line, row.listing));
    }
    Ok(rows)
}
