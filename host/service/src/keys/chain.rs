//! What secrets depend on: a key on the token that it was changed for, and a
//! token on the one that made it. Without these, it is worth nothing.

use sqlx::Row as _;

use super::{Keys, OF_FILE, caller_of};
use crate::{
    problem::Problem,
    rights::{Caller, Rights},
    time,
};

/// How many tokens may depend on each other, each made by the one before.
pub(super) const MOST_LINKS: usize = 16;

/// What the tokens allow together that a secret depends on.
pub(super) struct Trace {
    pub(super) rights: Rights,
    pub(super) expires: i64,
    /// The account of the nearest one.
    pub(super) account: Option<String>,
    pub(super) links: usize,
}

impl Keys {
    /// What all tokens allow together that a secret depends on, beginning
    /// with this one; `None` where one of them is over.
    pub(super) async fn trace(
        &self,
        first: Option<String>,
    ) -> sqlx::Result<Option<Trace>> {
        let mut trace = Trace {
            rights: Rights::all(),
            expires: i64::MAX,
            account: None,
            links: 0,
        };
        let mut next = first;
        while let Some(of) = next.take() {
            if trace.links > MOST_LINKS {
                return Ok(None);
            }
            let above = match of.starts_with(OF_FILE) {
                true => {
                    let is_it =
                        |it: &&Caller| it.source.as_deref() == Some(&*of);
                    self.fixed.values().find(is_it).cloned()
                }
                false => {
                    let row = sqlx::query(
                        "SELECT id, name, rights, expires, parent \
                         FROM service_keys \
                         WHERE id = $1 AND kind = 'token' AND expires > $2",
                    )
                    .bind(of)
                    .bind(time::now())
                    .fetch_optional(self.database.pool())
                    .await?;
                    match row {
                        Some(row) => {
                            next = row.try_get("parent")?;
                            Some(caller_of(&row)?)
                        }
                        None => None,
                    }
                }
            };
            let Some(above) = above else { return Ok(None) };
            trace.rights = trace.rights.and(above.rights);
            trace.expires = trace.expires.min(above.expires);
            trace.account.get_or_insert(above.account);
            trace.links = trace.links.saturating_add(1);
        }
        Ok(Some(trace))
    }

    /// How many tokens a secret depends on.
    pub(super) async fn links(
        &self,
        first: Option<String>,
    ) -> Result<usize, Problem> {
        Ok(self.trace(first).await?.map_or(MOST_LINKS, |it| it.links))
    }
}
