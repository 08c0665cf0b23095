//! A table that is written in 256 partitions, each a file of Parquet.
//!
//! A writer of Parquet takes some 50 KB a column before it has a row. Most
//! partitions are small: their rows wait, and each is written when all are
//! known, one after the other.

use std::sync::Arc;

use bytes::Bytes;
use sanchay_arrow::TableEncoder;
use sanchay_core::{
    record::{RecordBatch, Row, Schema},
    shard::{Dataset, OutputFile, identity},
};
use sanchay_output::{EncodeError, Encoded, Encoder as _};

use crate::error::ShardError;

/// How many rows of a partition are encoded at once.
const TOGETHER: usize = 8192;

/// A table in partitions, in memory.
pub(crate) struct Partitions {
    dataset: Dataset,
    schema: Arc<Schema>,
    parts: Vec<Option<Part>>,
}

/// What there is of a partition.
struct Part {
    /// There once many rows were pushed.
    encoder: Option<TableEncoder>,
    batch: RecordBatch,
    encoded: Encoded,
    rows: u64,
}

impl Partitions {
    pub(crate) fn new(dataset: Dataset, schema: Schema) -> Self {
        let parts = (0..=u8::MAX).map(|_| None).collect();
        Self { dataset, schema: Arc::new(schema), parts }
    }

    /// Adds a row.
    pub(crate) fn push(
        &mut self,
        partition: u8,
        row: &Row<'_>,
    ) -> Result<(), ShardError> {
        let place = self.parts.get_mut(usize::from(partition));
        debug_assert!(place.is_some(), "there are 256 partitions");
        let Some(place) = place else { return Ok(()) };
        let part = match place {
            Some(part) => part,
            empty => empty.insert(Part::new(&self.schema)),
        };
        part.batch.push(row);
        part.rows += 1;
        match part.batch.len() >= TOGETHER {
            true => part.encode(&self.schema),
            false => Ok(()),
        }
    }

    /// The files, with what is said of each: none of a partition without rows.
    pub(crate) fn finish(
        self,
    ) -> impl Iterator<Item = Result<(OutputFile, Bytes), ShardError>> {
        let (dataset, schema) = (self.dataset, self.schema);
        let parts = (0..=u8::MAX).zip(self.parts);
        parts.filter_map(move |(partition, part)| {
            let part = part?;
            Some(part.finish(&schema).map(|(rows, bytes)| {
                let file = OutputFile {
                    dataset,
                    partition,
                    rows,
                    bytes: bytes.len() as u64,
                    digest: identity(&bytes),
                };
                (file, bytes)
            }))
        })
    }
}

impl Part {
    fn new(schema: &Arc<Schema>) -> Self {
        Self {
            encoder: None,
            batch: RecordBatch::new(Arc::clone(schema)),
            encoded: Encoded::default(),
            rows: 0,
        }
    }

    /// Encodes the rows that wait.
    fn encode(&mut self, schema: &Arc<Schema>) -> Result<(), ShardError> {
        let Self { encoder, batch, encoded, .. } = self;
        let encoder = match encoder {
            Some(encoder) => encoder,
            none => {
                let new = sanchay_arrow::parquet(schema).map_err(refused)?;
                none.insert(new)
            }
        };
        encoder.encode(batch, encoded).map_err(refused)?;
        batch.clear();
        Ok(())
    }

    fn finish(
        mut self,
        schema: &Arc<Schema>,
    ) -> Result<(u64, Bytes), ShardError> {
        if !self.batch.is_empty() {
            self.encode(schema)?;
        }
        let mut bytes = self.encoded.bytes;
        if let Some(encoder) = self.encoder {
            encoder.finish(false, &mut bytes).map_err(refused)?;
        }
        Ok((self.rows, bytes.into()))
    }
}

fn refused(error: EncodeError) -> ShardError {
    ShardError::Write(error.0)
}
