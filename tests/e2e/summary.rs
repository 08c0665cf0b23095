//! `sanchay summary`: its sums against what `find` and `du` tell, and what it
//! does with filters, links, errors and outputs.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use sanchay_testkit::{Finished, Tree, content::noise, image, tool};
use serde_json::Value;

use crate::{sanchay, scan};

fn summary(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("summary").words(words).run()
}

fn json(tree: &Tree, words: &str) -> Value {
    let finished = summary(tree, &format!("--json {words}")).succeeds();
    serde_json::from_slice(&finished.stdout).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// What `find` prints of a tree: a line for each entry that its tests want.
fn find(tree: &Tree, words: &str, format: &str) -> Vec<String> {
    let mut find = Command::new("find");
    find.current_dir(tree.root()).arg(".");
    find.args(words.split_whitespace()).arg("-printf").arg(format);
    let output = find.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The files, bytes and blocks of lines `DEVICE:INODE SIZE BLOCKS ...`, each
/// file once but in the number of files.
fn totals(lines: &[String]) -> [u64; 3] {
    let mut seen = HashSet::new();
    let mut sums = [0; 3];
    for line in lines {
        let mut fields = line.split(' ');
        let id = fields.next().unwrap().to_owned();
        let [size, blocks] =
            [(); 2].map(|()| fields.next().unwrap().parse::<u64>().unwrap());
        sums[0] += 1;
        if seen.insert(id) {
            sums[1] += size;
            sums[2] += blocks * 512;
        }
    }
    sums
}

fn told(object: &Value) -> [u64; 3] {
    ["files", "bytes", "allocated"].map(|name| number(&object[name]))
}

/// A tree of what summaries tell apart.
fn tree() -> Tree {
    let tree = scan::tree();
    tree.sparse("holes/sparse.img", 10_000_000);
    tree.hard_link("a/one.Mkv", "a/b/second name.avi");
    tree.hard_link("a/one.Mkv", "0-first");
    tree.dir("bare/one/two");
    tree.dir("bare/three");
    tree.fifo("a/fifo");
    tree
}

#[test]
fn the_sums_are_those_of_find() {
    let tree = tree();
    let format = "%D:%i %s %b %f\n";
    for (words, tests) in [
        ("-H", "-type f"),
        ("", "-type f -not -path */.*"),
        ("-H -e mkv", "-type f -iname ?*.mkv"),
        ("-H --min-size 1000", "-type f -size +999c"),
        ("-H -d 2", "-maxdepth 2 -type f"),
        ("-H --kind symlink", "-type l"),
    ] {
        let lines = find(&tree, tests, format);
        assert!(!lines.is_empty(), "{tests}");
        let read = json(&tree, words);
        assert_eq!(told(&read), totals(&lines), "{words}");
    }
    let directories = find(&tree, "-type d", "%p\n").len() as u64;
    assert_eq!(number(&json(&tree, "-H")["directories"]), directories);
}

#[test]
fn every_split_adds_up_to_the_whole_and_folders_are_those_of_find() {
    let tree = tree();
    let read = json(&tree, "-H --depth 3 --content");
    let whole = told(&read);
    for list in ["extensions", "sizes", "ages", "owners", "contents"] {
        let parts = read[list].as_array().unwrap();
        let sum = parts.iter().map(told).fold([0; 3], |sum, it| {
            [sum[0] + it[0], sum[1] + it[1], sum[2] + it[2]]
        });
        assert_eq!(sum, whole, "{list}");
    }
    // In each folder, what find tells of files whose least path lies in it.
    let mut lines = find(&tree, "-type f", "%p %D:%i %s %b\n");
    lines.sort();
    let mut seen = HashSet::new();
    let mut expected: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for line in &lines {
        let (rest, blocks) = line.rsplit_once(' ').unwrap();
        let (rest, size) = rest.rsplit_once(' ').unwrap();
        let (path, id) = rest.rsplit_once(' ').unwrap();
        let is_new = seen.insert(id.to_owned());
        let path = path.strip_prefix("./").unwrap();
        for (at, _) in path.match_indices('/').chain([(0, "")]) {
            let folder = if at == 0 { "." } else { &path[..at] };
            if folder.matches('/').count() > 2 {
                continue;
            }
            let sums = expected.entry(folder.to_owned()).or_default();
            sums[0] += 1;
            if is_new {
                sums[1] += size.parse::<u64>().unwrap();
                sums[2] += blocks.parse::<u64>().unwrap() * 512;
            }
        }
    }
    let folders = read["folders"].as_array().unwrap();
    let found: BTreeMap<_, _> = folders
        .iter()
        .filter(|it| number(&it["files"]) > 0)
        .map(|it| (it["path"].as_str().unwrap().to_owned(), told(it)))
        .collect();
    assert_eq!(found, expected);
    // Those without files are told as well.
    let directories = find(&tree, "-maxdepth 3 -type d", "%p\n");
    assert_eq!(folders.len(), directories.len());
}

#[test]
fn du_tells_the_same_of_all_kinds() {
    let tree = tree();
    let read = json(&tree, "-H --kind file,directory,symlink,fifo,socket");
    let root = fs::metadata(tree.root()).unwrap();
    let du = |options: &str| -> u64 {
        let mut du = Command::new("du");
        du.args(options.split(' ')).arg(tree.root());
        let output = du.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().next().unwrap().parse().unwrap()
    };
    let allocated = number(&read["allocated"]) + root.blocks() * 512;
    assert_eq!(allocated, du("-s --block-size=1"));
    // From 9.2 on, du counts no apparent sizes of directories.
    let with_directories = number(&read["bytes"]) + root.len();
    let without = number(&json(&tree, "-H --kind file,symlink")["bytes"]);
    assert!([with_directories, without].contains(&du("-sb")));
}

#[test]
fn the_lists_are_in_order() {
    let tree = tree();
    let day = Duration::from_secs(86_400);
    tree.touch("a/b/c/three.mkv", SystemTime::now() - 9000 * day);
    tree.touch("kibi.bin", SystemTime::now() + 9 * day);
    let read = json(&tree, "--top 3");
    let paths = |list: &str| -> Vec<String> {
        let list = read[list].as_array().unwrap();
        let path = |it: &Value| it["path"].as_str().unwrap().to_owned();
        list.iter().map(path).collect()
    };
    assert_eq!(
        paths("largest"),
        ["holes/sparse.img", "0-first", "archive.tar.gz"]
    );
    assert_eq!(paths("oldest")[0], "a/b/c/three.mkv");
    assert_eq!(paths("newest")[0], "kibi.bin");
    let ages = read["ages"].as_array().unwrap();
    assert_eq!(ages[0]["age"], "future");
    assert_eq!(number(&ages[0]["files"]), 1);
    assert_eq!(number(&read["empty_folder_count"]), 7);
    assert_eq!(paths("empty_folders"), ["bare", "a/nothing"]);
    let folders = &read["empty_folders"];
    assert_eq!(number(&folders[0]["folders"]), 3);
    assert_eq!(number(&folders[1]["folders"]), 2);
    let none = json(&tree, "--top 0 --depth 0");
    for list in ["largest", "empty_folders", "fullest_folders"] {
        assert_eq!(none[list], serde_json::json!([]), "{list}");
    }
    assert_eq!(none["folders"].as_array().unwrap().len(), 1);
}

#[test]
fn a_folder_with_something_that_was_not_looked_at_is_not_without_files() {
    let tree = Tree::new();
    tree.dir("a/empty");
    tree.file("b/.hidden", "x");
    tree.file("c/.git/x", "x");
    tree.dir("d/forbidden");
    tree.dir("e/deep/deeper");
    tree.forbid("d/forbidden");
    let program = sanchay().unprivileged(&tree).within(tree.root());
    let program = program.words("summary --json -d 3 a b c d e");
    let finished = program.run().exits(3);
    let read: Value = serde_json::from_slice(&finished.stdout).unwrap();
    let empty = read["empty_folders"].as_array().unwrap();
    let paths: Vec<_> = empty.iter().map(|it| &it["path"]).collect();
    assert_eq!(paths, ["e", "a"]);
    let text = summary(&tree, "-d 2 e").succeeds();
    assert!(!text.text().contains("without files"), "{}", text.text());
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads() {
    let tree = tree();
    // These are a day and a week old within seconds.
    for name in ["top.MP4", "a/one.Mkv"] {
        tree.touch(name, SystemTime::now() - Duration::from_secs(3600));
    }
    for index in 0..300 {
        let name =
            format!("many/{}/{}/f{index}.x{}", index % 7, index, index % 5);
        tree.file(&name, noise(index, 100));
        if index % 3 == 0 {
            tree.hard_link(&name, format!("many/{}/again{index}", index % 4));
        }
    }
    let answer = |words: &str| {
        let mut read = json(&tree, &format!("-H --content --top 50 {words}"));
        read["now"] = Value::Null;
        read
    };
    let one = answer("-j 1");
    for words in ["-j 2", "-j 8", "", "--walker portable"] {
        assert_eq!(answer(words), one, "{words}");
    }
}

#[test]
fn what_lies_in_two_roots_counts_once() {
    let tree = tree();
    let all = told(&json(&tree, "."));
    for words in [
        ". a",
        "a .",
        ". ./a a/b",
        ". . ./",
        "top.mkv .",
        ". top.mkv top.mkv",
        "-L . a",
    ] {
        let read = json(&tree, words);
        assert_eq!(told(&read), all, "{words}");
        let roots = read["roots"].as_array().unwrap();
        assert_eq!(roots.len(), words.replace("-L ", "").split(' ').count());
    }
}

#[test]
fn a_root_within_another_adds_what_the_depth_hides_from_that() {
    let tree = Tree::new();
    for name in ["r/0", "r/a/1", "r/a/b/2", "r/a/b/c/3", "r/z/4"] {
        tree.file(name, name);
    }
    let files = |words: &str| number(&json(&tree, words)["files"]);
    assert_eq!(files("-d 2 r"), 3);
    for words in ["-d 2 r r/a", "-d 2 r/a r", "-d 2 ./r/a r r/a"] {
        assert_eq!(files(words), 4, "{words}");
    }
    assert_eq!(files("--min-depth 2 r r/a"), 4);
    assert_eq!(files("--min-depth 2 r/a r"), 4);
    // The folders are the same in either order, and each is there once.
    let folders = |words: &str| {
        let read = json(&tree, words);
        assert_eq!(number(&read["directories"]), 5, "{words}");
        read["folders"].clone()
    };
    assert_eq!(folders("r r/a --depth 9"), folders("r --depth 9"));
    assert_eq!(folders("r/a r --depth 9"), folders("r --depth 9"));
    let fullest = json(&tree, "r ./r/a r/a")["fullest_folders"].clone();
    assert_eq!(fullest.as_array().unwrap().len(), 5);
}

#[test]
fn a_hard_link_that_was_named_is_one_of_several_names() {
    let tree = Tree::new();
    tree.file("a", "content");
    tree.hard_link("a", "d/b");
    tree.hard_link("a", "d/c");
    for words in [".", "a .", "d/b .", "a d", "d/b ./d/b a ."] {
        let read = json(&tree, words);
        assert_eq!(told(&read)[..2], [3, 7], "{words}");
    }
    assert_eq!(told(&json(&tree, "a ./a"))[..2], [1, 7]);
}

#[test]
fn folders_hold_what_they_hold_whatever_kinds_are_wanted() {
    let tree = tree();
    let of = |words: &str| {
        let read = json(&tree, &format!("-H {words}"));
        let names = ["empty_folders", "empty_folder_count", "fullest_folders"];
        names.map(|name| read[name].clone())
    };
    let plain = of("");
    assert!(number(&plain[1]) > 0);
    for words in ["--kind directory", "--kind symlink,fifo", "--kind empty"] {
        assert_eq!(of(words), plain, "{words}");
    }
}

#[test]
fn a_broken_excludes_file_is_told_of_once() {
    let tree = Tree::new();
    tree.file("home/.config/git/ignore", "x\n".repeat(20_001));
    for name in ["a/x", "b/x", "a/c/x"] {
        tree.file(name, "");
    }
    let home = tree.path("home").to_str().unwrap().to_owned();
    for words in [
        "summary --gitignore a b",
        "summary --gitignore a a/c",
        "dupes --min-size 0 --gitignore a b",
        "dupes --gitignore a a/c",
        "hash --gitignore -L a b",
    ] {
        let program = sanchay().within(tree.root()).env("HOME", &home);
        let program = program.env("XDG_CONFIG_HOME", "").words(words);
        let finished = program.run().exits(3);
        let why = "cannot use the ignore file";
        let told = finished.stderr.matches(why).count();
        assert_eq!(told, 1, "{words}: {}", finished.stderr);
    }
}

#[test]
fn kinds_of_content_are_told_by_content_and_not_by_name() {
    let tree = Tree::new();
    tree.file("picture.txt", image::png(3, 4));
    tree.file("d/text.png", "words\n");
    tree.file("d/program", b"\x7fELF\x02\x01\x01");
    tree.file("d/empty.zip", "");
    tree.file("d/page.PDF", "%PDF-1.7\n");
    tree.file("d/video.mkv", b"\x1a\x45\xdf\xa3\x01");
    tree.file("d/data", [0, 1, 2, 3]);
    // More than one call takes.
    for index in 0..200 {
        tree.file(format!("songs/{index}"), b"fLaC\0\0\0\x22");
    }
    tree.link("picture.txt", "link");
    let kinds = |words: &str| -> BTreeMap<String, u64> {
        let read = json(&tree, &format!("--content {words}"));
        let kinds = read["contents"].as_array().unwrap().iter();
        let kinds = kinds.map(|it| {
            let kind = it["content"].as_str().unwrap().to_owned();
            (kind, number(&it["files"]))
        });
        kinds.filter(|(_, files)| *files > 0).collect()
    };
    let expected = [
        ("audio", 200),
        ("document", 1),
        ("empty", 1),
        ("executable", 1),
        ("image", 1),
        ("other", 1),
        ("text", 1),
        ("video", 1),
    ];
    let expected: BTreeMap<_, _> =
        expected.map(|(kind, files)| (kind.to_owned(), files)).into();
    assert_eq!(kinds(""), expected);
    assert_eq!(kinds("picture.txt d songs"), expected);
    assert!(json(&tree, "")["contents"].is_null());
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_counts_all_the_same() {
    let tree = Tree::new();
    tree.file("readable", "text");
    tree.file("secret", "other text");
    tree.forbid("secret");
    let program = sanchay().unprivileged(&tree).within(tree.root());
    let finished = program.words("summary --content --json").run().exits(3);
    assert_eq!(finished.complaints().len(), 1);
    let complaint = finished.complaints()[0];
    assert!(complaint.starts_with("secret: cannot open: "));
    let read: Value = serde_json::from_slice(&finished.stdout).unwrap();
    assert_eq!(number(&read["files"]), 2);
    assert_eq!(number(&read["errors"]), 1);
    let contents = read["contents"].as_array().unwrap();
    assert_eq!(contents.last().unwrap()["content"], "unknown");
    assert_eq!(number(&contents.last().unwrap()["bytes"]), 10);
}

#[test]
fn a_root_that_is_not_there_fails_the_run_if_there_is_no_other() {
    let tree = tree();
    let finished = summary(&tree, "gone").exits(2);
    assert!(finished.stdout.is_empty());
    let finished = summary(&tree, "--json gone a").exits(3);
    let read: Value = serde_json::from_slice(&finished.stdout).unwrap();
    assert_eq!(number(&read["errors"]), 1);
    assert!(number(&read["files"]) > 0);
}

#[test]
fn the_text_tells_the_same_sums_and_fits_its_lines() {
    let tree = tree();
    let locale = |value: &'static str| {
        let program = sanchay().within(tree.root()).env("LC_ALL", value);
        program.words("summary -H --content").run().succeeds()
    };
    let finished = locale("C");
    let text = finished.text();
    let read = json(&tree, "-H");
    let head = text.lines().next().unwrap();
    let files = format!("{} files in ", number(&read["files"]));
    assert!(head.starts_with(&files), "{head}");
    for part in [
        "\nBy folder",
        "\nBy extension",
        "\nBy size\n",
        "\nBy age\n",
        "\nBy content\n",
        "\nBy owner\n",
        "\nLargest files\n",
        "\nFolders without files: 7\n",
        "  holes/sparse.img\n",
        "  .mkv\n",
        "  100.0 %",
        "####",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.is_ascii());
    assert!(!text.contains('\x1b'));
    assert!(locale("C.UTF-8").text().contains("████"));
}

#[test]
fn a_terminal_gets_colour_and_a_pipe_gets_none() {
    let tree = tree();
    let seen = |words: &str| {
        let program = sanchay().within(tree.root()).words(words);
        let (code, bytes) = program.run_on_terminal();
        assert_eq!(code, Some(0));
        String::from_utf8(bytes).unwrap()
    };
    let shown = seen("summary");
    assert!(shown.contains("\x1b[1m") && shown.contains("\x1b[36m"));
    let plain = seen("--color never summary");
    assert!(!plain.contains('\x1b'));
    for line in plain.lines().filter(|it| it.contains('%')) {
        assert!(line.trim_end().chars().count() <= 80, "{line}");
    }
}

#[test]
fn outputs_replace_their_files_and_are_not_counted() {
    let tree = tree();
    tree.file("out.json", "what was there");
    let before = told(&json(&tree, "-g !out.*"));
    summary(&tree, "--json -o out.json --html out.html").succeeds();
    let read: Value =
        serde_json::from_slice(&fs::read(tree.path("out.json")).unwrap())
            .unwrap();
    assert_eq!(told(&read), before);
    let page = fs::read_to_string(tree.path("out.html")).unwrap();
    assert!(page.starts_with("<!doctype html>"));
    let bytes = format!("id=\"bytes\" value=\"{}\"", before[1]);
    assert!(page.contains(&bytes));
    // A run that fails leaves both as they were.
    summary(&tree, "--json -o out.json --html out.html gone").exits(2);
    assert_eq!(fs::read_to_string(tree.path("out.html")).unwrap(), page);
    // Neither may be what is read.
    let finished = summary(&tree, "--html top.mkv top.mkv").exits(2);
    assert!(finished.complaints()[0].contains("also an input"));
    // Nor may both be one file, however it is spelled.
    tree.file("there", "");
    tree.dir("sub");
    tree.link("../sub", "links/sub");
    for [output, html] in [
        ["new", "./new"],
        ["sub/new", "links/sub/new"],
        ["there", "sub/../there"],
    ] {
        let words = format!("-o {output} --html {html} a");
        let finished = summary(&tree, &words).exits(2);
        let why = "the summary and the page cannot be one file";
        assert!(finished.stderr.contains(why), "{}", finished.stderr);
        assert!(!tree.path("new").exists() && !tree.path("sub/new").exists());
    }
    summary(&tree, "-o sub/same --html same a").succeeds();
    let folder = Path::new("no/such/folder/page.html");
    let program = sanchay().within(tree.root()).args(["summary", "--html"]);
    let finished = program.arg(folder).run().exits(2);
    assert!(finished.complaints()[0].contains("page.html"));
}

#[test]
fn roots_come_from_lists_and_the_filter_can_be_explained() {
    let tree = tree();
    tree.file("list", "a\nholes\n");
    let listed = json(&tree, "--files-from list");
    assert_eq!(told(&listed), told(&json(&tree, "a holes")));
    let finished = summary(&tree, "-e mkv --explain").succeeds();
    let expected = scan::scan(&tree, "-e mkv --explain").succeeds();
    assert_eq!(finished.stdout, expected.stdout);
}

#[test]
fn owners_have_the_names_that_the_system_has() {
    let tree = tree();
    let read = json(&tree, "--depth 0");
    let owner = &read["owners"][0];
    assert_eq!(number(&owner["uid"]), u64::from(own_uid(&tree)));
    if tool::has("id") {
        let mut id = Command::new("id");
        id.arg("-un").arg(number(&owner["uid"]).to_string());
        let output = id.output().unwrap();
        let name = String::from_utf8(output.stdout).unwrap();
        let name = (!name.is_empty()).then(|| name.trim_end().to_owned());
        assert_eq!(owner["user"].as_str(), name.as_deref());
    }
}

fn own_uid(tree: &Tree) -> u32 {
    fs::metadata(tree.root()).unwrap().uid()
}
