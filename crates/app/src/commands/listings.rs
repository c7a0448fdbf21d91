//! `tenantry listings load`.

use std::fs::File;
use std::io::BufReader;
use std::mem;

use anyhow::Context;
use application::{ListingFields, Listings, LoadListings, Loaded};
use domain::access::OperatorScope;
use domain::listings::Delivered;
use indicatif::{ProgressBar, ProgressStyle};

use super::print;
use crate::cli::LoadListingsArguments;
use crate::failure::told;
use crate::listings_file::ListingsFile;
use crate::settings::Settings;
use crate::wire::Engine;

pub(crate) async fn load_listings(settings: &Settings, arguments: LoadListingsArguments) -> anyhow::Result<()> {
    let LoadListingsArguments { workspace, account, currency, file } = arguments;
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let nothing = LoadListings { workspace, account, currency, listings: vec![] };
    let mut load = Load::new(engine.use_cases(settings.max_key_age).listings(), nothing);
    // Delivers an empty batch before the file is read, to check that the account exists.
    load.deliver().await?;

    let cannot_read = || format!("cannot read {}", file.display());
    let opened = File::open(&file).with_context(cannot_read)?;
    load.bar.set_length(opened.metadata().with_context(cannot_read)?.len());
    let mut rows = ListingsFile::new(BufReader::new(load.bar.wrap_read(opened))).with_context(cannot_read)?;
    while let Some(row) = rows.next().with_context(cannot_read)? {
        match row.listing {
            Ok(listing) => load.add(row.line, listing).await?,
            Err(fault) => load.skip(row.line, &[fault]),
        }
    }
    load.deliver().await?;
    load.bar.finish_and_clear();
    engine.close().await;
    load.print_summary()
}

/// The progress of a load.
struct Load {
    listings: Listings,
    /// The command of each delivery, without listings.
    nothing: LoadListings,
    /// Listings that were read and are not delivered yet.
    waiting: Vec<ListingFields>,
    /// The line numbers of the waiting listings.
    lines: Vec<u64>,
    so_far: Delivered,
    skipped: usize,
    /// A progress bar, shown on terminals only.
    bar: ProgressBar,
}

impl Load {
    fn new(listings: Listings, nothing: LoadListings) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {percent:>3}% {msg}").expect("a template");
        Self {
            listings,
            nothing,
            waiting: Vec::new(),
            lines: Vec::new(),
            so_far: Delivered { created: 0, updated: 0, unchanged: 0 },
            skipped: 0,
            bar: ProgressBar::new(0).with_style(style),
        }
    }

    async fn add(&mut self, line: u64, listing: ListingFields) -> anyhow::Result<()> {
        self.waiting.push(listing);
        self.lines.push(line);
        if self.waiting.len() < LoadListings::MOST {
            return Ok(());
        }
        self.deliver().await?;
        self.tell_progress();
        Ok(())
    }

    /// Delivers the waiting listings in one transaction.
    async fn deliver(&mut self) -> anyhow::Result<()> {
        let command = LoadListings { listings: mem::take(&mut self.waiting), ..self.nothing.clone() };
        let loaded = self.listings.load(&OperatorScope::new(), command).await;
        let loaded = match (loaded.map_err(told), self.seen()) {
            (Err(error), seen @ 1..) => return Err(error.context(format!("stopped after {seen} rows"))),
            (loaded, _) => loaded?,
        };
        let Loaded { delivered: Delivered { created, updated, unchanged }, refused } = loaded;
        self.so_far.created += created;
        self.so_far.updated += updated;
        self.so_far.unchanged += unchanged;
        let lines = mem::take(&mut self.lines);
        for (position, field_errors) in refused {
            self.skip(lines[position], &field_errors);
        }
        Ok(())
    }

    /// Counts a line as skipped and prints its errors.
    fn skip(&mut self, line: u64, field_errors: &[String]) {
        self.skipped += 1;
        self.bar.suspend(|| eprintln!("line {line}: {}", field_errors.join(" ")));
    }

    /// Returns the number of rows that were delivered or skipped.
    fn seen(&self) -> usize {
        let Delivered { created, updated, unchanged } = self.so_far;
        created + updated + unchanged + self.skipped
    }

    fn tell_progress(&self) {
        let rows = format!("{} rows", self.seen());
        if self.bar.is_hidden() {
            eprintln!("{rows}");
        } else {
            self.bar.set_message(rows);
        }
    }

    fn print_summary(&self) -> anyhow::Result<()> {
        let Delivered { created, updated, unchanged } = self.so_far;
        print(format_args!("created    {created}"))?;
        print(format_args!("updated    {updated}"))?;
        print(format_args!("unchanged  {unchanged}"))?;
        print(format_args!("skipped    {}", self.skipped))
    }
}
