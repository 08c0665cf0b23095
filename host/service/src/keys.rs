//! Secrets that callers show: the token in the address of the page, which is
//! good once; the key that it is changed for; and the tokens of programs.
//!
//! What is kept of each is a SHA-256 digest. A secret has 256 random bits, so
//! the digest tells nothing of it, and to look it up takes no time that would.

use std::{
    collections::HashMap,
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sanchay_sync::lock;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;

use crate::{
    database::Database,
    error::ServiceError,
    problem::Problem,
    rights::{Caller, Right, Rights},
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
        Ok(Self { database, ceiling, fixed, known: Mutex::default() })
    }

    /// Makes the token for the address of the page.
    pub(crate) async fn make_once(&self) -> Result<String, Problem> {
        let rights = Rights::all();
        let expires = time::now().saturating_add(ONCE);
        let issued = self.make(Purpose::Once, "page", rights, expires).await?;
        Ok(issued.secret)
    }

    /// Makes a token of a program, good until then.
    pub(crate) async fn make_token(
        &self,
        name: &str,
        rights: Rights,
        expires: Option<i64>,
    ) -> Result<Issued, Problem> {
        let expires = expires.unwrap_or(i64::MAX);
        self.make(Purpose::Token, name, rights, expires).await
    }

    /// Makes the secret of a link for a download of this.
    pub(crate) async fn make_download(
        &self,
        what: &str,
    ) -> Result<String, Problem> {
        let rights = Rights::of([Right::Read]);
        let expires = time::now().saturating_add(DOWNLOAD);
        let made = self.make(Purpose::Download, what, rights, expires);
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
        let caller = match self.take(token, Purpose::Once).await? {
            Some(caller) => caller,
            None => self.look_up(token, Purpose::Token).await?,
        };
        let expires = time::now().saturating_add(SESSION).min(
            // The token of the address ends long before its key.
            match caller.name.as_str() {
                "page" => i64::MAX,
                _ => caller.expires,
            },
        );
        self.make(Purpose::Session, &caller.name, caller.rights, expires).await
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
        let mut caller = self.look_up(secret, Purpose::Session).await?;
        caller.rights = caller.rights.and(self.ceiling);
        let mut known = lock(&self.known);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash, (caller.clone(), Instant::now()));
        Ok(caller)
    }

    /// Ends a key or token by what it is called by; whether there was one.
    pub(crate) async fn revoke(&self, id: &str) -> Result<bool, Problem> {
        let done = sqlx::query("DELETE FROM service_keys WHERE id = $1")
            .bind(id)
            .execute(self.database.pool())
            .await?;
        lock(&self.known).retain(|_, (caller, _)| caller.id != id);
        Ok(done.rows_affected() > 0)
    }

    /// The tokens of programs: what they are called, and by.
    pub(crate) async fn tokens(&self) -> Result<Vec<Caller>, Problem> {
        let rows = sqlx::query(
            "SELECT id, name, rights, expires FROM service_keys \
             WHERE kind = 'token' AND expires > $1 ORDER BY created, id",
        )
        .bind(time::now())
        .fetch_all(self.database.pool())
        .await?;
        let mut all = Vec::new();
        for row in &rows {
            all.push(caller_of(row)?);
        }
        all.extend(self.fixed.values().cloned());
        Ok(all)
    }

    /// Forgets what is over.
    pub(crate) async fn prune(&self) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM service_keys WHERE expires <= $1")
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
    ) -> Result<Issued, Problem> {
        let secret = random::<32>()?;
        let id = random::<9>()?;
        sqlx::query(
            "INSERT INTO service_keys \
             (hash, id, kind, name, rights, created, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(digest(&secret).to_vec())
        .bind(id.clone())
        .bind(purpose.name())
        .bind(name)
        .bind(rights.text())
        .bind(time::now())
        .bind(expires)
        .execute(self.database.pool())
        .await?;
        let rights = rights.and(self.ceiling);
        let caller = Caller { name: name.to_owned(), id, rights, expires };
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
        Ok(row.as_ref().map(caller_of).transpose()?)
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
        let row = sqlx::query(
            "SELECT id, name, rights, expires FROM service_keys \
             WHERE hash = $1 AND kind IN ('token', $2) AND expires > $3",
        )
        .bind(hash.to_vec())
        .bind(purpose.name())
        .bind(time::now())
        .fetch_optional(self.database.pool())
        .await?;
        match row {
            Some(row) => Ok(caller_of(&row)?),
            None => Err(Problem::unauthorized(
                "The token or key is unknown, was used before, or has ended. \
                 `sanchay ui` opens the page with a new one.",
            )),
        }
    }
}

fn caller_of(row: &sqlx::any::AnyRow) -> sqlx::Result<Caller> {
    let rights: String = row.try_get("rights")?;
    Ok(Caller {
        name: row.try_get("name")?,
        id: row.try_get("id")?,
        rights: Rights::parse(&rights).unwrap_or_default(),
        expires: row.try_get("expires")?,
    })
}

fn digest(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
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

/// Reads a file of tokens: a name, rights and a token a line. Empty lines and
/// those that begin with `#` are left out.
fn read_tokens(path: &Path) -> Result<HashMap<Hash, Caller>, ServiceError> {
    let text = std::fs::read_to_string(path).map_err(|source| {
        let path = path.to_owned();
        ServiceError::File { path, action: "cannot read the tokens", source }
    })?;
    let mut all = HashMap::new();
    for (line, text) in (1..).zip(text.lines()) {
        let wrong =
            |why| ServiceError::Tokens { path: path.to_owned(), line, why };
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [name, rights, token] = parts.as_slice() else {
            return Err(wrong("it has not three parts"));
        };
        let rights = Rights::parse(rights).ok_or_else(|| {
            wrong("rights are read, run and write, with commas between them")
        })?;
        if token.len() < 20 {
            return Err(wrong("the token has less than 20 characters"));
        }
        let caller = Caller {
            name: (*name).to_owned(),
            id: format!("file-{line}"),
            rights,
            expires: i64::MAX,
        };
        all.insert(digest(token), caller);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_tokens_is_read_line_by_line_and_mistakes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_tokens(&path)
        };
        let token = "abcdefghijklmnopqrstuvwxyz";
        let all = read(&format!("# a\n\nnightly read,run {token}\n")).unwrap();
        let caller = &all[&digest(token)];
        assert_eq!(caller.name, "nightly");
        assert!(caller.needs(Right::Run).is_ok());
        assert!(caller.needs(Right::Write).is_err());
        for (text, line) in [
            ("nightly read", "line 1"),
            (&format!("a read {token}\nb rule {token}"), "line 2"),
            ("a read short", "line 1"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(line), "{error}");
        }
    }

    #[test]
    fn secrets_differ() {
        assert_ne!(random::<32>().unwrap(), random::<32>().unwrap());
        assert_eq!(random::<32>().unwrap().len(), 43);
    }
}
