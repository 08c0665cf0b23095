//! What a program without the standard library has to bring along.

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
