//! The paths that a caller names, until it is their turn: in one buffer, for
//! there may be millions. What can be no path at all keeps its place among
//! them, with a name that no file has, so that the library fails at it where
//! it stands.

use std::{
    ffi::{OsStr, OsString},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use pyo3::{
    exceptions::{PyFileNotFoundError, PyUnicodeEncodeError, PyValueError},
    prelude::*,
    types::PyString,
};
use sanchay::{
    Cause, EntryError, LocalStorage, Storage, WorkingDirectory,
    storage::is_cloud_url,
};
use sanchay_names::{OsStrExt as _, OsStringExt as _};

use crate::{
    arguments, failure::Failure, names, paths::Paths, working_directory,
};

/// Paths that a caller named.
#[derive(Debug, Default)]
pub(crate) struct Given {
    paths: Paths,
    refused: Vec<Refused>,
    /// Where the relative ones are taken from, if there are any.
    directory: Option<Arc<WorkingDirectory>>,
}

/// What can be no path.
#[derive(Debug)]
struct Refused {
    /// As it was given.
    text: Arc<Py<PyString>>,
    bytes: Vec<u8>,
    why: Impossible,
}

/// Why something can be no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impossible {
    /// It has no bytes.
    Empty,
    /// It has a zero byte.
    Null,
    /// It has a lone surrogate, for which there are no bytes.
    Surrogate,
}

impl Impossible {
    /// Why these bytes can be none.
    pub(crate) fn of(path: &[u8]) -> Option<Self> {
        match path {
            [] => Some(Self::Empty),
            path if path.contains(&0) => Some(Self::Null),
            _ => None,
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Empty => "No such file or directory",
            Self::Null => "embedded null byte",
            Self::Surrogate => {
                "no path: it has a lone surrogate, which stands for no byte"
            }
        }
    }

    fn cause(self) -> Cause {
        Cause::Io(match self {
            Self::Empty => io::Error::from_raw_os_error(2),
            other => io::Error::other(other.words()),
        })
    }
}

/// A storage that has buckets, too.
#[cfg(feature = "cloud")]
fn reach(local: Arc<LocalStorage>) -> Arc<dyn Storage> {
    use sanchay_objects::{CloudOptions, CloudStorage};
    Arc::new(CloudStorage::over(local, CloudOptions::default()))
}

/// The same in a package that was built without them.
#[cfg(not(feature = "cloud"))]
fn reach(local: Arc<LocalStorage>) -> Arc<dyn Storage> {
    local
}

/// What one path can be.
const ONE: &str = "a path (str, bytes or os.PathLike)";

/// Begins the name of what can be no path; its index follows.
const MARK: &[u8] = b"\0";

impl Given {
    /// One path or several. With `raises`, what can be no path is an error
    /// at once.
    ///
    /// # Errors
    /// `TypeError` for what is no path; with `raises`, `ValueError` for a zero
    /// byte or a lone surrogate and `FileNotFoundError` for an empty path.
    pub(crate) fn paths(
        option: &str,
        given: &Bound<'_, PyAny>,
        raises: bool,
    ) -> PyResult<Self> {
        let mut paths = Self::default();
        if names::is_name(given)? {
            paths.add(option, given, raises)?;
        } else {
            for one in names::several(option, "a path or several", given)? {
                paths.add(option, &one?, raises)?;
            }
        }
        paths.take_directory(given.py())?;
        Ok(paths)
    }

    /// Takes relative paths from the directory that the process has now.
    ///
    /// # Errors
    /// `OSError` where there is no descriptor left.
    pub(crate) fn take_directory(&mut self, py: Python<'_>) -> PyResult<()> {
        if self.paths.iter().any(is_relative) {
            self.directory = working_directory::current(py)?;
        }
        Ok(())
    }

    /// As [`Self::paths`], and for `None` the current directory, whose files
    /// are then reported without `./`.
    ///
    /// # Errors
    /// As [`Self::paths`].
    pub(crate) fn roots(
        given: &Bound<'_, PyAny>,
        raises: bool,
    ) -> PyResult<Self> {
        if !given.is_none() {
            return Self::paths("roots", given, raises);
        }
        let mut current = Self::default();
        current.push(b"");
        current.directory = working_directory::current(given.py())?;
        Ok(current)
    }

