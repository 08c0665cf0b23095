//! Which groups `sanchay dupes` tells: references, devices, sizes of groups,
//! their order, and comparing byte by byte.

use std::fs;

use sanchay_testkit::{Finished, Tree, content::noise, records};
use serde_json::Value;

use crate::sanchay;

fn dupes(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("dupes").words(words).run()
}

fn objects(tree: &Tree, words: &str) -> Vec<Value> {
    let finished = dupes(tree, &format!("--format ndjson {words}"));
    records::ndjson(&finished.exits(0).stdout)
}

/// The groups: what is reclaimable, and each path, with a `+` if it is a
/// reference.
fn groups(tree: &Tree, words: &str) -> Vec<(u64, String)> {
    let group = |group: &Value| {
        let file = |file: &Value| {
            let path = file["path"].as_str().unwrap();
            match file["role"].as_str() {
                Some("reference") => format!("+{path}"),
                Some("duplicate") | None => path.to_owned(),
                Some(other) => panic!("{other}"),
            }
        };
        let files = group["files"].as_array().unwrap();
        let files: Vec<_> = files.iter().map(file).collect();
        (group["reclaimable"].as_u64().unwrap(), files.join(" "))
    };
    objects(tree, words).iter().map(group).collect()
}

fn group(reclaimable: u64, files: &str) -> (u64, String) {
    (reclaimable, files.to_owned())
}

/// A card, an archive that has some of it, and masters.
fn tree() -> Tree {
    let tree = Tree::new();
    for (name, content) in [
        ("card/a", "first"),
        ("card/b", "second!"),
        ("card/sub/b2", "second!"),
        ("card/new", "not there"),
        ("card/new2", "not there"),
        ("archive/2020/a", "first"),
        ("archive/old", "of long ago"),
        ("archive/old2", "of long ago"),
        ("masters/b", "second!"),
    ] {
        tree.file(name, content);
    }
    tree
}

#[test]
fn against_a_directory_only_what_it_has_is_told_and_it_stays() {
    let tree = tree();
    let found = groups(&tree, "--against archive card");
    assert_eq!(found, [group(5, "+archive/2020/a card/a")]);
    // The roots may hold it, however that is spelled.
    let expected = [group(5, "+./archive/2020/a card/a")];
    for words in [
        "--against ./archive . ",
        "--against ./archive card archive",
        "--against ./archive . archive/2020",
    ] {
        let found = groups(&tree, words);
        let found: Vec<_> = found
            .iter()
            .map(|(bytes, files)| {
                group(*bytes, &files.replace(" ./card", " card"))
            })
            .collect();
        assert_eq!(found, expected, "{words}");
    }
    let both = groups(&tree, "--against archive --against masters card");
    assert_eq!(
        both,
        [
            group(14, "card/b card/sub/b2 +masters/b"),
            group(5, "+archive/2020/a card/a"),
        ]
    );
    assert_eq!(groups(&tree, "--against masters/b card/a card/b").len(), 1);
    let text = dupes(&tree, "--against archive card").exits(0);
    let lines: Vec<_> = text.text().lines().skip(1).collect();
    assert_eq!(lines, ["# reference", "archive/2020/a", "card/a", ""]);
    assert!(text.stderr.contains("groups: 1, redundant files: 1,"));
}

#[test]
fn files_of_references_stay_and_are_never_reclaimable() {
    let tree = tree();
    let found = groups(&tree, "--reference masters card");
    assert_eq!(
        found,
        [
            group(14, "card/b card/sub/b2 +masters/b"),
            group(9, "card/new card/new2"),
        ]
    );
    // A group of references alone is none.
    let all = groups(&tree, "--reference archive .");
    assert!(all.iter().all(|(_, files)| !files.contains("old")), "{all:?}");
    assert_eq!(groups(&tree, "--reference card/sub card").len(), 2);
    let named = groups(&tree, "--reference card/sub card");
    assert_eq!(named[0], group(9, "card/new card/new2"));
    assert_eq!(named[1], group(7, "card/b +card/sub/b2"));
    let csv = dupes(&tree, "--format csv --reference masters card");
    let csv = csv.exits(0);
    let mut lines = csv.text().lines();
    let head = "group,size,algorithm,hash,path,path_base64,role,reclaimable";
    assert_eq!(lines.next(), Some(head));
    assert!(lines.next().unwrap().ends_with("card/b,,duplicate,14"));
    assert!(lines.nth(1).unwrap().contains("masters/b,,reference,"));
    // The field can be had without references, too.
    let fields = dupes(&tree, "--fields role,path card").exits(0);
    assert!(fields.text().contains("duplicate\tcard/b\n"));
    assert!(!objects(&tree, "card")[0]["files"][0].is_null());
    assert!(objects(&tree, "card")[0]["files"][0].get("role").is_none());
}

