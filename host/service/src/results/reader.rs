//! Records of a job, read back by their numbers.

use std::{collections::HashMap, sync::Arc};

use sanchay_core::record::{RecordBatch, Schema};

use super::{
    shape::Shape,
    store::{self, ROWS},
};
use crate::{database::Database, jobs::document::Job, problem::Problem};

/// The records of one attempt at a job.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    database: Database,
    job: i64,
    attempt: i64,
    shape: Shape,
    schema: Arc<Schema>,
    total: u64,
}

impl Reader {
    /// Those of a job, as far as they are there by now.
    ///
    /// # Errors
    /// 409 for a job without records.
    pub(crate) fn new(
        database: &Database,
        job: &Job,
    ) -> Result<Self, Problem> {
        let shape = Shape::of_job(job)?;
        Ok(Self {
            database: database.clone(),
            job: job.id,
            attempt: job.attempts,
            shape,
            schema: shape.kept(),
            total: job.rows.cast_unsigned(),
        })
    }

    /// The first of them only.
    pub(crate) fn up_to(mut self, rows: u64) -> Self {
        self.total = self.total.min(rows);
        self
    }

    /// What the records are.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// How many there are.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// So many records from this one on: fewer at the end.
    pub(crate) async fn range(
        &self,
        from: u64,
        count: usize,
    ) -> Result<RecordBatch, Problem> {
        let end = from.saturating_add(count as u64).min(self.total);
        let rows: Vec<u64> = (from..end).collect();
        self.rows(&rows).await
    }

    /// These records, in this order.
    pub(crate) async fn rows(
        &self,
        rows: &[u64],
    ) -> Result<RecordBatch, Problem> {
        let chunk_of = |row: &u64| row / ROWS as u64;
        let mut numbers: Vec<u64> = rows.iter().map(chunk_of).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let chunks =
            store::read(&self.database, self.job, self.attempt, &numbers)
                .await?;
        let mut records = HashMap::with_capacity(chunks.len());
        for (number, chunk) in &chunks {
            let some = store::records(chunk).ok_or_else(damaged)?;
            records.insert(*number, some);
        }
        let mut batch = RecordBatch::new(Arc::clone(&self.schema));
        for row in rows {
            let at = usize::try_from(row % ROWS as u64).unwrap_or(usize::MAX);
            let some = records.get(&chunk_of(row));
            let record = some.and_then(|it| it.get(at)).ok_or_else(gone)?;
            batch.push_encoded(record).ok_or_else(damaged)?;
        }
        Ok(batch)
    }
}

fn damaged() -> Problem {
    Problem::internal("The results are damaged: run the job again.")
}

/// Another attempt at the job has begun meanwhile, or the job was pruned.
fn gone() -> Problem {
    Problem::conflict(
        "The results are not there any more: the job was begun anew. Ask \
         again from the beginning.",
    )
    .of_kind("results-gone")
}
