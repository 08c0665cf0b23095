//! Strings of JSON (RFC 8259), as `serde_json` writes them.
//!
//! Beyond what JSON requires, the characters that a terminal interprets are
//! escaped, as JSON allows: a parser reads the same string, and the JSON is
//! safe to show on a terminal.

use alloc::vec::Vec;

use sanchay_core::escape::is_terminal_control;

use crate::name::put;

/// Appends what goes between the quotes of a string.
pub fn push(text: &str, out: &mut Vec<u8>) {
    // Without an early end, so that the compiler makes vectors of it.
    if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    // A string is always serialised.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inner = quoted.get(1..quoted.len().saturating_sub(1));
    debug_assert!(inner.is_some(), "a string of JSON without quotes");
    for character in inner.unwrap_or_default().chars() {
        if is_terminal_control(character) {
            // All of these lie in the basic plane.
            put(out, format_args!("\\u{:04x}", u32::from(character)));
        } else {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).as_bytes();
            out.extend_from_slice(bytes);
        }
    }
}

/// Whether a byte is a character that stands for itself.
const fn is_plain(byte: u8) -> bool {
    (b' ' <= byte) & (byte < 0x7f) & (byte != b'"') & (byte != b'\\')
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

    #[test]
    fn every_character_that_a_terminal_obeys_is_escaped() {
        for c in ('\0'..=char::MAX).filter(|c| super::is_terminal_control(*c))
        {
            let string = string(&c.to_string());
            assert!(string.starts_with("\"\\"), "{string:?}");
            assert!(!string.contains(c), "{string:?}");
        }
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
