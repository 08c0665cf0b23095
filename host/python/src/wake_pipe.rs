//! A pipe that can be read from when there is something to take: event loops
//! wait for many such at once, and need no thread for it.

use std::{
    io::{self, Read as _, Write as _},
    os::fd::{AsRawFd as _, RawFd},
};

/// Such a pipe.
pub(crate) struct WakePipe {
    reader: io::PipeReader,
    writer: io::PipeWriter,
    /// Whether there is a byte in it. There is never more than one, so that
    /// neither end ever waits.
    notified: bool,
}

impl WakePipe {
    pub(crate) fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self { reader, writer, notified: false })
    }

    /// What to wait for.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.reader.as_raw_fd()
    }

    /// Makes it readable.
    pub(crate) fn notify(&mut self) {
        if !self.notified {
            self.notified = self.writer.write_all(&[0]).is_ok();
        }
    }

    /// Makes it unreadable.
    pub(crate) fn clear(&mut self) {
        if self.notified {
            self.notified = self.reader.read_exact(&mut [0]).is_err();
        }
    }
}
