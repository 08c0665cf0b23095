//! The units of a text, as numbers: a hash of each word or character.

use super::Unit;
use super::mix::mix;
use super::word::Word;

/// What tells a byte that is no part of UTF-8 from a character.
const NO_CHARACTER: u64 = 1 << 32;

/// Finds units in UTF-8 that comes in pieces. The hash of a word is that of
/// [`Word`]; that of a character is its number, mixed.
///
/// What is no UTF-8 is taken for letters of another encoding, byte by byte.
pub(super) struct Units {
    unit: Unit,
    /// The word so far.
    word: Word,
    /// The first bytes of a character that is cut.
    cut: [u8; 4],
    cut_len: usize,
}

/// What a character is to words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Nothing.
    Space,
    /// A part of one.
    Letter,
    /// One by itself.
    Single,
}

impl Units {
    pub(super) fn new(unit: Unit) -> Self {
        Self { unit, word: Word::default(), cut: [0; 4], cut_len: 0 }
    }

    /// Reads on.
    #[inline]
    pub(super) fn update(&mut self, data: &[u8], each: &mut impl FnMut(u64)) {
        let mut rest = data;
        while self.cut_len > 0 {
            let [first, after @ ..] = rest else { return };
            if is_continued(*first) {
                rest = after;
                self.keep(*first, each);
            } else {
                self.release(each);
            }
        }
        match self.unit {
            Unit::Words => self.words(rest, each),
            Unit::Characters => self.characters(rest, each),
        }
    }

    /// Ends the text. The next one can be read then.
    pub(super) fn finish(&mut self, each: &mut impl FnMut(u64)) {
        self.release(each);
        self.word.end(each);
    }

    fn words(&mut self, mut data: &[u8], each: &mut impl FnMut(u64)) {
        // Kept out of memory.
        let mut word = self.word;
        loop {
            if let Some((chunk, rest)) = data.split_first_chunk::<8>()
                && chunk.is_ascii()
            {
                ascii(u64::from_le_bytes(*chunk), &mut word, each);
                data = rest;
                continue;
            }
            let [byte, rest @ ..] = data else { break };
            if byte.is_ascii() {
                match ascii_class(*byte) {
                    Class::Letter => word.push(*byte),
                    class => {
                        word.end(each);
                        if class == Class::Single {
                            each(mix(u64::from(*byte)));
                        }
                    }
                }
                data = rest;
            } else {
                self.word = word;
                data = self.wide(*byte, rest, each);
                word = self.word;
            }
        }
        self.word = word;
    }

    fn characters(&mut self, mut data: &[u8], each: &mut impl FnMut(u64)) {
        loop {
            if let Some((chunk, rest)) = data.split_first_chunk::<8>()
                && chunk.is_ascii()
            {
                for byte in chunk {
                    each(mix(u64::from(*byte)));
                }
                data = rest;
                continue;
            }
            let [byte, rest @ ..] = data else { return };
            if byte.is_ascii() {
                each(mix(u64::from(*byte)));
                data = rest;
            } else {
                data = self.wide(*byte, rest, each);
            }
        }
    }

    /// A character of several bytes, the first of which is `byte`. Returns
    /// what follows.
    fn wide<'d>(
        &mut self,
        byte: u8,
        rest: &'d [u8],
        each: &mut impl FnMut(u64),
    ) -> &'d [u8] {
        let more = length(byte).saturating_sub(1);
        let following = rest.iter().take(more);
        let present =
            following.take_while(|byte| is_continued(**byte)).count();
        if present < more && present == rest.len() {
            // It may go on in the next piece.
            for byte in [byte].iter().chain(rest) {
                self.hold(*byte);
            }
            return &[];
        }
        let (bytes, after) = rest.split_at(present);
        let mut whole = [0; 4];
        let filled = [byte].into_iter().chain(bytes.iter().copied());
        for (to, from) in whole.iter_mut().zip(filled) {
            *to = from;
        }
        self.decoded(whole.get(..=present).unwrap_or_default(), each);
        after
    }

    fn hold(&mut self, byte: u8) {
        if let Some(to) = self.cut.get_mut(self.cut_len) {
            *to = byte;
            self.cut_len += 1;
        }
    }

    /// Another byte of a character that was cut.
    fn keep(&mut self, byte: u8, each: &mut impl FnMut(u64)) {
        self.hold(byte);
        if self.cut_len >= length(self.cut[0]) {
            self.release(each);
        }
    }

    /// Ends the character that was cut, whole or not.
    fn release(&mut self, each: &mut impl FnMut(u64)) {
        let (cut, len) = (self.cut, self.cut_len);
        self.cut_len = 0;
        self.decoded(cut.get(..len).unwrap_or_default(), each);
    }

    /// A character of several bytes, or bytes that are none.
    fn decoded(&mut self, bytes: &[u8], each: &mut impl FnMut(u64)) {
        let known = str::from_utf8(bytes).ok();
        let character = known.and_then(|it| it.chars().next());
        match (self.unit, character) {
            (Unit::Characters, Some(character)) => {
                each(mix(u64::from(u32::from(character))));
            }
            (Unit::Characters, None) => {
                for byte in bytes {
                    each(mix(NO_CHARACTER | u64::from(*byte)));
                }
            }
            (Unit::Words, character) => {
                let class = character.map_or(Class::Letter, class);
                if class != Class::Letter {
                    self.word.end(each);
                }
                if class != Class::Space {
                    bytes.iter().for_each(|byte| self.word.push(*byte));
                }
                if class != Class::Letter {
                    self.word.end(each);
                }
            }
        }
    }
}

