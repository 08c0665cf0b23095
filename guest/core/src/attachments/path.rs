//! Paths as POSIX and as Windows has them, on any machine: lexically, as
//! Python's `pathlib` does.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::text;

/// Whose rules hold for a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathFormat {
    /// `/` separates and is the root.
    #[default]
    Posix,
    /// `\` and `/` separate; drives, shares; no difference of case.
    Windows,
}

impl PathFormat {
    /// As it is written in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Posix => "posix",
            Self::Windows => "windows",
        }
    }

    /// What separates the parts of a path that is written.
    #[must_use]
    pub const fn separator(self) -> u8 {
        match self {
            Self::Posix => b'/',
            Self::Windows => b'\\',
        }
    }

    /// A part as it is compared.
    pub(super) fn folded(self, part: &[u8]) -> Vec<u8> {
        match self {
            Self::Posix => part.to_vec(),
            Self::Windows if part.is_ascii() => part.to_ascii_lowercase(),
            Self::Windows => {
                let mut folded = Vec::with_capacity(part.len());
                for code in text::code_points(part) {
                    match char::from_u32(code) {
                        Some(character) => {
                            for lower in character.to_lowercase() {
                                text::push(u32::from(lower), &mut folded);
                            }
                        }
                        None => text::push(code, &mut folded),
                    }
                }
                folded
            }
        }
    }

    /// The parts of a path: first the drive and the root, if it has them, then
    /// name by name, without `.` and empty ones.
    #[must_use]
    pub fn parts(self, path: &[u8]) -> Vec<Vec<u8>> {
        let (anchor, rest) = self.anchor(path);
        let mut parts = Vec::new();
        if !anchor.is_empty() {
            parts.push(anchor);
        }
        let names = rest.split(|byte| self.separates(*byte));
        let names = names.filter(|name| !matches!(name, [] | [b'.']));
        parts.extend(names.map(<[u8]>::to_vec));
        parts
    }

    const fn separates(self, byte: u8) -> bool {
        byte == b'/' || matches!(self, Self::Windows) && byte == b'\\'
    }

    /// Drive and root, and what follows them.
    fn anchor(self, path: &[u8]) -> (Vec<u8>, &[u8]) {
        let slashes =
            path.iter().take_while(|byte| self.separates(**byte)).count();
        let beyond = path.get(slashes..).unwrap_or_default();
        match self {
            // Two slashes, and no more, are a root of their own.
            Self::Posix => match slashes {
                0 => (Vec::new(), path),
                2 => (b"//".to_vec(), beyond),
                _ => (b"/".to_vec(), beyond),
            },
            Self::Windows if slashes == 2 => {
                let mut names = beyond.splitn(3, |byte| self.separates(*byte));
                let server = names.next().unwrap_or_default();
                let share = names.next().unwrap_or_default();
                let anchor = [b"\\\\", server, b"\\", share, b"\\"].concat();
                (anchor, names.next().unwrap_or_default())
            }
            Self::Windows => match path {
                [drive, b':', rest @ ..] if drive.is_ascii_alphabetic() => {
                    let rooted =
                        rest.first().is_some_and(|it| self.separates(*it));
                    let mut anchor = [*drive, b':'].to_vec();
                    if rooted {
                        anchor.push(b'\\');
                    }
                    (anchor, rest)
                }
                _ if slashes > 0 => (b"\\".to_vec(), beyond),
                _ => (Vec::new(), path),
            },
        }
    }

    /// Whether a path leads from a root, whatever the current directory.
    #[must_use]
    pub fn is_absolute(self, path: &[u8]) -> bool {
        let (anchor, _) = self.anchor(path);
        match self {
            Self::Posix => !anchor.is_empty(),
            Self::Windows => anchor.len() > 2 && anchor.ends_with(b"\\"),
        }
    }

    /// The path that has these parts; `.` if there are none.
    #[must_use]
    pub fn join<P: AsRef<[u8]>>(self, parts: &[P]) -> Vec<u8> {
        let mut path: Vec<u8> = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let anchored = number == 1
                && (path.ends_with(&[self.separator()])
                    || self == Self::Windows && path.ends_with(b":"));
            if number > 0 && !anchored {
                path.push(self.separator());
            }
            path.extend_from_slice(part.as_ref());
        }
        if path.is_empty() {
            path.push(b'.');
        }
        path
    }
}

