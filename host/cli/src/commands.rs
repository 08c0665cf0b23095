//! The commands, one file each, and the way in and out of them.

pub(crate) mod acting;
pub(crate) mod apply;
#[cfg(feature = "attachments")]
pub(crate) mod attachments;
#[cfg(feature = "catalog")]
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod command;
pub(crate) mod completions;
pub(crate) mod component;
pub(crate) mod config;
pub(crate) mod copy;
pub(crate) mod dedupe;
pub(crate) mod delete;
#[cfg(feature = "catalog")]
pub(crate) mod diff;
pub(crate) mod dupes;
pub(crate) mod hash;
pub(crate) mod hash_tree;
#[cfg(feature = "catalog")]
pub(crate) mod history;
pub(crate) mod link;
pub(crate) mod manifest;
pub(crate) mod manual;
pub(crate) mod r#move;
pub(crate) mod plugin;
pub(crate) mod rename;
pub(crate) mod runs;
pub(crate) mod scan;
#[cfg(feature = "service")]
pub(crate) mod serve;
#[cfg(feature = "shards")]
pub(crate) mod shards;
pub(crate) mod similar;
#[cfg(feature = "catalog")]
pub(crate) mod snapshot;
#[cfg(feature = "store")]
pub(crate) mod store;
pub(crate) mod summary;
#[cfg(feature = "cloud")]
mod transfer;
#[cfg(feature = "service")]
pub(crate) mod ui;
pub(crate) mod undo;
#[cfg(feature = "catalog")]
pub(crate) mod verify;
#[cfg(feature = "catalog")]
pub(crate) mod watch;
#[cfg(feature = "service")]
pub(crate) mod worker;

use crate::{
    arguments::Arguments, context::Context, exit::Exit, failure::Failure,
    logging, messages::Messages, progress::ProgressDisplay,
    terminal::Terminal,
};

/// Does what the arguments say, and tells of what ended it early.
pub(crate) fn run(arguments: Arguments) -> Exit {
    let terminal = Terminal::new(arguments.global.color);
    match dispatch(arguments, terminal) {
        Ok(exit) => exit,
        Err(failure) => {
            Messages::new(terminal, ProgressDisplay::Nothing)
                .failure(&failure);
            failure.exit().0
        }
    }
}

fn dispatch(
    arguments: Arguments,
    terminal: Terminal,
) -> Result<Exit, Failure> {
    let Arguments { global, mut command, left_out } = arguments;
    let log =
        logging::start(global.verbose, global.log_format, terminal.color)?;
    for setting in left_out {
        tracing::debug!(setting, "left out");
    }
    tracing::debug!(?command, "begun");
    let context = Context { global, terminal, log };
    let exit = command.as_command().run(&context)?;
    tracing::debug!(?exit, "done");
    Ok(exit)
}
