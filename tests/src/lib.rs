//! What the end-to-end tests share: real trees, oracles and the program under
//! test.
//!
//! The tests themselves are in `tests/e2e` (the program, as a test of the
//! package `sanchay-cli`) and in `host/sanchay/tests` (the library). What is
//! here knows neither: an oracle walks with the standard library and hashes
//! with the plain crates, so that it cannot share a fault with what it tests.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a tree that cannot be built or an answer that cannot be read \
              fails the test, and the panic is the report"
)]

pub mod content;
pub mod digest;
pub mod golden;
pub mod image;
pub mod media;
pub mod mischief;
pub mod oracle;
pub mod plugin;
pub mod program;
pub mod random;
pub mod records;
pub mod terminal;
pub mod tool;
pub mod tree;
#[cfg(target_os = "linux")]
pub mod watch;

pub use rustix::process::Signal;

pub use self::{
    mischief::Mischief,
    program::{Finished, Program, with_default_signals},
    tree::Tree,
};

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    sync::LazyLock,
};

/// Whether the program under test is one for Windows, by `SANCHAY_TEST_SYSTEM`.
/// Trees have no links, pipes and sockets then: Wine shows links as what they
/// lead to, and cannot look at the others.
fn is_for_windows() -> bool {
    static SYSTEM: LazyLock<Option<OsString>> =
        LazyLock::new(|| std::env::var_os("SANCHAY_TEST_SYSTEM"));
    SYSTEM.as_ref().is_some_and(|it| it == "windows")
}

/// The nanoseconds of a time as the program under test tells them: Windows has
/// times to 100 ns.
#[must_use]
pub fn as_told(nanoseconds: i64) -> i64 {
    if is_for_windows() { nanoseconds / 100 * 100 } else { nanoseconds }
}

/// Those of [`ODD_NAMES`] that the system of the program under test has.
#[must_use]
pub fn odd_names() -> Vec<&'static [u8]> {
    let has = |name: &&[u8]| {
        let odd = |c: char| c < ' ' || r#"<>:"|?*\"#.contains(c);
        str::from_utf8(name).is_ok_and(|name| !name.contains(odd))
    };
    let all = ODD_NAMES.into_iter();
    all.filter(|name| !is_for_windows() || has(name)).collect()
}

/// The bytes of a path.
#[must_use]
pub fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Bytes as a path.
#[must_use]
pub fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// Whether a terminal does more with a character than show it where it
/// stands: Unicode's control characters, its property `Bidi_Control`, and its
/// separators of lines and paragraphs.
#[must_use]
pub fn drives_terminals(c: char) -> bool {
    c.is_control()
        || ['\u{61c}', '\u{200e}', '\u{200f}'].contains(&c)
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || ['\u{2028}', '\u{2029}'].contains(&c)
}

/// Names that break programs: line ends, escapes, quotes, separators of the
/// text formats, bytes that are not UTF-8, characters that reorder text.
pub const ODD_NAMES: [&[u8]; 22] = [
    b" leading and trailing ",
    b"a\nb",
    b"a\rb",
    b"ends in cr\r",
    b"back\\slash",
    b"back\\nslash",
    b"\\",
    b"comma,quote\"",
    b"tab\there",
    b"\x1b[2Jescape",
    b"bell\x07",
    b"-",
    b"--help",
    b"$(touch x)`'",
    b"not utf-8 \xff\xfe",
    b"\xc3",
    "ünïcödé 文件 👻".as_bytes(),
    "x\u{202e}gpj.exe\u{2028}".as_bytes(),
    "marks \u{61c}\u{200e}\u{200f}".as_bytes(),
    "embeds \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}".as_bytes(),
    "isolates \u{2066}\u{2067}\u{2068}\u{2069}\u{2029}".as_bytes(),
    "c1 \u{80}\u{85}\u{90}\u{9b}2J\u{9d}\u{9f}".as_bytes(),
];
