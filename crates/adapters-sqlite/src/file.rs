//! The database file: its permissions, and a check that it is still in its place.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// The suffixes of the files beside it: the write-ahead log and its index.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// A file that is no longer in its place: changes would be lost after the next start.
#[derive(Debug, Error)]
#[error(
    "{0} was moved, removed or replaced: put it back as it was, or stop the server by SIGTERM and start it to go on with what is there"
)]
struct MovedError(String);

/// An open file, with its companions.
pub(crate) struct DatabaseFile {
    /// The path and the identity of each file.
    parts: Vec<(PathBuf, Identity)>,
    is_in_place: AtomicBool,
}

impl DatabaseFile {
    /// Remembers a file that connections have just opened.
    pub(crate) fn opened(path: &Path) -> io::Result<Self> {
        let file = (path.to_owned(), identity(path)?);
        let companions =
            companions(path)?.into_iter().filter_map(|path| identity(&path).ok().map(|found| (path, found)));
        Ok(Self { parts: [file].into_iter().chain(companions).collect(), is_in_place: AtomicBool::new(true) })
    }

    /// Returns the path of the database.
    pub(crate) fn path(&self) -> &Path {
        &self.parts[0].0
    }

    /// Returns the result of the last check.
    pub(crate) fn was_in_place(&self) -> bool {
        self.is_in_place.load(Ordering::Relaxed)
    }

    /// Checks that all files are in their place, and logs changes of the result.
    pub(crate) fn check(&self) -> io::Result<()> {
        let moved = self.parts.iter().find(|(path, known)| identity(path).ok() != Some(*known));
        let moved = moved.map(|(path, _)| MovedError(path.display().to_string()));
        if self.was_in_place() == moved.is_some() {
            self.is_in_place.store(moved.is_none(), Ordering::Relaxed);
            if let Some(error) = &moved {
                tracing::error!("nothing is read or written any more: {error}");
            } else {
                tracing::info!("the database file is back where it was");
            }
        }
        moved.map_or(Ok(()), |error| Err(io::Error::other(error)))
    }
}

/// Creates the file and its folder if they are missing, with access for the service's user only.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        make_folder(folder)?;
    }
    match make_file(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Removes the permissions of all users except the owner. SQLite gives new companions the permissions of the file, but
/// old ones may exist.
pub(crate) fn close_to_others(path: &Path) -> io::Result<()> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut paths = companions(path)?;
    paths.push(path.to_owned());
    for path in paths {
        match take_from_others(&path) {
            // Companions may appear and disappear.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // The file belongs to another user.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                tracing::warn!(%error, "others may read {}: only its owner can change that", path.display());
            }
            taken => taken?,
        }
    }
    Ok(())
}

/// Returns the paths of the companions. SQLite follows links to the file, and places them beside the target.
fn companions(path: &Path) -> io::Result<Vec<PathBuf>> {
    let file = fs::canonicalize(path)?;
    let beside = |suffix| {
        let mut name = file.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    Ok(COMPANIONS.into_iter().map(beside).collect())
}

/// The device and the inode.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;

    let found = fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}

#[cfg(unix)]
fn make_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(unix)]
pub(crate) fn make_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    // An existing file is not opened: closing it would release SQLite's locks on it.
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(drop)
}

#[cfg(unix)]
fn take_from_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mut permissions = fs::metadata(path)?.permissions();
    let mode = permissions.mode() & 0o777;
    permissions.set_mode(mode & 0o700);
    if permissions.mode() == mode { Ok(()) } else { fs::set_permissions(path, permissions) }
}

/// On other systems an open file cannot be moved, and permissions are inherited from the folder.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(drop)
}

#[cfg(not(unix))]
fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(not(unix))]
pub(crate) fn make_file(path: &Path) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).open(path).map(drop)
}

#[cfg(not(unix))]
fn take_from_others(_: &Path) -> io::Result<()> {
    Ok(())
}
