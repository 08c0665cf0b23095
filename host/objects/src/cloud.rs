//! Objects on servers: what S3 and Google Cloud Storage have in common.

mod aws_files;
mod bucket;
mod endpoint;
mod failure;
mod gcs;
mod http;
mod line;
mod options;
mod pages;
mod place;
mod reading;
mod remote;
mod role;
mod s3;
mod secret;
mod sso;
mod temporary;
mod upload;

pub(crate) use bucket::Ahead;
pub use bucket::{
    Bucket, Checker, Checksums, CloudError, CloudErrorKind, CloudOptions,
    ObjectHead, ObjectListed, ObjectReader, Page, Pages, Part, Provider,
    PutBody, Stored, Upload,
};
pub use gcs::{GcsOptions, GcsStorage};
pub use options::Patience;
pub use s3::{S3Credentials, S3Options, S3Storage};
pub use secret::Secret;
pub use upload::settle;
