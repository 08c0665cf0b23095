//! Counts time for an engine: one thread that adds one to its epoch every 10
//! milliseconds, for as long as there is a sandbox.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::Duration;

use sanchay_sync::{get_mut, lock};
use wasmtime::Engine;

use crate::Fault;

/// The time between two ticks.
const TICK: Duration = Duration::from_millis(10);

/// How many ticks a call may take. The first may come at once, and what is
/// not a whole tick counts as one.
pub(crate) fn ticks(budget: Duration) -> u64 {
    let whole = budget.as_nanos().div_ceil(TICK.as_nanos());
    u64::try_from(whole).unwrap_or(u64::MAX).min(u64::MAX / 2) + 1
}

/// A thread that is started when it is first needed and stops when this is
/// dropped. The end of the process does not wait for it.
#[derive(Default)]
pub(crate) struct Ticker {
    thread: Mutex<Option<Thread>>,
    stopped: Arc<AtomicBool>,
}

impl Ticker {
    /// Starts the thread unless it runs.
    pub(crate) fn start(&self, engine: &Engine) -> Result<(), Fault> {
        let mut running = lock(&self.thread);
        if running.is_some() {
            return Ok(());
        }
        let stopped = Arc::clone(&self.stopped);
        let engine = engine.clone();
        let tick = move || {
            while !stopped.load(Ordering::Relaxed) {
                thread::park_timeout(TICK);
                engine.increment_epoch();
            }
        };
        let handle = thread::Builder::new()
            .name("sandbox-ticker".into())
            .stack_size(64 << 10)
            .spawn(tick)
            .map_err(|error| {
                Fault::Setup(format!("cannot start its clock: {error}"))
            })?;
        *running = Some(handle.thread().clone());
        Ok(())
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let running = get_mut(&mut self.thread);
        if let Some(thread) = running.take() {
            thread.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_at_least_its_budget_and_no_budget_overflows() {
        assert_eq!(ticks(Duration::ZERO), 1);
        assert_eq!(ticks(Duration::from_millis(10)), 2);
        assert_eq!(ticks(Duration::from_millis(11)), 3);
        assert_eq!(ticks(Duration::MAX), u64::MAX / 2 + 1);
    }
}
