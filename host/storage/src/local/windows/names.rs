//! Names of one component as the system takes them.

use std::io;

/// What separates names, and names from streams.
const NOT_IN_NAMES: [u16; 4] =
    [b'/' as u16, b'\\' as u16, b':' as u16, b'\0' as u16];

/// The units of a name of one component.
pub(super) fn units(name: &[u8]) -> io::Result<Vec<u16>> {
    let refuse = |why: &'static str| {
        Err(io::Error::new(io::ErrorKind::InvalidFilename, why))
    };
    let Some(units) = sanchay_names::to_units(name) else {
        return refuse(
            "Windows has no such name: its bytes are not WTF-8, the form of \
             names there",
        );
    };
    if units.iter().any(|unit| NOT_IN_NAMES.contains(unit)) {
        return refuse(
            "Windows has no such name: a slash, a backslash, a colon or a \
             zero byte is no part of any",
        );
    }
    if matches!(name, b"" | b"." | b"..") {
        return refuse("it is no name of an entry");
    }
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn what_is_more_or_less_than_a_name_is_refused() {
        for name in
            [&b""[..], b".", b"..", b"a/b", b"a\\b", b"a:b", b"a\0", b"\xff"]
        {
            assert!(units(name).is_err(), "{name:?}");
        }
        for name in [&b"a"[..], b"con", b"a.", b"a ", b"\xed\xa0\xbd"] {
            assert!(units(name).is_ok(), "{name:?}");
        }
    }
}
