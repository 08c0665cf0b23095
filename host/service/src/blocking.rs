//! Waiting for a disk, in a thread that may.

use crate::problem::Problem;

/// Does something that may wait for a disk.
pub(crate) async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(act).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a thread ended early");
        Err(Problem::internal("The request hit a defect; see the log."))
    })
}
