//! The settings that the engine and the machine code it runs must share.
//!
//! Both the sandbox and its build script depend on this: machine code that was
//! made with other settings than the engine's is refused when the program
//! starts.

use std::num::NonZeroUsize;

use wasmtime::{Config, WasmBacktraceDetails};

/// How many of the running functions are reported.
const FRAMES: usize = 16;

/// How a linear memory lies in the address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// All 4 GiB that 32 bits can address are reserved for each memory, and
    /// inaccessible pages behind them catch every stray access: machine code
    /// need not compare addresses. Costs address space, not memory.
    Reserved,
    /// Only what is used is mapped, and machine code compares every address
    /// with the end of memory. For processes whose address space is limited.
    Compact,
}

/// The settings for machine code that runs under `layout` on the system that
/// this is compiled for.
#[must_use]
pub fn shared(layout: Layout) -> Config {
    shared_for(layout, cfg!(windows))
}

/// The settings for machine code that runs under `layout`, on Windows or
/// elsewhere: build scripts compile for another system than their own.
#[must_use]
pub fn shared_for(layout: Layout, windows: bool) -> Config {
    let mut config = Config::new();
    config
        // A call that takes too long is ended by counting ticks.
        .epoch_interruption(true)
        // Every answer must be the same on every machine.
        .wasm_relaxed_simd(false)
        // A plugin's trap is reported with the functions that were running;
        // where in them is not: neither the table that maps machine code to
        // WebAssembly nor native unwinding tables are kept. Windows demands
        // the latter.
        .wasm_backtrace_max_frames(NonZeroUsize::new(FRAMES))
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // After a trap, its memory is looked into for what it last said.
        .coredump_on_trap(true)
        .generate_address_map(false)
        .native_unwind_info(windows)
        // What the component cannot use need not be validated or supported.
        .wasm_memory64(false)
        .wasm_tail_call(false)
        // A copy-on-write image of the initial memory costs more system
        // calls than copying its few kilobytes.
        .memory_init_cow(false);
    match layout {
        Layout::Reserved => config
            .memory_reservation(4 << 30)
            .memory_guard_size(32 << 20)
            // The base address stays in a register across calls and loops.
            .memory_may_move(false),
        Layout::Compact => config
            .memory_reservation(0)
            .memory_reservation_for_growth(1 << 20)
            .memory_guard_size(0)
            .guard_before_linear_memory(false)
            .memory_may_move(true),
    };
    config
}
