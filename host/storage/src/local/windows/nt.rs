//! The system calls, which are unsafe, as safe functions. They read and write
//! bytes; what these mean is the business of others.
#![expect(
    unsafe_code,
    reason = "the system takes pointers; each is to something borrowed here"
)]

use std::{
    io,
    os::windows::io::{
        AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle,
    },
    ptr::{null, null_mut},
};

use windows_sys::{
    Wdk::{
        Foundation::OBJECT_ATTRIBUTES,
        Storage::FileSystem::{
            FILE_INFORMATION_CLASS, FS_INFORMATION_CLASS,
            FileFullDirectoryInformation, NtCreateFile, NtFlushBuffersFile,
            NtFsControlFile, NtQueryDirectoryFile, NtQueryInformationFile,
            NtQueryVolumeInformationFile, NtSetInformationFile,
        },
    },
    Win32::{
        Foundation::{
            NTSTATUS, OBJ_CASE_INSENSITIVE, RtlNtStatusToDosError,
            STATUS_BUFFER_OVERFLOW, STATUS_NO_MORE_FILES, STATUS_NO_SUCH_FILE,
            UNICODE_STRING,
        },
        Storage::FileSystem::{
            FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
        },
        System::IO::IO_STATUS_BLOCK,
    },
};

/// How to open something.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    /// What is to be done with it.
    pub(super) access: u32,
    /// What to do where it is missing, or there.
    pub(super) disposition: u32,
    /// What it must be, and how it is read.
    pub(super) options: u32,
    /// The attributes of a new file.
    pub(super) attributes: u32,
}

/// Opens or makes what a name leads to: relative to a directory, or absolute.
pub(super) fn open(
    parent: Option<BorrowedHandle<'_>>,
    name: &[u16],
    opening: Opening,
) -> io::Result<OwnedHandle> {
    let Ok(length) = u16::try_from(size_of_val(name)) else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    let name = UNICODE_STRING {
        Length: length,
        MaximumLength: length,
        Buffer: name.as_ptr().cast_mut(),
    };
    #[allow(clippy::cast_possible_truncation, reason = "it has 48 bytes")]
    let object = OBJECT_ATTRIBUTES {
        Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
        RootDirectory: parent.map_or(null_mut(), |it| it.as_raw_handle()),
        ObjectName: &raw const name,
        Attributes: OBJ_CASE_INSENSITIVE,
        SecurityDescriptor: null(),
        SecurityQualityOfService: null(),
    };
    let mut handle = null_mut();
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: every pointer is null, where that is allowed, or to a variable
    // that lives until the call returns; the name is only read, and its length
    // is that of the slice.
    let status = unsafe {
        NtCreateFile(
            &raw mut handle,
            opening.access,
            &raw const object,
            &raw mut block,
            null(),
            opening.attributes,
            // As on Unix, nobody is kept from doing anything.
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            opening.disposition,
            opening.options,
            null(),
            0,
        )
    };
    check(status)?;
    // SAFETY: the call succeeded, so that this is a handle, and nobody else
    // has it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Reads a structure about an open file. Returns how many bytes it has.
pub(super) fn query(
    file: BorrowedHandle<'_>,
    class: FILE_INFORMATION_CLASS,
    space: &mut [u8],
) -> io::Result<usize> {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: the system writes no more than the slice has, whose length it is
    // given.
    let status = unsafe {
        NtQueryInformationFile(
            file.as_raw_handle(),
            &raw mut block,
            space.as_mut_ptr().cast(),
            length(space)?,
            class,
        )
    };
    check(status)?;
    Ok(block.Information)
}

/// The same about the volume that it is on. What there is no room for is left
/// out.
pub(super) fn query_volume(
    file: BorrowedHandle<'_>,
    class: FS_INFORMATION_CLASS,
    space: &mut [u8],
) -> io::Result<usize> {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: as above.
    let status = unsafe {
        NtQueryVolumeInformationFile(
            file.as_raw_handle(),
            &raw mut block,
            space.as_mut_ptr().cast(),
            length(space)?,
            class,
        )
    };
    if status != STATUS_BUFFER_OVERFLOW {
        check(status)?;
    }
    Ok(block.Information)
}

/// Sets what a structure says of an open file.
pub(super) fn set(
    file: BorrowedHandle<'_>,
    class: FILE_INFORMATION_CLASS,
    bytes: &[u8],
) -> io::Result<()> {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: the system reads no more than the slice has, whose length it is
    // given.
    let status = unsafe {
        NtSetInformationFile(
            file.as_raw_handle(),
            &raw mut block,
            bytes.as_ptr().cast(),
            length(bytes)?,
            class,
        )
    };
    check(status)
}

/// Reads the next entries of a directory, from the first one if it is to begin
/// again. Returns how many bytes they have: none after the last.
pub(super) fn list(
    directory: BorrowedHandle<'_>,
    space: &mut [u8],
    again: bool,
) -> io::Result<usize> {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: as for `query`; the handle was opened for synchronous reading,
    // so that all is written when the call returns.
    let status = unsafe {
        NtQueryDirectoryFile(
            directory.as_raw_handle(),
            null_mut(),
            None,
            null(),
            &raw mut block,
            space.as_mut_ptr().cast(),
            length(space)?,
            FileFullDirectoryInformation,
            false,
            null(),
            again,
        )
    };
    if matches!(status, STATUS_NO_MORE_FILES | STATUS_NO_SUCH_FILE) {
        return Ok(0);
    }
    check(status)?;
    Ok(block.Information)
}

/// Asks a file system about an open file. Returns how many bytes the answer
/// has.
pub(super) fn control(
    file: BorrowedHandle<'_>,
    code: u32,
    space: &mut [u8],
) -> io::Result<usize> {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: as for `list`.
    let status = unsafe {
        NtFsControlFile(
            file.as_raw_handle(),
            null_mut(),
            None,
            null(),
            &raw mut block,
            code,
            null(),
            0,
            space.as_mut_ptr().cast(),
            length(space)?,
        )
    };
    check(status)?;
    Ok(block.Information)
}

/// Waits until what was written would survive a loss of power.
pub(super) fn flush(file: BorrowedHandle<'_>) -> io::Result<()> {
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: the block lives until the call returns.
    let status =
        unsafe { NtFlushBuffersFile(file.as_raw_handle(), &raw mut block) };
    check(status)
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    let length = u32::try_from(bytes.len());
    length.map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn check(status: NTSTATUS) -> io::Result<()> {
    if status >= 0 {
        return Ok(());
    }
    // SAFETY: it takes and returns numbers.
    let code = unsafe { RtlNtStatusToDosError(status) };
    Err(io::Error::from_raw_os_error(code.cast_signed()))
}
