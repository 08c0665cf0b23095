//! What one worker writes with: a batch of records, and room to encode it.

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use sanchay::{EntryRef, FileFacts, HashedFileRef, Metadata};
use sanchay_core::record::{FieldId, RecordBatch, Row};
use sanchay_output::Encoded;

use super::{Output, owners::OwnerNames};

/// A batch of so many bytes is encoded and written.
const FULL: usize = 64 * 1024;

/// The same where they are sorted: each batch is put in order by itself.
const FULL_TO_SORT: usize = 256 * 1024;

/// After how many records it is looked whether there are so many bytes; and
/// after a path of so many.
const LOOK_EVERY: usize = 32;
const LONG: usize = 1024;

/// How long records are held back from a reader that may be waiting.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// Collects records, and writes them in whole batches.
pub(crate) struct RecordWriter<'o> {
    pub(crate) output: &'o Output,
    batch: RecordBatch,
    encoded: Encoded,
    written: Instant,
    /// How many bytes are a full batch.
    full: usize,
    facts: bool,
    /// The names of owners and groups, if the records have them.
    owners: Option<OwnerNames>,
}

impl<'o> RecordWriter<'o> {
    /// Writes to an output.
    pub(crate) fn new(output: &'o Output) -> Self {
        let names = [FieldId::User, FieldId::OwnerGroup];
        let named = names.into_iter().any(|it| output.schema.has(it));
        Self {
            output,
            full: if output.streams() { FULL } else { FULL_TO_SORT },
            owners: named.then(OwnerNames::default),
            batch: RecordBatch::new(Arc::clone(&output.schema)),
            encoded: Encoded::default(),
            written: Instant::now(),
            facts: output.schema.needs_facts(),
        }
    }

    /// Appends the record of a file that was found.
    #[inline]
    pub(crate) fn write_entry(
        &mut self,
        file: &EntryRef<'_>,
    ) -> ControlFlow<()> {
        let row = Row {
            parent: file.parent,
            name: file.name,
            size: Some(file.metadata.size),
            modified: Some(file.metadata.modified),
            kind: Some(file.metadata.kind),
            root: Some(file.root),
            target: file.target,
            values: file.values,
            ..Row::default()
        };
        self.write(Some(file.metadata), row)
    }

    /// Appends the record of a file that was hashed; `chunk` is that of a
    /// partial digest.
    pub(crate) fn push_hashed(
        &mut self,
        file: &HashedFileRef<'_>,
        chunk: Option<u32>,
    ) {
        let row = Row {
            name: file.path,
            size: Some(file.size),
            modified: file.modified(),
            content: Some(file.content),
            hash_source: Some(file.source),
            chunk,
            kind: file.metadata.map(|it| it.kind),
            root: Some(file.root),
            target: file.target,
            values: file.values,
            ..Row::default()
        };
        self.push_file(file.metadata, row);
    }

    /// Appends a record, with what it needs of the file's metadata apart from
    /// its size and when it was modified.
    #[inline]
    fn push_file(&mut self, metadata: Option<&Metadata>, row: Row<'_>) {
        let Self { facts, owners, batch, .. } = self;
        let facts: Option<FileFacts> =
            metadata.filter(|_| *facts).map(Into::into);
        // It borrows for a shorter time now.
        let mut row = row;
        row.facts = facts.as_ref();
        if let (Some(names), Some(metadata)) =
            (owners, metadata.filter(|it| it.object.is_none()))
        {
            row.owners = names.of(metadata);
        }
        batch.push(&row);
    }

    /// Appends a record, to be written with others.
    #[inline]
    pub(crate) fn push(&mut self, row: &Row<'_>) {
        self.batch.push(row);
    }

    /// Appends a record, and writes what there is if it is much. A directory's
    /// files may have paths of tens of kilobytes: their number tells nothing
    /// of the memory they take.
    #[inline]
    fn write(
        &mut self,
        metadata: Option<&Metadata>,
        row: Row<'_>,
    ) -> ControlFlow<()> {
        let length = row.parent.len().saturating_add(row.name.len());
        self.push_file(metadata, row);
        // To add up the columns for every record would take longer than some
        // of them take to fill.
        let looks =
            self.batch.len().is_multiple_of(LOOK_EVERY) || length >= LONG;
        match looks && self.batch.bytes() >= self.full {
            true => self.flush(),
            false => ControlFlow::Continue(()),
        }
    }

    /// Writes the records if they are many or were held for long, or a person
    /// is watching. `Break` if nothing can be written any more.
    pub(crate) fn flush_if_due(&mut self) -> ControlFlow<()> {
        let watched = self.output.sink.is_terminal() && self.output.streams();
        if watched || self.batch.bytes() >= self.full {
            return self.flush();
        }
        if !self.output.streams() {
            // Nobody waits for one of them.
            return ControlFlow::Continue(());
        }
        let now = Instant::now();
        if now.duration_since(self.written) < FLUSH_INTERVAL {
            return ControlFlow::Continue(());
        }
        self.written = now;
        self.flush()
    }

    /// Writes the records.
    pub(crate) fn flush(&mut self) -> ControlFlow<()> {
        let flow = self.output.put(&self.batch, &mut self.encoded);
        self.batch.clear();
        self.encoded.clear();
        flow
    }
}

impl Drop for RecordWriter<'_> {
    /// However the run ended, what was found are whole records.
    fn drop(&mut self) {
        // What goes wrong is reported when the sink is finished.
        let _ = self.flush();
    }
}
