//! Which fields the records of each kind have, in their order.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::escape::escaped;
use crate::media::MediaField;
use crate::value::ValueType;

/// What the records of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// A file that was found.
    File,
    /// A file that was hashed.
    Hash {
        /// Whether by its two ends only.
        partial: bool,
    },
    /// A verdict on a path.
    Verdict,
    /// A file that has the content of another; the records of a group follow
    /// each other.
    Duplicate,
    /// A file whose text is nearly that of another; the records of a group
    /// follow each other.
    Similar,
    /// A picture that looks like another; the records of a group follow each
    /// other.
    SimilarImage,
    /// Two files that are nearly the same.
    SimilarPair,
    /// What became of a file between two looks at it.
    Difference,
    /// What a file was from a snapshot on.
    Version,
    /// A root of a snapshot of trees.
    Snapshot,
    /// A digest that is known, by the numbers of its file.
    KnownDigest,
    /// A root of a snapshot in a store.
    StoredSnapshot,
    /// The sums of a folder.
    Folder,
}

impl RecordKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::File,
        Self::Hash { partial: false },
        Self::Hash { partial: true },
        Self::Verdict,
        Self::Duplicate,
        Self::Similar,
        Self::SimilarImage,
        Self::SimilarPair,
        Self::Difference,
        Self::Version,
        Self::Snapshot,
        Self::KnownDigest,
        Self::StoredSnapshot,
        Self::Folder,
    ];
}

/// Which field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldId {
    /// Which group the file is in, from 1.
    Group,
    /// The path.
    Path,
    /// The size in bytes.
    Size,
    /// When the content was last modified.
    Modified,
    /// The hash function.
    Algorithm,
    /// The chunk of a partial digest, in bytes.
    Chunk,
    /// The digest.
    Hash,
    /// Where the digest comes from.
    HashSource,
    /// The verdict.
    Verdict,
    /// Why the verdict is not better.
    Error,
    /// Whether the file is a reference, which stays, or a duplicate.
    Role,
    /// How many bytes would be free if one file of the group were kept.
    Reclaimable,
    /// How alike the text is to that of another, from 0 to 1.
    Similarity,
    /// The path of the other.
    Other,
    /// The width of the picture that was compared, when it is upright.
    Width,
    /// Its height.
    Height,
    /// How many files are in a folder, at any depth.
    FileCount,
    /// The last component of the path.
    Name,
    /// The name without its last extension.
    Stem,
    /// What follows the last dot of the name, if something precedes it.
    Extension,
    /// The path without its last component.
    Parent,
    /// What the entry is.
    Kind,
    /// The bytes on disk.
    Allocated,
    /// When it was created.
    Created,
    /// When the content was last read.
    Accessed,
    /// When the content or the metadata last changed.
    Changed,
    /// The permissions, in octal.
    Mode,
    /// The owner's number.
    Uid,
    /// The group's number.
    Gid,
    /// The inode.
    Inode,
    /// The device that the inode is on.
    Device,
    /// How many names (hard links) it has.
    Links,
    /// The root that it was found under, as it was given.
    Root,
    /// How many levels it is below its root, whose own entries have 1.
    Depth,
    /// The owner's name.
    User,
    /// The group's name.
    OwnerGroup,
    /// What a symbolic link says.
    Target,
    /// Whether the name begins with a dot.
    Hidden,
    /// Whether it is a regular file without a byte.
    Empty,
    /// Whether it is a regular file that somebody may execute.
    Executable,
    /// Whether nobody may write it.
    Readonly,
    /// The entity tag of an object in a bucket.
    Etag,
    /// How an object in a bucket is kept.
    StorageClass,
    /// What the contents say of themselves.
    Media(MediaField),
    /// What became of the file.
    Change,
    /// The path that it had before.
    From,
    /// The number of a snapshot.
    Snapshot,
    /// What a snapshot in a store is called by.
    SnapshotId,
    /// The snapshot's name.
    SnapshotName,
    /// When the snapshot was taken.
    SnapshotTime,
    /// How many files the snapshot has.
    Files,
    /// How many bytes its files have.
    Bytes,
    /// How many entries failed when it was taken.
    Errors,
    /// When the content was last read and had the digest.
    Verified,
    /// A plugin's value: the number of its column.
    Plugin(usize),
}

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// A path: bytes, usually UTF-8.
    Path,
    /// A part of a path: bytes, usually UTF-8.
    Name,
    /// One of a few words.
    Word,
    /// A digest.
    Hash,
    /// Any other value, including those of plugins.
    Value(ValueType),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which it is.
    pub id: FieldId,
    /// Its name in every format.
    pub name: Cow<'static, str>,
    /// The type of its values.
    pub data_type: DataType,
}

