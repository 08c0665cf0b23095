//! The engines that calls share. Setting one up takes some milliseconds, so
//! that it is kept for the next call with the same number of threads.
//!
//! An engine has a thread, the clock of the sandbox, which a fork leaves behind.
//! A child process therefore makes engines of its own.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use sanchay::Engine;

use crate::failure;

/// How many engines are kept at most.
const KEPT: usize = 8;

/// The engines, the one used last at the end. This is locked only by a thread
/// that is attached to the interpreter, and never while it detaches: no fork
/// from Python can come while another thread has it locked.
static ENGINES: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

struct Kept {
    process: u32,
    threads: Option<usize>,
    engine: Engine,
}

/// The engine for so many threads; `None` leaves their number to it.
///
/// # Errors
/// `ValueError` for a number of threads that cannot be; `RuntimeError` if the
/// sandbox cannot be set up.
pub(crate) fn engine(
    py: Python<'_>,
    threads: Option<usize>,
) -> PyResult<Engine> {
    if let Some(engine) = known(threads) {
        return Ok(engine);
    }
    let engine = py
        .detach(|| {
            let mut builder = Engine::builder();
            if let Some(threads) = threads {
                builder = builder.threads(threads);
            }
            builder.build()
        })
        .map_err(|error| failure::of_run(&error))?;
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    let dropped = (engines.len() >= KEPT).then(|| engines.remove(0));
    engines.push(Kept { process, threads, engine: engine.clone() });
    drop(engines);
    drop(dropped);
    Ok(engine)
}

fn known(threads: Option<usize>) -> Option<Engine> {
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if engines.iter().any(|kept| kept.process != process) {
        // A parent's: its thread is not here to be ended, and its locks may
        // have been held by threads that are not here either.
        std::mem::forget(std::mem::take(&mut *engines));
    }
    let at = engines.iter().position(|kept| kept.threads == threads)?;
    let kept = engines.remove(at);
    let engine = kept.engine.clone();
    engines.push(kept);
    Some(engine)
}
