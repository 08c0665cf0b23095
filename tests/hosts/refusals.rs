//! What the command does not offer is refused, by name, and wrong usage has
//! the native program's exit code.

use std::collections::BTreeSet;

use sanchay_testkit::{Tree, drives_terminals};

use crate::{host, native};

#[test]
fn what_only_the_native_program_has_is_refused_in_its_favour() {
    let Some(host) = host::all().first() else { return };
    let tree = Tree::new();
    tree.file("f", "f");
    for question in [
        "scan --threads 2 f",
        "hash -j 2 f",
        "scan -L .",
        "scan --follow .",
        "scan --beneath .",
        "scan --walker portable .",
        "scan -x .",
        "hash --one-file-system .",
        "scan --no-progress f",
        "hash -v f",
        "hash --verbose f",
        "hash --color never f",
        "hash --log-format json f",
        "hash -c f",
        "hash --check f",
        "hash --ignore-missing f",
        "hash --status f",
        "hash --strict f",
        "hash -w f",
        "hash --warn f",
        "--color never hash f",
        "-v hash f",
        "component",
        "completions bash",
        "man",
        "plugin check f",
        "scan --plugin f .",
        "hash --plugin-memory 1MiB .",
    ] {
        let found = host.program(tree.root()).words(question).run().exits(2);
        assert_eq!(found.stdout, b"", "{question}");
        assert!(
            found.stderr.contains("the native program sanchay has it"),
            "{question}: {}",
            found.stderr
        );
    }
}

#[test]
fn every_option_of_the_native_program_is_offered_or_refused_by_name() {
    let Some(host) = host::all().first() else { return };
    let mut asked = BTreeSet::new();
    for verb in ["scan", "hash", "dupes"] {
        let help = native().arg(verb).arg("--help").run().succeeds();
        for line in help.text().lines() {
            let line = line.trim_start();
            let words = line.split([' ', ',', '=', '[']);
            asked.extend(
                words
                    .take_while(|word| {
                        word.is_empty() || word.starts_with('-')
                    })
                    // An option that may be repeated is shown as `--name...`.
                    .map(|word| word.trim_end_matches("..."))
                    .filter(|word| word.len() > 1)
                    .map(|word| (verb, word.to_owned())),
            );
        }
    }
    let all = |name: &str| asked.iter().any(|(_, it)| it == name);
    assert!(all("--threads") && all("-L") && all("--partial") && all("-0"));
    for (verb, name) in &asked {
        let question = format!("{verb} {name} --help");
        let found = host.giving(&[]).words(&question).run();
        let said = &found.stderr;
        assert!(!said.contains("unexpected argument"), "{question}: {said}");
    }
}

#[test]
fn wrong_usage_is_wrong_usage_for_both() {
    let Some(host) = host::all().first() else { return };
    let tree = Tree::new();
    tree.file("f", "f");
    for question in [
        "",
        "scam",
        "scan --bogus",
        "scan -X",
        "scan --count -0",
        "scan -e rs, f",
        "scan -e *s f",
        "scan --json --count f",
        "hash --sha256 --partial f",
        "scan --sha256 f",
        "dupes --crc32 .",
        "scan --count=3 f",
        "scan --count --format json",
        "scan -0 --format ndjson",
        "scan --format xml",
        "scan --min-size 1x",
        "scan --min-size",
        "scan --min-size -1",
        "scan --min-size 5 --max-size 4",
        "scan -e . f",
        "scan -e a/b .",
        "hash -e a/b f",
        "scan -d x",
        "scan -a xxh64 f",
        "scan --hardlinks f",
        "hash --partial -a sha256 f",
        "hash --partial --tag f",
        "hash --partial=17MiB f",
        "hash --partial=0 f",
        "hash -a md4 f",
        "hash --tag --format csv f",
        "hash -0 --format csv f",
        "hash -e mkv",
        "hash -e mkv -",
        "dupes -0 --format json d",
        "dupes --tag d",
        "dupes --max-size 0 .",
        "scan f -o",
        "scan f -o missing/out",
    ] {
        let expected =
            native().within(tree.root()).words(question).run().exits(2);
        let found = host.program(tree.root()).words(question).run().exits(2);
        assert_eq!(found.stdout, expected.stdout, "{question}");
        assert_ne!(found.stderr, "", "{question}");
    }
    // What judges nothing is not asked whether it can.
    for question in ["scan -e a/b f", "dupes --max-size 0 f"] {
        let expected = native().within(tree.root()).words(question).run();
        let found = host.program(tree.root()).words(question).run();
        assert_eq!(found.code(), expected.code(), "{question}");
        assert_eq!(found.stdout, expected.stdout, "{question}");
    }
    for arguments in [["scan", ""], ["hash", ""], ["scan", "-o="]] {
        let expected = native().within(tree.root()).args(arguments).run();
        let found = host.program(tree.root()).args(arguments).run();
        assert_eq!(found.code(), expected.code(), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_told_in_words_that_cannot_drive_a_terminal() {
    let Some(host) = host::all().first() else { return };
    let evil = "\x1b]0;owned\x07\u{202e}\u{61c}";
    for question in [
        "EVIL",
        "--EVIL",
        "scan --EVIL",
        "scan -EVIL",
        "scan --format EVIL",
        "scan --count=EVIL",
        "scan --min-size 1EVIL",
        "scan --max-depth EVIL",
        "scan -e EVIL*",
        "hash -a EVIL",
        "help EVIL",
    ] {
        let question = question.replace("EVIL", evil);
        let program = host.giving(&[]).args(question.split(' '));
        let said = program.run().exits(2).stderr;
        let obeyed = |c: char| c != '\n' && drives_terminals(c);
        assert!(!said.contains(obeyed), "{question:?}: {said:?}");
    }
}

#[test]
fn help_tells_what_is_offered_and_what_is_not() {
    let Some(host) = host::all().first() else { return };
    let help = |words: &str| {
        let finished = host.giving(&[]).words(words).run().succeeds();
        finished.text().to_owned()
    };
    let all = help("--help");
    assert!(all.contains("wasmtime run --dir"));
    assert!(all.contains("Only the native program has"));
    assert_eq!(help("help"), all);
    assert_eq!(help("-h"), all);
    for verb in ["scan", "hash", "dupes"] {
        let own = help(&format!("{verb} --help"));
        assert!(own.contains(&format!("Usage: sanchay {verb} ")));
        assert_eq!(help(&format!("help {verb}")), own);
        assert_eq!(help(&format!("{verb} -h f")), own);
        assert!(own.lines().all(|line| line.chars().count() < 80));
        // Every option that it tells of is one.
        for option in own.split_whitespace() {
            let Some(name) = option.strip_prefix("--") else { continue };
            let name: String = name
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            let question = format!("{verb} --{name} --help");
            let finished = host.giving(&[]).words(&question).run();
            let text = finished.stderr;
            assert!(!text.contains("unexpected argument"), "{name}: {text}");
            assert!(!text.contains("not offered"), "{name}: {text}");
        }
    }
}