impl Field {
    /// Whether an extractor tells it: a plugin, or the one for what contents
    /// say of themselves.
    #[must_use]
    pub const fn is_extracted(&self) -> bool {
        matches!(self.id, FieldId::Plugin(_) | FieldId::Media(_))
    }

    /// Whether all files of a group share the value.
    #[must_use]
    pub const fn is_of_group(&self) -> bool {
        matches!(
            self.id,
            FieldId::Group
                | FieldId::Size
                | FieldId::Algorithm
                | FieldId::Hash
                | FieldId::Reclaimable
                | FieldId::Kind
                | FieldId::FileCount
        )
    }
}

const UNSIGNED: DataType = DataType::Value(ValueType::Unsigned);

const GROUP: Field = field(FieldId::Group, "group", UNSIGNED);
const PATH: Field = field(FieldId::Path, "path", DataType::Path);
const SIZE: Field = field(FieldId::Size, "size", UNSIGNED);
const MODIFIED: Field = field(
    FieldId::Modified,
    "modified",
    DataType::Value(ValueType::Timestamp),
);
const ALGORITHM: Field =
    field(FieldId::Algorithm, "algorithm", DataType::Word);
const CHUNK: Field = field(FieldId::Chunk, "chunk", UNSIGNED);
const HASH_SOURCE: Field =
    field(FieldId::HashSource, "hash_source", DataType::Word);
const HASH: Field = field(FieldId::Hash, "hash", DataType::Hash);
const VERDICT: Field = field(FieldId::Verdict, "verdict", DataType::Word);
const ERROR: Field =
    field(FieldId::Error, "error", DataType::Value(ValueType::Text));
const ROLE: Field = field(FieldId::Role, "role", DataType::Word);
const KIND: Field = field(FieldId::Kind, "kind", DataType::Word);
const FILE_COUNT: Field = field(FieldId::FileCount, "file_count", UNSIGNED);
const ALLOCATED: Field = field(FieldId::Allocated, "allocated", UNSIGNED);
const RECLAIMABLE: Field =
    field(FieldId::Reclaimable, "reclaimable", UNSIGNED);

const SIMILARITY: Field = field(
    FieldId::Similarity,
    "similarity",
    DataType::Value(ValueType::Float),
);
const OTHER: Field = field(FieldId::Other, "other", DataType::Name);
const WIDTH: Field = field(FieldId::Width, "width", UNSIGNED);
const HEIGHT: Field = field(FieldId::Height, "height", UNSIGNED);

const TIME: DataType = DataType::Value(ValueType::Timestamp);

const BOOLEAN: DataType = DataType::Value(ValueType::Boolean);
const TEXT: DataType = DataType::Value(ValueType::Text);

const CHANGE: Field = field(FieldId::Change, "change", DataType::Word);
const FROM: Field = field(FieldId::From, "from", DataType::Name);
const SNAPSHOT: Field = field(FieldId::Snapshot, "snapshot", UNSIGNED);
const SNAPSHOT_ID: Field = field(FieldId::SnapshotId, "snapshot", TEXT);
const SNAPSHOT_NAME: Field =
    field(FieldId::SnapshotName, "snapshot_name", TEXT);
const SNAPSHOT_TIME: Field =
    field(FieldId::SnapshotTime, "snapshot_time", TIME);
const FILES: Field = field(FieldId::Files, "files", UNSIGNED);
const BYTES: Field = field(FieldId::Bytes, "bytes", UNSIGNED);
const ERRORS: Field = field(FieldId::Errors, "errors", UNSIGNED);
const VERIFIED: Field = field(FieldId::Verified, "verified", TIME);
const CHANGED: Field = field(FieldId::Changed, "changed", TIME);
const INODE: Field = field(FieldId::Inode, "inode", UNSIGNED);
const DEVICE: Field = field(FieldId::Device, "device", UNSIGNED);

