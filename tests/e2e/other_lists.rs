//! Lists of other programs, algorithms and lengths than those that `hash`
//! writes without being asked: what is understood, and what is said of the
//! rest.

use sanchay_testkit::{
    Tree,
    content::noise,
    digest::{ALGORITHMS, digest, tag},
    tool,
};

use crate::{check::check, sanchay};

#[test]
fn md5_and_xxh3_128_may_stand_in_one_list_as_sha256_and_blake3_may() {
    let tree = Tree::new();
    let mut list = String::new();
    let both = ["md5", "xxh3-128", "blake3", "sha256", "sha1", "crc32"];
    for number in 0..200_usize {
        let name = format!("{number:03}");
        let content = noise(number as u64, number * 100);
        tree.file(&name, &content);
        let algorithm = both[number / 3 % both.len()];
        list += &format!("{}  {name}\n", digest(algorithm, &content));
    }
    tree.file("list", &list);
    let expected: String =
        (0..200).map(|number| format!("{number:03}: OK\n")).collect();
    for threads in [1, 8] {
        let words = format!("list --threads {threads}");
        assert_eq!(check(&tree, &words).succeeds().text(), expected);
    }
    // Another content has neither digest.
    tree.file("000", "another");
    let finished = check(&tree, "list").exits(1);
    assert!(finished.text().starts_with("000: FAILED\n001: OK\n"));
}

#[test]
fn a_length_that_fits_nothing_is_told_with_those_that_fit() {
    let tree = Tree::new();
    tree.file("f", "f");
    let sha384 = "ab".repeat(48);
    tree.file("list", format!("{sha384}  f\n{sha384}  f\n"));
    let finished = check(&tree, "list").exits(1);
    let expected = [
        "list: 1: no algorithm known here has digests of 96 hexadecimal \
         digits: crc32 has 8, xxh64 has 16, xxh3-128 or md5 has 32, sha1 has \
         40, sha256 or blake3 has 64, sha512 has 128",
        "list: no properly formatted digest lines found",
    ];
    assert_eq!(finished.complaints(), expected);
    assert_eq!(check(&tree, "--warn list").complaints().len(), 3);
    let list = format!("{}  f\n", digest("md5", b"f"));
    tree.file("list", list);
    let finished = check(&tree, "-a sha256 list").exits(1);
    let expected = "list: 1: a digest of 32 hexadecimal digits is none of \
                    sha256, which has 64";
    assert_eq!(finished.complaints()[0], expected);
    assert_eq!(check(&tree, "-a md5 list").succeeds().text(), "f: OK\n");
    let finished = check(&tree, "-a xxh3-128 list").exits(1);
    assert_eq!(finished.text(), "f: FAILED\n");
}

#[test]
fn a_list_of_which_nothing_matches_may_be_of_another_algorithm() {
    let tree = Tree::new();
    let mut list = String::new();
    for name in ["a", "b", "c"] {
        tree.file(name, name);
        list += &format!("{}  {name}\n", "12".repeat(64));
    }
    tree.file("list", &list);
    let finished = check(&tree, "list").exits(1);
    let doubt = "list: none of 3 digests of 128 hexadecimal digits matched: \
                 they were taken for sha512, and may be of another algorithm";
    let warning = "WARNING: 3 computed checksums did NOT match";
    assert_eq!(finished.complaints(), [doubt, warning]);
    let finished = check(&tree, "-a sha512 list").exits(1);
    assert_eq!(finished.complaints(), [warning]);
    tree.file("list", format!("{list}{}  a\n", digest("sha512", b"a")));
    let finished = check(&tree, "list").exits(1);
    assert_eq!(finished.complaints(), [warning]);
    tree.file("list", "BLAKE2b (a) = 1234\nXXH32 (a) = 12345678\n");
    let finished = check(&tree, "list").exits(1);
    let expected = [
        "list: 1: the line names an algorithm not known here",
        "list: no properly formatted digest lines found",
    ];
    assert_eq!(finished.complaints(), expected);
}

