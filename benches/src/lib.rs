//! What the benchmarks share: the core's decisions without the sandbox.

mod inspector;

pub use inspector::NativeInspector;
