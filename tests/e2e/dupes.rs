//! `sanchay dupes`: its options and formats, case by case.

use std::fs;

use sanchay_testkit::{
    Finished, Tree,
    content::noise,
    digest::{ALGORITHMS, digest},
    records,
};
use serde_json::Value;

use crate::{rows::zero_ended, sanchay};

fn dupes(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("dupes").words(words).run()
}

/// The groups, each as its paths.
#[track_caller]
fn groups(tree: &Tree, words: &str) -> Vec<Vec<String>> {
    let words = format!("{words} --format ndjson");
    let finished = dupes(tree, &words).exits(0);
    let files = |group: Value| {
        let files = group["files"].as_array().unwrap();
        let text = |file| String::from_utf8(records::path(file)).unwrap();
        files.iter().map(text).collect()
    };
    records::ndjson(&finished.stdout).into_iter().map(files).collect()
}

/// Two groups, and files that are in none.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/small-1", "equal");
    tree.file("d/small-2", "equal");
    tree.file("d/sub/small-3", "equal");
    tree.file("d/large-1", noise(1, 300_000));
    tree.file("d/large-2", noise(1, 300_000));
    tree.file("d/other", "other");
    tree.file("d/lonely", "of a size of its own");
    tree.file("d/empty-1", "");
    tree.file("d/empty-2", "");
    tree
}

const SMALL: [&str; 3] = ["d/small-1", "d/small-2", "d/sub/small-3"];
const LARGE: [&str; 2] = ["d/large-1", "d/large-2"];

#[test]
fn groups_are_told_with_the_most_to_gain_first() {
    let tree = tree();
    assert_eq!(groups(&tree, "d"), [&LARGE[..], &SMALL]);
    let finished = dupes(&tree, "d").exits(0);
    let expected = format!(
        "# 2 files of 300000 bytes, 300000 bytes reclaimable, xxh3-128:{}\n\
         d/large-1\nd/large-2\n\n\
         # 3 files of 5 bytes, 10 bytes reclaimable, xxh3-128:{}\n\
         d/small-1\nd/small-2\nd/sub/small-3\n\n",
        digest("xxh3-128", &noise(1, 300_000)),
        digest("xxh3-128", b"equal")
    );
    assert_eq!(finished.text(), expected);
}

#[test]
fn the_summary_is_one_line_on_standard_error() {
    let tree = tree();
    for format in ["text", "ndjson", "json", "csv"] {
        let finished = dupes(&tree, &format!("d --format {format}")).exits(0);
        assert_eq!(
            finished.stderr,
            "groups: 2, redundant files: 3, reclaimable: 292.98 KiB (300010 \
             bytes)\n"
        );
    }
    let finished = dupes(&tree, "d/sub").exits(0);
    assert_eq!(finished.stdout, b"");
    assert_eq!(
        finished.stderr,
        "groups: 0, redundant files: 0, reclaimable: 0 B (0 bytes)\n"
    );
}

#[test]
fn a_group_is_an_object_or_rows_with_the_digest_that_its_files_share() {
    let tree = tree();
    // 32 bits cannot tell files apart.
    for algorithm in ALGORITHMS.iter().copied().filter(|it| *it != "crc32") {
        let words = format!("d -a {algorithm} --format json");
        let finished = dupes(&tree, &words).exits(0);
        let groups = records::json(&finished.stdout);
        let keys: Vec<_> = groups[0].as_object().unwrap().keys().collect();
        let expected = ["algorithm", "files", "hash", "reclaimable", "size"];
        assert_eq!(keys, expected);
        let sum = digest(algorithm, b"equal");
        assert_eq!(groups[1]["hash"].as_str(), Some(sum.as_str()));
        assert_eq!(groups[1]["algorithm"].as_str(), Some(algorithm));
        assert_eq!(groups[1]["size"], 5);
        assert_eq!(groups[1]["reclaimable"], 10);
        let sum = digest(algorithm, &noise(1, 300_000));
        assert_eq!(groups[0]["hash"].as_str(), Some(sum.as_str()));
    }
    let table = records::csv(&dupes(&tree, "d --format csv").stdout);
    assert_eq!(
        table.header(),
        [
            "group",
            "size",
            "algorithm",
            "hash",
            "path",
            "path_base64",
            "reclaimable"
        ]
    );
    assert_eq!(table.column("group"), ["1", "1", "2", "2", "2"]);
    assert_eq!(table.column("path"), [&LARGE[..], &SMALL].concat());
    assert_eq!(table.column("reclaimable")[1..3], ["300000", "10"]);
}

