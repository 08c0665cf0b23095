//! The standard streams, and pipes.

use std::{
    fs::File,
    io::{self, stdin, stdout},
    os::{fd::AsFd as _, unix::fs::FileTypeExt as _},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::tcgetwinsize,
};

/// Standard input, once more.
///
/// # Errors
/// Why it cannot be had.
pub fn standard_input() -> io::Result<File> {
    Ok(File::from(stdin().as_fd().try_clone_to_owned()?))
}

/// Standard output, once more: past the buffer before it.
///
/// # Errors
/// Why it cannot be had.
pub fn standard_output() -> io::Result<File> {
    Ok(File::from(stdout().as_fd().try_clone_to_owned()?))
}

/// How many columns the terminal has that is standard output.
#[must_use]
pub fn columns() -> Option<usize> {
    let size = tcgetwinsize(stdout().as_fd()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

/// Whether writing failed because nobody reads any more.
#[must_use]
pub fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Whether writes may wait for a reader, and then be cut short.
#[must_use]
pub fn has_reader(file: &File) -> bool {
    file.metadata()
        .is_ok_and(|it| it.file_type().is_fifo() || it.file_type().is_socket())
}

/// Waits until a write would not wait for a reader, but not for longer than
/// this. Returns whether it would not.
#[must_use]
pub fn has_room(file: &File, timeout: Duration) -> bool {
    let mut asked = [PollFd::new(file, PollFlags::OUT)];
    let timeout = Timespec::try_from(timeout).ok();
    poll(&mut asked, timeout.as_ref()).is_ok_and(|ready| ready > 0)
}

/// How much a pipe is sure to take at once without waiting: all that it holds
/// where its reader has taken everything.
#[cfg(target_os = "linux")]
#[must_use]
pub fn room(pipe: &File) -> usize {
    use rustix::{io::ioctl_fionread, pipe::fcntl_getpipe_size};
    match ioctl_fionread(pipe) {
        Ok(0) => fcntl_getpipe_size(pipe.as_fd()).unwrap_or_default(),
        _ => 0,
    }
}

/// Other systems do not tell.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn room(_: &File) -> usize {
    0
}
