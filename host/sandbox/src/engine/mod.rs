//! Engines: the settings of wasmtime, the machine code that they go with, and
//! the clock that ends calls. Every engine of this crate is made here.

pub(crate) mod config;
mod load;
mod space;
mod ticker;

use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Error, Result, Store, UpdateDeadline};

use crate::exports::Exports;
use crate::store::State;
use crate::{Fault, Limits, fault};
use config::Layout;
use ticker::Ticker;

pub(crate) use load::Source;
pub(crate) use space::layout_for;
pub(crate) use ticker::ticks;

/// A component that is ready to be instantiated, in an engine of its own.
pub(crate) struct Engine<E: Exports> {
    linked: InstancePre<State>,
    indices: E::Indices,
    layout: Layout,
    variant: &'static str,
    ticker: Ticker,
}

impl<E: Exports> Engine<E> {
    /// Makes an engine and gives it a component's machine code.
    ///
    /// Instances are allocated on demand: a pool of them, which wasmtime also
    /// offers, takes longer to set up than it saves, since an instance lives
    /// as long as the thread that uses it.
    pub(crate) fn new(
        source: &Source,
        layout: Layout,
        limits: &Limits,
    ) -> Result<Self, Fault> {
        let mut config = config::shared(layout);
        config.max_wasm_stack(limits.stack_bytes());
        let engine = wasmtime::Engine::new(&config).map_err(setup)?;
        let (component, variant) =
            source.load(&engine, layout).map_err(setup)?;
        // Nothing is offered to the component.
        let linked =
            Linker::new(&engine).instantiate_pre(&component).map_err(setup)?;
        let indices = E::find(&component).map_err(setup)?;
        let ticker = Ticker::default();
        Ok(Self { linked, indices, layout, variant, ticker })
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
    ) -> Result<(Store<State>, E), Fault> {
        let engine = self.linked.engine();
        self.ticker.start(engine)?;
        let mut store = Store::new(engine, State::new(limits.clone()));
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
            Ok(exports) => Ok((store, exports)),
            Err(error) => {
                let refusal = store.data_mut().take_refusal();
                Err(fault::of_setup(&error, refusal, limits))
            }
        }
    }
}

fn setup(error: Error) -> Fault {
    Fault::Setup(format!("{error:#}"))
}
