//! How much address space this process may use.

use sanchay_sandbox_config::Layout;

/// What an instance reserves: 4 GiB of memory with its guards, and some.
#[cfg(unix)]
const INSTANCE: u64 = (4 << 30) + (128 << 20);

/// What is left for everything else in the process.
#[cfg(unix)]
const REST: u64 = 2 << 30;

/// The layout of memory with which `instances` instances and the rest of the
/// process fit into the address space that the process may use (`ulimit -v`).
#[cfg(unix)]
pub(crate) fn layout_for(instances: usize) -> Layout {
    use rustix::process::{Resource, getrlimit};

    let instances = u64::try_from(instances).unwrap_or(u64::MAX);
    let needed = instances.saturating_mul(INSTANCE).saturating_add(REST);
    match getrlimit(Resource::As).current {
        Some(limit) if limit < needed => Layout::Compact,
        _ => Layout::Reserved,
    }
}

/// Whether something failed because the system had no address space for it.
#[cfg(unix)]
pub(crate) fn is_lacking(error: &wasmtime::Error) -> bool {
    use rustix::io::Errno;

    error.chain().any(|cause| {
        let code = cause.downcast_ref::<Errno>().map(|it| it.raw_os_error());
        let error = cause.downcast_ref::<std::io::Error>();
        code.or_else(|| error?.raw_os_error())
            == Some(Errno::NOMEM.raw_os_error())
    })
}

/// Elsewhere a process cannot be limited so.
#[cfg(not(unix))]
pub(crate) fn is_lacking(_error: &wasmtime::Error) -> bool {
    false
}

/// Elsewhere a process cannot be limited so.
#[cfg(not(unix))]
pub(crate) fn layout_for(_instances: usize) -> Layout {
    Layout::Reserved
}