#[test]
fn blake3_of_other_lengths_is_checked_where_it_is_named() {
    let tree = Tree::new();
    let content = noise(3, 3_000_000);
    tree.file("f", &content);
    let whole = digest("blake3", &content);
    for digits in [2, 16, 32, 40, 62, 64] {
        let sum = &whole[..digits];
        tree.file("list", format!("{sum}  f\n"));
        assert_eq!(
            check(&tree, "-a blake3 list").succeeds().text(),
            "f: OK\n"
        );
        tree.file("list", format!("BLAKE3 (f) = {sum}\n"));
        assert_eq!(check(&tree, "list").succeeds().text(), "f: OK\n");
        let wrong: String =
            sum.chars().map(|it| if it == '0' { '1' } else { '0' }).collect();
        tree.file("list", format!("BLAKE3 (f) = {wrong}\n"));
        assert_eq!(check(&tree, "list").exits(1).text(), "f: FAILED\n");
    }
    tree.file("list", format!("BLAKE3 (f) = {whole}{whole}\n"));
    let finished = check(&tree, "list").exits(1);
    let expected = "list: 1: a digest of 128 hexadecimal digits is none of \
                    blake3, which has at most 64";
    assert_eq!(finished.complaints()[0], expected);
    if tool::has("b3sum") {
        let theirs = tool::command("b3sum")
            .args(["--length", "20", "f"])
            .current_dir(tree.root())
            .output()
            .unwrap();
        tree.file("list", theirs.stdout);
        assert_eq!(
            check(&tree, "-a blake3 list").succeeds().text(),
            "f: OK\n"
        );
    }
}

#[test]
fn crc32_is_that_of_pythons_zlib() {
    if !tool::has("python3") {
        return;
    }
    let tree = Tree::new();
    let mut names = Vec::new();
    for size in [0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 4096, 100_000, 2 << 20] {
        let name = format!("f{size}");
        tree.file(&name, noise(size as u64, size));
        names.push(name);
    }
    let script = "import sys, zlib\n\
                  for name in sys.argv[1:]:\n    \
                  crc = zlib.crc32(open(name, 'rb').read())\n    \
                  print('%08x  %s' % (crc, name))";
    let theirs = tool::command("python3")
        .args(["-c", script])
        .args(&names)
        .current_dir(tree.root())
        .output()
        .unwrap();
    let ours = sanchay()
        .within(tree.root())
        .words("hash -a crc32")
        .args(&names)
        .run()
        .succeeds();
    assert_eq!(ours.text(), String::from_utf8(theirs.stdout).unwrap());
}

#[test]
fn old_lists_with_one_space_are_read_and_not_mixed_with_others() {
    let tree = Tree::new();
    tree.file("f", "f");
    tree.file(" g", "g");
    for algorithm in ALGORITHMS {
        if algorithm == "xxh3-64" {
            continue;
        }
        let (f, g) = (digest(algorithm, b"f"), digest(algorithm, b"g"));
        tree.file("list", format!("{f} f\n{g}  g\n  {f}\tf\n"));
        let finished = check(&tree, "list").succeeds();
        assert_eq!(finished.text(), "f: OK\n g: OK\nf: OK\n", "{algorithm}");
        tree.file("list", format!("{f}  f\n{g} g\n\t{f} *f\r\n"));
        let finished = check(&tree, "list").exits(0);
        assert_eq!(finished.text(), "f: OK\nf: OK\n", "{algorithm}");
        let complaint = "WARNING: 1 line is improperly formatted";
        assert_eq!(finished.complaints(), [complaint], "{algorithm}");
        let name = tag(algorithm);
        tree.file("list", format!(" {name}(f)= {f}\n{name} ( g)\t={g}\n"));
        let finished = check(&tree, "list").succeeds();
        assert_eq!(finished.text(), "f: OK\n g: OK\n", "{algorithm}");
    }
}

/// A block of a list is parsed at a time, each perhaps by another instance.
#[test]
fn what_the_first_line_decides_holds_to_the_end_of_a_long_list() {
    let tree = Tree::new();
    tree.file(" f", "f");
    let sum = digest("xxh64", b"f");
    let many = 30_000;
    for (first, matched) in [(" f", many + 1), ("   f", 1)] {
        let list =
            format!("{sum}{first}\n") + &format!("{sum}  f\n").repeat(many);
        tree.file("list", list);
        tree.file("f", "f");
        let finished = check(&tree, "list").succeeds();
        let text = finished.text();
        let spaced = text.lines().filter(|it| *it == " f: OK").count();
        let first = usize::from(first == " f");
        assert_eq!(spaced, matched - first);
    }
}
