//! Which files a walk must report where no link is followed.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::Path,
    time::{Duration, SystemTime},
};

use crate::{as_told, bytes, path};

/// Which files are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Extensions in lower case without their leading dot; empty: all.
    pub extensions: Vec<&'static str>,
    /// The least size in bytes.
    pub min_size: Option<u64>,
    /// The greatest size in bytes.
    pub max_size: Option<u64>,
    /// Whether hidden files and directories count.
    pub hidden: bool,
    /// How many levels to go down.
    pub max_depth: Option<usize>,
}

/// What must be reported of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its size in bytes.
    pub size: u64,
    /// When it was last modified, as the program tells it.
    pub modified: SystemTime,
    /// Its device and inode.
    pub id: (u64, u64),
}

/// Files by the bytes of their paths.
pub type Files = BTreeMap<Vec<u8>, Facts>;

impl From<&Metadata> for Facts {
    fn from(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: {
                let nanoseconds = metadata.mtime_nsec();
                let more = nanoseconds - as_told(nanoseconds);
                let more = Duration::from_nanos(more.try_into().unwrap());
                metadata.modified().unwrap() - more
            },
            id: (metadata.dev(), metadata.ino()),
        }
    }
}

impl Wanted {
    /// Whether something's name lets it be reported or entered.
    pub(super) fn shown(&self, name: &[u8]) -> bool {
        self.hidden || !name.starts_with(b".")
    }

    /// Whether a file is wanted: by its name, which is already shown, and its
    /// size.
    pub(super) fn file(&self, name: &[u8], size: u64) -> bool {
        let lower = name.to_ascii_lowercase();
        let has = |extension: &&str| {
            let end = format!(".{extension}").into_bytes();
            lower.len() > end.len() && lower.ends_with(&end)
        };
        (self.extensions.is_empty() || self.extensions.iter().any(has))
            && self.min_size.is_none_or(|min| size >= min)
            && self.max_size.is_none_or(|max| size <= max)
    }
}

/// The path of a child as it must be reported: nothing is put before what
/// lies in the current directory, which an empty path stands for.
pub(super) fn child(parent: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] =
        if parent.is_empty() || parent.ends_with(b"/") { b"" } else { b"/" };
    [parent, slash, name].concat()
}

/// Walks below a root as it is named to a program that runs in `within`.
#[must_use]
pub fn walk(within: &Path, root: &str, wanted: &Wanted) -> Files {
    let mut files = Files::new();
    down(within, root.as_bytes(), wanted, 1, &mut files);
    files
}

fn down(
    within: &Path,
    parent: &[u8],
    wanted: &Wanted,
    depth: usize,
    files: &mut Files,
) {
    if wanted.max_depth.is_some_and(|max| depth > max) {
        return;
    }
    for entry in fs::read_dir(within.join(path(parent))).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let name = bytes(Path::new(&name));
        if !wanted.shown(name) {
            continue;
        }
        let shown = child(parent, name);
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            down(within, &shown, wanted, depth + 1, files);
        } else if kind.is_file() {
            let facts = Facts::from(&entry.metadata().unwrap());
            if wanted.file(name, facts.size) {
                files.insert(shown, facts);
            }
        }
    }
}
