//! Escapes, so that a terminal shows text and interprets nothing in it.
//!
//! A name is bytes and may hold anything but a slash and a zero; a plugin, an
//! argument or a list may say anything at all. For a person to read, what
//! could move the cursor, end the line or reorder its neighbours, and what is
//! not UTF-8, is escaped.

use core::fmt::{self, Write as _};

/// Whether a terminal could do anything with a character but show it in its
/// place: control characters, Unicode's bidirectional controls, with which a
/// name could pass for another, and its separators of lines and paragraphs.
/// All of them lie in the basic plane.
///
/// ```
/// use sanchay_core::escape::is_terminal_control;
///
/// assert!(is_terminal_control('\u{1b}') && is_terminal_control('\u{61c}'));
/// assert!(!is_terminal_control('é'));
/// ```
#[must_use]
pub fn is_terminal_control(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}')
}

/// Displays bytes as text, with escapes for the characters that a terminal
/// interprets, for bytes that are not UTF-8 and for the backslash: `\n`, `\t`,
/// `\r`, `\\`, `\u{9b}` and `\xff`.
///
/// ```
/// use sanchay_core::escape::escaped;
///
/// assert_eq!(escaped(b"a\nb\xff").to_string(), r"a\nb\xff");
/// ```
#[must_use]
pub const fn escaped(bytes: &[u8]) -> Escaped<'_> {
    Escaped(bytes)
}

/// Bytes that display escaped; see [`escaped`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    c if is_terminal_control(c) => {
                        write!(f, "\\u{{{:x}}}", u32::from(c))?;
                    }
                    c => f.write_char(c)?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, is_terminal_control};

    #[test]
    fn a_plain_name_is_shown_as_it_is() {
        let name = "naïve 文.txt 👩‍👩‍👧";
        assert_eq!(escaped(name.as_bytes()).to_string(), name);
    }

    #[test]
    fn what_moves_a_cursor_or_ends_a_line_is_escaped() {
        assert_eq!(
            escaped(b"a\nb\rc\td\\e\x1b[2J\x7f").to_string(),
            r"a\nb\rc\td\\e\u{1b}[2J\u{7f}"
        );
        assert_eq!(
            escaped("x\u{202e}gpj.exe\u{9b}".as_bytes()).to_string(),
            r"x\u{202e}gpj.exe\u{9b}"
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_escaped_one_by_one() {
        assert_eq!(
            escaped(b"a\xff\xfeb\xe6\x96").to_string(),
            r"a\xff\xfeb\xe6\x96"
        );
    }

    /// The class as the tables of another project have it, which are made of
    /// Unicode's own: every control character, every bidirectional control,
    /// every separator of lines and paragraphs.
    fn table() -> Vec<(char, char)> {
        let class = r"[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]";
        let parsed = regex_syntax::parse(class).unwrap();
        let regex_syntax::hir::HirKind::Class(class) = parsed.kind() else {
            panic!("not a class: {parsed:?}");
        };
        let regex_syntax::hir::Class::Unicode(class) = class else {
            panic!("not a class of characters: {class:?}");
        };
        class.iter().map(|range| (range.start(), range.end())).collect()
    }

    #[test]
    fn the_class_is_that_of_unicode_s_tables_for_every_character() {
        let table = table();
        assert!(table.len() >= 5, "{table:?}");
        for character in '\0'..=char::MAX {
            let listed = table
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&character));
            let code = u32::from(character);
            assert_eq!(is_terminal_control(character), listed, "U+{code:04X}");
        }
    }

    #[test]
    fn every_character_of_the_class_is_escaped() {
        for (first, last) in table() {
            for character in first..=last {
                let text = character.to_string();
                let shown = escaped(text.as_bytes()).to_string();
                let expected = match character {
                    '\n' => r"\n".to_owned(),
                    '\r' => r"\r".to_owned(),
                    '\t' => r"\t".to_owned(),
                    other => format!("\\u{{{:x}}}", u32::from(other)),
                };
                assert_eq!(shown, expected);
            }
        }
    }
}
