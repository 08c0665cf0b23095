//! Credentials of a role that a profile assumes (`role_arn`), by those of
//! another profile.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredential, AwsCredentialProvider};
use object_store::client::{HttpClient, HttpConnector as _, HttpRequestBody};
use serde::Deserialize;
use tokio::time::sleep;

use super::http::{Connector, STATUS_MARK};
use super::line::gathered_text;
use super::temporary::{Fetch, Fetched};
use super::{Patience, endpoint};

/// A role, and who assumes it.
#[derive(Debug)]
pub(super) struct Role {
    /// Its name (an ARN).
    pub(super) arn: String,
    /// What the session is called.
    pub(super) session: String,
    pub(super) external_id: Option<String>,
    /// How long the credentials are good for, in seconds.
    pub(super) duration: Option<String>,
    pub(super) region: String,
    /// The server, if it is not Amazon's.
    pub(super) endpoint: Option<String>,
    /// Who assumes it.
    pub(super) source: AwsCredentialProvider,
    pub(super) patience: Patience,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    assume_role_result: Assumed,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Assumed {
    credentials: Credentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: DateTime<Utc>,
}

impl Role {
    fn address(&self) -> Result<url::Url, String> {
        let region = &self.region;
        let amazon = || format!("https://sts.{region}.amazonaws.com");
        let base = self.endpoint.clone().unwrap_or_else(amazon);
        let mut url =
            endpoint::check(&base).map_err(|error| error.to_string())?;
        url.set_path("/");
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("Action", "AssumeRole")
                .append_pair("Version", "2011-06-15")
                .append_pair("RoleArn", &self.arn)
                .append_pair("RoleSessionName", &self.session);
            if let Some(id) = &self.external_id {
                query.append_pair("ExternalId", id);
            }
            if let Some(duration) = &self.duration {
                query.append_pair("DurationSeconds", duration);
            }
        }
        // As signatures have it.
        let query = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(query.as_deref());
        Ok(url)
    }

    async fn ask(
        &self,
        client: &HttpClient,
        url: &url::Url,
    ) -> Result<String, String> {
        let unanswered = || "STS does not answer".to_owned();
        let mut request = http::Request::builder()
            .uri(url.as_str())
            .body(HttpRequestBody::empty())
            .map_err(|_| unanswered())?;
        let source = self.source.get_credential().await.map_err(|_| {
            format!("there are no credentials to assume {:?} with", self.arn)
        })?;
        AwsAuthorizer::new(&source, "sts", &self.region)
            .try_authorize(&mut request, None)
            .map_err(|_| unanswered())?;
        let answer =
            client.execute(request).await.map_err(|_| unanswered())?;
        let status = answer.status();
        let text = gathered_text(answer.into_body()).await;
        let text = text.ok_or_else(unanswered)?;
        match status.is_success() {
            true => Ok(text),
            false => {
                let said = text.strip_prefix(STATUS_MARK).unwrap_or_default();
                Err(format!(
                    "STS refuses the role {:?}: it answers {said}",
                    self.arn
                ))
            }
        }
    }
}

#[async_trait]
impl Fetch for Role {
    async fn fetch(&self) -> Result<Fetched, String> {
        let url = self.address()?;
        let direct = endpoint::is_loopback(&url);
        let allow_http = url.scheme() == "http";
        let options = ClientOptions::new().with_allow_http(allow_http);
        let client = Connector { patience: self.patience, direct }
            .connect(&options)
            .map_err(|_| "STS cannot be reached".to_owned())?;
        let mut asked = self.ask(&client, &url).await;
        let mut pause = self.patience.pause;
        for _ in 0..self.patience.retries.min(3) {
            if asked.is_ok() {
                break;
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2);
            asked = self.ask(&client, &url).await;
        }
        let answer: Answer = quick_xml::de::from_str(&asked?)
            .map_err(|_| "STS answers with no credentials".to_owned())?;
        let found = answer.assume_role_result.credentials;
        Ok(Fetched {
            credential: AwsCredential {
                key_id: found.access_key_id,
                secret_key: found.secret_access_key,
                token: Some(found.session_token),
            },
            expires: Some(found.expiration),
        })
    }
}

/// The credentials of a role.
pub(super) fn provider(role: Role) -> AwsCredentialProvider {
    Arc::new(super::temporary::Temporary::new(role))
}
