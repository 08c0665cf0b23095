//! Snapshots of trees in a store: put, listed, got back, removed, collected,
//! checked; beside each other, and after any end.

use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use rustix::process::Signal;
use sanchay_testkit::{Finished, Tree, records, tool};
use serde_json::Value;

use crate::sanchay;

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a.txt", "some text");
    tree.file("d/sub/b.bin", "x".repeat(5000));
    tree.file("d/sub/.hidden", "hidden");
    tree.dir("d/empty");
    tree.link("a.txt", "d/link");
    tree.hard_link("d/a.txt", "d/sub/same");
    tree.odd_names("d/odd");
    run(&tree, "store init s").exits(0);
    tree
}

/// What an independent program says of two trees that must not differ.
fn assert_same(tree: &Tree, one: &str, other: &str) {
    let compared = Command::new("diff")
        .args(["-r", "--no-dereference", one, other])
        .current_dir(tree.root())
        .output()
        .unwrap();
    assert!(compared.status.success(), "{compared:?}");
    if tool::has("rsync") {
        let listed = tool::command("rsync")
            .args(["-aHXn", "--delete", "--itemize-changes"])
            .args([format!("{one}/"), format!("{other}/")])
            .current_dir(tree.root())
            .output()
            .unwrap();
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert_eq!(listed, "", "rsync sees a difference");
    }
}

fn listed(tree: &Tree, words: &str) -> Vec<Value> {
    let words = format!("store ls --format ndjson {words}");
    records::ndjson(&run(tree, &words).exits(0).stdout)
}

