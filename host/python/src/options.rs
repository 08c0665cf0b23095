//! What a call can be told: the program's options, under the same names.

use std::{ffi::OsString, path::PathBuf};

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::PyDict,
};
use sanchay::{
    Algorithm, Engine, Filter, Method, PluginSpec, WalkOptions, Walker,
};
use sanchay_names::OsStringExt as _;

use crate::{arguments, failure, filters, names, numbers, plugins};

/// The chunk of a partial digest where none is named, in bytes.
const CHUNK: u32 = sanchay::DEFAULT_CHUNK;

/// Which files a walk reports.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Walk {
    options: WalkOptions,
    plugins: Vec<PluginSpec>,
    /// Whether records have what pictures and films say of themselves.
    media: bool,
}

impl Walk {
    /// The filter.
    pub(crate) fn filter(&self) -> Filter {
        self.options.filter.clone()
    }

    /// Whether links are followed.
    pub(crate) fn follows(&self) -> bool {
        self.options.follow
    }

    /// The options for an engine, with the plugins loaded.
    ///
    /// # Errors
    /// As [`plugins::load`]; and that the bundled extractor cannot be set up.
    pub(crate) fn options(
        &self,
        py: Python<'_>,
        engine: &Engine,
    ) -> PyResult<WalkOptions> {
        let mut options = self.options.clone();
        options.plugins = plugins::load(py, &self.plugins, engine)?;
        if self.media {
            let plugins = options.plugins.with_media();
            options.plugins =
                plugins.map_err(|error| failure::of_run(&error))?;
        }
        Ok(options)
    }
}

impl Walk {
    /// The options for what takes no plugins.
    ///
    /// # Errors
    /// `ValueError` where there are some.
    pub(crate) fn plain_options(&self) -> PyResult<WalkOptions> {
        let option = match (self.media, self.plugins.is_empty()) {
            (false, true) => return Ok(self.options.clone()),
            (true, _) => "media",
            (false, false) => "plugin",
        };
        Err(PyValueError::new_err(format!(
            "{option}: this call has no values to tell; an expression \
             (where) can test them"
        )))
    }
}

impl From<WalkOptions> for Walk {
    fn from(options: WalkOptions) -> Self {
        Self { options, plugins: Vec::new(), media: false }
    }
}

#[pymethods]
impl Walk {
    #[new]
    #[pyo3(signature = (**options))]
    fn new(options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut walk = WalkOptions::default();
        let mut filter = Filter::default();
        let mut plugins = Vec::new();
        let mut media = false;
        for (name, given) in options.into_iter().flatten() {
            let name = name.extract::<String>()?;
            if let Some(option) = filters::named(&name) {
                filters::set(&mut filter, option, &given)?;
                continue;
            }
            match name.as_str() {
                "hidden" => {
                    filter = filter.hidden(arguments::flag(&name, &given)?);
                }
                "follow" => walk.follow = arguments::flag(&name, &given)?,
                "beneath" => walk.beneath = arguments::flag(&name, &given)?,
                "one_file_system" => {
                    walk.one_file_system = arguments::flag(&name, &given)?;
                }
                "max_depth" => {
                    let given = Some(&given).filter(|it| !it.is_none());
                    let depth = numbers::count(&name, given)?;
                    walk.max_depth = depth.map(|depth| {
                        usize::try_from(depth).unwrap_or(usize::MAX)
                    });
                }
                "media" => media = arguments::flag(&name, &given)?,
                "plugin" => plugins = plugins::specs(&name, &given)?,
                "gitignore" => {
                    walk.gitignore = arguments::flag(&name, &given)?;
                }
                "ignore_file" => {
                    walk.ignore_files = ignore_files(&name, &given)?;
                }
                "walker" => walk.walker = walker(&name, &given)?,
                _ => {
                    return Err(PyTypeError::new_err(format!(
                        "Walk() got an unexpected keyword argument '{name}'"
                    )));
                }
            }
        }
        if walk.beneath && !walk.follow {
            return Err(PyValueError::new_err("beneath: needs follow=True"));
        }
        filters::check(&filter)?;
        walk.filter = filter;
        Ok(Self { options: walk, plugins, media })
    }

    /// Whether records have values of extractors.
    #[getter]
    fn has_values(&self) -> bool {
        self.media || !self.plugins.is_empty()
    }
}

