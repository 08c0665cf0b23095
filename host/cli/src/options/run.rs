//! Options of the commands that run the engine.

use clap::{Args, ValueEnum, builder::PossibleValue, value_parser};
use sanchay::Engine;

use super::catalog::OpenCatalog;
use crate::{
    context::Context, failure::Failure, messages::Messages,
    progress::ProgressDisplay,
};

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

    /// How to show progress on standard error
    ///
    /// Events are JSON objects, one a line, at most ten a second: files,
    /// bytes, rates, what is being read, and the time left where it is known.
    /// The last one has what --stats tells.
    #[arg(long, value_name = "HOW", value_enum, default_value = "auto")]
    pub(crate) progress: ProgressArg,

    /// Short for --progress none
    #[arg(long, overrides_with = "progress")]
    pub(crate) no_progress: bool,

    /// At the end, print duration, counts, rates and peak memory to standard
    /// error
    #[arg(long)]
    pub(crate) stats: bool,

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
        let progress = match self.progress {
            _ if self.no_progress || self.quiet => ProgressDisplay::Nothing,
            ProgressArg::Auto => context.bar(streams),
            ProgressArg::Bar => ProgressDisplay::Bar,
            ProgressArg::Json => ProgressDisplay::Events,
            ProgressArg::None => ProgressDisplay::Nothing,
        };
        let mut messages = context.messages(progress);
        if self.stats {
            messages = messages.with_stats();
        }
        if self.quiet { messages.quiet() } else { messages }
    }

    /// The engine for the run.
    pub(crate) fn engine(&self) -> Result<Engine, Failure> {
        self.engine_with(&OpenCatalog::default())
    }

    /// The engine for a run that has a catalog.
    pub(crate) fn engine_with(
        &self,
        catalog: &OpenCatalog,
    ) -> Result<Engine, Failure> {
        let mut builder = Engine::builder();
        if let Some(threads) = self.threads {
            builder = builder.threads(threads.into());
        }
        Ok(catalog.remembered_by(builder).build()?)
    }
}

/// The ways to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ProgressArg {
    /// A bar where it disturbs nobody.
    #[default]
    Auto,
    /// A bar on any terminal.
    Bar,
    /// Events.
    Json,
    /// Nothing.
    None,
}

impl ValueEnum for ProgressArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Bar, Self::Json, Self::None]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => PossibleValue::new("auto")
                .help("a bar on a terminal, unless records or a log go there"),
            Self::Bar => PossibleValue::new("bar")
                .help("a bar on a terminal, whatever else goes there"),
            Self::Json => {
                PossibleValue::new("json").help("events, wherever they go")
            }
            Self::None => PossibleValue::new("none").help("nothing"),
        })
    }
}
