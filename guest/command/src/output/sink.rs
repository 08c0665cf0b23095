//! Where records go in the end: standard output, or a file.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};

use wasi::cli::stdout::get_stdout;
use wasi::cli::terminal_stdout::get_terminal_stdout;
use wasi::clocks::monotonic_clock::{Instant, now};
use wasi::filesystem::types::{
    DescriptorType, ErrorCode, filesystem_error_code,
};
use wasi::io::streams::{OutputStream, StreamError};

use super::Frame;
use crate::failure::{Cause, Failure, words};
use crate::folders::{Folders, Way};

/// How much is held back at most, in bytes.
const FULL: usize = 64 * 1024;

/// How long records are held back from a reader that may be waiting, in
/// nanoseconds.
const PATIENCE: Instant = 100_000_000;

/// A destination of records.
pub(crate) struct Sink {
    stream: OutputStream,
    /// Empty for standard output.
    path: String,
    terminal: bool,
    frame: Frame,
    begun: bool,
    held: String,
    written: Instant,
}

impl Sink {
    /// Opens a file, or standard output where there is none.
    pub(crate) fn open(
        path: Option<&str>,
        folders: &Folders,
    ) -> Result<Self, Failure> {
        let (stream, terminal) = match path {
            Some(path) => (create(path, folders)?, false),
            None => (get_stdout(), get_terminal_stdout().is_some()),
        };
        Ok(Self {
            stream,
            path: path.unwrap_or_default().into(),
            terminal,
            frame: Frame::default(),
            begun: false,
            held: String::new(),
            written: now(),
        })
    }

    pub(super) fn framed(self, frame: Frame) -> Self {
        Self { frame, ..self }
    }

    /// Whether a person is watching.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Begins a record, which is to be appended to what is returned.
    pub(crate) fn begin(&mut self) -> &mut String {
        self.held.push_str(match self.begun {
            true => self.frame.between,
            false => self.frame.head,
        });
        self.begun = true;
        &mut self.held
    }

    /// Hands the records on if they are many or were held for long, or a
    /// person is watching.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        if self.terminal || self.held.len() >= FULL {
            return self.flush();
        }
        let now = now();
        if now.saturating_sub(self.written) < PATIENCE {
            return Ok(());
        }
        self.written = now;
        self.flush()
    }

    /// Hands on what is held.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let mut rest = self.held.as_bytes();
        while !rest.is_empty() {
            let room = self.room()?;
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.stream.write(now).map_err(|error| self.failed(error))?;
            rest = later;
        }
        self.stream.blocking_flush().map_err(|error| self.failed(error))?;
        self.held.clear();
        Ok(())
    }

    /// How many bytes the host takes now; waits until it takes some.
    fn room(&self) -> Result<usize, Failure> {
        loop {
            let room = self
                .stream
                .check_write()
                .map_err(|error| self.failed(error))?;
            if room > 0 {
                return Ok(usize::try_from(room).unwrap_or(usize::MAX));
            }
            self.stream.subscribe().block();
        }
    }

    /// Writes what the format has after its records.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        if self.begun {
            self.held.push_str(self.frame.tail);
        } else {
            self.held.push_str(self.frame.head);
            self.held.push_str(self.frame.empty);
        }
        self.flush()
    }

    /// Writes text that is no record.
    pub(crate) fn put(mut self, text: &str) -> Result<(), Failure> {
        self.held.push_str(text);
        self.flush()
    }

    fn failed(&self, error: StreamError) -> Failure {
        let why: Cow<'static, str> = match error {
            StreamError::Closed => return Failure::Closed,
            StreamError::LastOperationFailed(error) => {
                match filesystem_error_code(&error) {
                    Some(ErrorCode::Pipe) => return Failure::Closed,
                    Some(code) => words(code).into(),
                    None => error.to_debug_string().into(),
                }
            }
        };
        let path = self.path.clone();
        Failure::Output { path, action: "cannot write", why }
    }
}

/// Refuses an output that would overwrite what is to be read.
pub(crate) fn spare<'p>(
    path: Option<&str>,
    mut inputs: impl Iterator<Item = &'p str>,
    folders: &Folders,
) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let who = |path| identity(&folders.way(path).ok()?);
    let there = who(path);
    match there.is_some() && inputs.any(|input| who(input) == there) {
        true => Err(Failure::OutputIsInput(path.into())),
        false => Ok(()),
    }
}

fn create(path: &str, folders: &Folders) -> Result<OutputStream, Failure> {
    let failed = |cause: Cause| Failure::Output {
        path: path.into(),
        action: "cannot open for writing",
        why: cause.to_string().into(),
    };
    let file =
        folders.way(path).and_then(|way| way.create()).map_err(failed)?;
    file.write_via_stream(0).map_err(|code| failed(code.into()))
}

/// Who a regular file is; `None` for anything else.
fn identity(way: &Way<'_>) -> Option<(u64, u64)> {
    match way.stat().ok()?.kind {
        DescriptorType::RegularFile => way.identity(),
        _ => None,
    }
}