/// The parts of every path.
const PARTS: &[Field] = &[
    field(FieldId::Name, "name", DataType::Name),
    field(FieldId::Stem, "stem", DataType::Name),
    field(FieldId::Extension, "extension", DataType::Name),
    field(FieldId::Parent, "parent", DataType::Name),
];

/// Where an entry was found, and what the file system tells of it.
const OF_DUPLICATES: &[Field] = &[ROLE];
const OF_HASHES: &[Field] = &[HASH_SOURCE];
const METADATA: &[Field] = &[
    field(FieldId::Root, "root", DataType::Name),
    field(FieldId::Depth, "depth", UNSIGNED),
    KIND,
    ALLOCATED,
    field(FieldId::Created, "created", TIME),
    field(FieldId::Accessed, "accessed", TIME),
    CHANGED,
    field(FieldId::Mode, "mode", TEXT),
    field(FieldId::Uid, "uid", UNSIGNED),
    field(FieldId::User, "user", TEXT),
    field(FieldId::Gid, "gid", UNSIGNED),
    field(FieldId::OwnerGroup, "group", TEXT),
    INODE,
    DEVICE,
    field(FieldId::Links, "links", UNSIGNED),
    field(FieldId::Target, "target", DataType::Name),
    field(FieldId::Hidden, "hidden", BOOLEAN),
    field(FieldId::Empty, "empty", BOOLEAN),
    field(FieldId::Executable, "executable", BOOLEAN),
    field(FieldId::Readonly, "readonly", BOOLEAN),
    field(FieldId::Etag, "etag", TEXT),
    field(FieldId::StorageClass, "storage_class", TEXT),
];

/// What the contents of a file say of themselves.
const MEDIA: &[Field] = &[
    media(MediaField::MediaType),
    media(MediaField::Width),
    media(MediaField::Height),
    media(MediaField::Taken),
    media(MediaField::Camera),
    media(MediaField::Duration),
];

const fn media(of: MediaField) -> Field {
    field(FieldId::Media(of), of.name(), DataType::Value(of.value_type()))
}

/// What snapshots keep of that.
const STORED: &[Field] = &[
    field(FieldId::Kind, "kind", DataType::Word),
    CHANGED,
    field(FieldId::Mode, "mode", TEXT),
    field(FieldId::Uid, "uid", UNSIGNED),
    field(FieldId::Gid, "gid", UNSIGNED),
    INODE,
    field(FieldId::Hidden, "hidden", BOOLEAN),
    field(FieldId::Empty, "empty", BOOLEAN),
];

const fn field(id: FieldId, name: &'static str, data_type: DataType) -> Field {
    Field { id, name: Cow::Borrowed(name), data_type }
}

/// The fields of a run's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    kind: RecordKind,
    fields: Vec<Field>,
    /// Fields that batches have and formats do not show.
    extra: Vec<Field>,
    /// Whether somebody chose the fields.
    chosen: bool,
    /// How many columns plugins fill.
    plugin_columns: usize,
}