/// Each byte of a number with this value.
const fn bytes(value: u8) -> u64 {
    u64::from_le_bytes([value; 8])
}

/// The highest bit of each byte.
const HIGH: u64 = bytes(0x80);

/// Which bytes of ASCII are from `low` to `high`: the highest bits of these.
#[inline]
const fn are_in(text: u64, low: u8, high: u8) -> u64 {
    // No sum leaves its byte: both numbers are less than 0x80.
    let from = text.wrapping_add(bytes(0x80 - low));
    let beyond = text.wrapping_add(bytes(0x7f - high));
    from & !beyond & HIGH
}

/// Which of 8 bytes of ASCII are letters, digits and underscores.
#[inline]
const fn letters(text: u64) -> u64 {
    // Small and capital letters differ in one bit.
    are_in(text | bytes(0x20), b'a', b'z')
        | are_in(text, b'0', b'9')
        | are_in(text, b'_', b'_')
}

/// What a character of ASCII is to words.
const fn ascii_class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => Class::Letter,
        ..=b' ' | 0x7f => Class::Space,
        _ => Class::Single,
    }
}

/// Adds 8 characters of ASCII to a word, which may end with them.
#[inline]
fn ascii(text: u64, word: &mut Word, each: &mut impl FnMut(u64)) {
    let mut ends = !letters(text) & HIGH;
    // Those that are not dealt with, and how many there are.
    let (mut rest, mut left) = (text, 8);
    while ends != 0 {
        let at = ends.trailing_zeros() / 8;
        let before = at + left - 8;
        if before > 0 {
            word.append(rest & lowest(before), before);
        }
        word.end(each);
        let [byte, ..] = (text >> (8 * at)).to_le_bytes();
        if ascii_class(byte) == Class::Single {
            each(mix(u64::from(byte)));
        }
        ends &= ends - 1;
        left = 7 - at;
        rest = (text >> (8 * at)) >> 8;
    }
    if left > 0 {
        word.append(rest, left);
    }
}

/// The lowest bytes of a number, up to 7.
#[inline]
const fn lowest(count: u32) -> u64 {
    (1 << (8 * count)) - 1
}

/// The length of a character by its first byte; 1 for what is none.
const fn length(first: u8) -> usize {
    match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

const fn is_continued(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf)
}