#[test]
fn empty_files_are_equal_only_where_asked_for() {
    let tree = tree();
    let empty = ["d/empty-1", "d/empty-2"];
    let expected = [&LARGE[..], &SMALL, &empty];
    assert_eq!(groups(&tree, "d --min-size 0"), expected);
    assert_eq!(groups(&tree, "d --min-size 1"), [&LARGE[..], &SMALL]);
    assert!(groups(&tree, "d/empty-1 d/empty-2").is_empty());
    assert_eq!(groups(&tree, "d/empty-1 d/empty-2 --min-size 0"), [empty]);
    assert_eq!(groups(&tree, "d --min-size 6"), [&LARGE[..]]);
    assert_eq!(groups(&tree, "d --max-size 5"), [&SMALL[..]]);
    let all = "d --min-size 0 --max-size 5";
    assert_eq!(groups(&tree, all), [&SMALL[..], &empty]);
}

#[test]
fn the_walking_options_select_what_is_compared() {
    let tree = tree();
    assert_eq!(groups(&tree, "d -d 1"), [&LARGE[..], &SMALL[..2]]);
    tree.file("d/.hidden/copy", "equal");
    let with_hidden = [&["d/.hidden/copy"], &SMALL[..]].concat();
    assert_eq!(groups(&tree, "d"), [&LARGE[..], &SMALL]);
    assert_eq!(groups(&tree, "d -H")[1], with_hidden);
    tree.file("d/one.TXT", "equal");
    tree.file("d/sub/two.txt", "equal");
    let expected = [["d/one.TXT", "d/sub/two.txt"]];
    assert_eq!(groups(&tree, "d -e txt"), expected);
    let (inside, here) = (tree.path("d"), ["large-1", "large-2"]);
    let finished = sanchay().within(inside).words("dupes -0").run().exits(0);
    assert_eq!(zero_ended(&finished)[..2], here.map(|it| it.as_bytes()));
}

#[test]
fn hard_links_are_one_file_unless_asked_for() {
    let tree = Tree::new();
    tree.file("d/b", noise(1, 100_000));
    tree.hard_link("d/b", "d/a");
    tree.hard_link("d/b", "d/sub/c");
    tree.file("d/copy", noise(1, 100_000));
    tree.file("d/alone", "only this, twice named");
    tree.hard_link("d/alone", "d/alone-too");
    // Under the least of its paths.
    assert_eq!(groups(&tree, "d"), [["d/a", "d/copy"]]);
    let all = ["d/a", "d/b", "d/copy", "d/sub/c"];
    let alone = ["d/alone", "d/alone-too"];
    let reported = groups(&tree, "d --hardlinks");
    assert_eq!(reported, [&all[..], &alone]);
    let finished = dupes(&tree, "d --hardlinks --format ndjson").exits(0);
    let reported = records::ndjson(&finished.stdout);
    // To remove names of one file frees nothing.
    assert_eq!(reported[0]["reclaimable"], 100_000);
    assert_eq!(reported[1]["reclaimable"], 0);
    assert!(finished.stderr.contains("redundant files: 4,"));
    assert!(finished.stderr.contains("(100000 bytes)"));
}

#[test]
fn ways_to_one_name_are_not_names() {
    // Removing all but one of the reported files must leave one.
    let tree = Tree::new();
    tree.file("a/one", "hi");
    tree.hard_link("a/one", "a/two");
    tree.link("a/one", "link");
    tree.link("a", "way");
    for roots in
        ["a a/one", "a/one a", "a ./a/one link", "link a way", "way a"]
    {
        let reported = groups(&tree, &format!("{roots} --hardlinks"));
        assert_eq!(reported.len(), 1, "{roots}");
        let mut names: Vec<_> = reported[0]
            .iter()
            .map(|path| tree.path(path).canonicalize().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [tree.path("a/one"), tree.path("a/two")], "{roots}");
    }
    assert!(groups(&tree, "a/one ./a/one link --hardlinks").is_empty());
}

