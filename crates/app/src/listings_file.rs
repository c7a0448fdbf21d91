//! CSV files of listings: a line with the column names, then one listing per line.
//!
//! A line ends at a line feed, at a carriage return, or at both together: programs write all three, and some mix them.
//! Lines are parsed one by one, so that an unclosed quote costs its own line only, and not the rest of the file.

use domain::patch::Patch;
use std::io::{self, BufRead, ErrorKind};
use std::mem;

use anyhow::{Context, bail};
use application::{AddressFields, ListingFields};
use csv::{ReaderBuilder, StringRecord, Trim};

/// The length in bytes from which a line is too long, so that a file without line ends does not fill the memory.
const MOST: usize = 64 * 1024;
/// The occupancy of each listing, for which the file has no column.
const MAX_OCCUPANCY: i64 = 2;

/// A file of listings, read line by line.
pub(crate) struct ListingsFile<R> {
    lines: Lines<R>,
    columns: Columns,
}

/// A line of the file.
pub(crate) struct Row {
    /// The line number, counted from 1.
    pub(crate) line: u64,
    /// The listing, or the reason why the line has none.
    pub(crate) listing: Result<ListingFields, String>,
}

/// The positions of the columns.
struct Columns {
    provider_id: usize,
    area: usize,
    neighbourhood: usize,
    latitude: usize,
    longitude: usize,
    room_type: usize,
    price: usize,
    minimum_nights: usize,
    count: usize,
}

impl<R: BufRead> ListingsFile<R> {
    /// Reads the names of the columns.
    pub(crate) fn new(reader: R) -> anyhow::Result<Self> {
        let mut lines = Lines { reader, number: 0, bytes: Vec::new(), is_after_return: false };
        let Some((line, names)) = lines.next()? else { bail!("it is empty") };
        let names = names.map_err(|fault| anyhow::anyhow!("line {line}: {fault}"))?;
        Ok(Self { lines, columns: Columns::find(&names)? })
    }

    /// Returns the next row, or `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        let Some((line, cells)) = self.lines.next()? else { return Ok(None) };
        Ok(Some(Row { line, listing: cells.and_then(|cells| self.columns.listing(&cells)) }))
    }
}

/// The lines of a file, without blank lines.
struct Lines<R> {
    reader: R,
    number: u64,
    /// The current line without its end, and at most `MOST` bytes of it.
    bytes: Vec<u8>,
    /// Whether the previous line ended at a carriage return, which a line feed may follow.
    is_after_return: bool,
}

impl<R: BufRead> Lines<R> {
    /// Returns the next line with its number, split into cells if that is possible.
    fn next(&mut self) -> io::Result<Option<(u64, Result<StringRecord, String>)>> {
        while self.read()? {
            self.number += 1;
            if self.bytes.len() == MOST {
                return Ok(Some((self.number, Err(format!("The line has {MOST} bytes or more.")))));
            }
            if let Some(cells) = cells(&self.bytes) {
                return Ok(Some((self.number, cells)));
            }
        }
        Ok(None)
    }

    /// Reads a line to its end, and returns whether there was one.
    fn read(&mut self) -> io::Result<bool> {
        self.bytes.clear();
        let mut is_there = false;
        loop {
            let found = match self.reader.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                found => found?,
            };
            if found.is_empty() {
                return Ok(is_there);
            }
            if mem::take(&mut self.is_after_return) && found[0] == b'\n' {
                self.reader.consume(1);
                continue;
            }
            is_there = true;
            let end = found.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let line = &found[..end.unwrap_or(found.len())];
            self.bytes.extend_from_slice(&line[..line.len().min(MOST - self.bytes.len())]);
            self.is_after_return = end.is_some_and(|end| found[end] == b'\r');
            let read = line.len() + usize::from(end.is_some());
            self.reader.consume(read);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// Splits a line into cells, or returns `None` if it is blank.
fn cells(line: &[u8]) -> Option<Result<StringRecord, String>> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).trim(Trim::All).buffer_capacity(line.len().max(1)).from_reader(line);
    reader.records().next().map(|cells| cells.map_err(|_| "The line is not UTF-8.".to_owned()))
}

impl Columns {
    fn find(names: &StringRecord) -> anyhow::Result<Self> {
        let column = |name: &str| {
            names.iter().position(|found| found == name).with_context(|| format!("it has no column {name}"))
        };
        Ok(Self {
            provider_id: column("provider_id")?,
            area: column("area")?,
            neighbourhood: column("neighbourhood")?,
            latitude: column("latitude")?,
            longitude: column("longitude")?,
            room_type: column("room_type")?,
            price: column("price")?,
            minimum_nights: column("minimum_nights")?,
            count: names.len(),
        })
    }

