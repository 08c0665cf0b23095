//! The standard streams, and pipes.
#![expect(
    unsafe_code,
    reason = "the system takes pointers; each is to a variable here"
)]

use std::{
    fs::File,
    io::{self, stdin, stdout},
    os::windows::io::{AsHandle as _, AsRawHandle as _},
    time::Duration,
};

use windows_sys::Win32::{
    Foundation::ERROR_PIPE_NOT_CONNECTED,
    System::Console::{
        CONSOLE_SCREEN_BUFFER_INFO, GetConsoleScreenBufferInfo,
    },
};

/// Standard input, once more.
///
/// # Errors
/// Why it cannot be had.
pub fn standard_input() -> io::Result<File> {
    Ok(File::from(stdin().as_handle().try_clone_to_owned()?))
}

/// Standard output, once more: past the buffer before it.
///
/// # Errors
/// Why it cannot be had.
pub fn standard_output() -> io::Result<File> {
    Ok(File::from(stdout().as_handle().try_clone_to_owned()?))
}

/// How many columns the console has that is standard output.
#[must_use]
pub fn columns() -> Option<usize> {
    let mut known = CONSOLE_SCREEN_BUFFER_INFO::default();
    // SAFETY: standard output is a handle or null, and the pointer is to a
    // variable that lives until the call returns.
    let is_console = unsafe {
        GetConsoleScreenBufferInfo(stdout().as_raw_handle(), &raw mut known)
    };
    let window = known.srWindow;
    let columns = i32::from(window.Right) - i32::from(window.Left) + 1;
    let columns = usize::try_from(columns).ok()?;
    (is_console != 0 && columns > 0).then_some(columns)
}

/// Whether writing failed because nobody reads any more.
#[must_use]
pub fn is_closed(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(i32::cast_unsigned);
    error.kind() == io::ErrorKind::BrokenPipe
        || code == Some(ERROR_PIPE_NOT_CONNECTED)
}

/// Whether writes may wait for a reader, and then be cut short: there, they
/// wait until all is taken.
#[must_use]
pub fn has_reader(_: &File) -> bool {
    false
}

/// Waits until a write would not wait for a reader: this cannot be told.
#[must_use]
pub fn has_room(_: &File, _: Duration) -> bool {
    true
}

/// How much a pipe is sure to take at once without waiting: this cannot be
/// told.
#[must_use]
pub fn room(_: &File) -> usize {
    0
}
