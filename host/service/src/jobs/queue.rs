//! The queue: rows of a table, taken by whoever comes first and held by a
//! lease. A worker that dies lets its lease run out, and another takes the
//! job over; what it did until then counts for nothing, since each attempt
//! has results of its own and only the holder of the lease can end a job.

use serde_json::Value;
use sqlx::{Any, Row as _, Transaction};

use super::{
    document::{COLUMNS, Job, LISTED},
    kind::{Kind, State},
    scope::{self, Places, Scope},
};
use crate::{
    database::{Database, statement},
    problem::Problem,
    time,
};

/// How long a lease is good that is not renewed, in milliseconds.
pub(crate) const LEASE: i64 = 15_000;

/// How often a job is begun before it counts as one that ends its workers.
const MOST_ATTEMPTS: i64 = 5;

/// A job that is to be kept.
#[derive(Debug)]
pub(crate) struct NewJob<'a> {
    pub(crate) kind: &'a str,
    pub(crate) title: &'a str,
    pub(crate) request: &'a Value,
    pub(crate) by: &'a str,
    /// Which roots it has to do with.
    pub(crate) places: Places<'a>,
}

/// A job that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) id: i64,
    pub(crate) attempt: i64,
    pub(crate) kind: String,
    pub(crate) request: Value,
}

/// How far a job is, as its worker notes it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) errors: u64,
}

/// How a job ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) state: State,
    pub(crate) counts: Counts,
    pub(crate) result: Option<Value>,
    pub(crate) problem: Option<Value>,
}

/// What came of renewing a lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Renewed {
    /// It goes on.
    Held,
    /// Somebody cancelled the job.
    Cancelled,
    /// Another worker has it.
    Lost,
}

/// Which jobs are listed.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) state: Option<State>,
    pub(crate) kind: Option<String>,
    /// Only parts of this one.
    pub(crate) whole: Option<i64>,
    /// Only those before this one.
    pub(crate) before: Option<i64>,
    pub(crate) limit: i64,
}

/// The queue of a database, as far as a service has to do with it: jobs of
/// other roots are neither told of nor taken.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    database: Database,
    scope: Scope,
    /// Whether jobs that change files may be taken.
    may_write: bool,
}

impl Queue {
    pub(crate) fn new(
        database: Database,
        scope: Scope,
        may_write: bool,
    ) -> Self {
        Self { database, scope, may_write }
    }

    /// Adds a job, and returns its number.
    pub(crate) async fn add(
        transaction: &mut Transaction<'_, Any>,
        job: &NewJob<'_>,
    ) -> sqlx::Result<i64> {
        let added = Self::insert(transaction, job, None).await?;
        added.ok_or(sqlx::Error::RowNotFound)
    }

    /// Adds a part of another job, and returns its number; `None` where it is
    /// there.
    pub(crate) async fn add_part(
        transaction: &mut Transaction<'_, Any>,
        job: &NewJob<'_>,
        whole: i64,
        part: i64,
    ) -> sqlx::Result<Option<i64>> {
        Self::insert(transaction, job, Some((whole, part))).await
    }

