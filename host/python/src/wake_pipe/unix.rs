//! A pipe of the system's.

use std::os::fd::{AsRawFd as _, RawFd};

pub(super) use std::io::{PipeReader as Reader, PipeWriter as Writer, pipe};

/// What event loops wait for.
pub(crate) type Descriptor = RawFd;

pub(super) fn descriptor(reader: &Reader) -> Descriptor {
    reader.as_raw_fd()
}
