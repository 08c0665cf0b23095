//! Objects in S3 and in what speaks its language.

use std::env;
use std::fmt;
use std::sync::Arc;

use object_store::StaticCredentialProvider;
use object_store::aws::{
    AmazonS3Builder, AmazonS3ConfigKey, AwsCredential, AwsCredentialProvider,
};

use super::aws_files::{AwsFiles, Found};
use super::http::Connector;
use super::line::{Line, Signer};
use super::place::Place;
use super::remote::Remote;
use super::{Patience, Secret, endpoint, failure};
use crate::StorageError;
use crate::shared::forward;

/// Objects in a bucket of S3, or of a server that speaks its language.
///
/// Requests are signed with the credentials that are found first: in the
/// options; in the environment (`AWS_ACCESS_KEY_ID` and its like, or a web
/// identity, `AWS_WEB_IDENTITY_TOKEN_FILE`); in a profile of `~/.aws/config`
/// and `~/.aws/credentials` (keys, `credential_process`, or SSO that somebody
/// has signed in to); from the container, or from the machine. With an
/// endpoint, without signatures, and with `AWS_EC2_METADATA_DISABLED`, the
/// machine is never asked.
///
/// What is larger than 16 MiB is uploaded in parts. If that does not come to
/// its end, it is aborted; what a killed process leaves, a rule of the bucket
/// removes (`AbortIncompleteMultipartUpload`).
#[derive(Clone)]
pub struct S3Storage {
    remote: Remote,
    endpoint: Option<String>,
}

/// How to reach S3, where the environment and the user's files are not to
/// decide it.
#[derive(Clone, Debug, Default)]
pub struct S3Options {
    /// The server, such as `http://127.0.0.1:9000`: buckets are the first
    /// component of paths there. `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL`
    /// are taken if there is none.
    pub endpoint: Option<String>,
    /// The region; else that of the environment (`AWS_REGION`) or of the
    /// profile, else `us-east-1`.
    pub region: Option<String>,
    /// Whether nothing is signed, and no credentials are looked for.
    pub anonymous: bool,
    /// The credentials, if they are not to be looked for.
    pub credentials: Option<S3Credentials>,
    /// The profile; else `AWS_PROFILE`, else `default`.
    pub profile: Option<String>,
    /// Whether the machine is asked only if `AWS_EC2_METADATA_DISABLED` is set
    /// to `false`.
    pub machine_if_told: bool,
    /// How long to wait for the server.
    pub patience: Patience,
}

/// A key of S3.
#[derive(Clone, Debug)]
pub struct S3Credentials {
    /// The public part.
    pub key_id: String,
    /// The secret part.
    pub secret_key: Secret,
    /// What temporary keys have as their third part.
    pub session_token: Option<Secret>,
}

impl S3Storage {
    /// Objects of a bucket, beneath a prefix if there is one. Nothing is asked
    /// of the server yet.
    ///
    /// # Errors
    /// [`StorageError::InvalidKey`] if that cannot be a prefix,
    /// [`StorageError::PermissionDenied`] if there are no credentials.
    pub async fn new(
        bucket: &str,
        prefix: Option<&str>,
    ) -> Result<Self, StorageError> {
        Self::with_options(bucket, prefix, &S3Options::default())
    }

    /// Objects of the bucket that `AWS_BUCKET` (or `AWS_BUCKET_NAME`) names,
    /// beneath `AWS_PREFIX`, if that is set.
    ///
    /// # Errors
    /// [`StorageError::Other`] if no bucket is named; as of [`Self::new`].
    pub async fn from_env() -> Result<Self, StorageError> {
        let bucket = variable("AWS_BUCKET")
            .or_else(|| variable("AWS_BUCKET_NAME"))
            .ok_or_else(|| {
                StorageError::Other("AWS_BUCKET names no bucket".to_owned())
            })?;
        Self::new(&bucket, variable("AWS_PREFIX").as_deref()).await
    }

    /// Objects of a bucket, reached as the options say.
    ///
    /// # Errors
    /// As of [`Self::new`]; [`StorageError::Other`] if the endpoint cannot be
    /// one.
    pub fn with_options(
        bucket: &str,
        prefix: Option<&str>,
        options: &S3Options,
    ) -> Result<Self, StorageError> {
        let place = Place::new("s3", bucket, prefix)?;
        let Built { builder, endpoint, .. } = builder(&place, options)?;
        let store = builder
            .build()
            .map_err(|error| failure::of(&place, "", &error))?;
        let endpoint = endpoint.map(|it| it.trim_end_matches('/').to_owned());
        Ok(Self { remote: Remote::new(store, place, false), endpoint })
    }

    /// The server, if it is not Amazon's: another one has other buckets of the
    /// same names.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }
}

impl fmt::Debug for S3Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Storage({})", self.remote)
    }
}

forward!([] S3Storage, this => this.remote);

