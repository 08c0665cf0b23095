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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use super::Sso;
    use crate::cloud::Patience;
    use crate::cloud::temporary::{Fetch as _, Fetched};
    use crate::runtime;

    const ANSWER: &str = r#"{"roleCredentials": {"accessKeyId": "ASIA",
        "secretAccessKey": "key", "sessionToken": "session",
        "expiration": 4102444800000}}"#;

    /// Answers each request the same; returns what was asked.
    fn serve(
        answers: Vec<(u16, &'static str)>,
    ) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = thread::spawn(move || {
            let mut asked = String::new();
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut space = [0; 4096];
                let got = stream.read(&mut space).unwrap();
                asked += &String::from_utf8_lossy(&space[..got]);
                let size = body.len();
                write!(
                    stream,
                    "HTTP/1.1 {status} X\r\ncontent-length: {size}\r\n\
                     connection: close\r\n\r\n{body}",
                )
                .unwrap();
            }
            asked
        });
        (url, asked)
    }

    fn fetch(
        endpoint: Option<String>,
        token: Option<&str>,
    ) -> Result<Fetched, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = Sso::token_file(folder.path(), "corp");
        if let Some(token) = token {
            fs::write(&file, token).unwrap();
        }
        let sso = Sso {
            account: "123456789012".to_owned(),
            role: "Reader of all".to_owned(),
            region: "eu-west-1".to_owned(),
            token: file,
            endpoint,
            patience: Patience {
                retries: 2,
                pause: Duration::from_millis(1),
                ..Patience::default()
            },
        };
        runtime().block_on(sso.fetch())
    }

    const TOKEN: &str = r#"{"accessToken": "topsecret",
        "expiresAt": "2999-01-01T00:00:00Z", "region": "eu-west-1"}"#;

    #[test]
    fn who_has_signed_in_gets_the_keys_of_a_role() {
        let (url, asked) = serve(vec![(500, ""), (200, ANSWER)]);
        let fetched = fetch(Some(url), Some(TOKEN)).unwrap();
        assert_eq!(fetched.credential.key_id, "ASIA");
        assert_eq!(fetched.credential.secret_key, "key");
        assert_eq!(fetched.credential.token.as_deref(), Some("session"));
        assert_eq!(fetched.expires.unwrap().timestamp(), 4_102_444_800);
        let asked = asked.join().unwrap();
        let line = "GET /federation/credentials?role_name=Reader+of+all&\
                    account_id=123456789012 HTTP/1.1";
        assert!(asked.starts_with(line), "{asked}");
        assert!(asked.contains("x-amz-sso_bearer_token: topsecret"));
    }

    #[test]
    fn who_has_not_is_told_what_to_do() {
        let expired = TOKEN.replace("2999", "2001");
        for token in [None, Some(expired.as_str()), Some("{}")] {
            let error = fetch(None, token).err().unwrap();
            assert!(error.contains("aws sso login"), "{error}");
        }
    }

    #[test]
    fn a_refusal_names_the_role_and_not_the_token() {
        let (url, _) = serve(vec![(403, "topsecret"); 3]);
        let error = fetch(Some(url), Some(TOKEN)).err().unwrap();
        assert!(error.contains("Reader of all") && error.contains("403"));
        assert!(!error.contains("topsecret"), "{error}");
        let (url, _) = serve(vec![(200, "{}")]);
        let error = fetch(Some(url), Some(TOKEN)).err().unwrap();
        assert!(error.contains("no credentials"), "{error}");
    }

    #[test]
    fn the_file_of_a_token_has_the_name_that_the_aws_cli_gives_it() {
        // The SHA-1 of `corp`.
        let file = Sso::token_file("/cache".as_ref(), "corp");
        let digest = "ee0bfd2552fbd840c02cc48b6e823320543c450f";
        let expected = format!("/cache/{digest}.json");
        assert_eq!(file.to_str().unwrap(), expected);
    }
}
