//! Streams that the caller hands down by name, as a shell's `<(command)`
//! does. A FIFO that stands in a folder is not one of them: nobody may be at
//! its other end, and reading it would wait for ever. And whose turn it is to
//! read standard input.

use std::{
    fs::File,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    sync::{Mutex, MutexGuard},
};

use rustix::{
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::Errno,
};
use sanchay_sync::lock;

/// Whether a path names a descriptor that this process inherited.
pub(super) fn is_handed_down(path: &Path) -> bool {
    let path = path.as_os_str().as_bytes();
    path == b"/dev/stdin"
        || path.starts_with(b"/dev/fd/")
        || path.starts_with(b"/proc/self/fd/")
}

/// Makes reads wait for data, which the open did not.
pub(super) fn blocking(file: File) -> Result<File, Errno> {
    let flags = fcntl_getfl(&file)?;
    fcntl_setfl(&file, flags.difference(OFlags::NONBLOCK))?;
    Ok(file)
}

/// Keeps others from reading standard input meanwhile: two that read it at
/// once would each get some of it.
pub(crate) fn stdin_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    lock(&TURN)
}

#[cfg(test)]
mod tests {
    use super::is_handed_down;
    use std::path::Path;

    #[test]
    fn only_inherited_descriptors_are_handed_down() {
        assert!(is_handed_down(Path::new("/dev/fd/63")));
        assert!(is_handed_down(Path::new("/dev/stdin")));
        assert!(!is_handed_down(Path::new("/tmp/dev/fd/63")));
        assert!(!is_handed_down(Path::new("fifo")));
    }
}
