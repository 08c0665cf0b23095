//! Calls into a component: makes instances, gives each call its budget, and
//! discards the instance when a call has no answer.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::{Result, Store};

use crate::exports::Exports;
use crate::shared::Shared;
use crate::store::State;
use crate::{Fault, clock, fault, last_words};

/// One thread's instance of a component, while it has one.
pub(crate) struct Caller<E: Exports> {
    shared: Arc<Shared<E>>,
    instance: Option<Instance<E>>,
    generation: u64,
    /// When the last call began, and what failures have taken, by the
    /// thread's own time.
    began: Duration,
    lost: Duration,
}

/// An instance and its resources that the host holds.
pub(crate) struct Instance<E: Exports> {
    pub(crate) store: Store<State>,
    pub(crate) exports: E,
    pub(crate) resources: E::Resources,
}

impl<E: Exports> Caller<E> {
    pub(crate) fn new(shared: Arc<Shared<E>>) -> Self {
        let (began, lost) = (Duration::ZERO, Duration::ZERO);
        Self { shared, instance: None, generation: 0, began, lost }
    }

    /// The number of instances that were discarded.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Calls into the instance, which is made if there is none. All calls in
    /// `body` share one budget.
    pub(crate) fn call<R>(
        &mut self,
        body: impl FnOnce(&mut Instance<E>) -> Result<R>,
    ) -> Result<R, Fault> {
        self.began = clock::of_this_thread();
        let instance = match &mut self.instance {
            Some(instance) => instance,
            empty => {
                let made = Instance::new(&self.shared);
                let ready = clock::of_this_thread();
                // After a failure, or because of one.
                if self.generation > 0 || made.is_err() {
                    self.lost += ready.saturating_sub(self.began);
                }
                self.began = ready;
                empty.insert(made?)
            }
        };
        instance.store.set_epoch_deadline(self.shared.ticks());
        instance.store.data_mut().begin(self.began);
        let error = match body(instance) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let refusal = instance.store.data_mut().take_refusal();
        let said = last_words::of(&error, &mut instance.store);
        let limits = self.shared.limits();
        let fault = fault::of_call(&error, refusal, said, limits);
        if matches!(fault, Fault::Trapped { .. })
            && tracing::enabled!(tracing::Level::INFO)
        {
            let functions = last_words::functions(&error).join(" < ");
            tracing::info!(%functions, "a component crashed in");
        }
        self.discard();
        Err(fault)
    }

    /// Discards the instance because of what it returned.
    pub(crate) fn contract_violation(
        &mut self,
        what: impl Into<String>,
    ) -> Fault {
        self.discard();
        Fault::ContractViolation(what.into())
    }

    /// The time that was lost on failures since this was last asked.
    pub(crate) fn take_lost(&mut self) -> Duration {
        std::mem::take(&mut self.lost)
    }

    fn discard(&mut self) {
        let now = clock::of_this_thread();
        self.lost += now.saturating_sub(self.began);
        self.instance = None;
        self.generation += 1;
    }
}

impl<E: Exports> Instance<E> {
    fn new(shared: &Shared<E>) -> Result<Self, Fault> {
        let (store, exports) = shared.instantiate()?;
        Ok(Self { store, exports, resources: E::Resources::default() })
    }
}
