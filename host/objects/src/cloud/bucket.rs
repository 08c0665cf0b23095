//! A bucket as it is: every key that it has, by requests that block.
//!
//! [`StorageBackend`](crate::StorageBackend) is for what a program stores
//! itself, under keys that suit every storage. A bucket of somebody else's has
//! any keys: with `//`, ending in a slash, of any length. This is what walks
//! it, reads it and writes into it.

mod check;
mod error;
mod facts;
mod get;
mod list;
mod put;
mod read;
mod stream;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use self::check::Checker;
pub use self::error::{CloudError, CloudErrorKind};
pub use self::facts::{Checksums, ObjectHead, ObjectListed};
pub(crate) use self::get::Ahead;
pub use self::get::Part;
pub use self::list::{Page, Pages};
pub use self::put::{PutBody, Stored, Upload};
pub use self::read::ObjectReader;
use super::line::{LOOK_EVERY, Line};
use super::place::Place;
use super::{GcsOptions, Patience, S3Options, gcs, s3};
use crate::{StorageError, runtime};

/// How to reach a bucket, where the environment is not to decide it.
#[derive(Clone, Debug, Default)]
pub struct CloudOptions {
    /// The server, such as `http://127.0.0.1:9000`.
    pub endpoint: Option<String>,
    /// The region of S3.
    pub region: Option<String>,
    /// The profile of `~/.aws`.
    pub profile: Option<String>,
    /// Whether nothing is signed, and no credentials are looked for.
    pub anonymous: bool,
    /// How long to wait for the server.
    pub patience: Patience,
    /// Whether whoever waits is to stop waiting: it is asked many times a
    /// second. A request that is waited for then fails.
    pub interrupted: Option<fn() -> bool>,
}

/// Whose interface a bucket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Amazon's, S3.
    S3,
    /// Google Cloud Storage's.
    Gcs,
}

impl Provider {
    /// What URLs begin with.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3://",
            Self::Gcs => "gs://",
        }
    }
}

/// A bucket. A clone is the same bucket.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

struct Inner {
    provider: Provider,
    place: Place,
    line: Line,
    interrupted: Option<fn() -> bool>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({})", self.0.place)
    }
}

impl Bucket {
    /// The bucket with a name. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`StorageError::PermissionDenied`] if there are no credentials,
    /// [`StorageError::Other`] if it cannot be reached by these options.
    pub fn open(
        provider: Provider,
        name: &str,
        options: &CloudOptions,
    ) -> Result<Self, StorageError> {
        let scheme = provider.scheme().trim_end_matches("://");
        let place = Place::new(scheme, name, None)?;
        let CloudOptions { anonymous, patience, interrupted, .. } = *options;
        let endpoint = options.endpoint.clone();
        let line = match provider {
            Provider::S3 => {
                let options = S3Options {
                    endpoint,
                    region: options.region.clone(),
                    anonymous,
                    credentials: None,
                    profile: options.profile.clone(),
                    machine_if_told: false,
                    patience,
                };
                s3::line(&place, &options)?
            }
            Provider::Gcs => {
                let token = None;
                let options =
                    GcsOptions { endpoint, anonymous, token, patience };
                gcs::line(&place, &options)?
            }
        };
        Ok(Self(Arc::new(Inner { provider, place, line, interrupted })))
    }

    /// Whose interface it speaks.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.0.provider
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.place.bucket()
    }

    /// The address of the bucket on its server.
    #[must_use]
    pub fn address(&self) -> &str {
        self.0.line.base()
    }

    /// The URL of an object.
    #[must_use]
    pub fn url(&self, key: &str) -> String {
        format!("{}{}/{key}", self.provider().scheme(), self.name())
    }

    fn line(&self) -> &Line {
        &self.0.line
    }

    /// Waits for what is asked of the server. Not to be called in a task of
    /// tokio's.
    fn wait<T>(
        &self,
        asked: impl Future<Output = Result<T, CloudError>>,
    ) -> Result<T, CloudError> {
        let Some(interrupted) = self.0.interrupted else {
            return runtime().block_on(asked);
        };
        runtime().block_on(async {
            let mut asked = std::pin::pin!(asked);
            loop {
                let answered =
                    tokio::time::timeout(LOOK_EVERY, asked.as_mut()).await;
                match answered {
                    Ok(answered) => return answered,
                    Err(_) if interrupted() => {
                        return Err(CloudError::new(
                            CloudErrorKind::Interrupted,
                            "interrupted",
                        ));
                    }
                    Err(_) => {}
                }
            }
        })
    }
}
