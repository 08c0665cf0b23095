//! Readers that have seen enough: `| head` and its kind end a run quietly.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use sanchay_testkit::Tree;

use crate::{interrupt::slow_in_the_end, sanchay};

#[test]
fn a_reader_that_has_seen_enough_ends_the_run_quietly() {
    let tree = slow_in_the_end();
    for words in [
        "scan d",
        "scan d --format json",
        "hash d -a sha256",
        "hash d --format csv -a sha256",
        "hash d --partial",
    ] {
        let program = sanchay().within(tree.root()).words(words);
        let mut running = program.start();
        let mut stdout = BufReader::new(running.stdout());
        let mut line = Vec::new();
        stdout.read_until(b'\n', &mut line).unwrap();
        drop(stdout);
        let finished = running.wait().succeeds();
        let took = finished.took;
        assert!(took < Duration::from_secs(30), "{words}: {took:?}");
        assert!(line.ends_with(b"\n"), "{words}");
    }
}

#[test]
fn head_takes_its_lines_and_nothing_is_said() {
    let tree = Tree::new();
    for number in 0..3000 {
        let name = format!("d/{number:04}-{}", "x".repeat(150));
        tree.file(&name, (number % 2).to_string());
    }
    for words in ["scan d", "hash d", "dupes d", "dupes d --format csv"] {
        let script = format!("\"$0\" {words} | head -n 1; echo $PIPESTATUS");
        let output = Command::new("bash")
            .args(["-c", &script])
            .arg(crate::program())
            .current_dir(tree.root())
            .stdin(Stdio::null())
            .output();
        let Ok(output) = output else { return };
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines = text.lines();
        assert!(lines.next().is_some_and(|line| !line.is_empty()));
        assert_eq!(lines.next(), Some("0"), "{words}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("sanchay:"), "{words}: {stderr}");
        assert!(!stderr.contains("panicked"), "{words}: {stderr}");
    }
    let dropped = sanchay().words("--help").start();
    assert_eq!(dropped.wait().code(), Some(0));
}

#[test]
fn the_texts_of_the_program_itself_end_quietly_on_a_closed_pipe_too() {
    for words in
        ["man", "completions bash", "component --wit", "component", "--help"]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = Command::new(crate::program())
            .args(words.split(' '))
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8(status.stderr).unwrap();
        assert_eq!(stderr, "", "{words}");
        assert_eq!(status.status.code(), Some(0), "{words}");
    }
}
