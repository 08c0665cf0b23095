//! How Windows keeps what was thrown away: under a name that begins with `$R`,
//! beside a file whose name begins with `$I` and which says what it was. Its
//! form is that of Windows 10, as libyal describes it ("Windows Recycle.Bin
//! file formats", version 2).

use std::{
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sanchay_names::OsStrExt as _;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How names in it begin: those of things, and those of what is known of them.
const THING: &[u8] = b"$R";
const RECORD: &[u8] = b"$I";

/// What else is in such a name, before the extension.
const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LENGTH: usize = 6;

/// From the first moment of 1601, from which Windows counts, to that of 1970.
const SINCE_1601: Duration = Duration::from_secs(11_644_473_600);

/// The name for something, at the so-many-th try. It is the same each time, so
/// that it is found again.
pub(super) fn name(name: &[u8], number: u32) -> Vec<u8> {
    let mut rest = xxh3_64_with_seed(name, number.into());
    let mut found = THING.to_vec();
    for _ in 0..LENGTH {
        let at = usize::try_from(rest % LETTERS.len() as u64).unwrap_or(0);
        found.extend(LETTERS.get(at));
        rest /= LETTERS.len() as u64;
    }
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
    let extension = dot.and_then(|at| name.get(at..)).unwrap_or_default();
    if extension.len() <= 32 {
        found.extend_from_slice(extension);
    }
    found
}

/// The name of what is known of something with a name in the bin.
pub(super) fn record_name(name: &[u8]) -> Option<Vec<u8>> {
    let rest = name.strip_prefix(THING)?;
    Some([RECORD, rest].concat())
}

/// What is known of something: where it was, its size in bytes, and since when
/// it is in the bin.
pub(super) fn record(path: &Path, size: u64, deleted: SystemTime) -> Vec<u8> {
    const VERSION: u64 = 2;
    let units = units(path);
    let since = deleted.duration_since(UNIX_EPOCH).unwrap_or_default();
    let moment = (since + SINCE_1601).as_nanos() / 100;
    let mut record = VERSION.to_le_bytes().to_vec();
    record.extend(size.to_le_bytes());
    record.extend(u64::try_from(moment).unwrap_or(u64::MAX).to_le_bytes());
    // With the zero at its end.
    let length = u32::try_from(units.len() + 1).unwrap_or(u32::MAX);
    record.extend(length.to_le_bytes());
    record.extend(units.iter().chain(&[0]).flat_map(|it| it.to_le_bytes()));
    record
}

/// A path as Windows shows it: with backslashes, and without the `\\?\` that
/// canonical ones have.
fn units(path: &Path) -> Vec<u16> {
    let bytes: Vec<u8> = path
        .as_os_str()
        .as_bytes()
        .iter()
        .map(|byte| if *byte == b'/' { b'\\' } else { *byte })
        .collect();
    let plain = match bytes.strip_prefix(br"\\?\UNC\") {
        Some(rest) => [br"\\", rest].concat(),
        None => bytes.strip_prefix(br"\\?\").unwrap_or(&bytes).to_vec(),
    };
    // A name that is not WTF-8 is none there.
    sanchay_names::to_units(&plain).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_bin_and_keep_their_extensions() {
        for (given, extension) in [
            ("photo.JPG", ".JPG"),
            ("archive.tar.gz", ".gz"),
            ("folder", ""),
            (".hidden", ""),
        ] {
            let made = name(given.as_bytes(), 1);
            let made = String::from_utf8(made).unwrap();
            let letters = made.strip_prefix("$R").unwrap();
            let letters = letters.strip_suffix(extension).unwrap();
            assert_eq!(letters.len(), LENGTH, "{made}");
            let all = letters.bytes().all(|it| LETTERS.contains(&it));
            assert!(all, "{made}");
            assert_ne!(name(given.as_bytes(), 2), made.as_bytes());
        }
        assert_eq!(record_name(b"$RABC123.txt").unwrap(), b"$IABC123.txt");
        assert_eq!(record_name(b"desktop.ini"), None);
    }

    #[test]
    fn what_is_known_has_the_bytes_that_windows_writes() {
        // 2024-05-06T07:08:09Z is 133594528890000000 in 100 ns since 1601.
        let deleted = UNIX_EPOCH + Duration::from_secs(1_714_979_289);
        let made = record(Path::new("//?/C:/a/b\u{e9}"), 300, deleted);
        let mut expected = vec![2, 0, 0, 0, 0, 0, 0, 0];
        expected.extend([0x2c, 1, 0, 0, 0, 0, 0, 0]);
        expected.extend(133_594_528_890_000_000_u64.to_le_bytes());
        expected.extend([8, 0, 0, 0]);
        for unit in r"C:\a\bé".encode_utf16().chain([0]) {
            expected.extend(unit.to_le_bytes());
        }
        assert_eq!(made, expected);
        let shared = record(Path::new("//?/UNC/host/part/c"), 0, UNIX_EPOCH);
        let units = &shared[28..];
        assert_eq!(units[..8], [b'\\', 0, b'\\', 0, b'h', 0, b'o', 0]);
    }
}
