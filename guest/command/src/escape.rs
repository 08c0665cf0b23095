//! Names in lines of text: as they are, as coreutils escapes them, or as a
//! terminal may see them.

use alloc::string::String;
use core::fmt::Write as _;

use sanchay_core::escape::{escaped, is_obeyed};
use sanchay_core::hashing::Algorithm;

/// How a name is written into a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As it is.
    Nothing,
    /// Newline, carriage return and backslash as `\n`, `\r` and `\\`, and a
    /// backslash before the line if there is any: the way of GNU coreutils.
    Lines,
    /// The same, but a carriage return only where it ends the name: `b3sum`
    /// 1.2 knows no escape for it and takes it as it is.
    LinesOfB3sum,
    /// All that a terminal could obey, and a backslash before the line if
    /// there is any.
    Terminal,
}

impl Escape {
    /// How names are written into a list of this algorithm's digests, so
    /// that the program which checks them understands.
    pub(crate) fn for_list(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Blake3 => Self::LinesOfB3sum,
            _ => Self::Lines,
        }
    }

    /// Whether the name is escaped, so that its line begins with a backslash.
    pub(crate) fn applies(self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Lines => name.contains(['\n', '\r', '\\']),
            Self::LinesOfB3sum => {
                name.contains(['\n', '\\']) || name.ends_with('\r')
            }
            Self::Terminal => name.chars().any(|c| c == '\\' || is_obeyed(c)),
        }
    }

    /// Begins the line of a name, with a backslash if the name is escaped.
    pub(crate) fn begin(self, name: &str, out: &mut String) {
        if self.applies(name) {
            out.push('\\');
        }
    }

    /// Appends the name.
    pub(crate) fn push(self, name: &str, out: &mut String) {
        if !self.applies(name) {
            out.push_str(name);
            return;
        }
        if self == Self::Terminal {
            push_escaped(name, out);
            return;
        }
        let mut rest = name.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' if self == Self::Lines || rest.peek().is_none() => {
                    out.push_str("\\r");
                }
                character => out.push(character),
            }
        }
    }
}

/// Appends a name as a terminal may see it.
pub(crate) fn push_escaped(name: &str, out: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(out, "{}", escaped(name.as_bytes()));
}
