//! The program as a program: usage, help, version, completions, manual page,
//! log.

use std::{fs, process::Stdio};

use sanchay_testkit::{Finished, Tree, golden, tool};

use crate::sanchay;

fn run(words: &str) -> Finished {
    sanchay().words(words).run()
}

#[test]
fn wrong_usage_is_told_on_standard_error_and_exits_with_2() {
    for words in [
        "",
        "frobnicate",
        "scan --frobnicate",
        "scan --threads 0",
        "scan --threads many",
        "scan --format xml",
        "scan --min-size",
        "scan --min-size 1x",
        "scan --min-size -1",
        "scan --max-size 99999999999999999999",
        "scan --max-depth -1",
        "scan --count -0",
        "scan --count --format json",
        "scan -0 --format csv",
        "scan --beneath",
        "hash -a md4",
        "hash --partial=0 f",
        "hash --partial=17MiB f",
        "hash --partial -a sha256 f",
        "scan -e rs,",
        "scan -e *s",
        "hash --check --tag f",
        "hash --check --status --quiet f",
        "dupes -0 --format ndjson",
        "dupes -a crc32",
        "component --wit -o f",
        "completions klingon",
        "--log-format xml scan",
        "--color sometimes scan",
    ] {
        let finished = run(words).exits(2);
        assert_eq!(finished.stdout, b"", "{words}");
        assert!(finished.stderr.contains("error"), "{words}");
        assert!(finished.stderr.contains("--help"), "{words}");
    }
}

#[test]
fn a_filter_that_makes_no_sense_is_refused() {
    for verb in ["scan", "hash", "dupes"] {
        let words = format!("{verb} . --min-size 2 --max-size 1");
        let finished = run(&words).exits(2);
        let why = "the filter cannot be used: size: the minimum is greater";
        assert!(finished.stderr.contains(why), "{}", finished.stderr);
    }
    for extension in ["", ".", "a/b", "{rs,md}"] {
        let finished = sanchay().args(["scan", "-e", extension]).run();
        let finished = finished.exits(2);
        assert_eq!(finished.stdout, b"");
        assert!(finished.stderr.contains("--extension <EXT>"));
    }
}

#[test]
fn help_that_cannot_be_written_is_an_error() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    for words in [&["--help"][..], &["--version"], &["scan", "--help"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_sanchay"))
            .args(words)
            .stdout(fs::File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(output.stderr.starts_with(b"sanchay: standard output: "));
    }
}

#[test]
fn the_help_of_every_command_is_as_it_was_written() {
    for verb in [
        "",
        "scan",
        "hash",
        "dupes",
        "similar",
        "manifest",
        "summary",
        "snapshot",
        "diff",
        "history",
        "watch",
        "verify",
        "catalog",
        "rename",
        "move",
        "copy",
        "link",
        "delete",
        "dedupe",
        "apply",
        "undo",
        "runs",
        "store",
        "shards",
        "shards plan",
        "shards run",
        "shards merge",
        "serve",
        "ui",
        "worker",
        "component",
        "config",
        "completions",
        "man",
    ] {
        for (option, kind) in [("-h", "short"), ("--help", "long")] {
            let finished = run(&format!("{verb} {option}")).succeeds();
            let name = if verb.is_empty() { "sanchay" } else { verb };
            let name = name.replace(' ', "-");
            golden::compare(
                &format!("help/{name}-{kind}.txt"),
                finished.text(),
            );
        }
    }
}

#[test]
fn the_help_fits_a_terminal_and_shows_examples() {
    for verb in [
        "scan",
        "hash",
        "dupes",
        "manifest",
        "summary",
        "rename",
        "move",
        "copy",
        "link",
        "delete",
        "dedupe",
        "apply",
        "undo",
        "shards plan",
        "shards run",
        "shards merge",
        "serve",
        "ui",
        "worker",
        "component",
        "completions",
        "man",
    ] {
        let finished = run(&format!("{verb} --help")).succeeds();
        let text = finished.text();
        assert!(text.contains("Examples:\n  sanchay"), "{verb}");
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{verb}: {line}");
        }
    }
    let help = run("--help").succeeds();
    for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  130  "] {
        assert!(help.text().contains(code), "{code} is documented");
    }
}

#[test]
fn the_version_is_one_line() {
    let expected = format!("sanchay {}\n", env!("CARGO_PKG_VERSION"));
    for words in ["--version", "-V"] {
        assert_eq!(run(words).succeeds().text(), expected);
    }
}

