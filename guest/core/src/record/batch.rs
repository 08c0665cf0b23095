//! A batch of records, in columns.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::column::Column;
use super::path::PathColumn;
use super::schema::{Field, FieldId, Schema};
use super::{Change, Verdict};
use crate::content::{Content, HashSource};
use crate::filter::Facts;
use crate::grouping::Role;
use crate::kind::EntryKind;
use crate::time::Timestamp;
use crate::value::Value;

/// The bits of `st_mode` by which anybody may execute, or write.
const EXECUTE: u32 = 0o111;
const WRITE: u32 = 0o222;

/// Everything that one record can contain. A run fills in what it knows; the
/// schema picks from it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'a> {
    /// What precedes the name: empty, or ending in a slash.
    pub parent: &'a [u8],
    /// The name, or the whole path where `parent` is empty.
    pub name: &'a [u8],
    /// The size in bytes.
    pub size: Option<u64>,
    /// When the content was last modified.
    pub modified: Option<Timestamp>,
    /// What is in the file.
    pub content: Option<Content>,
    /// Where the digest comes from.
    pub hash_source: Option<HashSource>,
    /// The chunk of a partial digest, in bytes.
    pub chunk: Option<u32>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Why the verdict is not better.
    pub error: Option<&'a str>,
    /// What the entry is.
    pub kind: Option<EntryKind>,
    /// The root that it was found under, as it was given.
    pub root: Option<&'a [u8]>,
    /// What a symbolic link says.
    pub target: Option<&'a [u8]>,
    /// The names of its owner and its group.
    pub owners: Owners<'a>,
    /// What else the file system tells; needed only where
    /// [`Schema::needs_facts`] says so.
    pub facts: Option<&'a Facts>,
    /// The group that the file is in.
    pub group: Option<Group>,
    /// How many files are in it, if it is a folder.
    pub file_count: Option<u64>,
    /// What became of the file.
    pub change: Option<Change>,
    /// The path that it had before.
    pub from: Option<&'a [u8]>,
    /// The snapshot that this is of.
    pub snapshot: Option<SnapshotFacts<'a>>,
    /// What a snapshot in a store is called by.
    pub snapshot_id: Option<&'a str>,
    /// When the content was last read and had the digest.
    pub verified: Option<Timestamp>,
    /// How alike its text is to that of another, from 0 to 1.
    pub similarity: Option<f64>,
    /// The path of the other.
    pub other: Option<&'a [u8]>,
    /// The width and height of the picture that was compared, in pixels.
    pub extent: Option<(u32, u32)>,
    /// What it is in the group.
    pub role: Option<Role>,
    /// The values of plugins: one for each of their columns, or none; then,
    /// where [`Schema::needs_media`] says so, what the contents tell: one for
    /// each [`MediaField`](crate::media::MediaField).
    pub values: &'a [Option<Value>],
}

/// The names that go with the numbers of an owner and a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owners<'a> {
    /// The owner's name, where there is one.
    pub user: Option<&'a str>,
    /// The group's.
    pub group: Option<&'a str>,
}

/// A snapshot of trees, without the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotFacts<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// The name that it was given.
    pub name: Option<&'a str>,
    /// When it was taken.
    pub taken: Timestamp,
    /// How many files it has.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// How many entries failed when it was taken.
    pub errors: u64,
}

/// A group of equal files, without the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which group it is in the output, from 1.
    pub number: u64,
    /// How many bytes would be free if one file were kept.
    pub reclaimable: u64,
}

