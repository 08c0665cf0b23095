//! Gives an engine the machine code of an untrusted component.
#![expect(
    unsafe_code,
    reason = "machine code cannot be proved harmless; where it comes from can"
)]

use sanchay_sandbox_config::Layout;
use wasmtime::component::Component;
use wasmtime::{Engine, Result};

use super::UntrustedComponent;
use crate::engine::ComponentSource;

impl ComponentSource for UntrustedComponent {
    fn overhead(&self) -> usize {
        Self::overhead(self)
    }

    fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)> {
        let code = self.code(layout)?;
        // SAFETY: `deserialize` must be given what wasmtime itself
        // serialized. `code` comes from `precompile_component` of this
        // version of wasmtime: of this process, of a process of this program,
        // or out of a folder that nobody but this user and root can have put
        // where it is, checked by its digest.
        let component = unsafe { Component::deserialize(engine, &code) }?;
        Ok((component, "plugin"))
    }
}
