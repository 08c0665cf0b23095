//! What every way of hashing a file needs of its run.

use std::io;

use super::result::{Failure, reading};
use crate::{pool::Pool, run::RunState};

/// The run that files are hashed in, and the pool that has idle workers.
#[derive(Clone, Copy)]
pub(super) struct HashContext<'r> {
    pub(super) run: &'r RunState<'r>,
    pub(super) pool: &'r Pool,
}

impl HashContext<'_> {
    /// Counts bytes that were hashed; an error once the run is over.
    pub(super) fn count(self, bytes: usize) -> Result<(), Failure> {
        self.run.count_bytes(bytes);
        self.run.tick();
        if !self.run.is_over() {
            return Ok(());
        }
        let kind = io::ErrorKind::Interrupted;
        Err(reading(io::Error::new(kind, "cancelled")))
    }
}
