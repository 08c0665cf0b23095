//! File names as bytes, which is what names are from end to end.
//!
//! On Unix they are what the system has. On Windows, whose names are sequences
//! of 16-bit units, they are [WTF-8]: UTF-8 that also has the surrogates that
//! no other one is paired with, so that every name has exactly one form and
//! comes back as it was. Windows has no name for bytes that are not WTF-8;
//! what is made of them is refused by whatever is asked to use it.
//!
//! Within a path, names are separated by slashes: [`with_slashes`] makes such a
//! path of what a user or the system named.
//!
//! ```
//! use std::ffi::OsStr;
//! use sanchay_names::OsStrExt as _;
//!
//! let name = OsStr::from_bytes("été".as_bytes());
//! assert_eq!(name, "été");
//! assert_eq!(name.as_bytes(), "été".as_bytes());
//! ```
//!
//! [WTF-8]: https://wtf-8.codeberg.page/

#[cfg(windows)]
mod encoded;
#[cfg(any(windows, test))]
mod lists;
#[cfg(any(windows, test))]
mod slashes;
mod wtf8;

use std::{io::Read, path::PathBuf};

#[cfg(unix)]
pub use std::os::unix::ffi::{OsStrExt, OsStringExt};

#[cfg(windows)]
pub use encoded::{OsStrExt, OsStringExt};
pub use wtf8::{from_units, to_units};

/// Whether a name is longer than the file systems of this machine take: 255
/// bytes, or on Windows 255 units of 16 bits.
#[must_use]
pub fn is_too_long(name: &[u8]) -> bool {
    const MOST: usize = 255;
    #[cfg(windows)]
    return to_units(name).is_none_or(|units| units.len() > MOST);
    #[cfg(not(windows))]
    return name.len() > MOST;
}

/// Text of lines, such as a list of names. On Windows, it loses the mark of an
/// encoding and the carriage returns before its line ends, which are no part of
/// any name there, and may be UTF-16, as `PowerShell` 5 writes it.
pub fn lines_of(text: impl Read) -> impl Read {
    #[cfg(windows)]
    let text = lists::Plain::new(text);
    text
}

/// A glob that a user writes. On Windows a backslash in it separates names, as
/// it does in every path there; what it would escape is written `[*]`.
#[must_use]
pub fn glob(glob: &[u8]) -> Vec<u8> {
    #[cfg(windows)]
    return slashes::for_backslashes(glob.to_vec());
    #[cfg(not(windows))]
    glob.to_vec()
}

/// The path of a `file:` URL, which begins with a slash. On Windows, that one
/// stands before the letter of a drive.
#[must_use]
pub fn of_url(path: Vec<u8>) -> PathBuf {
    #[cfg(windows)]
    let path = slashes::without_leading(path);
    std::ffi::OsString::from_vec(path).into()
}

/// What follows the machine in the `file:` URL of an absolute path with
/// slashes, yet to be encoded. On Windows, a drive has a slash before its
/// letter, and a server is the machine.
#[must_use]
pub fn url_path(path: PathBuf) -> Vec<u8> {
    let path = path.into_os_string().into_vec();
    #[cfg(windows)]
    let path = slashes::url_path(path);
    path
}

/// An absolute path as part of another one, as a store has those of several
/// roots: without the slash at its top. On Windows a drive is its letter.
#[must_use]
pub fn below_top(path: &[u8]) -> Vec<u8> {
    #[cfg(windows)]
    return slashes::below_top(path);
    #[cfg(not(windows))]
    path.strip_prefix(b"/").unwrap_or(path).to_vec()
}

/// A path as the engine has it, with slashes between its names. On Windows, a
/// backslash is no part of any name, and a path without any limit of length
/// (`\\?\C:\…`) loses its prefix: every path is opened without a limit. On
/// Unix, a path is left as it is.
#[must_use]
pub fn with_slashes(path: PathBuf) -> PathBuf {
    #[cfg(windows)]
    {
        use std::ffi::OsString;
        let bytes = path.into_os_string().into_vec();
        OsString::from_vec(slashes::with_slashes(bytes)).into()
    }
    #[cfg(not(windows))]
    path
}