#[test]
fn a_damaged_snapshot_is_not_passed_over_for_an_older_one() {
    let tree = tree();
    run(&tree, "store put --name n s d").exits(0);
    run(&tree, "store put --name n s d").exits(0);
    let all = listed(&tree, "s");
    let mut files: Vec<_> = fs::read_dir(tree.path("s/snapshots"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    files.sort();
    let newest = File::options().write(true).open(&files[1]).unwrap();
    newest.set_len(newest.metadata().unwrap().len() - 3).unwrap();
    for words in ["cat s latest a.txt", "rm s latest", "rm s n"] {
        let told = run(&tree, &format!("store {words}")).exits(2);
        assert!(told.stderr.contains("snapshots/"), "{}", told.stderr);
    }
    // By its own id, the older one is there.
    let id = all[0]["snapshot"].as_str().unwrap();
    run(&tree, &format!("store cat s {id} a.txt")).exits(0);
    assert!(files[0].exists());
}

#[test]
fn what_has_bytes_though_its_size_is_zero_is_an_error() {
    let tree = tree();
    let put = run(&tree, "store put s /proc/version").exits(3);
    assert!(put.stderr.contains("/proc/version"), "{}", put.stderr);
    assert!(put.stderr.contains("it has bytes"), "{}", put.stderr);
}

#[test]
fn a_tree_comes_back_from_a_store_as_it_was() {
    let tree = tree();
    let sparse = tree.sparse("d/sparse", 8 << 20);
    fs::set_permissions(&sparse, fs::Permissions::from_mode(0o4711)).unwrap();
    run(&tree, "store put s d").exits(0);
    run(&tree, "store get s latest copy").exits(0);
    assert_same(&tree, "d", "copy");
    let blocks = |name: &str| fs::metadata(tree.path(name)).unwrap().blocks();
    assert!(blocks("copy/sparse") <= blocks("d/sparse") + 16);
    let ino = |name: &str| fs::metadata(tree.path(name)).unwrap().ino();
    assert_eq!(ino("copy/a.txt"), ino("copy/sub/same"));
    // Again, over what is there.
    run(&tree, "store get s latest copy").exits(0);
    let found = run(&tree, "store cat s latest a.txt sub/.hidden").exits(0);
    assert_eq!(found.stdout, b"some texthidden");
    run(&tree, "store check --read-data s").exits(0);
}

#[test]
fn what_is_in_a_snapshot_is_listed_filtered_and_hashed_as_files_are() {
    let tree = tree();
    let put = run(&tree, "store put --name first --format ndjson s d");
    let put = records::ndjson(&put.exits(0).stdout);
    assert_eq!(put[0]["snapshot_name"], "first");
    let snapshots = listed(&tree, "s");
    assert_eq!(snapshots, put);
    let paths = |words: &str| {
        let all = listed(&tree, words);
        let mut paths: Vec<_> = all
            .iter()
            .filter_map(|it| it["path"].as_str().map(str::to_owned))
            .collect();
        paths.sort();
        paths
    };
    let everything = paths("s first");
    for path in ["a.txt", "empty", "link", "sub", "sub/.hidden"] {
        assert!(everything.contains(&path.to_owned()), "{path}");
    }
    assert_eq!(paths("s latest --kind symlink"), ["link"]);
    let large = "s latest --kind file --min-size 1k";
    assert_eq!(paths(large), ["sub/b.bin"]);
    let id = put[0]["snapshot"].as_str().unwrap();
    let hashed = run(&tree, &format!("store ls --hash -e txt s {id}"));
    let expected = run(&tree, "hash -a blake3 d/a.txt").exits(0);
    let expected = expected.text().replace("d/a.txt", "a.txt");
    assert_eq!(hashed.exits(0).text(), expected);
    run(&tree, "store get -e txt s latest part").exits(0);
    let part: Vec<_> = fs::read_dir(tree.path("part")).unwrap().collect();
    assert_eq!(part.len(), 1);
    run(&tree, "store ls s nothing").exits(2);
    let none = run(&tree, "store cat s latest none").exits(3);
    let words = "there is nothing of that path in the snapshot";
    assert!(none.stderr.contains(words), "{}", none.stderr);
}

#[test]
fn several_roots_are_in_a_snapshot_by_their_absolute_paths() {
    let tree = tree();
    tree.file("e/a.txt", "another");
    run(&tree, "store put s d e").exits(0);
    run(&tree, "store get s latest copy").exits(0);
    let root = fs::canonicalize(tree.root()).unwrap();
    let below = root.strip_prefix("/").unwrap();
    let read = |name: &str| {
        let path = tree.path("copy").join(below).join(name);
        fs::read_to_string(path).unwrap()
    };
    assert_eq!(
        (read("d/a.txt"), read("e/a.txt")),
        ("some text".into(), "another".into())
    );
    run(&tree, "store put s e/a.txt").exits(0);
    let found = run(&tree, "store cat s latest a.txt").exits(0);
    assert_eq!(found.stdout, b"another");
}

#[test]
fn a_second_put_reads_only_what_changed() {
    let tree = tree();
    std::thread::sleep(Duration::from_millis(2100));
    run(&tree, "store put s d").exits(0);
    tree.file("d/new", "new");
    let again = run(&tree, "store put s d").exits(0);
    let note = again.stderr;
    assert!(note.contains("read: 1, 3 "), "{note}");
}

#[test]
fn what_cannot_be_stored_is_an_error_and_the_rest_is_stored() {
    let tree = tree();
    tree.fifo("d/pipe");
    let put = run(&tree, "store put -q s d").exits(3);
    let complaints = put.complaints().join("\n");
    assert!(complaints.contains("d/pipe: cannot store: it is a FIFO"));
    assert_eq!(listed(&tree, "s")[0]["errors"], 1);
    run(&tree, "store get s latest copy").exits(0);
    fs::remove_file(tree.path("d/pipe")).unwrap();
    let modified = fs::metadata(tree.path("copy")).unwrap().modified();
    let folder = File::open(tree.path("d")).unwrap();
    folder.set_modified(modified.unwrap()).unwrap();
    assert_same(&tree, "d", "copy");
}

#[test]
fn only_snapshots_of_one_series_make_room_for_each_other() {
    let tree = tree();
    run(&tree, "store put s d").exits(0);
    run(&tree, "store put --name kept s d").exits(0);
    run(&tree, "store put s d -e nothing").exits(0);
    run(&tree, "store put s d").exits(0);
    run(&tree, "store rm --keep 1 s").exits(0);
    // The last of all, the filtered one, and that with a name.
    assert_eq!(listed(&tree, "s").len(), 3);
    run(&tree, "store get s latest copy").exits(0);
    assert_same(&tree, "d", "copy");
}

#[test]
fn what_no_snapshot_needs_is_collected_and_nothing_else() {
    let tree = tree();
    run(&tree, "store put s d").exits(0);
    fs::remove_file(tree.path("d/sub/b.bin")).unwrap();
    tree.file("d/other", "y".repeat(7000));
    run(&tree, "store put s d").exits(0);
    run(&tree, "store rm --keep 1 s").exits(0);
    assert_eq!(listed(&tree, "s").len(), 1);
    // Nothing is old enough by default.
    run(&tree, "store gc s").exits(0);
    let before: Value = stats(&tree);
    assert!(before["objects"].as_u64() > before["referenced"].as_u64());
    run(&tree, "store gc --grace 0s --waste 0 s").exits(0);
    let after = stats(&tree);
    assert_eq!(after["objects"], after["referenced"], "{after}");
    assert_eq!(after["referenced"], before["referenced"]);
    run(&tree, "store get s latest copy").exits(0);
    assert_same(&tree, "d", "copy");
    run(&tree, "store rm s latest").exits(0);
    run(&tree, "store gc --grace 0s --waste 0 s").exits(0);
    let packs = tree.path("s/packs");
    let left = walk(&packs).into_iter().filter(|it| it.is_file()).count();
    assert_eq!(left, 0);
}

fn stats(tree: &Tree) -> Value {
    let stats = run(tree, "store stats --json s").exits(0);
    serde_json::from_slice(&stats.stdout).unwrap()
}

fn walk(path: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(walk(&path));
        }
        all.push(path);
    }
    all
}