impl Schema {
    /// The fields of records of one kind, with those of plugins last.
    #[must_use]
    pub fn new(
        kind: RecordKind,
        plugins: impl IntoIterator<Item = (String, ValueType)>,
    ) -> Self {
        let own: &[Field] = match kind {
            RecordKind::File => &[PATH, SIZE, MODIFIED],
            RecordKind::Hash { partial: false } => {
                &[PATH, SIZE, MODIFIED, ALGORITHM, HASH]
            }
            RecordKind::Hash { partial: true } => {
                &[PATH, SIZE, MODIFIED, ALGORITHM, CHUNK, HASH]
            }
            RecordKind::Verdict => &[PATH, VERDICT, ERROR],
            RecordKind::Duplicate => {
                &[GROUP, SIZE, ALGORITHM, HASH, PATH, RECLAIMABLE]
            }
            RecordKind::Similar => &[GROUP, SIMILARITY, SIZE, PATH],
            RecordKind::SimilarImage => {
                &[GROUP, SIMILARITY, SIZE, WIDTH, HEIGHT, PATH]
            }
            RecordKind::SimilarPair => &[GROUP, SIMILARITY, PATH, OTHER],
            RecordKind::Difference => {
                &[CHANGE, PATH, FROM, SIZE, MODIFIED, ALGORITHM, HASH]
            }
            RecordKind::Version => &[
                SNAPSHOT,
                SNAPSHOT_TIME,
                CHANGE,
                PATH,
                SIZE,
                MODIFIED,
                ALGORITHM,
                HASH,
            ],
            RecordKind::Snapshot => &[
                SNAPSHOT,
                SNAPSHOT_NAME,
                SNAPSHOT_TIME,
                FILES,
                BYTES,
                ERRORS,
                PATH,
            ],
            RecordKind::StoredSnapshot => &[
                SNAPSHOT_ID,
                SNAPSHOT_NAME,
                SNAPSHOT_TIME,
                FILES,
                BYTES,
                ERRORS,
                PATH,
            ],
            RecordKind::Folder => &[PATH, FILE_COUNT, SIZE, ALLOCATED],
            RecordKind::KnownDigest => &[
                DEVICE, INODE, SIZE, MODIFIED, CHANGED, ALGORITHM, CHUNK,
                HASH, VERIFIED,
            ],
        };
        let plugins = plugins.into_iter().enumerate().map(
            |(column, (name, value_type))| Field {
                id: FieldId::Plugin(column),
                name: Cow::Owned(name),
                data_type: DataType::Value(value_type),
            },
        );
        let fields: Vec<_> = own.iter().cloned().chain(plugins).collect();
        let plugin_columns = fields.len().saturating_sub(own.len());
        Self { kind, fields, extra: Vec::new(), chosen: false, plugin_columns }
    }

    /// These fields, and why there is no better record: records of files that
    /// failed stand among the others then.
    #[must_use]
    pub fn with_error(mut self) -> Self {
        if self.fields.iter().all(|field| field.id != FieldId::Error) {
            let end = self.fields.iter().position(Field::is_extracted);
            self.fields.insert(end.unwrap_or(self.fields.len()), ERROR);
        }
        self
    }

    /// These fields, and what each file is in its group.
    #[must_use]
    pub fn with_role(mut self) -> Self {
        if !self.has(FieldId::Role) {
            let path =
                self.fields.iter().position(|it| it.id == FieldId::Path);
            let behind = path.map_or(self.fields.len(), |at| at + 1);
            self.fields.insert(behind, ROLE);
        }
        self
    }

    /// These fields, and what tells a group of equal folders from one of
    /// files: the kind, and how many files are in each.
    #[must_use]
    pub fn with_folders(mut self) -> Self {
        if !self.has(FieldId::FileCount) {
            let place = |fields: &[Field], id| {
                let at = fields.iter().position(|it| it.id == id);
                at.map_or(0, |at| at + 1)
            };
            let behind = place(&self.fields, FieldId::Group);
            self.fields.insert(behind, KIND);
            let behind = place(&self.fields, FieldId::Size);
            self.fields.insert(behind, FILE_COUNT);
        }
        self
    }

    /// These fields, and what the contents of files tell.
    #[must_use]
    pub fn with_media(mut self) -> Self {
        self.fields.extend(MEDIA.iter().cloned());
        self
    }

    /// Of these fields only some, in their order.
    #[must_use]
    pub fn only(mut self, wanted: &[FieldId]) -> Self {
        self.fields.retain(|field| wanted.contains(&field.id));
        self
    }

    /// The fields of these names, in this order, of those that are
    /// [`available`](Self::available).
    ///
    /// # Errors
    ///
    /// A name is of no field, or comes twice.
    pub fn select<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, UnknownField> {
        let mut fields: Vec<FieldId> = Vec::new();
        for name in names {
            let unknown = || UnknownField::in_schema(self, name);
            let found = self.field(name).ok_or_else(unknown)?;
            if fields.contains(&found.id) {
                return Err(UnknownField { twice: true, ..unknown() });
            }
            fields.push(found.id);
        }
        Ok(self.choose(&fields))
    }

