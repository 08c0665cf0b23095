//! What a session knows of its files: which were synced and reported, so that
//! the next sync of outputs finds what is new.
//!
//! A file in the session's directory, beside those of the roots: a line that
//! names the format, then for each file `NANOSECONDS SIZE PATH` and a zero.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sanchay_storage::{
    Directory, Links, LocalStorage, Metadata, Opened, Storage as _,
    StorageError,
};

use crate::{AttachmentError, local::write_whole};

const FILE: &str = ".sanchay-session";
const FORMAT: &[u8] = b"sanchay-session 1\n";

/// How many bytes it may have: the tasks of a session could write it, too.
const MOST: u64 = 1 << 30;

/// When a file was modified, in nanoseconds, and its size.
pub(crate) type Facts = (i128, u64);

/// What a session knows of its files.
#[derive(Debug)]
pub(crate) struct SessionState {
    /// The path of its file.
    path: PathBuf,
    /// The session's directory, if there is one.
    directory: Option<Box<dyn Directory>>,
    files: HashMap<PathBuf, Facts>,
}

impl SessionState {
    /// Reads what is known; nothing if nothing was written yet.
    pub(crate) fn open(session: &Path) -> Result<Self, AttachmentError> {
        let path = session.join(FILE);
        let refused = |error| {
            let what = "cannot read what the session knows";
            AttachmentError::stored(&*path, what)(error)
        };
        let directory = match LocalStorage::new().open(session) {
            Ok(Opened::Directory(directory, _)) => Some(directory),
            Ok(_) => {
                let error = io::Error::from(io::ErrorKind::NotADirectory);
                return Err(refused(error.into()));
            }
            Err(error) if error.is(io::ErrorKind::NotFound) => None,
            Err(error) => return Err(refused(error)),
        };
        let text = directory.as_deref().map_or(Ok(None), read);
        let Some(text) = text.map_err(refused)? else {
            return Ok(Self { path, directory, files: HashMap::new() });
        };
        let malformed = || {
            AttachmentError::Invalid(format!(
                "{}: it is of another version, or damaged: remove it",
                sanchay::escaped_path(&path)
            ))
        };
        let rest = text.strip_prefix(FORMAT).ok_or_else(malformed)?;
        let mut files = HashMap::new();
        for line in rest.split(|byte| *byte == 0) {
            if line.is_empty() {
                continue;
            }
            let mut parts = line.splitn(3, |byte| *byte == b' ');
            let mut number = || {
                let part = std::str::from_utf8(parts.next()?).ok()?;
                part.parse::<i128>().ok()
            };
            let (time, size) = (number(), number());
            let entry = time.zip(size).zip(parts.next());
            let ((time, size), name) = entry.ok_or_else(malformed)?;
            let size = u64::try_from(size).map_err(|_| malformed())?;
            let name = std::ffi::OsString::from_vec(name.to_vec());
            files.insert(name.into(), (time, size));
        }
        Ok(Self { path, directory, files })
    }

    /// What was known of a file when it was synced or reported last.
    pub(crate) fn known(&self, path: &Path) -> Option<Facts> {
        self.files.get(path).copied()
    }

    pub(crate) fn note(&mut self, path: PathBuf, facts: Facts) {
        self.files.insert(path, facts);
    }

    /// Writes it, whole or not at all.
    pub(crate) fn save(&self) -> Result<(), AttachmentError> {
        let mut text = FORMAT.to_vec();
        for (path, (time, size)) in &self.files {
            text.extend_from_slice(format!("{time} {size} ").as_bytes());
            text.extend_from_slice(path.as_os_str().as_bytes());
            text.push(0);
        }
        let missing = || io::Error::from(io::ErrorKind::NotFound).into();
        let directory = self.directory.as_deref().ok_or_else(missing);
        let write = |it| write_whole(it, FILE.as_bytes(), &text);
        directory.and_then(write).map_err(AttachmentError::stored(
            &*self.path,
            "cannot write what the session knows",
        ))
    }
}

/// The bytes of its file, if there is one.
fn read(directory: &dyn Directory) -> Result<Option<Vec<u8>>, StorageError> {
    let (file, metadata) =
        match directory.open_file(FILE.as_bytes(), Links::Refuse) {
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                return Ok(None);
            }
            opened => opened?,
        };
    let size = usize::try_from(metadata.size.min(MOST)).unwrap_or_default();
    if metadata.size > MOST {
        return Err(io::Error::other("it is larger than any is").into());
    }
    let mut text = vec![0; size];
    let got = file.read_full_at(&mut text, 0)?;
    text.truncate(got);
    Ok(Some(text))
}

/// What is known of a file by its metadata.
pub(crate) fn facts_of(metadata: &Metadata) -> Facts {
    let seconds = i128::from(metadata.modified.seconds);
    let nanoseconds = i128::from(metadata.modified.nanoseconds);
    (seconds * 1_000_000_000 + nanoseconds, metadata.size)
}
