//! Where copies go.

use std::path::{Path, PathBuf};

use sanchay_objects::{Bucket, CloudOptions, CloudUrl, StorageError};

/// Where copies go.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A folder, which is created if it is missing.
    Folder(PathBuf),
    /// Objects whose keys begin with a prefix: empty, or with a slash at its
    /// end.
    Bucket(Bucket, String),
}

impl Destination {
    /// What a path or a URL names. Nothing is asked of a server yet.
    ///
    /// # Errors
    /// Why the bucket cannot be reached.
    pub fn of(
        path: &Path,
        options: &CloudOptions,
    ) -> Result<Self, StorageError> {
        let Some(url) = CloudUrl::of(path) else {
            return Ok(Self::Folder(path.to_owned()));
        };
        let bucket = Bucket::open(url.provider, url.bucket, options)?;
        Ok(Self::Bucket(bucket, url.prefix()))
    }

    /// The path or the URL of what is below it by a name.
    pub(crate) fn shown(&self, name: &[u8]) -> Vec<u8> {
        match self {
            Self::Folder(folder) => {
                let mut path = folder.as_os_str().as_encoded_bytes().to_vec();
                if !path.ends_with(b"/") {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
                path
            }
            Self::Bucket(bucket, prefix) => {
                let mut url = bucket.url(prefix).into_bytes();
                url.extend_from_slice(name);
                url
            }
        }
    }
}
