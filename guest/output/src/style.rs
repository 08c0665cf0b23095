//! What surrounds a path that a person reads: colours, links.

use alloc::vec::Vec;
use core::fmt::Debug;

use sanchay_core::kind::EntryKind;
use sanchay_core::record::{Column, FieldId, PathRef, RecordBatch};

/// Writes what surrounds paths. What it writes reaches a terminal as it is.
pub trait PathStyle: Debug + Send + Sync {
    /// Appends what stands before a path.
    fn begin(&self, path: &StyledPath<'_>, out: &mut Vec<u8>);

    /// Appends what stands after it.
    fn end(&self, path: &StyledPath<'_>, out: &mut Vec<u8>);
}

/// A path and what its style depends on.
#[derive(Clone, Copy, Debug)]
pub struct StyledPath<'a> {
    /// The path.
    pub path: PathRef<'a>,
    /// What the entry is, where the records tell.
    pub kind: Option<EntryKind>,
    /// The permissions, where the records tell.
    pub mode: Option<u32>,
}

impl<'a> StyledPath<'a> {
    /// The fields that records should have.
    pub const FIELDS: &'static [FieldId] = &[FieldId::Kind, FieldId::Mode];

    /// The path of a record.
    pub(crate) fn new(
        batch: &RecordBatch,
        row: usize,
        path: PathRef<'a>,
    ) -> Self {
        let kind = match batch.column(FieldId::Kind) {
            Some(Column::Word(kinds)) => kinds.get(row).copied().flatten(),
            _ => None,
        };
        Self {
            path,
            kind: kind.and_then(EntryKind::named),
            mode: mode(batch, row),
        }
    }
}

/// The permissions of a record, which has them in octal.
pub(crate) fn mode(batch: &RecordBatch, row: usize) -> Option<u32> {
    let Some(Column::Text(modes)) = batch.column(FieldId::Mode) else {
        return None;
    };
    let mode = str::from_utf8(modes.get(row)?).ok()?;
    u32::from_str_radix(mode, 8).ok()
}
