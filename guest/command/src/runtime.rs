//! What a program without the standard library has to bring along.

use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;

/// Takes memory from the component's own; there is nobody else to ask.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

/// Traps: the host says so, and ends the run.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
