//! Strings of JSON (RFC 8259), written without an allocation.
//!
//! Beyond what JSON demands, DEL and the characters that `sanchay::escaped`
//! keeps from a terminal are escaped, as JSON allows: a parser reads the same
//! string, and a terminal that shows the JSON obeys nothing in it.

/// Appends what stands between the quotes of a string.
pub(crate) fn push(text: &str, out: &mut Vec<u8>) {
    // Without an early end, so that the compiler makes vectors of it.
    if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            c if c.is_control() || reorders(c) => push_code(c, out),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Whether a byte is a character that stands for itself.
const fn is_plain(byte: u8) -> bool {
    (b' ' <= byte) & (byte < 0x7f) & (byte != b'"') & (byte != b'\\')
}

/// Unicode's bidirectional controls, and its line and paragraph separators:
/// with them a name could pass for another.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

/// Appends `\uXXXX`; all that is escaped so lies in the basic plane.
fn push_code(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(u32::from(c) >> shift & 15, 16);
        out.push(digit.and_then(|d| u8::try_from(d).ok()).unwrap_or(b'0'));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::push;

    fn string(text: &str) -> String {
        let mut out = vec![b'"'];
        push(text, &mut out);
        out.push(b'"');
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_plain_name_stands_for_itself() {
        assert_eq!(string("a b/é 文.txt"), "\"a b/é 文.txt\"");
    }

    #[test]
    fn what_json_or_a_terminal_would_obey_is_escaped() {
        assert_eq!(
            string("\"\\\n\r\t\0\x1b\x7f\u{9b}\u{202e}"),
            r#""\"\\\n\r\t\u0000\u001b\u007f\u009b\u202e""#
        );
    }

    proptest! {
        #[test]
        fn an_independent_parser_reads_the_same_string(
            text in prop_oneof![".*", "[\\x00-\\x7f\u{80}-\u{9f}\u{2020}-\u{2070}]*"],
        ) {
            let json = string(&text);
            let shown_as_is = |c: char| !c.is_control();
            prop_assert!(json.chars().all(shown_as_is));
            let read: String = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
