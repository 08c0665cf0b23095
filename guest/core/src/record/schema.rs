//! Which fields the records of each kind have, in their order.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

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
    /// The verdict.
    Verdict,
    /// Why the verdict is not better.
    Error,
    /// How many bytes would be free if one file of the group were kept.
    Reclaimable,
    /// A plugin's value: the number of its column.
    Plugin(usize),
}

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// A path: bytes, usually UTF-8.
    Path,
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
const HASH: Field = field(FieldId::Hash, "hash", DataType::Hash);
const VERDICT: Field = field(FieldId::Verdict, "verdict", DataType::Word);
const ERROR: Field =
    field(FieldId::Error, "error", DataType::Value(ValueType::Text));
const RECLAIMABLE: Field =
    field(FieldId::Reclaimable, "reclaimable", UNSIGNED);

const fn field(id: FieldId, name: &'static str, data_type: DataType) -> Field {
    Field { id, name: Cow::Borrowed(name), data_type }
}

/// The fields of a run's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    kind: RecordKind,
    fields: Vec<Field>,
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
        };
        let plugins = plugins.into_iter().enumerate().map(
            |(column, (name, value_type))| Field {
                id: FieldId::Plugin(column),
                name: Cow::Owned(name),
                data_type: DataType::Value(value_type),
            },
        );
        let fields = own.iter().cloned().chain(plugins).collect();
        Self { kind, fields }
    }

    /// These fields, and why there is no better record: records of files that
    /// failed stand among the others then.
    #[must_use]
    pub fn with_error(mut self) -> Self {
        if self.fields.iter().all(|field| field.id != FieldId::Error) {
            let is_plugin =
                |field: &Field| matches!(field.id, FieldId::Plugin(_));
            let end = self.fields.iter().position(is_plugin);
            self.fields.insert(end.unwrap_or(self.fields.len()), ERROR);
        }
        self
    }

    /// Of these fields only some, in their order.
    #[must_use]
    pub fn only(mut self, wanted: &[FieldId]) -> Self {
        self.fields.retain(|field| wanted.contains(&field.id));
        self
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
}

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
}
