//! A component in its portable form that takes the embedded one's place.

use sanchay_sandbox_config::Layout;
use wasmtime::component::Component;
use wasmtime::{Engine, Error, Result};

use crate::engine::ComponentSource;
use crate::plugin::nesting;

/// The bytes of a component, compiled for this processor when it is loaded.
pub(crate) struct PortableComponent(Box<[u8]>);

impl PortableComponent {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl ComponentSource for PortableComponent {
    fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)> {
        let name = match layout {
            Layout::Reserved => "native",
            Layout::Compact => "native-compact",
        };
        nesting(&self.0).map_err(Error::msg)?;
        Ok((Component::from_binary(engine, &self.0)?, name))
    }
}
