//! Objects in Google Cloud Storage.

use std::fmt;
use std::sync::Arc;

use object_store::StaticCredentialProvider;
use object_store::gcp::{
    GcpCredential, GcpSigningCredential, GoogleCloudStorageBuilder,
};

use super::http::Connector;
use super::line::{Line, Signer};
use super::place::Place;
use super::remote::Remote;
use super::s3::variable;
use super::{Patience, Secret, endpoint, failure};
use crate::StorageError;
use crate::shared::forward;

/// Objects in a bucket of Google Cloud Storage.
///
/// Requests carry a token by the credentials that are found first: in the
/// options; in the environment (`GOOGLE_APPLICATION_CREDENTIALS`,
/// `GOOGLE_SERVICE_ACCOUNT` and its like); in the file that `gcloud auth
/// application-default login` leaves; from the machine. With an endpoint, and
/// without signatures, the machine is never asked.
#[derive(Clone)]
pub struct GcsStorage {
    remote: Remote,
}

/// How to reach Google Cloud Storage, where the environment is not to decide
/// it.
#[derive(Clone, Debug, Default)]
pub struct GcsOptions {
    /// The server; else `STORAGE_EMULATOR_HOST`, else Google's. Unless a token
    /// or a service account is named, it is asked without one.
    pub endpoint: Option<String>,
    /// Whether no token is sent, and none is looked for.
    pub anonymous: bool,
    /// The token, if it is not to be looked for. It is never renewed.
    pub token: Option<Secret>,
    /// How long to wait for the server.
    pub patience: Patience,
}

impl GcsStorage {
    /// Objects of a bucket, beneath a prefix if there is one. Nothing is asked
    /// of the server yet.
    ///
    /// # Errors
    /// [`StorageError::InvalidKey`] if that cannot be a prefix,
    /// [`StorageError::Other`] if the credentials cannot be read.
    pub async fn new(
        bucket: &str,
        prefix: Option<&str>,
    ) -> Result<Self, StorageError> {
        Self::with_options(bucket, prefix, &GcsOptions::default())
    }

    /// Objects of a bucket, reached as the options say.
    ///
    /// # Errors
    /// As of [`Self::new`]; [`StorageError::Other`] if the endpoint cannot be
    /// one.
    pub fn with_options(
        bucket: &str,
        prefix: Option<&str>,
        options: &GcsOptions,
    ) -> Result<Self, StorageError> {
        let place = Place::new("gs", bucket, prefix)?;
        let store = builder(&place, options)?
            .builder
            .build()
            .map_err(|error| failure::of(&place, "", &error))?;
        Ok(Self { remote: Remote::new(store, place, true) })
    }
}

impl fmt::Debug for GcsStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GcsStorage({})", self.remote)
    }
}

forward!([] GcsStorage, this => this.remote);

/// The line to a bucket.
pub(super) fn line(
    place: &Place,
    options: &GcsOptions,
) -> Result<Line, StorageError> {
    let Built { builder, endpoint, direct, unsigned } =
        builder(place, options)?;
    let server = endpoint.as_deref().unwrap_or(GOOGLE);
    let base = format!("{}/{}", server.trim_end_matches('/'), place.bucket());
    let signer = if unsigned {
        Signer::Nobody
    } else {
        let store =
            builder.build().map_err(|it| failure::of(place, "", &it))?;
        Signer::Google(Arc::clone(store.credentials()))
    };
    Line::new(base, signer, options.patience, direct)
}

/// Google's own server.
const GOOGLE: &str = "https://storage.googleapis.com";

/// What builds the client.
struct Built {
    builder: GoogleCloudStorageBuilder,
    /// The server, if it is not Google's.
    endpoint: Option<String>,
    /// Whether no proxy is asked.
    direct: bool,
    /// Whether no token is sent.
    unsigned: bool,
}

/// What is needed to build the client.
fn builder(
    place: &Place,
    options: &GcsOptions,
) -> Result<Built, StorageError> {
    let mut builder = GoogleCloudStorageBuilder::from_env()
        .with_bucket_name(place.bucket())
        .with_retry(options.patience.retry());
    let endpoint = options.endpoint.clone().or_else(emulator);
    let mut direct = false;
    let mut client = object_store::ClientOptions::new();
    if let Some(address) = &endpoint {
        let url = endpoint::check(address)?;
        direct = endpoint::is_loopback(&url);
        client = client.with_allow_http(url.scheme() == "http");
        builder = builder.with_base_url(address.trim_end_matches('/'));
    }
    let patience = options.patience;
    builder = builder
        .with_client_options(client)
        .with_http_connector(Connector { patience, direct });
    if let Some(token) = &options.token {
        if !token.fits_a_header() {
            return Err(StorageError::PermissionDenied(
                "the token is empty, or has a character that none has"
                    .to_owned(),
            ));
        }
        let builder = with_token(builder, token.reveal());
        return Ok(Built { builder, endpoint, direct, unsigned: false });
    }
    let named = [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_SERVICE_ACCOUNT",
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        "GOOGLE_SERVICE_ACCOUNT_PATH",
        "SERVICE_ACCOUNT",
    ]
    .iter()
    .any(|name| variable(name).is_some());
    if options.anonymous || endpoint.is_some() && !named {
        let builder = with_token(builder, "").with_skip_signature(true);
        return Ok(Built { builder, endpoint, direct, unsigned: true });
    }
    Ok(Built { builder, endpoint, direct, unsigned: false })
}

/// Has requests carry this token, and nobody asked for another.
fn with_token(
    builder: GoogleCloudStorageBuilder,
    token: &str,
) -> GoogleCloudStorageBuilder {
    let signing =
        GcpSigningCredential { email: String::new(), private_key: None };
    let credential = GcpCredential { bearer: token.to_owned() };
    builder
        .with_credentials(Arc::new(StaticCredentialProvider::new(credential)))
        .with_signing_credentials(Arc::new(StaticCredentialProvider::new(
            signing,
        )))
}

/// The server that Google's own clients take for tests.
fn emulator() -> Option<String> {
    let host = variable("STORAGE_EMULATOR_HOST")?;
    match host.contains("://") {
        true => Some(host),
        false => Some(format!("http://{host}")),
    }
}
