//! A batch of records, in columns.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Verdict;
use super::column::Column;
use super::path::PathColumn;
use super::schema::{Field, FieldId, Schema};
use crate::content::Content;
use crate::time::Timestamp;
use crate::value::Value;

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
    /// The chunk of a partial digest, in bytes.
    pub chunk: Option<u32>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Why the verdict is not better.
    pub error: Option<&'a str>,
    /// The group that the file is in.
    pub group: Option<Group>,
    /// The values of plugins: one for each of their columns, or none.
    pub values: &'a [Option<Value>],
}

/// A group of equal files, without the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which group it is in the output, from 1.
    pub number: u64,
    /// How many bytes would be free if one file were kept.
    pub reclaimable: u64,
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
            .fields()
            .iter()
            .map(|field| Column::new(field.data_type))
            .collect();
        Self { schema, columns, rows: 0 }
    }

    /// Appends a record.
    #[inline]
    pub fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        for (field, column) in
            self.schema.fields().iter().zip(&mut self.columns)
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
                (FieldId::Plugin(index), column) => column.push_value(
                    row.values.get(index).and_then(Option::as_ref),
                ),
                (id, _) => {
                    debug_assert!(
                        false,
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
    pub fn bytes(&self) -> usize {
        const FIXED: usize = 40;
        let variable: usize = self.columns.iter().map(Column::bytes).sum();
        variable.saturating_add(self.rows.saturating_mul(FIXED))
    }

    /// The fields and their columns.
    pub fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.schema.fields().iter().zip(&self.columns)
    }

    /// The column of a field, if the records have it.
    #[must_use]
    pub fn column(&self, id: FieldId) -> Option<&Column> {
        let found = self.columns().find(|(field, _)| field.id == id);
        found.map(|(_, column)| column)
    }

    /// The paths: every kind of record has one.
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
