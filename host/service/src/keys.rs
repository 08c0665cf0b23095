//! Secrets that callers show: the token in the address of the page, which is
//! good once; the key that it is changed for; and the tokens of programs.
//!
//! What is kept of each is a SHA-256 digest. A secret has 256 random bits, so
//! the digest tells nothing of it, and to look it up takes no time that would.

mod chain;
mod file;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sanchay_sync::lock;
use sha2::{Digest as _, Sha256};
use sqlx::{Any, Row as _};

use self::{chain::MOST_LINKS, file::read_tokens};
use crate::{
    database::Database,
    error::ServiceError,
    idempotency::{Answered, Once},
    problem::Problem,
    rights::{Caller, PAGE, Right, Rights},
    time,
};

/// How long the token in the address is good, in milliseconds.
const ONCE: i64 = 10 * 60 * 1000;

/// How long a link for a download is good.
const DOWNLOAD: i64 = 60 * 1000;

/// How long a key of the page is good.
const SESSION: i64 = 12 * 60 * 60 * 1000;

/// How long a key that was looked up is not looked up again: where several
/// instances share a database, one that was revoked is refused after that.
const REMEMBERED: Duration = Duration::from_secs(5);

/// How many keys are remembered.
const MOST: usize = 4096;

/// What a reference to a token of the file begins with; its digest follows.
/// No id has a colon.
const OF_FILE: &str = "file:";

/// What a secret is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// To be changed for a key, once.
    Once,
    /// A key of the page.
    Session,
    /// A token of a program.
    Token,
    /// Stands in the address of a download, which it is good for once.
    Download,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Session => "session",
            Self::Token => "token",
            Self::Download => "download",
        }
    }
}

type Hash = [u8; 32];

/// The secrets that there are.
#[derive(Debug)]
pub(crate) struct Keys {
    database: Database,
    /// What no caller may do in any case.
    ceiling: Rights,
    /// Tokens of the file, by their digests.
    fixed: HashMap<Hash, Caller>,
    known: Mutex<HashMap<Hash, (Caller, Instant)>>,
    /// How often it was forgotten who is known.
    forgotten: AtomicU64,
}

/// A secret that was made, and who shows it.
pub(crate) struct Issued {
    pub(crate) secret: String,
    pub(crate) caller: Caller,
}

impl Keys {
    /// Those of a database, and of a file of tokens.
    pub(crate) fn open(
        database: Database,
        file: Option<&Path>,
        allow_write: bool,
    ) -> Result<Self, ServiceError> {
        let ceiling = match allow_write {
            true => Rights::all(),
            // To manage tokens is no change of files, but those who may read
            // only must not make themselves more.
            false => Rights::of([Right::Read, Right::Run]),
        };
        let fixed = match file {
            Some(path) => read_tokens(path)?,
            None => HashMap::new(),
        };
        let (known, forgotten) = (Mutex::default(), AtomicU64::new(0));
        Ok(Self { database, ceiling, fixed, known, forgotten })
    }

    /// Makes the token for the address of the page.
    pub(crate) async fn make_once(&self) -> Result<String, Problem> {
        let rights = Rights::all();
        let expires = time::now().saturating_add(ONCE);
        let made = self.make(Purpose::Once, PAGE, rights, expires, None);
        Ok(made.await?.secret)
    }

