//! Credentials of somebody who has signed in (`aws sso login`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use object_store::aws::AwsCredential;
use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use url::Url;

use super::temporary::{Fetch, Fetched};
use super::{Patience, endpoint, http};

/// More is no answer to this question.
const LONGEST_ANSWER: usize = 64 << 10;

/// An account and a role of it, by a token.
#[derive(Debug)]
pub(super) struct Sso {
    pub(super) account: String,
    pub(super) role: String,
    pub(super) region: String,
    /// The file with the token.
    pub(super) token: PathBuf,
    /// The server, if it is not Amazon's.
    pub(super) endpoint: Option<String>,
    pub(super) patience: Patience,
}

/// What the file says that `aws sso login` writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    access_token: String,
    expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    role_credentials: RoleCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    /// Milliseconds since 1970.
    expiration: i64,
}

impl Sso {
    /// The file with the token of a session, or of an address to start from.
    pub(super) fn token_file(cache: &Path, of: &str) -> PathBuf {
        let digest = Sha1::digest(of.as_bytes());
        let hex: String =
            digest.iter().map(|byte| format!("{byte:02x}")).collect();
        cache.join(format!("{hex}.json"))
    }

    fn token(&self) -> Result<String, String> {
        let hint = "run `aws sso login`";
        let text = fs::read(&self.token)
            .map_err(|_| format!("nobody has signed in: {hint}"))?;
        let token: Token = serde_json::from_slice(&text)
            .map_err(|_| format!("the token of SSO is unreadable: {hint}"))?;
        match token.expires_at > Utc::now() {
            true => Ok(token.access_token),
            false => Err(format!("the token of SSO has expired: {hint}")),
        }
    }

    fn address(&self) -> Result<Url, String> {
        let region = &self.region;
        let amazon = || format!("https://portal.sso.{region}.amazonaws.com");
        let base = self.endpoint.clone().unwrap_or_else(amazon);
        let mut url =
            endpoint::check(&base).map_err(|error| error.to_string())?;
        url.set_path("/federation/credentials");
        url.query_pairs_mut()
            .append_pair("role_name", &self.role)
            .append_pair("account_id", &self.account);
        Ok(url)
    }

    async fn ask(&self, url: Url, token: &str) -> Result<Vec<u8>, String> {
        let unanswered = || "SSO does not answer".to_owned();
        let direct = endpoint::is_loopback(&url);
        let client = http::client(self.patience.connect, direct)
            .timeout(self.patience.answer)
            .build()
            .map_err(|_| unanswered())?;
        let request = client
            .get(url)
            .header("x-amz-sso_bearer_token", token)
            .header("accept", "application/json");
        let mut answer = request.send().await.map_err(|_| unanswered())?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!(
                "SSO refuses the role {:?} of the account {:?}: {status}",
                self.role, self.account,
            ));
        }
        let mut text = Vec::new();
        while let Some(piece) =
            answer.chunk().await.map_err(|_| unanswered())?
        {
            text.extend_from_slice(&piece);
            if text.len() > LONGEST_ANSWER {
                return Err("SSO answers without end".to_owned());
            }
        }
        Ok(text)
    }
}

#[async_trait]
impl Fetch for Sso {
    async fn fetch(&self) -> Result<Fetched, String> {
        let token = self.token()?;
        let url = self.address()?;
        let mut asked = self.ask(url.clone(), &token).await;
        let mut pause = self.patience.pause;
        for _ in 0..self.patience.retries.min(3) {
            if asked.is_ok() {
                break;
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(Duration::from_secs(5));
            asked = self.ask(url.clone(), &token).await;
        }
        let answer: Answer = serde_json::from_slice(&asked?)
            .map_err(|_| "SSO answers with no credentials".to_owned())?;
        let found = answer.role_credentials;
        Ok(Fetched {
            credential: AwsCredential {
                key_id: found.access_key_id,
                secret_key: found.secret_access_key,
                token: Some(found.session_token),
            },
            expires: DateTime::from_timestamp_millis(found.expiration),
        })
    }
}
