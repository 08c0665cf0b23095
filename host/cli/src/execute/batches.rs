//! Commands for as many files as the system lets one have. They run one after
//! the other, with the program's own streams.

use std::{ffi::OsString, sync::Mutex};

use argmax::Command;
use sanchay_core::command_line::CommandLine;
use sanchay_names::OsStringExt as _;
use sanchay_sync::lock;

use super::{Shared, words};

/// Collects arguments.
#[derive(Debug)]
pub(super) struct Batches(Mutex<Vec<Batch>>);

/// A command, and those of its arguments that wait.
#[derive(Debug)]
struct Batch {
    line: CommandLine,
    before: Vec<OsString>,
    after: Vec<OsString>,
    /// The command so far.
    next: Option<Command>,
    /// How many files it has.
    files: usize,
}

impl Batches {
    pub(super) fn new(lines: &[CommandLine]) -> Self {
        let batch = |line: &CommandLine| {
            let (before, after) = line.around();
            let (before, after) = (words(before), words(after));
            Batch { line: line.clone(), before, after, next: None, files: 0 }
        };
        Self(Mutex::new(lines.iter().map(batch).collect()))
    }

    /// Takes a file, and runs what it does not fit into any more.
    pub(super) fn push(&self, path: &[u8], shared: &Shared) {
        for batch in lock(&self.0).iter_mut() {
            let argument = OsString::from_vec(batch.line.of_path(path));
            batch.push(&argument, shared);
        }
    }

    /// Runs what is left.
    pub(super) fn finish(&self, shared: &Shared) {
        for batch in lock(&self.0).iter_mut() {
            batch.run(shared);
        }
    }
}

impl Batch {
    fn push(&mut self, argument: &OsString, shared: &Shared) {
        if self.takes(argument) {
            return;
        }
        self.run(shared);
        if !self.takes(argument) && !shared.is_over() {
            // Not even alone.
            let error = sanchay_system::process::too_many_arguments();
            shared.refuse(self.program(), error);
        }
    }

    fn program(&self) -> &OsString {
        const NONE: &OsString = &OsString::new();
        self.before.first().unwrap_or(NONE)
    }

    /// Adds a file's argument, if there is room for it and what follows.
    fn takes(&mut self, argument: &OsString) -> bool {
        if self.next.is_none() {
            self.next = self.begun();
        }
        let Some(command) = &mut self.next else { return false };
        let rest = [argument].into_iter().chain(&self.after);
        let fits =
            command.args_would_fit(rest) && command.try_arg(argument).is_ok();
        self.files += usize::from(fits);
        fits
    }

    /// The command without files.
    fn begun(&self) -> Option<Command> {
        let (program, before) = self.before.split_first()?;
        let mut command = Command::new(program);
        command.try_args(before).ok()?;
        Some(command)
    }

    /// Runs the command, if it has a file.
    fn run(&mut self, shared: &Shared) {
        let files = std::mem::take(&mut self.files);
        let Some(mut command) = self.next.take() else { return };
        if files == 0 || shared.is_over() {
            return;
        }
        let whole = command.try_args(&self.after).map(drop);
        match whole.and_then(|()| command.status()) {
            Ok(status) => shared.ended_in_place(status),
            Err(error) => shared.refuse(self.program(), error),
        }
    }
}
