//! The user's own excludes file: where git's configuration says that it is,
//! or where it is by default.

use std::{
    env,
    ffi::OsString,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use sanchay_core::ignore::excludes_file;
use sanchay_names::OsStringExt as _;
use sanchay_storage::LocalStorage;
use sanchay_system::host::HOME;

use super::{is_missing, read as read_file, unusable};
use crate::{
    error::{Cause, EntryError},
    walk::RootEntry,
};

/// How much of a configuration is read, in bytes.
const MAX_CONFIG: u64 = 1 << 20;

/// The text of the user's excludes file, if there is one, with its path.
pub(super) fn read(
    path: &Path,
) -> Result<Option<(PathBuf, Vec<u8>)>, EntryError> {
    let opened = RootEntry::open_file(&LocalStorage::new(), path);
    let text = match opened {
        Ok((file, metadata)) => read_file(&file, &metadata),
        Err(Cause::Io(error)) if is_missing(&error) => return Ok(None),
        Err(cause) => Err(cause),
    };
    let path = path.to_owned();
    match text {
        Ok(text) => Ok(Some((path, text))),
        Err(cause) => Err(unusable(path, cause)),
    }
}

/// Where it is: as the configuration of the user says, or else in the folder
/// of configurations.
pub(super) fn path() -> Option<PathBuf> {
    // Where both are set, Git for Windows goes by HOME.
    let home = folder("HOME").or_else(|| folder(HOME));
    let configs = folder("XDG_CONFIG_HOME")
        .or_else(|| Some(home.as_ref()?.join(".config")));
    let configs = configs.map(|it| it.join("git"));
    let files = match env::var_os("GIT_CONFIG_GLOBAL") {
        Some(file) => vec![PathBuf::from(file)],
        None => {
            let own = home.as_ref().map(|it| it.join(".gitconfig"));
            let other = configs.as_ref().map(|it| it.join("config"));
            own.into_iter().chain(other).collect()
        }
    };
    match files.iter().find_map(|file| setting(file)) {
        Some(path) => match path.strip_prefix(b"~/") {
            Some(below) => Some(home?.join(path_of(below))),
            None => (!path.is_empty()).then(|| path_of(&path)),
        },
        None => Some(configs?.join("ignore")),
    }
}

/// A folder that the environment names.
fn folder(variable: &str) -> Option<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from);
    path.filter(|path| path.is_absolute())
}

fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

/// What a configuration says, if it can be read.
fn setting(config: &Path) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let file = fs::File::open(config).ok()?;
    file.take(MAX_CONFIG).read_to_end(&mut text).ok()?;
    excludes_file(&text)
}
