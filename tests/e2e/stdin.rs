//! `sanchay hash` on what is not a file: standard input and descriptors that
//! a shell hands down.

use std::{fs::File, io::Write as _, thread};

use sanchay_testkit::{
    Tree,
    content::noise,
    digest::{ALGORITHMS, digest, listed},
    records, tool,
};

use crate::sanchay;

#[test]
fn standard_input_is_hashed_where_nothing_or_a_dash_is_named() {
    let content = noise(3, 700_000);
    for algorithm in ALGORITHMS {
        let expected = digest(algorithm, &content);
        for words in ["", "-", "--", "-- -", "/dev/stdin"] {
            let finished = sanchay()
                .words("hash --format json -a")
                .arg(algorithm)
                .words(words)
                .input(content.clone())
                .run()
                .succeeds();
            let object = &records::json(&finished.stdout)[0];
            assert_eq!(object["hash"].as_str(), Some(expected.as_str()));
            assert_eq!(object["size"].as_u64(), Some(700_000));
            assert!(object["modified"].is_null());
        }
    }
}

#[test]
fn standard_input_is_named_by_a_dash_and_keeps_its_place() {
    let tree = Tree::new();
    tree.file("a", "a");
    tree.file("b", "b");
    let finished = sanchay()
        .within(tree.root())
        .words("hash a - b --threads 4")
        .input("from elsewhere")
        .run()
        .succeeds();
    let sum = |content: &str| digest("xxh3-128", content.as_bytes());
    let expected = format!(
        "{}  a\n{}  -\n{}  b\n",
        sum("a"),
        sum("from elsewhere"),
        sum("b")
    );
    assert_eq!(finished.text(), expected);
}

#[test]
fn a_second_dash_finds_standard_input_at_its_end() {
    let finished = sanchay().words("hash - -").input("once").run().succeeds();
    let (once, empty) = (digest("xxh3-128", b"once"), digest("xxh3-128", b""));
    assert_eq!(finished.text(), format!("{once}  -\n{empty}  -\n"));
}

#[test]
fn standard_input_may_be_a_file_or_nothing() {
    let tree = Tree::new();
    let file = tree.file("f", noise(4, 300_000));
    let expected = digest("sha256", &noise(4, 300_000));
    let finished = sanchay()
        .words("hash -a sha256")
        .stdin(File::open(&file).unwrap())
        .run()
        .succeeds();
    assert_eq!(finished.text(), format!("{expected}  -\n"));
    let finished = sanchay().words("hash -a sha256").run().succeeds();
    let expected = digest("sha256", b"");
    assert_eq!(finished.text(), format!("{expected}  -\n"));
}

#[test]
fn a_pipe_that_is_filled_slowly_is_read_to_its_end() {
    let content = noise(8, 64 * 1000);
    for (words, expected) in [
        ("hash", digest("xxh3-128", &content)),
        ("hash --partial=1000", listed(&content, 1000)),
        ("hash --partial=40000", listed(&content, 40_000)),
    ] {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let content = content.clone();
        let writing = thread::spawn(move || {
            for part in content.chunks(997) {
                writer.write_all(part).unwrap();
                thread::yield_now();
            }
        });
        let finished = sanchay().words(words).stdin(reader).run().succeeds();
        writing.join().unwrap();
        assert_eq!(finished.text(), format!("{expected}  -\n"), "{words}");
    }
}

#[test]
fn descriptors_that_a_shell_hands_down_are_read_as_pipes() {
    if !tool::has("bash") {
        return;
    }
    let script = r#"
        "$0" hash <(printf 'hello %s' world) <(sleep 0.2; printf data) |
            sed 's|/dev/fd/[0-9]*|FD|; s|/proc/self/fd/[0-9]*|FD|'
        "#;
    let output = tool::command("bash")
        .args(["-c", script])
        .arg(crate::program())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let expected = format!(
        "{}  FD\n{}  FD\n",
        digest("xxh3-128", b"hello world"),
        digest("xxh3-128", b"data")
    );
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
