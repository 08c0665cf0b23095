//! Which storage to use, as configuration and URLs say it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::{LocalStorage, MemoryStorage, StorageBackend, StorageError};

/// Which storage to use.
///
/// In configuration it is a URL, or a table whose `type` is `local`, `s3`,
/// `gcs` or `memory`.
///
/// | URL | storage |
/// |---|---|
/// | `file:///srv/objects`, `/srv/objects`, `objects` | a folder |
/// | `s3://bucket`, `s3://bucket/prefix` | S3 |
/// | `gs://bucket`, `gs://bucket/prefix` | Google Cloud Storage |
/// | `memory:` | memory |
///
/// `file:` URLs are decoded (`%20`); the others are taken as they are.
///
/// ```
/// use sanchay_objects::StorageConfig;
///
/// let config: StorageConfig = "s3://music/albums/".parse()?;
/// assert_eq!(config.to_string(), "s3://music/albums");
/// # Ok::<(), sanchay_objects::StorageError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Written", into = "Table")]
pub enum StorageConfig {
    /// A folder.
    Local {
        /// Where it is.
        path: PathBuf,
    },
    /// A bucket of S3, with what the environment says of it.
    S3 {
        /// Its name.
        bucket: String,
        /// What all keys begin with there.
        prefix: Option<String>,
    },
    /// A bucket of Google Cloud Storage, with what the environment says of it.
    Gcs {
        /// Its name.
        bucket: String,
        /// What all keys begin with there.
        prefix: Option<String>,
    },
    /// Memory, which ends with the process.
    Memory,
}

impl Default for StorageConfig {
    /// None that can be opened: what is not set.
    fn default() -> Self {
        Self::Local { path: PathBuf::new() }
    }
}

impl StorageConfig {
    /// Whether it names a storage at all: not if it is the default.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }

    /// The storage that a URL, or the path of a folder, names.
    ///
    /// # Errors
    /// [`StorageError::Other`] if it names none. A password in it is not
    /// repeated.
    pub fn from_url(url: &str) -> Result<Self, StorageError> {
        let wrong = |why: &str| Err(StorageError::Other(why.to_owned()));
        let Some((scheme, rest)) = scheme_of(url) else {
            return match url {
                "" => wrong("an empty URL names no storage"),
                path => Ok(Self::Local { path: path.into() }),
            };
        };
        match scheme {
            "file" => of_file(rest),
            "s3" => of_bucket(rest)
                .map(|(bucket, prefix)| Self::S3 { bucket, prefix }),
            "gs" => of_bucket(rest)
                .map(|(bucket, prefix)| Self::Gcs { bucket, prefix }),
            "memory" if matches!(rest, "" | "//" | "///") => Ok(Self::Memory),
            "memory" => wrong("memory: names nothing in it"),
            other => Err(StorageError::Other(format!(
                "there are no storages {other}: there are file, s3, gs and \
                 memory"
            ))),
        }
    }
}

/// The scheme of a URL, and what follows the colon; `None` for a path. A
/// scheme has two letters at least, and one of few: `a:b` is a file.
fn scheme_of(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let known = ["file", "s3", "gs", "memory"].contains(&scheme);
    (known || rest.starts_with("//")).then_some((scheme, rest))
}

/// The folder of `file://HOST/PATH`.
fn of_file(rest: &str) -> Result<StorageConfig, StorageError> {
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    if !path.starts_with('/') {
        return Err(StorageError::Other(
            "a file URL has an absolute path: file:///srv/objects".to_owned(),
        ));
    }
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    if bytes.contains(&0) {
        return Err(StorageError::Other(
            "the path of the file URL contains NUL".to_owned(),
        ));
    }
    Ok(StorageConfig::Local { path: sanchay_names::of_url(bytes) })
}

/// The bucket and the prefix of `//BUCKET/PREFIX`.
fn of_bucket(rest: &str) -> Result<(String, Option<String>), StorageError> {
    let place = rest.strip_prefix("//").unwrap_or_default();
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    if bucket.contains('@') || bucket.contains(':') {
        return Err(StorageError::Other(
            "the URL has a user, a password or a port: credentials are taken \
             from the environment, an endpoint from AWS_ENDPOINT_URL"
                .to_owned(),
        ));
    }
    if bucket.is_empty() {
        return Err(StorageError::Other(
            "the URL names no bucket: s3://BUCKET/PREFIX".to_owned(),
        ));
    }
    let prefix = prefix.trim_end_matches('/');
    let prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
    Ok((bucket.to_owned(), prefix))
}

impl FromStr for StorageConfig {
    type Err = StorageError;

    fn from_str(url: &str) -> Result<Self, StorageError> {
        Self::from_url(url)
    }
}

impl fmt::Display for StorageConfig {
    /// The URL, or the path of a folder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, bucket, prefix) = match self {
            Self::Local { path } => return path.display().fmt(f),
            Self::Memory => return f.write_str("memory:"),
            Self::S3 { bucket, prefix } => ("s3", bucket, prefix),
            Self::Gcs { bucket, prefix } => ("gs", bucket, prefix),
        };
        write!(f, "{scheme}://{bucket}")?;
        prefix.iter().try_for_each(|prefix| write!(f, "/{prefix}"))
    }
}

/// A storage as it is written in configuration.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Url(String),
    Table(Table),
}

#[derive(Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Table {
    Local {
        path: PathBuf,
    },
    S3 {
        bucket: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
    },
    Gcs {
        bucket: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
    },
    Memory {},
}