    /// Makes a token of a program, good until then, and for as long as the
    /// one that the caller showed. Where the request has a key of its own, it
    /// is noted in the same transaction.
    ///
    /// # Errors
    /// 409 for a name that another token has, and for a request that came
    /// before: a token is told once.
    pub(crate) async fn make_token(
        &self,
        caller: &Caller,
        name: &str,
        rights: Rights,
        expires: Option<i64>,
        once: Option<&Once>,
    ) -> Result<Issued, Problem> {
        let expires = expires.unwrap_or(i64::MAX);
        let source = caller.source.clone();
        if self.links(source.clone()).await? >= MOST_LINKS {
            return Err(Problem::conflict(
                "The token was made by one that was made by another, and so \
                 on: use one of the first.",
            ));
        }
        let taken = || {
            let why = "There is a token of that name: take another one.";
            Err(Problem::conflict(why).of_kind("name-taken"))
        };
        if self.fixed.values().any(|it| it.name == name) {
            return taken();
        }
        let mut transaction = self.database.write().await?;
        if let Some(once) = once {
            match once.begin(&mut transaction).await? {
                Answered::Never => once.answer(&mut transaction, 0).await?,
                Answered::Before(_) => {
                    return Err(Problem::conflict(
                        "The request with this Idempotency-Key made a token, \
                         which is told once. Revoke it, and make another one.",
                    )
                    .of_kind("token-made"));
                }
            }
        }
        let found = sqlx::query(
            "SELECT parent FROM service_keys \
             WHERE kind = 'token' AND name = $1 AND expires > $2",
        )
        .bind(name)
        .bind(time::now())
        .fetch_all(&mut *transaction)
        .await?;
        for row in found {
            // One whose own token is over is over as well.
            if self.trace(row.try_get(0)?).await?.is_some() {
                return taken();
            }
        }
        let new = New::of(Purpose::Token, name, rights, expires, source)?;
        let issued = self.keep(&mut *transaction, new).await?;
        transaction.commit().await?;
        Ok(issued)
    }

    /// Makes the secret of a link for a download of this.
    pub(crate) async fn make_download(
        &self,
        what: &str,
    ) -> Result<String, Problem> {
        let rights = Rights::of([Right::Read]);
        let expires = time::now().saturating_add(DOWNLOAD);
        let made = self.make(Purpose::Download, what, rights, expires, None);
        Ok(made.await?.secret)
    }

    /// What a link is for, which is then used up; `None` where it is good no
    /// more.
    pub(crate) async fn take_download(
        &self,
        secret: &str,
    ) -> Result<Option<String>, Problem> {
        let taken = self.take(secret, Purpose::Download).await?;
        Ok(taken.map(|caller| caller.name))
    }

    /// Changes the token of the address, or one of a program, for a key.
    ///
    /// # Errors
    /// 401 for what is neither, or was used before.
    pub(crate) async fn sign_in(
        &self,
        token: &str,
    ) -> Result<Issued, Problem> {
        let session = time::now().saturating_add(SESSION);
        let (caller, expires) = match self.take(token, Purpose::Once).await? {
            // The token of the address ends long before its key.
            Some(caller) => (caller, session),
            None => {
                let caller = self.look_up(token, Purpose::Token).await?;
                let expires = session.min(caller.expires);
                (caller, expires)
            }
        };
        let Caller { name, rights, source, .. } = caller;
        self.make(Purpose::Session, &name, rights, expires, source).await
    }

    /// Who shows this secret: a key, or a token of a program.
    ///
    /// # Errors
    /// 401 for any other.
    pub(crate) async fn caller(
        &self,
        secret: &str,
    ) -> Result<Caller, Problem> {
        let hash = digest(secret);
        if let Some((caller, at)) = lock(&self.known).get(&hash)
            && at.elapsed() < REMEMBERED
            && caller.expires > time::now()
        {
            return Ok(caller.clone());
        }
        let before = self.forgotten.load(Relaxed);
        let mut caller = self.look_up(secret, Purpose::Session).await?;
        caller.rights = caller.rights.and(self.ceiling);
        let mut known = lock(&self.known);
        if self.forgotten.load(Relaxed) != before {
            // It may have been revoked since it was found.
            return Ok(caller);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash, (caller.clone(), Instant::now()));
        Ok(caller)
    }

    /// Forgets who is known: something was revoked, and whatever depends on it.
    fn forget(&self) {
        let mut known = lock(&self.known);
        self.forgotten.fetch_add(1, Relaxed);
        known.clear();
    }

