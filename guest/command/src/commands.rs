//! The commands, one file each, and the way in and out of them.

mod dupes;
mod hash;
mod scan;

use sanchay_arguments::{Command, HELP};
use sanchay_core::exit::Exit;
use sanchay_core::filter::Clock;
use wasi::cli::environment::get_arguments;

use crate::failure::Failure;
use crate::folders::Folders;
use crate::messages;
use crate::output::Sink;
use crate::stat;

/// Does what the arguments say, and tells of what ended it early.
pub(crate) fn run() -> Exit {
    dispatch().unwrap_or_else(|failure| messages::failure(&failure))
}

fn dispatch() -> Result<Exit, Failure> {
    let clock = Clock::utc(stat::now());
    let command = Command::parse(&get_arguments(), &clock)?;
    let folders = Folders::given();
    match command {
        Command::Say(text) => {
            Sink::open(None, &folders)?.put(&text, Exit::Done)
        }
        Command::Missing => {
            messages::note(HELP.trim_end());
            Ok(Exit::Failed)
        }
        Command::Scan(scan) => scan::run(scan, &folders),
        Command::Hash(hash) => hash::run(hash, &folders),
        Command::Dupes(dupes) => dupes::run(dupes, &folders),
    }
}