impl TryFrom<Written> for StorageConfig {
    type Error = StorageError;

    fn try_from(written: Written) -> Result<Self, StorageError> {
        Ok(match written {
            Written::Url(url) => return Self::from_url(&url),
            Written::Table(Table::Local { path }) => Self::Local { path },
            Written::Table(Table::S3 { bucket, prefix }) => {
                Self::S3 { bucket, prefix }
            }
            Written::Table(Table::Gcs { bucket, prefix }) => {
                Self::Gcs { bucket, prefix }
            }
            Written::Table(Table::Memory {}) => Self::Memory,
        })
    }
}

impl From<StorageConfig> for Table {
    fn from(config: StorageConfig) -> Self {
        match config {
            StorageConfig::Local { path } => Self::Local { path },
            StorageConfig::S3 { bucket, prefix } => {
                Self::S3 { bucket, prefix }
            }
            StorageConfig::Gcs { bucket, prefix } => {
                Self::Gcs { bucket, prefix }
            }
            StorageConfig::Memory => Self::Memory {},
        }
    }
}

/// Opens a storage. Of a server, nothing is asked yet.
///
/// # Errors
/// Why it cannot be opened: as of [`LocalStorage::new`] and, for buckets, as of
/// their storages; [`StorageError::Other`] for a bucket if this library was
/// built without the feature `cloud`.
pub fn create_storage(
    config: StorageConfig,
) -> Result<Box<dyn StorageBackend>, StorageError> {
    if !config.is_set() {
        return Err(StorageError::Other("no storage is set".to_owned()));
    }
    Ok(match config {
        StorageConfig::Local { path } => Box::new(LocalStorage::new(path)?),
        StorageConfig::Memory => Box::new(MemoryStorage::new()),
        #[cfg(feature = "cloud")]
        StorageConfig::S3 { bucket, prefix } => {
            Box::new(crate::S3Storage::with_options(
                &bucket,
                prefix.as_deref(),
                &Default::default(),
            )?)
        }
        #[cfg(feature = "cloud")]
        StorageConfig::Gcs { bucket, prefix } => {
            Box::new(crate::GcsStorage::with_options(
                &bucket,
                prefix.as_deref(),
                &Default::default(),
            )?)
        }
        #[cfg(not(feature = "cloud"))]
        StorageConfig::S3 { .. } | StorageConfig::Gcs { .. } => {
            return Err(StorageError::Other(
                "this was built without S3 and Google Cloud Storage"
                    .to_owned(),
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{StorageConfig, create_storage};

    fn bucket(gcs: bool, prefix: Option<&str>) -> StorageConfig {
        let bucket = "b".to_owned();
        let prefix = prefix.map(str::to_owned);
        match gcs {
            true => StorageConfig::Gcs { bucket, prefix },
            false => StorageConfig::S3 { bucket, prefix },
        }
    }

    #[test]
    fn a_url_names_a_storage() {
        let local = |path: &str| StorageConfig::Local { path: path.into() };
        for (url, expected) in [
            ("file:///srv/a%20b", local("/srv/a b")),
            ("file://localhost/srv", local("/srv")),
            ("file:/srv", local("/srv")),
            ("/srv/a%20b", local("/srv/a%20b")),
            ("objects", local("objects")),
            ("a:b", local("a:b")),
            ("./s3:x", local("./s3:x")),
            ("memory:", StorageConfig::Memory),
            ("memory://", StorageConfig::Memory),
            ("s3://b", bucket(false, None)),
            ("s3://b/", bucket(false, None)),
            ("s3://b/p/q/", bucket(false, Some("p/q"))),
            ("gs://b/p%20q", bucket(true, Some("p%20q"))),
        ] {
            assert_eq!(StorageConfig::from_url(url).unwrap(), expected);
            let again = expected.to_string();
            assert_eq!(StorageConfig::from_url(&again).unwrap(), expected);
        }
    }

    #[test]
    fn what_names_no_storage_says_why_without_a_password() {
        for url in [
            "",
            "http://host/x",
            "s3://",
            "s3:",
            "s3:///x",
            "file:x",
            "file://other/x",
            "file:///a%00b",
            "memory:x",
            "s3://key:secret@b/x",
            "s3://host:9000/b",
            "azure://x",
        ] {
            let error = StorageConfig::from_url(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn configuration_has_urls_and_tables() {
        for (json, expected) in [
            (r#""s3://b/p""#, bucket(false, Some("p"))),
            (r#"{"type":"gcs","bucket":"b"}"#, bucket(true, None)),
            (r#"{"type":"memory"}"#, StorageConfig::Memory),
        ] {
            let read: StorageConfig = serde_json::from_str(json).unwrap();
            assert_eq!(read, expected, "{json}");
            let written = serde_json::to_string(&read).unwrap();
            let again: StorageConfig = serde_json::from_str(&written).unwrap();
            assert_eq!(again, expected, "{written}");
        }
        for json in [
            r#"{"type":"s3"}"#,
            r#"{"type":"s3","bucket":"b","secret":"x"}"#,
            "1",
            r#""""#,
        ] {
            serde_json::from_str::<StorageConfig>(json).unwrap_err();
        }
    }

    #[test]
    fn a_storage_is_opened_as_it_is_configured() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made");
        create_storage(StorageConfig::Local { path: path.clone() }).unwrap();
        assert!(path.is_dir());
        create_storage(StorageConfig::Memory).unwrap();
    }
}