impl fmt::Display for PathFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PathFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("posix") {
            return Ok(Self::Posix);
        }
        if text.eq_ignore_ascii_case("windows") {
            return Ok(Self::Windows);
        }
        Err("a path format is posix or windows".to_owned())
    }
}

/// A path without `.`, `..` and what is empty, as `os.path.normpath` makes it:
/// no link is looked at.
#[must_use]
pub fn normalize(format: PathFormat, path: &[u8]) -> Vec<u8> {
    let rooted = {
        let (anchor, _) = format.anchor(path);
        anchor.last().is_some_and(|it| format.separates(*it))
    };
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let all = format.parts(path);
    let anchored = !format.anchor(path).0.is_empty();
    for (number, part) in all.into_iter().enumerate() {
        let is_anchor = anchored && number == 0;
        if is_anchor || part != b".." {
            parts.push(part);
            continue;
        }
        let least = usize::from(anchored);
        let above =
            parts.len() > least && parts.last().is_some_and(|it| it != b"..");
        if above {
            parts.pop();
        } else if !rooted {
            parts.push(part);
        }
    }
    format.join(&parts)
}

/// Whether a path is another one or leads on from it, part by part.
#[must_use]
pub fn is_beneath(format: PathFormat, path: &[u8], base: &[u8]) -> bool {
    let fold = |path: &[u8]| -> Vec<Vec<u8>> {
        let parts = format.parts(path);
        parts.iter().map(|part| format.folded(part)).collect()
    };
    fold(path).starts_with(&fold(base))
}

/// The longest path that all of these lead on from, in the spelling of the
/// first. `None` if there are none or they have no root in common.
#[must_use]
pub fn common<P: AsRef<[u8]>>(
    format: PathFormat,
    paths: impl IntoIterator<Item = P>,
) -> Option<Vec<u8>> {
    let mut paths = paths.into_iter();
    let mut shared = format.parts(paths.next()?.as_ref());
    for path in paths {
        let parts = format.parts(path.as_ref());
        let same = shared
            .iter()
            .zip(&parts)
            .take_while(|(a, b)| format.folded(a) == format.folded(b))
            .count();
        shared.truncate(same);
    }
    (!shared.is_empty()).then(|| format.join(&shared))
}

/// The way down from a root to a path of a manifest, which is relative to it:
/// name by name. `None` if it leads elsewhere, or to the root itself.
///
/// As for the Python package, what leads out and in again is beneath, and an
/// absolute path may be. Links are for who goes that way to refuse.
#[must_use]
pub fn check_below(root: &[u8], path: &[u8]) -> Option<Vec<Vec<u8>>> {
    if path.contains(&0) || path.is_empty() {
        return None;
    }
    let format = PathFormat::Posix;
    // On Windows, whose paths are here with slashes, a root has a drive.
    let has_drive = |path: &[u8]| matches!(path, [_, b':', b'/', ..]);
    let is_absolute =
        path.starts_with(b"/") || has_drive(root) && has_drive(path);
    let whole = match is_absolute {
        true => path.to_vec(),
        false => [root, b"/".as_slice(), path].concat(),
    };
    let root = format.parts(&normalize(format, root));
    let parts = format.parts(&normalize(format, &whole));
    let names = parts.strip_prefix(root.as_slice())?;
    // There, a name with one of these would lead elsewhere.
    let leads_on = |name: &Vec<u8>| name.iter().any(|it| b":\\".contains(it));
    if root.first().is_some_and(|it| it.ends_with(b":"))
        && names.iter().any(leads_on)
    {
        return None;
    }
    // A path that ends with a slash names no file.
    let ends = path.ends_with(b"/") || path.ends_with(b"/.");
    (!names.is_empty() && !ends).then(|| names.to_vec())
}
