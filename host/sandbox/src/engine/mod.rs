//! Engines: the settings of wasmtime, the machine code that they go with, and
//! the clock that ends calls. Every engine of this crate is made here.

mod source;
mod space;
mod ticker;

use sanchay_sandbox_config::{self as config, Layout};
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Error, Result, Store, UpdateDeadline};

use crate::exports::Exports;
use crate::store::State;
use crate::{Fault, Limits, fault};
use ticker::Ticker;

pub(crate) use source::{ComponentSource, Embedded};
pub(crate) use space::layout_for;
pub(crate) use ticker::ticks;

/// A component that is ready to be instantiated, in an engine of its own.
pub(crate) struct Engine<E: Exports> {
    linked: InstancePre<State>,
    indices: E::Indices,
    layout: Layout,
    variant: &'static str,
    /// What the host has for each instance, in bytes.
    overhead: usize,
    ticker: Ticker,
}

/// Why there is no instance.
pub(crate) struct NoInstance {
    pub(crate) fault: Fault,
    /// Whether there was no address space left for it.
    pub(crate) lacks_space: bool,
}

impl<E: Exports> Engine<E> {
    /// Makes an engine and gives it a component's machine code.
    ///
    /// Instances are allocated on demand: a pool of them, which wasmtime also
    /// offers, takes longer to set up than it saves, since an instance lives
    /// as long as the thread that uses it.
    pub(crate) fn new(
        source: &dyn ComponentSource,
        layout: Layout,
        limits: &Limits,
    ) -> Result<Self, Fault> {
        let mut config = config::shared(layout);
        config.max_wasm_stack(limits.stack_bytes());
        source.configure(&mut config);
        let engine = wasmtime::Engine::new(&config).map_err(setup)?;
        let (component, variant) =
            source.load(&engine, layout).map_err(setup)?;
        // Nothing is offered to the component.
        let linked =
            Linker::new(&engine).instantiate_pre(&component).map_err(setup)?;
        let indices = E::find(&component).map_err(setup)?;
        let ticker = Ticker::default();
        let overhead = source.overhead();
        Ok(Self { linked, indices, layout, variant, overhead, ticker })
    }

    /// How memories lie in the address space.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// The name of the machine code.
    pub(crate) fn variant(&self) -> &'static str {
        self.variant
    }

    /// Makes an instance under `limits`, in `ticks` at most.
    pub(crate) fn instantiate(
        &self,
        limits: &Limits,
        ticks: u64,
    ) -> Result<(Store<State>, E), NoInstance> {
        let engine = self.linked.engine();
        self.ticker
            .start(engine)
            .map_err(|fault| NoInstance { fault, lacks_space: false })?;
        let state = State::new(limits.clone(), self.overhead);
        let mut store = Store::new(engine, state);
        store.limiter(|state| state);
        store.set_hostcall_fuel(limits.answer_bytes());
        store.set_max_component_handles(limits.handle_count());
        store.set_epoch_deadline(ticks);
        // The clock ticks while other threads have the processor, too.
        store.epoch_deadline_callback(|store| {
            let left = store.data().left();
            Ok(match left.is_zero() {
                true => UpdateDeadline::Interrupt,
                false => UpdateDeadline::Continue(ticker::ticks(left)),
            })
        });
        let made = self
            .linked
            .instantiate(&mut store)
            .and_then(|it| E::take(it, &mut store, &self.indices));
        match made {
            // Not all that is done for an instance looks at the clock.
            Ok(_) if store.data().left().is_zero() => {
                let budget = limits.budget();
                let fault = Fault::BudgetExhausted { budget };
                Err(NoInstance { fault, lacks_space: false })
            }
            Ok(exports) => Ok((store, exports)),
            Err(error) => {
                let refusal = store.data_mut().take_refusal();
                let lacks_space = space::is_lacking(&error);
                let fault = fault::of_setup(&error, refusal, limits);
                Err(NoInstance { fault, lacks_space })
            }
        }
    }
}

fn setup(error: Error) -> Fault {
    Fault::Setup(format!("{error:#}"))
}