    /// Ends a caller's own key.
    pub(crate) async fn sign_out(
        &self,
        caller: &Caller,
    ) -> Result<(), Problem> {
        sqlx::query("DELETE FROM service_keys WHERE id = $1")
            .bind(&caller.id)
            .execute(self.database.pool())
            .await?;
        self.forget();
        Ok(())
    }

    /// Revokes a token by its id, and with it the keys that it was changed
    /// for and the tokens that were made by it; whether there was one.
    ///
    /// # Errors
    /// 403 where it may do what the caller may not.
    pub(crate) async fn revoke(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<bool, Problem> {
        let row = sqlx::query(
            "SELECT rights FROM service_keys \
             WHERE id = $1 AND kind = 'token'",
        )
        .bind(id)
        .fetch_optional(self.database.pool())
        .await?;
        let Some(row) = row else { return Ok(false) };
        let rights: String = row.try_get(0)?;
        let rights = Rights::parse(&rights).unwrap_or_default();
        let may = caller.account == PAGE
            || caller.source.as_deref() == Some(id)
            || rights.and(caller.rights) == rights;
        if !may {
            return Err(Problem::forbidden(
                "Nobody revokes a token that may do what they may not.",
            ));
        }
        sqlx::query(
            "DELETE FROM service_keys WHERE id = $1 AND kind = 'token'",
        )
        .bind(id)
        .execute(self.database.pool())
        .await?;
        self.forget();
        Ok(true)
    }

    /// Whether what a caller showed is still good.
    pub(crate) async fn is_good(&self, caller: &Caller) -> sqlx::Result<bool> {
        if caller.expires <= time::now() {
            return Ok(false);
        }
        if self.fixed.values().any(|it| it.id == caller.id) {
            return Ok(true);
        }
        let row = sqlx::query(
            "SELECT parent FROM service_keys WHERE id = $1 AND expires > $2",
        )
        .bind(&caller.id)
        .bind(time::now())
        .fetch_optional(self.database.pool())
        .await?;
        let Some(row) = row else { return Ok(false) };
        Ok(self.trace(row.try_get(0)?).await?.is_some())
    }

    /// The tokens of programs: what they are called, and by.
    pub(crate) async fn tokens(&self) -> Result<Vec<Caller>, Problem> {
        let rows = sqlx::query(
            "SELECT id, name, rights, expires, parent FROM service_keys \
             WHERE kind = 'token' AND expires > $1 ORDER BY created, id",
        )
        .bind(time::now())
        .fetch_all(self.database.pool())
        .await?;
        let mut all = Vec::new();
        for row in &rows {
            // Those of which another one is over are over as well.
            if self.trace(row.try_get("parent")?).await?.is_some() {
                all.push(caller_of(row)?);
            }
        }
        all.extend(self.fixed.values().cloned());
        Ok(all)
    }

    /// Forgets what is over, and what depended on it. Of what depends on
    /// tokens of a file, nothing is known here: another instance may have it.
    pub(crate) async fn prune(&self) -> sqlx::Result<()> {
        sqlx::query(
            "DELETE FROM service_keys WHERE expires <= $1 \
             OR (parent NOT LIKE 'file:%' AND parent NOT IN \
             (SELECT id FROM service_keys WHERE kind = 'token'))",
        )
        .bind(time::now())
        .execute(self.database.pool())
        .await
        .map(drop)
    }

    async fn make(
        &self,
        purpose: Purpose,
        name: &str,
        rights: Rights,
        expires: i64,
        parent: Option<String>,
    ) -> Result<Issued, Problem> {
        let new = New::of(purpose, name, rights, expires, parent)?;
        self.keep(self.database.pool(), new).await
    }

    async fn keep(
        &self,
        database: impl sqlx::Executor<'_, Database = Any>,
        new: New,
    ) -> Result<Issued, Problem> {
        let New { purpose, secret, id, name, rights, expires, parent } = new;
        sqlx::query(
            "INSERT INTO service_keys \
             (hash, id, kind, name, rights, created, expires, parent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(digest(&secret).to_vec())
        .bind(id.clone())
        .bind(purpose.name())
        .bind(name.clone())
        .bind(rights.text())
        .bind(time::now())
        .bind(expires)
        .bind(parent)
        .execute(database)
        .await?;
        let rights = rights.and(self.ceiling);
        let (account, source) = (String::new(), None);
        let caller = Caller { name, id, rights, expires, account, source };
        Ok(Issued { secret, caller })
    }

    /// Whoever shows a secret that is good once, and is then used up.
    async fn take(
        &self,
        token: &str,
        purpose: Purpose,
    ) -> Result<Option<Caller>, Problem> {
        let row = sqlx::query(
            "DELETE FROM service_keys WHERE hash = $1 AND kind = $2 \
             AND expires > $3 RETURNING id, name, rights, expires",
        )
        .bind(digest(token).to_vec())
        .bind(purpose.name())
        .bind(time::now())
        .fetch_optional(self.database.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let caller = caller_of(&row)?;
        // It is no token, and gone.
        let account = PAGE.to_owned();
        Ok(Some(Caller { account, source: None, ..caller }))
    }

    async fn look_up(
        &self,
        secret: &str,
        purpose: Purpose,
    ) -> Result<Caller, Problem> {
        let hash = digest(secret);
        if let Some(caller) = self.fixed.get(&hash) {
            return Ok(caller.clone());
        }
        let unknown = || {
            Problem::unauthorized(
                "The token or key is unknown, was used before, or has ended. \
                 `sanchay ui` opens the page with a new one.",
            )
        };
        let row = sqlx::query(
            "SELECT id, kind, name, rights, expires, parent \
             FROM service_keys \
             WHERE hash = $1 AND kind IN ('token', $2) AND expires > $3",
        )
        .bind(hash.to_vec())
        .bind(purpose.name())
        .bind(time::now())
        .fetch_optional(self.database.pool())
        .await?;
        let row = row.ok_or_else(unknown)?;
        let mut caller = caller_of(&row)?;
        let parent: Option<String> = row.try_get("parent")?;
        let kind: String = row.try_get("kind")?;
        let is_key = kind == Purpose::Session.name();
        let trace = self.trace(parent.clone()).await?.ok_or_else(unknown)?;
        caller.rights = caller.rights.and(trace.rights);
        caller.expires = caller.expires.min(trace.expires);
        if is_key {
            // A key is its token, under another secret.
            caller.account = trace.account.unwrap_or_else(|| PAGE.to_owned());
            caller.source = parent;
        }
        Ok(caller)
    }
}

/// A secret that is to be kept.
struct New {
    purpose: Purpose,
    secret: String,
    id: String,
    name: String,
    rights: Rights,
    expires: i64,
    parent: Option<String>,
}

impl New {
    fn of(
        purpose: Purpose,
        name: &str,
        rights: Rights,
        expires: i64,
        parent: Option<String>,
    ) -> Result<Self, Problem> {
        let (secret, id) = (random::<32>()?, random::<9>()?);
        let name = name.to_owned();
        Ok(Self { purpose, secret, id, name, rights, expires, parent })
    }
}

/// A token, by these columns.
fn caller_of(row: &sqlx::any::AnyRow) -> sqlx::Result<Caller> {
    let rights: String = row.try_get("rights")?;
    let id: String = row.try_get("id")?;
    Ok(Caller {
        name: row.try_get("name")?,
        rights: Rights::parse(&rights).unwrap_or_default(),
        expires: row.try_get("expires")?,
        account: format!("token:{id}"),
        source: Some(id.clone()),
        id,
    })
}

fn digest(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many random bytes, as text that needs no escape anywhere.
///
/// # Errors
/// 500 where the system has none.
pub(crate) fn random<const N: usize>() -> Result<String, Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no random numbers");
        Problem::internal("The system has no random numbers.")
    })?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ() {
        assert_ne!(random::<32>().unwrap(), random::<32>().unwrap());
        assert_eq!(random::<32>().unwrap().len(), 43);
    }
}
