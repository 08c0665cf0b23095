//! What small files are called.
//!
//! Every name holds the file's number, so that no two are the same. One in 20
//! is hidden, one in 100 ends in `.mkv` (a quarter of those in `.MKV`), one
//! in 500 is not UTF-8 and one in 500 holds what trips programs up: a
//! newline, quotes, a leading dash, a backslash.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::random::Random;

/// The extension that one file in 100 has.
pub(crate) const RARE: &str = "mkv";

const NAME: u64 = 21;

/// What the other files end in.
const ENDS: [&str; 12] = [
    ".txt", ".html", ".json", ".c", ".h", ".rs", ".py", ".png", ".jpeg",
    ".tar.gz", ".o", "",
];

/// What stands before the number.
const WORDS: [&str; 8] =
    ["report", "img_", "Draft of ", "main-", "x", "session.", "data_", "über"];

/// Starts that trip programs up.
const ODD: [&[u8]; 6] = [
    b"two\nlines-",
    b"-rf ",
    b"back\\slash-",
    b"quote'd \"name\" ",
    b"tab\tand\rreturn ",
    b"$(dollar) `tick` ",
];

/// The name of the file with this number.
pub(crate) fn name(file: u64) -> OsString {
    let mut random = Random::new(NAME, file);
    let mut name = Vec::new();
    if random.once_in(20) {
        name.push(b'.');
    }
    if random.once_in(500) {
        name.extend_from_slice(b"caf\xe9 \xff\xfe ");
    } else if random.once_in(500) {
        name.extend_from_slice(random.choose(&ODD).unwrap_or_default());
    } else {
        let word = random.choose(&WORDS).unwrap_or_default();
        name.extend_from_slice(word.as_bytes());
    }
    name.extend_from_slice(file.to_string().as_bytes());
    if random.once_in(100) {
        let upper = random.once_in(4);
        name.push(b'.');
        let end = RARE.bytes();
        name.extend(
            end.map(
                |byte| {
                    if upper { byte.to_ascii_uppercase() } else { byte }
                },
            ),
        );
    } else {
        let end = random.choose(&ENDS).unwrap_or_default();
        name.extend_from_slice(end.as_bytes());
    }
    OsString::from_vec(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::name;

    fn share(wanted: impl Fn(&[u8]) -> bool) -> f64 {
        let files = 100_000;
        let found =
            (0..files).filter(|&file| wanted(name(file).as_bytes())).count();
        found as f64 / files as f64
    }

    #[test]
    fn one_name_in_a_hundred_has_the_rare_extension() {
        let found = share(|name| name.to_ascii_lowercase().ends_with(b".mkv"));
        assert!((0.009..0.011).contains(&found), "{found}");
    }

    #[test]
    fn one_name_in_twenty_is_hidden() {
        let found = share(|name| name.starts_with(b"."));
        assert!((0.047..0.053).contains(&found), "{found}");
    }

    #[test]
    fn some_names_are_not_text() {
        assert!(share(|name| std::str::from_utf8(name).is_err()) > 0.001);
        assert!(share(|name| name.contains(&b'\n')) > 0.0001);
    }
}
