//! Which fields records have, and the formats of tables.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::Command;

use sanchay_testkit::{Tree, as_told, tool::has, tree::set_mode};

use crate::sanchay;

#[test]
fn a_table_is_whole_and_takes_the_place_of_a_file() {
    let tree = Tree::new();
    tree.file("d/a", "x");
    tree.file(b"d/\xff".as_slice(), "x");
    for words in ["scan", "hash", "dupes -q", "scan -e nothing"] {
        let words = format!("{words} d --format parquet -o t.parquet");
        let _ = sanchay().within(tree.root()).words(&words).run().succeeds();
        let table = std::fs::read(tree.path("t.parquet")).unwrap();
        assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
        let words = words.replace("parquet", "arrow");
        let _ = sanchay().within(tree.root()).words(&words).run().succeeds();
        let table = std::fs::read(tree.path("t.arrow")).unwrap();
        assert!(table.starts_with(b"ARROW1") && table.ends_with(b"ARROW1"));
    }
    let run = sanchay().within(tree.root()).words("scan d --format parquet");
    let run = run.run().succeeds();
    assert!(run.stdout.ends_with(b"PAR1"));
    let on_terminal = sanchay().within(tree.root());
    let words = "scan d --format parquet";
    let (code, shown) = on_terminal.words(words).run_on_terminal();
    assert_eq!(code, Some(2), "{}", shown.escape_ascii());
    assert!(!shown.windows(4).any(|it| it == b"PAR1"));
}

#[test]
fn the_fields_that_are_chosen_are_what_stat_says() {
    if !has("stat") {
        return;
    }
    let tree = Tree::new();
    tree.file("d/a.tar.gz", "abc");
    tree.file("d/e/.hidden", "");
    let script = tree.file("d/run", "x");
    let mode = std::fs::Permissions::from_mode(0o4751);
    std::fs::set_permissions(&script, mode).unwrap();
    std::fs::hard_link(&script, tree.path("d/again")).unwrap();
    let fields = "path,size,uid,gid,inode,device,links,kind,mode";
    let words = format!("scan -H d --fields {fields}");
    let run = sanchay().within(tree.root()).words(&words).run().succeeds();
    let mut lines: Vec<String> =
        run.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines.len(), 4);
    for line in lines {
        let path = line.split('\t').next().unwrap();
        let stat = Command::new("stat")
            .current_dir(tree.root())
            .args(["-c", "%n\t%s\t%u\t%g\t%i\t%d\t%h\tfile\t%a", path])
            .output()
            .unwrap();
        let expected = String::from_utf8(stat.stdout).unwrap();
        // stat leaves out the zeros.
        let (expected, mode) = expected.trim_end().rsplit_once('\t').unwrap();
        assert_eq!(line, format!("{expected}\t{mode:0>4}"));
    }
    let found = std::fs::metadata(&script).unwrap();
    let words = "scan d -g run --fields allocated,accessed,changed,created";
    let run = sanchay().within(tree.root()).words(words).run().succeeds();
    let text = run.text();
    let allocated = (found.blocks() * 512).to_string();
    assert!(text.starts_with(&format!("{allocated}\t")), "{text}");
    assert!(
        text.contains(&format!(".{:09}Z", as_told(found.ctime_nsec()))),
        "{text}"
    );
}

#[test]
fn where_a_file_is_and_what_it_is_are_fields_too() {
    let tree = Tree::new();
    tree.file("d/e/run", "x");
    set_mode(&tree.path("d/e/run"), 0o555);
    tree.file("d/.none", "");
    tree.link("e/run", "d/link");
    let run = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        let mut lines: Vec<String> =
            run.text().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let fields = "path,root,depth,hidden,empty,executable,readonly,target";
    let kinds = "-H --kind file,symlink,directory";
    assert_eq!(
        run(&format!("scan d {kinds} --fields {fields}")),
        [
            "d/.none\td\t1\ttrue\ttrue\tfalse\tfalse\t-",
            "d/e\td\t1\tfalse\tfalse\tfalse\tfalse\t-",
            "d/e/run\td\t2\tfalse\tfalse\ttrue\ttrue\t-",
            "d/link\td\t1\tfalse\tfalse\tfalse\tfalse\te/run",
        ]
    );
    let named = run("scan d/e/run d/e/ --fields path,root,depth");
    let expected = ["d/e/run\td/e/\t1", "d/e/run\td/e/run\t0"];
    assert_eq!(named, expected);
    // A file that is hashed was looked at, too.
    let fields = "path,root,depth,kind,empty,executable,readonly,hidden";
    let hashed = run(&format!("hash -H d d/e/run --fields {fields}"));
    let expected = [
        "d/.none\td\t1\tfile\ttrue\tfalse\tfalse\ttrue",
        "d/e/run\td\t2\tfile\tfalse\ttrue\ttrue\tfalse",
        "d/e/run\td/e/run\t0\tfile\tfalse\ttrue\ttrue\tfalse",
    ];
    assert_eq!(hashed, expected);
    let scanned = run("scan d --fields path,mode,inode,links,changed,user");
    let hashed = run("hash d --fields path,mode,inode,links,changed,user");
    assert_eq!(hashed, scanned);
    // What the link says that a file was found by.
    let hashed = run("hash d/link d/e/run --fields path,target");
    assert_eq!(hashed, ["d/e/run\t-", "d/link\te/run"]);
    tree.file("away", "away");
    tree.link("../../away", "d/e/away");
    let hashed = run("hash -L d --fields path,target");
    assert_eq!(hashed, ["d/e/away\t../../away", "d/e/run\t-"]);
    let program = sanchay().input("x").words("hash --fields kind,uid,depth");
    assert_eq!(program.run().succeeds().text(), "-\t-\t0\n");
}