impl Row<'_> {
    /// Appends what is told of changes, likeness and snapshots to the column of a
    /// field; whether it is such a field and column.
    fn push_history(&self, id: FieldId, column: &mut Column) -> bool {
        let snapshot = self.snapshot;
        match (id, column) {
            (FieldId::Change, Column::Word(it)) => {
                it.push(self.change.map(Change::name));
            }
            (FieldId::From, Column::Name(it)) => it.push(self.from),
            (FieldId::HashSource, Column::Word(it)) => {
                it.push(self.hash_source.map(HashSource::name));
            }
            (FieldId::Similarity, Column::Float(it)) => {
                it.push(self.similarity);
            }
            (FieldId::Other, Column::Name(it)) => it.push(self.other),
            (FieldId::Width, Column::Unsigned(it)) => {
                it.push(self.extent.map(|(width, _)| width.into()));
            }
            (FieldId::Height, Column::Unsigned(it)) => {
                it.push(self.extent.map(|(_, height)| height.into()));
            }
            (FieldId::Snapshot, Column::Unsigned(it)) => {
                it.push(snapshot.map(|of| of.number));
            }
            (FieldId::SnapshotId, Column::Text(it)) => {
                it.push(self.snapshot_id.map(str::as_bytes));
            }
            (FieldId::SnapshotName, Column::Text(it)) => {
                let name = snapshot.and_then(|of| of.name);
                it.push(name.map(str::as_bytes));
            }
            (FieldId::SnapshotTime, Column::Timestamp(it)) => {
                it.push(snapshot.map(|of| of.taken));
            }
            (FieldId::FileCount, Column::Unsigned(it)) => {
                it.push(self.file_count);
            }
            (FieldId::Files, Column::Unsigned(it)) => {
                it.push(snapshot.map(|of| of.files));
            }
            (FieldId::Bytes, Column::Unsigned(it)) => {
                it.push(snapshot.map(|of| of.bytes));
            }
            (FieldId::Errors, Column::Unsigned(it)) => {
                it.push(snapshot.map(|of| of.errors));
            }
            (FieldId::Verified, Column::Timestamp(it)) => {
                it.push(self.verified);
            }
            _ => return false,
        }
        true
    }

    /// Appends what the file system tells to the column of a field; whether
    /// it is such a field and column.
    fn push_metadata(&self, id: FieldId, column: &mut Column) -> bool {
        let facts = self.facts.copied().unwrap_or_default();
        match (id, column) {
            (FieldId::Root, Column::Name(it)) => it.push(self.root),
            (FieldId::Depth, Column::Unsigned(it)) => it.push(self.depth()),
            (FieldId::User, Column::Text(it)) => {
                it.push(self.owners.user.map(str::as_bytes));
            }
            (FieldId::OwnerGroup, Column::Text(it)) => {
                it.push(self.owners.group.map(str::as_bytes));
            }
            (FieldId::Target, Column::Name(it)) => it.push(self.target),
            (FieldId::Hidden, Column::Boolean(it)) => {
                it.push(Some(self.base().starts_with(b".")));
            }
            (FieldId::Empty, Column::Boolean(it)) => {
                let is_empty = self.size.map(|size| size == 0);
                it.push(is_empty.and_then(|it| Some(it && self.is_file()?)));
            }
            (FieldId::Executable, Column::Boolean(it)) => {
                let executable = facts.mode.map(|mode| mode & EXECUTE != 0);
                it.push(executable.and_then(|it| Some(it && self.is_file()?)));
            }
            (FieldId::Readonly, Column::Boolean(it)) => {
                it.push(facts.mode.map(|mode| mode & WRITE == 0));
            }
            (FieldId::Name, Column::Name(it)) => it.push(Some(self.base())),
            (FieldId::Stem, Column::Name(it)) => {
                let (stem, _) = split_extension(self.base());
                it.push(Some(stem));
            }
            (FieldId::Extension, Column::Name(it)) => {
                it.push(split_extension(self.base()).1);
            }
            (FieldId::Parent, Column::Name(it)) => {
                let above = match self.parent {
                    b"" => {
                        let base = self.base().len();
                        let end = self.name.len().saturating_sub(base);
                        self.name.get(..end).unwrap_or_default()
                    }
                    parent => parent,
                };
                it.push(Some(match above {
                    b"/" => above,
                    above => above.strip_suffix(b"/").unwrap_or(above),
                }));
            }
            (FieldId::Kind, Column::Word(it)) => {
                it.push(self.kind.map(EntryKind::name));
            }
            (FieldId::Allocated, Column::Unsigned(it)) => {
                it.push(facts.allocated);
            }
            (FieldId::Created, Column::Timestamp(it)) => {
                it.push(facts.created)
            }
            (FieldId::Accessed, Column::Timestamp(it)) => {
                it.push(facts.accessed);
            }
            (FieldId::Changed, Column::Timestamp(it)) => {
                it.push(facts.changed)
            }
            (FieldId::Mode, Column::Text(it)) => {
                let mode =
                    facts.mode.map(|mode| format!("{:04o}", mode & 0o7777));
                it.push(mode.as_deref().map(str::as_bytes));
            }
            (FieldId::Uid, Column::Unsigned(it)) => {
                it.push(facts.uid.map(u64::from));
            }
            (FieldId::Gid, Column::Unsigned(it)) => {
                it.push(facts.gid.map(u64::from));
            }
            (FieldId::Inode, Column::Unsigned(it)) => it.push(facts.inode),
            (FieldId::Device, Column::Unsigned(it)) => it.push(facts.device),
            (FieldId::Links, Column::Unsigned(it)) => it.push(facts.links),
            (FieldId::Etag, Column::Text(it)) => {
                let tag = facts.object.and_then(|it| it.etag);
                let tag = tag.map(|tag| format!("{tag}"));
                it.push(tag.as_deref().map(str::as_bytes));
            }
            (FieldId::StorageClass, Column::Text(it)) => {
                let class = facts.object.and_then(|it| it.storage_class);
                it.push(class.map(str::as_bytes));
            }
            _ => return false,
        }
        true
    }

    /// Whether it is a regular file, where that is known.
    fn is_file(&self) -> Option<bool> {
        self.kind.map(|kind| kind == EntryKind::File)
    }

    /// How many levels it is below its root: 0 for the root itself.
    fn depth(&self) -> Option<u64> {
        let root = self.root?;
        // A front end may have the whole path in the name.
        let joined;
        let path = match self.parent {
            b"" => self.name,
            parent => {
                joined = [parent, self.name].concat();
                &joined
            }
        };
        let below = path.strip_prefix(root)?;
        let mut parts = below.split(|byte| *byte == b'/');
        let named = parts.by_ref().filter(|part| !part.is_empty());
        u64::try_from(named.count()).ok()
    }

    /// The last component of the path.
    fn base(&self) -> &[u8] {
        let name = self.name.strip_suffix(b"/").unwrap_or(self.name);
        let slash = memchr::memrchr(b'/', name);
        slash.and_then(|at| name.get(at + 1..)).unwrap_or(name)
    }
}

