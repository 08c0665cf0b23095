//! Settings, and what elements of tensors are.

use std::path::PathBuf;

use mithril_core::{
    CoreConfig, DType, MithrilError, StorageConfig, StorageError, TensorMeta,
};
use pyo3::prelude::*;

use super::errors::to_py_err;

/// A storage as Python has it: its kind, the path of a folder, the bucket and
/// the prefix.
type StorageFields =
    (&'static str, Option<PathBuf>, Option<String>, Option<String>);

/// Settings as Python has them: the storage, the folder of temporary files,
/// the level of the log.
type ConfigFields = (Option<StorageFields>, Option<PathBuf>, Option<String>);

fn fields(config: StorageConfig) -> StorageFields {
    match config {
        StorageConfig::Local { path } => ("Local", Some(path), None, None),
        StorageConfig::S3 { bucket, prefix } => {
            ("S3", None, Some(bucket), prefix)
        }
        StorageConfig::Gcs { bucket, prefix } => {
            ("Gcs", None, Some(bucket), prefix)
        }
        StorageConfig::Memory => ("Memory", None, None, None),
    }
}

/// The storage that a URL names, or the path of a folder.
#[pyfunction]
pub(crate) fn storage_of_url(url: &str) -> PyResult<StorageFields> {
    let config = StorageConfig::from_url(url);
    config.map(fields).map_err(|error: StorageError| to_py_err(error.into()))
}

fn config(read: Result<CoreConfig, MithrilError>) -> PyResult<ConfigFields> {
    let read = read.map_err(to_py_err)?;
    let storage = read.storage.is_set().then(|| fields(read.storage));
    Ok((storage, read.temp_dir, read.log_level))
}

/// The settings of a file.
#[pyfunction]
pub(crate) fn config_of_file(
    py: Python<'_>,
    path: PathBuf,
) -> PyResult<ConfigFields> {
    config(py.detach(|| CoreConfig::from_file(path)))
}

/// The settings of the environment.
#[pyfunction]
pub(crate) fn config_of_environment() -> PyResult<ConfigFields> {
    config(CoreConfig::from_env())
}

/// What elements of tensors can be: names, sizes in bytes, NumPy's names.
#[pyfunction]
pub(crate) fn dtypes() -> Vec<(String, usize, &'static str)> {
    let named =
        |it: DType| (format!("{it:?}"), it.size_bytes(), it.to_numpy_str());
    DType::ALL.into_iter().map(named).collect()
}

/// The name of what NumPy calls so.
#[pyfunction]
pub(crate) fn dtype_of_numpy(name: &str) -> Option<String> {
    DType::from_numpy_str(name).map(|it| format!("{it:?}"))
}

/// How many bytes a tensor has whose elements NumPy calls so.
#[pyfunction]
pub(crate) fn tensor_size(name: &str, shape: Vec<usize>) -> PyResult<u64> {
    let dtype = DType::from_numpy_str(name).ok_or_else(|| {
        let words = format!("there is no type {name:?}");
        to_py_err(MithrilError::InvalidArgument(words))
    })?;
    let tensor = TensorMeta::new("", shape, dtype).map_err(to_py_err)?;
    Ok(tensor.size_bytes)
}
