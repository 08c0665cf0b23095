//! Objects on servers: what S3 and Google Cloud Storage have in common.

mod aws_files;
mod endpoint;
mod failure;
mod gcs;
mod http;
mod options;
mod place;
mod reading;
mod remote;
mod s3;
mod secret;
mod sso;
mod temporary;
mod upload;

pub use gcs::{GcsOptions, GcsStorage};
pub use options::Patience;
pub use s3::{S3Credentials, S3Options, S3Storage};
pub use secret::Secret;
pub use upload::settle;