#[test]
fn a_reference_that_is_not_there_ends_the_run_before_it_begins() {
    let tree = tree();
    for option in ["against", "reference"] {
        let words = format!("--{option} masters --{option} gone card");
        let finished = dupes(&tree, &words).exits(2);
        assert!(finished.stdout.is_empty());
        let why = format!("{option}: gone: No such file or directory");
        assert!(finished.stderr.contains(&why), "{}", finished.stderr);
    }
    // Nor may the output replace one.
    let words = "--reference masters/b -o masters/b card";
    let finished = dupes(&tree, words).exits(2);
    assert!(finished.stderr.contains("also an input"));
    assert_eq!(fs::read(tree.path("masters/b")).unwrap(), b"second!");
}

#[test]
fn another_name_of_a_reference_is_no_duplicate_that_frees_anything() {
    let tree = tree();
    tree.hard_link("masters/b", "card/0");
    let found = groups(&tree, "--reference masters card");
    assert_eq!(found[0], group(14, "card/b card/sub/b2 +masters/b"));
    let all = groups(&tree, "--hardlinks --reference masters card");
    assert_eq!(all[0], group(14, "card/0 card/b card/sub/b2 +masters/b"));
    tree.hard_link("masters/b", "links/only");
    assert_eq!(groups(&tree, "--reference masters links"), []);
    let names = groups(&tree, "--hardlinks --reference masters links");
    assert_eq!(names, [group(0, "links/only +masters/b")]);
}

#[test]
fn small_groups_are_left_out_and_all_are_in_the_order_that_is_wanted() {
    let tree = tree();
    tree.file("card/b3", "second!");
    let firsts = |words: &str| -> Vec<String> {
        let all = groups(&tree, words).into_iter();
        all.map(|(_, files)| files.split(' ').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(firsts("--min-group 3 ."), ["./card/b"]);
    assert_eq!(firsts("--min-group 4 ."), ["./card/b"]);
    assert_eq!(firsts("--min-group 5 ."), Vec::<String>::new());
    let by_size =
        ["./archive/2020/a", "./card/b", "./card/new", "./archive/old"];
    assert_eq!(firsts("--sort size ."), by_size);
    assert_eq!(firsts("--sort path:desc .")[0], "./card/new");
    assert_eq!(firsts("--sort copies:desc,size:desc .")[0], "./card/b");
    assert_eq!(firsts("--sort count:desc,size:desc .")[1], "./archive/old");
    assert_eq!(firsts("--sort reclaimable:desc ."), firsts("."));
    let wrong = dupes(&tree, "--sort name .").exits(2);
    let why = "'name' is not reclaimable, size, copies or path";
    assert!(wrong.stderr.contains(why), "{}", wrong.stderr);
    assert_eq!(groups(&tree, "--same-device .").len(), 4);
}

/// Two contents that have one MD5, by Wang and Yu (2005).
fn collision() -> [Vec<u8>; 2] {
    const HEX: &str = "\
        d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89\
        55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b\
        d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0\
        e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70";
    let digits = HEX.as_bytes().chunks(2);
    let byte = |it: &[u8]| {
        u8::from_str_radix(str::from_utf8(it).unwrap(), 16).unwrap()
    };
    let first: Vec<u8> = digits.map(byte).collect();
    let mut second = first.clone();
    for at in [19, 45, 59, 83, 109, 123] {
        second[at] ^= 0x80;
    }
    [first, second]
}

#[test]
fn what_has_the_digest_and_not_the_bytes_is_an_error_and_in_no_group() {
    let [first, second] = collision();
    assert_ne!(first, second);
    let tree = Tree::new();
    tree.file("d/a", &first);
    tree.file("d/b", &second);
    tree.file("d/c", &first);
    tree.file("e/a", &first);
    tree.file("e/b", &second);
    let trusting = groups(&tree, "--md5 d e");
    assert_eq!(trusting, [group(512, "d/a d/b d/c e/a e/b")]);
    let words = "--md5 --verify --format ndjson d e";
    let finished = dupes(&tree, words).exits(3);
    let found = records::ndjson(&finished.stdout);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["reclaimable"], 256);
    let files = found[0]["files"].as_array().unwrap();
    let paths: Vec<_> = files.iter().map(|it| it["path"].clone()).collect();
    assert_eq!(paths, ["d/a", "d/c", "e/a"]);
    for path in ["d/b", "e/b"] {
        let why = format!(
            "{path}: is no duplicate: its bytes differ from those of a file \
             with the same digest"
        );
        assert_eq!(finished.stderr.matches(&why).count(), 1);
    }
    let none = dupes(&tree, "--md5 --verify d/a d/b").exits(3);
    assert!(none.stdout.is_empty());
    assert!(none.stderr.contains("groups: 0, redundant files: 0,"));
}

#[test]
fn what_is_equal_byte_by_byte_stays_in_its_group() {
    let tree = Tree::new();
    for number in 0..40 {
        tree.file(format!("d/{number:02}"), noise(1, 700_000));
    }
    tree.file("d/sub/x", noise(2, 700_000));
    tree.file("d/sub/y", noise(2, 700_000));
    tree.hard_link("d/00", "d/other name");
    for words in ["d", "--hardlinks d", "-j 1 d"] {
        let verified = objects(&tree, &format!("--verify {words}"));
        assert_eq!(verified, objects(&tree, words), "{words}");
    }
}