/// What precedes the last dot, and what follows it; without a dot that is not
/// the first character, nothing follows.
pub(crate) fn split_extension(name: &[u8]) -> (&[u8], Option<&[u8]>) {
    let dot = memchr::memrchr(b'.', name).filter(|dot| *dot > 0);
    match dot.and_then(|dot| name.split_at_checked(dot)) {
        Some((stem, [_, extension @ ..])) if !extension.is_empty() => {
            (stem, Some(extension))
        }
        _ => (name, None),
    }
}

/// Records of one schema, in columns.
#[derive(Clone, Debug)]
pub struct RecordBatch {
    schema: Arc<Schema>,
    columns: Vec<Column>,
    rows: usize,
}

impl RecordBatch {
    /// A batch of no records.
    #[must_use]
    pub fn new(schema: Arc<Schema>) -> Self {
        let columns = schema
            .all_fields()
            .map(|field| Column::new(field.data_type))
            .collect();
        Self { schema, columns, rows: 0 }
    }

    /// Appends a record.
    #[inline]
    pub fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        let plugin_columns = self.schema.plugin_columns();
        for (field, column) in self.schema.all_fields().zip(&mut self.columns)
        {
            match (field.id, column) {
                (FieldId::Path, Column::Path(it)) => {
                    it.push(row.parent, row.name);
                }
                (FieldId::Size, Column::Unsigned(it)) => it.push(row.size),
                (FieldId::Modified, Column::Timestamp(it)) => {
                    it.push(row.modified);
                }
                (FieldId::Algorithm, Column::Word(it)) => {
                    it.push(row.content.map(|it| it.algorithm().name()));
                }
                (FieldId::Chunk, Column::Unsigned(it)) => {
                    it.push(row.chunk.map(u64::from));
                }
                (FieldId::Hash, Column::Hash(it)) => it.push(row.content),
                (FieldId::Verdict, Column::Word(it)) => {
                    it.push(row.verdict.map(Verdict::name));
                }
                (FieldId::Error, Column::Text(it)) => {
                    it.push(row.error.map(str::as_bytes));
                }
                (FieldId::Group, Column::Unsigned(it)) => {
                    it.push(row.group.map(|it| it.number));
                }
                (FieldId::Reclaimable, Column::Unsigned(it)) => {
                    it.push(row.group.map(|it| it.reclaimable));
                }
                (FieldId::Role, Column::Word(it)) => {
                    it.push(row.role.map(Role::name));
                }
                (FieldId::Plugin(index), column) => column.push_value(
                    row.values.get(index).and_then(Option::as_ref),
                ),
                (FieldId::Media(field), column) => {
                    let media = row.values.get(plugin_columns..);
                    column.push_value(media.and_then(|it| field.of(it)));
                }
                (id, column) => {
                    let pushed = row.push_metadata(id, column)
                        || row.push_history(id, column);
                    debug_assert!(
                        pushed,
                        "{id:?} has a column of another type"
                    );
                }
            }
        }
    }

    /// What the records are.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// How many records there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// About how many bytes the records will take when they are written.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> usize {
        const FIXED: usize = 40;
        let variable: usize = self.columns.iter().map(Column::bytes).sum();
        variable.saturating_add(self.rows.saturating_mul(FIXED))
    }

    /// The fields and their columns, but for those that formats do not show.
    pub fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.schema.fields().iter().zip(&self.columns)
    }

    /// All columns, with those that formats do not show at the end.
    pub(super) fn all_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter()
    }

    /// Appends a record, of which `push` appends the value of each column.
    pub(super) fn push_columns(&mut self, push: impl FnMut(&mut Column)) {
        self.rows += 1;
        self.columns.iter_mut().for_each(push);
    }

    /// The column of a field, if the records have it.
    #[must_use]
    pub fn column(&self, id: FieldId) -> Option<&Column> {
        let mut all = self.schema.all_fields().zip(&self.columns);
        all.find(|(field, _)| field.id == id).map(|(_, column)| column)
    }

    /// The paths: every kind of record has one, unless other fields were
    /// chosen.
    #[must_use]
    pub fn paths(&self) -> Option<&PathColumn> {
        match self.column(FieldId::Path) {
            Some(Column::Path(paths)) => Some(paths),
            _ => None,
        }
    }

    /// Removes all records, and keeps the room they took.
    pub fn clear(&mut self) {
        self.rows = 0;
        for column in &mut self.columns {
            column.clear();
        }
    }
}
