//! Where an engine gets the machine code of a component.
#![expect(
    unsafe_code,
    reason = "machine code cannot be proved harmless; where it comes from can"
)]

use sanchay_sandbox_config::Layout;
use wasmtime::component::Component;
use wasmtime::{Engine, Error, Result};

use crate::component::{VARIANTS, Variant};

/// A component whose machine code an engine can load.
pub(crate) trait ComponentSource: Send + Sync {
    /// What the host has for each instance besides its memories and tables,
    /// in bytes. Nothing is counted of what we wrote ourselves.
    fn overhead(&self) -> usize {
        0
    }

    /// The component's machine code, and what it is called.
    fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)>;
}

/// The component that the build embedded, compiled ahead of time.
pub(crate) struct Embedded;

impl ComponentSource for Embedded {
    /// The first variant for `layout` that the processor can run.
    fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)> {
        let mut refusal =
            Error::msg("there is no machine code for this system");
        for variant in VARIANTS.iter().filter(|it| it.layout == layout) {
            match map(engine, variant) {
                Ok(component) => return Ok((component, variant.name)),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}

/// Maps a variant's machine code into the process. Fails where the processor
/// lacks an instruction set that the code uses.
fn map(engine: &Engine, variant: &Variant) -> Result<Component> {
    // SAFETY: `deserialize` must be given what wasmtime itself serialized,
    // unmodified. A `Variant` is only ever made by the list that the build
    // script generates, from bytes that it got from `precompile_component`
    // of the same version of wasmtime and that are part of this program.
    unsafe { Component::deserialize(engine, variant.code) }
}
