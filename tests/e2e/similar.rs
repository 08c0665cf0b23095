//! `sanchay similar`: its pairs against what a plain comparison of all with
//! all tells, and what it leaves out.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
};

use sanchay_testkit::{Finished, Tree, records};
use serde_json::Value;

use crate::sanchay;

fn similar(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("similar").words(words).run()
}

/// The groups, each as its paths.
#[track_caller]
fn groups(tree: &Tree, words: &str) -> Vec<Vec<String>> {
    let finished = similar(tree, &format!("{words} --format ndjson")).exits(0);
    let mut groups: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for file in records::ndjson(&finished.stdout) {
        let path = String::from_utf8(records::path(&file)).unwrap();
        groups.entry(file["group"].as_u64().unwrap()).or_default().push(path);
    }
    groups.into_values().collect()
}

/// Random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }

    fn word(&mut self) -> String {
        format!("word{}", self.below(4000))
    }
}

/// Texts, many of which were made of others by changing some of their words.
fn corpus() -> BTreeMap<String, Vec<String>> {
    let mut random = Random(7);
    let mut texts = BTreeMap::new();
    for base in 0..40 {
        let words: Vec<String> =
            (0..40 + random.below(300)).map(|_| random.word()).collect();
        for variant in 0..random.below(8) {
            let mut changed = words.clone();
            for _ in 0..random.below(9) {
                let at = random.below(changed.len());
                match random.below(3) {
                    0 => changed[at] = random.word(),
                    1 => changed.insert(at, random.word()),
                    _ => drop(changed.remove(at)),
                }
            }
            texts.insert(format!("d/{}/{base}-{variant}", base % 5), changed);
        }
    }
    texts
}

