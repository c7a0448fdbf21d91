//! The address of a file: `sqlite:PATH`, with an optional `?mode=rw`.

use std::str::FromStr;

use sqlx::sqlite::SqliteConnectOptions;
use thiserror::Error;
use url::form_urlencoded;

/// The reason why an address cannot be used.
#[derive(Debug, Error)]
pub enum AddressError {
    /// A database in memory, which would be lost at the end, and be different for each connection.
    #[error("an SQLite database needs a file: sqlite:PATH")]
    NoFile,
    /// A name from which SQLite would read parameters.
    #[error("a name may not begin with file:")]
    Uri,
    /// A parameter that would change the locking or the storage of the file, or have no effect.
    #[error("the parameter {0:?} is not known; there is mode")]
    Unknown(String),
    /// A repeated parameter: the driver would use its last value.
    #[error("mode is given more than once")]
    Twice,
    /// A mode that does not exist.
    #[error("the mode must be rwc, rw or ro")]
    Mode,
    /// A name that cannot be decoded.
    #[error(transparent)]
    Name(#[from] sqlx::Error),
}

/// The mode in which the file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reading and writing; a missing file is created.
    Make,
    /// Reading and writing.
    Write,
    /// Reading.
    Read,
}

/// Reads an address.
pub(crate) fn parse(text: &str) -> Result<(SqliteConnectOptions, Mode), AddressError> {
    let (name, parameters) = text.split_once('?').unwrap_or((text, ""));
    let mode = mode(parameters)?;
    let options = SqliteConnectOptions::from_str(name)?;
    match options.get_filename().as_os_str().as_encoded_bytes() {
        // The driver converts `:memory:` to the last one.
        file if file.is_empty() || file == b":memory:" || file.starts_with(b"file:sqlx-in-memory-") => {
            return Err(AddressError::NoFile);
        }
        file if file.starts_with(b"file:") => return Err(AddressError::Uri),
        _ => {}
    }
    Ok((options.read_only(mode == Mode::Read), mode))
}

fn mode(parameters: &str) -> Result<Mode, AddressError> {
    let mut said = None;
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        let mode = match (&*name, &*value) {
            ("mode", "rwc") => Mode::Make,
            ("mode", "rw") => Mode::Write,
            ("mode", "ro") => Mode::Read,
            ("mode", "memory") => return Err(AddressError::NoFile),
            ("mode", _) => return Err(AddressError::Mode),
            _ => return Err(AddressError::Unknown(name.into_owned())),
        };
        if said.replace(mode).is_some() {
            return Err(AddressError::Twice);
        }
    }
    Ok(said.unwrap_or(Mode::Make))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_address_in_memory_is_refused_however_it_is_spelt() {
        for url in [
            "sqlite:",
            "sqlite://",
            "sqlite:?mode=rwc",
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite:%3Amemory%3A",
            "sqlite:%3amemory:",
            "sqlite::%6Demory:",
            "sqlite::memory:?mode=rwc",
            "sqlite::memory:?cache=shared",
            "sqlite:x.db?mode=memory",
            "sqlite:x.db?mod%65=memor%79",
            "sqlite:x.db?mode=rwc&mode=memory",
            "sqlite:x.db?vfs=memdb",
            "sqlite:x.db?vfs=unix-none",
            "sqlite:x.db?cache=shared",
            "sqlite:file::memory:",
            "sqlite:file::memory:?cache=shared",
            "sqlite:file:x.db%3Fmode=memory",
            "sqlite:%66ile:x.db%3Fvfs=memdb",
            "sqlite:file:/x.db?vfs=memdb",
        ] {
            assert!(parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_parameter_that_is_not_known_is_refused_by_name() {
        for (parameters, refused) in [
            ("mod=rw", "the parameter \"mod\" is not known"),
            ("mode=rw&immutable=1", "the parameter \"immutable\" is not known"),
            ("Mode=rw", "\"Mode\""),
            ("mode", "the mode must be"),
            ("mode=RW", "the mode must be"),
            ("mode=ro&mode=rw", "mode is given more than once"),
        ] {
            let refusal = parse(&format!("sqlite:x.db?{parameters}")).expect_err(parameters).to_string();
            assert!(refusal.contains(refused), "{parameters}: {refusal}");
        }
    }

    #[test]
    fn a_name_may_have_what_it_likes_and_a_mode() {
        for (url, name, mode) in [
            ("sqlite:data/tenantry.db", "data/tenantry.db", Mode::Make),
            ("sqlite:///var/lib/tenantry.db?mode=rwc", "/var/lib/tenantry.db", Mode::Make),
            ("sqlite:/var/lib/a%3Fb%23c.db?mode=rw", "/var/lib/a?b#c.db", Mode::Write),
            ("sqlite:./:memory:.db?mode=ro", "./:memory:.db", Mode::Read),
            ("sqlite:./file:x?", "./file:x", Mode::Make),
        ] {
            let (options, found) = parse(url).expect(url);
            assert_eq!((options.get_filename(), found), (Path::new(name), mode), "{url}");
        }
    }
}
