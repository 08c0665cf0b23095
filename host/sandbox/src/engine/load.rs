//! Gives an engine the machine code that the build made.
#![expect(
    unsafe_code,
    reason = "machine code cannot be proved harmless; where it comes from can"
)]

use wasmtime::component::Component;
use wasmtime::{Engine, Result};

use crate::component::Variant;

/// Maps a variant's machine code into the process. Fails where the processor
/// lacks an instruction set that the code uses.
pub(crate) fn load(engine: &Engine, variant: &Variant) -> Result<Component> {
    // SAFETY: `deserialize` must be given what wasmtime itself serialized,
    // unmodified. A `Variant` is only ever made by the list that the build
    // script generates, from bytes that it got from `precompile_component`
    // of the same version of wasmtime and that are part of this program.
    unsafe { Component::deserialize(engine, variant.code) }
}
