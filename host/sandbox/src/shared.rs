//! What all instances of one component share: its machine code, the limits,
//! and a second engine for when the address space turns out to be small.

use std::sync::{Arc, OnceLock};

use sanchay_sandbox_config::Layout;
use wasmtime::Store;

use crate::engine::{self, ComponentSource, Engine};
use crate::exports::Exports;
use crate::store::State;
use crate::{Fault, Limits};

/// A component of one world, ready to be instantiated.
pub(crate) struct Shared<E: Exports> {
    source: Box<dyn ComponentSource>,
    limits: Limits,
    ticks: u64,
    engine: Engine<E>,
    /// Made when the address space turned out to be too small after all.
    fallback: OnceLock<Result<Engine<E>, Fault>>,
}

impl<E: Exports> Shared<E> {
    /// Sets up a component for so many instances at once.
    pub(crate) fn new(
        source: Box<dyn ComponentSource>,
        instances: usize,
        limits: Limits,
    ) -> Result<Arc<Self>, Fault> {
        let layout = engine::layout_for(instances);
        let engine = Engine::new(&*source, layout, &limits)?;
        let ticks = engine::ticks(limits.budget());
        let fallback = OnceLock::new();
        Ok(Arc::new(Self { source, limits, ticks, engine, fallback }))
    }

    /// What every instance may use.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many ticks of the clock a call may take.
    pub(crate) fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The name of the machine code that is in use.
    pub(crate) fn variant(&self) -> &'static str {
        match self.fallback.get() {
            Some(Ok(engine)) => engine.variant(),
            _ => self.engine.variant(),
        }
    }

    /// Makes an instance.
    pub(crate) fn instantiate(&self) -> Result<(Store<State>, E), Fault> {
        let Self { source, limits, ticks, engine, fallback } = self;
        match engine.instantiate(limits, *ticks) {
            Ok(made) => return Ok(made),
            // Any other failure is one of the compact layout, too.
            Err(none)
                if none.lacks_space && engine.layout() != Layout::Compact => {}
            Err(none) => return Err(none.fault),
        }
        fallback
            .get_or_init(|| Engine::new(&**source, Layout::Compact, limits))
            .as_ref()
            .map_err(Fault::clone)?
            .instantiate(limits, *ticks)
            .map_err(|none| none.fault)
    }
}