#[test]
fn a_program_that_shares_no_code_reads_a_store() {
    let tree = tree();
    tree.file("d/large", "0123456789abcdef".repeat(200_000));
    run(&tree, "store put s d").exits(0);
    if !tool::has("python3") || !tool::has("zstd") {
        return;
    }
    let reader = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/e2e/store/reader.py"
    );
    let read = tool::command("python3")
        .args([reader, "s", "copy"])
        .current_dir(tree.root())
        .output()
        .unwrap();
    assert!(read.status.success(), "{read:?}");
    let compared = Command::new("diff")
        .args(["-r", "--no-dereference", "d", "copy"])
        .current_dir(tree.root())
        .output()
        .unwrap();
    assert!(compared.status.success(), "{compared:?}");
}

#[test]
fn a_put_that_is_killed_at_any_time_leaves_a_sound_store() {
    let tree = tree();
    for number in 0..400 {
        let content = format!("{number} ").repeat(number * 13 % 4000);
        tree.file(format!("d/many/{number}"), content);
    }
    tree.file("d/large", "a line that is long\n".repeat(400_000));
    run(&tree, "store put --name before s d/sub").exits(0);
    for milliseconds in [30, 60, 90, 120, 160, 200, 260, 340, 450, 700] {
        let program = sanchay().within(tree.root());
        let running = program.words("store put --name cut s d").start();
        std::thread::sleep(Duration::from_millis(milliseconds));
        running.signal(Signal::KILL);
        let _ = running.wait();
        let check = run(&tree, "store check --read-data s").exits(0);
        drop(check);
        if milliseconds % 20 == 0 {
            run(&tree, "store gc --grace 0s --waste 0 s").exits(0);
        }
    }
    run(&tree, "store put --name whole s d").exits(0);
    // Temporary files may be those of a put that goes on until they are a day
    // old.
    let long_ago = SystemTime::now() - Duration::from_secs(25 * 3600);
    let unfinished = || {
        let mut left = walk(&tree.path("s"));
        left.retain(|it| {
            it.file_name().is_some_and(|name| {
                name.as_encoded_bytes().starts_with(b".sanchay-")
            })
        });
        left
    };
    for path in unfinished() {
        File::options()
            .write(true)
            .open(path)
            .and_then(|file| file.set_modified(long_ago))
            .unwrap();
    }
    run(&tree, "store gc --grace 0s --waste 0 s").exits(0);
    assert!(unfinished().is_empty(), "{:?}", unfinished());
    run(&tree, "store check --read-data s").exits(0);
    run(&tree, "store get s whole copy").exits(0);
    assert_same(&tree, "d", "copy");
    run(&tree, "store get s before part").exits(0);
    assert_same(&tree, "d/sub", "part");
}

#[test]
fn an_interrupted_put_is_taken_up_by_the_next() {
    let tree = tree();
    for number in 0..60_u32 {
        let noise = (0..90_000_u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) ^ number).to_string());
        tree.file(format!("d/many/{number}"), noise.collect::<String>());
    }
    let program = sanchay().within(tree.root());
    let running = program.words("store put s d").start();
    std::thread::sleep(Duration::from_millis(600));
    running.signal(Signal::INT);
    let cut = running.wait();
    if cut.code() == Some(0) {
        // It was done before the signal came.
        return;
    }
    assert!(listed(&tree, "s").is_empty());
    let before = stats(&tree)["stored"].as_u64().unwrap();
    run(&tree, "store put s d").exits(0);
    let after = stats(&tree);
    // Of what was stored, only the list of it is of no use any more.
    let bytes = |name: &str| after[name].as_u64().unwrap();
    let unused = bytes("object_bytes") - bytes("referenced_bytes");
    assert!(unused < 100_000, "{after}");
    assert!(bytes("stored") >= before);
    run(&tree, "store check --read-data s").exits(0);
}

