//! Owners of files, and who may do what with them.
#![expect(
    unsafe_code,
    reason = "the system takes pointers; each is to something borrowed here"
)]

use std::{
    fs::{File, OpenOptions},
    io,
    os::windows::{fs::OpenOptionsExt as _, io::AsRawHandle as _},
    path::Path,
    ptr, slice,
};

use windows_sys::Win32::{
    Foundation::{ERROR_SUCCESS, LocalFree},
    Security::{
        Authorization::{
            ConvertSecurityDescriptorToStringSecurityDescriptorW,
            GetSecurityInfo, SDDL_REVISION_1, SE_FILE_OBJECT,
        },
        DACL_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
        PSECURITY_DESCRIPTOR,
    },
    Storage::FileSystem::{FILE_FLAG_BACKUP_SEMANTICS, READ_CONTROL},
};

use super::accounts;
use crate::{OtherWriter, sddl};

/// Who else than this user and the administrators may have written a file.
///
/// # Errors
/// It cannot be looked at.
pub fn of_file(file: &File) -> io::Result<Option<OtherWriter>> {
    let text = descriptor(file)?;
    let user = accounts::security_identifier().ok_or_else(|| {
        io::Error::other("this user's security identifier is not told")
    })?;
    Ok(sddl::other_writer(&text, &user))
}

/// Who else may put files into a folder, likewise.
///
/// # Errors
/// It cannot be looked at.
pub fn of_folder(path: &Path) -> io::Result<Option<OtherWriter>> {
    let mut options = OpenOptions::new();
    options.access_mode(READ_CONTROL).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    of_file(&options.open(path)?)
}

/// Whose a file is and who may do what with it, as text.
fn descriptor(file: &File) -> io::Result<String> {
    let wanted = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    let [no_owner, no_group] = [ptr::null_mut(); 2];
    let [no_list, no_audit] = [ptr::null_mut(); 2];
    // SAFETY: the handle is open; where a pointer is null, nothing is written.
    let error = unsafe {
        GetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            wanted,
            no_owner,
            no_group,
            no_list,
            no_audit,
            &raw mut descriptor,
        )
    };
    if error != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(error.cast_signed()));
    }
    let mut text = ptr::null_mut();
    let mut length = 0;
    // SAFETY: the descriptor is the system's own; the places are this
    // function's.
    let made = unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor,
            SDDL_REVISION_1,
            wanted,
            &raw mut text,
            &raw mut length,
        )
    };
    let failed = io::Error::last_os_error();
    // SAFETY: the system allocated it for the caller to free, and it is not
    // used any more.
    unsafe { LocalFree(descriptor) };
    if made == 0 || text.is_null() {
        return Err(failed);
    }
    // SAFETY: the text has that many units.
    let units = unsafe { slice::from_raw_parts(text, length as usize) };
    let found = String::from_utf16_lossy(units);
    // SAFETY: as above.
    unsafe { LocalFree(text.cast()) };
    Ok(found.trim_end_matches('\0').to_owned())
}