#[test]
fn no_file_is_its_own_duplicate_however_often_it_is_reached() {
    let tree = tree();
    tree.link("sub", "d/to-sub");
    tree.link("small-1", "d/to-small-1");
    tree.link("d", "to-d");
    let expected = [&LARGE[..], &SMALL];
    let whole = tree.path("d");
    let whole = whole.to_str().unwrap();
    for roots in
        ["d", "d d", "d d/", "d d/sub", "d d/small-1 d/small-1", "d to-d"]
    {
        for more in ["", "-L", "--hardlinks", "-L --beneath"] {
            for threads in ["1", "8"] {
                let words = format!("{roots} {more} --threads {threads}");
                assert_eq!(groups(&tree, &words), expected, "{words}");
            }
        }
    }
    for roots in [format!("d {whole}"), format!("{whole} d ./d")] {
        let reported = groups(&tree, &roots);
        assert_eq!(reported.len(), 2, "{roots}");
        assert_eq!((reported[0].len(), reported[1].len()), (2, 3), "{roots}");
    }
    assert!(groups(&tree, "d/small-1 d/small-1 ./d/small-1").is_empty());
}

#[test]
fn files_that_are_named_are_compared_with_those_in_directories() {
    let tree = tree();
    let reported = groups(&tree, "d/sub d/small-1");
    assert_eq!(reported, [["d/small-1", "d/sub/small-3"]]);
    let reported = groups(&tree, "d/large-2 d/large-1 d/other");
    assert_eq!(reported, [LARGE]);
}

#[test]
fn a_link_to_a_file_makes_no_duplicate_of_it_and_one_elsewhere_does() {
    let tree = Tree::new();
    tree.file("d/file", "content");
    tree.link("file", "d/link");
    assert!(groups(&tree, "d -L").is_empty());
    tree.file("elsewhere/copy", "content");
    tree.link(tree.path("elsewhere/copy"), "d/another");
    assert_eq!(groups(&tree, "d -L"), [["d/another", "d/file"]]);
    assert!(groups(&tree, "d").is_empty());
}

#[test]
fn the_output_option_writes_the_groups_and_leaves_the_summary() {
    let tree = tree();
    let printed = dupes(&tree, "d").exits(0).stdout;
    let finished = dupes(&tree, "d -o groups").exits(0);
    assert_eq!(finished.stdout, b"");
    assert!(finished.stderr.starts_with("groups: 2,"));
    assert_eq!(fs::read(tree.path("groups")).unwrap(), printed);
}

#[test]
fn where_nothing_is_equal_every_format_is_still_whole() {
    let tree = Tree::new();
    tree.file("d/a", "1");
    assert_eq!(dupes(&tree, "d").exits(0).stdout, b"");
    assert_eq!(dupes(&tree, "d -0").exits(0).stdout, b"");
    assert_eq!(dupes(&tree, "d --format ndjson").exits(0).stdout, b"");
    let array = dupes(&tree, "d --format json").exits(0);
    assert!(records::json(&array.stdout).is_empty());
    let csv = dupes(&tree, "d --format csv").exits(0);
    assert!(records::csv(&csv.stdout).is_empty());
}

#[test]
fn huge_files_that_differ_at_an_end_are_not_read_whole() {
    let tree = Tree::new();
    for name in ["a", "b", "c"] {
        let file = tree.sparse(format!("d/{name}"), 64 << 30);
        let file = fs::File::options().write(true).open(file).unwrap();
        let end = (64 << 30) - 1;
        std::os::unix::fs::FileExt::write_all_at(&file, name.as_bytes(), end)
            .unwrap();
    }
    let finished = dupes(&tree, "d").exits(0);
    assert_eq!(finished.stdout, b"");
    assert!(finished.took.as_secs() < 10, "{:?}", finished.took);
}
