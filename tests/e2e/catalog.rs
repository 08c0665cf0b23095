//! `--catalog`: digests that are remembered, and never a wrong one.

use std::{
    fs::{self, File, FileTimes},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use sanchay_testkit::{
    Finished, Program, Signal, Tree, content::noise, digest::digest, records,
    tool::has, watch::Watch,
};

use crate::sanchay;

/// Waits until files that were just written are old enough for their digests
/// to be kept: two seconds, whatever the machine.
fn settle() {
    thread::sleep(Duration::from_millis(2_100));
}

/// A tree with files in `d`, and a place for a catalog beside it.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/small-1", "equal");
    tree.file("d/small-2", "equal");
    tree.file("d/sub/small-3", "equal");
    tree.file("d/large-1", noise(1, 300_000));
    tree.file("d/large-2", noise(1, 300_000));
    tree.file("d/other", "other");
    settle();
    tree
}

fn run(tree: &Tree, words: &str) -> Program {
    sanchay().within(tree.root()).words(words)
}

/// Runs it and returns what it printed.
#[track_caller]
fn printed(tree: &Tree, words: &str) -> Vec<u8> {
    run(tree, words).run().exits(0).stdout
}

/// What was opened of the files in `d` meanwhile.
fn opened(watch: &Watch) -> Vec<String> {
    let mut names = watch.opened();
    names.retain(|name| !name.is_empty() && name != "sub");
    names.sort();
    names.dedup();
    names
}

#[test]
fn what_is_as_it_was_is_not_opened_again() {
    let tree = tree();
    for command in ["hash", "dupes", "hash --partial", "hash --sha256"] {
        let words = format!("{command} --catalog c.db d");
        let without = printed(&tree, &format!("{command} d"));
        assert_eq!(printed(&tree, &words), without);
        let watch = Watch::below(&tree.path("d"));
        assert_eq!(printed(&tree, &words), without);
        assert_eq!(opened(&watch), [""; 0], "{command}");
        // Without it, they are.
        assert_eq!(printed(&tree, &format!("{command} d")), without);
        assert!(opened(&watch).len() >= 5, "{command}");
    }
}

#[test]
fn the_catalog_is_named_by_a_variable_or_is_the_users_own() {
    let tree = tree();
    let data = tree.path("data");
    let own = || {
        let program = run(&tree, "hash d --catalog");
        program.env("XDG_DATA_HOME", data.to_str().unwrap())
    };
    let first = own().run().exits(0).stdout;
    assert!(data.join("sanchay/catalog.db").is_file());
    let named = |program: Program| {
        let path = data.join("sanchay/catalog.db");
        program.env("SANCHAY_CATALOG", path.to_str().unwrap())
    };
    let watch = Watch::below(&tree.path("d"));
    assert_eq!(own().run().exits(0).stdout, first);
    assert_eq!(named(run(&tree, "hash d")).run().exits(0).stdout, first);
    assert_eq!(opened(&watch), [""; 0]);
    // What is given is nearer.
    let no = named(run(&tree, "hash d --no-catalog")).run().exits(0).stdout;
    assert_eq!(no, first);
    assert_eq!(opened(&watch).len(), 6);
}

