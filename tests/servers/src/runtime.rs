//! The runtime that the servers share.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// The runtime of the servers, which nobody else uses: what is tested blocks
/// its own.
///
/// # Panics
/// If the system starts no threads.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("test-servers")
            .enable_all()
            .build()
            .unwrap()
    })
}
