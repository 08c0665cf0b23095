//! Files of Arrow's IPC format, which readers map into memory as they are:
//! one table, in batches, with a footer.

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;
use sanchay_core::record;
use sanchay_output::EncodeError;

use crate::table::{TableEncoder, TableWriter, Written};

/// Writes records as a file of Arrow's IPC format.
///
/// # Errors
/// What Arrow refuses, which these fields are not.
pub fn ipc(records: &record::Schema) -> Result<TableEncoder, EncodeError> {
    // A dictionary cannot change from batch to batch, and not every reader
    // knows one that grows.
    TableEncoder::new(records, false, |schema, written| {
        FileWriter::try_new(written, schema)
            .map(|writer| Box::new(writer) as Box<dyn TableWriter>)
            .map_err(|error| refused(&error))
    })
}

impl TableWriter for FileWriter<Written> {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), EncodeError> {
        FileWriter::write(self, rows).map_err(|error| refused(&error))
    }

    fn close(mut self: Box<Self>) -> Result<(), EncodeError> {
        self.finish().map_err(|error| refused(&error))
    }
}

fn refused(error: &ArrowError) -> EncodeError {
    EncodeError(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, sync::Arc};

    use arrow_array::{Array as _, cast::AsArray as _, types};
    use arrow_ipc::reader::FileReader;
    use sanchay_core::record::{RecordBatch, RecordKind, Row, Schema};
    use sanchay_output::{Encoded, Encoder as _};

    use super::ipc;

    #[test]
    fn records_are_read_back_batch_by_batch() {
        let schema = Schema::new(RecordKind::File, []);
        let names = ["size", "name", "extension"];
        let schema = Arc::new(schema.select(names).unwrap());
        let encoder = ipc(&schema).unwrap();
        let mut out = Encoded::default();
        for name in [&b"d/a.rs"[..], b"d/\xff.x", b"none"] {
            let mut batch = RecordBatch::new(Arc::clone(&schema));
            batch.push(&Row { name, size: Some(7), ..Row::default() });
            encoder.encode(&batch, &mut out).unwrap();
        }
        let mut file = out.bytes;
        encoder.finish(false, &mut file).unwrap();
        let reader = FileReader::try_new(Cursor::new(file), None).unwrap();
        let read: Vec<_> = reader.map(Result::unwrap).collect();
        assert_eq!(read.len(), 3);
        let sizes = read[0].column(0).as_primitive::<types::UInt64Type>();
        assert_eq!(sizes.value(0), 7);
        assert_eq!(read[0].column(1).as_string::<i32>().value(0), "a.rs");
        assert!(read[1].column(1).is_null(0));
        assert_eq!(read[1].column(2).as_binary::<i32>().value(0), b"\xff.x");
        assert_eq!(read[0].column(3).as_string::<i32>().value(0), "rs");
        assert!(read[2].column(3).is_null(0));
    }
}