    /// These fields, in this order, of those that are
    /// [`available`](Self::available).
    #[must_use]
    pub fn choose(&self, ids: &[FieldId]) -> Self {
        let found = |id: &FieldId| self.available().find(|it| it.id == *id);
        let fields = ids.iter().filter_map(found).cloned().collect();
        let Self { kind, plugin_columns, .. } = *self;
        Self { kind, fields, extra: Vec::new(), chosen: true, plugin_columns }
    }

    /// The same records, of which batches have these fields as well, of those
    /// that are [`available`](Self::available) in `all`. Formats do not show
    /// them.
    #[must_use]
    pub fn with_extra(mut self, all: &Self, ids: &[FieldId]) -> Self {
        for id in ids {
            let field = all.available().find(|it| it.id == *id);
            if let Some(field) = field.filter(|_| !self.has(*id)) {
                self.extra.push(field.clone());
            }
        }
        self
    }

    /// The field of that name among those that are
    /// [`available`](Self::available).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.available().find(|field| is_called(field, name))
    }

    /// Whether batches have a field.
    #[must_use]
    pub fn has(&self, id: FieldId) -> bool {
        self.all_fields().any(|field| field.id == id)
    }

    /// The fields that can be chosen.
    pub fn available(&self) -> impl Iterator<Item = &Field> {
        let metadata = match self.kind {
            RecordKind::File | RecordKind::Hash { .. } => METADATA,
            RecordKind::Difference | RecordKind::Version => STORED,
            RecordKind::Duplicate if self.has(FieldId::Role) => &[],
            RecordKind::Duplicate => OF_DUPLICATES,
            RecordKind::Verdict
            | RecordKind::Similar
            | RecordKind::SimilarImage
            | RecordKind::SimilarPair
            | RecordKind::Snapshot
            | RecordKind::StoredSnapshot
            | RecordKind::Folder
            | RecordKind::KnownDigest => &[],
        };
        let parts = match self.kind {
            RecordKind::KnownDigest => &[],
            _ => PARTS,
        };
        let media = match self.kind {
            RecordKind::File
            | RecordKind::Hash { .. }
            | RecordKind::Duplicate => MEDIA,
            _ => &[],
        };
        let made = match self.kind {
            RecordKind::Hash { .. } => OF_HASHES,
            _ => &[],
        };
        let fields = self.fields.iter().chain(made).chain(parts);
        fields.chain(metadata).chain(media)
    }

    /// Whether somebody chose the fields: then lines of text have them in
    /// their order.
    #[must_use]
    pub const fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// Whether a field is filled from [`Row::facts`](super::Row::facts).
    #[must_use]
    pub fn needs_facts(&self) -> bool {
        self.all_fields().any(|field| {
            matches!(
                field.id,
                FieldId::Allocated
                    | FieldId::Created
                    | FieldId::Accessed
                    | FieldId::Changed
                    | FieldId::Mode
                    | FieldId::Uid
                    | FieldId::Gid
                    | FieldId::Inode
                    | FieldId::Device
                    | FieldId::Links
                    | FieldId::Executable
                    | FieldId::Readonly
                    | FieldId::Etag
                    | FieldId::StorageClass
            )
        })
    }

    /// Whether batches have what the contents of files say of themselves:
    /// their [`Row::values`](super::Row::values) must have it then.
    #[must_use]
    pub fn needs_media(&self) -> bool {
        self.all_fields().any(|field| matches!(field.id, FieldId::Media(_)))
    }

    /// How many columns plugins fill: a row's values of
    /// [`MediaField`] stand behind theirs.
    pub(super) const fn plugin_columns(&self) -> usize {
        self.plugin_columns
    }

    /// What the records are.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The fields, in their order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// How many columns batches have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.all_fields().count()
    }

    /// The fields, and then those that formats do not show.
    pub(super) fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.extra)
    }
}

/// Whether a field goes by a name.
fn is_called(field: &Field, name: &str) -> bool {
    field.name == name || field.id == FieldId::Extension && name == "ext"
}

/// A name that cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// The name.
    pub name: String,
    /// Whether there is such a field, and it was chosen before.
    pub twice: bool,
    /// The names that there are.
    pub known: Vec<Cow<'static, str>>,
}

