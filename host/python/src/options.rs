//! What a call can be told: the program's options, under the same names.

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBool, PyString},
};
use sanchay::{Algorithm, Method, WalkOptions, Walker};

use crate::{names, numbers};

/// The chunk of a partial digest where none is named, in bytes.
const CHUNK: u32 = 64 << 10;

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
        walker
    ))]
    #[expect(clippy::too_many_arguments, reason = "the program has as many")]
    fn new(
        extension: &Bound<'_, PyAny>,
        min_size: Option<&Bound<'_, PyAny>>,
        max_size: Option<&Bound<'_, PyAny>>,
        hidden: bool,
        follow: bool,
        beneath: bool,
        max_depth: Option<&Bound<'_, PyAny>>,
        walker: &str,
    ) -> PyResult<Self> {
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
        let walker = match walker {
            "native" => Walker::Native,
            "portable" => Walker::Portable,
            other => {
                return Err(PyValueError::new_err(format!(
                    "walker: expected native or portable, not {other}"
                )));
            }
        };
        let extensions = extensions("extension", extension)?;
        Ok(Self {
            options: WalkOptions {
                extensions,
                min_size,
                max_size,
                hidden,
                follow,
                beneath,
                max_depth,
                walker,
                ..WalkOptions::default()
            },
        })
    }
}

/// One extension or several, with or without a leading dot.
///
/// # Errors
/// `ValueError` for one that no name can end in.
pub(crate) fn extensions(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<Vec<u8>>> {
    let all = if names::is_name(given)? {
        vec![names::encoded(given)?]
    } else {
        given
            .try_iter()?
            .map(|one| names::encoded(&one?))
            .collect::<PyResult<Vec<_>>>()?
    };
    for extension in &all {
        let bare = extension.strip_prefix(b".").unwrap_or(extension);
        if bare.is_empty() || bare.contains(&b'/') || bare.contains(&0) {
            return Err(PyValueError::new_err(format!(
                "{option}: no file has the extension \"{}\"",
                sanchay::escaped(extension)
            )));
        }
    }
    Ok(all)
}

/// A hash function by its name.
///
/// # Errors
/// `ValueError` for a name that is none.
pub(crate) fn algorithm(name: &str) -> PyResult<Algorithm> {
    name.parse().map_err(|error| {
        PyValueError::new_err(format!("algorithm: {error}, not {name}"))
    })
}

/// How files are hashed: whole, or partially if `partial` is a chunk's size
/// or `True`.
///
/// # Errors
/// `ValueError` for a hash function that cannot be, and a chunk likewise.
pub(crate) fn method(
    algorithm: Option<&Bound<'_, PyString>>,
    partial: Option<&Bound<'_, PyAny>>,
) -> PyResult<Method> {
    let algorithm = algorithm
        .map(|name| self::algorithm(&name.to_string_lossy()))
        .transpose()?;
    let chunk = match partial {
        Some(given) => match given.cast::<PyBool>() {
            Ok(wanted) => wanted.is_true().then_some(CHUNK),
            Err(_) => numbers::chunk("partial", Some(given))?,
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