    /// More paths that the run looks at, all of which can be one; relative
    /// ones are taken from where these are.
    ///
    /// # Errors
    /// As [`Self::paths`] with `raises`.
    pub(crate) fn more(
        &mut self,
        option: &str,
        given: &Bound<'_, PyAny>,
    ) -> PyResult<Vec<PathBuf>> {
        let more = Self::paths(option, given, true)?;
        if self.directory.is_none() {
            self.directory.clone_from(&more.directory);
        }
        Ok(more.all())
    }

    /// Where they are: on this machine, relative ones where they were meant;
    /// or in buckets, as the environment says.
    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        let local = Arc::new(self.local());
        let urls = self
            .paths
            .iter()
            .any(|path| is_cloud_url(Path::new(OsStr::from_bytes(path))));
        if urls { reach(local) } else { local }
    }

    /// The same with buckets, whatever the paths are.
    pub(crate) fn everywhere(&self) -> Arc<dyn Storage> {
        reach(Arc::new(self.local()))
    }

    fn local(&self) -> LocalStorage {
        match &self.directory {
            Some(it) => LocalStorage::from_directory((**it).clone()),
            None => LocalStorage::new(),
        }
    }

    /// Adds a path that is one.
    pub(crate) fn push(&mut self, path: &[u8]) {
        self.paths.push([path, &[]]);
    }

    fn add(
        &mut self,
        option: &str,
        one: &Bound<'_, PyAny>,
        raises: bool,
    ) -> PyResult<()> {
        let py = one.py();
        if !names::is_name(one)? {
            return Err(arguments::unexpected(option, ONE, one));
        }
        let (bytes, why) = match names::encoded(one) {
            Ok(bytes) => {
                let why = Impossible::of(&bytes);
                (bytes, why)
            }
            Err(error)
                if !raises
                    && error.is_instance_of::<PyUnicodeEncodeError>(py) =>
            {
                (names::surrogates(one)?, Some(Impossible::Surrogate))
            }
            Err(error) => return Err(arguments::named(py, option, error)),
        };
        let Some(why) = why else {
            self.push(&bytes);
            return Ok(());
        };
        if raises {
            return Err(match why {
                Impossible::Empty => {
                    PyFileNotFoundError::new_err((2, why.words(), ""))
                }
                _ => PyValueError::new_err(format!(
                    "{option}: a path has an {}",
                    why.words()
                )),
            });
        }
        let text = match names::text(one)? {
            Some(text) => text,
            None => names::decoded(py, &bytes)?,
        };
        let text = Arc::new(text.unbind());
        let mark = self.refused.len().to_string();
        self.paths.push([MARK, mark.as_bytes()]);
        self.refused.push(Refused { text, bytes, why });
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Them as the library takes them, in bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.paths.iter()
    }

    /// Leaves out all but some.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&[u8]) -> bool) {
        let mut kept = Paths::default();
        for path in self.paths.iter().filter(|path| wanted(path)) {
            kept.push([path, &[]]);
        }
        self.paths = kept;
    }

    /// Some of them, as the library takes them.
    pub(crate) fn some(
        &self,
        range: Range<usize>,
    ) -> impl Iterator<Item = PathBuf> {
        range.map(|row| {
            let path = OsString::from_vec(self.paths.get(row).to_vec());
            sanchay_names::with_slashes(PathBuf::from(path))
        })
    }

    /// All of them, as the library takes them.
    pub(crate) fn all(&self) -> Vec<PathBuf> {
        self.some(0..self.len()).collect()
    }

    /// Them as they were given; the current directory as a dot.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &[u8]> {
        self.iter().map(|path| match (path, self.refused(path)) {
            (_, Some(refused)) => refused.bytes.as_slice(),
            (b"", None) => b".",
            (path, None) => path,
        })
    }

    /// What can be no path and has this name.
    fn refused(&self, path: &[u8]) -> Option<&Refused> {
        let index = str::from_utf8(path.strip_prefix(MARK)?).ok()?;
        self.refused.get(index.parse::<usize>().ok()?)
    }

    /// A failure, with what was given where that can be no path.
    pub(crate) fn failure(&self, mut error: EntryError) -> Failure {
        let refused = self.refused(error.path.as_os_str().as_bytes());
        let Some(refused) = refused else {
            return Failure { error, text: None };
        };
        error.path = PathBuf::from(OsString::from_vec(refused.bytes.clone()));
        error.cause = refused.why.cause();
        Failure { error, text: Some(Arc::clone(&refused.text)) }
    }
}

fn is_relative(path: &[u8]) -> bool {
    !Path::new(OsStr::from_bytes(path)).is_absolute()
        && !path.starts_with(MARK)
}
