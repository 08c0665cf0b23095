//! What every command that runs the library needs: the terminal, and the way
//! to be interrupted.

use crate::{
    failure::Failure,
    messages::Messages,
    options::global::GlobalArgs,
    progress::ProgressDisplay,
    signals::{self, Interrupt},
    terminal::Terminal,
};

/// The surroundings of a command.
#[derive(Debug)]
pub(crate) struct Context {
    /// The options that every command has.
    pub(crate) global: GlobalArgs,
    /// What the standard streams lead to.
    pub(crate) terminal: Terminal,
    /// Whether a log is written to standard error.
    pub(crate) log: bool,
}

impl Context {
    /// Catches the signals from here on.
    pub(crate) fn catch_signals(&self) -> Result<Interrupt, Failure> {
        signals::catch().map_err(Failure::Signals)
    }

    /// The voice of a command that shows progress so.
    pub(crate) fn messages(&self, progress: ProgressDisplay) -> Messages {
        Messages::new(self.terminal, progress)
    }

    /// A bar where it disturbs nobody: on a terminal, unless a log is written
    /// there, too, or the command `streams` records to the terminal, faster
    /// than a person reads.
    pub(crate) fn bar(&self, streams: bool) -> ProgressDisplay {
        let mixed = self.log || streams && self.terminal.stdout;
        match self.terminal.stderr && !mixed {
            true => ProgressDisplay::Bar,
            false => ProgressDisplay::Nothing,
        }
    }
}
