//! Records on their way out: collected in a batch, encoded as in the native
//! program, and written to where the user wants them.

mod sink;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

use sanchay_arguments::OutputOptions;
use sanchay_core::exit::Exit;
use sanchay_core::record::{FieldId, RecordBatch, RecordKind, Row, Schema};
use sanchay_core::time::TimeZone;
use sanchay_output::{Encoded, Encoder, TemplateEncoder, TextOptions};

pub(crate) use self::sink::{OutputFile, Sink, refuse_overwrite};
use crate::failure::Failure;
use crate::folders::Folders;

/// A batch of so many bytes is encoded and written.
const FULL: usize = 64 * 1024;

/// Writes records.
pub(crate) struct Output {
    encoder: Box<dyn Encoder>,
    batch: RecordBatch,
    encoded: Encoded,
    sink: Sink,
}

impl Output {
    /// Opens the destination that the options name, unless it is one of the
    /// files that are to be read.
    pub(crate) fn open<'p>(
        options: &OutputOptions,
        inputs: impl Iterator<Item = &'p str>,
        folders: &Folders,
        kind: RecordKind,
    ) -> Result<Self, Failure> {
        let file = options.file.as_deref();
        refuse_overwrite(file, inputs, folders)?;
        let sink = Sink::open(file, folders)?;
        let terminal = sink.is_terminal();
        let text = TextOptions { terminal, ..options.text.clone() };
        let mut schema = Schema::new(kind, []);
        if let Some(template) = &options.template {
            let resolved = template.resolve(&schema, TimeZone::UTC);
            let (schema, template) = resolved.map_err(Failure::Template)?;
            let encoder = Box::new(TemplateEncoder::new(template, text));
            let batch = RecordBatch::new(Arc::new(schema));
            return Ok(Self {
                encoder,
                batch,
                encoded: Encoded::default(),
                sink,
            });
        }
        if !options.fields.is_empty() {
            let names = options.fields.iter().map(String::as_str);
            schema = schema.select(names).map_err(Failure::Fields)?;
        }
        let schema = Arc::new(schema);
        let encoder = options.format.encoder(&schema, text);
        let batch = RecordBatch::new(schema);
        Ok(Self { encoder, batch, encoded: Encoded::default(), sink })
    }

    /// Whether the records have a field.
    pub(crate) fn has(&self, field: FieldId) -> bool {
        self.batch.schema().has(field)
    }

    /// Appends a record.
    pub(crate) fn push(&mut self, row: &Row<'_>) {
        self.batch.push(row);
    }

    /// Writes the records if they are many or were held for long, or a person
    /// is watching.
    pub(crate) fn flush_if_due(&mut self) -> Result<(), Failure> {
        match self.batch.bytes() >= FULL || self.sink.is_due() {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Writes the records.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let encoded = self.encoder.encode(&self.batch, &mut self.encoded);
        encoded.map_err(|why| self.sink.cannot_encode(&why))?;
        self.batch.clear();
        let written =
            self.sink.write_records(&*self.encoder, &self.encoded.bytes);
        self.encoded.clear();
        written
    }

    /// The file that the records go to.
    pub(crate) fn file(&self) -> OutputFile {
        self.sink.file()
    }

    /// Writes what the format has after its records, where something could be
    /// done.
    pub(crate) fn finish(mut self, exit: Exit) -> Result<Exit, Failure> {
        self.flush()?;
        self.sink.finish(&*self.encoder, exit)
    }
}