/// The options that a walk takes, and what they are where they are not given.
#[pyfunction]
pub(crate) fn walk_options(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let options = PyDict::new(py);
    filters::add_defaults(&options)?;
    for flag in [
        "hidden",
        "follow",
        "beneath",
        "one_file_system",
        "gitignore",
        "media",
    ] {
        options.set_item(flag, false)?;
    }
    options.set_item("ignore_file", ())?;
    options.set_item("max_depth", py.None())?;
    options.set_item("plugin", ())?;
    options.set_item("walker", "native")?;
    Ok(options)
}

/// One path or several.
fn ignore_files(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<PathBuf>> {
    const ONE: &str = "a path (str, bytes or os.PathLike)";
    let path = |one: &Bound<'_, PyAny>| {
        let bytes = names::named(option, ONE, one)?;
        Ok(PathBuf::from(OsString::from_vec(bytes)))
    };
    if names::is_name(given)? {
        return Ok(vec![path(given)?]);
    }
    names::several(option, "a path or several", given)?
        .map(|one| path(&one?))
        .collect()
}

fn walker(name: &str, given: &Bound<'_, PyAny>) -> PyResult<Walker> {
    let walkers = "'native' or 'portable'";
    arguments::word(name, walkers, given, |word| match word {
        "native" => Some(Walker::Native),
        "portable" => Some(Walker::Portable),
        _ => None,
    })
}

/// What one extension can be.
const ONE: &str = "an extension (str or bytes)";

/// One extension or several, as the program takes them: with or without a
/// leading dot, as `*.EXT`, several between commas.
///
/// # Errors
/// `ValueError` for one that no name can end in.
pub(crate) fn extensions(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<Vec<u8>>> {
    let all = if names::is_name(given)? {
        vec![names::named(option, ONE, given)?]
    } else {
        names::several(option, "an extension or several", given)?
            .map(|one| names::named(option, ONE, &one?))
            .collect::<PyResult<Vec<_>>>()?
    };
    let mut extensions = Vec::new();
    for text in &all {
        let shown = sanchay::escaped(text);
        let found = sanchay::parse_extensions(text).map_err(|error| {
            PyValueError::new_err(format!("{option}: \"{shown}\": {error}"))
        })?;
        extensions.extend(found);
    }
    Ok(extensions)
}

/// A hash function by its name.
///
/// # Errors
/// `ValueError` for a name that is none; `TypeError` for what is no name.
pub(crate) fn algorithm(name: &Bound<'_, PyAny>) -> PyResult<Algorithm> {
    among(name, |_| true)
}

/// A hash function that can tell files apart, by its name.
///
/// # Errors
/// As [`algorithm`].
pub(crate) fn identifying(name: &Bound<'_, PyAny>) -> PyResult<Algorithm> {
    among(name, Algorithm::identifies)
}

fn among(
    name: &Bound<'_, PyAny>,
    offered: fn(Algorithm) -> bool,
) -> PyResult<Algorithm> {
    let known = Algorithm::ALL.into_iter().filter(|it| offered(*it));
    let names: Vec<_> = known.map(Algorithm::name).collect();
    let expected = format!("one of {}", names.join(", "));
    arguments::word("algorithm", &expected, name, |word| {
        let known = word.parse::<Algorithm>();
        known.ok().filter(|it| offered(*it))
    })
}

/// The chunk of partial digests: `partial` is its size or `True`.
///
/// # Errors
/// `ValueError` for one that cannot be.
pub(crate) fn chunk(
    partial: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<u32>> {
    let Some(given) = partial else { return Ok(None) };
    match arguments::truth(given)? {
        Some(wanted) => Ok(wanted.then_some(CHUNK)),
        None => numbers::chunk("partial", Some(given)),
    }
}

/// How files are hashed: whole, or partially if `partial` is a chunk's size
/// or `True`.
///
/// # Errors
/// `ValueError` for a hash function that cannot be, and a chunk likewise.
pub(crate) fn method(
    algorithm: Option<&Bound<'_, PyAny>>,
    partial: Option<&Bound<'_, PyAny>>,
) -> PyResult<Method> {
    let algorithm = algorithm.map(self::algorithm).transpose()?;
    match (chunk(partial)?, algorithm) {
        (Some(chunk), None | Some(Algorithm::Xxh64)) => {
            Ok(Method::Partial { chunk })
        }
        (Some(_), Some(other)) => Err(PyValueError::new_err(format!(
            "partial: always uses xxh64, it cannot use {other}"
        ))),
        (None, Some(algorithm)) => Ok(Method::Whole(algorithm)),
        (None, None) => Ok(Method::default()),
    }
}
