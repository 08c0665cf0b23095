//! A bucket and a prefix in it: where keys are.

use std::fmt;

use object_store::path::Path;
use sanchay_storage::escaped;

use crate::{StorageError, key};

/// A bucket and a prefix in it.
#[derive(Clone)]
pub(super) struct Place {
    scheme: &'static str,
    bucket: String,
    /// What all keys begin with in the bucket: nothing, or what ends with a
    /// slash.
    prefix: String,
}

impl Place {
    pub(super) fn new(
        scheme: &'static str,
        bucket: &str,
        prefix: Option<&str>,
    ) -> Result<Self, StorageError> {
        if !is_bucket(bucket) {
            return Err(StorageError::Other(format!(
                "{} cannot be the name of a bucket",
                key::shown(bucket),
            )));
        }
        let prefix = prefix.unwrap_or_default().trim_end_matches('/');
        let prefix = match prefix {
            "" => String::new(),
            prefix => {
                key::check(prefix)?;
                format!("{prefix}/")
            }
        };
        Ok(Self { scheme, bucket: bucket.to_owned(), prefix })
    }

    /// Where the object with a key is in the bucket.
    pub(super) fn path(&self, key: &str) -> Result<Path, StorageError> {
        key::check(key)?;
        let whole = format!("{}{key}", self.prefix);
        if whole.len() > key::MAX_LENGTH {
            let why = "with the prefix of its storage, it has over 1024 bytes";
            return Err(key::invalid(key, why));
        }
        Path::parse(whole)
            .map_err(|error| key::invalid(key, &error.to_string()))
    }

    /// What keys in the bucket begin with whose keys here begin with this.
    pub(super) fn prefix_of(&self, prefix: &str) -> String {
        format!("{}{prefix}", self.prefix)
    }

    /// The key here of an object in the bucket; `None` for one that cannot be
    /// asked for here.
    pub(super) fn key_of<'a>(&self, path: &'a Path) -> Option<&'a str> {
        let key = path.as_ref().strip_prefix(&self.prefix)?;
        key::is_valid(key).then_some(key)
    }

    pub(super) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// An object as a message names it.
    pub(super) fn url_of(&self, key: &str) -> String {
        format!("{self}{}", escaped(key.as_bytes()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.scheme, self.bucket, self.prefix)
    }
}

/// What S3 and Google Cloud Storage have as names of buckets, and their like
/// had before they agreed on lower case.
fn is_bucket(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (1..=255).contains(&name.len())
        && name.bytes().all(allowed)
        && !matches!(name, "." | "..")
}
