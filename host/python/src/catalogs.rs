//! Catalogs that calls remember digests in.

use std::{path::PathBuf, sync::Arc};

use pyo3::{exceptions::PyOSError, prelude::*};
use sanchay::Engine;
use sanchay_catalog::{Catalog, CatalogOptions};

/// The same engine, which remembers digests in a file, if one is named.
///
/// # Errors
/// `OSError` for a file that can be no catalog, or cannot be opened.
pub(crate) fn remembering(
    py: Python<'_>,
    engine: Engine,
    file: Option<PathBuf>,
) -> PyResult<Engine> {
    let Some(file) = file else { return Ok(engine) };
    let opened = py.detach(|| Catalog::open(&file, CatalogOptions::default()));
    let catalog =
        opened.map_err(|error| PyOSError::new_err(error.to_string()))?;
    Ok(engine.with_cache(Arc::new(catalog)))
}
