//! The one runtime of tokio: what needs one runs here, whoever awaits it.

use std::future::Future;
use std::sync::{Mutex, OnceLock};
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::StorageError;

/// Waiting for servers takes few threads.
const MOST_THREADS: usize = 4;

/// The runtime that all storages of this process share; it is made when it is
/// first asked for. A process that was forked has one of its own: the threads
/// of its parent's were left behind.
///
/// # Panics
/// If the system starts no thread or has no descriptors left at that time.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<(u32, Runtime)> = OnceLock::new();
    let process = std::process::id();
    let (owner, runtime) = RUNTIME.get_or_init(|| (process, made()));
    match *owner == process {
        true => runtime,
        false => forked(process),
    }
}

/// The runtime of a process that was forked from one that had one. Only such
/// processes lock this, so that no thread has it locked when the first forks.
fn forked(process: u32) -> &'static Runtime {
    static RUNTIME: Mutex<Option<(u32, &'static Runtime)>> = Mutex::new(None);
    let mut known = sanchay_sync::lock(&RUNTIME);
    match *known {
        Some((owner, runtime)) if owner == process => runtime,
        _ => {
            // What a parent has made is left as it is, for there is nobody to
            // end its threads.
            let runtime: &'static Runtime = Box::leak(Box::new(made()));
            *known = Some((process, runtime));
            runtime
        }
    }
}

fn made() -> Runtime {
    let threads = available_parallelism().map_or(1, Into::into);
    let made = Builder::new_multi_thread()
        .worker_threads(threads.clamp(2, MOST_THREADS))
        .thread_name("sanchay-objects")
        .enable_all()
        .build();
    #[expect(
        clippy::expect_used,
        reason = "who asks for a runtime can do nothing without it"
    )]
    made.expect("the system starts no threads")
}

/// Starts a task in [`runtime`]. It goes on if the handle is dropped.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    runtime().spawn(future)
}

/// Runs what blocks on a thread that may be blocked.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    joined(runtime().spawn_blocking(work).await)
}

/// Runs a task in [`runtime`] and waits for it. If the caller stops waiting,
/// the task ends.
#[cfg(feature = "cloud")]
pub(crate) async fn in_runtime<T, F>(task: F) -> Result<T, StorageError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, StorageError>> + Send + 'static,
{
    let task = spawn(task);
    let _end = EndOnDrop(task.abort_handle());
    joined(task.await)
}

#[cfg(feature = "cloud")]
struct EndOnDrop(tokio::task::AbortHandle);

#[cfg(feature = "cloud")]
impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a task returned, if it came to its end.
pub(crate) fn joined<T>(
    result: Result<Result<T, StorageError>, tokio::task::JoinError>,
) -> Result<T, StorageError> {
    result.unwrap_or_else(|error| {
        Err(StorageError::Other(format!("a task ended early: {error}")))
    })
}
