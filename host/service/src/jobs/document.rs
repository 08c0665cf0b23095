//! A job as clients see it.

use serde::Serialize;
use serde_json::Value;
use sqlx::{Row as _, any::AnyRow};
use utoipa::ToSchema;

use super::{kind::State, request::RootRef};
use crate::time;

/// A job.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Its number.
    pub(crate) id: i64,
    /// What kind of job it is.
    pub(crate) kind: String,
    /// What people call it.
    pub(crate) title: String,
    /// Where it looks.
    pub(crate) roots: Vec<RootRef>,
    /// How far it is.
    pub(crate) state: State,
    /// What was asked for; in a list, nothing where it is longer than 16 KiB.
    pub(crate) request: Value,
    /// When it was asked for.
    pub(crate) created: String,
    /// When it was begun, the first time.
    pub(crate) started: Option<String>,
    /// When it ended.
    pub(crate) ended: Option<String>,
    /// Who asked for it: the name of a token, or `page`.
    pub(crate) by: String,
    /// How many files it dealt with.
    pub(crate) files: i64,
    /// How many bytes these have, or it read.
    pub(crate) bytes: i64,
    /// How many entries failed.
    pub(crate) errors: i64,
    /// How many records its results have so far.
    pub(crate) rows: i64,
    /// How far it is, as the event `progress` tells; absent where it is not
    /// running.
    pub(crate) progress: Option<Value>,
    /// What it came to: sums, or a whole document for `summary` and
    /// `snapshot`; in a list, nothing where it is longer than 16 KiB.
    pub(crate) result: Option<Value>,
    /// Why it failed.
    pub(crate) problem: Option<Value>,
    /// How often it was begun: more than once where a worker died, or ended
    /// before it was done.
    pub(crate) attempts: i64,
    /// The job that it is a part of: one of the kind `shards`.
    pub(crate) whole: Option<i64>,
    /// Which part it is: the number of its shard, from 0, or -1 for the one
    /// that merges them.
    pub(crate) part: Option<i64>,
    /// When anything of it changed last, in milliseconds: what its `ETag`
    /// tells.
    #[serde(skip)]
    pub(crate) changed: i64,
}

/// The columns of [`Job::read`].
pub(crate) const COLUMNS: &str = "id, kind, title, state, request, created, \
    started, ended, made_by, files, bytes, errors, result_rows, progress, \
    result, problem, attempt, whole, part, changed";

/// The same for a list of jobs, whose length is bounded by that of each.
pub(crate) const LISTED: &str = "id, kind, title, state, \
    CASE WHEN length(request) > 16384 THEN NULL ELSE request END AS request, \
    created, started, ended, made_by, files, bytes, errors, result_rows, \
    progress, \
    CASE WHEN length(result) > 16384 THEN NULL ELSE result END AS result, \
    problem, attempt, whole, part, changed";

impl Job {
    /// Reads a job from these columns.
    pub(crate) fn read(row: &AnyRow) -> sqlx::Result<Self> {
        let json = |name: &str| -> sqlx::Result<Option<Value>> {
            let text: Option<String> = row.try_get(name)?;
            Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
        };
        let moment = |name: &str| -> sqlx::Result<Option<String>> {
            let moment: Option<i64> = row.try_get(name)?;
            Ok(moment.map(time::text))
        };
        let state: String = row.try_get("state")?;
        let state = State::named(&state).unwrap_or(State::Failed);
        let request = json("request")?.unwrap_or_default();
        let roots = request.get("roots").cloned().unwrap_or_default();
        let created: i64 = row.try_get("created")?;
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            title: row.try_get("title")?,
            roots: serde_json::from_value(roots).unwrap_or_default(),
            state,
            request,
            created: time::text(created),
            started: moment("started")?,
            ended: moment("ended")?,
            by: row.try_get("made_by")?,
            files: row.try_get("files")?,
            bytes: row.try_get("bytes")?,
            errors: row.try_get("errors")?,
            rows: row.try_get("result_rows")?,
            progress: match state {
                State::Running => json("progress")?,
                _ => None,
            },
            result: json("result")?,
            problem: json("problem")?,
            attempts: row.try_get("attempt")?,
            whole: row.try_get("whole")?,
            part: row.try_get("part")?,
            changed: row.try_get("changed")?,
        })
    }

    /// What tells this state of it from others.
    pub(crate) fn etag(&self) -> String {
        format!("\"j{}-{}\"", self.id, self.changed)
    }
}
