//! Doing with little address space (`ulimit -v`).
//!
//! GNU's allocator reserves 64 MiB of it for every thread that allocates, as
//! long as there are any: a program of ten threads has then none left for an
//! eleventh, though it uses a fraction of them.
#![allow(
    unsafe_code,
    reason = "the allocator is set up by a call of the C library"
)]

/// Has all threads share one arena where address space is limited. To be
/// called before there are any threads.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn limit_malloc_arenas() {
    if sanchay_system::limits::address_space().is_some() {
        // SAFETY: `mallopt` may be called at any time while no other thread
        // allocates, and no other thread is there yet. It returns whether it
        // obeyed, and there is nothing to do if it did not.
        let _ = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    }
}

/// Other allocators reserve nothing to speak of.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn limit_malloc_arenas() {}
