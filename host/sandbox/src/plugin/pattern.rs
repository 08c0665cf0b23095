//! What an extractor recognises its files by: their names, or bytes that
//! stand at one place. Compared byte by byte; nothing is parsed.

use super::error::{shortened, wrong};
use super::{PluginError, wire};

/// The longest extension and name, in bytes: no name of a file is longer.
const NAME: usize = 255;

/// Where bytes that are looked for must end.
pub(super) const WINDOW: u64 = 64 << 10;

/// What a file is recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// Every file is taken.
    Every,
    /// Its name ends in a dot and this, in lower case.
    Extension(Box<str>),
    /// Its name has no dot but at its ends.
    NoExtension,
    /// Its name is this one, in which `*` and `?` stand for others.
    Name(Box<str>),
    /// It has these bytes at this place.
    Magic(u32, Box<[u8]>),
}

impl Pattern {
    /// Checks a pattern of a description.
    pub(super) fn new(said: wire::Pattern) -> Result<Self, PluginError> {
        let possible = |text: &str| {
            (1..=NAME).contains(&text.len()) && !text.contains(['/', '\0'])
        };
        match said {
            wire::Pattern::Every => Ok(Self::Every),
            wire::Pattern::NoExtension => Ok(Self::NoExtension),
            wire::Pattern::Extension(text) => {
                let bare = text.strip_prefix('.').unwrap_or(&text);
                match possible(bare) {
                    true => {
                        Ok(Self::Extension(bare.to_ascii_lowercase().into()))
                    }
                    false => wrong(format!(
                        "an extension that no file can have: {:?}",
                        shortened(&text)
                    )),
                }
            }
            wire::Pattern::Name(text) => match possible(&text) {
                true => Ok(Self::Name(text.into())),
                false => wrong(format!(
                    "a name that no file can have: {:?}",
                    shortened(&text)
                )),
            },
            wire::Pattern::Magic(wire::Magic { offset, bytes }) => {
                let end = u64::from(offset) + bytes.len() as u64;
                match !bytes.is_empty() && end <= WINDOW {
                    true => Ok(Self::Magic(offset, bytes.into())),
                    false => wrong(format!(
                        "{} bytes at the offset {offset} of a file, where \
                         there must be some, and end within the first \
                         {WINDOW}",
                        bytes.len()
                    )),
                }
            }
        }
    }

    /// Whether it takes a file by its name.
    pub(super) fn takes(&self, name: &[u8]) -> bool {
        match self {
            Self::Every => true,
            Self::Extension(extension) => ends_in(name, extension.as_bytes()),
            Self::NoExtension => {
                let stem = name.get(1..).unwrap_or(&[]);
                let stem = stem.split_last().map_or(stem, |(_, stem)| stem);
                !stem.contains(&b'.')
            }
            Self::Name(pattern) => matches(pattern.as_bytes(), name),
            Self::Magic(..) => false,
        }
    }

    /// How many of a file's first bytes tell whether it takes a file of this
    /// size; 0 where it does not go by bytes, or the file is too short.
    pub(super) fn window(&self, size: u64) -> u64 {
        match self {
            Self::Magic(offset, bytes) => {
                let end = u64::from(*offset) + bytes.len() as u64;
                if end <= size { end } else { 0 }
            }
            _ => 0,
        }
    }

    /// Whether it takes a file by its first bytes.
    pub(super) fn recognises(&self, head: &[u8]) -> bool {
        match self {
            Self::Magic(offset, bytes) => head
                .get(*offset as usize..)
                .is_some_and(|rest| rest.starts_with(bytes)),
            _ => false,
        }
    }
}

/// Whether a name has an extension (given in lower case, without its dot) and
/// something before it.
fn ends_in(name: &[u8], extension: &[u8]) -> bool {
    let Some(dot) = name.len().checked_sub(extension.len() + 1) else {
        return false;
    };
    let Some((stem, end)) = name.split_at_checked(dot) else { return false };
    !stem.is_empty()
        && end.split_first().is_some_and(|(dot, rest)| {
            *dot == b'.' && rest.eq_ignore_ascii_case(extension)
        })
}