    /// Converts a line to a listing. The rules of the domain are not checked here.
    fn listing(&self, cells: &StringRecord) -> Result<ListingFields, String> {
        if cells.len() != self.count {
            return Err(format!("The line has {} cells instead of {}.", cells.len(), self.count));
        }
        let cell = |column: usize| cells.get(column).filter(|cell| !cell.is_empty());
        let text = |column: usize| Patch::from(cell(column).map(str::to_owned));
        let name = cell(self.room_type).zip(cell(self.neighbourhood));
        let nights = cell(self.minimum_nights).map(str::parse).transpose();
        Ok(ListingFields {
            provider_id: text(self.provider_id),
            name: name.map(|(room, place)| format!("{room} in {place}")).into(),
            kind: text(self.room_type),
            address: Patch::Set(AddressFields {
                line1: text(self.neighbourhood),
                city: text(self.area),
                ..AddressFields::default()
            }),
            latitude: text(self.latitude),
            longitude: text(self.longitude),
            minimum_nights: nights.map_err(|_| "The minimum nights must be a whole number.")?.into(),
            max_occupancy: Patch::Set(MAX_OCCUPANCY),
            start_price: text(self.price),
            ..ListingFields::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "price,provider_id,area,neighbourhood,latitude,longitude,room_type,minimum_nights,host\r\n";
    const ROW: &str = "80,a,Queens,Astoria,40.76,-73.92,Private room,1,x\r\n";

    /// Returns the numbers of the lines below the column names, each with its error.
    fn read(rows: &[u8]) -> Vec<(u64, Option<String>)> {
        let file = [NAMES.as_bytes(), rows].concat();
        let mut file = ListingsFile::new(file.as_slice()).expect("all columns");
        std::iter::from_fn(|| file.next().expect("a slice")).map(|row| (row.line, row.listing.err())).collect()
    }

    #[test]
    fn columns_stand_in_any_order_and_others_beside_them() {
        let file = format!("\u{feff}{NAMES}{ROW}");
        let mut file = ListingsFile::new(file.as_bytes()).expect("all columns");
        let listing = file.next().expect("a slice").expect("a row").listing.expect("a listing");
        let sent = |text: &str| Patch::Set(text.to_owned());
        assert_eq!((listing.provider_id, listing.start_price), (sent("a"), sent("80")));
        assert_eq!((listing.name, listing.minimum_nights), (sent("Private room in Astoria"), Patch::Set(1)));
    }

    /// The result must not depend on how many bytes arrive at once.
    #[test]
    fn a_line_ends_at_a_line_feed_a_carriage_return_or_both() {
        let row = ROW.trim_end();
        let file = format!("{NAMES}{row}\r{row}\n{row}\r\n\r\n{row}\r\rbad\n\r{row}");
        for capacity in [1, 2, 7, 8192] {
            let reader = io::BufReader::with_capacity(capacity, file.as_bytes());
            let mut file = ListingsFile::new(reader).expect("all columns");
            let read = std::iter::from_fn(|| file.next().expect("a slice"));
            let read: Vec<_> = read.map(|row| (row.line, row.listing.is_ok())).collect();
            assert_eq!(read, [(2, true), (3, true), (4, true), (6, true), (8, false), (10, true)], "{capacity}");
        }
    }

    #[test]
    fn a_bad_line_costs_itself_only() {
        let long = format!("{}\n", "x".repeat(2 * MOST));
        for (bad, fault) in [
            ("80,a\n".as_bytes(), "The line has 2 cells instead of 9."),
            (b"80,\"a,Queens,Astoria,40.76,-73.92,Private room,1,x\n", "The line has 2 cells instead of 9."),
            (b"80,\xff,Queens,Astoria,40.76,-73.92,Private room,1,x\n", "The line is not UTF-8."),
            (b"80,a,Queens,Astoria,40.76,-73.92,Private room,one,x\n", "The minimum nights must be a whole number."),
            (long.as_bytes(), "The line has 65536 bytes or more."),
        ] {
            let read = read(&[ROW.as_bytes(), b"\r\n", bad, ROW.as_bytes()].concat());
            assert_eq!(read, [(2, None), (4, Some(fault.to_owned())), (5, None)]);
        }
    }
}