#[test]
fn a_file_that_changed_is_read_again_and_no_other() {
    let tree = tree();
    printed(&tree, "hash --catalog c.db d");
    let before = fs::metadata(tree.path("d/other")).unwrap();
    // As long as it was, and with the time that it had.
    fs::write(tree.path("d/other"), "OTHER").unwrap();
    let times = FileTimes::new().set_modified(before.modified().unwrap());
    let file = File::options().write(true).open(tree.path("d/other"));
    file.unwrap().set_times(times).unwrap();
    let after = fs::metadata(tree.path("d/other")).unwrap();
    assert_eq!(before.mtime_nsec(), after.mtime_nsec());
    let watch = Watch::below(&tree.path("d"));
    let text = printed(&tree, "hash --catalog c.db d");
    assert_eq!(opened(&watch), ["other"]);
    let line = format!("{}  d/other", digest("xxh3-128", b"OTHER"));
    assert!(String::from_utf8(text).unwrap().contains(&line));
    // Whoever trusts the modification time is told what was.
    let line = format!("{}  d/other", digest("xxh3-128", b"other"));
    let trusting = "hash --catalog u.db --catalog-trust modified d";
    settle();
    fs::write(tree.path("d/other"), "other").unwrap();
    settle();
    printed(&tree, trusting);
    let before = fs::metadata(tree.path("d/other")).unwrap();
    fs::write(tree.path("d/other"), "OTHER").unwrap();
    let times = FileTimes::new().set_modified(before.modified().unwrap());
    let file = File::options().write(true).open(tree.path("d/other"));
    file.unwrap().set_times(times).unwrap();
    let text = String::from_utf8(printed(&tree, trusting)).unwrap();
    assert!(text.contains(&line), "{text}");
}

#[test]
fn what_has_just_changed_is_not_trusted() {
    let tree = Tree::new();
    tree.file("d/a", "one");
    let watch = Watch::below(&tree.path("d"));
    for _ in 0..2 {
        printed(&tree, "hash --catalog c.db d");
        assert_eq!(opened(&watch), ["a"]);
    }
}

#[test]
fn a_folder_that_moved_keeps_its_digests_and_so_do_renamed_files_if_trusted() {
    let tree = tree();
    printed(&tree, "hash --catalog c.db d");
    fs::rename(tree.path("d/sub"), tree.path("d/moved")).unwrap();
    let watch = Watch::below(&tree.path("d"));
    printed(&tree, "hash --catalog c.db d/moved");
    assert!(!opened(&watch).contains(&"small-3".to_owned()));
    fs::rename(tree.path("d/large-1"), tree.path("d/renamed")).unwrap();
    let words = "hash --catalog c.db d/renamed d/large-2";
    let trusting = format!("{words} --catalog-trust modified");
    printed(&tree, &trusting);
    // What is named is opened, and not read.
    assert_eq!(opened(&watch), ["large-2", "renamed"]);
    let watch = Watch::below(&tree.path("d"));
    let text =
        printed(&tree, "hash --catalog c.db --catalog-trust modified d");
    assert!(!opened(&watch).contains(&"renamed".to_owned()));
    let line = digest("xxh3-128", &noise(1, 300_000)) + "  d/renamed";
    assert!(String::from_utf8(text).unwrap().contains(&line));
}

