//! Chunks of records in the database. All but the last of a job have the same
//! number of records, so that the chunk of any record is known without a look.

use std::sync::Arc;

use sqlx::{Any, Row as _, Transaction};
use tokio::sync::mpsc::Receiver;

use super::sink::Message;
use crate::{
    database::{Database, marks, statement},
    jobs::{
        live::Live,
        queue::{Claimed, signed},
    },
    problem::Problem,
};

/// How many records a chunk has.
pub(crate) const ROWS: usize = 64;

/// How many messages are written in one transaction.
const TOGETHER: usize = 512;

/// How many rows one statement has.
const ROWS_A_STATEMENT: usize = 25;

/// How many entries that failed are kept of a job, one by one. The others are
/// counted.
pub(crate) const MOST_ERRORS: u64 = 100_000;

/// Writes what a job sends, until it sends no more. Ends early, and so ends
/// the job, where the job is not this worker's any more.
pub(crate) async fn write(
    database: Database,
    claimed: Claimed,
    live: Arc<Live>,
    mut messages: Receiver<Message>,
) -> sqlx::Result<()> {
    let mut some = Vec::with_capacity(TOGETHER);
    while messages.recv_many(&mut some, TOGETHER).await > 0 {
        let mut transaction = database.write().await?;
        let rows =
            write_some(&mut transaction, &claimed, some.drain(..)).await?;
        if let Some(rows) = rows {
            let held = sqlx::query(
                "UPDATE service_jobs SET result_rows = $1 \
                 WHERE id = $2 AND attempt = $3 AND state = 'running'",
            )
            .bind(signed(rows))
            .bind(claimed.id)
            .bind(claimed.attempt)
            .execute(&mut *transaction)
            .await?;
            if held.rows_affected() == 0 {
                live.cancel.cancel();
                return Ok(());
            }
        }
        transaction.commit().await?;
        if let Some(rows) = rows {
            live.note_rows(rows);
        }
    }
    Ok(())
}

/// Writes some messages; how many records there are then.
async fn write_some(
    transaction: &mut Transaction<'static, Any>,
    claimed: &Claimed,
    some: impl Iterator<Item = Message>,
) -> sqlx::Result<Option<u64>> {
    let (mut chunks, mut errors) = (Vec::new(), Vec::new());
    let mut last = None;
    for message in some {
        match message {
            Message::Chunk { number, rows, data } => {
                last = Some(rows);
                chunks.push((number, data));
            }
            Message::Error { number, error } if number < MOST_ERRORS => {
                errors.push((number, error));
            }
            Message::Error { .. } => {}
        }
    }
    let (job, attempt) = (claimed.id, claimed.attempt);
    while !chunks.is_empty() {
        let rest = chunks.split_off(chunks.len().min(ROWS_A_STATEMENT));
        let text = insertion(
            "service_chunks (job, attempt, chunk, data)",
            4,
            chunks.len(),
        );
        let mut query = sqlx::query(statement(text));
        for (number, data) in chunks {
            let number = signed(number);
            query = query.bind(job).bind(attempt).bind(number).bind(data);
        }
        query.execute(&mut **transaction).await?;
        chunks = rest;
    }
    while !errors.is_empty() {
        let rest = errors.split_off(errors.len().min(ROWS_A_STATEMENT));
        let into = "service_errors \
                    (job, attempt, number, reason, path, what, why)";
        let text = insertion(into, 7, errors.len());
        let mut query = sqlx::query(statement(text));
        for (number, error) in errors {
            let error = *error;
            query = query
                .bind(job)
                .bind(attempt)
                .bind(signed(number))
                .bind(error.reason)
                .bind(error.path)
                .bind(error.what)
                .bind(error.why);
        }
        query.execute(&mut **transaction).await?;
        errors = rest;
    }
    Ok(last)
}

/// A statement that inserts so many rows of so many columns.
fn insertion(into: &str, columns: usize, rows: usize) -> String {
    let row = |at: usize| format!("({})", marks(1 + at * columns, columns));
    let rows: Vec<_> = (0..rows).map(row).collect();
    format!("INSERT INTO {into} VALUES {}", rows.join(", "))
}

/// Chunks of a job by their numbers, in no order; those that are there.
pub(crate) async fn read(
    database: &Database,
    job: i64,
    attempt: i64,
    numbers: &[u64],
) -> Result<Vec<(u64, Vec<u8>)>, Problem> {
    let mut all = Vec::with_capacity(numbers.len());
    for some in numbers.chunks(64) {
        let text = format!(
            "SELECT chunk, data FROM service_chunks \
             WHERE job = $1 AND attempt = $2 AND chunk IN ({})",
            marks(3, some.len())
        );
        let mut query = sqlx::query(statement(text)).bind(job).bind(attempt);
        for number in some {
            query = query.bind(signed(*number));
        }
        for row in query.fetch_all(database.pool()).await? {
            let number: i64 = row.try_get(0)?;
            all.push((number.cast_unsigned(), row.try_get(1)?));
        }
    }
    Ok(all)
}

/// The records of a chunk, as bytes; `None` where it is damaged.
pub(crate) fn records(chunk: &[u8]) -> Option<Vec<&[u8]>> {
    let (count, rest) = chunk.split_first_chunk::<4>()?;
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    let (ends, bytes) = rest.split_at_checked(count.checked_mul(4)?)?;
    let mut start = 0;
    let ends = ends.as_chunks::<4>().0;
    ends.iter()
        .map(|end| {
            let end = usize::try_from(u32::from_le_bytes(*end)).ok()?;
            let record = bytes.get(start..end)?;
            start = end;
            Some(record)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_a_mark_for_each_value() {
        assert_eq!(
            insertion("t (a, b)", 2, 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
    }

    #[test]
    fn a_chunk_that_is_damaged_is_no_chunk() {
        let chunk = [2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, b'a', b'b', b'c'];
        assert_eq!(records(&chunk).unwrap(), [&b"a"[..], b"bc"]);
        for length in 0..chunk.len() {
            assert_eq!(records(&chunk[..length]), None, "{length}");
        }
        let backwards = [1, 0, 0, 0, 9, 0, 0, 0];
        assert_eq!(records(&backwards), None);
    }
}
