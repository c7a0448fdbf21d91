//! `tenantry listings load`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::on_both_engines;
use crate::support::{World, id_of, output};

on_both_engines! {
    a_file_is_loaded_and_may_be_loaded_again
    what_is_wrong_is_named_by_its_line_and_skipped
    rows_between_carriage_returns_are_rows
    a_row_that_changed_changes_its_listing
    a_long_file_is_loaded_in_steps
    prices_are_in_the_currency_that_was_told
    the_trail_says_that_the_operator_did
    a_file_that_cannot_be_read_is_refused_in_one_line
    an_account_that_is_not_there_is_refused_in_one_line
    what_was_said_wrong_ends_with_2
}

const NAMES: &str =
    "provider_id,area,neighbourhood,latitude,longitude,room_type,price,minimum_nights,reviews,availability_365";
const UNKNOWN: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

/// An account of a channel, and a folder for files.
struct Load<'a> {
    world: &'a World,
    channel: String,
    account: String,
    folder: TempDir,
}

/// The result of a load.
struct Ended {
    status: Option<i32>,
    printed: String,
    told: String,
}

impl<'a> Load<'a> {
    fn new(world: &'a World) -> Self {
        let channel = world.tenant_id("Channel A");
        let account = world.account(&channel);
        Self { world, channel, account, folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn file(&self, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join("listings.csv");
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    }

    /// Loads a file with the header line and these rows.
    fn rows(&self, rows: &str) -> Ended {
        self.run(&[&self.file(format!("{NAMES}\n{rows}"))])
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.run_on(&self.world.workspace, &self.account, arguments)
    }

    fn run_on(&self, workspace: &str, account: &str, arguments: &[&str]) -> Ended {
        let load = ["listings", "load", "--workspace", workspace, "--account", account];
        let output = output(&self.world.server.url(), &[&load, arguments].concat());
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ended { status: output.status.code(), printed: text(output.stdout), told: text(output.stderr) }
    }

    fn get(&self, path: &str) -> serde_json::Value {
        self.world.calry().named(&self.channel).get(path).json
    }

    fn count(&self) -> serde_json::Value {
        self.get("/api/v1/listing/count")["count"].clone()
    }
}

impl Ended {
    /// Returns the numbers in the summary: created, updated, unchanged, skipped.
    fn summary(&self) -> [&str; 4] {
        assert_eq!(self.status, Some(0), "{}", self.told);
        let words: Vec<_> = self.printed.split_whitespace().collect();
        let ["created", created, "updated", updated, "unchanged", unchanged, "skipped", skipped] = words[..] else {
            panic!("{}", self.printed)
        };
        [created, updated, unchanged, skipped]
    }

    fn refusal(&self) -> (Option<i32>, &str) {
        assert_eq!((self.printed.as_str(), self.told.lines().count()), ("", 1), "{}", self.told);
        (self.status, self.told.trim_end())
    }
}

fn a_file_is_loaded_and_may_be_loaded_again(world: &World) {
    let load = Load::new(world);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/nyc-listings.csv").display().to_string();
    let loaded = load.run(&[&sample]);
    assert_eq!((loaded.summary(), loaded.told.as_str()), (["300", "0", "0", "0"], ""));
    assert_eq!(load.count(), 300);

    let listing = &load.get("/api/v1/listing?per_page=1")["data"][0];
    for (field, expected) in [
        ("providerID", json!("0")),
        ("integrationAccountID", json!(load.account)),
        ("tenantID", json!(load.channel)),
        ("name", json!("Private room in Kensington")),
        ("type", json!("Private room")),
        ("latitude", json!(40.64749)),
        ("longitude", json!(-73.97237)),
        ("startPrice", json!(149)),
        ("currency", json!("USD")),
        ("minimumNights", json!(1)),
        ("maxOccupancy", json!(2)),
    ] {
        let found = &listing[field];
        let is_equal = found == &expected || found.as_f64().is_some_and(|found| Some(found) == expected.as_f64());
        assert!(is_equal, "{field}: {found}");
    }
    let address = &listing["address"];
    assert_eq!((&address["line1"], &address["city"]), (&json!("Kensington"), &json!("Brooklyn")));

    assert_eq!(load.run(&[&sample]).summary(), ["0", "0", "300", "0"]);
    assert_eq!(load.count(), 300);
}

fn what_is_wrong_is_named_by_its_line_and_skipped(world: &World) {
    let load = Load::new(world);
    let rows = "\
        a,Queens,Astoria,40.76,-73.92,Private room,80,1,0,0\n\
        \n\
        b,Queens,Astoria,91,-181,Private room,eighty,1,0,0\n\
        c,Queens,Astoria,40.76,-73.92,Private room,80.001,1,0,0\n\
        d,Queens,\"Astoria,40.76,-73.92,Private room,80,1,0,0\n\
        e,Queens,,40.76,-73.92,Private room,80,1,0,0\n\
        f,Queens,Astoria,40.76,-73.92,Private room,80,one,0,0\n\
        a,Queens,Astoria,40.76,-73.92,Private room,90,1,0,0\n\
        z,Queens,Astoria,40.76,-73.92,Private room,80,2,0,0\n";
    let loaded = load.rows(rows);
    assert_eq!(loaded.summary(), ["2", "0", "0", "6"], "{}", loaded.told);
    let mut told: Vec<_> = loaded.told.lines().collect();
    told.sort_unstable();
    let expected = [
        ("line 4: ", &["The latitude must be", "The longitude must be", "The start price must be"][..]),
        ("line 5: ", &["The start price may not have more than 2 decimals in USD."]),
        ("line 6: ", &["The line has 3 cells instead of 10."]),
        ("line 7: ", &["The name field is required."]),
        ("line 8: ", &["The minimum nights must be a whole number."]),
        ("line 9: ", &["The provider ID is there more than once."]),
    ];
    for (found, (line, field_errors)) in told.iter().zip(expected) {
        assert!(found.starts_with(line) && field_errors.iter().all(|fault| found.contains(fault)), "{found}");
    }
    assert_eq!(told.len(), 6, "{told:?}");
    assert_eq!(load.count(), 2);
}

fn rows_between_carriage_returns_are_rows(world: &World) {
    let load = Load::new(world);
    let row = |id: &str| format!("{id},Queens,Astoria,40.76,-73.92,Private room,80,1,0,0");
    let rows = [row("a"), row("b") + "\r" + &row("c"), "nothing\r".to_owned(), row("d")].join("\n");
    let loaded = load.rows(&rows);
    assert_eq!(loaded.summary(), ["4", "0", "0", "1"], "{}", loaded.told);
    assert_eq!(loaded.told, "line 5: The line has 1 cells instead of 10.\n");
    let from_an_old_program = format!("{NAMES}\r{}\r{}\r", row("a"), row("e"));
    assert_eq!(load.run(&[&load.file(from_an_old_program)]).summary(), ["1", "0", "1", "0"]);
}

fn a_row_that_changed_changes_its_listing(world: &World) {
    let load = Load::new(world);
    let row = |price: u16| format!("a,Queens,Astoria,40.76,-73.92,Private room,{price},1,0,0\n");
    assert_eq!(load.rows(&row(80)).summary(), ["1", "0", "0", "0"]);
    let before = load.get("/api/v1/listing")["data"][0].clone();
    assert_eq!(load.rows(&row(90)).summary(), ["0", "1", "0", "0"]);
    let after = load.get("/api/v1/listing")["data"][0].clone();
    assert_eq!((id_of(&after), after["startPrice"].as_f64()), (id_of(&before), Some(90.0)));
    assert_eq!(load.rows("").summary(), ["0", "0", "0", "0"]);
    assert_eq!(load.count(), 1, "listings that are not in the file stay");
}

fn a_long_file_is_loaded_in_steps(world: &World) {
    let load = Load::new(world);
    let mut rows = String::new();
    for number in 0..1_100 {
        let longitude = if number == 1_050 { -181 } else { -73 };
        writeln!(rows, "{number},Queens,Astoria,40.76,{longitude},Private room,80,1,0,0").expect("a row");
    }
    let loaded = load.rows(&rows);
    assert_eq!(loaded.summary(), ["1099", "0", "0", "1"]);
    let told: Vec<_> = loaded.told.lines().collect();
    assert_eq!(told[0], "1000 rows");
    assert!(told.len() == 2 && told[1].starts_with("line 1052: The longitude"), "{told:?}");
    assert_eq!(load.rows(&rows).summary(), ["0", "0", "1099", "1"]);
    assert_eq!(load.count(), 1_099);
}

fn prices_are_in_the_currency_that_was_told(world: &World) {
    let load = Load::new(world);
    let file = load.file(format!("{NAMES}\na,Queens,Astoria,40.76,-73.92,Private room,80,1,0,0"));
    load.run(&["--currency", "eur", &file]).summary();
    assert_eq!(load.get("/api/v1/listing")["data"][0]["currency"], "EUR");
}

fn the_trail_says_that_the_operator_did(world: &World) {
    let load = Load::new(world);
    load.rows("a,Queens,Astoria,40.76,-73.92,Private room,80,1,0,0").summary();
    let entries = load.get("/api/v1/audit?action=listing.deliver");
    let [entry] = entries["data"].as_array().expect("entries").as_slice() else { panic!("{entries}") };
    assert_eq!(entry["actor"]["kind"], "operator", "{entry}");
    assert_eq!((&entry["tenantID"], &entry["resourceID"]), (&json!(load.channel), &json!(load.account)), "{entry}");
}

fn a_file_that_cannot_be_read_is_refused_in_one_line(world: &World) {
    let load = Load::new(world);
    for (text, fault) in [
        ("", "it is empty"),
        ("provider_id,area\n", "it has no column neighbourhood"),
        ("PROVIDER_ID,area\n", "it has no column provider_id"),
    ] {
        let refused = load.run(&[&load.file(text)]);
        let (status, told) = refused.refusal();
        assert_eq!(status, Some(1));
        assert!(told.starts_with("tenantry: cannot read ") && told.ends_with(fault), "{told}");
    }
    let nowhere = load.run(&["/nowhere/listings.csv"]);
    let (status, told) = nowhere.refusal();
    assert_eq!(status, Some(1));
    assert!(told.starts_with("tenantry: cannot read /nowhere/listings.csv: "), "{told}");
    assert_eq!(load.count(), 0);
}

fn an_account_that_is_not_there_is_refused_in_one_line(world: &World) {
    let load = Load::new(world);
    let other = world.other_workspace();
    let file = load.file(format!("{NAMES}\na,Queens,Astoria,40.76,-73.92,Private room,80,1,0,0\nbroken"));
    for (workspace, account) in
        [(&world.workspace, UNKNOWN), (&UNKNOWN.to_owned(), &load.account), (&other.workspace, &load.account)]
    {
        let refused = load.run_on(workspace, account, &[&file]);
        assert_eq!(refused.refusal(), (Some(1), "tenantry: The integration account was not found."));
    }
    assert_eq!(load.count(), 0);
}

fn what_was_said_wrong_ends_with_2(world: &World) {
    let load = Load::new(world);
    let file = load.file(NAMES);
    for (workspace, account, arguments) in [
        ("x", load.account.as_str(), &[file.as_str()][..]),
        (&world.workspace, "x", &[&file]),
        (&world.workspace, &load.account, &[&file, "--currency", "dollars"]),
        (&world.workspace, &load.account, &[]),
        (&world.workspace, &load.account, &[&file, &file]),
    ] {
        let refused = load.run_on(workspace, account, arguments);
        assert_eq!((refused.status, refused.printed.as_str()), (Some(2), ""), "{arguments:?}: {}", refused.told);
    }
}
