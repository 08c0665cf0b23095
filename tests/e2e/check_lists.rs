//! The lists that `sanchay hash --check` reads: malformed, missing, hostile,
//! long, from standard input.

use std::fs;

use sanchay_testkit::{Tree, content::noise, digest::digest};

use crate::{
    check::{check, tree},
    sanchay,
};

#[test]
fn lines_that_are_malformed_are_counted_named_or_fatal_as_asked() {
    let tree = Tree::new();
    tree.file("good", "good");
    let sum = digest("sha256", b"good");
    let list = format!(
        "# a comment\n\n{sum}  good\nrubbish\n{}  good\n{sum} good\n\
         {sum}  \n\\{sum}  bad\\escape\n",
        &sum[1..]
    );
    tree.file("list", list);
    let finished = check(&tree, "list").exits(0);
    assert_eq!(finished.text(), "good: OK\n");
    let warning = ["WARNING: 5 lines are improperly formatted"];
    assert_eq!(finished.complaints(), warning);
    assert_eq!(check(&tree, "--strict list").code(), Some(1));
    let finished = check(&tree, "--warn list").exits(0);
    let named: Vec<_> = [4, 5, 6, 7, 8]
        .map(|line| format!("list: {line}: improperly formatted digest line"))
        .into_iter()
        .chain([warning[0].to_owned()])
        .collect();
    assert_eq!(finished.complaints(), named);
}

#[test]
fn a_list_without_a_single_digest_is_a_no() {
    let tree = Tree::new();
    for list in ["", "\n\n", "rubbish\n", "# only a comment\n", "\0\0\0"] {
        tree.file("list", list);
        let finished = check(&tree, "list").exits(1);
        assert_eq!(finished.stdout, b"");
        let expected = "list: no properly formatted digest lines found";
        assert_eq!(finished.complaints(), [expected], "{list:?}");
    }
}

#[test]
fn a_list_may_be_any_bytes_and_costs_no_more_than_a_complaint() {
    let tree = Tree::new();
    tree.file("noise", noise(1, 300_000));
    let finished = check(&tree, "noise");
    assert_eq!(finished.code(), Some(1));
    tree.file("line", vec![b'a'; 3 << 20]);
    let finished = check(&tree, "line").exits(2);
    let complaint = finished.complaints()[0];
    assert!(complaint.contains("line 1 is longer"), "{complaint}");
    let zeros = sanchay().words("hash -c").input(vec![0; 1 << 20]).run();
    assert_ne!(zeros.code(), Some(0));
}

#[test]
fn lists_that_cannot_be_read_are_told_and_the_others_checked() {
    let tree = tree();
    let sum = digest("sha256", b"good");
    tree.file("fine", format!("{sum}  good\n"));
    let finished = check(&tree, "gone fine").exits(3);
    assert_eq!(finished.text(), "good: OK\n");
    let expected = ["gone: cannot open: No such file or directory"];
    assert_eq!(finished.complaints(), expected);
    assert_eq!(check(&tree, "gone").code(), Some(2));
    assert_eq!(check(&tree, "gone list").code(), Some(1));
    tree.dir("directory");
    assert_eq!(check(&tree, "directory").code(), Some(2));
}

#[test]
fn a_list_is_read_from_standard_input_where_none_is_named() {
    let tree = tree();
    for words in ["hash --check", "hash -c -"] {
        let finished = sanchay()
            .within(tree.root())
            .words(words)
            .input(fs::read(tree.path("list")).unwrap())
            .run()
            .exits(1);
        assert!(finished.text().starts_with("good: OK\nbad: FAILED\n"));
    }
    let finished = sanchay().words("hash -c").input("rubbish").run().exits(1);
    let expected = "standard input: no properly formatted digest lines found";
    assert_eq!(finished.complaints(), [expected]);
}

#[test]
fn a_list_of_thousands_is_answered_in_order() {
    let tree = Tree::new();
    let mut list = String::new();
    for number in 0..100_usize {
        tree.file(format!("d/{number}"), noise(number as u64, number * 31));
    }
    let mut expected = String::new();
    for number in 0..8000_usize {
        let of = number * 7919 % 100;
        let good = number % 11 != 0;
        let sum = digest("xxh3-128", &noise(of as u64, of * 31));
        let sum = if good { sum } else { "0".repeat(32) };
        list += &format!("{sum}  d/{of}\n");
        let verdict = if good { "OK" } else { "FAILED" };
        expected += &format!("d/{of}: {verdict}\n");
    }
    tree.file("list", list);
    for threads in [1, 8] {
        let words = format!("list --threads {threads}");
        let finished = check(&tree, &words).exits(1);
        assert!(finished.text() == expected, "{threads}");
    }
}