impl UnknownField {
    /// A name that no field of these records has.
    #[must_use]
    pub fn in_schema(records: &Schema, name: &str) -> Self {
        let known = records.available().map(|it| it.name.clone()).collect();
        Self { name: String::from(name), twice: false, known }
    }
}

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = escaped(self.name.as_bytes());
        if self.twice {
            return write!(f, "the field '{name}' is given twice");
        }
        write!(f, "there is no field '{name}': fields are ")?;
        f.write_str(&self.known.join(", "))
    }
}

impl core::error::Error for UnknownField {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec::Vec;

    use super::{FieldId, RecordKind, Schema};
    use crate::value::ValueType;

    fn names(schema: &Schema) -> Vec<&str> {
        schema.fields().iter().map(|it| it.name.as_ref()).collect()
    }

    #[test]
    fn an_error_comes_before_what_plugins_tell_and_only_once() {
        let plugin = ("width".to_string(), ValueType::Unsigned);
        let kind = RecordKind::Hash { partial: false };
        let schema = Schema::new(kind, [plugin]).with_error().with_error();
        let expected = [
            "path",
            "size",
            "modified",
            "algorithm",
            "hash",
            "error",
            "width",
        ];
        assert_eq!(names(&schema), expected);
        let few = schema.only(&[FieldId::Hash, FieldId::Path]);
        assert_eq!(names(&few), ["path", "hash"]);
        let verdicts = Schema::new(RecordKind::Verdict, []);
        assert_eq!(verdicts.clone().with_error(), verdicts);
    }

    #[test]
    fn pictures_have_their_extent_behind_their_size() {
        let schema = Schema::new(RecordKind::SimilarImage, []);
        let expected =
            ["group", "similarity", "size", "width", "height", "path"];
        assert_eq!(names(&schema), expected);
        assert!(!schema.needs_media());
        let chosen = schema.select(["height", "name"]).unwrap();
        assert_eq!(names(&chosen), ["height", "name"]);
    }

    #[test]
    fn batches_can_have_fields_that_formats_do_not_show() {
        let plugin = ("width".to_string(), ValueType::Unsigned);
        let all = Schema::new(RecordKind::File, [plugin]);
        let chosen = all.select(["name"]).unwrap();
        let ids = [FieldId::Plugin(0), FieldId::Name, FieldId::Mode];
        let more = chosen.clone().with_extra(&all, &ids);
        assert_eq!(names(&more), ["name"]);
        assert!(ids.iter().all(|id| more.has(*id)) && more.needs_facts());
        assert!(!chosen.has(FieldId::Mode) && !chosen.needs_facts());
    }

    #[test]
    fn what_contents_tell_is_there_to_be_chosen() {
        let schema = Schema::new(RecordKind::File, []);
        assert!(!schema.needs_media());
        let chosen = schema.select(["path", "taken", "width"]).unwrap();
        assert_eq!(names(&chosen), ["path", "taken", "width"]);
        assert!(chosen.needs_media());
        let duplicates = Schema::new(RecordKind::Duplicate, []);
        assert!(duplicates.select(["camera"]).unwrap().needs_media());
        let verdicts = Schema::new(RecordKind::Verdict, []);
        assert!(verdicts.select(["camera"]).is_err());
    }

    #[test]
    fn fields_are_chosen_by_name_and_in_any_order() {
        let plugin = ("width".to_string(), ValueType::Unsigned);
        let schema = Schema::new(RecordKind::File, [plugin]);
        let chosen = schema.select(["width", "ext", "path", "mode"]).unwrap();
        assert_eq!(names(&chosen), ["width", "extension", "path", "mode"]);
        assert!(chosen.is_chosen() && chosen.needs_facts());
        let names_only = schema.select(["name", "kind", "size"]).unwrap();
        assert!(!names_only.needs_facts());
        let error = schema.select(["depths"]).unwrap_err().to_string();
        assert!(error.contains("fields are path, size, "), "{error}");
        let error = schema.select(["size", "size"]).unwrap_err().to_string();
        assert!(error.contains("twice"), "{error}");
        let verdicts = Schema::new(RecordKind::Verdict, []);
        assert!(verdicts.select(["mode"]).is_err());
        assert!(verdicts.select(["name", "parent"]).is_ok());
    }
}
