//! A record of the statements that the tests run, for `.ci/statements`.
//!
//! `TENANTRY_TEST_STATEMENTS` names its folder. It gets a file with a JSON string in each line, as from a PostgreSQL of the tests.

use std::collections::HashSet;
use std::fmt::Debug;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};
use std::{env, process};

use ports::traces::SPANS;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, subscriber};

/// The file, and the statements that it has.
struct Statements(Mutex<(File, HashSet<String>)>);

impl Visit for &Statements {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        let (file, known) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if field.name() == "db.query.text" && known.insert(value.to_owned()) {
            writeln!(file, "{}", serde_json::json!(value)).expect("room for the statements");
        }
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == SPANS && metadata.name() == "statement"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Records the statements of this process from now on.
pub(crate) fn record() {
    static RECORD: Once = Once::new();
    RECORD.call_once(|| {
        let Ok(folder) = env::var("TENANTRY_TEST_STATEMENTS") else { return };
        let file = File::create(format!("{folder}/sqlite-{}", process::id())).expect("a folder for the statements");
        let statements = Statements(Mutex::new((file, HashSet::new())));
        subscriber::set_global_default(statements).expect("no other subscriber");
    });
}