fn jaccard(one: &[String], other: &[String]) -> f64 {
    let set = |words: &[String]| -> HashSet<Vec<String>> {
        words.windows(3).map(<[String]>::to_vec).collect()
    };
    let (one, other) = (set(one), set(other));
    let both = one.intersection(&other).count();
    both as f64 / (one.len() + other.len() - both) as f64
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_pairs_are_those_of_comparing_all_with_all() {
    let tree = Tree::new();
    let texts = corpus();
    for (name, words) in &texts {
        tree.file(name.as_str(), words.join(" "));
    }
    let mut all = BTreeMap::new();
    for (one, words) in &texts {
        for (other, others) in texts.range(one.clone()..).skip(1) {
            let similarity = jaccard(words, others);
            all.insert((one.clone(), other.clone()), similarity);
        }
    }
    for threshold in [0.5, 0.8, 0.95, 1.0] {
        let words =
            format!("d --pairs --threshold {threshold} --format ndjson");
        let finished = similar(&tree, &words).exits(0);
        let mut found = BTreeSet::new();
        for pair in records::ndjson(&finished.stdout) {
            let names = (text(&pair["path"]), text(&pair["other"]));
            let similarity = pair["similarity"].as_f64().unwrap();
            assert!((similarity - all[&names]).abs() < 1e-12, "{names:?}");
            assert!(found.insert(names), "a pair is told twice");
        }
        let alike = all.iter().filter(|it| *it.1 >= threshold);
        let expected: BTreeSet<_> = alike.map(|it| it.0.clone()).collect();
        assert_eq!(found, expected, "{threshold}");
        assert!(threshold > 0.8 || expected.len() > 50, "too few to tell");
    }
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads() {
    let tree = Tree::new();
    for (name, words) in &corpus() {
        tree.file(name.as_str(), words.join(" "));
    }
    for more in ["", "--pairs", "--format json"] {
        let with = |threads| {
            let words = format!("d {more} --threads {threads}");
            similar(&tree, &words).exits(0).stdout
        };
        let one = with(1);
        assert!(!one.is_empty());
        assert_eq!(one, with(2));
        assert_eq!(one, with(7));
    }
}

/// A text of so many lines that differ.
fn lines(count: usize) -> String {
    let line = |number| format!("line {number} of the text;\n");
    (0..count).map(line).collect()
}

/// Two groups, and files that are in none.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a", lines(100));
    tree.file("d/b", lines(103));
    tree.file("d/sub/c", lines(100).replace('\n', "\r\n"));
    tree.file("d/x", "one two three four");
    tree.file("d/y", "one\ttwo three\nfour");
    tree.file("d/z", "four three two one");
    tree.file("d/empty", "");
    tree.file("d/spaces", " \n ");
    tree.file("d/more-spaces", "\n\n");
    tree.file("d/binary-1", [0; 100]);
    tree.file("d/binary-2", [0; 100]);
    tree
}

#[test]
fn groups_are_told_by_their_first_files() {
    let tree = tree();
    let finished = similar(&tree, "d").exits(0);
    // 5 shingles a line, at the last line 2 of them; three lines are new.
    let expected = "# 3 similar files\n\
                    1.000\td/a\n0.971\td/b\n1.000\td/sub/c\n\n\
                    # 2 similar files\n1.000\td/x\n1.000\td/y\n\n";
    assert_eq!(finished.text(), expected);
    let said = "groups: 2, similar files: 5, texts compared: 6\n";
    assert_eq!(finished.stderr, said);
    let bare = similar(&tree, "d -0").exits(0);
    let expected = "d/a\0d/b\0d/sub/c\0\0d/x\0d/y\0\0";
    assert_eq!(bare.text(), expected);
    let fields = similar(&tree, "d --fields name,size,group").exits(0);
    let size = lines(100).len();
    assert!(fields.text().starts_with(&format!("a\t{size}\t1\n")));
}

#[test]
fn every_format_has_the_records() {
    let tree = tree();
    let csv = similar(&tree, "d/x d/y --format csv").exits(0);
    let expected = "group,similarity,size,path,path_base64\n\
                    1,1.0,18,d/x,\n1,1.0,18,d/y,\n";
    assert_eq!(csv.text(), expected);
    let json = similar(&tree, "d/x d/y --pairs --json").exits(0);
    let pairs: Value = serde_json::from_slice(&json.stdout).unwrap();
    let expected = serde_json::json!([{
        "group": 1, "similarity": 1.0, "path": "d/x", "other": "d/y",
    }]);
    assert_eq!(pairs, expected);
    let lines = similar(&tree, "d/x d/y --pairs").exits(0);
    assert_eq!(lines.text(), "1\t1.000\td/x\td/y\n");
    let lines = similar(&tree, "d/a d/b --pairs").exits(0);
    assert_eq!(lines.text(), "1\t0.971\td/a\td/b\n");
    let lines = similar(&tree, "d/a d/b --fields name,similarity").exits(0);
    assert_eq!(lines.text(), "a\t1.000\nb\t0.971\n");
    similar(&tree, "d -o found.parquet --format parquet").exits(0);
    let table = fs::read(tree.path("found.parquet")).unwrap();
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
}

#[test]
fn a_text_is_the_same_in_every_encoding() {
    let tree = Tree::new();
    let text =
        "Käse, garçon, señor, Ελλάδα, 日本語 und so weiter. ".repeat(20);
    let marked = format!("\u{feff}{text}");
    let le: Vec<u8> =
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> =
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    tree.file("d/utf-8", &text);
    tree.file("d/utf-8-marked", &marked);
    tree.file("d/utf-16le", le);
    tree.file("d/utf-16be", be);
    tree.file("d/latin-1", b"caf\xe9 cr\xe8me br\xfbl\xe9e d\xe9j\xe0 vu");
    tree.file("d/latin-1-b", b"caf\xe9 cr\xe8me  br\xfbl\xe9e d\xe9j\xe0 vu");
    let expected = [
        vec!["d/latin-1", "d/latin-1-b"],
        vec!["d/utf-16be", "d/utf-16le", "d/utf-8", "d/utf-8-marked"],
    ];
    assert_eq!(groups(&tree, "d --threshold 1"), expected);
}

#[test]
fn files_of_any_size_are_read_in_pieces_up_to_the_limit() {
    let tree = Tree::new();
    tree.file("d/1", lines(60_000));
    tree.file("d/2", lines(60_001));
    tree.file("d/3", "short");
    assert_eq!(groups(&tree, "d"), [["d/1", "d/2"]]);
    let finished = similar(&tree, "d --max-file-size 1MB").exits(0);
    let said = "groups: 0, similar files: 0, texts compared: 1, left out for \
                their size: 2\n";
    assert_eq!((finished.text(), &*finished.stderr), ("", said));
}

#[test]
fn names_of_one_file_and_roots_that_overlap_count_once() {
    let tree = tree();
    tree.hard_link("d/x", "d/another-name-of-x");
    let expected =
        [vec!["d/a", "d/b", "d/sub/c"], vec!["d/another-name-of-x", "d/y"]];
    assert_eq!(groups(&tree, "d d/sub d/a"), expected);
    tree.link("a", "d/link-to-a");
    assert_eq!(groups(&tree, "d -L"), expected);
}

#[test]
fn filters_and_results_are_limited_as_elsewhere() {
    let tree = tree();
    assert_eq!(groups(&tree, "d --max-size 100"), [["d/x", "d/y"]]);
    assert_eq!(groups(&tree, "d --limit 1"), [["d/a", "d/b", "d/sub/c"]]);
    let pairs = similar(&tree, "d --pairs --limit 2").exits(0);
    assert_eq!(pairs.lines().len(), 2);
    assert_eq!(groups(&tree, "d --max-depth 1 -g [ab]"), [["d/a", "d/b"]]);
    assert!(groups(&tree, "d -g [ax]").is_empty());
}

#[test]
fn shingles_are_of_so_many_words_or_characters() {
    let tree = Tree::new();
    tree.file("d/a", "a b c d e f g h i j");
    tree.file("d/b", "a b c d E f g h i j");
    tree.file("d/c", "abcdefghij");
    tree.file("d/d", "abcdEfghij");
    // 9 of 11 words are in both; 5 of 11 threes of words.
    assert_eq!(groups(&tree, "d --shingle-size 1"), [["d/a", "d/b"]]);
    assert_eq!(groups(&tree, "d --threshold 0.45"), [["d/a", "d/b"]]);
    assert!(groups(&tree, "d --threshold 0.46").is_empty());
    let words = "d/c d/d --characters --shingle-size 2 --threshold 0.6";
    assert_eq!(groups(&tree, words), [["d/c", "d/d"]]);
}

#[test]
fn a_file_that_cannot_be_read_costs_itself_only() {
    let tree = tree();
    tree.forbid("d/b");
    let finished = sanchay()
        .within(tree.root())
        .words("similar -q d")
        .unprivileged(&tree)
        .run()
        .exits(3);
    assert!(finished.text().starts_with("# 2 similar files\n1.000\td/a\n"));
    assert_eq!(finished.complaints().len(), 1, "{}", finished.stderr);
}

#[test]
fn names_are_told_byte_for_byte() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = Tree::new();
    for name in [&b"d/a\xff"[..], b"d/b\nc"] {
        let path = tree.root().join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "the same words").unwrap();
    }
    let pairs = similar(&tree, "d --pairs --format ndjson").exits(0);
    let pair = &records::ndjson(&pairs.stdout)[0];
    assert_eq!(records::path(pair), b"d/a\xff");
    assert_eq!(pair["other"], "d/b\nc");
    let text = similar(&tree, "d").exits(0);
    let expected = b"# 2 similar files\n1.000\td/a\xff\n1.000\t\\d/b\\nc\n\n";
    assert_eq!(text.stdout, expected);
}

