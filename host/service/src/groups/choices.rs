//! What somebody decided of groups, as the database keeps it: rules in an
//! order, folders that nothing is removed from, and marks of single files. A
//! revision tells each state from the one before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::{Any, Row as _, Transaction};
use utoipa::ToSchema;

use crate::{
    database::Database,
    jobs::{
        document::Job, options::wrong, queue::signed, request::RootRef,
        spec::places,
    },
    plans::options::check_rules,
    problem::Problem,
    roots::Roots,
};

/// How many files of a job can be marked.
const MOST_MARKS: i64 = 100_000;

/// Which file of each group stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    /// The rules, as `keep` of a plan takes them: the first that tells two
    /// files apart decides.
    #[serde(default)]
    pub(crate) order: Vec<String>,
    /// Folders from which nothing is removed.
    #[serde(default)]
    pub(crate) protect: Vec<RootRef>,
}

impl Rules {
    /// Refuses rules that make no sense.
    ///
    /// # Errors
    /// 422 for a rule that is none, 404 for a folder that is not there.
    pub(crate) fn check(&self, roots: &Roots) -> Result<(), Problem> {
        check_rules(&self.order, roots)
            .map_err(|problem| problem.with("option", "order"))?;
        places(&self.protect, roots).map(drop)
    }

    /// Them, as text that is the same for the same ones.
    ///
    /// # Errors
    /// They cannot be written down, which they always can.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        serde_json::to_string(self)
            .map_err(|error| Problem::internal(error.to_string()))
    }
}

/// What was decided of the groups of a job, but for marks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choices {
    /// Ascends with each change; 0 as long as nothing was decided.
    pub(crate) revision: i64,
    pub(crate) rules: Rules,
}

impl Choices {
    /// That of a job.
    pub(crate) async fn of(
        database: &Database,
        job: &Job,
    ) -> Result<Self, Problem> {
        let row = sqlx::query(
            "SELECT revision, rules FROM service_choices \
             WHERE job = $1 AND attempt = $2",
        )
        .bind(job.id)
        .bind(job.attempts)
        .fetch_optional(database.pool())
        .await?;
        let Some(row) = row else { return Ok(Self::default()) };
        let text: String = row.try_get(1)?;
        let rules = serde_json::from_str(&text).unwrap_or_default();
        Ok(Self { revision: row.try_get(0)?, rules })
    }

    /// Notes rules, in place of those before; the new revision.
    pub(crate) async fn set_rules(
        transaction: &mut Transaction<'_, Any>,
        job: &Job,
        rules: &Rules,
    ) -> Result<i64, Problem> {
        let row = sqlx::query(
            "INSERT INTO service_choices (job, attempt, revision, rules) \
             VALUES ($1, $2, 1, $3) ON CONFLICT (job) DO UPDATE SET \
             attempt = excluded.attempt, rules = excluded.rules, \
             revision = service_choices.revision + 1 RETURNING revision",
        )
        .bind(job.id)
        .bind(job.attempts)
        .bind(rules.text()?)
        .fetch_one(&mut **transaction)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Goes on from a revision to the next; `None` where it is not the newest
    /// any more.
    pub(crate) async fn advance(
        transaction: &mut Transaction<'_, Any>,
        job: &Job,
        from: i64,
    ) -> Result<Option<i64>, Problem> {
        let rules = Rules::default().text()?;
        sqlx::query(
            "INSERT INTO service_choices (job, attempt, revision, rules) \
             VALUES ($1, $2, 0, $3) ON CONFLICT (job) DO UPDATE SET \
             attempt = excluded.attempt, rules = excluded.rules, \
             revision = 0 \
             WHERE service_choices.attempt <> excluded.attempt",
        )
        .bind(job.id)
        .bind(job.attempts)
        .bind(rules)
        .execute(&mut **transaction)
        .await?;
        let row = sqlx::query(
            "UPDATE service_choices SET revision = revision + 1 \
             WHERE job = $1 AND attempt = $2 AND revision = $3 \
             RETURNING revision",
        )
        .bind(job.id)
        .bind(job.attempts)
        .bind(from)
        .fetch_optional(&mut **transaction)
        .await?;
        Ok(match row {
            Some(row) => Some(row.try_get(0)?),
            None => None,
        })
    }
}

/// Files that are marked, by the numbers of their records, and whether they
/// stay.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks(BTreeMap<u64, bool>);

impl Marks {
    /// All of a job.
    pub(crate) async fn all(
        database: &Database,
        job: &Job,
    ) -> Result<Self, Problem> {
        Self::between(database, job, 0, i64::MAX.cast_unsigned()).await
    }

    /// Those of the records from one to another, which is not among them.
    pub(crate) async fn between(
        database: &Database,
        job: &Job,
        from: u64,
        to: u64,
    ) -> Result<Self, Problem> {
        let rows = sqlx::query(
            "SELECT record, stays FROM service_marks WHERE job = $1 \
             AND attempt = $2 AND record >= $3 AND record < $4 \
             ORDER BY record",
        )
        .bind(job.id)
        .bind(job.attempts)
        .bind(signed(from))
        .bind(signed(to))
        .fetch_all(database.pool())
        .await?;
        let mut all = BTreeMap::new();
        for row in rows {
            let record: i64 = row.try_get(0)?;
            let stays: i64 = row.try_get(1)?;
            all.insert(record.cast_unsigned(), stays != 0);
        }
        Ok(Self(all))
    }

    /// What is marked of a record.
    pub(crate) fn get(&self, record: u64) -> Option<bool> {
        self.0.get(&record).copied()
    }

    /// All of them, by their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, bool)> + '_ {
        self.0.iter().map(|(record, stays)| (*record, *stays))
    }

    /// Notes a mark; none where it is taken back.
    pub(crate) fn set(&mut self, record: u64, stays: Option<bool>) {
        match stays {
            Some(stays) => self.0.insert(record, stays),
            None => self.0.remove(&record),
        };
    }

    /// Writes changes of marks.
    ///
    /// # Errors
    /// 422 where there would be too many.
    pub(crate) async fn write(
        transaction: &mut Transaction<'_, Any>,
        job: &Job,
        changes: &[(u64, Option<bool>)],
    ) -> Result<(), Problem> {
        for (record, stays) in changes {
            let text = match stays {
                None => {
                    "DELETE FROM service_marks \
                     WHERE job = $1 AND attempt = $2 AND record = $3"
                }
                Some(true) => {
                    "INSERT INTO service_marks (job, attempt, record, stays) \
                     VALUES ($1, $2, $3, 1) \
                     ON CONFLICT (job, attempt, record) \
                     DO UPDATE SET stays = 1"
                }
                Some(false) => {
                    "INSERT INTO service_marks (job, attempt, record, stays) \
                     VALUES ($1, $2, $3, 0) \
                     ON CONFLICT (job, attempt, record) \
                     DO UPDATE SET stays = 0"
                }
            };
            sqlx::query(text)
                .bind(job.id)
                .bind(job.attempts)
                .bind(signed(*record))
                .execute(&mut **transaction)
                .await?;
        }
        let row = sqlx::query(
            "SELECT count(*) FROM service_marks \
             WHERE job = $1 AND attempt = $2",
        )
        .bind(job.id)
        .bind(job.attempts)
        .fetch_one(&mut **transaction)
        .await?;
        let count: i64 = row.try_get(0)?;
        match count > MOST_MARKS {
            true => Err(wrong(
                "set",
                "more than 100,000 files would be marked: a rule decides \
                 of more",
            )),
            false => Ok(()),
        }
    }
}
