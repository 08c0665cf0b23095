//! Options of the commands that run the engine.

use std::num::NonZeroUsize;

use clap::Args;
use sanchay::{Engine, EngineOptions};

use crate::failure::Failure;

/// How a run is carried out.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Running")]
pub(crate) struct RunArgs {
    /// How many threads work; by default one for each processor
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Show no progress on a terminal
    #[arg(long)]
    pub(crate) no_progress: bool,
}

impl RunArgs {
    /// The engine for the run.
    pub(crate) fn engine(&self) -> Result<Engine, Failure> {
        let mut options = EngineOptions::default();
        options.threads = self.threads.map(NonZeroUsize::get);
        Ok(Engine::new(options)?)
    }
}
