//! What every command that runs the library needs: the terminal, and the way
//! to be interrupted.

use crate::{
    failure::Failure,
    messages::Messages,
    signals::{self, Interrupt},
    terminal::Terminal,
};

/// The surroundings of a command.
#[derive(Debug)]
pub(crate) struct Context {
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

    /// The voice of a command: `progress` tells whether its user lets it show
    /// progress, `streams` whether it writes records to standard output faster
    /// than a person reads. On a terminal they would mix with the bar, as a
    /// log would.
    pub(crate) fn messages(&self, progress: bool, streams: bool) -> Messages {
        let mixed = self.log || streams && self.terminal.stdout;
        Messages::new(self.terminal, progress && !mixed)
    }
}
