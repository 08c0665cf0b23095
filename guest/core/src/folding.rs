//! Names without their case, as Unicode's simple case folding has it: one
//! character for one, whatever the language. Bytes that are not UTF-8 stay as
//! they are.

mod table;

use alloc::vec::Vec;

use self::table::RANGES;

/// A character without its case.
fn fold(c: char) -> char {
    let code = u32::from(c);
    let index = RANGES.partition_point(|(_, last, _, _)| *last < code);
    let folded = RANGES.get(index).filter(|(first, _, step, _)| {
        code.checked_sub(*first).is_some_and(|after| after % step == 0)
    });
    folded
        .and_then(|(_, _, _, add)| code.checked_add_signed(*add))
        .and_then(char::from_u32)
        .unwrap_or(c)
}

/// Bytes with every character in them folded.
pub(crate) fn folded(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut room = [0; 4];
            out.extend_from_slice(fold(c).encode_utf8(&mut room).as_bytes());
        }
        out.extend_from_slice(chunk.invalid());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{RANGES, fold, folded};
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    /// The characters that differ from one by case alone, and itself, as a
    /// crate has it that is not ours.
    fn alike(c: char) -> Vec<char> {
        let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        class.try_case_fold_simple().unwrap();
        class.iter().flat_map(|it| it.start()..=it.end()).collect()
    }

    #[test]
    fn all_characters_and_only_those_that_unicode_says_fold_to_one() {
        for c in '\0'..=char::MAX {
            let alike = alike(c);
            assert!(alike.contains(&fold(c)), "{c:?}");
            for other in alike {
                assert_eq!(fold(c), fold(other), "{c:?} {other:?}");
            }
        }
    }

    #[test]
    fn letters_of_ascii_become_small() {
        for byte in 0..=0x7f_u8 {
            let small = char::from(byte.to_ascii_lowercase());
            assert_eq!(fold(char::from(byte)), small);
        }
    }

    #[test]
    fn the_table_ascends() {
        for pair in RANGES.windows(2) {
            assert!(pair[0].1 < pair[1].0, "{pair:x?}");
        }
        assert!(RANGES.iter().all(|(first, last, _, _)| first <= last));
    }

    #[test]
    fn bytes_that_are_no_characters_stay() {
        let name = b"\xffA\xc3\x84\xc3\xe2\x84\xaaz";
        assert_eq!(folded(name), b"\xffa\xc3\xa4\xc3kz");
    }
}
