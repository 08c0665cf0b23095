//! Commands that are run for the files found: one for each, side by side, or
//! one for as many as fit. No shell is involved.

mod batches;
#[cfg(any(windows, test))]
mod command_interpreter;
mod each;

use std::{
    ffi::{OsStr, OsString},
    io,
    num::NonZero,
    ops::ControlFlow,
    process::ExitStatus,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use sanchay::{Cancel, Error, escaped};
use sanchay_core::{command_line::CommandLine, record::RecordBatch};
use sanchay_names::OsStringExt as _;
use sanchay_sync::lock;

use self::{batches::Batches, each::Each};
use crate::failure::Failure;
#[cfg(windows)]
use crate::messages;

/// Which commands are run, and how.
#[derive(Clone, Debug)]
pub(crate) struct Commands {
    /// The commands, which are run one after the other.
    pub(crate) lines: Vec<CommandLine>,
    /// Whether each is run for many files.
    pub(crate) batch: bool,
    /// How many run at a time; one for each processor where it is not given.
    pub(crate) threads: Option<u16>,
}

/// Runs commands.
#[derive(Debug)]
pub(crate) struct Executor {
    runner: Runner,
    shared: Arc<Shared>,
    /// Whether one of the commands is `cmd`, which reads names anew.
    #[cfg(windows)]
    interprets: bool,
}

#[derive(Debug)]
enum Runner {
    Each(Each),
    Batches(Batches),
}

/// What became of the commands that were run.
#[derive(Debug, Default)]
struct Shared {
    /// Whether one failed.
    failed: AtomicBool,
    /// Why no more are run, if one could not be run at all, or its output
    /// could not be printed.
    failure: Mutex<Option<Failure>>,
    /// Whether no more are run for any other reason.
    stopped: AtomicBool,
    cancel: Cancel,
    /// Held while the output of a command is printed.
    printing: Mutex<()>,
}

impl Shared {
    /// Whether no more commands are to be run.
    fn is_over(&self) -> bool {
        self.cancel.is_cancelled()
            || self.stopped.load(Relaxed)
            || lock(&self.failure).is_some()
    }

    /// Notes how a command ended.
    fn ended(&self, status: ExitStatus) {
        if !status.success() {
            self.failed.store(true, Relaxed);
        }
    }

    /// Notes how a command ended that has the program's own streams: nobody
    /// may read them any more.
    fn ended_in_place(&self, status: ExitStatus) {
        match sanchay_system::process::was_unread(status) {
            true => self.fail(Failure::PipeClosed),
            false => self.ended(status),
        }
    }

    /// Notes that a command could not be run.
    fn refuse(&self, program: &OsStr, source: io::Error) {
        let program = escaped(program.as_encoded_bytes()).to_string();
        self.fail(Failure::Command { program, source });
    }

    /// Ends the run.
    fn fail(&self, failure: Failure) {
        lock(&self.failure).get_or_insert(failure);
    }
}

impl Executor {
    /// Gets ready to run commands, until `cancel` says otherwise.
    pub(crate) fn new(
        commands: Commands,
        cancel: Cancel,
    ) -> Result<Self, Failure> {
        let Commands { lines, batch, threads: asked } = commands;
        #[cfg(windows)]
        let interprets = lines.iter().any(command_interpreter::runs);
        let shared = Shared { cancel, ..Shared::default() };
        let shared = Arc::new(shared);
        let runner = if batch {
            Runner::Batches(Batches::new(&lines))
        } else {
            let all =
                || thread::available_parallelism().map_or(1, NonZero::get);
            let threads = asked.map_or_else(all, usize::from);
            // Only who asks for one at a time shares the streams.
            let alone = asked == Some(1);
            Runner::Each(Each::start(lines, threads, alone, &shared)?)
        };
        Ok(Self {
            runner,
            shared,
            #[cfg(windows)]
            interprets,
        })
    }

    /// Takes the files of a batch. `Break` if no more are wanted.
    pub(crate) fn take(&self, batch: &RecordBatch) -> ControlFlow<()> {
        let Some(paths) = batch.paths() else {
            debug_assert!(false, "the records have no paths");
            return ControlFlow::Break(());
        };
        let mut path = Vec::new();
        for found in paths.iter() {
            if self.shared.is_over() {
                return ControlFlow::Break(());
            }
            let path = found.join(&mut path);
            #[cfg(windows)]
            if self.interprets && command_interpreter::would_read(path) {
                messages::write(&format!(
                    "sanchay: {}: cmd would read commands in this name; it \
                     is run for no such file\n",
                    escaped(path)
                ));
                self.shared.failed.store(true, Relaxed);
                continue;
            }
            match &self.runner {
                Runner::Each(each) => each.push(path)?,
                Runner::Batches(batches) => batches.push(path, &self.shared),
            }
        }
        ControlFlow::Continue(())
    }

    /// Runs what is left and waits for it; whether a command failed. Where
    /// the run was ended before it was `complete`, nothing more is begun.
    pub(crate) fn finish(&self, complete: bool) -> Result<bool, Failure> {
        if !complete {
            self.shared.stopped.store(true, Relaxed);
        }
        match &self.runner {
            Runner::Each(each) => each.finish(),
            Runner::Batches(batches) => batches.finish(&self.shared),
        }
        match lock(&self.shared.failure).take() {
            Some(failure) => Err(failure),
            // Some files may have had no command.
            None if self.shared.cancel.is_cancelled() => {
                Err(Failure::Run(Error::Cancelled))
            }
            None => Ok(self.shared.failed.load(Relaxed)),
        }
    }
}

/// Arguments as the system takes them.
fn words(arguments: impl IntoIterator<Item = Vec<u8>>) -> Vec<OsString> {
    arguments.into_iter().map(OsString::from_vec).collect()
}
