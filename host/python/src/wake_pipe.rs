//! A pipe that can be read from when there is something to take: event loops
//! wait for many such at once, and need no thread for it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::io::{self, Read as _, Write as _};

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(crate) use system::Descriptor;

/// Such a pipe.
pub(crate) struct WakePipe {
    reader: system::Reader,
    writer: system::Writer,
    /// Whether there is a byte in it. There is never more than one, so that
    /// neither end ever waits.
    notified: bool,
}

impl WakePipe {
    pub(crate) fn new() -> io::Result<Self> {
        let (reader, writer) = system::pipe()?;
        Ok(Self { reader, writer, notified: false })
    }

    /// What to wait for.
    pub(crate) fn descriptor(&self) -> Descriptor {
        system::descriptor(&self.reader)
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
