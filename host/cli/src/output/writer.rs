//! What one worker writes with: a batch of records, and room to encode it.

use std::{
    io,
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use sanchay::{EntryRef, FileFacts, Metadata};
use sanchay_core::record::{RecordBatch, Row};
use sanchay_output::Encoded;

use super::Output;

/// A batch of so many bytes is encoded and written.
const FULL: usize = 64 * 1024;

/// How long records are held back from a reader that may be waiting.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// Collects records, and writes them in whole batches.
pub(crate) struct RecordWriter<'o> {
    pub(crate) output: &'o Output,
    batch: RecordBatch,
    encoded: Encoded,
    written: Instant,
    facts: bool,
}

impl<'o> RecordWriter<'o> {
    /// Writes to an output.
    pub(crate) fn new(output: &'o Output) -> Self {
        Self {
            output,
            batch: RecordBatch::new(Arc::clone(&output.schema)),
            encoded: Encoded::default(),
            written: Instant::now(),
            facts: output.schema.needs_facts(),
        }
    }

    /// What the records need of a file's metadata, apart from its size and
    /// when it was modified.
    #[inline]
    pub(crate) fn facts(&self, metadata: &Metadata) -> Option<FileFacts> {
        self.facts.then(|| metadata.into())
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
    pub(crate) fn write(&mut self, row: &Row<'_>) -> ControlFlow<()> {
        self.batch.push(row);
        match self.batch.bytes() >= FULL {
            true => self.flush(),
            false => ControlFlow::Continue(()),
        }
    }

    /// Writes the records if they are many or were held for long, or a person
    /// is watching. `Break` if nothing can be written any more.
    pub(crate) fn flush_if_due(&mut self) -> ControlFlow<()> {
        if self.output.sink.is_terminal() || self.batch.bytes() >= FULL {
            return self.flush();
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
        let Output { encoder, sink, .. } = self.output;
        let flow = if encoder.is_ordered() {
            sink.encode_in_turn(&self.batch, &mut self.encoded)
        } else {
            match encoder.encode(&self.batch, &mut self.encoded) {
                Ok(()) => {
                    sink.write(&self.encoded.bytes, self.encoded.splits())
                }
                Err(why) => sink.fail(io::Error::other(why)),
            }
        };
        self.batch.clear();
        self.encoded.clear();
        flow
    }
}

/// The record of a file that was found. `facts` are what the schema needs of
/// its metadata.
pub(crate) fn row<'a>(
    file: &EntryRef<'a>,
    facts: Option<&'a FileFacts>,
) -> Row<'a> {
    Row {
        parent: file.parent,
        name: file.name,
        size: Some(file.metadata.size),
        modified: Some(file.metadata.modified),
        kind: Some(file.metadata.kind),
        facts,
        values: file.values,
        ..Row::default()
    }
}

impl Drop for RecordWriter<'_> {
    /// However the run ended, what was found are whole records.
    fn drop(&mut self) {
        // What goes wrong is reported when the sink is finished.
        let _ = self.flush();
    }
}
