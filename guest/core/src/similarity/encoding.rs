//! How the characters of a file are written, told from its first bytes.

/// How many of a file's first bytes tell, at most.
pub(super) const HEAD: usize = 4096;

/// One control character among so many others is more than a text has.
const CONTROLS: usize = 32;

/// An encoding of characters. UTF-8 stands for all that have ASCII's: bytes
/// that are not UTF-8 are letters of an encoding that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
}

impl Encoding {
    /// The encoding of a file that begins with these bytes, [`HEAD`] of them
    /// or all that there are, and the length of its byte order mark; `None`
    /// for what is no text.
    pub(super) fn of(head: &[u8]) -> Option<(Self, usize)> {
        Some(match head {
            // UTF-32 before UTF-16, whose mark it begins with.
            [0xff, 0xfe, 0, 0, ..] => (Self::Utf32 { big: false }, 4),
            [0, 0, 0xfe, 0xff, ..] => (Self::Utf32 { big: true }, 4),
            [0xff, 0xfe, ..] => (Self::Utf16 { big: false }, 2),
            [0xfe, 0xff, ..] => (Self::Utf16 { big: true }, 2),
            [0xef, 0xbb, 0xbf, rest @ ..] => {
                (Self::Utf8, Some(3).filter(|_| !is_binary(rest))?)
            }
            _ if !is_binary(head) => (Self::Utf8, 0),
            _ => (Self::Utf16 { big: unmarked_utf16(head)? }, 0),
        })
    }
}

/// Bytes that no text in an encoding like ASCII has, or not that many.
fn is_binary(head: &[u8]) -> bool {
    let is_control =
        |byte: &&u8| matches!(byte, 1..=7 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let controls = head.iter().filter(is_control).count();
    memchr::memchr(0, head).is_some() || controls > head.len() / CONTROLS
}

/// UTF-16 without a mark shows in Latin text, where every other byte is zero:
/// the first ones where the greater byte comes first.
fn unmarked_utf16(head: &[u8]) -> Option<bool> {
    let (pairs, _) = head.as_chunks::<2>();
    let zeros = |place: fn(&[u8; 2]) -> u8| {
        pairs.iter().filter(|pair| place(pair) == 0).count()
    };
    let (first, second) = (zeros(|it| it[0]), zeros(|it| it[1]));
    let most = pairs.len().div_ceil(2);
    match (first, second) {
        (0, second) if second >= most => Some(false),
        (first, 0) if first >= most => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding::{self, Utf8, Utf16, Utf32};

    #[test]
    fn byte_order_marks_tell_the_encoding() {
        let little: &[u8] = b"\xff\xfea\0";
        assert_eq!(Encoding::of(little), Some((Utf16 { big: false }, 2)));
        let big: &[u8] = b"\xfe\xff\0a";
        assert_eq!(Encoding::of(big), Some((Utf16 { big: true }, 2)));
        let little = b"\xff\xfe\0\0a\0\0\0";
        assert_eq!(Encoding::of(little), Some((Utf32 { big: false }, 4)));
        let big = b"\0\0\xfe\xff\0\0\0a";
        assert_eq!(Encoding::of(big), Some((Utf32 { big: true }, 4)));
        assert_eq!(Encoding::of(b"\xef\xbb\xbfa"), Some((Utf8, 3)));
    }

    #[test]
    fn without_a_mark_zeros_tell_utf_16_from_what_is_no_text() {
        let text = "int main(void) { return 0; }\n";
        let little: Vec<u8> =
            text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Encoding::of(&little), Some((Utf16 { big: false }, 0)));
        assert_eq!(Encoding::of(&big), Some((Utf16 { big: true }, 0)));
        assert_eq!(Encoding::of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None);
        assert_eq!(Encoding::of(b"a\0\0\0"), None);
        assert_eq!(Encoding::of(b"\xef\xbb\xbfa\0"), None);
    }

    #[test]
    fn any_bytes_without_zeros_and_many_controls_are_text() {
        assert_eq!(Encoding::of(b""), Some((Utf8, 0)));
        assert_eq!(Encoding::of(b"caf\xe9 \x1b[1mbold"), Some((Utf8, 0)));
        let mut one = [b'a'; 64];
        one[5] = 1;
        assert_eq!(Encoding::of(&one), Some((Utf8, 0)));
        one[6..9].fill(2);
        assert_eq!(Encoding::of(&one), None);
    }
}
