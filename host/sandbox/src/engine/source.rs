//! Gives an engine the machine code of a component.
#![expect(
    unsafe_code,
    reason = "machine code cannot be proved harmless; where it comes from can"
)]

use sanchay_sandbox_config::Layout;
use wasmtime::component::Component;
use wasmtime::{Engine, Error, Result};

use crate::component::{VARIANTS, Variant};
#[cfg(feature = "compile")]
use crate::plugin::{UntrustedComponent, nesting};

/// Where a component comes from.
pub(crate) enum Source {
    /// The one that the build embedded, compiled ahead of time.
    Embedded,
    /// Another one, in its portable form.
    #[cfg(feature = "compile")]
    Component(Box<[u8]>),
    /// An untrusted one, which is compiled under supervision.
    #[cfg(feature = "compile")]
    Untrusted(UntrustedComponent),
}

impl Source {
    /// What the host has for each instance besides its memories and tables,
    /// in bytes; nothing is counted of what we wrote ourselves.
    pub(crate) fn overhead(&self) -> usize {
        match self {
            Self::Embedded => 0,
            #[cfg(feature = "compile")]
            Self::Component(_) => 0,
            #[cfg(feature = "compile")]
            Self::Untrusted(untrusted) => untrusted.overhead(),
        }
    }

    /// The component's machine code, and what it is called.
    pub(crate) fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)> {
        match self {
            Self::Embedded => embedded(engine, layout),
            #[cfg(feature = "compile")]
            Self::Component(bytes) => {
                let name = match layout {
                    Layout::Reserved => "native",
                    Layout::Compact => "native-compact",
                };
                nesting(bytes).map_err(Error::msg)?;
                Ok((Component::from_binary(engine, bytes)?, name))
            }
            #[cfg(feature = "compile")]
            Self::Untrusted(untrusted) => {
                let code = untrusted.code(layout)?;
                // SAFETY: `deserialize` must be given what wasmtime itself
                // serialized. `code` comes from `precompile_component` of
                // this version of wasmtime: of this process, of a process
                // of this program, or out of a folder that nobody but this
                // user and root can have put where it is, checked by its
                // digest.
                let component =
                    unsafe { Component::deserialize(engine, &code) }?;
                Ok((component, "plugin"))
            }
        }
    }
}

/// The first variant for `layout` that the processor can run.
fn embedded(
    engine: &Engine,
    layout: Layout,
) -> Result<(Component, &'static str)> {
    let mut refusal = Error::msg("there is no machine code for this system");
    for variant in VARIANTS.iter().filter(|it| it.layout == layout) {
        match map(engine, variant) {
            Ok(component) => return Ok((component, variant.name)),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
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
