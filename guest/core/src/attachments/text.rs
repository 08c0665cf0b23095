//! Names as texts of manifests: WTF-8, which is UTF-8 that may have lone
//! surrogates.
//!
//! Python decodes a byte of a POSIX name that is not UTF-8 to a lone surrogate
//! (PEP 383, `surrogateescape`): 0xE9 to U+DCE9. A manifest has that as
//! `\udce9`. Windows names may have any lone surrogate.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The text of a POSIX name.
///
/// ```
/// use sanchay_core::attachments::text;
///
/// assert_eq!(text::of_name(b"a\xe9"), b"a\xed\xb3\xa9");
/// assert_eq!(text::to_name(b"a\xed\xb3\xa9").unwrap(), b"a\xe9");
/// ```
#[must_use]
pub fn of_name(name: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for byte in chunk.invalid() {
            push(0xdc00 + u32::from(*byte), &mut text);
        }
    }
    text
}

/// The POSIX name that has this text; `None` if none has.
#[must_use]
pub fn to_name(text: &[u8]) -> Option<Vec<u8>> {
    if core::str::from_utf8(text).is_ok() {
        return Some(text.to_vec());
    }
    let mut name = Vec::with_capacity(text.len());
    for code in code_points(text) {
        match code {
            0xdc80..=0xdcff => name.push(u8::try_from(code - 0xdc00).ok()?),
            0xd800..=0xdfff => return None,
            code => push(code, &mut name),
        }
    }
    Some(name)
}

/// The text for people: what is no character is U+FFFD.
#[must_use]
pub fn lossy(text: &[u8]) -> String {
    code_points(text)
        .map(|code| {
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect()
}

/// Appends a code point, which may be a surrogate.
pub(super) fn push(code: u32, text: &mut Vec<u8>) {
    if let Some(character) = char::from_u32(code) {
        let mut room = [0; 4];
        text.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
        return;
    }
    let six = |shift: u32| {
        u8::try_from(code >> shift & 0x3f).unwrap_or_default() | 0x80
    };
    text.extend_from_slice(&[0xed, six(6), six(0)]);
}

/// Appends a code point as JSON may have it in two halves: a high surrogate at
/// the end of the text and a low one make one character.
pub(super) fn push_unit(code: u32, text: &mut Vec<u8>) {
    if (0xdc00..0xe000).contains(&code)
        && let Some([0xed, second @ 0xa0..=0xaf, third]) =
            text.last_chunk::<3>()
    {
        let high = u32::from(*second & 0x0f) << 6 | u32::from(*third & 0x3f);
        let whole = 0x1_0000 + (high << 10) + (code - 0xdc00);
        text.truncate(text.len().saturating_sub(3));
        return push(whole, text);
    }
    push(code, text);
}

/// The code points of a text.
pub(super) fn code_points(text: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (code, after) = first(rest)?;
        rest = after;
        Some(code)
    })
}

/// The first code point, and what follows it.
pub(super) fn first(text: &[u8]) -> Option<(u32, &[u8])> {
    let low = |byte: &u8| u32::from(*byte & 0x3f);
    Some(match text {
        [] => return None,
        [one @ 0..0x80, rest @ ..] => (u32::from(*one), rest),
        [one @ 0xc0..0xe0, two, rest @ ..] => {
            (u32::from(*one & 0x1f) << 6 | low(two), rest)
        }
        [one @ 0xe0..0xf0, two, three, rest @ ..] => {
            (u32::from(*one & 0x0f) << 12 | low(two) << 6 | low(three), rest)
        }
        [one @ 0xf0..0xf8, two, three, four, rest @ ..] => (
            u32::from(*one & 0x07) << 18
                | low(two) << 12
                | low(three) << 6
                | low(four),
            rest,
        ),
        // No text has this.
        [one, rest @ ..] => (0xdc00 + u32::from(*one), rest),
    })
}

/// The order of UTF-16's code units, which is that of paths in manifests:
/// characters beyond the basic plane come before U+E000.
#[must_use]
pub fn compare_utf16(a: &[u8], b: &[u8]) -> Ordering {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    // To where the character begins that differs.
    let mut at = same;
    let continues = |text: &[u8], at: usize| {
        text.get(at).is_some_and(|it| it & 0xc0 == 0x80)
    };
    while at > 0 && (continues(a, at) || continues(b, at)) {
        at -= 1;
    }
    let units = |text: &[u8]| {
        let rest = text.get(at..).unwrap_or_default();
        let (code, after) = first(rest)?;
        // Two that share their first unit differ in the second.
        Some(match code {
            0x1_0000.. => {
                let low = 0xdc00 + ((code - 0x1_0000) & 0x3ff);
                (first_unit(code), Some(low))
            }
            code => (code, first(after).map(|(code, _)| first_unit(code))),
        })
    };
    units(a).cmp(&units(b))
}

/// The first of the code units of a code point.
const fn first_unit(code: u32) -> u32 {
    match code {
        0x1_0000.. => 0xd800 + ((code - 0x1_0000) >> 10),
        code => code,
    }
}
