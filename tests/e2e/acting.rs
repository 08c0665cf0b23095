//! Commands that change files: nothing happens unasked, all is found before
//! anything moves, and what was done is taken back, times and links included.

mod changed;
mod dedupe;
mod hostile;
mod killed;
mod rings;
mod said;
mod similar;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use sanchay_testkit::{Finished, Tree, as_told, bytes, odd_names};

use crate::sanchay;

/// What identifies an entry and what it has: kind and permissions, inode,
/// size, links, modification time, contents or what a link says.
type What = (u32, u64, u64, u64, (i64, i64), Vec<u8>);

/// All that is in a directory, and itself.
fn snapshot(top: &Path) -> BTreeMap<PathBuf, What> {
    let mut found = BTreeMap::new();
    add(top, top, &mut found);
    found
}

fn add(top: &Path, path: &Path, found: &mut BTreeMap<PathBuf, What>) {
    let about = fs::symlink_metadata(path).unwrap();
    let content = if about.is_symlink() {
        bytes(&fs::read_link(path).unwrap()).to_vec()
    } else if about.is_file() {
        fs::read(path).unwrap()
    } else {
        for entry in fs::read_dir(path).unwrap() {
            add(top, &entry.unwrap().path(), found);
        }
        Vec::new()
    };
    let size = if about.is_dir() { 0 } else { about.size() };
    let times = (about.mtime(), as_told(about.mtime_nsec()));
    let what =
        (about.mode(), about.ino(), size, about.nlink(), times, content);
    found.insert(path.strip_prefix(top).unwrap().to_owned(), what);
}

/// A tree to act upon, and a folder for journals beside it.
struct Scene {
    tree: Tree,
}

impl Scene {
    fn new() -> Self {
        let tree = Tree::new();
        tree.dir("top");
        Self { tree }
    }

    fn top(&self) -> PathBuf {
        self.tree.path("top")
    }

    /// Runs a command with these arguments in the tree.
    fn run(&self, arguments: &[&str]) -> Finished {
        self.program(arguments).run()
    }

    fn program(&self, arguments: &[&str]) -> sanchay_testkit::Program {
        let state = self.tree.path("state");
        let state = state.to_str().unwrap();
        let home = self.tree.path("data");
        sanchay()
            .within(self.top())
            .env("SANCHAY_STATE_DIR", state)
            .env("XDG_DATA_HOME", home.to_str().unwrap())
            .args(arguments.iter().copied())
    }

    fn snapshot(&self) -> BTreeMap<PathBuf, What> {
        snapshot(&self.top())
    }

    /// The paths of all but directories, with their contents.
    fn contents(&self) -> BTreeMap<String, String> {
        let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
        self.snapshot()
            .into_iter()
            .filter(|(_, what)| what.0 & 0o170_000 != 0o040_000)
            .map(|(path, what)| (text(bytes(&path)), text(&what.5)))
            .collect()
    }

