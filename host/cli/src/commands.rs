//! The commands, one file each, and the way in and out of them.

mod acting;
pub(crate) mod apply;
#[cfg(feature = "catalog")]
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod component;
pub(crate) mod config;
pub(crate) mod delete;
#[cfg(feature = "catalog")]
pub(crate) mod diff;
pub(crate) mod dupes;
pub(crate) mod hash;
pub(crate) mod hash_tree;
#[cfg(feature = "catalog")]
pub(crate) mod history;
pub(crate) mod link;
pub(crate) mod manual;
pub(crate) mod plugin;
pub(crate) mod relocate;
pub(crate) mod rename;
pub(crate) mod runs;
pub(crate) mod scan;
#[cfg(feature = "catalog")]
pub(crate) mod snapshot;
pub(crate) mod summary;
pub(crate) mod undo;
#[cfg(feature = "catalog")]
pub(crate) mod verify;
#[cfg(feature = "catalog")]
pub(crate) mod watch;

use crate::{
    arguments::{Arguments, CommandArgs, description},
    context::Context,
    exit::Exit,
    failure::Failure,
    logging,
    messages::Messages,
    progress::ProgressDisplay,
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
    let Arguments { global, command, left_out } = arguments;
    let log =
        logging::start(global.verbose, global.log_format, terminal.color)?;
    for setting in left_out {
        tracing::debug!(setting, "left out");
    }
    tracing::debug!(?command, "begun");
    let context = Context { terminal, log };
    let exit = match command {
        CommandArgs::Scan(scan) => scan.run(&context),
        CommandArgs::Hash(hash) if hash.check => check::run(&hash, &context),
        CommandArgs::Hash(hash) if hash.tree => {
            hash_tree::run(&hash, &context)
        }
        CommandArgs::Hash(hash) => hash.run(&context),
        CommandArgs::Dupes(dupes) => dupes.run(&context),
        CommandArgs::Summary(summary) => summary.run(&context),
        #[cfg(feature = "catalog")]
        CommandArgs::Snapshot(snapshot) => snapshot.run(&context),
        #[cfg(feature = "catalog")]
        CommandArgs::Diff(diff) => diff.run(&context),
        #[cfg(feature = "catalog")]
        CommandArgs::History(history) => history.run(&context),
        #[cfg(feature = "catalog")]
        CommandArgs::Verify(verify) => verify.run(&context),
        #[cfg(feature = "catalog")]
        CommandArgs::Watch(watch) => watch.run(&context),
        #[cfg(feature = "catalog")]
        CommandArgs::Catalog(catalog) => catalog.run(&context),
        CommandArgs::Rename(rename) => rename.run(&context),
        CommandArgs::Move(relocate) => relocate.run(&context),
        CommandArgs::Link(link) => link.run(&context),
        CommandArgs::Delete(delete) => delete.run(&context),
        CommandArgs::Apply(apply) => apply.run(&context),
        CommandArgs::Undo(undo) => undo.run(&context),
        CommandArgs::Runs(runs) => runs.run(),
        CommandArgs::Component(component) => component.run(),
        CommandArgs::Config(config) => config.run(&global, &context),
        CommandArgs::Plugin(plugin) => plugin.run(&context),
        CommandArgs::Completions(completions) => {
            completions.run(description())
        }
        CommandArgs::Manual(manual) => manual.run(description()),
    }?;
    tracing::debug!(?exit, "done");
    Ok(exit)
}