#[test]
fn the_catalog_is_a_database_that_others_open() {
    if !has("sqlite3") {
        return;
    }
    let tree = tree();
    printed(&tree, "hash --catalog c.db d");
    let ask = |sql: &str| {
        let found = Command::new("sqlite3")
            .arg(tree.path("c.db"))
            .arg(sql)
            .output()
            .unwrap();
        assert!(found.status.success(), "{found:?}");
        String::from_utf8(found.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(ask("PRAGMA integrity_check"), "ok");
    let other = digest("xxh3-128", b"other");
    let inode = fs::metadata(tree.path("d/other")).unwrap().ino();
    let found = ask(&format!(
        "SELECT lower(hex(digest)), size, m.name FROM digests \
         JOIN methods m ON m.id = method WHERE inode = {inode}"
    ));
    assert_eq!(found, format!("{other}|5|xxh3-128"));
    // Nothing is left beside it.
    assert!(!tree.path("c.db-wal").exists());
}

#[test]
fn at_most_two_hundred_bytes_are_kept_of_a_file() {
    let tree = Tree::new();
    for number in 0..2_000 {
        tree.file(format!("d/{number}"), number.to_string());
    }
    settle();
    printed(&tree, "hash --catalog c.db d");
    let size = fs::metadata(tree.path("c.db")).unwrap().len();
    assert!(size < 2_000 * 200, "{size}");
    let count = sanchay()
        .within(tree.root())
        .words("catalog query --catalog c.db")
        .arg("SELECT count(*) FROM digests")
        .run()
        .succeeds();
    assert_eq!(count.text(), "count(*)\n2000\n");
}

#[test]
fn a_damaged_catalog_is_set_aside_and_another_begun() {
    let tree = tree();
    let expected = printed(&tree, "hash d");
    let whole = printed(&tree, "hash --catalog whole.db d");
    assert_eq!(whole, expected);
    let whole = fs::read(tree.path("whole.db")).unwrap();
    for (number, size) in [5000, 8192].into_iter().enumerate() {
        let mut damage = whole.clone();
        damage[105..].fill(7);
        damage.truncate(size);
        fs::write(tree.path("c.db"), &damage).unwrap();
        let finished = run(&tree, "hash --catalog c.db d").run().exits(0);
        assert_eq!(finished.stdout, expected);
        let aside = format!("c.db.damaged-{}", number + 1);
        assert!(finished.stderr.contains(&aside), "{}", finished.stderr);
        assert_eq!(fs::read(tree.path(&aside)).unwrap(), damage);
        run(&tree, "hash --catalog c.db d").run().succeeds();
    }
}

#[test]
fn what_does_not_say_that_it_is_a_catalog_keeps_its_name() {
    let tree = tree();
    for other in [&b"garbage"[..], &[0; 5000], &noise(1, 5000)] {
        fs::write(tree.path("Thumbs.db"), other).unwrap();
        let finished = run(&tree, "hash --catalog Thumbs.db d").run().exits(2);
        let said = &finished.stderr;
        assert!(said.contains("another kind of file"), "{said}");
        assert_eq!(fs::read(tree.path("Thumbs.db")).unwrap(), other);
    }
}

#[test]
fn whatever_is_damaged_in_it_no_wrong_digest_is_served() {
    let tree = Tree::new();
    for number in 0..300 {
        tree.file(format!("d/{number:03}"), noise(number, 50));
    }
    settle();
    let expected = printed(&tree, "hash d");
    assert_eq!(printed(&tree, "hash --catalog c.db d"), expected);
    let whole = fs::read(tree.path("c.db")).unwrap();
    for round in 0..24_usize {
        let file = tree.path(format!("{round}.db"));
        let mut bytes = whole.clone();
        // Bits here and there, or the end missing.
        match round {
            0..20 => {
                let mut at = 61 + round * 997;
                while at < bytes.len() {
                    bytes[at] ^= 1 << (round % 8);
                    at += 2_000 + round * 100;
                }
            }
            _ => bytes.truncate(bytes.len() - round * 700),
        }
        fs::write(&file, bytes).unwrap();
        let words = format!("hash --catalog {round}.db d");
        let finished = run(&tree, &words).run();
        // Its version may be one that is not known.
        if finished.code() != Some(2) {
            assert_eq!(finished.exits(0).stdout, expected, "{round}");
        }
    }
}

#[test]
fn other_files_and_newer_catalogs_are_refused_and_left_alone() {
    let tree = tree();
    tree.file("photo.jpg", "no catalog");
    tree.dir("folder");
    for (file, why) in
        [("photo.jpg", "another kind of file"), ("folder", "a folder")]
    {
        let words = format!("hash --catalog {file} -- d");
        let finished = run(&tree, &words).run().exits(2);
        assert!(finished.stderr.contains(why), "{}", finished.stderr);
    }
    assert_eq!(fs::read(tree.path("photo.jpg")).unwrap(), b"no catalog");
    printed(&tree, "hash --catalog c.db d");
    // SQLite's header has the version at 60, and the application at 68.
    for (at, why) in [(63, "use a newer sanchay"), (68, "another program")] {
        let copy = tree.path("copy.db");
        fs::copy(tree.path("c.db"), &copy).unwrap();
        let file = File::options().write(true).open(&copy).unwrap();
        file.write_all_at(&[77], at).unwrap();
        let before = fs::read(&copy).unwrap();
        let finished = run(&tree, "dupes --catalog copy.db d").run().exits(2);
        assert!(finished.stderr.contains(why), "{}", finished.stderr);
        assert_eq!(finished.stderr.lines().count(), 1);
        assert_eq!(fs::read(&copy).unwrap(), before);
    }
}

#[test]
fn a_catalog_that_cannot_be_written_costs_a_message() {
    let tree = tree();
    let expected = printed(&tree, "hash d");
    printed(&tree, "hash --catalog c.db d");
    fs::create_dir(tree.path("r")).unwrap();
    fs::rename(tree.path("c.db"), tree.path("r/c.db")).unwrap();
    let set = |path: &Path, mode| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&tree.path("r/c.db"), 0o444);
    set(&tree.path("r"), 0o555);
    let watch = Watch::below(&tree.path("d"));
    let command = || run(&tree, "hash --catalog r/c.db d").unprivileged(&tree);
    let finished = command().run().exits(0);
    assert_eq!(finished.stdout, expected);
    assert_eq!(finished.complaints().len(), 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("cannot be written"));
    // What it knows is taken all the same.
    assert_eq!(opened(&watch), [""; 0]);
    let words = "hash --catalog r/new.db d";
    let finished = run(&tree, words).unprivileged(&tree).run().exits(0);
    assert_eq!(finished.stdout, expected);
    assert_eq!(finished.complaints().len(), 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("every file is read"));
    set(&tree.path("r"), 0o755);
}

/// Runs it where files may have so many blocks of 512 bytes at most.
fn with_small_files(tree: &Tree, blocks: u32, words: &str) -> Finished {
    let program = crate::program();
    // The signal of that limit is ignored, so that writing fails.
    let script =
        format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {words}");
    let shell = Program::new("/bin/sh").within(tree.root());
    shell.arg("-c").arg(script).run()
}

#[test]
fn where_there_is_no_room_left_the_run_goes_on() {
    let tree = Tree::new();
    for number in 0..3_000 {
        tree.file(format!("d/{number}"), number.to_string());
    }
    settle();
    let expected = printed(&tree, "hash d");
    let limited = with_small_files(&tree, 100, "hash --catalog c.db d");
    let limited = limited.exits(0);
    assert_eq!(limited.stdout, expected);
    assert_eq!(limited.complaints().len(), 1, "{}", limited.stderr);
    // What came of it can be used.
    assert_eq!(printed(&tree, "hash --catalog c.db d"), expected);
    let watch = Watch::below(&tree.path("d"));
    assert_eq!(printed(&tree, "hash --catalog c.db d"), expected);
    assert_eq!(opened(&watch), [""; 0]);
}

#[test]
fn several_processes_share_one_catalog() {
    let tree = Tree::new();
    for number in 0..1_000 {
        tree.file(format!("d/{number}"), noise(number, 100));
    }
    settle();
    let expected = printed(&tree, "hash d");
    let all: Vec<_> =
        (0..4).map(|_| run(&tree, "hash --catalog c.db d").start()).collect();
    for running in all {
        let finished = running.wait().succeeds();
        assert_eq!(finished.stdout, expected);
    }
    let watch = Watch::below(&tree.path("d"));
    assert_eq!(printed(&tree, "hash --catalog c.db d"), expected);
    assert_eq!(opened(&watch), [""; 0]);
}

/// How often the program is killed; `just soak-catalog` does it for longer.
fn rounds() -> u32 {
    let given = std::env::var("SANCHAY_TEST_KILLS").ok();
    given.map_or(20, |it| it.parse().unwrap())
}

#[test]
fn killed_at_any_instant_it_opens_again_and_serves_no_wrong_digest() {
    let tree = Tree::new();
    for number in 0..2_000 {
        tree.file(format!("d/{}/{number}", number % 50), noise(number, 300));
    }
    settle();
    let expected = printed(&tree, "hash d");
    let begun = Instant::now();
    assert_eq!(printed(&tree, "hash --catalog whole.db d"), expected);
    let whole = begun.elapsed();
    let rounds = rounds();
    for round in 0..rounds {
        if round % 10 == 0 {
            let _ = fs::remove_file(tree.path("c.db"));
            let _ = fs::remove_file(tree.path("c.db-wal"));
            let _ = fs::remove_file(tree.path("c.db-shm"));
        }
        // At times that are spread over a run.
        let command = match round % 3 {
            0 => "snapshot --hash --catalog c.db d",
            _ => "hash --catalog c.db d",
        };
        let running = run(&tree, command).start();
        thread::sleep(whole.mul_f64(f64::from(round * 7 % 20) / 20.0));
        running.signal(Signal::KILL);
        let _ = running.wait();
        // Some change in between.
        let file = tree.path(format!("d/{}/{round}", round % 50));
        fs::write(file, noise(u64::from(round) + 5_000, 300)).unwrap();
        let expected = printed(&tree, "hash d");
        let finished = run(&tree, "hash --catalog c.db d").run().exits(0);
        assert_eq!(finished.stderr, "", "{round}");
        assert!(finished.stdout == expected, "{round}");
    }
    let checked = sanchay()
        .within(tree.root())
        .words("catalog query --catalog c.db")
        .arg("PRAGMA integrity_check")
        .run()
        .exits(0);
    assert_eq!(checked.text(), "integrity_check\nok\n");
}

#[test]
fn the_catalog_itself_is_left_out_of_a_walk() {
    let tree = tree();
    let words = "hash --catalog d/c.db d --format ndjson";
    for _ in 0..2 {
        let found = records::ndjson(&printed(&tree, words));
        let mut paths = found.iter().map(records::path);
        assert!(!paths.any(|it| it.starts_with(b"d/c.db")));
    }
    let finished = run(&tree, "hash --catalog c.db d -o c.db").run().exits(2);
    assert!(finished.stderr.contains("also an input"), "{}", finished.stderr);
}

#[test]
fn file_systems_that_make_inodes_up_are_not_relied_on() {
    // The kernel's own files are on one that is not known to keep them.
    let tree = tree();
    let file = PathBuf::from("/proc/sys/kernel/ostype");
    if !file.exists() {
        return;
    }
    let words = format!("hash --catalog c.db {}", file.display());
    for _ in 0..2 {
        printed(&tree, &words);
    }
    let count = sanchay()
        .within(tree.root())
        .words("catalog query --catalog c.db")
        .arg("SELECT count(*) AS digests FROM digests")
        .run()
        .succeeds();
    assert_eq!(count.text(), "digests\n0\n");
}

#[test]
fn questions_are_answered_and_orders_refused() {
    let tree = tree();
    printed(&tree, "hash --catalog c.db d");
    let ask = |sql: &str, format: &str| {
        let words = "catalog query --catalog c.db --format";
        sanchay().within(tree.root()).words(words).arg(format).arg(sql).run()
    };
    let sql = "SELECT 1 AS a, NULL AS b, 'x' || char(9) AS c, x'00ff' AS d, \
               0.5 AS e";
    let text = ask(sql, "text").succeeds();
    assert_eq!(text.text(), "a\tb\tc\td\te\n1\t-\tx\\t\t00ff\t0.5\n");
    let json = records::ndjson(&ask(sql, "ndjson").succeeds().stdout);
    assert_eq!(json[0]["c"], "x\t");
    assert_eq!(json[0]["b"], serde_json::Value::Null);
    for order in [
        "DELETE FROM digests",
        "DROP TABLE digests",
        "PRAGMA user_version = 9",
        "ATTACH 'other.db' AS o",
        "SELECT",
        "",
    ] {
        let refused = ask(order, "text").exits(2);
        assert_eq!(refused.complaints().len(), 1, "{order}");
    }
    assert!(!tree.path("other.db").exists());
    let count = ask("SELECT count(*) > 5 FROM digests", "text").succeeds();
    assert!(count.text().ends_with("\n1\n"));
}

#[test]
fn digests_are_exported_and_pruned() {
    let tree = tree();
    printed(&tree, "hash --catalog c.db d");
    printed(&tree, "hash --partial --catalog c.db d");
    let words = "catalog export digests --catalog c.db --format ndjson";
    let found = records::ndjson(&printed(&tree, words));
    assert_eq!(found.len(), 12);
    let inode = fs::metadata(tree.path("d/other")).unwrap().ino();
    let whole = found
        .iter()
        .find(|it| it["inode"] == inode && it["algorithm"] == "xxh3-128");
    let whole = whole.unwrap();
    assert_eq!(whole["hash"], digest("xxh3-128", b"other"));
    assert_eq!(whole["size"], 5);
    let parquet = "catalog export digests --catalog c.db --format parquet";
    assert!(printed(&tree, parquet).starts_with(b"PAR1"));
    let prune = |words: &str| {
        let words = format!("catalog prune --catalog c.db {words}");
        run(&tree, &words).run().exits(0).stderr
    };
    let kept = prune("--unused-since 1d");
    assert!(kept.contains("digests: 0"), "{kept}");
    let gone = prune("--unused-since 2100-01-01");
    assert!(gone.contains("digests: 12"), "{gone}");
    run(&tree, "catalog prune --catalog c.db").run().exits(2);
}

#[test]
fn where_no_digest_is_known_nothing_was_verified() {
    let tree = tree();
    printed(&tree, "hash --catalog c.db d/other");
    let none = run(&tree, "verify --catalog c.db d/sub").run().exits(2);
    assert!(none.stderr.contains("no digest"), "{}", none.stderr);
    run(&tree, "verify --catalog c.db d").run().exits(0);
}

#[test]
fn files_are_not_looked_at_because_of_the_catalog_s_own() {
    let tree = tree();
    // It is in the tree, and yet it is not hashed.
    let own = printed(&tree, "hash --catalog=d/sub/c.db d");
    assert!(!String::from_utf8(own).unwrap().contains("c.db"));
    let linked = tree.hard_link("d/sub/c.db", "d/linked.db");
    let own = printed(&tree, "hash --catalog=d/sub/c.db d");
    assert!(!String::from_utf8(own).unwrap().contains(".db"));
    fs::remove_file(linked).unwrap();
    if !has("strace") {
        return;
    }
    let count = |words: &str| {
        let log = tree.path("log");
        let status = Command::new("strace")
            .args(["-f", "-qq", "-e", "trace=statx", "-o"])
            .arg(&log)
            .arg(crate::program())
            .args(words.split(' '))
            .env("SANCHAY_NO_CONFIG", "1")
            .current_dir(tree.root())
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.unwrap().success());
        let text = fs::read_to_string(log).unwrap();
        text.lines().filter(|line| line.contains("\"m-")).count()
    };
    for number in 0..200 {
        tree.file(format!("d/many/m-{number}"), format!("{number}"));
    }
    // Few are looked at, until it shows that none is known.
    let looked = count("hash -j 1 --catalog=d/sub/c.db d/many");
    assert!(looked < 40, "{looked}");
}