#[test]
fn puts_and_collections_beside_each_other_lose_nothing() {
    let tree = tree();
    let program = |words: &str| sanchay().within(tree.root()).words(words);
    for round in 0..4 {
        let mut running = Vec::new();
        for number in 0..3 {
            tree.file(format!("d{number}/f"), format!("{round} {number}"));
            tree.file(format!("d{number}/same"), "the same in all of them");
            let words = format!("store put -q s d{number}");
            running.push(program(&words).start());
        }
        running.push(program("store gc --grace 0s --waste 0 s").start());
        running.push(program("store rm --keep 1 s").start());
        for one in running {
            one.wait().exits(0);
        }
    }
    run(&tree, "store check --read-data s").exits(0);
    let snapshots = listed(&tree, "s");
    assert!(snapshots.len() >= 3);
    for snapshot in snapshots {
        let id = snapshot["snapshot"].as_str().unwrap();
        run(&tree, &format!("store get s {id} copy-{id}")).exits(0);
    }
    for number in 0..3 {
        let id = snapshots_of(&tree, &format!("d{number}"));
        assert_same(&tree, &format!("d{number}"), &format!("copy-{id}"));
    }
}

/// The newest snapshot of a root.
fn snapshots_of(tree: &Tree, root: &str) -> String {
    let all = listed(tree, "s");
    let is_it = |it: &&Value| it["path"].as_str().unwrap().ends_with(root);
    let newest = all.iter().rev().find(is_it).unwrap();
    newest["snapshot"].as_str().unwrap().to_owned()
}

#[test]
fn parts_of_a_snapshot_come_back_by_their_paths() {
    let tree = tree();
    run(&tree, "store put s d").exits(0);
    run(&tree, "store get s latest part sub/b.bin ./empty/").exits(0);
    let left = walk(&tree.path("part")).len();
    assert_eq!(left, 3, "sub, sub/b.bin, empty");
    let read = |name: &str| fs::read(tree.path(name)).unwrap();
    assert_eq!(read("part/sub/b.bin"), read("d/sub/b.bin"));
    let modified = |name: &str| fs::metadata(tree.path(name)).unwrap().mtime();
    assert_eq!(modified("part/empty"), modified("d/empty"));
    // A directory with all that is in it, and of that a part.
    run(&tree, "store get s latest whole sub").exits(0);
    assert_same(&tree, "d/sub", "whole/sub");
    run(&tree, "store get -e bin s latest some sub empty").exits(0);
    assert_eq!(walk(&tree.path("some")).len(), 2);
    let missing =
        run(&tree, "store get -q s latest other none a.txt").exits(3);
    let complaints = missing.complaints().join("\n");
    assert!(complaints.contains("nothing of that path"), "{complaints}");
    assert!(tree.path("other/a.txt").exists());
}

#[test]
fn many_directories_of_a_part_come_back_with_few_files_open() {
    let tree = Tree::new();
    run(&tree, "store init s").exits(0);
    for number in 0..700 {
        tree.file(format!("d/{number}/f.x"), "x");
    }
    run(&tree, "store put s d").exits(0);
    let get = sanchay().within(tree.root()).open_files(512);
    get.words("store get -q -j 2 -e x s latest part").run().exits(0);
    assert_eq!(fs::read_dir(tree.path("part")).unwrap().count(), 700);
    assert_same(&tree, "d/5", "part/5");
}

