//! Components of the user's own in `scan`, `hash` and `dupes`: what they want
//! and tell shows in every format, and what they do wrong costs error rows.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::LazyLock,
    time::{Duration, Instant},
};

use sanchay_testkit::{Finished, Program, Tree, plugin, records};
use serde_json::Value;

use crate::sanchay;

/// The plugins as files, and a cache that the tests share.
static PLUGINS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    fs::create_dir_all(&folder).unwrap();
    for (name, component) in [
        ("extractor", plugin::extractor()),
        ("blind", plugin::blind_extractor()),
        ("filter", plugin::filter()),
        ("teller", plugin::teller()),
    ] {
        let file = folder.join(name).with_extension("wasm");
        // Other tests of this run may be reading it.
        if fs::read(&file).ok().as_deref() != Some(&component) {
            let new = file.with_extension(std::process::id().to_string());
            fs::write(&new, component).unwrap();
            fs::rename(new, file).unwrap();
        }
    }
    folder
});

/// A plugin's file.
pub(crate) fn file(name: &str) -> PathBuf {
    PLUGINS.join(name).with_extension("wasm")
}

/// The program, with a cache of its own.
pub(crate) fn with_cache() -> Program {
    let cache = PLUGINS.join("cache");
    sanchay().env("XDG_CACHE_HOME", cache.to_str().unwrap())
}

fn run(tree: &Tree, words: &str, plugins: &[&str]) -> Finished {
    let mut program = with_cache().within(tree.root()).words(words);
    for name in plugins {
        program = program.arg("--plugin").arg(file(name));
    }
    program.run()
}

/// The values of two columns, by path.
fn values(objects: &[Value]) -> BTreeMap<String, (Value, Value)> {
    let row = |object: &Value| {
        let path = object["path"].as_str().unwrap().to_owned();
        (path, (object["mischief.n"].clone(), object["mischief.t"].clone()))
    };
    objects.iter().map(row).collect()
}

/// Files of four bytes, each beginning with a letter that asks for something.
fn asking(letters: &str) -> Tree {
    let tree = Tree::new();
    for letter in letters.chars() {
        tree.file(letter.to_string().as_str(), format!("{letter}bcd"));
    }
    tree
}

#[test]
fn values_are_columns_of_every_format_of_scan() {
    let tree = asking("an");
    let objects = run(&tree, "scan --format ndjson", &["extractor"]);
    let objects = records::ndjson(&objects.succeeds().stdout);
    let reported = values(&objects);
    assert_eq!(reported["a"], (4.into(), "fine".into()));
    assert_eq!(reported["n"], (Value::Null, Value::Null));
    let array = run(&tree, "scan --format json", &["extractor"]).succeeds();
    assert_eq!(values(&records::json(&array.stdout)), reported);
    let csv = run(&tree, "scan --format csv", &["extractor"]).succeeds();
    let table = records::csv(&csv.stdout);
    assert_eq!(table.header()[4..], ["mischief.n", "mischief.t"]);
    let mut rows: Vec<_> =
        table.paths().into_iter().zip(table.column("mischief.n")).collect();
    rows.sort();
    assert_eq!(
        rows,
        [(b"a".into(), "4".into()), (b"n".into(), String::new())]
    );
    let text = run(&tree, "scan", &["extractor"]).succeeds();
    let mut lines: Vec<String> = text
        .lines()
        .iter()
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .map(|line| line.splitn(3, '\t').nth(2).unwrap().to_owned())
        .collect();
    lines.sort();
    assert_eq!(lines, ["-\t-\tn", "4\tfine\ta"]);
}

#[test]
fn values_go_with_digests_and_stay_a_list_that_can_be_checked() {
    let tree = asking("an");
    tree.file("d/a", "abcdefghijklmnopqrstuvwxyz");
    let objects = run(&tree, "hash --format ndjson .", &["extractor"]);
    let reported = values(&records::ndjson(&objects.succeeds().stdout));
    assert_eq!(reported["./d/a"], (16.into(), "fine".into()));
    assert_eq!(reported["./n"], (Value::Null, Value::Null));
    let plain = run(&tree, "hash -a sha256 .", &[]).succeeds().stdout;
    let list = run(&tree, "hash -a sha256 .", &["extractor"]).succeeds();
    let text = String::from_utf8(list.stdout.clone()).unwrap();
    let (comments, lines): (Vec<_>, Vec<_>) =
        text.lines().partition(|line| line.starts_with('#'));
    assert_eq!(
        comments,
        [
            "# mischief.n=4 mischief.t=\"fine\"",
            "# mischief.n=16 mischief.t=\"fine\""
        ]
    );
    let lines: String = lines.iter().map(|it| format!("{it}\n")).collect();
    assert_eq!(lines.as_bytes(), plain);
    tree.file("../SUMS", list.stdout);
    let checked = run(&tree, "hash --check ../SUMS", &[]);
    fs::remove_file(tree.path("../SUMS")).unwrap();
    assert_eq!(checked.code(), Some(0));
    let named = run(&tree, "hash --format csv d/a", &["extractor"]);
    let table = records::csv(&named.succeeds().stdout);
    assert_eq!(table.column("mischief.n"), ["16"]);
}

