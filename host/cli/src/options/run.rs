//! Options of the commands that run the engine.

use clap::{Args, value_parser};
use sanchay::Engine;

use crate::{context::Context, failure::Failure, messages::Messages};

/// How a run is carried out.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Running")]
pub(crate) struct RunArgs {
    /// Number of threads, 1 to 1024; by default one for each processor, and
    /// more while they wait for I/O
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        value_parser = value_parser!(u16).range(1..=1024)
    )]
    pub(crate) threads: Option<u16>,

    /// Do not show progress on a terminal
    #[arg(long)]
    pub(crate) no_progress: bool,

    /// Print only errors: no progress, no summary; with --check, no OK
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl RunArgs {
    /// The voice of a command that is run so; `streams` as [`Context`] has it.
    pub(crate) fn messages(
        &self,
        context: &Context,
        streams: bool,
    ) -> Messages {
        let progress = !self.no_progress && !self.quiet;
        let messages = context.messages(progress, streams);
        if self.quiet { messages.quiet() } else { messages }
    }

    /// The engine for the run.
    pub(crate) fn engine(&self) -> Result<Engine, Failure> {
        let mut builder = Engine::builder();
        if let Some(threads) = self.threads {
            builder = builder.threads(threads.into());
        }
        Ok(builder.build()?)
    }
}
