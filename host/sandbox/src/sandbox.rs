//! The sandbox: what all inspectors of a program share.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::engine::config::Layout;
use crate::engine::{self, Engine, Source};
use crate::exports::Exports;
use crate::store::State;
use crate::{Fault, Inspector, Limits};

/// How a sandbox is to be made.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// How many inspectors there will be at once: one per worker thread.
    pub instances: usize,
    /// What each of them may use.
    pub limits: Limits,
}

impl Default for SandboxOptions {
    /// One inspector, with the default limits.
    fn default() -> Self {
        Self { instances: 1, limits: Limits::default() }
    }
}

/// The component, ready to be instantiated. Clones share it.
#[derive(Clone)]
pub struct Sandbox(Arc<Shared>);

struct Shared {
    source: Source,
    limits: Limits,
    ticks: u64,
    engine: Engine,
    /// Made when the address space turned out to be too small after all.
    fallback: OnceLock<Result<Engine, Fault>>,
}

impl Sandbox {
    /// Sets up the sandbox for the embedded component.
    ///
    /// Each instance reserves some 4 GiB of address space (not of memory),
    /// which makes the component fast. Where the process may not use that
    /// much, instances are made that do with what they use.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`].
    pub fn new(options: SandboxOptions) -> Result<Self, Fault> {
        Self::of(Source::Embedded, options)
    }

    /// Sets up the sandbox for another component of the same world, which is
    /// compiled for this processor. It gets nothing that the embedded one
    /// does not get.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`] where the bytes are not a component, or the component
    /// imports anything, or lacks an export of the world.
    #[cfg(feature = "compile")]
    pub fn from_component(
        bytes: &[u8],
        options: SandboxOptions,
    ) -> Result<Self, Fault> {
        Self::of(Source::Component(bytes.into()), options)
    }

    fn of(source: Source, options: SandboxOptions) -> Result<Self, Fault> {
        let SandboxOptions { instances, limits } = options;
        let layout = engine::layout_for(instances);
        let engine = Engine::new(&source, layout, &limits)?;
        let ticks = engine::ticks(limits.budget());
        let fallback = OnceLock::new();
        let shared = Shared { source, limits, ticks, engine, fallback };
        Ok(Self(Arc::new(shared)))
    }

    /// A new inspector. Its instance is made when it is first called.
    #[must_use]
    pub fn inspector(&self) -> Inspector {
        Inspector::new(self.clone())
    }

    /// What every instance may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The name of the machine code that is in use: for which processors it
    /// was made, and `compact` where little address space is used.
    #[must_use]
    pub fn variant(&self) -> &'static str {
        match self.0.fallback.get() {
            Some(Ok(engine)) => engine.variant(),
            _ => self.0.engine.variant(),
        }
    }

    /// How many ticks of the clock a call may take.
    pub(crate) fn ticks(&self) -> u64 {
        self.0.ticks
    }

    /// Makes an instance.
    pub(crate) fn instantiate(
        &self,
    ) -> Result<(wasmtime::Store<State>, Exports), Fault> {
        let Shared { source, limits, ticks, engine, fallback } = &*self.0;
        let fault = match engine.instantiate(limits, *ticks) {
            Err(fault @ Fault::Setup(_)) => fault,
            answer => return answer,
        };
        if engine.layout() == Layout::Compact {
            return Err(fault);
        }
        fallback
            .get_or_init(|| Engine::new(source, Layout::Compact, limits))
            .as_ref()
            .map_err(Fault::clone)?
            .instantiate(limits, *ticks)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("variant", &self.variant())
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
