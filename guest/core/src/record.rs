//! The records of a run: which fields they have, and batches of them.
//!
//! Text, the header of CSV, the keys of JSON, Python's records and Arrow's
//! columns all come from the one [`Schema`]. A new field is a line in
//! [`schema`], and a line in [`RecordBatch::push`] where it is filled.

mod batch;
mod change;
mod codec;
mod column;
mod hash_column;
mod path;
mod schema;
mod sort;
mod words;

pub(crate) use self::batch::split_extension;
pub use self::batch::{Group, Owners, RecordBatch, Row, SnapshotFacts};
pub use self::change::Change;
pub use self::codec::{encoded_path, put_number, read_number};
pub use self::column::{Column, VarColumn};
pub use self::hash_column::HashColumn;
pub use self::path::{PathColumn, PathRef};
pub use self::schema::{
    DataType, Field, FieldId, RecordKind, Schema, UnknownField,
};
pub use self::sort::{SortFields, SortOrder};

/// The result for a path: of checking its digest, or of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The file has the digest.
    Ok,
    /// It has another digest.
    Failed,
    /// There is no such file.
    Missing,
    /// The file could not be opened or read.
    Unreadable,
    /// The filter wants it.
    Wanted,
    /// The filter does not want it.
    Unwanted,
}

impl Verdict {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Ok,
        Self::Failed,
        Self::Missing,
        Self::Unreadable,
        Self::Wanted,
        Self::Unwanted,
    ];

    /// Its name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Wanted => "wanted",
            Self::Unwanted => "unwanted",
        }
    }
}
