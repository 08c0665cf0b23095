//! Whether bytes are text: characters of Unicode, without controls that no
//! text has.

use memchr::memmem;

use super::{ContentKind, HEAD};

/// Text, or a picture that is written as text.
pub(super) fn kind(head: &[u8]) -> Option<ContentKind> {
    let is_text = match head {
        // UTF-32 before UTF-16, whose mark it begins with.
        [0xff, 0xfe, 0, 0, rest @ ..] => is_utf32(rest, u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, rest @ ..] => is_utf32(rest, u32::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => is_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => is_utf16(rest, u16::from_be_bytes),
        _ => is_utf8(head),
    };
    match (is_text, is_svg(head)) {
        (true, true) => Some(ContentKind::Image),
        (true, false) => Some(ContentKind::Text),
        (false, _) => None,
    }
}

/// UTF-8, of which ASCII is a part. The last character may be cut where more
/// bytes follow.
fn is_utf8(head: &[u8]) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => {
            let is_cut = error.error_len().is_none() && head.len() >= HEAD;
            let valid = head.get(..error.valid_up_to()).unwrap_or_default();
            match (is_cut, str::from_utf8(valid)) {
                (true, Ok(text)) => text,
                _ => return false,
            }
        }
    };
    !text.bytes().any(is_control)
}

fn is_utf16(text: &[u8], of: impl Fn([u8; 2]) -> u16) -> bool {
    let units = text.chunks_exact(2).map(|it| match it {
        [a, b] => of([*a, *b]),
        _ => 0,
    });
    let mut characters = char::decode_utf16(units).peekable();
    while let Some(character) = characters.next() {
        match character {
            Ok(character) if !is_control_character(character) => {}
            // Half of a pair, where the head is cut.
            Err(_) if characters.peek().is_none() => {}
            _ => return false,
        }
    }
    true
}

fn is_utf32(text: &[u8], of: impl Fn([u8; 4]) -> u32) -> bool {
    text.chunks_exact(4).all(|it| match it {
        [a, b, c, d] => char::from_u32(of([*a, *b, *c, *d]))
            .is_some_and(|it| !is_control_character(it)),
        _ => false,
    })
}

fn is_control_character(character: char) -> bool {
    u8::try_from(character).is_ok_and(|it| it < 0x80 && is_control(it))
}

/// A control character that no text has: those have tabs, line ends, page
/// feeds, backspaces (manuals) and escapes (colours).
const fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, 0x08..=0x0d | 0x1b) || byte == 0x7f
}

/// SVG: its element is the first, after what XML may have before it.
fn is_svg(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = match rest {
            [b'<', b's', b'v', b'g', next, ..] => {
                return matches!(next, b'>' | b':')
                    || next.is_ascii_whitespace();
            }
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            // An internal subset holds `>`; it ends in `]>`.
            [b'<', b'!', ..] => match memchr::memchr2(b'[', b'>', rest) {
                Some(at) if rest.get(at) == Some(&b'[') => b"]>",
                _ => b">",
            },
            _ => return false,
        };
        let Some(at) = memmem::find(rest, end) else { return false };
        rest = rest.get(at + end.len()..).unwrap_or_default();
    }
}
