//! Records, read back by their numbers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use sanchay_core::record::{RecordBatch, Schema};

use super::{
    listing::{Listed, Listing},
    shape::Shape,
    store::{self, ROWS},
};
use crate::{
    blocking::blocking, database::Database, jobs::document::Job,
    problem::Problem, shelf::Slot,
};

/// How long a listing may be in the making before nobody waits for it.
const LONGEST: Duration = Duration::from_secs(600);

/// Records that can be read from any place.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    from: From,
    shape: Shape,
    schema: Arc<Schema>,
}

/// Where they are.
#[derive(Clone, Debug)]
enum From {
    /// In chunks of the database: those of one attempt at a job.
    Job { database: Database, job: i64, attempt: i64, total: u64 },
    /// In a listing, which may still be in the making.
    Listed(Arc<Slot<Listing>>),
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
        let from = From::Job {
            database: database.clone(),
            job: job.id,
            attempt: job.attempts,
            total: job.rows.cast_unsigned(),
        };
        Ok(Self { from, shape, schema: shape.kept() })
    }

    /// Those of a listing.
    pub(crate) fn listed(listed: Listed) -> Self {
        let Listed { slot, shape } = listed;
        Self { from: From::Listed(slot), shape, schema: shape.kept() }
    }

    /// The first of them only, if they are those of a job.
    pub(crate) fn up_to(mut self, rows: u64) -> Self {
        if let From::Job { total, .. } = &mut self.from {
            *total = (*total).min(rows);
        }
        self
    }

    /// What the records are.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// How many there are; 0 as long as nobody knows.
    pub(crate) fn total(&self) -> u64 {
        match &self.from {
            From::Job { total, .. } => *total,
            From::Listed(slot) => slot.now().map_or(0, |it| it.len()),
        }
    }

    /// How many there are, as soon as that is known.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub(crate) async fn ready(&self) -> Result<u64, Problem> {
        match &self.from {
            From::Job { total, .. } => Ok(*total),
            From::Listed(slot) => Ok(slot.ready(LONGEST).await?.len()),
        }
    }

    /// The same for a request, which does not wait for long.
    ///
    /// # Errors
    /// 503 where it takes longer, and why they cannot be read.
    pub(crate) async fn ready_within(
        &self,
        longest: Duration,
    ) -> Result<u64, Problem> {
        match &self.from {
            From::Job { total, .. } => Ok(*total),
            From::Listed(slot) => Ok(slot.ready(longest).await?.len()),
        }
    }

    /// So many records from this one on: fewer at the end.
    pub(crate) async fn range(
        &self,
        from: u64,
        count: usize,
    ) -> Result<RecordBatch, Problem> {
        let end = from.saturating_add(count as u64).min(self.total());
        let rows: Vec<u64> = (from..end).collect();
        self.rows(&rows).await
    }

    /// These records, in this order.
    pub(crate) async fn rows(
        &self,
        rows: &[u64],
    ) -> Result<RecordBatch, Problem> {
        let (database, job, attempt) = match &self.from {
            From::Job { database, job, attempt, .. } => {
                (database, *job, *attempt)
            }
            From::Listed(slot) => {
                let listing = slot.ready(LONGEST).await?;
                let (schema, rows) = (Arc::clone(&self.schema), rows.to_vec());
                return blocking(move || listing.rows(&schema, &rows)).await;
            }
        };
        let chunk_of = |row: &u64| row / ROWS as u64;
        let mut numbers: Vec<u64> = rows.iter().map(chunk_of).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let chunks = store::read(database, job, attempt, &numbers).await?;
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
