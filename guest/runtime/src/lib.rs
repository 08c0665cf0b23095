//! What a component without the standard library has to bring along: an
//! allocator, and what becomes of panics. Nothing of it is called by name;
//! components link the crate with `use sanchay_runtime as _`.
#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::panic::PanicInfo;

    use dlmalloc::GlobalDlmalloc;

    /// Takes memory from the component's own; there is nobody else to ask.
    #[global_allocator]
    static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

    /// Traps. The host then throws the instance away: there is no state worth
    /// saving and nobody in here to tell.
    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