#[test]
fn values_go_with_each_file_of_a_group() {
    let tree = asking("an");
    tree.file("d/a", "abcd");
    let objects = run(&tree, "dupes --format ndjson", &["extractor"]);
    assert_eq!(objects.code(), Some(0));
    let groups = records::ndjson(&objects.stdout);
    assert_eq!(groups.len(), 1);
    let reported = values(groups[0]["files"].as_array().unwrap());
    assert_eq!(reported["a"], (4.into(), "fine".into()));
    assert_eq!(reported["d/a"], (4.into(), "fine".into()));
    let csv = run(&tree, "dupes --format csv", &["extractor"]);
    let table = records::csv(&csv.stdout);
    assert_eq!(table.column("mischief.t"), ["fine", "fine"]);
    let text = run(&tree, "dupes", &["extractor"]).stdout;
    let text = String::from_utf8(text).unwrap();
    let line = "# mischief.n=4 mischief.t=\"fine\"\n";
    assert!(text.ends_with(&format!("{line}a\n{line}d/a\n\n")), "{text}");
}

#[test]
fn a_filter_matches_beside_the_other_options() {
    let tree = Tree::new();
    for name in ["a.x", "b.x", "xa.x", "c.y", "xd/a.x", "d/xa.x", "d/a.x"] {
        tree.file(name, "same");
    }
    for words in [
        "scan -0 -e x",
        "scan -0 -e x --walker portable",
        "scan -0 -e x --min-size 4",
        "scan -0 -e x -L",
    ] {
        let found = run(&tree, words, &["filter"]).succeeds().stdout;
        let mut found: Vec<_> = found
            .split(|byte| *byte == 0)
            .filter(|it| !it.is_empty())
            .collect();
        found.sort();
        assert_eq!(found, [&b"a.x"[..], b"b.x", b"d/a.x"], "{words}");
    }
    let hashed = run(&tree, "hash . -e x", &["filter"]).succeeds();
    assert_eq!(hashed.lines().len(), 3);
    let groups = run(&tree, "dupes -0", &["filter"]);
    assert_eq!(groups.stdout, b"a.x\0b.x\0c.y\0d/a.x\0\0");
    // What is named is not matched.
    let named = run(&tree, "scan -0 xa.x", &["filter"]).succeeds();
    assert_eq!(named.stdout, b"xa.x\0");
}

#[test]
fn what_an_extractor_does_wrong_costs_a_row_and_not_the_run() {
    let tree = asking("aulgwt8boEemn");
    for words in ["scan", "hash .", "dupes --min-size 0"] {
        let words = format!(
            "{words} --format ndjson --plugin-memory 1MiB \
             --plugin-output 100kB"
        );
        // A twin for each, so that each is looked at by dupes, too.
        let tree = if words.starts_with("dupes") {
            let twins = asking("aulgwt8boEemn");
            for letter in "aulgwt8boEemn".chars() {
                twins.file(
                    format!("twins/{letter}").as_str(),
                    format!("{letter}bcd"),
                );
            }
            twins
        } else {
            asking("aulgwt8boEemn")
        };
        let finished = run(&tree, &words, &["extractor"]);
        assert_eq!(finished.code(), Some(3), "{words}");
        let mut objects = records::ndjson(&finished.stdout);
        if words.starts_with("dupes") {
            objects = objects
                .iter()
                .flat_map(|group| group["files"].as_array().unwrap().clone())
                .collect();
        }
        let reported = values(&objects);
        let expected = if words.starts_with("dupes") { 26 } else { 13 };
        assert_eq!(reported.len(), expected, "{words}");
        let errors = finished.stderr.clone();
        for letter in "ulgwt8boEe".chars() {
            let path = if words.starts_with("hash") {
                format!("./{letter}")
            } else {
                letter.to_string()
            };
            assert_eq!(
                reported[&path],
                (Value::Null, Value::Null),
                "{letter}"
            );
            let line = format!(
                "sanchay: {path}: cannot extract values: plugin mischief: "
            );
            assert!(errors.contains(&line), "{letter}: {errors}");
        }
        for why in [
            "did not answer within 100ms; --plugin-time gives it longer",
            "1048576 are allowed; --plugin-memory gives it more",
            "takes more than 100000 bytes; --plugin-output lets it be larger",
        ] {
            assert!(errors.contains(why), "{why}: {errors}");
        }
        assert!(errors.contains(r"no good\u{1b}"), "{errors}");
    }
    drop(tree);
}

