//! The way in: makes instances, gives each call its budget, and throws the
//! instance away when a call has no answer.

use wasmtime::component::ResourceAny;
use wasmtime::{Result, Store};

use super::stream::Hashers;
use crate::exports::Exports;
use crate::sandbox::Sandbox;
use crate::store::State;
use crate::{Fault, fault};

/// An inspector's instance, while it has one.
pub(super) struct Link {
    sandbox: Sandbox,
    cage: Option<Cage>,
    generation: u64,
}

/// An instance and the resources that it holds for the inspector.
pub(super) struct Cage {
    pub(super) store: Store<State>,
    pub(super) exports: Exports,
    pub(super) hashers: Hashers,
    pub(super) filter: Option<ResourceAny>,
}

impl Link {
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox, cage: None, generation: 0 }
    }

    /// The number of instances that were thrown away.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// How many ticks of the clock a call may take.
    pub(super) fn ticks(&self) -> u64 {
        self.sandbox.ticks()
    }

    /// Calls into the instance, which is made if there is none. All calls
    /// that `body` makes share one budget.
    pub(super) fn enter<R>(
        &mut self,
        body: impl FnOnce(&mut Cage) -> Result<R>,
    ) -> Result<R, Fault> {
        let cage = match &mut self.cage {
            Some(cage) => cage,
            empty => empty.insert(Cage::new(&self.sandbox)?),
        };
        cage.store.set_epoch_deadline(self.sandbox.ticks());
        cage.store.data_mut().take_refusal();
        let error = match body(cage) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let refusal = cage.store.data_mut().take_refusal();
        let fault = fault::of_call(&error, refusal, self.sandbox.limits());
        self.discard();
        Err(fault)
    }

    /// Throws the instance away because of what it returned.
    pub(super) fn lied(&mut self, what: impl Into<String>) -> Fault {
        self.discard();
        Fault::Lied(what.into())
    }

    fn discard(&mut self) {
        self.cage = None;
        self.generation += 1;
    }
}

impl Cage {
    fn new(sandbox: &Sandbox) -> Result<Self, Fault> {
        let (store, exports) = sandbox.instantiate()?;
        let hashers = Hashers::default();
        Ok(Self { store, exports, hashers, filter: None })
    }
}
