//! What the trash of a desktop says of something in it: where it was, and
//! since when it has been there. A file of the Desktop Trash Specification of
//! freedesktop.org, version 1.0.

use alloc::vec::Vec;

/// Digits of an escaped byte.
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The text of such a file. `deleted` is a local time: `2026-01-31T12:00:00`.
///
/// ```
/// use sanchay_core::trash_info::trash_info;
///
/// let text = trash_info(b"/home/a b.txt", "2026-01-31T12:00:00");
/// assert_eq!(
///     text,
///     b"[Trash Info]\nPath=/home/a%20b.txt\n\
///       DeletionDate=2026-01-31T12:00:00\n"
/// );
/// ```
#[must_use]
pub fn trash_info(path: &[u8], deleted: &str) -> Vec<u8> {
    let mut text = b"[Trash Info]\nPath=".to_vec();
    for byte in path {
        escape(*byte, &mut text);
    }
    text.extend_from_slice(b"\nDeletionDate=");
    text.extend_from_slice(deleted.as_bytes());
    text.push(b'\n');
    text
}

/// Appends a byte as URLs have it (RFC 2396); slashes stay.
fn escape(byte: u8, text: &mut Vec<u8>) {
    let stays = byte.is_ascii_alphanumeric() || b"/-_.!~*'()".contains(&byte);
    if stays {
        text.push(byte);
        return;
    }
    let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or(b'0');
    text.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
}

/// The name for something in the trash whose own name is taken there: with a
/// number before its extension, and short enough that the name of its
/// information is one that file systems allow.
#[must_use]
pub fn numbered(name: &[u8], number: u32) -> Vec<u8> {
    /// What a name may have, less the longest number and suffix.
    const MOST: usize = 255 - b".trashinfo".len() - b".4294967295".len();
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let extension = if extension.len() > 32 { &[] } else { extension };
    let mut cut = stem.len().min(MOST.saturating_sub(extension.len()));
    // Not within a character.
    while cut > 0 && stem.get(cut).is_some_and(|byte| byte & 0xc0 == 0x80) {
        cut -= 1;
    }
    let mut numbered = stem.get(..cut).unwrap_or_default().to_vec();
    if number > 1 {
        numbered.push(b'.');
        numbered.extend_from_slice(alloc::format!("{number}").as_bytes());
    }
    numbered.extend_from_slice(extension);
    numbered
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{numbered, trash_info};

    #[test]
    fn a_number_comes_before_the_extension() {
        for (name, number, expected) in [
            ("a.txt", 1, "a.txt"),
            ("a.txt", 2, "a.2.txt"),
            (".hidden", 3, ".hidden.3"),
            ("none", 4, "none.4"),
            ("a.tar.gz", 2, "a.tar.2.gz"),
        ] {
            let name = numbered(name.as_bytes(), number);
            assert_eq!(name, expected.as_bytes());
        }
    }

    /// What a desktop reads: the path, unescaped.
    fn path_of(text: &[u8]) -> Vec<u8> {
        let text = core::str::from_utf8(text).unwrap();
        let line = text.lines().nth(1).unwrap();
        let mut escaped = line.strip_prefix("Path=").unwrap().bytes();
        let mut path = Vec::new();
        while let Some(byte) = escaped.next() {
            path.push(if byte == b'%' {
                let digits =
                    [escaped.next().unwrap(), escaped.next().unwrap()];
                let digits = core::str::from_utf8(&digits).unwrap();
                u8::from_str_radix(digits, 16).unwrap()
            } else {
                byte
            });
        }
        path
    }

    proptest! {
        #[test]
        fn any_path_is_read_as_it_was(
            path in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let text = trash_info(&path, "2026-01-31T12:00:00");
            prop_assert_eq!(text.iter().filter(|it| **it == b'\n').count(), 3);
            prop_assert_eq!(path_of(&text), path);
        }

        #[test]
        fn any_numbered_name_is_a_name(
            name in "[^/\0]{1,255}",
            number in any::<u32>(),
        ) {
            let name = name.get(..255).unwrap_or(&name).as_bytes();
            let numbered = numbered(name, number);
            prop_assert!(!numbered.is_empty() && numbered.len() <= 245);
            prop_assert!(core::str::from_utf8(&numbered).is_ok());
        }
    }
}
