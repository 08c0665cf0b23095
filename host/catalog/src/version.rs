//! What snapshots keep of a file.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use sanchay::{Content, EntryKind, Metadata, Timestamp};
use sanchay_core::{
    filter::{Columns, Facts},
    record::Change,
};
use sanchay_names::OsStrExt as _;

use crate::{method, stamp};

/// What a file was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileVersion {
    /// What it was.
    pub kind: EntryKind,
    /// Its size in bytes.
    pub size: u64,
    /// When it was modified, in nanoseconds since 1970.
    modified: i64,
    /// When it was changed, likewise.
    changed: i64,
    /// Its type and permissions.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// Its inode.
    pub inode: u64,
    /// What was in it, where that is known.
    content: Option<Box<Content>>,
}

/// The columns of [`FileVersion::read`].
pub(crate) const COLUMNS: &str = "kind, size, modified, changed, mode, uid, \
                                  gid, inode, method, digest";

/// How many they are.
pub(crate) const COLUMN_COUNT: usize = 10;

impl FileVersion {
    /// What filters can ask of it.
    pub(crate) const COLUMNS: Columns = Columns::SIZE
        .with(Columns::MODIFIED)
        .with(Columns::CHANGED)
        .with(Columns::MODE)
        .with(Columns::UID)
        .with(Columns::GID)
        .with(Columns::INODE);

    pub(crate) fn new(metadata: &Metadata, content: Option<Content>) -> Self {
        let far = |time: Timestamp| match time.seconds {
            ..0 => i64::MIN,
            _ => i64::MAX,
        };
        let number = |time| stamp::number(time).unwrap_or_else(|| far(time));
        Self {
            kind: metadata.kind,
            size: metadata.size,
            modified: number(metadata.modified),
            changed: number(metadata.changed),
            mode: metadata.mode,
            uid: metadata.uid,
            gid: metadata.gid,
            inode: metadata.id.inode,
            content: content.map(Box::new),
        }
    }

    /// A file of which nothing is known but its content.
    pub(crate) fn of_content(content: Content) -> Self {
        Self {
            kind: EntryKind::File,
            size: 0,
            modified: 0,
            changed: 0,
            mode: 0,
            uid: 0,
            gid: 0,
            inode: 0,
            content: Some(Box::new(content)),
        }
    }

    /// Whether nothing is known but the content: the rest is zero.
    #[must_use]
    pub fn is_content_only(&self) -> bool {
        // No file has that number.
        self.inode == 0 && self.mode == 0
    }

    /// When it was last modified.
    #[must_use]
    pub fn modified(&self) -> Timestamp {
        stamp::time(self.modified)
    }

    /// When its content or its metadata last changed.
    #[must_use]
    pub fn changed(&self) -> Timestamp {
        stamp::time(self.changed)
    }

    /// What was in it, where that is known.
    #[must_use]
    pub fn content(&self) -> Option<Content> {
        self.content.as_deref().copied()
    }

