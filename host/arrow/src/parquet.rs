//! Files of Parquet: one table, in row groups, with a footer.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard},
};

use ::parquet::{
    arrow::ArrowWriter, basic::Compression, errors::ParquetError,
    file::properties::WriterProperties,
};
use arrow_schema::Schema;
use sanchay_core::record::{self, RecordBatch};
use sanchay_output::{EncodeError, Encoded, Encoder};
use sanchay_sync::lock;

use crate::{Options, batch, schema};

/// Paths that are not UTF-8 are kept: in a column of their own.
const OPTIONS: Options = Options { path_bytes: true };

/// So many rows are a row group, of which readers can skip what they do not
/// want.
const ROW_GROUP: usize = 128 * 1024;

/// Writes records as Parquet, compressed by Snappy.
pub struct ParquetEncoder {
    schema: Arc<Schema>,
    state: Mutex<State>,
}

struct State {
    /// `None` once the footer was written.
    writer: Option<ArrowWriter<Shared>>,
    written: Shared,
}

impl ParquetEncoder {
    /// An encoder of records with these fields.
    ///
    /// # Errors
    /// What Parquet refuses, which these fields are not.
    pub fn new(records: &record::Schema) -> Result<Self, EncodeError> {
        let schema = Arc::new(schema(records, OPTIONS));
        let written = Shared::default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(
                concat!("sanchay ", env!("CARGO_PKG_VERSION")).to_owned(),
            )
            .build();
        let writer = ArrowWriter::try_new(
            written.clone(),
            Arc::clone(&schema),
            Some(properties),
        );
        let writer = Some(writer.map_err(|error| refused(&error))?);
        Ok(Self { schema, state: Mutex::new(State { writer, written }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Encoder for ParquetEncoder {
    fn encode(
        &self,
        records: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        let batch = batch(records, &self.schema, OPTIONS)
            .map_err(|error| EncodeError(error.to_string()))?;
        let mut state = self.state();
        if let Some(writer) = &mut state.writer {
            writer.write(&batch).map_err(|error| refused(&error))?;
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
            writer.close().map_err(|error| refused(&error))?;
        }
        state.written.take(out);
        Ok(())
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

fn refused(error: &ParquetError) -> EncodeError {
    EncodeError(error.to_string())
}

/// Bytes that were written and not yet taken.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self, out: &mut Vec<u8>) {
        let mut bytes = lock(&self.0);
        out.append(&mut bytes);
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = lock(&self.0);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::{Array as _, cast::AsArray as _, types};
    use sanchay_core::record::{Group, RecordKind, Row};
    use sanchay_core::time::Timestamp;

    use super::*;

    /// All that is written of some batches, read back by Parquet's reader.
    fn round(
        kind: RecordKind,
        batches: &[&[Row<'_>]],
    ) -> arrow_array::RecordBatch {
        let schema = Arc::new(record::Schema::new(kind, []));
        let encoder = ParquetEncoder::new(&schema).unwrap();
        let mut out = Encoded::default();
        for rows in batches {
            let mut batch = RecordBatch::new(Arc::clone(&schema));
            rows.iter().for_each(|row| batch.push(row));
            encoder.encode(&batch, &mut out).unwrap();
        }
        let mut file = out.bytes;
        encoder.finish(batches.is_empty(), &mut file).unwrap();
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file))
                .unwrap();
        let schema = Arc::clone(reader.schema());
        let batches: Vec<_> =
            reader.build().unwrap().map(Result::unwrap).collect();
        arrow_select(&schema, &batches)
    }

    /// The only batch, or one of no rows.
    fn arrow_select(
        schema: &Arc<Schema>,
        batches: &[arrow_array::RecordBatch],
    ) -> arrow_array::RecordBatch {
        match batches {
            [] => arrow_array::RecordBatch::new_empty(Arc::clone(schema)),
            [one] => one.clone(),
            many => panic!("{} batches", many.len()),
        }
    }

    fn names(batch: &arrow_array::RecordBatch) -> Vec<String> {
        let schema = batch.schema();
        schema.fields().iter().map(|it| it.name().clone()).collect()
    }

    #[test]
    fn records_are_read_back_with_their_types() {
        let modified = Some(Timestamp { seconds: -1, nanoseconds: 5 });
        let first = Row {
            parent: b"d/",
            name: b"a",
            size: Some(u64::MAX),
            modified,
            ..Row::default()
        };
        let second = Row { name: b"\xff", ..first };
        let found = round(RecordKind::File, &[&[first], &[second]]);
        assert_eq!(names(&found), ["path", "path_bytes", "size", "modified"]);
        let paths = found.column(0).as_string::<i32>();
        assert_eq!((paths.value(0), paths.is_null(1)), ("d/a", true));
        let bytes = found.column(1).as_binary::<i32>();
        assert_eq!((bytes.is_null(0), bytes.value(1)), (true, &b"d/\xff"[..]));
        let sizes = found.column(2).as_primitive::<types::UInt64Type>();
        assert_eq!(sizes.value(0), u64::MAX);
        let times =
            found.column(3).as_primitive::<types::TimestampNanosecondType>();
        assert_eq!(times.value(0), -999_999_995);
        assert_eq!(
            found.schema().field(3).data_type().to_string(),
            "Timestamp(ns, \"UTC\")"
        );
    }

    #[test]
    fn a_table_of_no_records_is_whole() {
        let found = round(RecordKind::Verdict, &[]);
        assert_eq!(found.num_rows(), 0);
        assert_eq!(names(&found), ["path", "path_bytes", "verdict", "error"]);
    }

    #[test]
    fn what_groups_would_free_can_be_summed() {
        let row = |number, name| Row {
            name,
            size: Some(7),
            group: Some(Group { number, reclaimable: 7 }),
            ..Row::default()
        };
        let rows = [row(1, b"a"), row(1, b"b"), row(2, b"c"), row(2, b"d")];
        let found = round(RecordKind::Duplicate, &[&rows]);
        let column = found.column_by_name("reclaimable").unwrap();
        let column = column.as_primitive::<types::UInt64Type>();
        assert_eq!(
            column.iter().collect::<Vec<_>>(),
            [Some(7), None, Some(7), None]
        );
    }
}
