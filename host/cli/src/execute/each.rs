//! A command for each file, several at a time. What a command prints is
//! printed when it has ended, so that nothing is mixed; where they run one at
//! a time, they have the program's own streams.

use std::{
    ffi::OsStr,
    io::{self, Write as _},
    ops::ControlFlow,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{Builder, JoinHandle},
};

use sanchay_core::command_line::CommandLine;
use sanchay_sync::lock;

use super::{Shared, words};
use crate::failure::Failure;

/// How many files wait for a command.
const WAITING: usize = 256;

/// Runs commands on threads of its own.
#[derive(Debug)]
pub(super) struct Each {
    /// Takes paths; `None` once there are no more.
    paths: Mutex<Option<SyncSender<Vec<u8>>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Each {
    pub(super) fn start(
        lines: Vec<CommandLine>,
        threads: usize,
        alone: bool,
        shared: &Arc<Shared>,
    ) -> Result<Self, Failure> {
        let (paths, waiting) = sync_channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        let lines: Arc<[CommandLine]> = lines.into();
        let mut started = Vec::new();
        for _ in 0..threads {
            let (waiting, lines) = (Arc::clone(&waiting), Arc::clone(&lines));
            let shared = Arc::clone(shared);
            let work = move || work(&waiting, &lines, alone, &shared);
            match Builder::new().spawn(work) {
                Ok(thread) => started.push(thread),
                // Fewer are enough.
                Err(_) if !started.is_empty() => break,
                Err(source) => {
                    let error = sanchay::Error::Threads { threads, source };
                    return Err(error.into());
                }
            }
        }
        let (paths, threads) = (Mutex::new(Some(paths)), Mutex::new(started));
        Ok(Self { paths, threads })
    }

    /// Waits until a thread is free. `Break` if there is none any more.
    pub(super) fn push(&self, path: &[u8]) -> ControlFlow<()> {
        let paths = lock(&self.paths).clone();
        match paths.map(|paths| paths.send(path.to_vec())) {
            Some(Ok(())) => ControlFlow::Continue(()),
            Some(Err(_)) | None => ControlFlow::Break(()),
        }
    }

    /// Waits for the commands that run, and those that wait.
    pub(super) fn finish(&self) {
        drop(lock(&self.paths).take());
        for thread in lock(&self.threads).drain(..) {
            // Nothing in a thread panics; if one did, it was said already.
            let _ = thread.join();
        }
    }
}

/// Runs the commands for one path after the other.
fn work(
    waiting: &Mutex<Receiver<Vec<u8>>>,
    lines: &[CommandLine],
    alone: bool,
    shared: &Shared,
) {
    loop {
        let next = lock(waiting).recv();
        let Ok(path) = next else { return };
        for line in lines {
            if shared.is_over() {
                break;
            }
            run(line, &path, alone, shared);
        }
    }
}

fn run(line: &CommandLine, path: &[u8], alone: bool, shared: &Shared) {
    let arguments = words(line.fill(path));
    let Some((program, arguments)) = arguments.split_first() else { return };
    let mut command = Command::new(program);
    command.args(arguments);
    match alone {
        true => match command.status() {
            Ok(status) => shared.ended_in_place(status),
            Err(error) => shared.refuse(program, error),
        },
        false => captured(&mut command, program, shared),
    }
}

/// Runs a command beside others, and prints what it printed.
fn captured(command: &mut Command, program: &OsStr, shared: &Shared) {
    match command.stdin(Stdio::null()).output() {
        Ok(output) => {
            shared.ended(output.status);
            let _turn = lock(&shared.printing);
            let mut stdout = io::stdout().lock();
            let printed =
                stdout.write_all(&output.stdout).and_then(|()| stdout.flush());
            // A standard error that takes nothing cannot be told of.
            let _ = io::stderr().lock().write_all(&output.stderr);
            if let Err(error) = printed {
                shared.fail(Failure::writing(PathBuf::new(), error));
            }
        }
        Err(error) => shared.refuse(program, error),
    }
}
