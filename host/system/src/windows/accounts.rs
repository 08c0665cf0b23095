//! Users and groups: they have no numbers there, but identifiers of any
//! length, which no record holds.
#![expect(
    unsafe_code,
    reason = "the system takes pointers; each is to something borrowed here"
)]

use std::{
    os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle},
    ptr,
};

use windows_sys::Win32::{
    Foundation::{HANDLE, LocalFree},
    Security::{
        Authorization::ConvertSidToStringSidW, GetTokenInformation,
        TOKEN_QUERY, TOKEN_USER, TokenUser,
    },
    System::Threading::{GetCurrentProcess, OpenProcessToken},
};

/// How long the text of an identifier is at most, in characters: a version, an
/// authority of 48 bits and fifteen numbers of 32.
const LONGEST_IDENTIFIER: usize = 256;

/// The security identifier of the user that this process acts as, as text:
/// `S-1-5-21-…`.
#[must_use]
pub fn security_identifier() -> Option<String> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the place for the handle is this function's own.
    let opened = unsafe {
        OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token)
    };
    if opened == 0 {
        return None;
    }
    // SAFETY: the handle was just opened, and nobody else closes it.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // Words, for what is written begins with a pointer. An identifier has at
    // most 68 bytes.
    let mut space = [0_u64; 32];
    let mut length = 0;
    // SAFETY: the space is as long as is said.
    let told = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            space.as_mut_ptr().cast(),
            u32::try_from(size_of_val(&space)).unwrap_or(0),
            &raw mut length,
        )
    };
    if told == 0 {
        return None;
    }
    // SAFETY: that is what the system wrote, to a place that is aligned for it.
    let user = unsafe { &*space.as_ptr().cast::<TOKEN_USER>() };
    let mut text = ptr::null_mut();
    // SAFETY: the identifier is in `space`; the place for the text is our own.
    let made = unsafe { ConvertSidToStringSidW(user.User.Sid, &raw mut text) };
    if made == 0 || text.is_null() {
        return None;
    }
    // SAFETY: the text ends with a zero, before which it is read.
    let units: Vec<u16> = (0..LONGEST_IDENTIFIER)
        .map(|at| unsafe { *text.add(at) })
        .take_while(|unit| *unit != 0)
        .collect();
    // SAFETY: the system allocated it for the caller to free, and it is not
    // used any more.
    unsafe { LocalFree(text.cast()) };
    String::from_utf16(&units).ok()
}

/// The number of the user that this process acts as: there is none.
#[must_use]
pub fn user() -> Option<u32> {
    None
}

/// The numbers of the user and of the group that started this process: there
/// are none.
#[must_use]
pub fn user_and_group() -> Option<(u32, u32)> {
    None
}

/// The number of a user: there is none.
#[must_use]
pub fn user_number(_: &str) -> Option<u32> {
    None
}

/// The number of a group: there is none.
#[must_use]
pub fn group_number(_: &str) -> Option<u32> {
    None
}

/// The name of a user with a number: there is none.
#[must_use]
pub fn user_name(_: u32) -> Option<String> {
    None
}

/// The name of a group with a number: there is none.
#[must_use]
pub fn group_name(_: u32) -> Option<String> {
    None
}
