//! Catalogs that calls remember digests in.

use std::{path::PathBuf, sync::Arc};

use pyo3::{exceptions::PyOSError, prelude::*};
use sanchay::{Engine, WalkOptions};
use sanchay_catalog::{Catalog, CatalogOptions};

/// The same engine, which remembers digests in a file, if one is named. The
/// walk leaves that out.
///
/// # Errors
/// `OSError` for a file that can be no catalog, or cannot be opened.
pub(crate) fn remembering(
    py: Python<'_>,
    engine: Engine,
    walk: &mut WalkOptions,
    file: Option<PathBuf>,
) -> PyResult<Engine> {
    let Some(file) = file else { return Ok(engine) };
    let opened = py.detach(|| Catalog::open(&file, CatalogOptions::default()));
    let catalog =
        opened.map_err(|error| PyOSError::new_err(error.to_string()))?;
    let others = !walk.leave_out.is_empty();
    let within = catalog.directory_id().filter(|_| !others);
    walk.leave_out_within = within.into_iter().collect();
    walk.leave_out.extend(catalog.ids());
    Ok(engine.with_cache(Arc::new(catalog)))
}
