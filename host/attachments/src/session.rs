//! What a session knows of its files: which were synced and reported, so that
//! the next sync of outputs finds what is new.
//!
//! A file in the session's directory, beside those of the roots: a line that
//! names the format, then for each file `NANOSECONDS SIZE PATH` and a zero.

use std::{
    collections::HashMap,
    fs, io,
    io::Write as _,
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        fs::MetadataExt as _,
    },
    path::{Path, PathBuf},
};

use crate::AttachmentError;

const FILE: &str = ".sanchay-session";
const FORMAT: &[u8] = b"sanchay-session 1\n";

/// When a file was modified, in nanoseconds, and its size.
pub(crate) type Facts = (i128, u64);

/// What a session knows of its files.
#[derive(Debug, Default)]
pub(crate) struct SessionState {
    path: PathBuf,
    files: HashMap<PathBuf, Facts>,
}

impl SessionState {
    /// Reads what is known; nothing if nothing was written yet.
    pub(crate) fn open(session: &Path) -> Result<Self, AttachmentError> {
        let path = session.join(FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, files: HashMap::new() });
            }
            read => read.map_err(AttachmentError::file(
                &path,
                "cannot read what the session knows",
            ))?,
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
        Ok(Self { path, files })
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
        let temporary = self.path.with_extension("part");
        let write = || {
            let mut file = fs::File::create(&temporary)?;
            file.write_all(&text)?;
            fs::rename(&temporary, &self.path)
        };
        write().map_err(AttachmentError::file(
            &self.path,
            "cannot write what the session knows",
        ))
    }
}

/// What is known of a file by its metadata.
pub(crate) fn facts_of(metadata: &fs::Metadata) -> Facts {
    let seconds = i128::from(metadata.mtime());
    let time = seconds * 1_000_000_000 + i128::from(metadata.mtime_nsec());
    (time, metadata.len())
}