#[test]
fn completions_are_scripts_that_their_shells_accept() {
    let shells = ["bash", "zsh", "fish", "elvish", "powershell"];
    for shell in shells {
        let finished = run(&format!("completions {shell}")).succeeds();
        let script = finished.text();
        for word in ["scan", "dupes", "--min-size", "--partial"] {
            let word = word.trim_start_matches("--");
            assert!(script.contains(word), "{shell} completes {word}");
        }
        let checked = matches!(shell, "bash" | "zsh" | "fish");
        if !checked || !tool::has(shell) {
            continue;
        }
        let tree = Tree::new();
        let file = tree.file("script", script);
        let output = tool::command(shell).arg("-n").arg(file).output();
        let output = output.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    }
    let zsh = run("completions zsh").succeeds();
    assert!(zsh.text().starts_with("#compdef sanchay\n"));
    let fish = run("completions fish").succeeds();
    assert!(fish.text().contains("complete -c sanchay"));
}

/// What bash offers for the last of these words.
fn completed(tree: &Tree, words: &[&str]) -> Vec<String> {
    let last = words.last().unwrap();
    let before = words[words.len() - 2];
    let script = format!(
        "source ./script && COMP_WORDS=({}) && COMP_CWORD={} && \
         _sanchay sanchay '{last}' '{before}'; printf '%s\\n' \
         \"${{COMPREPLY[@]}}\"",
        words.iter().map(|it| format!("'{it}' ")).collect::<String>(),
        words.len() - 1
    );
    let output = tool::command("bash")
        .args(["--norc", "-c", &script])
        .current_dir(tree.root())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_what_the_script_says() {
    if !tool::has("bash") {
        return;
    }
    let tree = Tree::new();
    let script = run("completions bash").succeeds();
    tree.file("script", script.text());
    tree.file("film.mkv", "");
    assert_eq!(completed(&tree, &["sanchay", "du"]), ["dupes"]);
    let formats = completed(&tree, &["sanchay", "scan", "--format", "n"]);
    assert_eq!(formats, ["ndjson"]);
    let long = completed(&tree, &["sanchay", "hash", "--min-s"]);
    assert_eq!(long, ["--min-size"]);
    // Where a file can stand, bash's own completion of files takes over.
    for words in [
        &["sanchay", "hash", ""][..],
        &["sanchay", "hash", "-a", "sha256", ""],
        &["sanchay", "dupes", "-H", "fi"],
        &["sanchay", "plugin", "check", ""],
    ] {
        assert_eq!(completed(&tree, words), [""; 0], "{words:?}");
    }
    let files = completed(&tree, &["sanchay", "scan", "-o", "fi"]);
    assert_eq!(files, ["film.mkv"]);
    let all = completed(&tree, &["sanchay", "plugin", ""]);
    assert!(all.contains(&"check".to_owned()));
    assert!(!all.contains(&"compile".to_owned()), "it is hidden");
}

#[test]
fn what_help_does_not_show_is_not_completed_either() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&format!("completions {shell}")).succeeds();
        let text = script.text();
        assert!(!text.contains("for the program itself"), "{shell}");
        assert!(!text.contains("plugin__subcmd__compile"), "{shell}");
        assert!(!text.contains("--sha256"), "{shell}");
    }
}

#[test]
fn a_name_that_looks_like_an_option_cannot_drive_a_terminal() {
    let tree = Tree::new();
    let name = "--\x1b]0;owned\x07\x1b[2J";
    tree.file(name, "");
    for verb in ["scan", "hash", "dupes", "plugin"] {
        let program = sanchay().within(tree.root()).arg(verb).arg(name);
        let finished = program.args(["--color", "never"]).run().exits(2);
        assert!(finished.stderr.contains("\\u{1b}]0;owned"), "{verb}");
        let obeyed = |c: char| c != '\n' && c.is_control();
        assert!(!finished.stderr.contains(obeyed), "{verb}");
    }
    let program = sanchay().within(tree.root()).arg("scan").arg(name);
    let finished = program.run().exits(2);
    assert!(finished.stderr.contains("write ./-NAME, or --"));
    let program = sanchay().within(tree.root()).args(["scan", "-0", "--"]);
    let _ = program.arg(name).run().succeeds();
}