#[test]
fn a_threshold_that_is_none_is_refused() {
    let tree = tree();
    for threshold in ["0", "1.1", "-0.5", "NaN", "80%"] {
        let words = format!("d --threshold={threshold}");
        let finished = similar(&tree, &words).exits(2);
        assert!(finished.stderr.contains("threshold"), "{threshold}");
        assert_eq!(finished.stdout, b"");
    }
    similar(&tree, "d --shingle-size 0").exits(2);
    similar(&tree, "d --shingle-size 65").exits(2);
}

#[test]
fn nothing_to_compare_is_no_error() {
    let tree = Tree::new();
    tree.dir("d");
    let finished = similar(&tree, "d --json").exits(0);
    assert_eq!(finished.text(), "[\n]\n");
    similar(&tree, "missing").exits(2);
}

#[test]
fn expressions_ask_how_alike_files_are() {
    let tree = tree();
    let told = |words: &[&str]| {
        let program = sanchay().within(tree.root()).arg("similar").args(words);
        program.run()
    };
    let alike = told(&["d", "--where", "similarity < 1"]).exits(0);
    assert_eq!(alike.text(), "# 1 similar files\n0.971\td/b\n\n");
    let alike = told(&["d", "--where", "similarity > 0.98"]).exits(0);
    let expected = "# 2 similar files\n1.000\td/a\n1.000\td/sub/c\n\n\
                    # 2 similar files\n1.000\td/x\n1.000\td/y\n\n";
    assert_eq!(alike.text(), expected);
    // Beside tests of names, which are decided before.
    let where_ = "not name = c and similarity >= 0.9 and size > 100";
    let alike = told(&["d", "--where", where_]).exits(0);
    assert_eq!(alike.text(), "# 2 similar files\n1.000\td/a\n0.971\td/b\n\n");
    // A group of which nothing but its first file is left is none.
    let where_ = "not name = c and similarity >= 0.99 and size > 100";
    let none = told(&["d", "--where", where_]).exits(0);
    assert_eq!(none.text(), "");
    // Of pairs, it is how alike these are: the first of the group does not
    // count.
    let pairs = told(&["d", "--pairs", "--where", "similarity < 1"]).exits(0);
    let expected = "1\t0.971\td/a\td/b\n1\t0.971\td/b\td/sub/c\n";
    assert_eq!(pairs.text(), expected);
    let explained =
        told(&["--where", "similarity > 0.9 and ext = rs", "--explain"]);
    let explained = explained.exits(0);
    assert!(explained.text().contains("similarity > 0.9"));
    let mixed = told(&["d", "--where", "similarity > 0.9 or size > 1"]);
    assert!(mixed.exits(2).stderr.contains("by and only"));
    let elsewhere = sanchay().args(["scan", "--where", "similarity > 0.9"]);
    assert!(elsewhere.run().exits(2).stderr.contains("by sanchay similar"));
}
