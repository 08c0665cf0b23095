//! Names as text. A name is bytes and may hold anything but a slash and a
//! zero; where a person reads it, on a terminal or in an error, whatever could
//! move the cursor, end the line or is not UTF-8 is shown as an escape.

use std::fmt;

/// Displays a name with control characters and bytes that are not UTF-8 as
/// escapes: `\n`, `\t`, `\r`, `\\`, `\u{9b}` and `\xff`.
///
/// ```
/// assert_eq!(sanchay::escaped(b"a\nb\xff").to_string(), r"a\nb\xff");
/// ```
#[must_use]
pub fn escaped(name: &[u8]) -> Escaped<'_> {
    Escaped(name)
}

/// A name that displays escaped; see [`escaped`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    c if c.is_control() || reorders(c) => {
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

/// Whether a character changes the order in which its neighbours are shown,
/// or is invisible as a line's end: a name could pass for another with them
/// (Unicode's bidirectional controls, line and paragraph separators).
fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_plain_name_is_shown_as_it_is() {
        assert_eq!(
            escaped("naïve 文.txt".as_bytes()).to_string(),
            "naïve 文.txt"
        );
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
    fn every_character_that_controls_the_direction_of_text_is_escaped() {
        // Unicode's property Bidi_Control; its separators of lines.
        let direction = ['\u{61c}', '\u{200e}', '\u{200f}']
            .into_iter()
            .chain('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}');
        for c in direction.chain(['\u{2028}', '\u{2029}']) {
            let shown = escaped(c.to_string().as_bytes()).to_string();
            assert_eq!(shown, format!("\\u{{{:x}}}", u32::from(c)));
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_escaped_one_by_one() {
        assert_eq!(
            escaped(b"a\xff\xfeb\xe6\x96").to_string(),
            r"a\xff\xfeb\xe6\x96"
        );
    }
}