#[test]
fn bit_rot_is_told_from_change() {
    let tree = Tree::new();
    for number in 0..40_u64 {
        tree.file(format!("d/{number:02}"), noise(number, 2_000));
    }
    settle();
    printed(&tree, "hash --catalog c.db d");
    let verify = |words: &str| {
        run(&tree, &format!("verify --catalog c.db {words} d")).run()
    };
    let good = verify("").exits(0);
    assert_eq!(good.lines().len(), 40);
    assert!(good.text().contains("d/07: OK\n"));
    assert!(good.stderr.contains("verified: 40, failed: 0"));
    fs::write(tree.path("d/03"), "another").unwrap();
    let rotten = rot(&tree, "d/05");
    // When a file was verified is kept in seconds.
    thread::sleep(Duration::from_millis(1_100));
    let found = verify("").exits(1);
    assert_eq!(found.text().matches(": FAILED").count(), 1);
    assert!(found.text().contains(&format!("{rotten}: FAILED\n")));
    assert!(!found.text().contains("d/03"));
    assert!(found.stderr.contains("verified: 38, failed: 1"));
    let quiet = verify("--quiet").exits(1);
    assert_eq!(quiet.text(), format!("{rotten}: FAILED\n"));
    // The ones that were verified longest ago come first.
    let sample = verify("--sample 5% --format ndjson").exits(1);
    let found = records::ndjson(&sample.stdout);
    assert_eq!(found.len(), 2);
    assert_eq!(records::path(&found[0]), rotten.as_bytes());
    assert_eq!(found[0]["verdict"], "failed");
}

