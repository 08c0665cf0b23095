//! The sandbox: what all inspectors of a program share.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "compile")]
use wasmtime::component::Component;
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Engine, Store};

use crate::engine::config::Layout;
use crate::engine::{self, Loaded, Ticker};
use crate::exports::{Exports, Indices};
use crate::store::State;
use crate::{Fault, Inspector, Limits, fault};

/// How a sandbox is to be made.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// How many inspectors there will be at once: one per worker thread.
    pub instances: usize,
    /// What each of them may use.
    pub limits: Limits,
    /// experiment
    pub pool: bool,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self { instances: 1, limits: Limits::default(), pool: false }
    }
}

/// The component, ready to be instantiated. Clones share it.
#[derive(Clone)]
pub struct Sandbox(Arc<Shared>);

struct Shared {
    linked: InstancePre<State>,
    indices: Indices,
    limits: Limits,
    ticks: u64,
    variant: &'static str,
    ticker: Ticker,
}

impl Sandbox {
    /// Sets up the sandbox for the embedded component.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`].
    pub fn new(options: SandboxOptions) -> Result<Self, Fault> {
        let SandboxOptions { instances, limits, pool } = options;
        let pool = pool.then_some(instances);
        let engine =
            engine::engine(Layout::Reserved, &limits, pool).map_err(setup)?;
        let loaded = engine::load(engine, Layout::Reserved).map_err(setup)?;
        Self::link(loaded, limits)
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
        let limits = options.limits;
        let layout = Layout::Reserved;
        let engine = engine::engine(layout, &limits, None).map_err(setup)?;
        let component =
            Component::from_binary(&engine, bytes).map_err(setup)?;
        let variant = "compiled";
        Self::link(Loaded { engine, component, variant }, limits)
    }

    fn link(loaded: Loaded, limits: Limits) -> Result<Self, Fault> {
        let Loaded { engine, component, variant } = loaded;
        let indices = Indices::of(&component).map_err(setup)?;
        // Nothing is offered to the component.
        let linked =
            Linker::new(&engine).instantiate_pre(&component).map_err(setup)?;
        let ticker = Ticker::default();
        let ticks = engine::ticks(limits.budget());
        let shared =
            Shared { linked, indices, limits, ticks, variant, ticker };
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

    /// The name of the machine code that was chosen for this processor.
    #[must_use]
    pub fn variant(&self) -> &'static str {
        self.0.variant
    }

    /// How many ticks of the clock a call may take.
    pub(crate) fn ticks(&self) -> u64 {
        self.0.ticks
    }

    /// Makes an instance.
    pub(crate) fn instantiate(
        &self,
    ) -> Result<(Store<State>, Exports), Fault> {
        let shared = &*self.0;
        let engine: &Engine = shared.linked.engine();
        shared.ticker.start(engine)?;
        let mut store = Store::new(engine, State::new(shared.limits.clone()));
        store.limiter(|state| state);
        store.set_hostcall_fuel(shared.limits.answer_bytes());
        store.set_max_component_handles(shared.limits.handle_count());
        store.set_epoch_deadline(shared.ticks);
        let made = shared
            .linked
            .instantiate(&mut store)
            .and_then(|it| Exports::of(it, &mut store, &shared.indices));
        match made {
            Ok(exports) => Ok((store, exports)),
            Err(error) => {
                let refusal = store.data_mut().take_refusal();
                Err(fault::of_setup(&error, refusal, &shared.limits))
            }
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("variant", &self.0.variant)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

fn setup(error: wasmtime::Error) -> Fault {
    Fault::Setup(format!("{error:#}"))
}