    fn undo(&self) -> Finished {
        self.run(&["undo"])
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn nothing_is_renamed_unless_it_is_asked_for() {
    let scene = Scene::new();
    scene.tree.file("top/A b.TXT", "a");
    scene.tree.file("top/d/C.TXT", "c");
    let before = scene.snapshot();
    let rename = ["rename", "--to", "{stem:slug}.{ext:lower}"];
    let plan = scene.run(&rename).exits(0);
    let lines = plan.text().lines().count();
    assert_eq!(lines, 4, "{}", plan.text());
    assert!(plan.text().contains(r#""from":"A b.TXT","to":"a-b.txt""#));
    let table = [&rename[..], &["--format", "text"]].concat();
    let table = scene.run(&table).exits(0);
    assert_eq!(table.text(), "A b.TXT → a-b.txt\nd/C.TXT → d/c.txt\n");
    assert_eq!(scene.snapshot(), before);
    assert!(!scene.tree.path("state").exists());
    // What a pipe carries is a plan.
    let applied =
        scene.program(&["apply", "-"]).input(plan.stdout).run().exits(0);
    assert!(applied.stderr.starts_with("2 done"), "{}", applied.stderr);
    let expected = map(&[("a-b.txt", "a"), ("d/c.txt", "c")]);
    assert_eq!(scene.contents(), expected);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn names_are_swapped_and_passed_on_in_rings_and_chains() {
    let scene = Scene::new();
    for name in ["a", "b", "c", "d", "e"] {
        scene.tree.file(format!("top/{name}").as_str(), name);
    }
    let before = scene.snapshot();
    // a and b change places; c takes the place of d, and d that of no one.
    let run = scene.run(&[
        "rename",
        "--replace",
        "s/^a$/A/",
        "--replace",
        "s/^b$/a/",
        "--replace",
        "s/^A$/b/",
        "--replace",
        "s/^d$/x/",
        "--replace",
        "s/^c$/d/",
        "--apply",
    ]);
    assert_eq!(run.exits(0).code(), Some(0));
    let expected =
        [("a", "b"), ("b", "a"), ("d", "c"), ("e", "e"), ("x", "d")];
    assert_eq!(scene.contents(), map(&expected));
    let looked = scene.run(&["undo", "--dry-run"]).exits(0);
    assert!(looked.stderr.contains("would be undone"), "{}", looked.stderr);
    assert_eq!(scene.contents(), map(&expected));
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    let again = scene.undo();
    assert_eq!(again.code(), Some(2), "{}", again.stderr);
}

#[test]
fn directories_are_renamed_after_what_is_in_them() {
    let scene = Scene::new();
    scene.tree.file("top/One Two/Three Four/Five Six.txt", "x");
    scene.tree.link("../One Two", "top/One Two/Link To");
    scene.tree.hard_link(
        "top/One Two/Three Four/Five Six.txt",
        "top/One Two/Other Name",
    );
    let before = scene.snapshot();
    let kinds = "file,directory,symlink";
    let run = ["rename", "--replace", "s/ /_/g", "--kind", kinds, "--apply"];
    let _ = scene.run(&run).exits(0);
    let expected = map(&[
        ("One_Two/Three_Four/Five_Six.txt", "x"),
        ("One_Two/Other_Name", "x"),
        ("One_Two/Link_To", "../One Two"),
    ]);
    assert_eq!(scene.contents(), expected);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn what_stands_in_the_way_is_told_and_nothing_is_done() {
    let scene = Scene::new();
    for name in ["1.a", "1.b", "2.a", "x", "y.txt"] {
        scene.tree.file(format!("top/{name}").as_str(), name);
    }
    let before = scene.snapshot();
    let rename = ["rename", "-e", "a,b", "--to", "{stem}"];
    let apply = [&rename[..], &["--apply"]].concat();
    let run = scene.run(&apply);
    assert_eq!(run.code(), Some(2));
    assert!(
        run.stderr.contains("1.b: cannot become 1: 1.a gets the same name"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("nothing was done"), "{}", run.stderr);
    assert_eq!(scene.snapshot(), before);
    let shown = [&rename[..], &["--format", "text"]].concat();
    let shown = scene.run(&shown).exits(3);
    assert!(shown.text().contains("! 1.b → 1: 1.a gets the same name"));
    let skip = [&apply[..], &["--on-conflict", "skip"]].concat();
    let _ = scene.run(&skip).exits(3);
    let expected = [
        ("1", "1.a"),
        ("1.b", "1.b"),
        ("2", "2.a"),
        ("x", "x"),
        ("y.txt", "y.txt"),
    ];
    assert_eq!(scene.contents(), map(&expected));
    let _ = scene.undo().exits(0);
    let other = [&apply[..], &["--on-conflict", "rename"]].concat();
    let _ = scene.run(&other).exits(0);
    let contents = scene.contents();
    assert_eq!(contents["1 (2)"], "1.b");
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    // A value that is missing.
    let missing = ["rename", "--to", "{name}.{ext}", "--apply"];
    let run = scene.run(&missing).exits(2);
    let why = "x: {ext} has no value here; {ext|\"text\"} gives it one";
    assert!(run.stderr.contains(why), "{}", run.stderr);
    let taken = ["rename", "--match", "^2", "--to", "x", "--apply"];
    let run = scene.run(&taken).exits(2);
    assert!(run.stderr.contains("something has that name already"));
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn any_name_can_be_given_up_and_taken_back() {
    let scene = Scene::new();
    for name in odd_names() {
        let path = [b"top/d/".as_slice(), name].concat();
        scene.tree.file(path.as_slice(), name);
    }
    let before = scene.snapshot();
    let rename = ["rename", "--to", "{n:03}-{hash:4}", "--apply", "d"];
    let run = scene.run(&rename).exits(0);
    let done = format!("{} done", odd_names().len());
    assert!(run.stderr.starts_with(&done), "{}", run.stderr);
    let names: Vec<String> = scene.contents().into_keys().collect();
    assert!(names.iter().all(|it| it.len() == "d/001-abcd".len()));
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    // As a plan, too.
    let plan = scene.run(&["rename", "--to", "{n:03}", "d"]).exits(0);
    let _ = scene.program(&["apply", "-"]).input(plan.stdout).run().exits(0);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn counters_count_in_the_order_that_is_asked_for() {
    let scene = Scene::new();
    for (name, size) in [("a", 3), ("b", 1), ("c", 2)] {
        scene.tree.file(format!("top/{name}").as_str(), "x".repeat(size));
    }
    let rename =
        ["rename", "--to", "{n}-{name}", "--sort", "size:desc", "--apply"];
    let _ = scene.run(&rename).exits(0);
    let names: Vec<String> = scene.contents().into_keys().collect();
    assert_eq!(names, ["1-a", "2-c", "3-b"]);
}

#[test]
fn files_are_moved_into_folders_that_a_template_names() {
    let scene = Scene::new();
    scene.tree.file("top/in/a.mp3", "a");
    scene.tree.file("top/in/deep/b.txt", "b");
    let before = scene.snapshot();
    let into = ["move", "--into", "out/{ext}", "--apply", "in"];
    let _ = scene.run(&into).exits(0);
    let expected = map(&[("out/mp3/a.mp3", "a"), ("out/txt/b.txt", "b")]);
    assert_eq!(scene.contents(), expected);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    let like = ["move", "--into", "new/place", "--apply", "in"];
    let _ = scene.run(&like).exits(0);
    let expected =
        map(&[("new/place/a.mp3", "a"), ("new/place/deep/b.txt", "b")]);
    assert_eq!(scene.contents(), expected);
    // A folder that somebody uses stays.
    scene.tree.file("top/new/place/mine", "mine");
    let undone = scene.undo().exits(3);
    assert!(undone.stderr.contains("it is not empty"), "{}", undone.stderr);
    let contents = scene.contents();
    assert_eq!(contents["in/deep/b.txt"], "b");
    assert_eq!(contents["new/place/mine"], "mine");
    let up = ["move", "--into", "out/{ext}/../..", "--apply", "in"];
    let refused = scene.run(&up).exits(2);
    assert!(refused.stderr.contains(". or .."), "{}", refused.stderr);
}

#[test]
fn files_are_linked_and_the_links_removed() {
    let scene = Scene::new();
    scene.tree.file("top/in/a", "a");
    let before = scene.snapshot();
    let hard = ["link", "--into", "hard", "--apply", "in"];
    let _ = scene.run(&hard).exits(0);
    let inode = |path| fs::metadata(scene.tree.path(path)).unwrap().ino();
    assert_eq!(inode("top/in/a"), inode("top/hard/a"));
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    let soft = ["link", "--symbolic", "--into", "soft", "--apply", "in"];
    let _ = scene.run(&soft).exits(0);
    let link = fs::read_link(scene.tree.path("top/soft/a")).unwrap();
    assert_eq!(link.canonicalize().unwrap(), scene.tree.path("top/in/a"));
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn what_is_deleted_for_good_is_not_taken_back() {
    let scene = Scene::new();
    scene.tree.file("top/a.tmp", "a");
    scene.tree.file("top/b", "b");
    let delete = ["delete", "--permanent", "-e", "tmp", "."];
    let shown = [&delete[..], &["--format", "text"]].concat();
    let shown = scene.run(&shown).exits(0);
    assert_eq!(shown.text(), "- ./a.tmp\n");
    let _ = scene.run(&[&delete[..], &["--apply"]].concat()).exits(0);
    assert_eq!(scene.contents(), map(&[("b", "b")]));
    let undone = scene.undo().exits(2);
    assert!(undone.stderr.contains("deleted for good"), "{}", undone.stderr);
    let listed = scene.run(&["runs"]).exits(0);
    assert!(listed.text().contains("1 kept"), "{}", listed.text());
}

#[test]
fn the_user_is_asked_about_each_entry() {
    let scene = Scene::new();
    for name in ["a", "b", "c", "d"] {
        scene.tree.file(format!("top/{name}").as_str(), name);
    }
    let rename = ["rename", "--to", "x{name}", "--interactive"];
    let run = scene.program(&rename).input("y\nwhat\nno\na\n").run();
    let run = run.exits(0);
    assert!(run.stderr.contains("rename a → xa?"), "{}", run.stderr);
    let expected = [("b", "b"), ("xa", "a"), ("xc", "c"), ("xd", "d")];
    assert_eq!(scene.contents(), map(&expected));
    let quit = scene.program(&rename).input("q\n").run().exits(0);
    assert!(quit.stderr.contains("nothing to do"), "{}", quit.stderr);
    assert_eq!(scene.contents(), map(&expected));
}

#[test]
fn what_is_in_conflict_stays_so_when_the_user_was_asked() {
    let scene = Scene::new();
    scene.tree.file("top/a.txt", "a");
    scene.tree.file("top/b.txt", "b");
    scene.tree.file("top/c.log", "c");
    let before = scene.snapshot();
    let rename = ["rename", "--to", "same.{ext}", "--interactive"];
    let ask = |policy: &str, input: &str| {
        let args = [&rename[..], &["--on-conflict", policy]].concat();
        scene.program(&args).input(input).run()
    };
    // Nothing is asked where nothing would be done.
    let refused = ask("error", "").exits(2);
    assert!(refused.stderr.contains("same.txt"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("[y]es"), "{}", refused.stderr);
    assert_eq!(scene.snapshot(), before);
    let skipped = ask("skip", "y\ny\n").exits(3);
    assert!(skipped.stderr.contains("same.txt"), "{}", skipped.stderr);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    // The name is free once the first entry is left out: so the second is
    // asked about, too.
    let freed = ask("skip", "n\nn\ny\n").exits(0);
    assert!(freed.stderr.contains("rename b.txt"), "{}", freed.stderr);
    let expected = [("a.txt", "a"), ("same.txt", "b"), ("c.log", "c")];
    assert_eq!(scene.contents(), map(&expected));
}

#[test]
fn a_name_that_an_answer_frees_is_asked_about_where_another_is_taken() {
    let scene = Scene::new();
    for name in ["a1", "a2", "p", "q"] {
        scene.tree.file(format!("top/{name}").as_str(), name);
    }
    let words = "rename --replace s/^a.$/x/ --replace s/^q$/r/ \
                 --replace s/^p$/q/ --on-conflict skip --interactive";
    let rename: Vec<_> = words.split_whitespace().collect();
    // a1 stays, so x is free for a2; q stays, so p cannot have its name.
    let run = scene.program(&rename).input("n\ny\nn\nn\n").run().exits(3);
    assert!(run.stderr.contains("rename a2 → x?"), "{}", run.stderr);
    let same = ["a1", "a2", "p", "q"].map(|name| (name, name));
    assert_eq!(scene.contents(), map(&same));
}

#[test]
fn a_number_goes_with_the_entry_that_made_it_necessary() {
    let scene = Scene::new();
    scene.tree.file("top/a.txt", "a");
    scene.tree.file("top/b.txt", "b");
    let words = "rename --to same.{ext} --on-conflict rename --interactive";
    let rename: Vec<_> = words.split(' ').collect();
    let run = scene.program(&rename).input("n\ny\n").run().exits(0);
    assert!(run.stderr.contains("b.txt → same (2).txt?"), "{}", run.stderr);
    let expected = [("a.txt", "a"), ("same.txt", "b")];
    assert_eq!(scene.contents(), map(&expected));
}

#[test]
fn names_are_edited_in_the_editor_of_the_user() {
    let scene = Scene::new();
    scene.tree.file("top/a.txt", "a");
    scene.tree.file("top/d/b\nc.txt", "b");
    let before = scene.snapshot();
    let edit = |script: &str| {
        let editor = format!("sed -i -e '{script}'");
        scene.program(&["rename", "--edit"]).env("VISUAL", &editor).run()
    };
    let _ = edit("s/b.nc/new/; s/\\ta/\\tA/").exits(0);
    let expected = map(&[("A.txt", "a"), ("d/new.txt", "b")]);
    assert_eq!(scene.contents(), expected);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    // A line that is removed leaves its entry as it is.
    let _ = edit("/b.nc/d").exits(0);
    assert_eq!(scene.snapshot(), before);
    let refused = edit("s/a.txt/../").exits(2);
    assert!(refused.stderr.contains(". or .."), "{}", refused.stderr);
    let failed = scene
        .program(&["rename", "--edit"])
        .env("VISUAL", "false")
        .run()
        .exits(2);
    assert!(failed.stderr.contains("the editor failed"), "{}", failed.stderr);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn links_are_not_followed_by_what_changes_files() {
    let scene = Scene::new();
    scene.tree.file("outside/secret", "secret");
    scene.tree.link("../outside", "top/link");
    let run = scene.run(&["rename", "--to", "x", "-L", "--apply"]);
    assert_eq!(run.code(), Some(2));
    assert!(run.stderr.contains("without --follow"), "{}", run.stderr);
    let run = scene.run(&["rename", "--to", "x{name}", "--apply"]).exits(0);
    assert!(run.stderr.contains("nothing to do"), "{}", run.stderr);
    assert!(scene.tree.path("outside/secret").exists());
}

#[test]
fn files_are_copied_with_what_they_have_and_the_copies_removed() {
    let scene = Scene::new();
    scene.tree.file("top/in/a", "a");
    scene.tree.file("top/in/deep/b", "b".repeat(100_000));
    scene.tree.hard_link("top/in/a", "top/in/deep/c");
    scene.tree.link("a", "top/in/link");
    let then = std::time::SystemTime::UNIX_EPOCH
        + std::time::Duration::new(1_000_000_000, 7);
    scene.tree.touch("top/in/a", then);
    let before = scene.snapshot();
    let copy = [
        "copy",
        "--into",
        "out",
        "--kind",
        "file,symlink",
        "--verify",
        "--apply",
        "in",
    ];
    let _ = scene.run(&copy).exits(0);
    let now = scene.snapshot();
    for path in ["a", "deep/b", "deep/c", "link"] {
        let (old, new) = (
            &now[&Path::new("in").join(path)],
            &now[&Path::new("out").join(path)],
        );
        assert_eq!((old.0, old.4, &old.5), (new.0, new.4, &new.5), "{path}");
        assert_ne!(old.1, new.1, "{path}");
    }
    assert_eq!(now[Path::new("out/a")].1, now[Path::new("out/deep/c")].1);
    // A second run copies what is missing, and one that was changed stays.
    fs::remove_file(scene.tree.path("top/out/a")).unwrap();
    let again = scene.run(&copy).exits(0);
    assert!(again.stderr.contains("1 done"), "{}", again.stderr);
    assert_eq!(scene.contents()["out/a"], "a");
    let again = scene.run(&copy).exits(0);
    let nothing = "nothing to do: 4 as they should be";
    assert!(again.stderr.contains(nothing), "{}", again.stderr);
    let _ = scene.undo().exits(0);
    fs::write(scene.tree.path("top/out/deep/b"), "mine").unwrap();
    let undone = scene.undo().exits(3);
    assert!(undone.stderr.contains("changed since"), "{}", undone.stderr);
    assert_eq!(scene.contents()["out/deep/b"], "mine");
    fs::remove_dir_all(scene.tree.path("top/out")).unwrap();
    let now = scene.snapshot();
    assert_eq!(now.len(), before.len());
    for (path, what) in before {
        assert!(path.as_os_str().is_empty() || now[&path] == what, "{path:?}");
    }
}

#[test]
fn what_is_deleted_goes_to_the_trash_and_comes_back() {
    let scene = Scene::new();
    scene.tree.file("top/a b", "a");
    scene.tree.file("top/d/a b", "b");
    scene.tree.file("top/whole/x/y", "y");
    let before = scene.snapshot();
    let _ = scene.run(&["delete", "--apply", "-g", "a*", "."]).exits(0);
    assert_eq!(scene.contents(), map(&[("whole/x/y", "y")]));
    let info = fs::read_dir(scene.tree.path("data/Trash/info")).unwrap();
    assert_eq!(info.count(), 2);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    let left = fs::read_dir(scene.tree.path("data/Trash/info")).unwrap();
    assert_eq!(left.count(), 0);
    // A directory goes with all that is in it.
    let whole =
        ["delete", "--apply", "--kind", "directory", "-g", "whole", "."];
    let _ = scene.run(&whole).exits(0);
    assert!(!scene.tree.path("top/whole").exists());
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    // What was taken out of the trash is not there any more.
    let _ = scene.run(&["delete", "--apply", "-g", "a*", "."]).exits(0);
    fs::remove_dir_all(scene.tree.path("data/Trash/files")).unwrap();
    fs::create_dir(scene.tree.path("data/Trash/files")).unwrap();
    let undone = scene.undo().exits(2);
    assert!(undone.stderr.contains("not in the trash"), "{}", undone.stderr);
}

#[test]
fn a_move_to_another_file_system_is_a_copy_that_was_compared() {
    let scene = Scene::new();
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        println!("SKIPPED: there is no /dev/shm");
        return;
    };
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    if device(other.path()) == device(&scene.top()) {
        println!("SKIPPED: /dev/shm is on the same file system");
        return;
    }
    scene.tree.file("top/in/a", "a".repeat(10_000));
    scene.tree.link("a", "top/in/link");
    let contents = scene.contents();
    let into = other.path().join("new").display().to_string();
    let mut relocate =
        vec!["move", "--into", &into, "--kind", "file,symlink", "in"];
    relocate.push("--apply");
    let _ = scene.run(&relocate).exits(0);
    assert_eq!(scene.contents(), map(&[]));
    let moved = fs::read(other.path().join("new/a")).unwrap();
    assert_eq!(moved, "a".repeat(10_000).as_bytes());
    let _ = scene.undo().exits(0);
    assert_eq!(scene.contents(), contents);
    assert!(!other.path().join("new").exists());
    let hard = ["link", "--into", &into, "--apply", "in"];
    let refused = scene.run(&hard).exits(2);
    assert!(refused.stderr.contains("another file system"));
}

#[test]
fn what_undo_removes_is_never_the_only_copy_nor_one_that_was_changed() {
    let scene = Scene::new();
    for name in ["edited", "kept", "lost"] {
        scene.tree.file(format!("top/from/{name}").as_str(), name);
    }
    let _ = scene.run(&["copy", "--into", "to", "from", "--apply"]).exits(0);
    // Written to, with the size and the time that it had.
    let edited = scene.top().join("to/edited");
    let modified = fs::metadata(&edited).unwrap().modified().unwrap();
    fs::write(&edited, "edite!").unwrap();
    let file = fs::File::options().write(true).open(&edited).unwrap();
    file.set_modified(modified).unwrap();
    fs::remove_file(scene.top().join("from/lost")).unwrap();
    let undone = scene.undo().exits(3);
    assert!(undone.stderr.contains("the copy was changed since"));
    assert!(undone.stderr.contains("its original is not what it was"));
    let left = map(&[
        ("from/edited", "edited"),
        ("from/kept", "kept"),
        ("to/edited", "edite!"),
        ("to/lost", "lost"),
    ]);
    assert_eq!(scene.contents(), left);
    // What was in the way may go: the same run is tried again.
    fs::write(&edited, "edited").unwrap();
    let file = fs::File::options().write(true).open(&edited).unwrap();
    file.set_modified(modified).unwrap();
    let runs = scene.run(&["runs"]).exits(0);
    let run = runs.text().split_whitespace().next().unwrap().to_owned();
    let again = scene.run(&["undo", &run]).exits(3);
    assert!(again.stderr.contains("1 undone, 2 kept"), "{}", again.stderr);
    assert!(!edited.exists());
}

#[test]
fn a_plan_in_a_file_keeps_the_conflicts_that_forbid_it() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("top/b", "b");
    let before = scene.snapshot();
    let plan = scene.tree.path("plan");
    let plan = plan.to_str().unwrap();
    let _ = scene.run(&["rename", "--to", "c", "--plan", plan]).exits(3);
    let refused = scene.run(&["apply", plan]).exits(2);
    assert!(refused.stderr.contains("conflict"), "{}", refused.stderr);
    assert_eq!(scene.snapshot(), before);
    let skip = ["rename", "--to", "c", "--on-conflict", "skip"];
    let skip = [&skip[..], &["--plan", plan]].concat();
    let _ = scene.run(&skip).exits(3);
    let _ = scene.run(&["apply", plan]).exits(0);
    assert_eq!(scene.contents(), map(&[("b", "b"), ("c", "a")]));
}

#[test]
fn undo_takes_back_the_last_run_that_did_something() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    let plan = scene.tree.path("plan");
    let plan = plan.to_str().unwrap();
    let _ = scene.run(&["rename", "--to", "b", "--plan", plan]).exits(0);
    let _ = scene.run(&["apply", plan]).exits(0);
    // The second time there is nothing left to do.
    let _ = scene.run(&["apply", plan]);
    let _ = scene.undo().exits(0);
    assert_eq!(scene.contents(), map(&[("a", "a")]));
    // A journal that cannot be read is not passed over.
    let name = "state/runs/99991231T235959999-ffffffff.ndjson";
    scene.tree.file(name, "garbage\n");
    let refused = scene.undo().exits(2);
    assert!(refused.stderr.contains("99991231"), "{}", refused.stderr);
}

#[test]
fn a_new_file_is_not_taken_for_the_one_whose_inode_it_got() {
    let scene = Scene::new();
    scene.tree.file("top/a", "old");
    let _ = scene.run(&["rename", "--to", "b", "--apply"]).exits(0);
    fs::remove_file(scene.top().join("b")).unwrap();
    // Most file systems give it the number that has just become free.
    scene.tree.file("top/b", "new");
    let undone = scene.undo();
    assert_ne!(undone.code(), Some(0));
    assert!(undone.stderr.contains("another entry has taken its place"));
    assert_eq!(scene.contents(), map(&[("b", "new")]));
}