    /// What records tell of it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            size: self.size,
            modified: Some(self.modified()),
            accessed: None,
            changed: Some(self.changed()),
            created: None,
            allocated: None,
            mode: Some(self.mode),
            uid: Some(self.uid),
            gid: Some(self.gid),
            inode: Some(self.inode),
            device: None,
            links: None,
            object: None,
        }
    }

    /// Reads a version from the columns that begin with this one.
    pub(crate) fn read(
        row: &rusqlite::Row<'_>,
        first: usize,
    ) -> rusqlite::Result<Self> {
        let number = |at: usize| row.get::<_, i64>(first + at);
        let small =
            |at| number(at).map(|it| u32::try_from(it).unwrap_or(u32::MAX));
        let kind = usize::try_from(number(0)?).ok();
        let kind = kind.and_then(|it| EntryKind::ALL.get(it).copied());
        let content = match row.get_ref(first + 8)? {
            ValueRef::Text(name) => {
                let name = std::str::from_utf8(name).unwrap_or_default();
                let digest = row.get_ref(first + 9)?.as_blob_or_null()?;
                let made = method::named(name).zip(digest);
                made.and_then(|(of, digest)| method::content(of, digest))
            }
            _ => None,
        };
        Ok(Self {
            kind: kind.unwrap_or(EntryKind::Unknown),
            size: number(1)?.cast_unsigned(),
            modified: number(2)?,
            changed: number(3)?,
            mode: small(4)?,
            uid: small(5)?,
            gid: small(6)?,
            inode: number(7)?.cast_unsigned(),
            content: content.map(Box::new),
        })
    }

    /// The values of the columns.
    pub(crate) fn values(&self) -> [rusqlite::types::Value; COLUMN_COUNT] {
        use rusqlite::types::Value::{Blob, Integer, Null, Text};
        let made = self.content.as_deref().and_then(|content| {
            let method = match content {
                Content::Whole(algorithm, _) => {
                    sanchay::Method::Whole(*algorithm)
                }
                // Snapshots have digests of whole files.
                Content::Partial(_) => return None,
            };
            let bytes = method::bytes(method, content)?;
            Some((Text(method::name(method)), Blob(bytes)))
        });
        let (name, digest) = made.unwrap_or((Null, Null));
        [
            Integer(i64::from(self.kind as u8)),
            Integer(self.size.cast_signed()),
            Integer(self.modified),
            Integer(self.changed),
            Integer(self.mode.into()),
            Integer(self.uid.into()),
            Integer(self.gid.into()),
            Integer(self.inode.cast_signed()),
            name,
            digest,
        ]
    }

    /// Whether nothing is known to be different.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.has_state_of(other) && self.may_have_content_of(other)
    }

    /// Whether all but the content is the same.
    fn has_state_of(&self, other: &Self) -> bool {
        let state = |it: &Self| {
            (
                (it.kind, it.size, it.modified, it.changed),
                (it.mode, it.uid, it.gid, it.inode),
            )
        };
        state(self) == state(other)
    }

    /// Whether the content is not known to be another.
    pub(crate) fn may_have_content_of(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Some(a), Some(b)) if a.algorithm() == b.algorithm() => a == b,
            _ => true,
        }
    }

    /// Whether both contents are known, and the same.
    pub(crate) fn has_content_of(&self, other: &Self) -> bool {
        let known = self.content.is_some();
        known && self.content == other.content && self.size == other.size
    }

    /// What became of a file that was `before`; nothing if it is the same.
    pub(crate) fn change_since(&self, before: &Self) -> Option<Change> {
        if self.is_same(before) {
            return None;
        }
        if self.kind != before.kind
            || self.size != before.size
            || !self.may_have_content_of(before)
        {
            return Some(Change::Changed);
        }
        if self.has_content_of(before) || self.modified == before.modified {
            return Some(Change::Touched);
        }
        Some(Change::Changed)
    }

    /// Whether it is the file that was `before`, under another path.
    pub(crate) fn is_moved(&self, before: &Self) -> bool {
        let is_same_file = self.inode == before.inode
            && self.kind == before.kind
            && self.size == before.size
            && self.modified == before.modified
            && self.may_have_content_of(before);
        is_same_file || self.size > 0 && self.has_content_of(before)
    }
}

/// A path's bytes.
pub(crate) fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Bytes as a path.
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use sanchay::{Algorithm, Digest};

    /// A version of a file, with a digest if one is given.
    pub(crate) fn version(
        inode: u64,
        size: u64,
        time: i64,
        digest: Option<u8>,
    ) -> FileVersion {
        let content = digest.and_then(|byte| {
            let digest = Digest::from_bytes(&[byte; 16])?;
            Some(Box::new(Content::Whole(Algorithm::Xxh3_128, digest)))
        });
        FileVersion {
            kind: EntryKind::File,
            size,
            modified: time,
            changed: time,
            mode: 0o100_644,
            uid: 0,
            gid: 0,
            inode,
            content,
        }
    }

    #[test]
    fn what_became_of_a_file_is_told_by_its_content_where_that_is_known() {
        let before = version(1, 5, 10, Some(1));
        let change = |after: FileVersion| after.change_since(&before);
        assert_eq!(change(before.clone()), None);
        assert_eq!(change(version(1, 5, 10, None)), None);
        assert_eq!(change(version(1, 5, 11, Some(1))), Some(Change::Touched));
        // Another file in its place, with the same content.
        assert_eq!(change(version(2, 5, 11, Some(1))), Some(Change::Touched));
        assert_eq!(change(version(1, 5, 11, None)), Some(Change::Changed));
        assert_eq!(change(version(1, 6, 10, None)), Some(Change::Changed));
        // Its times were set back.
        assert_eq!(change(version(1, 5, 10, Some(2))), Some(Change::Changed));
        let mut other = version(1, 5, 10, None);
        other.mode = 0o100_600;
        assert_eq!(change(other.clone()), Some(Change::Touched));
        other.kind = EntryKind::Symlink;
        assert_eq!(change(other), Some(Change::Changed));
    }

    #[test]
    fn a_file_that_moved_is_known_by_its_inode_or_its_content() {
        let before = version(1, 5, 10, Some(1));
        assert!(version(1, 5, 10, None).is_moved(&before));
        assert!(version(2, 5, 99, Some(1)).is_moved(&before));
        assert!(!version(1, 5, 10, Some(2)).is_moved(&before));
        assert!(!version(1, 5, 11, None).is_moved(&before));
        // An inode that was given away again.
        assert!(!version(1, 6, 10, None).is_moved(&before));
        let empty = version(1, 0, 10, Some(3));
        assert!(!version(2, 0, 11, Some(3)).is_moved(&empty));
    }
}
