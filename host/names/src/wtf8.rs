//! WTF-8: what UTF-8 is to Unicode, for the 16-bit units of Windows' names.

/// The bytes of a name that the system has in 16-bit units.
#[must_use]
pub fn from_units(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len());
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(character) => {
                let mut space = [0; 4];
                let encoded = character.encode_utf8(&mut space);
                bytes.extend_from_slice(encoded.as_bytes());
            }
            Err(error) => {
                let [high, low] = error.unpaired_surrogate().to_be_bytes();
                bytes.extend_from_slice(&[
                    0xed,
                    0x80 | (high & 0x0f) << 2 | low >> 6,
                    0x80 | low & 0x3f,
                ]);
            }
        }
    }
    bytes
}

/// The 16-bit units of a name. `None` for bytes that are not WTF-8: the system
/// has no such name.
#[must_use]
pub fn to_units(mut bytes: &[u8]) -> Option<Vec<u16>> {
    let mut units = Vec::with_capacity(bytes.len());
    loop {
        let chunk = match std::str::from_utf8(bytes) {
            Ok(text) => {
                units.extend(text.encode_utf16());
                return Some(units);
            }
            Err(error) => error.valid_up_to(),
        };
        let (text, rest) = bytes.split_at_checked(chunk)?;
        units.extend(std::str::from_utf8(text).ok()?.encode_utf16());
        let (surrogate, after) = split_surrogate(rest)?;
        let is_low = |unit: u16| (0xdc00..0xe000).contains(&unit);
        let is_high = |unit: &u16| (0xd800..0xdc00).contains(unit);
        // A pair has a shorter form, which is the one that it must have.
        let was_alone = chunk == 0 && units.last().is_some_and(is_high);
        if is_low(surrogate) && was_alone {
            return None;
        }
        units.push(surrogate);
        bytes = after;
    }
}

/// The surrogate with which bytes begin, and the rest.
fn split_surrogate(bytes: &[u8]) -> Option<(u16, &[u8])> {
    match bytes {
        [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, rest @ ..] => {
            let middle = u16::from(second & 0x3f) << 6;
            Some((0xd000 | middle | u16::from(third & 0x3f), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{from_units, to_units};

    #[test]
    fn every_name_comes_back_as_it_was() {
        let names: [&[u16]; 7] = [
            &[],
            &[0x61, 0xe9, 0x20ac],
            // A pair, and each half of it alone, between and beside others.
            &[0xd83d, 0xde00],
            &[0xd83d],
            &[0xde00, 0xd83d],
            &[0x61, 0xd83d, 0x61, 0xde00, 0x61],
            &[0xd83d, 0xd83d, 0xde00],
        ];
        for name in names {
            let bytes = from_units(name);
            assert_eq!(to_units(&bytes).as_deref(), Some(name), "{bytes:x?}");
        }
        for unit in 0..=u16::MAX {
            assert_eq!(to_units(&from_units(&[unit])), Some(vec![unit]));
        }
    }

    #[test]
    fn a_surrogate_has_three_bytes() {
        assert_eq!(from_units(&[0xd800]), [0xed, 0xa0, 0x80]);
        assert_eq!(from_units(&[0xdfff]), [0xed, 0xbf, 0xbf]);
        assert_eq!(from_units(&[0xd83d, 0xde00]), "😀".as_bytes());
    }

    #[test]
    fn bytes_that_are_no_name_have_none() {
        for bytes in [
            &b"\xff"[..],
            b"a\xc3",
            b"\xed\xa0",
            // A pair must have the shorter form.
            b"\xed\xa0\xbd\xed\xb8\x80",
            // An overlong slash.
            b"\xc0\xaf",
        ] {
            assert_eq!(to_units(bytes), None, "{bytes:x?}");
        }
    }
}
