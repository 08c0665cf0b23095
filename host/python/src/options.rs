//! What a call can be told: the program's options, under the same names.

use pyo3::{exceptions::PyValueError, prelude::*};
use sanchay::{Algorithm, Filter, Method, WalkOptions, Walker};

use crate::{arguments, names, numbers};

/// The chunk of a partial digest where none is named, in bytes.
const CHUNK: u32 = sanchay::DEFAULT_CHUNK;

/// Which files a walk reports.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Walk {
    pub(crate) options: WalkOptions,
}

#[pymethods]
impl Walk {
    #[new]
    #[pyo3(signature = (
        extension, min_size, max_size, hidden, follow, beneath, max_depth,
        one_file_system, walker
    ))]
    #[expect(clippy::too_many_arguments, reason = "the program has as many")]
    fn new(
        extension: &Bound<'_, PyAny>,
        min_size: Option<&Bound<'_, PyAny>>,
        max_size: Option<&Bound<'_, PyAny>>,
        hidden: &Bound<'_, PyAny>,
        follow: &Bound<'_, PyAny>,
        beneath: &Bound<'_, PyAny>,
        max_depth: Option<&Bound<'_, PyAny>>,
        one_file_system: &Bound<'_, PyAny>,
        walker: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let hidden = arguments::flag("hidden", hidden)?;
        let follow = arguments::flag("follow", follow)?;
        let beneath = arguments::flag("beneath", beneath)?;
        let one_file_system =
            arguments::flag("one_file_system", one_file_system)?;
        let min_size = numbers::size("min_size", min_size)?;
        let max_size = numbers::size("max_size", max_size)?;
        if let (Some(min), Some(max)) = (min_size, max_size)
            && min > max
        {
            return Err(PyValueError::new_err(format!(
                "min_size: {min} is more than max_size, {max}"
            )));
        }
        if beneath && !follow {
            return Err(PyValueError::new_err("beneath: needs follow=True"));
        }
        let max_depth = numbers::count("max_depth", max_depth)?
            .map(|depth| usize::try_from(depth).unwrap_or(usize::MAX));
        let walkers = "'native' or 'portable'";
        let walker =
            arguments::word("walker", walkers, walker, |word| match word {
                "native" => Some(Walker::Native),
                "portable" => Some(Walker::Portable),
                _ => None,
            })?;
        let mut filter = Filter::default().hidden(hidden);
        for extension in extensions("extension", extension)? {
            filter = filter.extension(extension);
        }
        if let Some(bytes) = min_size {
            filter = filter.min_size(bytes);
        }
        if let Some(bytes) = max_size {
            filter = filter.max_size(bytes);
        }
        Ok(Self {
            options: WalkOptions {
                filter,
                follow,
                beneath,
                max_depth,
                one_file_system,
                walker,
                ..WalkOptions::default()
            },
        })
    }
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
        if text.contains(&b'/') || text.contains(&0) {
            return Err(PyValueError::new_err(format!(
                "{option}: no file has the extension \"{shown}\""
            )));
        }
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
    let chunk = match partial {
        Some(given) => match arguments::truth(given)? {
            Some(wanted) => wanted.then_some(CHUNK),
            None => numbers::chunk("partial", Some(given))?,
        },
        None => None,
    };
    match (chunk, algorithm) {
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
