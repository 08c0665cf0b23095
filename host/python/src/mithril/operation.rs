//! Something that takes time: waited for by a thread of Python's, or told to
//! an event loop when it is done.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use mithril_core::{MithrilError, runtime};
use pyo3::{exceptions::PyRuntimeError, prelude::*};
use sanchay_sync::lock;
use tokio::task::AbortHandle;

use super::{cloud, completions::Completions, errors::to_py_err};
use crate::failure;

/// How often a thread that waits looks for signals.
const LOOK: Duration = Duration::from_millis(100);

/// How long a call that was interrupted waits for uploads to be aborted.
const SETTLE: Duration = Duration::from_millis(500);

/// Less than this is computed in the thread that asks, in bytes.
const SMALL: usize = 256 << 10;

/// Makes an object of Python's of what an operation came to.
type Made = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// What an operation came to.
type Outcome = mithril_core::Result<Made>;

/// What an operation does.
enum Work {
    /// It waits for others.
    Waits(BoxFuture<'static, Outcome>),
    /// It computes, in the thread that asks or in another one.
    Computes { work: Box<dyn FnOnce() -> Outcome + Send>, here: bool },
}

/// Something that takes time, and is done once.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Operation {
    work: Mutex<Option<Work>>,
    running: Mutex<Option<AbortHandle>>,
    outcome: Arc<Mutex<Option<Outcome>>>,
}

impl Operation {
    /// What waits for others, and what to make of the result.
    pub(super) fn waits<T, E>(
        future: impl Future<Output = Result<T, E>> + Send + 'static,
        make: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self
    where
        T: Send + 'static,
        E: Into<MithrilError>,
    {
        let outcome = async move {
            let told = AssertUnwindSafe(future).catch_unwind().await;
            finish(told.map(|it| it.map_err(Into::into)), make)
        };
        Self::new(Work::Waits(outcome.boxed()))
    }

    /// What computes with so many bytes, and what to make of the result.
    pub(super) fn computes<T, E>(
        size: usize,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
        make: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self
    where
        T: Send + 'static,
        E: Into<MithrilError>,
    {
        let work = Box::new(move || {
            let told = catch_unwind(AssertUnwindSafe(work));
            finish(told.map(|it| it.map_err(Into::into)), make)
        });
        Self::new(Work::Computes { work, here: size < SMALL })
    }

    fn new(work: Work) -> Self {
        let running = Mutex::new(None);
        Self { work: Mutex::new(Some(work)), running, outcome: Arc::default() }
    }

    fn take(&self) -> PyResult<Work> {
        lock(&self.work).take().ok_or_else(|| {
            PyRuntimeError::new_err("this operation was begun already")
        })
    }
}

#[pymethods]
impl Operation {
    /// Waits for it, and answers with what it came to. What a signal handler
    /// raises ends it.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let made = match self.take()? {
            Work::Computes { work, here: true } => {
                py.detach(work).map_err(to_py_err)?
            }
            work => run_async(py, future(work))?,
        };
        made(py)
    }

    /// Begins it; its number is among the completions when it is done.
    fn start(&self, completions: &Completions, number: u64) -> PyResult<()> {
        let future = future(self.take()?);
        let done = completions.shared();
        let outcome = Arc::clone(&self.outcome);
        let task = runtime().spawn(async move {
            let told = future.await;
            *lock(&outcome) = Some(told);
            done.add(number);
        });
        *lock(&self.running) = Some(task.abort_handle());
        Ok(())
    }

    /// What it came to, once it is done.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let outcome = lock(&self.outcome).take();
        match outcome {
            Some(told) => told.map_err(to_py_err)?(py),
            None => Err(PyRuntimeError::new_err("it is not done")),
        }
    }

    /// Ends it: nobody waits for it any more.
    fn cancel(&self) {
        if let Some(task) = lock(&self.running).take() {
            task.abort();
        }
    }
}

/// Waits for a future with the interpreter released. What a signal handler
/// raises (`KeyboardInterrupt`) ends it, within a tenth of a second.
///
/// # Errors
/// The exception for what the future came to, and that of the handler.
pub fn run_async<F, T>(py: Python<'_>, future: F) -> PyResult<T>
where
    F: Future<Output = mithril_core::Result<T>> + Send,
    T: Send,
{
    let mut future = Box::pin(future);
    loop {
        let told = py.detach(|| {
            let waited =
                async { tokio::time::timeout(LOOK, &mut future).await };
            runtime().block_on(waited)
        });
        if let Ok(told) = told {
            return told.map_err(to_py_err);
        }
        if let Err(error) = py.check_signals() {
            py.detach(|| {
                drop(future);
                cloud::settle(SETTLE);
            });
            return Err(failure::of_callback(py, error, "a signal handler"));
        }
    }
}

/// An operation as a future.
fn future(work: Work) -> BoxFuture<'static, Outcome> {
    match work {
        Work::Waits(future) => future,
        Work::Computes { work, .. } => async move {
            let computed = runtime().spawn_blocking(work).await;
            computed.unwrap_or_else(|error| {
                Err(MithrilError::Other(error.to_string()))
            })
        }
        .boxed(),
    }
}

fn finish<T: Send + 'static>(
    told: Result<mithril_core::Result<T>, Box<dyn Any + Send>>,
    make: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> Outcome {
    match told {
        Ok(Ok(value)) => {
            Ok(Box::new(move |py: Python<'_>| make(py, value)) as Made)
        }
        Ok(Err(error)) => Err(error),
        Err(panic) => {
            let words = crate::runner::words(&*panic);
            Ok(Box::new(move |_: Python<'_>| Err(failure::of_panic(&words))))
        }
    }
}
