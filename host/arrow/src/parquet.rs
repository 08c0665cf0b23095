//! Files of Parquet: one table, in row groups, with a footer.

use std::sync::Arc;

use ::parquet::{
    arrow::ArrowWriter, basic::Compression, errors::ParquetError,
    file::properties::WriterProperties,
};
use arrow_array::RecordBatch;
use sanchay_core::record;
use sanchay_output::EncodeError;

use crate::table::{TableEncoder, TableWriter, Written};

/// So many rows are a row group, of which readers can skip what they do not
/// want.
const ROW_GROUP: usize = 128 * 1024;

/// Writes records as Parquet, compressed by Snappy.
///
/// # Errors
/// What Parquet refuses, which these fields are not.
pub fn parquet(records: &record::Schema) -> Result<TableEncoder, EncodeError> {
    TableEncoder::new(records, true, |schema, written| {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(
                concat!("sanchay ", env!("CARGO_PKG_VERSION")).to_owned(),
            )
            .build();
        let schema = Arc::clone(schema);
        ArrowWriter::try_new(written, schema, Some(properties))
            .map(|writer| Box::new(writer) as Box<dyn TableWriter>)
            .map_err(|error| refused(&error))
    })
}

impl TableWriter for ArrowWriter<Written> {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), EncodeError> {
        ArrowWriter::write(self, rows).map_err(|error| refused(&error))
    }

    fn close(self: Box<Self>) -> Result<(), EncodeError> {
        let closed = ArrowWriter::close(*self);
        closed.map(drop).map_err(|error| refused(&error))
    }
}

fn refused(error: &ParquetError) -> EncodeError {
    EncodeError(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::{Array as _, StringArray, cast::AsArray as _, types};
    use arrow_schema::Schema;
    use sanchay_core::record::{self, Group, RecordBatch, RecordKind, Row};
    use sanchay_core::time::Timestamp;
    use sanchay_output::{Encoded, Encoder as _};

    use crate::parquet;

    /// All that is written of some batches, read back by Parquet's reader.
    fn round(
        kind: RecordKind,
        batches: &[&[Row<'_>]],
    ) -> arrow_array::RecordBatch {
        let schema = Arc::new(record::Schema::new(kind, []));
        let encoder = parquet(&schema).unwrap();
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
    fn what_has_few_values_is_a_dictionary() {
        let schema = record::Schema::new(RecordKind::File, []);
        let names = ["extension", "kind", "user", "name"];
        let schema = Arc::new(schema.select(names).unwrap());
        let encoder = parquet(&schema).unwrap();
        let mut batch = RecordBatch::new(Arc::clone(&schema));
        for name in [&b"a.rs"[..], b"b.rs", b"\xff.x\xff", b"none"] {
            let kind = Some(sanchay_core::kind::EntryKind::File);
            batch.push(&Row { name, kind, ..Row::default() });
        }
        let mut out = Encoded::default();
        encoder.encode(&batch, &mut out).unwrap();
        let mut file = out.bytes;
        encoder.finish(false, &mut file).unwrap();
        let file = bytes::Bytes::from(file);
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let read = reader.build().unwrap().next().unwrap().unwrap();
        for name in ["extension", "kind", "user"] {
            let column = read.column_by_name(name).unwrap();
            let of = column.data_type().to_string();
            assert!(of.starts_with("Dictionary(Int32, Utf8"), "{name}: {of}");
        }
        let extensions = read.column_by_name("extension").unwrap();
        let extensions = extensions.as_dictionary::<types::Int32Type>();
        let texts = extensions.downcast_dict::<StringArray>().unwrap();
        let texts: Vec<_> = texts.into_iter().collect();
        assert_eq!(texts, [Some("rs"), Some("rs"), None, None]);
        let odd = read.column_by_name("extension_bytes").unwrap();
        assert_eq!(odd.as_binary::<i32>().value(2), b"x\xff");
        assert_eq!(read.column_by_name("user").unwrap().null_count(), 4);
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
