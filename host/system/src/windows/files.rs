//! Files that are known by their paths, or open.
#![expect(
    unsafe_code,
    reason = "the system takes pointers; each is to something borrowed here"
)]

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions, Permissions},
    io,
    os::windows::{
        ffi::OsStrExt as _, fs::FileExt as _, io::AsRawHandle as _,
    },
    path::{Path, PathBuf},
};

use windows_sys::Win32::{
    Foundation::ERROR_LOCK_VIOLATION,
    Storage::FileSystem::{
        LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LockFileEx,
        MoveFileExW,
    },
    System::IO::{OVERLAPPED, OVERLAPPED_0, OVERLAPPED_0_0},
};

/// Has a file that is made be this user's alone: it is for as long as the
/// folder is that it is in, whose list of who may do what it takes over. The
/// folders of a user are.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Has folders that are made be this user's alone, likewise.
pub fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder
}

/// What a new file may be done with: that is the folder's to say.
#[must_use]
pub fn usual_permissions() -> Option<Permissions> {
    None
}

/// Gives a new file the owner and the permissions of another: only whether it
/// may be written. `true`: the folder says the rest.
///
/// # Errors
/// Why it cannot have them.
pub fn take_after(new: &File, other: &Metadata) -> io::Result<bool> {
    new.set_permissions(other.permissions())?;
    Ok(true)
}

/// Has an open not wait for whoever is at the other end of a pipe: no path of
/// a file leads to one.
pub fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes reads wait for data, as they do.
///
/// # Errors
/// None.
pub fn waiting(file: File) -> io::Result<File> {
    Ok(file)
}

/// Whether a path names something open that this process inherited: none does.
#[must_use]
pub fn is_handed_down(_: &Path) -> bool {
    false
}

/// Reads all of some bytes at an offset. The position of the file moves.
///
/// # Errors
/// Why they cannot be read, or that there are fewer.
pub fn read_exact_at(
    file: &File,
    mut space: &mut [u8],
    mut offset: u64,
) -> io::Result<()> {
    while !space.is_empty() {
        match file.seek_read(space, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(got) => {
                space = space.get_mut(got..).unwrap_or_default();
                offset += got as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Keeps other processes from locking a file while it is open. `false` where
/// one has done so. What is locked is a byte far behind the end: what is
/// locked cannot be read by others, either.
///
/// # Errors
/// The file system has no locks.
pub fn try_lock(file: &File) -> io::Result<bool> {
    let behind = OVERLAPPED_0_0 { Offset: u32::MAX - 1, OffsetHigh: 1 << 30 };
    let mut place = OVERLAPPED {
        Anonymous: OVERLAPPED_0 { Anonymous: behind },
        ..OVERLAPPED::default()
    };
    // SAFETY: the handle is open, for reading and writing by turns, so that
    // the call is over when it returns; the place lives until then.
    let locked = unsafe {
        LockFileEx(
            file.as_raw_handle(),
            LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY,
            0,
            1,
            0,
            &raw mut place,
        )
    };
    if locked != 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(ERROR_LOCK_VIOLATION) => Ok(false),
        _ => Err(error),
    }
}

/// The path that an open file has by now: this is not asked for.
#[must_use]
pub fn path_of(_: &File) -> Option<PathBuf> {
    None
}

/// Gives a file another name, and never replaces what has it.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where the name is taken, and why else it
/// cannot be done.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let [from, to] = [from, to].map(|path| {
        path.as_os_str().encode_wide().chain([0]).collect::<Vec<_>>()
    });
    // SAFETY: both are strings that end in a zero, and are only read.
    match unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), 0) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
