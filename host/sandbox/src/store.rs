//! What a store carries: the limits, and whether they were reached.

use std::time::Duration;

use wasmtime::{Error, ResourceLimiter, Result};

use crate::{Fault, Limits, clock};

/// What an element of a table takes, in bytes.
const ELEMENT: usize = 8;

/// The host's side of an instance.
pub(crate) struct State {
    limits: Limits,
    /// What all its memories and tables have together, in bytes, and what
    /// else the host has for it.
    total: usize,
    /// What they had before they last grew, and were to have.
    before: usize,
    asked: usize,
    refusal: Option<Fault>,
    /// When the call that is made now began, by the thread's own time.
    began: Duration,
}

impl State {
    /// A state in which nothing has been refused yet, of an instance for
    /// which the host has `overhead` bytes of its own.
    pub(crate) fn new(limits: Limits, overhead: usize) -> Self {
        Self {
            limits,
            total: overhead,
            before: 0,
            asked: 0,
            refusal: None,
            began: clock::of_this_thread(),
        }
    }

    /// A call begins, at a time of this thread's.
    pub(crate) fn begin(&mut self, time: Duration) {
        self.began = time;
        self.refusal = None;
    }

    /// How much time the call has left. To be asked by its thread.
    pub(crate) fn left(&self) -> Duration {
        let spent = clock::of_this_thread().saturating_sub(self.began);
        self.limits.budget().saturating_sub(spent)
    }

    /// Why memory was refused last, if it was, and forgets it.
    pub(crate) fn take_refusal(&mut self) -> Option<Fault> {
        self.refusal.take()
    }
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        let ceiling = self.limits.memory_bytes();
        let more = desired.saturating_sub(current);
        let asked = self.total.saturating_add(more);
        self.asked = asked;
        self.before = self.total;
        if asked > ceiling {
            self.refusal = Some(Fault::MemoryRefused { asked, ceiling });
            return Ok(false);
        }
        self.total = asked;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: Error) -> Result<()> {
        // Called after a refusal of ours as well.
        self.total = self.before;
        let asked = self.asked;
        self.refusal.get_or_insert(Fault::OutOfMemory { asked });
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        let more = desired.saturating_sub(current).saturating_mul(ELEMENT);
        let total = self.total.saturating_add(more);
        self.before = self.total;
        let allowed = desired <= self.limits.table_elements()
            && total <= self.limits.memory_bytes();
        if allowed {
            self.total = total;
        }
        Ok(allowed)
    }

    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        self.total = self.before;
        Ok(())
    }

    fn instances(&self) -> usize {
        self.limits.core_instance_count()
    }

    fn tables(&self) -> usize {
        self.limits.table_count()
    }

    fn memories(&self) -> usize {
        self.limits.memory_count()
    }
}