#[test]
fn what_became_of_entries_between_snapshots_is_told() {
    let tree = tree();
    run(&tree, "store put --name before s d").exits(0);
    run(&tree, "store put s d").exits(0);
    run(&tree, "store diff s before latest").exits(0);
    tree.file("d/sub/b.bin", "other");
    fs::rename(tree.path("d/sub/.hidden"), tree.path("d/moved")).unwrap();
    fs::remove_file(tree.path("d/link")).unwrap();
    tree.link("elsewhere", "d/link");
    fs::remove_dir(tree.path("d/empty")).unwrap();
    tree.file("d/new/file", "new");
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(tree.path("d/a.txt"), private).unwrap();
    run(&tree, "store put s d").exits(0);
    let found =
        run(&tree, "store diff --format ndjson s before latest").exits(1);
    let told: Vec<(String, String, Option<String>)> =
        records::ndjson(&found.stdout)
            .iter()
            .map(|it| {
                let text = |key: &str| it[key].as_str().map(str::to_owned);
                (text("change").unwrap(), text("path").unwrap(), text("from"))
            })
            .collect();
    let expected = [
        ("touched", "a.txt", None),
        ("deleted", "empty", None),
        ("changed", "link", None),
        ("moved", "moved", Some("sub/.hidden")),
        ("new", "new", None),
        ("new", "new/file", None),
        ("changed", "sub/b.bin", None),
        ("touched", "sub/same", None),
    ]
    .map(|(change, path, from)| {
        (change.to_owned(), path.to_owned(), from.map(str::to_owned))
    });
    assert_eq!(told, expected);
    run(&tree, "store diff s before nothing").exits(2);
}

#[test]
fn what_is_wrong_with_a_store_is_said_once_and_clearly() {
    let tree = tree();
    run(&tree, "store put s d").exits(0);
    let said = |words: &str, code: i32| {
        run(&tree, words).exits(code).complaints().join("\n")
    };
    assert_eq!(
        said("store ls none", 2),
        "none: there is no such folder; `sanchay store init` makes \
         a store in one"
    );
    assert_eq!(
        said("store init none/deeper", 2),
        "none/deeper: cannot make the folder: No such file or \
         directory"
    );
    assert_eq!(
        said("store cat s latest none", 3),
        "none: cannot open: there is nothing of that path in the \
         snapshot"
    );
    let usage = run(&tree, "store rm s").exits(2).stderr;
    assert!(usage.contains("store rm [OPTIONS] STORE SNAPSHOT..."), "{usage}");
}

#[test]
fn a_store_that_is_damaged_says_so() {
    let tree = tree();
    run(&tree, "store put s d").exits(0);
    tree.file("s/stranger", "");
    let found = run(&tree, "store check s").exits(1);
    assert!(found.text().contains("stranger"), "{}", found.text());
    fs::remove_file(tree.path("s/stranger")).unwrap();
    let pack = walk(&tree.path("s/packs"));
    let pack = pack.iter().find(|it| it.is_file()).unwrap();
    fs::remove_file(pack).unwrap();
    let found = run(&tree, "store check --format ndjson s").exits(1);
    let found = records::ndjson(&found.stdout);
    assert!(found.iter().all(|it| it["verdict"] == "missing"), "{found:?}");
    assert!(!found.is_empty());
    run(&tree, "store gc --grace 0s --waste 0 s").exits(2);
    run(&tree, "store ls nothing").exits(2);
    run(&tree, "store init s").exits(2);
}

#[test]
fn a_store_below_its_own_root_is_left_out() {
    let tree = tree();
    fs::rename(tree.path("s"), tree.path("d/s")).unwrap();
    let put = || run(&tree, "store put d/s d").exits(0);
    let packs = || -> u64 {
        let packs = walk_sizes(&tree.path("d/s/packs"));
        assert!(packs > 0);
        packs
    };
    let said = "the store itself lies in a root, and is left out";
    let first = put();
    assert!(first.stderr.contains(said), "{}", first.stderr);
    let before = packs();
    for _ in 0..3 {
        let again = put();
        assert!(again.stderr.contains(said), "{}", again.stderr);
        assert!(again.stderr.contains("new: 0 B"), "{}", again.stderr);
    }
    assert!(packs() < before * 2, "{before} {}", packs());
    let found = listed(&tree, "d/s latest");
    let paths: Vec<&str> =
        found.iter().filter_map(|it| it["path"].as_str()).collect();
    assert!(paths.contains(&"a.txt"), "{paths:?}");
    let own = |path: &&str| *path == "s" || path.starts_with("s/");
    assert!(!paths.iter().any(own), "{paths:?}");
    let quiet = run(&tree, "store put -q d/s d").exits(0);
    assert_eq!(quiet.stderr, "");
}

/// How many bytes there are in the files of a folder.
fn walk_sizes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let size = |entry: fs::DirEntry| match entry.file_type().unwrap() {
        kind if kind.is_dir() => walk_sizes(&entry.path()),
        _ => entry.metadata().unwrap().len(),
    };
    entries.map(size).sum()
}
