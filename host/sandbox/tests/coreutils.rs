//! What `sha256sum --check` reads of a list is what the component reads:
//! thousands of lists, good, bad and strange, are given to both.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use sanchay_sandbox::{Algorithm, Expectation, Separator};
use sanchay_testkit::{digest::digest, tool};
use support::inspector;

/// The files that there are. Each holds its name.
const NAMES: [&str; 10] =
    ["a", "b c", " d", "*e", "f\\g", "h\ni", "j\r", "k)", ") = l", "m\\n"];

/// What either reader makes of a list: its verdicts, and the numbers of the
/// lines that it cannot read, from 1.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    verdicts: Vec<u8>,
    malformed: BTreeSet<usize>,
}

fn theirs(folder: &Path) -> Reading {
    let output = tool::command("sha256sum")
        .args(["--check", "--warn", "list"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let messages = output.stderr.split(|byte| *byte == b'\n');
    let malformed = messages
        .filter_map(|line| {
            let line = line.strip_prefix(b"sha256sum: list: ")?;
            let line = str::from_utf8(line).ok()?;
            let (number, rest) = line.split_once(": ")?;
            let what = "improperly formatted SHA256 checksum line";
            (rest == what).then(|| number.parse().unwrap())
        })
        .collect();
    Reading { verdicts: output.stdout, malformed }
}

fn ours(list: &[u8]) -> Reading {
    let algorithm = Algorithm::Sha256;
    let read = inspector()
        .parse_checklist(list, Some(algorithm), Separator::Undecided)
        .unwrap();
    let files: BTreeMap<&[u8], String> = NAMES
        .iter()
        .map(|name| (name.as_bytes(), digest("sha256", name.as_bytes())))
        .collect();
    let mut malformed: BTreeSet<usize> =
        read.malformed.iter().map(|it| it.line as usize + 1).collect();
    let mut verdicts = Vec::new();
    for entry in read.entries {
        let Expectation::Named(named, expected) = entry.expected else {
            panic!("{entry:?}");
        };
        if named != algorithm {
            // It knows no other function than its own.
            malformed.insert(entry.line as usize + 1);
            continue;
        }
        // Only a newline is a reason for it to escape a name.
        if entry.path.contains(&b'\n') {
            verdicts.push(b'\\');
            verdicts.extend(escaped(&entry.path));
        } else {
            verdicts.extend(&entry.path);
        }
        verdicts.extend(match files.get(&entry.path[..]) {
            Some(found) if *found == expected.to_string() => &b": OK\n"[..],
            Some(_) => b": FAILED\n",
            None => b": FAILED open or read\n",
        });
    }
    // A line of white space says nothing to us, and makes no sense to it.
    for (line, number) in list.split(|byte| *byte == b'\n').zip(1..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() && line.trim_ascii().is_empty() {
            malformed.insert(number);
        }
    }
    Reading { verdicts, malformed }
}

fn escaped(path: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::new();
    for &byte in path {
        match byte {
            b'\\' => escaped.extend(b"\\\\"),
            b'\n' => escaped.extend(b"\\n"),
            b'\r' => escaped.extend(b"\\r"),
            byte => escaped.push(byte),
        }
    }
    escaped
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(words).prop_map(str::to_owned)
}

/// A name as it is, or escaped, whether or not the line says so.
fn name() -> impl Strategy<Value = String> {
    (select(&NAMES[..]), 0..4).prop_map(|(name, way)| match way {
        0 => name.to_owned(),
        1 => format!("{name}x"),
        _ => String::from_utf8(escaped(name.as_bytes())).unwrap(),
    })
}

/// A digest that a file has, or nearly one.
fn sum() -> impl Strategy<Value = String> {
    (select(&NAMES[..]), 0..12).prop_map(|(name, way)| {
        let sum = digest("sha256", name.as_bytes());
        match way {
            0 => sum.chars().skip(1).collect(),
            1 => format!("{sum}0"),
            2 => sum.replace('a', "g"),
            3 => sum.to_uppercase(),
            4 => digest("md5", name.as_bytes()),
            _ => sum,
        }
    })
}

/// A line of digest and name; mostly of a name and its own digest.
fn line() -> impl Strategy<Value = String> {
    let blanks = || one_of(&["", "", "", "", " ", "\t", " \t "]);
    let backslash = || one_of(&["", "", "\\"]);
    let gap = one_of(&["  ", "  ", " *", " ", " ", "\t", "\t ", "\t*", "   "]);
    let tag = one_of(&["SHA256", "SHA256", "sha256", "MD5", "SHA512"]);
    let open = one_of(&[" (", " (", "(", "  (", " "]);
    let equals =
        one_of(&[") = ", ") = ", ")= ", ")=", ") \t=\t ", ")", " = "]);
    let soup = one_of(&[
        " ", "\t", "*", "\\", "a", "SHA256", "(", "=", "#", "\r", "12",
    ]);
    let own = (backslash(), select(&NAMES[..]), 0..6).prop_map(
        |(backslash, name, way)| {
            let sum = digest("sha256", name.as_bytes());
            let plain = String::from_utf8(escaped(name.as_bytes())).unwrap();
            match way {
                0 => format!("{backslash}SHA256 ({plain}) = {sum}"),
                1 => format!("{backslash}{sum} *{plain}"),
                2 => format!("{backslash}{sum} {plain}"),
                _ => format!("{backslash}{sum}  {plain}"),
            }
        },
    );
    prop_oneof![
        4 => own,
        4 => (blanks(), backslash(), sum(), gap, name()).prop_map(
            |(blanks, backslash, sum, gap, name)| {
                format!("{blanks}{backslash}{sum}{gap}{name}")
            },
        ),
        3 => (blanks(), backslash(), tag, open, name(), equals, sum())
            .prop_map(|(blanks, backslash, tag, open, name, equals, sum)| {
                format!("{blanks}{backslash}{tag}{open}{name}{equals}{sum}")
            }),
        1 => (sum(), vec(soup, 0..6)).prop_map(|(sum, soup)| {
            format!("{sum}{}", soup.concat())
        }),
        1 => one_of(&["", "# comment", " # no comment", "  ", "\r", "a  b"]),
    ]
}

#[test]
fn lists_are_read_as_sha256sum_reads_them() {
    if !tool::has("sha256sum") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let end = one_of(&["\n", "\n", "\n", "\r\n"]);
    let lists = (vec((line(), end), 1..12), any::<bool>());
    let config = ProptestConfig::with_cases(3000);
    let outcome = TestRunner::new(config).run(&lists, |(lines, ended)| {
        let mut list = String::new();
        for (line, end) in lines {
            list += &line;
            list += &end;
        }
        let list = if ended { &list } else { list.trim_end_matches('\n') };
        fs::write(folder.path().join("list"), list).unwrap();
        prop_assert_eq!(ours(list.as_bytes()), theirs(folder.path()));
        Ok(())
    });
    outcome.unwrap();
}
