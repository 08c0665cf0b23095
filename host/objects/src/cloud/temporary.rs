//! Credentials that expire, and are fetched again before they do.

use std::fmt;
use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use object_store::aws::AwsCredential;
use object_store::{CredentialProvider, Error};
use sanchay_system::process::shell;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::runtime;

/// They are fetched again this long before they expire.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// Where credentials come from that expire.
#[async_trait]
pub(super) trait Fetch: fmt::Debug + Send + Sync + 'static {
    /// Fetches them. The text is why there are none, without a secret.
    async fn fetch(&self) -> Result<Fetched, String>;
}

/// Credentials, and when they expire.
pub(super) struct Fetched {
    pub(super) credential: AwsCredential,
    pub(super) expires: Option<DateTime<Utc>>,
}

/// Credentials, fetched when they are needed.
#[derive(Debug)]
pub(super) struct Temporary<F> {
    source: F,
    last: Mutex<Option<Last>>,
}

#[derive(Debug)]
struct Last {
    credential: Arc<AwsCredential>,
    expires: Option<DateTime<Utc>>,
}

impl<F: Fetch> Temporary<F> {
    pub(super) fn new(source: F) -> Self {
        Self { source, last: Mutex::new(None) }
    }
}

#[async_trait]
impl<F: Fetch> CredentialProvider for Temporary<F> {
    type Credential = AwsCredential;

    async fn get_credential(
        &self,
    ) -> object_store::Result<Arc<AwsCredential>> {
        let mut last = self.last.lock().await;
        let now = Utc::now();
        if let Some(last) = &*last
            && last.expires.is_none_or(|expires| now + MARGIN < expires)
        {
            return Ok(Arc::clone(&last.credential));
        }
        let fetched =
            self.source.fetch().await.and_then(checked).map_err(|why| {
                Error::Unauthenticated {
                    path: String::new(),
                    source: why.into(),
                }
            })?;
        let credential = Arc::new(fetched.credential);
        let expires = fetched.expires;
        *last = Some(Last { credential: Arc::clone(&credential), expires });
        Ok(credential)
    }
}

/// Credentials that headers can carry.
fn checked(fetched: Fetched) -> Result<Fetched, String> {
    let AwsCredential { key_id, secret_key, token } = &fetched.credential;
    let fits = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let fine =
        fits(key_id) && fits(secret_key) && token.as_deref().is_none_or(fits);
    match fine {
        true => Ok(fetched),
        false => Err("credentials that no request can carry".to_owned()),
    }
}

/// A program that says credentials (`credential_process`).
#[derive(Debug)]
pub(super) struct Process {
    /// What the shell runs.
    pub(super) command: String,
}

/// What such a program writes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<DateTime<Utc>>,
}

#[async_trait]
impl Fetch for Process {
    async fn fetch(&self) -> Result<Fetched, String> {
        let mut command = shell(self.command.as_ref());
        // It may ask its user something on the terminal.
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let ran = runtime().spawn_blocking(move || command.output()).await;
        let failed = "credential_process of the profile failed";
        let output = ran
            .map_err(|_| failed.to_owned())?
            .map_err(|error| format!("{failed}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{failed}: {}", output.status));
        }
        let said: Said =
            serde_json::from_slice(&output.stdout).map_err(|_| {
                "credential_process of the profile wrote no credentials"
                    .to_owned()
            })?;
        if said.version != 1 {
            return Err(format!(
                "credential_process of the profile wrote version {}, not 1",
                said.version,
            ));
        }
        Ok(Fetched {
            credential: AwsCredential {
                key_id: said.access_key_id,
                secret_key: said.secret_access_key,
                token: said.session_token,
            },
            expires: said.expiration,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use object_store::CredentialProvider as _;

    use super::{Process, Temporary};
    use crate::runtime;

    #[test]
    fn a_program_is_asked_again_when_what_it_said_expires() {
        let folder = tempfile::tempdir().unwrap();
        let count = folder.path().join("count");
        for (expires, expected) in
            [("2000-01-01T00:00:00Z", 3), ("2999-01-01T00:00:00Z", 1)]
        {
            fs::write(&count, "").unwrap();
            let command = format!(
                "echo x >> {}; echo '{{\"Version\": 1, \"AccessKeyId\": \
                 \"AKIA\", \"SecretAccessKey\": \"key\", \"SessionToken\": \
                 \"token\", \"Expiration\": \"{expires}\"}}'",
                count.display(),
            );
            let temporary = Temporary::new(Process { command });
            for _ in 0..3 {
                let found = runtime().block_on(temporary.get_credential());
                let found = found.unwrap();
                assert_eq!(found.key_id, "AKIA");
                assert_eq!(found.secret_key, "key");
                assert_eq!(found.token.as_deref(), Some("token"));
            }
            let asked = fs::read_to_string(&count).unwrap().lines().count();
            assert_eq!(asked, expected);
        }
    }

    #[test]
    fn what_a_program_writes_instead_is_not_repeated() {
        for command in [
            "false",
            "echo topsecret",
            "echo '{\"Version\": 2, \"AccessKeyId\": \"topsecret\", \
             \"SecretAccessKey\": \"topsecret\"}'",
            "printf '{\"Version\": 1, \"AccessKeyId\": \"top\\\\nsecret\", \
             \"SecretAccessKey\": \"topsecret\"}'",
        ] {
            let temporary =
                Temporary::new(Process { command: command.into() });
            let found = runtime().block_on(temporary.get_credential());
            let error = found.unwrap_err().to_string();
            assert!(!error.contains("secret"), "{command}: {error}");
        }
    }
}