/// Whether a name is what a pattern with `*` and `?` says. Where the name does
/// not fit, only what the last `*` stands for is tried longer, so that the
/// time is at most the product of both lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    // The last star, and what it stands for ends here.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(seen) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                seen = after(name, seen);
            }
            Some(expected) if expected.eq_ignore_ascii_case(byte) => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((place, end)) => {
                    star = Some((place, end + 1));
                    at = place + 1;
                    seen = end + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or(&[]).iter().all(|byte| *byte == b'*')
}

/// Where the character ends that begins here: in UTF-8, or a single byte.
fn after(name: &[u8], from: usize) -> usize {
    let wide = name.get(from).is_some_and(|byte| *byte >= 0xc0);
    let rest = name.get(from + 1..).unwrap_or(&[]);
    let is_more = |byte: &&u8| (0x80..0xc0).contains(*byte);
    match wide {
        true => from + 1 + rest.iter().take_while(is_more).take(3).count(),
        false => from + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_stands_behind_a_stem_and_a_dot() {
        for name in ["a.png", "A.PNG", "x.y.Png", ".a.png"] {
            assert!(ends_in(name.as_bytes(), b"png"), "{name}");
        }
        for name in ["", "png", ".png", "a.pn", "apng", "a.png.txt"] {
            assert!(!ends_in(name.as_bytes(), b"png"), "{name}");
        }
        assert!(ends_in(b"a.tar.gz", b"tar.gz"));
    }

    #[test]
    fn a_name_without_an_extension_has_dots_only_at_its_ends() {
        for name in ["", "a", "Makefile", ".bashrc", "a.", ".a.", "..."] {
            let without = Pattern::NoExtension.takes(name.as_bytes());
            // Three dots have one between the others.
            assert_eq!(without, name != "...", "{name}");
        }
        for name in ["a.b", ".a.b", "a.b."] {
            assert!(!Pattern::NoExtension.takes(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn stars_stand_for_any_characters_and_question_marks_for_one() {
        for (pattern, name) in [
            ("*", ""),
            ("**", "a"),
            ("a*c", "ac"),
            ("a*c", "abbc"),
            ("A*C", "abcabc"),
            ("*.tar.??", "x.TAR.gz"),
            ("?", "ä"),
            ("?", "😀"),
            ("a?c", "a\u{fffd}c"),
            ("makefile*", "Makefile.am"),
        ] {
            assert!(matches(pattern.as_bytes(), name.as_bytes()), "{pattern}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("?", ""),
            ("?", "ab"),
            ("a*c", "acb"),
            ("*a", "ab"),
            ("a", "ab"),
            ("ab", "a"),
        ] {
            assert!(
                !matches(pattern.as_bytes(), name.as_bytes()),
                "{pattern}"
            );
        }
        assert!(matches(b"a?b", b"a\xffb"));
        // What would take forever if every star were tried anew.
        let pattern = "a*".repeat(127);
        assert!(!matches(pattern.as_bytes(), &[b'b'; 255]));
    }

    #[test]
    fn magic_is_looked_for_only_in_files_that_are_long_enough() {
        let magic = Pattern::Magic(4, (*b"ustar").into());
        assert_eq!((magic.window(8), magic.window(9)), (0, 9));
        assert!(magic.recognises(b"....ustar..."));
        assert!(!magic.recognises(b"....usta"));
        assert!(!magic.recognises(b"ustar"));
        assert!(!magic.takes(b"ustar"));
    }

    #[test]
    fn patterns_that_no_file_can_fit_are_refused() {
        let magic = |offset, length| {
            wire::Pattern::Magic(wire::Magic {
                offset,
                bytes: vec![0; length],
            })
        };
        for said in [
            wire::Pattern::Extension(String::new()),
            wire::Pattern::Extension(".".into()),
            wire::Pattern::Extension("a/b".into()),
            wire::Pattern::Extension("a\0".into()),
            wire::Pattern::Name(String::new()),
            wire::Pattern::Name("x".repeat(256)),
            wire::Pattern::Name("a/*".into()),
            magic(0, 0),
            magic(u32::MAX, 1),
            magic(65_530, 7),
        ] {
            assert!(Pattern::new(said).is_err());
        }
        assert!(Pattern::new(magic(65_530, 6)).is_ok());
    }
}