#[test]
fn owners_have_the_names_that_the_system_gives_them() {
    if !has("stat") {
        return;
    }
    let tree = Tree::new();
    let file = tree.file("d/a", "");
    let owners = |expected: &str| {
        let words = "scan d --fields uid,user,gid,group";
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        assert_eq!(run.text(), expected);
    };
    let stat = Command::new("stat")
        .args(["-c", "%u\t%U\t%g\t%G"])
        .arg(&file)
        .output()
        .unwrap();
    owners(str::from_utf8(&stat.stdout).unwrap());
    // Only root can give a file to a number that nobody has.
    let (user, group) = (Some(3_999_999_991), Some(3_999_999_992));
    if std::os::unix::fs::chown(&file, user, group).is_ok() {
        owners("3999999991\t-\t3999999992\t-\n");
        let run = sanchay().within(tree.root()).words("scan d -l").run();
        let run = run.succeeds();
        let words: Vec<&str> = run.text().split_whitespace().collect();
        assert_eq!(words[2..4], ["3999999991", "3999999992"]);
    }
}

#[test]
fn parts_of_names_are_null_where_there_are_none() {
    let tree = Tree::new();
    tree.file("d/a.tar.gz", "");
    tree.file("d/none", "");
    tree.file("d/.bashrc", "");
    tree.file(b"d/\xff.x".as_slice(), "");
    let run = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        let text = String::from_utf8(run.stdout).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let fields = "--fields name,stem,extension,parent";
    let expected = [
        r#"{"name":".bashrc","stem":".bashrc","extension":null,"parent":"d"}"#,
        r#"{"name":"a.tar.gz","stem":"a.tar","extension":"gz","parent":"d"}"#,
        r#"{"name":"none","stem":"none","extension":null,"parent":"d"}"#,
        r#"{"name_base64":"/y54","stem_base64":"/w==","extension":"x","parent":"d"}"#,
    ];
    let format = "--format ndjson";
    assert_eq!(run(&format!("scan -H d {fields} {format}")), expected);
    let hashed = run(&format!("hash -H d {fields} {format}"));
    assert_eq!(hashed, expected);
    let tsv = run("scan d --fields size,name --format tsv");
    let expected =
        ["0\t\t/y54", "0\ta.tar.gz\t", "0\tnone\t", "size\tname\tname_base64"];
    assert_eq!(tsv, expected);
    let text = run("scan d -e gz --fields extension,path,name");
    assert_eq!(text, ["gz\td/a.tar.gz\ta.tar.gz"]);
}

#[test]
fn a_field_that_is_none_is_refused_with_those_that_there_are() {
    for words in [
        "scan --fields nmae",
        "scan --fields size,size",
        "hash -c l --fields mode",
    ] {
        let run = sanchay().words(words).run().exits(2);
        assert!(run.stderr.contains("--fields: "), "{}", run.stderr);
    }
    let run = sanchay().words("scan --fields nmae").run().exits(2);
    assert!(run.stderr.contains("path, size, modified, name"));
    let _ = sanchay().words("scan --count --fields size").run().exits(2);
}

#[test]
fn a_run_ends_after_so_many_results() {
    let tree = Tree::new();
    for number in 0..500 {
        tree.file(format!("d/{}/{number}", number % 7), number.to_string());
        tree.file(format!("e/{number}"), number.to_string());
    }
    let lines = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        run.text().lines().count()
    };
    assert_eq!(lines("scan d --max-results 3"), 3);
    assert_eq!(lines("scan d e --limit 1000"), 1000);
    assert_eq!(lines("scan d --limit 0"), 0);
    assert_eq!(lines("hash d --limit 3"), 3);
    // A heading, two paths and an empty line.
    assert_eq!(lines("dupes -q d e --limit 2"), 8);
    let whole = sanchay().within(tree.root()).words("hash e").run();
    let first = sanchay().within(tree.root()).words("hash e --limit 5").run();
    assert!(whole.succeeds().stdout.starts_with(&first.succeeds().stdout));
    let json = "scan d --limit 2 --format json";
    let run = sanchay().within(tree.root()).words(json).run().succeeds();
    let rows: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 2);
}
