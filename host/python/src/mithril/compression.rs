//! Compressors.

use std::sync::Arc;

use mithril_core::{
    AdaptiveCompressor, CompressionError, CompressionLevel,
    Compressor as Compresses, Lz4Compressor, MithrilError, StoredCompressor,
    ZstdCompressor,
};
use pyo3::{exceptions::PyValueError, prelude::*};

use super::{
    Operation, buffers,
    errors::to_py_err,
    files::{Reader, Writer},
    storage::object,
};
use crate::numbers;

/// The largest dictionary that is trained, in bytes.
const LARGEST_DICTIONARY: usize = 64 << 20;

/// A compressor.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Compressor {
    compressor: Arc<dyn Compresses>,
    /// The same, if it chooses between others.
    adaptive: Option<Arc<AdaptiveCompressor>>,
}

impl Compressor {
    fn new(compressor: impl Compresses + 'static) -> Self {
        Self { compressor: Arc::new(compressor), adaptive: None }
    }

    fn adaptive(&self) -> PyResult<&Arc<AdaptiveCompressor>> {
        self.adaptive.as_ref().ok_or_else(|| {
            PyValueError::new_err("this compressor does not choose")
        })
    }
}

/// How much effort compression is worth: a word, or the library's own number.
#[derive(FromPyObject)]
enum Level {
    Word(String),
    Number(i32),
}

impl Level {
    fn level(&self) -> PyResult<CompressionLevel> {
        Ok(match self {
            Self::Number(level) => CompressionLevel::Custom(*level),
            Self::Word(word) => match word.as_str() {
                "Fastest" => CompressionLevel::Fastest,
                "Fast" => CompressionLevel::Fast,
                "Default" => CompressionLevel::Default,
                "Best" => CompressionLevel::Best,
                other => {
                    let words = format!("level: there is no {other:?}");
                    return Err(PyValueError::new_err(words));
                }
            },
        })
    }
}

#[pymethods]
impl Compressor {
    /// Zstandard, perhaps with a dictionary.
    #[staticmethod]
    fn zstd(
        level: Level,
        dictionary: Option<&Bound<'_, PyAny>>,
        limit: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let level = level.level()?;
        let limit = numbers::count("limit", limit)?;
        let made = match dictionary {
            None => ZstdCompressor::new(level),
            Some(dictionary) => {
                let bytes = buffers::bytes_like("dictionary", dictionary)?;
                ZstdCompressor::with_dictionary(&bytes, level)
            }
        };
        Ok(Self::new(match limit {
            Some(limit) => made.with_limit(limit),
            None => made,
        }))
    }

    /// LZ4.
    #[staticmethod]
    fn lz4(level: Level, limit: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let made = Lz4Compressor::new(level.level()?);
        let limit = numbers::count("limit", limit)?;
        Ok(Self::new(match limit {
            Some(limit) => made.with_limit(limit),
            None => made,
        }))
    }

    /// What leaves data as it is.
    #[staticmethod]
    fn stored(limit: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(Self::new(match numbers::count("limit", limit)? {
            Some(limit) => StoredCompressor::with_limit(limit),
            None => StoredCompressor::new(),
        }))
    }

    /// What chooses between others, or LZ4 and zstd with a limit.
    #[staticmethod]
    #[pyo3(name = "adaptive")]
    fn choosing(
        compressors: Option<Vec<PyRef<'_, Self>>>,
        limit: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let limit = numbers::count("limit", limit)?;
        let made = match (compressors, limit) {
            (Some(all), _) => AdaptiveCompressor::with_compressors(
                all.iter()
                    .map(|it| Box::new(Arc::clone(&it.compressor)) as _)
                    .collect(),
            ),
            (None, Some(limit)) => AdaptiveCompressor::with_limit(limit),
            (None, None) => AdaptiveCompressor::new(),
        };
        let made = Arc::new(made);
        let adaptive = Some(Arc::clone(&made));
        Ok(Self { compressor: made, adaptive })
    }

    #[getter]
    fn name(&self) -> &'static str {
        self.compressor.name()
    }

    fn compress(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let compressor = Arc::clone(&self.compressor);
        Ok(Operation::computes(
            data.len(),
            move || compressor.compress(&data),
            |py, made: Vec<u8>| Ok(buffers::made(py, &made)),
        ))
    }

    fn decompress(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let compressor = Arc::clone(&self.compressor);
        Ok(Operation::computes(
            // It may become much more.
            data.len().saturating_mul(8),
            move || compressor.decompress(&data),
            |py, made: Vec<u8>| Ok(buffers::made(py, &made)),
        ))
    }

    fn estimate_ratio(
        &self,
        sample: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let sample = buffers::bytes_like("sample", sample)?;
        let compressor = Arc::clone(&self.compressor);
        Ok(Operation::computes(
            sample.len(),
            move || Ok::<_, MithrilError>(compressor.estimate_ratio(&sample)),
            |py, ratio: f32| object(py, ratio),
        ))
    }

    /// Compresses (or decompresses) from a file to a file, in this thread;
    /// how many bytes were written.
    fn stream(
        &self,
        py: Python<'_>,
        reader: Py<PyAny>,
        writer: Py<PyAny>,
        compresses: bool,
    ) -> PyResult<u64> {
        let compressor = Arc::clone(&self.compressor);
        let written = py.detach(move || {
            let mut reader = Reader::new(reader);
            let mut writer = Writer::new(writer);
            match compresses {
                true => compressor.compress_from(&mut reader, &mut writer),
                false => compressor.decompress_from(&mut reader, &mut writer),
            }
        });
        written.map_err(|error: CompressionError| to_py_err(error.into()))
    }

    /// Which of its compressors data like this is compressed with.
    fn choose(&self, sample: &Bound<'_, PyAny>) -> PyResult<&'static str> {
        let py = sample.py();
        let sample = buffers::bytes_like("sample", sample)?;
        let adaptive = self.adaptive()?;
        Ok(py.detach(|| adaptive.choose(&sample).name()))
    }

    /// Which compressor made this.
    #[staticmethod]
    fn chosen(compressed: &Bound<'_, PyAny>) -> PyResult<String> {
        let data = buffers::bytes_like("compressed", compressed)?;
        match AdaptiveCompressor::chosen(&data) {
            Ok(name) => Ok(name.to_owned()),
            Err(error) => Err(to_py_err(error.into())),
        }
    }
}

/// Makes a dictionary for zstd.
#[pyfunction]
pub(crate) fn train_dictionary(
    samples: Vec<Bound<'_, PyAny>>,
    size: usize,
) -> PyResult<Operation> {
    if size > LARGEST_DICTIONARY {
        return Err(PyValueError::new_err(format!(
            "size: {size} bytes are more than {LARGEST_DICTIONARY}"
        )));
    }
    let samples = samples.iter();
    let samples = samples.map(|it| buffers::bytes_like("samples", it));
    let samples = samples.collect::<PyResult<Vec<_>>>()?;
    Ok(Operation::computes(
        usize::MAX,
        move || ZstdCompressor::train(&samples, size),
        |py, made: Vec<u8>| Ok(buffers::made(py, &made)),
    ))
}