/// Makes a file one that rotted. Nobody can change a file and leave its times;
/// so the catalog gets the digest of other bytes for it.
fn rot(tree: &Tree, file: &str) -> String {
    use sanchay::{
        Algorithm, Content, Digest, DigestCache as _, FileKey, FileState,
        Method, storage,
    };
    use sanchay_catalog::{Catalog, CatalogOptions};
    let path = tree.path("c.db");
    let catalog = Catalog::open(&path, CatalogOptions::default()).unwrap();
    let open = storage::File::from(File::open(tree.path(file)).unwrap());
    let state = FileState::from(&open.metadata().unwrap());
    let algorithm = Algorithm::Xxh3_128;
    let method = Method::Whole(algorithm);
    let key = FileKey::new(open.file_system_id().unwrap(), &state, method);
    assert!(catalog.get(&key).is_some());
    let other = Digest::from_bytes(&[7; 16]).unwrap();
    catalog.put(&key, &Content::Whole(algorithm, other));
    file.to_owned()
}

#[test]
fn writing_into_the_log_of_a_run_is_no_progress_for_a_catalog() {
    // A message about the catalog is a line of its own among events.
    let tree = tree();
    let _ = printed(&tree, "hash --catalog c.db d");
    let mut bytes = fs::read(tree.path("c.db")).unwrap();
    bytes[105..].fill(7);
    fs::write(tree.path("c.db"), bytes).unwrap();
    let words = "hash --catalog c.db --progress json d";
    let finished = run(&tree, words).run().exits(0);
    let said: Vec<&str> = finished
        .stderr
        .lines()
        .filter(|line| !line.starts_with('{'))
        .collect();
    assert_eq!(said.len(), 1, "{}", finished.stderr);
    assert!(said[0].starts_with("sanchay: c.db: "));
}

#[test]
fn files_that_the_program_renames_are_not_read_again() {
    let tree = tree();
    let hash = "hash --catalog c.db d";
    printed(&tree, hash);
    let watch = Watch::below(&tree.path("d"));
    let rename = |more: &str| {
        let words = "rename --state-dir state --apply --quiet --replace";
        let program = run(&tree, words).args(["s/small/tiny/", "d"]);
        program.words(more).run().exits(0);
    };
    let undo = |more: &str| {
        let words = format!("undo --state-dir state {more}");
        run(&tree, &words).run().exits(0);
    };
    rename("--catalog=c.db");
    let _ = watch.opened();
    let renamed = printed(&tree, hash);
    assert!(String::from_utf8(renamed).unwrap().contains("d/sub/tiny-3"));
    assert_eq!(opened(&watch), [""; 0]);
    undo("--catalog=c.db");
    let _ = watch.opened();
    printed(&tree, hash);
    assert_eq!(opened(&watch), [""; 0]);
    // Nobody tells the catalog of others.
    rename("");
    let _ = watch.opened();
    printed(&tree, hash);
    assert_eq!(opened(&watch), ["tiny-1", "tiny-2", "tiny-3"]);
}