    async fn insert(
        transaction: &mut Transaction<'_, Any>,
        job: &NewJob<'_>,
        part: Option<(i64, i64)>,
    ) -> sqlx::Result<Option<i64>> {
        let now = time::now();
        let row = sqlx::query(
            "INSERT INTO service_jobs (kind, state, title, request, \
             made_by, created, changed, whole, part) \
             VALUES ($1, 'queued', $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (whole, part) DO NOTHING RETURNING id",
        )
        .bind(job.kind)
        .bind(job.title)
        .bind(job.request.to_string())
        .bind(job.by)
        .bind(now)
        .bind(now)
        .bind(part.map(|(whole, _)| whole))
        .bind(part.map(|(_, part)| part))
        .fetch_optional(&mut **transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id = row.try_get(0)?;
        scope::keep(transaction, id, job.places).await?;
        Ok(Some(id))
    }

    /// A job.
    ///
    /// # Errors
    /// 404 where there is none, and where it is one of other roots.
    pub(crate) async fn get(&self, id: i64) -> Result<Job, Problem> {
        let own = self.scope.condition("j", 2);
        let ask = format!(
            "SELECT {COLUMNS} FROM service_jobs j WHERE id = $1 AND {own}"
        );
        let mut query = sqlx::query(statement(ask)).bind(id);
        for root in self.scope.values() {
            query = query.bind(root);
        }
        let row = query.fetch_optional(self.database.pool()).await?;
        let row = row.ok_or_else(|| {
            Problem::not_found("There is no job of that number.")
        })?;
        Ok(Job::read(&row)?)
    }

    /// Jobs, the newest first; without requests and results that are long.
    pub(crate) async fn list(
        &self,
        selection: &Selection,
    ) -> Result<Vec<Job>, Problem> {
        let own = self.scope.condition("j", 8);
        let ask = format!(
            "SELECT {LISTED} FROM service_jobs j WHERE id < $1 \
             AND ($2 = '' OR state = $3) AND ($4 = '' OR kind = $5) \
             AND ($6 = 0 OR whole = $7) AND {own} ORDER BY id DESC LIMIT {}",
            selection.limit
        );
        let state = selection.state.map_or("", State::name);
        let kind = selection.kind.as_deref().unwrap_or_default();
        let mut query = sqlx::query(statement(ask))
            .bind(selection.before.unwrap_or(i64::MAX))
            .bind(state)
            .bind(state)
            .bind(kind)
            .bind(kind)
            .bind(selection.whole.unwrap_or(0))
            .bind(selection.whole.unwrap_or(0));
        for root in self.scope.values() {
            query = query.bind(root);
        }
        let rows = query.fetch_all(self.database.pool()).await?;
        let jobs: sqlx::Result<_> = rows.iter().map(Job::read).collect();
        Ok(jobs?)
    }

    /// How many wait.
    pub(crate) async fn waiting(&self) -> sqlx::Result<i64> {
        let row = sqlx::query(
            "SELECT count(*) FROM service_jobs WHERE state = 'queued'",
        )
        .fetch_one(self.database.pool())
        .await?;
        row.try_get(0)
    }

    /// Takes the job that waits longest, or one whose worker is dead.
    pub(crate) async fn claim(
        &self,
        worker: &str,
    ) -> sqlx::Result<Option<Claimed>> {
        let now = time::now();
        let ask = format!(
            "UPDATE service_jobs SET state = 'running', worker = $1, \
             lease = {clock} + $2, attempt = attempt + 1, \
             started = COALESCE(started, $3), changed = $4, \
             files = 0, bytes = 0, errors = 0, result_rows = 0 \
             WHERE id = (SELECT j.id FROM service_jobs j \
             WHERE (j.state = 'queued' \
             OR (j.state = 'running' AND j.lease < {clock})) \
             AND j.kind NOT IN ({forbidden}) AND {own} \
             ORDER BY j.id LIMIT 1{}) \
             RETURNING id, attempt, kind, request, cancelled, given_back",
            self.database.skip_locked(),
            clock = self.database.now(),
            forbidden = self.forbidden(),
            own = self.scope.condition("j", 5),
        );
        loop {
            let mut query = sqlx::query(statement(ask.clone()))
                .bind(worker)
                .bind(LEASE)
                .bind(now)
                .bind(now);
            for root in self.scope.values() {
                query = query.bind(root);
            }
            let row = query.fetch_optional(self.database.pool()).await?;
            let Some(row) = row else { return Ok(None) };
            let request: String = row.try_get("request")?;
            let claimed = Claimed {
                id: row.try_get("id")?,
                attempt: row.try_get("attempt")?,
                kind: row.try_get("kind")?,
                request: serde_json::from_str(&request).unwrap_or_default(),
            };
            let cancelled: i64 = row.try_get("cancelled")?;
            let given_back: i64 = row.try_get("given_back")?;
            let failed = claimed.attempt.saturating_sub(given_back);
            if let Some(ended) = over(failed, cancelled != 0) {
                self.end(&claimed, &ended).await?;
                continue;
            }
            if claimed.attempt > 1 {
                self.drop_before(&claimed).await?;
            }
            return Ok(Some(claimed));
        }
    }

    /// The kinds of jobs that are left to others, as a list of texts.
    fn forbidden(&self) -> String {
        let kinds = Kind::ALL.into_iter();
        let forbidden =
            kinds.filter(|it| it.changes_files() && !self.may_write);
        let names = forbidden.map(|it| format!("'{}'", it.name()));
        let mut all: Vec<_> = names.collect();
        // No kind has an empty name, and no list may be empty.
        all.push("''".to_owned());
        all.join(", ")
    }

    /// Which jobs it is about.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The roots that a job was kept with.
    pub(crate) async fn roots_of(
        &self,
        job: i64,
    ) -> sqlx::Result<Vec<std::path::PathBuf>> {
        scope::roots_of(&self.database, job).await
    }

    /// Drops what earlier attempts left.
    async fn drop_before(&self, claimed: &Claimed) -> sqlx::Result<()> {
        for table in ["service_chunks", "service_errors"] {
            let drop =
                format!("DELETE FROM {table} WHERE job = $1 AND attempt < $2");
            sqlx::query(statement(drop))
                .bind(claimed.id)
                .bind(claimed.attempt)
                .execute(self.database.pool())
                .await?;
        }
        Ok(())
    }

    /// Holds a job for another while, and notes how far it is.
    pub(crate) async fn renew(
        &self,
        claimed: &Claimed,
        counts: Counts,
        progress: &Value,
    ) -> sqlx::Result<Renewed> {
        let now = time::now();
        let clock = self.database.now();
        let row = sqlx::query(statement(format!(
            "UPDATE service_jobs SET lease = {clock} + $1, files = $2, \
             bytes = $3, errors = $4, progress = $5, changed = $6 \
             WHERE id = $7 AND attempt = $8 AND state = 'running' \
             RETURNING cancelled",
        )))
        .bind(LEASE)
        .bind(signed(counts.files))
        .bind(signed(counts.bytes))
        .bind(signed(counts.errors))
        .bind(progress.to_string())
        .bind(now)
        .bind(claimed.id)
        .bind(claimed.attempt)
        .fetch_optional(self.database.pool())
        .await?;
        Ok(match row.map(|row| row.try_get::<i64, _>(0)).transpose()? {
            None => Renewed::Lost,
            Some(0) => Renewed::Held,
            Some(_) => Renewed::Cancelled,
        })
    }

    /// Ends a job; whether it was still held.
    pub(crate) async fn end(
        &self,
        claimed: &Claimed,
        ended: &Ended,
    ) -> sqlx::Result<bool> {
        let now = time::now();
        let text =
            |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let done = sqlx::query(
            "UPDATE service_jobs SET state = $1, ended = $2, files = $3, \
             bytes = $4, errors = $5, result = $6, problem = $7, lease = 0, \
             changed = $8 \
             WHERE id = $9 AND attempt = $10 AND state = 'running'",
        )
        .bind(ended.state.name())
        .bind(now)
        .bind(signed(ended.counts.files))
        .bind(signed(ended.counts.bytes))
        .bind(signed(ended.counts.errors))
        .bind(text(&ended.result))
        .bind(text(&ended.problem))
        .bind(now)
        .bind(claimed.id)
        .bind(claimed.attempt)
        .execute(self.database.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives a job back, so that somebody else begins it anew. The attempt
    /// keeps its number, by which what is left of it is known, and does not
    /// count as one that failed.
    pub(crate) async fn give_back(
        &self,
        claimed: &Claimed,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "UPDATE service_jobs SET state = 'queued', lease = 0, \
             given_back = given_back + 1, changed = $1 \
             WHERE id = $2 AND attempt = $3 AND state = 'running'",
        )
        .bind(time::now())
        .bind(claimed.id)
        .bind(claimed.attempt)
        .execute(self.database.pool())
        .await?;
        Ok(())
    }

    /// Cancels a job with its parts: one that waits at once, one that runs as
    /// soon as its worker hears of it.
    ///
    /// # Errors
    /// 404 where there is none; 409 where it is over.
    pub(crate) async fn cancel(&self, id: i64) -> Result<Job, Problem> {
        self.get(id).await?;
        let now = time::now();
        let done = sqlx::query(
            "UPDATE service_jobs SET cancelled = 1, changed = $1, \
             ended = CASE WHEN state = 'queued' THEN $2 ELSE ended END, \
             state = CASE WHEN state = 'queued' THEN 'cancelled' \
             ELSE state END \
             WHERE (id = $3 OR whole = $4) \
             AND state IN ('queued', 'running')",
        )
        .bind(now)
        .bind(now)
        .bind(id)
        .bind(id)
        .execute(self.database.pool())
        .await?;
        // Its parts are not merged.
        sqlx::query(
            "UPDATE service_jobs SET cancelled = 1 \
             WHERE id = $1 AND kind = 'shards'",
        )
        .bind(id)
        .execute(self.database.pool())
        .await?;
        let job = self.get(id).await?;
        match done.rows_affected() {
            0 => Err(Problem::conflict(format!(
                "The job is over: it is {}.",
                job.state.name()
            ))
            .of_kind("job-over")),
            _ => Ok(job),
        }
    }

    /// Whether somebody cancelled a job.
    pub(crate) async fn is_cancelled(&self, id: i64) -> sqlx::Result<bool> {
        let row =
            sqlx::query("SELECT cancelled FROM service_jobs WHERE id = $1")
                .bind(id)
                .fetch_optional(self.database.pool())
                .await?;
        let flag = row.map(|row| row.try_get::<i64, _>(0)).transpose()?;
        Ok(flag.is_some_and(|flag| flag != 0))
    }

    /// The workers that hold jobs.
    pub(crate) async fn workers(&self) -> sqlx::Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT DISTINCT worker FROM service_jobs \
             WHERE state = 'running' AND worker IS NOT NULL",
        )
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    /// Lets the leases of a worker run out that is known to be dead.
    pub(crate) async fn bury(&self, worker: &str) -> sqlx::Result<u64> {
        let done = sqlx::query(
            "UPDATE service_jobs SET lease = 0 \
             WHERE state = 'running' AND worker = $1",
        )
        .bind(worker)
        .execute(self.database.pool())
        .await?;
        Ok(done.rows_affected())
    }
}

/// How a job ends that is not begun again: somebody cancelled it while its
/// worker died, or it ended all of its workers.
fn over(attempts: i64, cancelled: bool) -> Option<Ended> {
    let ended = |state, problem| Ended {
        state,
        counts: Counts::default(),
        result: None,
        problem,
    };
    if cancelled {
        return Some(ended(State::Cancelled, None));
    }
    (attempts > MOST_ATTEMPTS).then(|| {
        let problem = Problem::internal(
            "Its worker ended five times while it was at this job; it is \
             not begun again. The log of the service may say why.",
        );
        ended(State::Failed, Some(problem.document()))
    })
}

/// A number as the databases have it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
