//! The way in: makes instances, gives each call its budget, and throws the
//! instance away when a call has no answer.

use std::sync::Arc;

use wasmtime::{Result, Store};

use crate::exports::Exports;
use crate::shared::Shared;
use crate::store::State;
use crate::{Fault, fault};

/// One thread's instance of a component, while it has one.
pub(crate) struct Link<E: Exports> {
    shared: Arc<Shared<E>>,
    cage: Option<Cage<E>>,
    generation: u64,
}

/// An instance and the resources that the host holds of it.
pub(crate) struct Cage<E: Exports> {
    pub(crate) store: Store<State>,
    pub(crate) exports: E,
    pub(crate) held: E::Held,
}

impl<E: Exports> Link<E> {
    pub(crate) fn new(shared: Arc<Shared<E>>) -> Self {
        Self { shared, cage: None, generation: 0 }
    }

    /// The number of instances that were thrown away.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// How many ticks of the clock a call may take.
    pub(crate) fn ticks(&self) -> u64 {
        self.shared.ticks()
    }

    /// Calls into the instance, which is made if there is none. All calls
    /// that `body` makes share one budget.
    pub(crate) fn enter<R>(
        &mut self,
        body: impl FnOnce(&mut Cage<E>) -> Result<R>,
    ) -> Result<R, Fault> {
        let cage = match &mut self.cage {
            Some(cage) => cage,
            empty => empty.insert(Cage::new(&self.shared)?),
        };
        cage.store.set_epoch_deadline(self.shared.ticks());
        cage.store.data_mut().take_refusal();
        let error = match body(cage) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let refusal = cage.store.data_mut().take_refusal();
        let fault = fault::of_call(&error, refusal, self.shared.limits());
        self.discard();
        Err(fault)
    }

    /// Throws the instance away because of what it returned.
    pub(crate) fn lied(&mut self, what: impl Into<String>) -> Fault {
        self.discard();
        Fault::Lied(what.into())
    }

    fn discard(&mut self) {
        self.cage = None;
        self.generation += 1;
    }
}

impl<E: Exports> Cage<E> {
    fn new(shared: &Shared<E>) -> Result<Self, Fault> {
        let (store, exports) = shared.instantiate()?;
        Ok(Self { store, exports, held: E::Held::default() })
    }
}
