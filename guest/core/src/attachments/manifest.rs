//! Manifests as values.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::Hash;
use super::text::compare_utf16;

/// What is larger is hashed and stored in parts of so many bytes, by
/// 2025-12-04-beta.
pub const CHUNK: u64 = 256 << 20;

/// The format of a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManifestVersion {
    /// 2023-03-03: what the service takes.
    #[default]
    V2023_03_03,
    /// 2025-12-04-beta: a draft that the service does not take.
    V2025_12_04Beta,
}

impl ManifestVersion {
    /// As a manifest names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2023_03_03 => "2023-03-03",
            Self::V2025_12_04Beta => "2025-12-04-beta",
        }
    }
}

impl fmt::Display for ManifestVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ManifestVersion {
    type Err = String;

    /// With or without a `v` before it.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('v').unwrap_or(text) {
            "2023-03-03" => Ok(Self::V2023_03_03),
            "2025-12-04-beta" => Ok(Self::V2025_12_04Beta),
            _ => Err(alloc::format!(
                "there is no version {:?}: there are v2023-03-03 and \
                 v2025-12-04-beta",
                text
            )),
        }
    }
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The hash of all of it.
    Whole(Hash),
    /// The hashes of its parts of [`CHUNK`] bytes.
    Chunks(Box<[Hash]>),
}

impl Content {
    /// The hashes of the objects that it is made of, in order.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        match self {
            Self::Whole(hash) => core::slice::from_ref(hash),
            Self::Chunks(hashes) => hashes,
        }
    }
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File {
        /// What is in it.
        content: Content,
        /// Its size in bytes. A manifest may state less than 0.
        size: i64,
        /// When it was last modified, in microseconds since 1970.
        mtime: i64,
        /// Whether its owner may execute it. 2023-03-03 does not tell.
        runnable: bool,
    },
    /// A symbolic link to this path below the root.
    Link(Box<[u8]>),
    /// A directory.
    Directory,
    /// A file or a link that is no more.
    Deleted,
    /// A directory that is no more.
    DeletedDirectory,
}

/// An entry of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the root, with slashes: a [`text`](super::text).
    pub path: Box<[u8]>,
    /// What it is.
    pub kind: EntryKind,
}

impl Entry {
    /// The size of a file, as the sum of a manifest counts it.
    #[must_use]
    pub const fn size(&self) -> i64 {
        match self.kind {
            EntryKind::File { size, .. } => size,
            _ => 0,
        }
    }

    /// Whether it is a file.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File { .. })
    }
}

/// A list of files, as a snapshot or as what changed since another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its format.
    pub version: ManifestVersion,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// The sum of the sizes, as it is stated.
    pub total_size: i64,
    /// The hash of the manifest that this one tells the changes of.
    pub parent: Option<String>,
}

impl Manifest {
    /// A snapshot of these entries, sorted as manifests have them.
    #[must_use]
    pub fn new(version: ManifestVersion, entries: Vec<Entry>) -> Self {
        let mut manifest =
            Self { version, entries, total_size: 0, parent: None };
        manifest.sort();
        manifest.add_up();
        manifest
    }

    /// Sorts the entries by path, in UTF-16's order.
    pub fn sort(&mut self) {
        let ascii = |entry: &Entry| entry.path.is_ascii();
        match self.entries.iter().all(ascii) {
            true => self.entries.sort_by(|a, b| a.path.cmp(&b.path)),
            false => {
                self.entries.sort_by(|a, b| compare_utf16(&a.path, &b.path));
            }
        }
    }

    /// States the sum of the sizes.
    pub fn add_up(&mut self) {
        self.total_size = self
            .entries
            .iter()
            .fold(0, |sum: i64, entry| sum.saturating_add(entry.size()));
    }

    /// Its files.
    pub fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_file())
    }
}