#[test]
fn an_option_may_be_given_again_and_the_last_one_counts() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    let run = |words: &str| {
        sanchay().within(tree.root()).words(words).run().succeeds().stdout
    };
    let expected = run("hash d --format json -a sha256");
    for words in [
        "hash d --format csv --format json -a blake3 -a sha256",
        "hash d --json --sha256",
        "hash d --format csv --json --blake3 --sha256 --sha256",
        "hash d --json --json -a xxh64 --sha256 -j 1 -j 2 -q -q",
    ] {
        assert_eq!(run(words), expected, "{words}");
    }
    assert_eq!(run("scan d --count --count -d 5 -d 0"), b"0\n");
}

#[test]
fn extensions_may_be_written_in_the_ways_that_people_write_them() {
    let tree = Tree::new();
    for name in ["a.rs", "b.md", "c.txt"] {
        tree.file(["d/", name].concat(), "");
    }
    for (words, count) in [
        ("-e rs", "1"),
        ("-e .rs", "1"),
        ("-e *.rs", "1"),
        ("-e rs,md", "2"),
        ("-e rs,.md -e *.TXT", "3"),
    ] {
        let words = format!("scan d --count {words}");
        let program = sanchay().within(tree.root()).words(&words);
        assert_eq!(program.run().succeeds().text().trim(), count, "{words}");
    }
    for wrong in ["*", "a*", "rs,", "?"] {
        let program = sanchay().within(tree.root());
        let finished = program.args(["scan", "-e", wrong]).run().exits(2);
        assert!(finished.stderr.contains("extension"), "{wrong}");
    }
}

#[test]
fn quiet_leaves_out_all_but_records_and_errors() {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/b", "same");
    let run = |words: &str| sanchay().within(tree.root()).words(words).run();
    assert!(run("dupes d").exits(0).stderr.contains("groups: 1"));
    for words in ["dupes d -q", "scan d --quiet", "hash -q d"] {
        assert_ne!(run(words).succeeds().stdout, b"", "{words}");
        let missing = run(&format!("{words} missing")).exits(3);
        assert_eq!(missing.complaints().len(), 1, "{words}");
    }
}

#[test]
fn the_manual_is_a_page_for_the_program_and_one_for_each_command() {
    let page = run("man").succeeds();
    assert!(page.text().contains("\n.TH sanchay 1"));
    assert!(page.text().contains("\n.SH \"EXIT STATUS\"\n"));
    let tree = Tree::new();
    let finished =
        sanchay().within(tree.root()).words("man pages/man1").run().succeeds();
    assert_eq!(finished.stdout, b"");
    for name in ["sanchay", "sanchay-scan", "sanchay-hash", "sanchay-dupes"] {
        let file = tree.path(format!("pages/man1/{name}.1"));
        let page = fs::read_to_string(file).unwrap();
        assert!(page.contains(&format!("\n.TH {name} 1")), "{name}");
        for heading in ["EXAMPLES", "\"EXIT STATUS\""] {
            let heading = format!("\n.SH {heading}\n");
            assert!(page.contains(&heading), "{name}: {heading}");
        }
        assert!(!page.contains("EXTRA"), "{name}");
        if !tool::has("groff") {
            continue;
        }
        let (reader, mut writer) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut writer, page.as_bytes()).unwrap();
        drop(writer);
        let output = tool::command("groff")
            .args(["-man", "-ww", "-z", "-T", "utf8"])
            .stdin(Stdio::from(reader))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {stderr}");
        let errors = stderr.lines().filter(|line| line.contains("error"));
        assert_eq!(errors.count(), 0, "{name}: {stderr}");
    }
}

#[test]
fn the_log_is_silent_unless_asked_for_and_then_on_standard_error() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    let scan = || sanchay().within(tree.root()).words("scan d -0");
    assert_eq!(scan().run().succeeds().stdout, b"d/f\0");
    for words in ["-vv", "-vvv", "-vv --log-format json"] {
        let finished = scan().words(words).run().exits(0);
        assert_eq!(finished.stdout, b"d/f\0");
        assert!(finished.stderr.contains("begun"), "{words}");
    }
    let finished = scan().env("SANCHAY_LOG", "debug").run().exits(0);
    assert!(finished.stderr.contains("begun"));
    let finished = scan().words("-vv --log-format json").run().exits(0);
    for line in finished.stderr.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(object["level"].is_string(), "{line}");
    }
    let finished = scan().env("SANCHAY_LOG", "a=b=c").run().exits(2);
    let complaint = finished.complaints()[0];
    assert!(complaint.starts_with("SANCHAY_LOG: "), "{complaint}");
}