#[test]
fn a_filter_that_crashes_or_lies_costs_the_entries_that_it_does_so_on() {
    for mischief in ["!u", "!s", "!b", "!l"] {
        let tree = Tree::new();
        for name in ["a", "b", "x", mischief, "d/c"] {
            tree.file(name, "");
        }
        let finished = run(&tree, "scan -0 -H", &["filter"]);
        assert_eq!(finished.code(), Some(3), "{mischief}");
        let mut found: Vec<_> = finished
            .stdout
            .split(|byte| *byte == 0)
            .filter(|it| !it.is_empty())
            .collect();
        found.sort();
        assert_eq!(found, [&b"a"[..], b"b", b"d/c"], "{mischief}");
        let errors = finished.stderr.clone();
        let line = format!(
            "sanchay: {mischief}: cannot filter the names: plugin pick:"
        );
        assert!(errors.contains(&line), "{errors}");
    }
}

#[test]
fn a_plugin_that_often_does_not_answer_is_given_up() {
    let tree = Tree::new();
    for index in 0..2000 {
        let content = if index % 2 == 0 { "loop" } else { "fine" };
        tree.file(format!("{index}").as_str(), content);
    }
    let began = Instant::now();
    let words = "scan --format ndjson --plugin-time 10ms";
    let finished = run(&tree, words, &["extractor"]);
    assert_eq!(finished.code(), Some(3));
    assert_eq!(records::ndjson(&finished.stdout).len(), 2000);
    let errors = finished.stderr.clone();
    let timeouts = errors.matches("did not answer within 10ms").count();
    // As many as fit, and one that each worker was waiting for.
    assert!((8..=64 + 32).contains(&timeouts), "{timeouts}");
    assert!(errors.contains("disabled: its failures have taken 640ms"));
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn names_that_crash_a_filter_do_not_silence_it() {
    let tree = Tree::new();
    for folder in 0..100 {
        for name in ["!u", "a", "x"] {
            tree.file(format!("{folder}/{name}").as_str(), "");
        }
    }
    let words = "scan -0 --plugin-time 10s";
    let finished = run(&tree, words, &["filter"]);
    assert_eq!(finished.code(), Some(3));
    let found = finished.stdout.iter().filter(|byte| **byte == 0).count();
    assert_eq!(found, 100);
    assert_eq!(finished.complaints().len(), 100);
}

#[test]
fn a_file_that_hashes_is_done_whatever_plugins_say_of_it() {
    let tree = Tree::new();
    tree.file("u", "u");
    for words in ["hash u", "hash .", "scan u", "hash u u"] {
        let finished = run(&tree, words, &["extractor"]);
        assert_eq!(finished.code(), Some(3), "{words}");
        assert_ne!(finished.stdout, b"", "{words}");
    }
}

#[test]
fn a_file_is_not_opened_for_who_wants_no_bytes() {
    let tree = Tree::new();
    tree.file("d/closed", "abc");
    tree.forbid("d/closed");
    for name in ["blind", "extractor"] {
        let component = fs::read(file(name)).unwrap();
        tree.file(format!("{name}.wasm").as_str(), component);
    }
    let run = |plugin: &str| {
        let program = sanchay().unprivileged(&tree).within(tree.root());
        let program = program.words("scan d --format ndjson --plugin");
        program.arg(plugin).run()
    };
    let finished = run("blind.wasm").succeeds();
    let reported = values(&records::ndjson(&finished.stdout));
    assert_eq!(reported["d/closed"], (0.into(), "fine".into()));
    let finished = run("extractor.wasm").exits(3);
    let reported = values(&records::ndjson(&finished.stdout));
    assert_eq!(reported["d/closed"], (Value::Null, Value::Null));
    let expected = ["d/closed: cannot open: Permission denied"];
    assert_eq!(finished.complaints(), expected);
}

#[test]
fn what_cannot_be_used_is_refused_before_the_run() {
    let tree = asking("a");
    tree.file("core.wasm", b"\0asm\x01\0\0\0");
    tree.file("noise.wasm", "noise");
    for (name, why) in [
        ("core.wasm", "it is a core module, not a component"),
        ("noise.wasm", "it is not a WebAssembly component"),
        ("missing.wasm", "cannot read the plugin: No such file"),
    ] {
        let words = format!("scan --plugin {name}");
        let finished = run(&tree, &words, &[]);
        assert_eq!(finished.code(), Some(2), "{name}");
        assert_eq!(finished.stdout, b"", "{name}");
        let errors = finished.stderr.clone();
        assert!(errors.starts_with(&format!("sanchay: {name}: ")), "{errors}");
        assert!(errors.contains(why), "{errors}");
    }
    let twice = run(&tree, "scan", &["extractor", "extractor"]);
    assert_eq!(twice.code(), Some(2));
    let errors = twice.stderr.clone();
    assert!(errors.contains("two plugins are called mischief"));
}