/// What a character beyond ASCII is to words. The ranges stand here, and do
/// not grow with Unicode, so that the shingles of a text stay what they are:
/// what is not named is a letter.
const fn class(character: char) -> Class {
    match character {
        '\u{80}'..='\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => Class::Space,
        'ª' | 'µ' | 'º' => Class::Letter,
        // Punctuation and signs.
        '\u{a1}'..='\u{bf}'
        | '×'
        | '÷'
        | '\u{200b}'..='\u{206f}'
        | '\u{20a0}'..='\u{20cf}'
        | '\u{2190}'..='\u{2bff}'
        | '\u{fffd}'
        | '\u{1f000}'..='\u{1faff}' => Class::Single,
        // Thai, Lao, Tibetan and Burmese; Khmer; Chinese and Japanese.
        '\u{e00}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}'
        | '\u{1b000}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}' => Class::Single,
        _ => Class::Letter,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Unit::{self, Characters, Words};
    use super::Units;
    use proptest::prelude::*;

    /// The units of a text that comes in pieces of so many bytes.
    fn units(unit: Unit, text: &[u8], size: usize) -> Vec<u64> {
        let mut units = Units::new(unit);
        let mut out = Vec::new();
        for piece in text.chunks(size) {
            units.update(piece, &mut |it| out.push(it));
        }
        units.finish(&mut |it| out.push(it));
        out
    }

    /// Whether a text has the units of others, in their order.
    #[track_caller]
    fn consists(unit: Unit, text: &str, of: &[&str]) {
        let expected: Vec<u64> = of
            .iter()
            .flat_map(|part| {
                let one = units(unit, part.as_bytes(), 100);
                assert_eq!(one.len(), 1, "{part} is not one");
                one
            })
            .collect();
        assert_eq!(units(unit, text.as_bytes(), 100), expected, "{text}");
    }

    #[test]
    fn words_are_letters_and_digits_in_a_row() {
        consists(Words, "  a b1\tname_2\r\n", &["a", "b1", "name_2"]);
        consists(Words, "naïve Straße", &["naïve", "Straße"]);
        consists(Words, "x+=y.z;", &["x", "+", "=", "y", ".", "z", ";"]);
        consists(Words, "<p>¿Qué?", &["<", "p", ">", "¿", "Qué", "?"]);
        consists(Words, "a\u{a0}b\u{3000}c", &["a", "b", "c"]);
        consists(Words, "don’t", &["don", "’", "t"]);
        assert!(units(Words, b" \n\t\0", 100).is_empty());
    }

    #[test]
    fn characters_without_spaces_between_words_are_words() {
        consists(Words, "日本語 ab", &["日", "本", "語", "ab"]);
        consists(Words, "한국어 글", &["한국어", "글"]);
        consists(Words, "ก😀a", &["ก", "😀", "a"]);
    }

    #[test]
    fn each_character_of_ascii_is_of_its_class_at_each_place() {
        for byte in 0..=0x7f_u8 {
            for place in 0..8 {
                let mut text = *b"aZ09_zA5aZ09";
                text[place] = byte;
                let mut expected: Vec<&[u8]> = Vec::new();
                let (before, after) = (&text[..place], &text[place + 1..]);
                match byte {
                    _ if byte.is_ascii_alphanumeric() || byte == b'_' => {
                        expected.push(&text);
                    }
                    0..=b' ' | 0x7f => expected.extend([before, after]),
                    _ => {
                        expected.extend([before, &text[place..=place], after]);
                    }
                }
                expected.retain(|it| !it.is_empty());
                let expected: Vec<u64> = expected
                    .into_iter()
                    .flat_map(|word| units(Words, word, 1))
                    .collect();
                assert_eq!(units(Words, &text, 100), expected, "{byte:#x}");
            }
        }
    }

    #[test]
    fn characters_are_all_characters() {
        consists(Characters, "a é\n", &["a", " ", "é", "\n"]);
    }

    #[test]
    fn what_is_no_utf_8_is_a_letter() {
        assert_eq!(units(Words, b"caf\xe9s \xff", 100).len(), 2);
        assert_eq!(units(Words, b"caf\xe9", 100).len(), 1);
        assert_ne!(
            units(Words, b"caf\xe9", 100),
            units(Words, b"caf\xe8", 100)
        );
        assert_eq!(units(Characters, b"a\xe2\x82b\xc0\x80", 1).len(), 6);
    }

    proptest! {
        #[test]
        fn units_are_the_same_in_any_pieces(
            text in prop::collection::vec(
                prop::sample::select(vec![
                    b'a', b'b', b' ', b'.', 0xc3, 0xa9, 0xe2, 0x82, 0xac,
                    0xf0, 0x9f, 0x98, 0x80, 0xff, 0xe6, 0x97, 0xa5,
                ]), 0..60),
            size in 1_usize..9,
        ) {
            for unit in [Words, Characters] {
                prop_assert_eq!(
                    units(unit, &text, size),
                    units(unit, &text, 1000)
                );
            }
        }

        #[test]
        fn each_character_of_a_text_is_one(text: String) {
            let count = text.chars().count();
            let found = units(Characters, text.as_bytes(), 3);
            prop_assert_eq!(found.len(), count);
        }
    }
}
