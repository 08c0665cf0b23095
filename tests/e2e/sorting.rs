//! `--sort`: records in the order that a user states.

use std::{fs, os::unix::fs::MetadataExt as _};

use sanchay_testkit::{Tree, tool};

use crate::sanchay;

fn lines(tree: &Tree, words: &str) -> Vec<String> {
    let run = sanchay().within(tree.root()).words(words).run().succeeds();
    run.text().lines().map(str::to_owned).collect()
}

/// Many files of few sizes.
fn tree() -> Tree {
    let tree = Tree::new();
    for number in 0..700_usize {
        let name = format!("d/{}/{number}.{}", number % 13, number % 3);
        tree.file(name, "x".repeat(number * 7919 % 40));
    }
    tree
}

#[test]
fn the_order_is_that_of_sort_whatever_the_memory_and_the_threads() {
    if !tool::has("sort") {
        return;
    }
    let tree = tree();
    let unsorted = lines(&tree, "scan d --template {size}\\t{path}");
    assert_eq!(unsorted.len(), 700);
    let oracle = |keys: &[&str]| {
        let mut command = tool::command("sort");
        command.args(["-t", "\t"]).args(keys);
        tool::filtered(command, &format!("{}\n", unsorted.join("\n")))
    };
    for (order, keys) in [
        ("size", &["-k1,1n", "-k2,2"][..]),
        ("size:desc", &["-k1,1nr", "-k2,2"]),
        ("path", &["-k2,2"]),
        ("size:asc,path:desc", &["-k1,1n", "-k2,2r"]),
    ] {
        let expected = oracle(keys);
        for how in ["", "-j 1", "--sort-memory 1", "--sort-memory 20k -j 8"] {
            let words = format!(
                "scan d --template {{size}}\\t{{path}} --sort {order} {how}"
            );
            assert_eq!(lines(&tree, &words).join("\n") + "\n", expected);
        }
        let words = format!("hash d --fields size,path --sort {order}");
        assert_eq!(lines(&tree, &words).join("\n") + "\n", expected);
    }
}

#[test]
fn a_limit_takes_the_first_of_all() {
    let tree = tree();
    let all = lines(&tree, "scan d --fields size,path --sort size:desc");
    for how in ["", "--sort-memory 1"] {
        for limit in [0, 1, 9, 699, 5000] {
            let words = format!(
                "scan d --fields size,path --sort size:desc --limit {limit} \
                 {how}"
            );
            let expected = &all[..limit.min(all.len())];
            assert_eq!(lines(&tree, &words), expected, "{words}");
        }
    }
}

#[test]
fn every_format_is_sorted_and_what_has_no_value_comes_last() {
    let tree = Tree::new();
    for name in ["a.z", "b", "c.y", ".d"] {
        tree.file(format!("d/{name}"), "");
    }
    let names = |order: &str| {
        lines(&tree, &format!("scan -H d --fields name --sort {order}"))
    };
    assert_eq!(names("extension"), ["c.y", "a.z", ".d", "b"]);
    assert_eq!(names("extension:desc"), ["a.z", "c.y", ".d", "b"]);
    assert_eq!(names("hidden:desc,name:desc"), [".d", "c.y", "b", "a.z"]);
    let json = lines(&tree, "scan d --json --fields name --sort path:desc");
    let expected =
        ["[", r#"{"name":"c.y"},"#, r#"{"name":"b"},"#, r#"{"name":"a.z"}"#];
    assert_eq!(json[..4], expected);
    let csv = lines(&tree, "scan d --format csv --fields name --sort name");
    assert_eq!(csv, ["name,name_base64", "a.z,", "b,", "c.y,"]);
    let words = "scan d --format parquet --sort size -o t.parquet";
    assert_eq!(lines(&tree, words), [""; 0]);
    let table = fs::read(tree.path("t.parquet")).unwrap();
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    // By what is not printed, and by what only the system knows.
    let inodes = lines(&tree, "scan d --template {name} --sort inode");
    let mut expected: Vec<_> = ["a.z", "b", "c.y"]
        .map(|it| (fs::metadata(tree.path(format!("d/{it}"))).unwrap(), it))
        .into_iter()
        .map(|(found, name)| (found.ino(), name.to_owned()))
        .collect();
    expected.sort();
    let expected: Vec<_> = expected.into_iter().map(|it| it.1).collect();
    assert_eq!(inodes, expected);
}

#[test]
fn an_order_that_makes_no_sense_is_refused() {
    for words in [
        "scan --sort siez",
        "scan --sort size:up",
        "scan --sort size,size",
        "scan --sort ,",
        "scan --sort-memory 1k",
        "scan --sort-memory 1x --sort size",
        "scan --count --sort size",
        "hash -c l --sort path",
        "dupes --sort modified",
    ] {
        let run = sanchay().words(words).run().exits(2);
        assert!(run.stderr.contains("--sort"), "{words}: {}", run.stderr);
        assert_eq!(run.stdout, b"");
    }
}

#[test]
fn a_temporary_folder_that_is_missing_is_named() {
    let tree = tree();
    let program = sanchay().within(tree.root()).env("TMPDIR", "/nowhere");
    let run = program.words("scan d --sort size --sort-memory 1").run();
    let run = run.exits(2);
    assert!(run.stderr.contains("--sort: "), "{}", run.stderr);
    assert!(run.stderr.contains("/nowhere"), "{}", run.stderr);
}
