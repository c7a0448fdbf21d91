//! The key that encrypts secrets at rest: a setting or, on SQLite, a file beside the database.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process;
use std::str::FromStr;

use anyhow::Context;
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::Deserialize;
use thiserror::Error;

/// A key of 32 bytes. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SecretKey(pub(crate) [u8; 32]);

/// An invalid key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 32 random bytes: 64 hexadecimal digits, or base64")]
pub(crate) struct InvalidSecretKeyError;

impl FromStr for SecretKey {
    type Err = InvalidSecretKeyError;

    fn from_str(text: &str) -> Result<Self, InvalidSecretKeyError> {
        let text = text.trim().as_bytes();
        let bytes = HEXLOWER_PERMISSIVE.decode(text).or_else(|_| BASE64.decode(text));
        let bytes = bytes.map_err(|_| InvalidSecretKeyError)?;
        bytes.try_into().map(Self).map_err(|_| InvalidSecretKeyError)
    }
}

impl TryFrom<String> for SecretKey {
    type Error = InvalidSecretKeyError;

    fn try_from(text: String) -> Result<Self, InvalidSecretKeyError> {
        text.parse()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Reads the key from a file, which is created with a new key if it is missing. Warns if other users can read it.
    pub(crate) fn in_file(path: &Path) -> anyhow::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(path).with_context(|| format!("the secret key {} cannot be created", path.display()))?;
                fs::read_to_string(path)
            }
            read => read,
        };
        let text = text.with_context(|| format!("the secret key {} cannot be read", path.display()))?;
        #[cfg(unix)]
        if fs::metadata(path).is_ok_and(|file| std::os::unix::fs::MetadataExt::mode(&file) & 0o077 != 0) {
            tracing::warn!("other users can read the secret key {0}: run `chmod 600 {0}`", path.display());
        }
        text.parse().with_context(|| format!("the secret key {} is damaged", path.display()))
    }
}

/// Creates a file with a new key, unless another process does so first. The file appears with its content.
fn make(path: &Path) -> io::Result<()> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let mut unfinished = path.to_owned().into_os_string();
    unfinished.push(format!(".{}", process::id()));
    let made =
        write(Path::new(&unfinished), &HEXLOWER.encode(&key)).and_then(|()| match fs::hard_link(&unfinished, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&unfinished)?;
    made
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_hexadecimal_or_base64() {
        let key = SecretKey([0xab; 32]);
        for text in
            [&"ab".repeat(32), &"AB".repeat(32), &BASE64.encode(&[0xab; 32]), &format!(" {}\n", "ab".repeat(32))]
        {
            assert_eq!(text.parse(), Ok(key), "{text}");
        }
        for text in ["", "ab", &"ab".repeat(31), &"ab".repeat(33), &"xy".repeat(32)] {
            assert_eq!(text.parse::<SecretKey>(), Err(InvalidSecretKeyError), "{text}");
        }
        assert_eq!(format!("{key:?}"), "SecretKey(…)");
    }

    #[test]
    fn a_key_is_created_once_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("tenantry.db-secret-key");
        let made = SecretKey::in_file(&path).expect("a new key");
        assert_eq!(SecretKey::in_file(&path).expect("the same key"), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
        fs::write(&path, "damaged").expect("written");
        assert!(SecretKey::in_file(&path).is_err());
    }
}
