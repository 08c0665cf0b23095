//! Groups of equal files on their way out, whoever found them.

use std::ops::ControlFlow;

use sanchay::{Content, EntryKind, Role, Value};
use sanchay_core::record::{self, Row};

use super::{Output, RecordWriter};

/// What the files of a group share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupFacts {
    /// The size of each, in bytes.
    pub(crate) size: u64,
    /// What is in each.
    pub(crate) content: Content,
    /// How many bytes could be freed.
    pub(crate) reclaimable: u64,
    /// Whether it is of files or of folders.
    pub(crate) kind: EntryKind,
    /// How many files are in each folder.
    pub(crate) file_count: Option<u64>,
}

/// A file, or a folder, of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    /// What precedes the name in the path.
    pub(crate) parent: &'a [u8],
    /// The name.
    pub(crate) name: &'a [u8],
    /// What it is in the group.
    pub(crate) role: Role,
    /// What plugins tell of it.
    pub(crate) values: &'a [Option<Value>],
}

/// Writes groups, one after the other, and numbers them.
pub(crate) struct GroupWriter<'o> {
    writer: RecordWriter<'o>,
    number: u64,
}

impl<'o> GroupWriter<'o> {
    /// Writes to an output.
    pub(crate) fn new(output: &'o Output) -> Self {
        Self { writer: RecordWriter::new(output), number: 0 }
    }

    /// Writes a group, whose members `members` passes on.
    pub(crate) fn write(
        &mut self,
        group: GroupFacts,
        members: impl FnOnce(&mut dyn FnMut(Member<'_>)),
    ) -> ControlFlow<()> {
        self.writer.output.take()?;
        self.number += 1;
        let GroupFacts { size, content, reclaimable, kind, file_count } =
            group;
        let of = record::Group { number: self.number, reclaimable };
        members(&mut |member| {
            self.writer.push(&Row {
                parent: member.parent,
                name: member.name,
                kind: Some(kind),
                size: Some(size),
                file_count,
                content: Some(content),
                group: Some(of),
                role: Some(member.role),
                values: member.values,
                ..Row::default()
            });
        });
        self.writer.flush_if_due()?;
        self.writer.output.is_enough()
    }
}
