//! Files of Python's as readers and writers: objects with `read` or `write`.
//! They are used only by a thread of Python's, which the interpreter is given
//! back to for each piece.

use std::io::{self, Read, Write};

use pyo3::{
    exceptions::{PyBlockingIOError, PyTypeError},
    intern,
    prelude::*,
    types::PyBytes,
};

use super::buffers;

/// An object with `read`.
pub(super) struct Reader {
    file: Py<PyAny>,
    /// What was read and not taken.
    left: bytes::Bytes,
}

impl Reader {
    pub(super) fn new(file: Py<PyAny>) -> Self {
        Self { file, left: bytes::Bytes::new() }
    }

    /// Reads a piece; an empty one at the end.
    fn piece(&self, size: usize) -> PyResult<bytes::Bytes> {
        Python::attach(|py| {
            py.check_signals()?;
            let read = intern!(py, "read");
            let piece = self.file.bind(py).call_method1(read, (size,))?;
            if piece.is_none() {
                return Err(PyBlockingIOError::new_err(
                    "the file that is read from does not block",
                ));
            }
            buffers::bytes_like("reader: read()", &piece)
        })
    }
}

impl Read for Reader {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty() {
            self.left = self.piece(space.len()).map_err(io::Error::other)?;
        }
        let size = self.left.len().min(space.len());
        let piece = self.left.split_to(size);
        if let Some(space) = space.get_mut(..size) {
            space.copy_from_slice(&piece);
        }
        Ok(size)
    }
}

/// An object with `write`.
pub(super) struct Writer {
    file: Py<PyAny>,
}

impl Writer {
    pub(super) fn new(file: Py<PyAny>) -> Self {
        Self { file }
    }

    /// Writes a piece; how much of it.
    fn piece(&self, data: &[u8]) -> PyResult<usize> {
        Python::attach(|py| {
            py.check_signals()?;
            let piece = PyBytes::new(py, data);
            let write = intern!(py, "write");
            let written = self.file.bind(py).call_method1(write, (piece,))?;
            if written.is_none() {
                // As those do that write all of it, and some raw ones that
                // could write nothing.
                return Ok(data.len());
            }
            match written.extract::<usize>()? {
                all if all <= data.len() => Ok(all),
                _ => Err(PyTypeError::new_err(
                    "writer: write() says that it wrote more than it was given",
                )),
            }
        })
    }
}

impl Write for Writer {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.piece(data).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
