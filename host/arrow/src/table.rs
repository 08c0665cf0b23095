//! Records as the file of one table, which has a footer: Parquet, and Arrow's
//! own IPC format.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard},
};

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use sanchay_core::record;
use sanchay_output::{EncodeError, Encoded, Encoder};
use sanchay_sync::lock;

use crate::{Options, batch, schema};

/// Writes a table to the end of what was [`Written`].
pub(crate) trait TableWriter: Send {
    /// Appends rows.
    fn write(&mut self, rows: &RecordBatch) -> Result<(), EncodeError>;

    /// Writes the footer.
    fn close(self: Box<Self>) -> Result<(), EncodeError>;
}

/// Writes records as a table.
pub struct TableEncoder {
    schema: Arc<Schema>,
    options: Options,
    state: Mutex<State>,
}

struct State {
    /// `None` once the footer was written.
    writer: Option<Box<dyn TableWriter>>,
    written: Written,
}

impl TableEncoder {
    /// An encoder of records with these fields, by the writer that is made
    /// for their columns. Paths that are not UTF-8 are kept: in a column of
    /// their own.
    pub(crate) fn new(
        records: &record::Schema,
        dictionaries: bool,
        open: impl FnOnce(
            &Arc<Schema>,
            Written,
        ) -> Result<Box<dyn TableWriter>, EncodeError>,
    ) -> Result<Self, EncodeError> {
        let options = Options { path_bytes: true, dictionaries };
        let schema = Arc::new(schema(records, options));
        let written = Written::default();
        let writer = Some(open(&schema, written.clone())?);
        let state = Mutex::new(State { writer, written });
        Ok(Self { schema, options, state })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Encoder for TableEncoder {
    fn encode(
        &self,
        records: &record::RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        let batch = batch(records, &self.schema, self.options)
            .map_err(|error| EncodeError(error.to_string()))?;
        let mut state = self.state();
        if let Some(writer) = &mut state.writer {
            writer.write(&batch)?;
        }
        state.written.take(&mut out.bytes);
        Ok(())
    }

    fn finish(
        &self,
        _empty: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let mut state = self.state();
        if let Some(writer) = state.writer.take() {
            writer.close()?;
        }
        state.written.take(out);
        Ok(())
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

/// Bytes that were written and not yet taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self, out: &mut Vec<u8>) {
        let mut bytes = lock(&self.0);
        out.append(&mut bytes);
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = lock(&self.0);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
