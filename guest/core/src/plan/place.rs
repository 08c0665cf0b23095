//! Where an entry is: a root, and the way down from it. A path from a plan is
//! not trusted: it may not lead anywhere but down.

use alloc::vec::Vec;
use core::fmt;

use super::MAX_NAME;
use crate::problem::MAX_PATH;

/// An entry's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which of the header's roots.
    pub root: u32,
    /// The path below it: components with slashes between them.
    pub path: Vec<u8>,
}

impl Place {
    /// The last component of the path.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.path) {
            Some(at) => self.path.get(at.saturating_add(1)..),
            None => Some(self.path.as_slice()),
        }
        .unwrap_or_default()
    }
}

/// What is wrong with a name or a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFlaw {
    /// A name is empty.
    Empty,
    /// A name is `.` or `..`.
    Dots,
    /// There is a slash in a name.
    Slash,
    /// The path begins with a slash.
    Absolute,
    /// There is a zero byte.
    Zero,
    /// A name is longer than every file system takes, or the path too long.
    TooLong,
}

impl fmt::Display for NameFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a name is empty"),
            Self::Dots => f.write_str("a name is . or .."),
            Self::Slash => f.write_str("there is a slash in the name"),
            Self::Absolute => {
                f.write_str("the path begins with a slash: it is absolute")
            }
            Self::Zero => f.write_str("there is a zero byte in the name"),
            Self::TooLong => {
                write!(f, "the name is longer than {MAX_NAME} bytes")
            }
        }
    }
}

/// Checks that bytes are a name of one component.
///
/// # Errors
/// What is wrong with it.
pub fn check_component(name: &[u8]) -> Result<(), NameFlaw> {
    match name {
        b"" => Err(NameFlaw::Empty),
        b"." | b".." => Err(NameFlaw::Dots),
        name if memchr::memchr(0, name).is_some() => Err(NameFlaw::Zero),
        name if memchr::memchr(b'/', name).is_some() => Err(NameFlaw::Slash),
        name if is_long_everywhere(name) => Err(NameFlaw::TooLong),
        _ => Ok(()),
    }
}

/// Whether a name is too long for file systems that count bytes, and for those
/// that count units of 16 bits, as Windows does. The system at hand may refuse
/// others.
fn is_long_everywhere(name: &[u8]) -> bool {
    // A unit takes three bytes at most.
    let most = MAX_NAME.saturating_mul(3);
    name.len() > most || name.len() > MAX_NAME && units(name) > MAX_NAME
}

/// How many units of 16 bits a name of WTF-8 has.
#[must_use]
pub fn units(name: &[u8]) -> usize {
    let of_byte = |byte: &u8| match byte {
        0x80..0xc0 => 0_usize,
        0xf0.. => 2,
        _ => 1,
    };
    name.iter().map(of_byte).sum()
}

/// Whether a path begins at the top: at `/`, or on Windows at that of a drive
/// (`C:/`). Whether it does on the system at hand, only that knows.
#[must_use]
pub fn is_absolute(path: &[u8]) -> bool {
    match path {
        [b'/', ..] => true,
        [drive, b':', b'/', ..] => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Checks that bytes are a path that leads nowhere but down.
///
/// # Errors
/// What is wrong with the first component that is none.
pub fn check_path(path: &[u8]) -> Result<(), NameFlaw> {
    if path.starts_with(b"/") {
        return Err(NameFlaw::Absolute);
    }
    if path.len() > MAX_PATH {
        return Err(NameFlaw::TooLong);
    }
    path.split(|byte| *byte == b'/').try_for_each(check_component)
}
