//! Settings, from a file and from the environment.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use sanchay_objects::StorageConfig;
use serde::{Deserialize, Serialize};

use crate::{MithrilError, Result};

/// The largest file of settings, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// Settings.
///
/// A file of them is TOML, or JSON if its name ends with `.json`:
///
/// ```toml
/// storage = "s3://models/checkpoints"   # or a table, see StorageConfig
/// temp_dir = "/var/tmp"
/// log_level = "info"
/// ```
///
/// In the environment they are `MITHRIL_STORAGE` (a URL or a path),
/// `MITHRIL_TEMP_DIR` and `MITHRIL_LOG_LEVEL`.
///
/// ```no_run
/// # use mithril_core::{CoreConfig, create_storage};
/// let config = CoreConfig::from_file("mithril.toml")?
///     .merge(CoreConfig::from_env()?);
/// let storage = create_storage(config.storage)?;
/// # Ok::<(), mithril_core::MithrilError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreConfig {
    /// Where objects are. One that is not set is [`StorageConfig::default`],
    /// which opens nothing.
    #[serde(default)]
    pub storage: StorageConfig,
    /// The folder of temporary files, if not the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temp_dir: Option<PathBuf>,
    /// What is written to the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_level: Option<String>,
}

impl CoreConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// [`MithrilError::Io`] if it cannot be read, otherwise
    /// [`MithrilError::InvalidArgument`], which names the place.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let named = |error: std::io::Error| {
            let what = format!("{}: {error}", path.display());
            std::io::Error::new(error.kind(), what)
        };
        if fs::metadata(path).map_err(named)?.len() > LARGEST_FILE {
            return Err(MithrilError::InvalidArgument(format!(
                "{}: settings have at most 1 MiB",
                path.display()
            )));
        }
        let text = fs::read_to_string(path).map_err(named)?;
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let read = match is_json {
            true => {
                serde_json::from_str(&text).map_err(|error| error.to_string())
            }
            false => toml::from_str(&text).map_err(|error| error.to_string()),
        };
        read.map_err(|why| {
            MithrilError::InvalidArgument(format!("{}: {why}", path.display()))
        })
    }

    /// Reads the environment.
    ///
    /// # Errors
    /// [`MithrilError::InvalidArgument`], which names the variable.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| env::var_os(name))
    }

    fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self> {
        let set = |name: &str| {
            variable(name).filter(|value: &OsString| !value.is_empty())
        };
        let text = |name: &str| match set(name) {
            None => Ok(None),
            Some(value) => value.into_string().map(Some).map_err(|_| {
                MithrilError::InvalidArgument(format!(
                    "{name}: it is no UTF-8"
                ))
            }),
        };
        let storage = match text("MITHRIL_STORAGE")? {
            None => StorageConfig::default(),
            Some(url) => StorageConfig::from_url(&url).map_err(|error| {
                MithrilError::InvalidArgument(format!(
                    "MITHRIL_STORAGE: {error}"
                ))
            })?,
        };
        Ok(Self {
            storage,
            temp_dir: set("MITHRIL_TEMP_DIR").map(PathBuf::from),
            log_level: text("MITHRIL_LOG_LEVEL")?,
        })
    }

    /// These settings, with those of another that are set in their place.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            storage: match other.storage.is_set() {
                true => other.storage,
                false => self.storage,
            },
            temp_dir: other.temp_dir.or(self.temp_dir),
            log_level: other.log_level.or(self.log_level),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::os::unix::ffi::OsStringExt as _;

    use sanchay_objects::StorageConfig;

    use super::CoreConfig;
    use crate::{MithrilError, create_storage};

    fn variables(set: &[(&str, &str)]) -> crate::Result<CoreConfig> {
        CoreConfig::from_variables(|name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    fn file(name: &str, text: &str) -> crate::Result<CoreConfig> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        CoreConfig::from_file(path)
    }

    #[test]
    fn a_file_is_toml_or_json() {
        let expected = CoreConfig {
            storage: StorageConfig::S3 {
                bucket: "b".to_owned(),
                prefix: Some("p".to_owned()),
            },
            temp_dir: Some("/var/tmp".into()),
            log_level: None,
        };
        for (name, text) in [
            ("a.toml", "storage = 's3://b/p'\ntemp_dir = '/var/tmp'"),
            (
                "a.conf",
                "temp_dir = '/var/tmp'\n[storage]\ntype = 's3'\n\
                 bucket = 'b'\nprefix = 'p'",
            ),
            ("a.json", r#"{"storage":"s3://b/p","temp_dir":"/var/tmp"}"#),
        ] {
            assert_eq!(file(name, text).unwrap(), expected, "{name}");
        }
        let written = serde_json::to_string(&expected).unwrap();
        assert_eq!(file("again.json", &written).unwrap(), expected);
        assert_eq!(file("empty.toml", "").unwrap(), CoreConfig::default());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_name() {
        for (name, text) in [
            ("a.toml", "storage = 1"),
            ("a.toml", "storge = 's3://b'"),
            ("a.toml", "storage = 'ftp://b'"),
            ("a.toml", "= ="),
            ("a.json", "{"),
        ] {
            let error = file(name, text).unwrap_err();
            let invalid = matches!(error, MithrilError::InvalidArgument(_));
            assert!(invalid && error.to_string().contains(name), "{error}");
        }
        let error = CoreConfig::from_file("/nowhere/a.toml").unwrap_err();
        assert!(matches!(error, MithrilError::Io(_)));
        assert!(error.to_string().contains("/nowhere/a.toml"));
    }

    #[test]
    fn the_environment_has_three_variables() {
        let config = variables(&[
            ("MITHRIL_STORAGE", "/srv/objects"),
            ("MITHRIL_TEMP_DIR", "/tmp"),
            ("MITHRIL_LOG_LEVEL", "debug"),
            ("MITHRIL_OTHER", "x"),
        ]);
        let config = config.unwrap();
        let path = "/srv/objects".into();
        assert_eq!(config.storage, StorageConfig::Local { path });
        assert_eq!(config.temp_dir, Some("/tmp".into()));
        assert_eq!(config.log_level.as_deref(), Some("debug"));
        assert_eq!(variables(&[]).unwrap(), CoreConfig::default());
        let empty = variables(&[("MITHRIL_STORAGE", "")]).unwrap();
        assert_eq!(empty, CoreConfig::default());
        let error = variables(&[("MITHRIL_STORAGE", "ftp://x")]).unwrap_err();
        assert!(error.to_string().contains("MITHRIL_STORAGE"), "{error}");
        let error = CoreConfig::from_variables(|name| {
            let bad = OsString::from_vec(vec![0xff]);
            (name == "MITHRIL_LOG_LEVEL").then_some(bad)
        });
        let error = error.unwrap_err().to_string();
        assert!(error.contains("MITHRIL_LOG_LEVEL"), "{error}");
    }

    #[test]
    fn what_the_other_sets_comes_first() {
        let file = file("a.toml", "storage = 'gs://b'\nlog_level = 'info'");
        let file = file.unwrap();
        let env = variables(&[("MITHRIL_LOG_LEVEL", "debug")]).unwrap();
        let both = file.clone().merge(env);
        assert_eq!(both.storage, file.storage);
        assert_eq!(both.log_level.as_deref(), Some("debug"));
        let env = variables(&[("MITHRIL_STORAGE", "memory:")]).unwrap();
        assert_eq!(file.merge(env).storage, StorageConfig::Memory);
    }

    #[test]
    fn a_storage_that_is_not_set_opens_nothing() {
        let error = create_storage(CoreConfig::default().storage);
        let error = error.err().unwrap().to_string();
        assert!(error.contains("no storage is set"), "{error}");
    }
}
