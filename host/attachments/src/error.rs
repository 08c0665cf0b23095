//! What can go wrong.

use std::{fmt, io, path::PathBuf};

use sanchay::{EntryError, Fault, describe_io_error, escaped, escaped_path};
use sanchay_core::attachments::ManifestError;
use sanchay_objects::StorageError;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachmentError {
    /// S3 refused.
    #[error("{0}")]
    S3(Box<S3Failure>),
    /// A manifest is refused.
    #[error("{0}")]
    Manifest(String),
    /// What was asked for makes no sense, or input files are not there.
    #[error("{0}")]
    Invalid(String),
    /// A file on this machine cannot be read or written.
    #[error("{}: {what}: {}", escaped_path(.path), describe_io_error(.source))]
    File {
        /// The file.
        path: PathBuf,
        /// What was to be done.
        what: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file cannot be hashed.
    #[error("{0}")]
    Entry(#[from] EntryError),
    /// Files do not fit on the disk.
    #[error("{0}")]
    DiskSpace(String),
    /// An output manifest does not say what root it is of.
    #[error(
        "Failed to get asset root from metadata of output manifest: {}",
        escaped(.0.as_bytes())
    )]
    MissingAssetRoot(String),
    /// What was downloaded is not what the manifest says.
    #[error("{0}")]
    Damaged(String),
    /// It was ended early: `File upload cancelled.`
    #[error("{0}")]
    Cancelled(&'static str),
    /// The engine could not begin.
    #[error("{0}")]
    Engine(#[from] sanchay::Error),
}

impl AttachmentError {
    pub(crate) fn file(
        path: impl Into<PathBuf>,
        what: &'static str,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, what, source }
    }

    /// The same for an error of the storage.
    pub(crate) fn stored(
        path: impl Into<PathBuf>,
        what: &'static str,
    ) -> impl FnOnce(sanchay_storage::StorageError) -> Self {
        let path = path.into();
        move |error| {
            let source = match error {
                sanchay_storage::StorageError::Io(source) => source,
                other => io::Error::other(other),
            };
            Self::File { path, what, source }
        }
    }
}

impl From<Fault> for AttachmentError {
    fn from(fault: Fault) -> Self {
        Self::Engine(sanchay::Error::Sandbox(fault))
    }
}

impl From<ManifestError> for AttachmentError {
    fn from(error: ManifestError) -> Self {
        // It repeats what the manifest says.
        Self::Manifest(escaped(error.to_string().as_bytes()).to_string())
    }
}

/// Why S3 did not do what it was asked to.
#[derive(Debug)]
pub struct S3Failure {
    /// What was being done: `uploading file`.
    pub action: &'static str,
    /// The bucket.
    pub bucket: String,
    /// The object, or what the objects' keys begin with.
    pub key: String,
    /// The status that the server answered, if it did.
    pub status: Option<u16>,
    /// What to do.
    pub guidance: String,
    /// What the storage says.
    pub source: StorageError,
}

impl std::error::Error for S3Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl fmt::Display for S3Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, bucket, key, status, guidance, source } = self;
        write!(
            f,
            "Error {action} in bucket '{}', Target key or prefix: '{}'",
            escaped(bucket.as_bytes()),
            escaped(key.as_bytes()),
        )?;
        if let Some(status) = status {
            write!(f, ", HTTP Status Code: {status}")?;
        }
        write!(
            f,
            ", {guidance}{}{source}",
            if guidance.is_empty() { "" } else { " " }
        )
    }
}

impl S3Failure {
    /// `permission` is what the user needs for that: `s3:GetObject`.
    pub(crate) fn new(
        action: &'static str,
        bucket: &str,
        key: &str,
        permission: &str,
        source: StorageError,
    ) -> Self {
        let text = source.to_string();
        let status = status_of(&text).or(match source {
            StorageError::NotFound(_) => Some(404),
            _ => None,
        });
        let refused = matches!(source, StorageError::PermissionDenied(_));
        let guidance = match status {
            _ if refused && text.contains("kms:") => {
                "Forbidden or Access denied. Please check your AWS \
                 credentials and the encryption settings of the bucket: if a \
                 customer-managed KMS key is set, your AWS IAM Role or User \
                 needs kms:GenerateDataKey, kms:Decrypt and kms:DescribeKey \
                 for it."
                    .to_owned()
            }
            _ if refused => format!(
                "Forbidden or Access denied. Please check your AWS \
                 credentials, and ensure that your AWS IAM Role or User has \
                 the '{permission}' permission for this bucket."
            ),
            Some(404) => {
                "Not found. Please check your bucket name and object \
                          key, and ensure that they exist in the AWS account."
                    .to_owned()
            }
            Some(408) => "Request timeout. Please check the connection and \
                          try again."
                .to_owned(),
            Some(500..) => {
                "The server has trouble. Please try again later.".to_owned()
            }
            _ if matches!(source, StorageError::Connection(_)) => {
                "Please check the network, and the endpoint if one is set."
                    .to_owned()
            }
            _ => String::new(),
        };
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        Self { action, bucket, key, status, guidance, source }
    }
}

/// The status that a storage tells in words.
fn status_of(text: &str) -> Option<u16> {
    let (_, after) = text.split_once("the server answers ")?;
    after.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
}
