//! Requests that are sent twice and meant once: of those of a caller with the
//! same `Idempotency-Key`, the first is carried out, and the others get its
//! answer.

use http::HeaderMap;
use serde_json::Value;
use sqlx::{Any, Row as _, Transaction};
use xxhash_rust::xxh3::xxh3_128;

use crate::{database::Database, problem::Problem, rights::Caller, time};

/// How long a key may be, in bytes.
const LONGEST: usize = 128;

/// A request that is meant once.
#[derive(Debug)]
pub(crate) struct Once {
    caller: String,
    key: String,
    digest: String,
}

/// Whether a request came before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answered {
    /// It did not.
    Never,
    /// It did, and this is what came of it.
    Before(i64),
}

/// How long answers are kept for requests that come again, in milliseconds.
const KEPT: i64 = 24 * 60 * 60 * 1000;

/// Forgets requests that will not come again.
pub(crate) async fn prune(database: &Database) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM service_requests WHERE created < $1")
        .bind(time::now().saturating_sub(KEPT))
        .execute(database.pool())
        .await
        .map(drop)
}

impl Once {
    /// That of a request, if it has a key.
    ///
    /// # Errors
    /// 400 for a key that is none.
    pub(crate) fn of(
        headers: &HeaderMap,
        caller: &Caller,
        what: &str,
        body: &Value,
    ) -> Result<Option<Self>, Problem> {
        let Some(key) = headers.get("idempotency-key") else {
            return Ok(None);
        };
        let key = key.to_str().ok().filter(|key| {
            (1..=LONGEST).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        let Some(key) = key else {
            return Err(Problem::bad_request(
                "Idempotency-Key has 1 to 128 visible characters.",
            ));
        };
        // Members come in the order of their names.
        let text = format!("{what}\n{body}");
        Ok(Some(Self {
            caller: caller.account.clone(),
            key: key.to_owned(),
            digest: format!("{:032x}", xxh3_128(text.as_bytes())),
        }))
    }

    /// Whether it came before. If it did not, it has begun: others with the
    /// key wait for the end of the transaction.
    ///
    /// # Errors
    /// 422 where the key came with another request.
    pub(crate) async fn begin(
        &self,
        transaction: &mut Transaction<'_, Any>,
    ) -> Result<Answered, Problem> {
        let begun = sqlx::query(
            "INSERT INTO service_requests \
             (caller, key, digest, status, answer, created) \
             VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT DO NOTHING",
        )
        .bind(&self.caller)
        .bind(&self.key)
        .bind(&self.digest)
        .bind(time::now())
        .execute(&mut **transaction)
        .await?;
        if begun.rows_affected() > 0 {
            return Ok(Answered::Never);
        }
        let row = sqlx::query(
            "SELECT digest, answer FROM service_requests \
             WHERE caller = $1 AND key = $2",
        )
        .bind(&self.caller)
        .bind(&self.key)
        .fetch_one(&mut **transaction)
        .await?;
        let digest: String = row.try_get(0)?;
        let answer: String = row.try_get(1)?;
        if digest != self.digest {
            return Err(Problem::invalid(
                "This Idempotency-Key came with another request before; use \
                 a new one for each.",
            )
            .of_kind("idempotency-key-used"));
        }
        answer.parse().map(Answered::Before).map_err(|_| {
            Problem::internal("The first request with this key has no answer.")
        })
    }

    /// Notes what came of it.
    pub(crate) async fn answer(
        &self,
        transaction: &mut Transaction<'_, Any>,
        id: i64,
    ) -> Result<(), Problem> {
        sqlx::query(
            "UPDATE service_requests SET status = 202, answer = $1 \
             WHERE caller = $2 AND key = $3",
        )
        .bind(id.to_string())
        .bind(&self.caller)
        .bind(&self.key)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
