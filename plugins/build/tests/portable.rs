//! The rules of the example `portable`, on the machine that the tests run on:
//! the same source that runs in the sandbox, with the sanitizers of the C
//! compiler, against the same rules written another way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test reports"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{fs, io};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sanchay_plugin_build::{root, target_dir};

/// Names that Windows takes.
const GOOD: &[&str] = &[
    "a",
    "a.txt",
    ".hidden",
    "two words.txt",
    "कागज़.txt",
    "😀",
    "console",
    "con-x",
    "com0",
    "com10",
    "com",
    "lpt\u{b0}",
    "xcon",
    "x.con",
    "aux-y.txt",
    "\u{7f}",
    "[a]{b}(c)&^$#@!~`'+=,;%",
];

/// Names that it does not.
const BAD: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "a ",
    "a.",
    "a. ",
    "con",
    "CON",
    "cOn",
    "Con.txt",
    "con.tar.gz",
    "con .txt",
    "con   ",
    "aux",
    "prn.",
    "nul",
    "nul.x",
    "com1",
    "COM9.log",
    "com\u{b9}",
    "LPT\u{b2}.x",
    "lpt\u{b3}",
    "lpt5 .y",
    "a<b",
    "a>b",
    "a:b",
    "a\"b",
    "a/b",
    "a\\b",
    "a|b",
    "a?b",
    "a*b",
    "a\nb",
    "\t",
    "\u{1f}x",
    "a\0b",
];

/// Names that are not even UTF-8: broken off, overlong, surrogates, beyond
/// the last character, stray.
const UGLY: &[&[u8]] = &[
    b"\xff",
    b"a\x80",
    b"\xc3",
    b"\xc3(",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xc1\xbf",
    b"com\xc2",
];

/// The program that asks, with the sanitizers if the compiler has them.
static ASKS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = target_dir().join("plugins/native");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("portable");
    let new = folder.join(format!("portable-{}", std::process::id()));
    let portable = root().join("plugins/portable");
    let compile = |words: &[&str]| {
        Command::new("cc")
            .args(["-std=c17", "-O1", "-g", "-Wall", "-Wextra", "-Werror"])
            .args(words)
            .arg("-I")
            .arg(&portable)
            .arg(portable.join("names.c"))
            .arg(root().join("plugins/build/tests/portable/driver.c"))
            .arg("-o")
            .arg(&new)
            .output()
            .expect("there is no C compiler (cc)")
    };
    let sanitized = compile(&[
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
    ]);
    if !sanitized.status.success() {
        let plain = compile(&[]);
        let said = String::from_utf8_lossy(&plain.stderr);
        assert!(plain.status.success(), "{said}");
        eprintln!("SKIPPED: the C compiler has no sanitizers");
    }
    fs::rename(new, &program).unwrap();
    program
});

/// What the example says of each name.
fn portable(names: &[&[u8]]) -> Vec<bool> {
    let mut child = Command::new(&*ASKS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = Vec::new();
    for name in names {
        let length = u32::try_from(name.len()).unwrap();
        questions.extend(length.to_le_bytes());
        questions.extend(*name);
    }
    let mut input = child.stdin.take().unwrap();
    let asking = std::thread::spawn(move || -> io::Result<()> {
        input.write_all(&questions)
    });
    let output = child.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(output.stdout.len(), names.len());
    output.stdout.iter().map(|it| *it == b'1').collect()
}

/// The same rules, written another way.
fn oracle(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let base = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    let base = base.to_ascii_uppercase();
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&&*base)
        || ["COM", "LPT"].iter().any(|device| {
            base.strip_prefix(device).is_some_and(|port| {
                port.chars().count() == 1
                    && port.contains(|it| "123456789¹²³".contains(it))
            })
        });
    !name.is_empty()
        && !name.ends_with([' ', '.'])
        && !name.contains(|it| it < ' ' || "<>:\"/\\|?*".contains(it))
        && name.encode_utf16().count() <= 255
        && !is_device
}

#[test]
fn names_that_windows_takes_are_portable() {
    let names: Vec<_> = GOOD.iter().map(|it| it.as_bytes()).collect();
    for (name, is) in GOOD.iter().zip(portable(&names)) {
        assert!(is, "{name:?}");
        assert!(oracle(name.as_bytes()), "{name:?}");
    }
}

#[test]
fn names_that_windows_refuses_are_not() {
    let bad = BAD.iter().map(|it| it.as_bytes());
    let names: Vec<_> = bad.chain(UGLY.iter().copied()).collect();
    for (name, is) in names.iter().zip(portable(&names)) {
        assert!(!is, "{}", name.escape_ascii());
        assert!(!oracle(name), "{}", name.escape_ascii());
    }
}

#[test]
fn a_name_has_at_most_255_units_of_utf_16() {
    let names = [
        "x".repeat(255),
        "x".repeat(256),
        "ä".repeat(255),
        "ä".repeat(256),
        "😀".repeat(127),
        "😀".repeat(127) + "x",
        "😀".repeat(128),
    ];
    let names = names.each_ref().map(|it| it.as_bytes());
    let expected = [true, false, true, false, true, true, false];
    assert_eq!(portable(&names), expected);
}

/// Names near the rules: pieces that they name, and any bytes.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(vec![
            "con", "CoM", "lpt", "NUL", "aux", "prn", "1", "9", "0", "¹", "²",
            "³", ".", " ", "x", "é", "€", "😀", ":", "\x1f", "\u{ffff}",
        ])
        .prop_map(|it| it.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
        // The first bytes of characters, without what follows.
        1 => select(vec![0xc2_u8, 0xe0, 0xed, 0xef, 0xf0, 0xf4])
            .prop_map(|it| vec![it]),
    ];
    vec(piece, 0..6).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn any_name_is_matched_as_by_the_same_rules_in_other_words(
        names in vec(name(), 500),
    ) {
        let names: Vec<_> = names.iter().map(Vec::as_slice).collect();
        for (name, is) in names.iter().zip(portable(&names)) {
            prop_assert_eq!(is, oracle(name), "{}", name.escape_ascii());
        }
    }
}
