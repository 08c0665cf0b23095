//! Names in lines of text: as they are, escaped as by coreutils, or escaped
//! for a terminal.

use alloc::string::ToString as _;
use alloc::vec::Vec;

pub use sanchay_core::append::append as put;
use sanchay_core::escape::escaped;
use sanchay_core::hashing::Algorithm;

/// How a name is written into a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameEscape {
    /// Byte for byte.
    Nothing,
    /// Newline, carriage return and backslash as `\n`, `\r` and `\\`, and a
    /// backslash before the line if there is any: the way of GNU coreutils.
    Lines,
    /// The same, but a carriage return only where it ends the name:
    /// `b3sum` 1.2 knows no escape for it and takes it as it is.
    LinesOfB3sum,
    /// Everything that a terminal could interpret, and a backslash before the
    /// line if there is any.
    Terminal,
}

impl NameEscape {
    /// How names are written into a list of this algorithm's digests, so
    /// that the program which checks them understands.
    pub fn for_list(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Blake3 => Self::LinesOfB3sum,
            _ => Self::Lines,
        }
    }

    /// Whether the name is escaped, so that its line begins with a backslash.
    fn applies(self, name: &[u8]) -> bool {
        let among = |special: &[u8]| name.iter().any(|b| special.contains(b));
        match self {
            Self::Nothing => false,
            Self::Lines => among(b"\n\r\\"),
            Self::LinesOfB3sum => among(b"\n\\") || name.ends_with(b"\r"),
            Self::Terminal => escapes_on_terminal(name),
        }
    }

    /// Begins the line of a name, with a backslash if the name is escaped.
    pub fn begin(self, name: &[u8], out: &mut Vec<u8>) -> Begun {
        let escaped = self.applies(name);
        if escaped {
            out.push(b'\\');
        }
        Begun(escaped.then_some(self))
    }

    fn push(self, name: &[u8], out: &mut Vec<u8>) {
        if self == Self::Terminal {
            push_escaped(name, out);
            return;
        }
        for (index, &byte) in name.iter().enumerate() {
            match byte {
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' if self == Self::Lines || index + 1 == name.len() => {
                    out.extend_from_slice(b"\\r");
                }
                byte => out.push(byte),
            }
        }
    }
}

/// A line that was begun, and remembers whether its name is escaped.
#[must_use]
pub struct Begun(Option<NameEscape>);

impl Begun {
    /// Appends the name.
    pub fn name(self, name: &[u8], out: &mut Vec<u8>) {
        match self.0 {
            Some(escape) => escape.push(name, out),
            None => out.extend_from_slice(name),
        }
    }
}

/// Appends a name escaped for a terminal.
pub fn push_escaped(name: &[u8], out: &mut Vec<u8>) {
    put(out, format_args!("{}", escaped(name)));
}

/// Whether a name is shown on a terminal other than byte for byte.
pub fn escapes_on_terminal(name: &[u8]) -> bool {
    let plain = |b: &u8| (b' '..=b'~').contains(b) && *b != b'\\';
    !name.iter().all(plain) && escaped(name).to_string().as_bytes() != name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(escape: NameEscape, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let begun = escape.begin(name, &mut out);
        out.extend_from_slice(b"HASH  ");
        begun.name(name, &mut out);
        out.push(b'\n');
        out
    }

    #[test]
    fn a_plain_name_is_not_escaped() {
        for escape in
            [NameEscape::Nothing, NameEscape::Lines, NameEscape::Terminal]
        {
            assert_eq!(line(escape, b" a b.txt"), b"HASH   a b.txt\n");
        }
        let bytes = b"tab\t\xff\x1b";
        assert_eq!(line(NameEscape::Lines, bytes), b"HASH  tab\t\xff\x1b\n");
    }

    #[test]
    fn a_name_that_breaks_a_line_is_escaped_as_coreutils_does() {
        let name = b"a\nb\rc\\d";
        let expected = b"\\HASH  a\\nb\\rc\\\\d\n";
        assert_eq!(line(NameEscape::Lines, name), expected);
        assert_eq!(line(NameEscape::Nothing, name), b"HASH  a\nb\rc\\d\n");
    }

    #[test]
    fn b3sum_gets_a_carriage_return_as_it_is_unless_it_ends_the_name() {
        let escape = NameEscape::for_list(Algorithm::Blake3);
        assert_eq!(line(escape, b"a\rb"), b"HASH  a\rb\n");
        assert_eq!(line(escape, b"a\rb\r"), b"\\HASH  a\rb\\r\n");
        assert_eq!(line(escape, b"a\rb\n"), b"\\HASH  a\rb\\n\n");
    }

    #[test]
    fn a_terminal_gets_nothing_that_it_could_obey() {
        let name = b"\x1b[2J\xff";
        assert_eq!(
            line(NameEscape::Terminal, name),
            b"\\HASH  \\u{1b}[2J\\xff\n"
        );
        assert_eq!(
            line(NameEscape::Terminal, "né".as_bytes()),
            "HASH  né\n".as_bytes()
        );
    }

    /// Undoes what coreutils documents.
    fn unescaped(line: &[u8]) -> Vec<u8> {
        let Some(line) = line.strip_prefix(b"\\") else {
            return line.to_vec();
        };
        let mut plain = Vec::new();
        let mut bytes = line.iter();
        while let Some(&byte) = bytes.next() {
            plain.push(match byte {
                b'\\' => match bytes.next().unwrap() {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b'\\' => b'\\',
                    other => panic!("unknown escape {other}"),
                },
                byte => byte,
            });
        }
        plain
    }

    proptest! {
        #[test]
        fn a_line_can_be_read_back(
            name in prop::collection::vec(
                prop_oneof![any::<u8>(), Just(b'\n'), Just(b'\\'), Just(b'\r')],
                1..20,
            ),
        ) {
            for escape in [NameEscape::Lines, NameEscape::LinesOfB3sum] {
                let mut out = Vec::new();
                escape.begin(&name, &mut out).name(&name, &mut out);
                prop_assert!(!out.contains(&b'\n'));
                prop_assert!(!out.ends_with(b"\r"));
                // A name with a backslash is always escaped, so a line that
                // begins with one is never a name as it is.
                prop_assert_eq!(unescaped(&out), name.clone());
            }
        }
    }
}
