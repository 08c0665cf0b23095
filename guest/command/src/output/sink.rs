//! Where records go in the end: standard output, or a file.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::cell::Cell;

use wasi::cli::stdout::get_stdout;
use wasi::cli::terminal_stdout::get_terminal_stdout;
use wasi::clocks::monotonic_clock::{Instant, now};
use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags,
    PathFlags, filesystem_error_code,
};
use wasi::io::streams::{OutputStream, StreamError};

use sanchay_core::exit::Exit;
use sanchay_output::{EncodeError, Encoder};

use crate::failure::{Cause, Failure, words};
use crate::folders::{Folders, Way};

/// How long records are held back from a reader that may be waiting, in
/// nanoseconds.
const FLUSH_INTERVAL: Instant = 100_000_000;

/// Who a file is, for a walk to leave it out; `None` until there is one.
pub(crate) type OutputFile = Rc<Cell<Option<(u64, u64)>>>;

/// A destination of records.
pub(crate) struct Sink {
    /// `None` until something is written to a file.
    stream: Option<OutputStream>,
    file: Option<Opening>,
    own: OutputFile,
    /// Empty for standard output.
    path: String,
    terminal: bool,
    /// Whether a record was written.
    begun: bool,
    written: Instant,
}

impl Sink {
    /// Opens a file, or standard output where there is none.
    pub(crate) fn open(
        path: Option<&str>,
        folders: &Folders,
    ) -> Result<Self, Failure> {
        let own = OutputFile::default();
        let (stream, file, terminal) = match path {
            Some(path) => {
                let file = open(path, folders)?;
                own.set(folders.way(path).ok().and_then(|it| identity(&it)));
                (None, Some(file), false)
            }
            None => {
                let terminal = get_terminal_stdout().is_some();
                (Some(get_stdout()), None, terminal)
            }
        };
        Ok(Self {
            stream,
            file,
            own,
            path: path.unwrap_or_default().into(),
            terminal,
            begun: false,
            written: now(),
        })
    }

    /// The file that the records go to.
    pub(crate) fn file(&self) -> OutputFile {
        self.own.clone()
    }

    /// Whether a person is watching.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether a person is watching, or records were held back for long.
    pub(super) fn is_due(&mut self) -> bool {
        let now = now();
        if !self.terminal && now.saturating_sub(self.written) < FLUSH_INTERVAL
        {
            return false;
        }
        self.written = now;
        true
    }

    /// Writes whole records.
    pub(super) fn write_records(
        &mut self,
        encoder: &dyn Encoder,
        records: &[u8],
    ) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        if self.begun {
            return self.write(records);
        }
        self.begun = true;
        let first = records.strip_prefix(encoder.separator());
        let first = [encoder.head(), first.unwrap_or(records)].concat();
        self.write(&first)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.begin_file()?;
        let Some(stream) = &self.stream else { return Ok(()) };
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = room(stream).map_err(|error| self.failed(error))?;
            let (now, later) = rest.split_at(room.min(rest.len()));
            stream.write(now).map_err(|error| self.failed(error))?;
            rest = later;
        }
        stream.blocking_flush().map_err(|error| self.failed(error))
    }

    /// Empties or makes the file, if that was not done.
    fn begin_file(&mut self) -> Result<(), Failure> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let begun = match file {
            Opening::There(file) => {
                // What is no regular file has no size.
                let _ = file.set_size(0);
                Ok(file)
            }
            Opening::New(folder, name) => folder.open_at(
                PathFlags::SYMLINK_FOLLOW,
                &name,
                OpenFlags::CREATE | OpenFlags::TRUNCATE,
                DescriptorFlags::WRITE,
            ),
        };
        let begun = begun.and_then(|file| {
            let own = file.metadata_hash()?;
            self.own.set(Some((own.lower, own.upper)));
            file.write_via_stream(0)
        });
        let stream = begun.map_err(|code| self.cannot_open(code.into()))?;
        self.stream = Some(stream);
        Ok(())
    }

    fn cannot_open(&self, cause: Cause) -> Failure {
        cannot_open(&self.path, &cause)
    }

    /// Writes what the format has after its records. A file is as it was
    /// where nothing could be done.
    pub(super) fn finish(
        mut self,
        encoder: &dyn Encoder,
        exit: Exit,
    ) -> Result<Exit, Failure> {
        if exit == Exit::Failed && self.file.is_some() {
            return Ok(exit);
        }
        let mut end = Vec::new();
        if !self.begun {
            end.extend_from_slice(encoder.head());
        }
        let finished = encoder.finish(!self.begun, &mut end);
        finished.map_err(|why| self.cannot_encode(&why))?;
        self.write(&end)?;
        self.begin_file()?;
        Ok(exit)
    }

    /// Writes text that is no record.
    pub(crate) fn put(
        mut self,
        text: &str,
        exit: Exit,
    ) -> Result<Exit, Failure> {
        if exit != Exit::Failed || self.file.is_none() {
            self.write(text.as_bytes())?;
        }
        Ok(exit)
    }

    /// The failure to write records that a format cannot hold.
    pub(super) fn cannot_encode(&self, why: &EncodeError) -> Failure {
        let (path, why) = (self.path.clone(), why.to_string().into());
        Failure::Output { path, action: "cannot write", why }
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
pub(crate) fn refuse_overwrite<'p>(
    path: Option<&str>,
    mut inputs: impl Iterator<Item = &'p str>,
    folders: &Folders,
) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let identity_of = |path| identity(&folders.way(path).ok()?);
    let there = identity_of(path);
    match there.is_some() && inputs.any(|input| identity_of(input) == there) {
        true => Err(Failure::OutputIsInput(path.into())),
        false => Ok(()),
    }
}

/// A file that is written later.
enum Opening {
    /// It is there, and keeps what is in it until then.
    There(Descriptor),
    /// It will be in this folder, under this name.
    New(Descriptor, String),
}

fn open(path: &str, folders: &Folders) -> Result<Opening, Failure> {
    let way = folders.way(path);
    let opened = way.and_then(|way| match way.open_to_write() {
        Err(Cause::Host(ErrorCode::NoEntry)) => {
            let (folder, name) = way.open_parent()?;
            Ok(Opening::New(folder, name))
        }
        other => Ok(Opening::There(other?)),
    });
    opened.map_err(|cause| cannot_open(path, &cause))
}

fn cannot_open(path: &str, cause: &Cause) -> Failure {
    let why = cause.to_string().into();
    Failure::Output {
        path: path.into(),
        action: "cannot open for writing",
        why,
    }
}

/// How many bytes the host takes now; waits until it takes some.
fn room(stream: &OutputStream) -> Result<usize, StreamError> {
    loop {
        let room = stream.check_write()?;
        if room > 0 {
            return Ok(usize::try_from(room).unwrap_or(usize::MAX));
        }
        stream.subscribe().block();
    }
}

/// Who a regular file is; `None` for anything else.
fn identity(way: &Way<'_>) -> Option<(u64, u64)> {
    match way.stat().ok()?.kind {
        DescriptorType::RegularFile => way.identity(),
        _ => None,
    }
}
