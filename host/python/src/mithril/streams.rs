//! What comes in pieces: the contents of an object, a listing, an object that
//! is being stored. Each has a task in the runtime and a short queue, so that
//! memory is bounded whoever is faster.

use std::{io, sync::Arc};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use mithril_core::{
    MithrilError, ObjectMeta, StorageBackend, StorageError, spawn,
};
use pyo3::{prelude::*, types::PyTuple};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle};

use super::{
    Operation, buffers,
    storage::{fields, nothing, object},
};

/// How many pieces of an object may lie in a queue.
const PIECES: usize = 2;

/// How many objects of a listing may.
const OBJECTS: usize = 2048;

/// How many objects of a listing are handed on at once.
const BATCH: usize = 1024;

/// The largest piece of an object that is stored at once, in bytes.
const LARGEST: usize = 8 << 20;

/// A task that ends with whoever holds this.
struct Ends(AbortHandle);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A stream's end where items are taken.
struct Items<T> {
    queue: Arc<Mutex<mpsc::Receiver<Result<T, StorageError>>>>,
    task: std::sync::Mutex<Option<Ends>>,
}

impl<T: Send + 'static> Items<T> {
    /// Begins a stream of a storage; an operation that makes something of it.
    fn begin(
        backend: Arc<dyn StorageBackend>,
        room: usize,
        open: impl for<'a> FnOnce(
            &'a dyn StorageBackend,
        ) -> futures_util::future::BoxFuture<
            'a,
            Result<BoxStream<'a, Result<T, StorageError>>, StorageError>,
        > + Send
        + 'static,
        make: impl FnOnce(Python<'_>, Self) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Operation {
        let begun = async move {
            let (opened, is_open) = oneshot::channel();
            let (sender, receiver) = mpsc::channel(room);
            let task = spawn(async move {
                let mut items = match open(&*backend).await {
                    Ok(items) => items,
                    Err(error) => {
                        // Nobody may be waiting any more.
                        opened.send(Err(error)).ok();
                        return;
                    }
                };
                if opened.send(Ok(())).is_err() {
                    return;
                }
                while let Some(item) = items.next().await {
                    if sender.send(item).await.is_err() {
                        return;
                    }
                }
            });
            let task = Ends(task.abort_handle());
            match is_open.await {
                Ok(told) => told?,
                Err(_) => {
                    let why = "the stream ended before it began";
                    return Err(StorageError::Other(why.to_owned()));
                }
            }
            Ok(Self {
                queue: Arc::new(Mutex::new(receiver)),
                task: std::sync::Mutex::new(Some(task)),
            })
        };
        Operation::waits(begun, make)
    }

    fn close(&self) {
        sanchay_sync::lock(&self.task).take();
    }
}

/// The contents of an object, in pieces.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Download(Items<Bytes>);

impl Download {
    pub(super) fn begin(
        backend: Arc<dyn StorageBackend>,
        key: String,
    ) -> Operation {
        Items::begin(
            backend,
            PIECES,
            move |backend| {
                Box::pin(async move {
                    // The stream does not refer to the key.
                    backend.get_stream(&key).await
                })
            },
            |py, items| object(py, Self(items)),
        )
    }
}

#[pymethods]
impl Download {
    /// The next piece; None at the end.
    fn next(&self) -> Operation {
        let queue = Arc::clone(&self.0.queue);
        Operation::waits(
            async move { queue.lock().await.recv().await.transpose() },
            |py, piece: Option<Bytes>| {
                Ok(piece.map_or(py.None(), |data| buffers::made(py, &data)))
            },
        )
    }

    /// Nobody takes any more.
    fn close(&self) {
        self.0.close();
    }
}

/// A listing.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Listing(Items<ObjectMeta>);

impl Listing {
    pub(super) fn begin(
        backend: Arc<dyn StorageBackend>,
        prefix: String,
    ) -> Operation {
        Items::begin(
            backend,
            OBJECTS,
            move |backend| {
                Box::pin(async move { backend.list_objects(&prefix).await })
            },
            |py, items| object(py, Self(items)),
        )
    }
}

