//! JSON as Python's `json.dumps` writes it with `ensure_ascii`: the one form
//! that manifests have.

use alloc::vec::Vec;

use super::text;

/// Appends a string: ASCII without U+007F as it is, all else as `\uXXXX` in
/// lower case, where `"`, `\` and five control characters have shorter forms.
pub(super) fn write_string(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = value;
    loop {
        let plain = rest
            .iter()
            .position(|byte| !is_plain(*byte))
            .unwrap_or(rest.len());
        let (before, after) = rest.split_at(plain);
        out.extend_from_slice(before);
        let Some((code, after)) = text::first(after) else { break };
        escape(code, out);
        rest = after;
    }
    out.push(b'"');
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && byte != b'"' && byte != b'\\'
}

fn escape(code: u32, out: &mut Vec<u8>) {
    let short = match code {
        0x22 => b'"',
        0x5c => b'\\',
        0x08 => b'b',
        0x0c => b'f',
        0x0a => b'n',
        0x0d => b'r',
        0x09 => b't',
        0x1_0000.. => {
            let above = code - 0x1_0000;
            unit(0xd800 + (above >> 10), out);
            return unit(0xdc00 + (above & 0x3ff), out);
        }
        code => return unit(code, out),
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn unit(unit: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(unit >> shift & 15, 16).unwrap_or('0');
        out.extend(u8::try_from(digit));
    }
}

/// Appends a number.
pub(super) fn write_number(value: i64, out: &mut Vec<u8>) {
    let mut room = [0; 20];
    let mut at = room.len();
    let mut rest = value.unsigned_abs();
    loop {
        at = at.saturating_sub(1);
        if let (Some(place), Ok(digit)) =
            (room.get_mut(at), u8::try_from(rest % 10))
        {
            *place = b'0' + digit;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(room.get(at..).unwrap_or_default());
}

/// Appends a key that is plain, and the colon; before it a comma, unless it is
/// the first.
pub(super) fn write_key(key: &str, first: &mut bool, out: &mut Vec<u8>) {
    if !core::mem::take(first) {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}
