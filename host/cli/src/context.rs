//! What every command that runs the library needs: the terminal, and the way
//! to be interrupted.

use sanchay::Cancel;

use crate::{
    failure::Failure, messages::Messages, signals, terminal::Terminal,
};

/// The surroundings of a command.
#[derive(Debug)]
pub(crate) struct Context {
    /// What the standard streams lead to.
    pub(crate) terminal: Terminal,
}

impl Context {
    /// Catches the signals from here on.
    pub(crate) fn catch_signals(&self) -> Result<Cancel, Failure> {
        signals::catch().map_err(Failure::Signals)
    }

    /// The voice of a command: `progress` tells whether its user lets it show
    /// progress, `streams` whether it writes records to standard output as it
    /// goes, where on a terminal they would mix with the bar.
    pub(crate) fn messages(&self, progress: bool, streams: bool) -> Messages {
        let mixed = streams && self.terminal.stdout;
        Messages::new(self.terminal, progress && !mixed)
    }
}