#[pymethods]
impl Listing {
    /// Some more; none at the end.
    fn next(&self) -> Operation {
        let queue = Arc::clone(&self.0.queue);
        Operation::waits(
            async move {
                let mut found = Vec::new();
                queue.lock().await.recv_many(&mut found, BATCH).await;
                found.into_iter().collect::<Result<Vec<_>, StorageError>>()
            },
            |py, found: Vec<ObjectMeta>| {
                let found = found.into_iter().map(|meta| fields(py, meta));
                let found = found.collect::<PyResult<Vec<_>>>()?;
                Ok(PyTuple::new(py, found)?.into_any().unbind())
            },
        )
    }

    /// Nobody takes any more.
    fn close(&self) {
        self.0.close();
    }
}

/// What comes next of an object that is being stored.
enum Part {
    Piece(Bytes),
    /// That was all.
    End,
}

/// An object that is being stored.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Upload {
    sender: mpsc::Sender<Part>,
    task: std::sync::Mutex<Option<JoinHandle<Result<(), StorageError>>>>,
    end: std::sync::Mutex<Option<Ends>>,
}

impl Upload {
    pub(super) fn begin(
        backend: Arc<dyn StorageBackend>,
        key: String,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let task = spawn(async move {
            let pieces = pieces(receiver);
            backend.put_try_stream(&key, pieces.boxed()).await
        });
        let end = Some(Ends(task.abort_handle()));
        let task = std::sync::Mutex::new(Some(task));
        Self { sender, task, end: std::sync::Mutex::new(end) }
    }
}

/// The pieces of an object. Without a word that it is the last, what ends is
/// cut off.
fn pieces(
    parts: mpsc::Receiver<Part>,
) -> impl stream::Stream<Item = io::Result<Bytes>> + Send {
    stream::unfold(Some(parts), async |parts| {
        let mut parts = parts?;
        match parts.recv().await {
            Some(Part::Piece(piece)) => Some((Ok(piece), Some(parts))),
            Some(Part::End) => None,
            None => {
                let why = "whoever stored it went away before its end";
                Some((Err(io::Error::other(why)), None))
            }
        }
    })
}

#[pymethods]
impl Upload {
    /// Appends a piece; False if no more is wanted, since storing failed.
    fn send(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let mut data = buffers::bytes_like("stream", data)?;
        let sender = self.sender.clone();
        let sent = async move {
            while !data.is_empty() {
                let piece = data.split_to(data.len().min(LARGEST));
                if sender.send(Part::Piece(piece)).await.is_err() {
                    return Ok::<_, MithrilError>(false);
                }
            }
            Ok(true)
        };
        Ok(Operation::waits(sent, |py, wanted: bool| object(py, wanted)))
    }

    /// That was all: stores it.
    fn finish(&self) -> Operation {
        let task = sanchay_sync::lock(&self.task).take();
        let end = sanchay_sync::lock(&self.end).take();
        let sender = self.sender.clone();
        let finished = async move {
            // If nobody waits for this any more, nothing is stored.
            let _end = end;
            let Some(task) = task else {
                let why = "it is over already";
                return Err(StorageError::Other(why.to_owned()));
            };
            // One that has failed says why.
            sender.send(Part::End).await.ok();
            task.await.unwrap_or_else(|error| {
                Err(StorageError::Other(error.to_string()))
            })
        };
        Operation::waits(finished, nothing)
    }

    /// Stores nothing; does not wait for that.
    fn close(&self) {
        sanchay_sync::lock(&self.end).take();
    }

    /// Stores nothing.
    fn abort(&self) -> Operation {
        let task = sanchay_sync::lock(&self.task).take();
        let end = sanchay_sync::lock(&self.end).take();
        let aborted = async move {
            drop(end);
            if let Some(task) = task {
                // How it ended is no matter.
                task.await.ok();
            }
            Ok::<_, MithrilError>(())
        };
        Operation::waits(aborted, nothing)
    }
}
