//! Files that are known by their paths, or open.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions, Permissions},
    io,
    os::unix::fs::{
        DirBuilderExt as _, FileExt as _, MetadataExt as _,
        OpenOptionsExt as _, PermissionsExt as _, fchown,
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{
        CWD, FlockOperation, OFlags, RenameFlags, fcntl_getfl, fcntl_setfl,
        flock, renameat_with,
    },
    io::Errno,
};

/// Has a file that is made be this user's alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Has folders that are made be this user's alone.
pub fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder.mode(0o700)
}

/// What a new file may be done with, before the user's mask: read and written
/// by anybody. `None` where that is the folder's to say.
#[must_use]
pub fn usual_permissions() -> Option<Permissions> {
    Some(Permissions::from_mode(0o666))
}

/// Gives a new file the owner and the permissions of another. `false` where it
/// cannot have the owner.
///
/// # Errors
/// Why it cannot have the permissions.
pub fn take_after(new: &File, other: &Metadata) -> io::Result<bool> {
    let own = new.metadata()?;
    if (own.uid(), own.gid()) != (other.uid(), other.gid())
        && fchown(new, Some(other.uid()), Some(other.gid())).is_err()
    {
        return Ok(false);
    }
    new.set_permissions(other.permissions())?;
    Ok(true)
}

/// Has an open not wait for whoever is at the other end of a pipe, and not
/// make a terminal this process's own.
pub fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = OFlags::NONBLOCK.union(OFlags::NOCTTY);
    options.custom_flags(flags.bits().cast_signed())
}

/// Makes reads wait for data, which the open did not.
///
/// # Errors
/// Why that cannot be set.
pub fn waiting(file: File) -> io::Result<File> {
    let flags = fcntl_getfl(&file)?;
    fcntl_setfl(&file, flags.difference(OFlags::NONBLOCK))?;
    Ok(file)
}

/// Whether a path names a descriptor that this process inherited, like a
/// shell's `<(command)`.
#[must_use]
pub fn is_handed_down(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    path == b"/dev/stdin"
        || path.starts_with(b"/dev/fd/")
        || path.starts_with(b"/proc/self/fd/")
}

/// Reads all of some bytes at an offset.
///
/// # Errors
/// Why they cannot be read, or that there are fewer.
pub fn read_exact_at(
    file: &File,
    space: &mut [u8],
    offset: u64,
) -> io::Result<()> {
    file.read_exact_at(space, offset)
}

/// Keeps other processes from locking a file while it is open. `false` where
/// one has done so.
///
/// # Errors
/// The file system has no locks.
pub fn try_lock(file: &File) -> io::Result<bool> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// The path that an open file has by now, where that is told.
#[must_use]
pub fn path_of(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    std::fs::read_link(link).ok()
}

/// Gives a file another name, and never replaces what has it.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where the name is taken, and why else it
/// cannot be done.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            if to.symlink_metadata().is_ok() {
                return Err(Errno::EXIST.into());
            }
            Ok(rustix::fs::rename(from, to)?)
        }
        other => Ok(other?),
    }
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