/// The line to a bucket.
pub(super) fn line(
    place: &Place,
    options: &S3Options,
) -> Result<Line, StorageError> {
    let Built { builder, endpoint, direct } = builder(place, options)?;
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let server = endpoint
        .unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
    let base = format!("{}/{}", server.trim_end_matches('/'), place.bucket());
    let signer = if options.anonymous {
        Signer::Nobody
    } else {
        let store =
            builder.build().map_err(|it| failure::of(place, "", &it))?;
        Signer::Aws(Arc::clone(store.credentials()), region)
    };
    Line::new(base, signer, options.patience, direct)
}

/// What builds the client.
struct Built {
    builder: AmazonS3Builder,
    /// The server, if it is not Amazon's.
    endpoint: Option<String>,
    /// Whether no proxy is asked.
    direct: bool,
}

/// What is needed to build the client.
fn builder(place: &Place, options: &S3Options) -> Result<Built, StorageError> {
    let files = if options.anonymous || options.credentials.is_some() {
        AwsFiles::none()
    } else {
        AwsFiles::of_user(options.profile.as_deref())?
    };
    let endpoint = options
        .endpoint
        .clone()
        .or_else(|| variable("AWS_ENDPOINT_URL_S3"))
        .or_else(|| variable("AWS_ENDPOINT_URL"))
        .or_else(|| variable("AWS_ENDPOINT"))
        .or_else(|| files.endpoint());
    let region = options
        .region
        .clone()
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .or_else(|| files.region());
    let mut direct = false;
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(place.bucket())
        .with_retry(options.patience.retry());
    if let Some(region) = region {
        builder = builder.with_region(region);
    }
    if let Some(address) = &endpoint {
        let url = endpoint::check(address)?;
        direct = endpoint::is_loopback(&url);
        let address = address.trim_end_matches('/');
        builder = builder
            .with_config(AmazonS3ConfigKey::S3Endpoint, address)
            .with_allow_http(url.scheme() == "http");
    }
    let patience = options.patience;
    builder = builder.with_http_connector(Connector { patience, direct });
    let builder = sign(builder, place, options, &files, endpoint.is_some())?;
    Ok(Built { builder, endpoint, direct })
}

/// Says with what requests are signed.
fn sign(
    builder: AmazonS3Builder,
    place: &Place,
    options: &S3Options,
    files: &AwsFiles,
    elsewhere: bool,
) -> Result<AmazonS3Builder, StorageError> {
    let set = |name| variable(name).is_some();
    if options.anonymous {
        // Nobody asks for these; but then nobody asks a machine, either.
        let nobody = provider("anonymous", "", None);
        return Ok(builder.with_skip_signature(true).with_credentials(nobody));
    }
    if let Some(credentials) = &options.credentials {
        return Ok(builder.with_credentials(credentials.provider()?));
    }
    let environment = set("AWS_ACCESS_KEY_ID")
        || set("AWS_SECRET_ACCESS_KEY")
        || set("AWS_WEB_IDENTITY_TOKEN_FILE") && set("AWS_ROLE_ARN");
    // Who names a profile means that one.
    if environment && options.profile.is_none() {
        return Ok(builder);
    }
    match files.credentials(options.patience)? {
        Found::Keys(keys) => {
            return Ok(builder.with_credentials(keys.provider()?));
        }
        Found::Provider(provider) => {
            return Ok(builder.with_credentials(provider));
        }
        Found::Nothing => {}
    }
    let container = set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        || set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            && set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let told = variable("AWS_EC2_METADATA_DISABLED");
    let untold = told.is_none() && options.machine_if_told;
    let no_machine =
        untold || told.is_some_and(|it| it.eq_ignore_ascii_case("true"));
    if !container && (elsewhere || no_machine) {
        let more = match untold && !elsewhere {
            true => ", or AWS_EC2_METADATA_DISABLED=false to ask the machine",
            false => "",
        };
        return Err(StorageError::PermissionDenied(format!(
            "{place}: there are no credentials: set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws, or ask without \
             signatures{more}"
        )));
    }
    Ok(builder)
}

impl S3Credentials {
    /// What hands them to the client.
    pub(super) fn provider(
        &self,
    ) -> Result<AwsCredentialProvider, StorageError> {
        let token = self.session_token.as_ref();
        let fit = !self.key_id.is_empty()
            && self.key_id.bytes().all(|byte| byte.is_ascii_graphic())
            && self.secret_key.fits_a_header()
            && token.is_none_or(Secret::fits_a_header);
        if !fit {
            return Err(StorageError::PermissionDenied(
                "a part of the credentials is empty, or has a character that \
                 none of them has"
                    .to_owned(),
            ));
        }
        let token = token.map(|token| token.reveal().to_owned());
        Ok(provider(&self.key_id, self.secret_key.reveal(), token))
    }
}

fn provider(
    key_id: &str,
    secret_key: &str,
    token: Option<String>,
) -> AwsCredentialProvider {
    Arc::new(StaticCredentialProvider::new(AwsCredential {
        key_id: key_id.to_owned(),
        secret_key: secret_key.to_owned(),
        token,
    }))
}

/// A variable of the environment that is set and not empty.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
