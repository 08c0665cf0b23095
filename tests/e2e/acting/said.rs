//! What is said is true, and options are there where they mean something.

use std::fs;

use super::{Scene, map};

#[test]
fn a_plan_replaces_no_file_but_a_plan() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("mine", "mine");
    scene.tree.link("mine", "link");
    let plan =
        |name: &str| scene.run(&["rename", "--to", "b", "--plan", name]);
    for name in ["../mine", "../link"] {
        let refused = plan(name).exits(2);
        assert!(refused.stderr.contains("is no plan"), "{}", refused.stderr);
    }
    assert_eq!(fs::read(scene.tree.path("mine")).unwrap(), b"mine");
    // An empty file is no plan either.
    scene.tree.file("empty", "");
    let refused = plan("../empty").exits(2);
    assert!(refused.stderr.contains("is no plan"), "{}", refused.stderr);
    assert_eq!(fs::read(scene.tree.path("empty")).unwrap(), b"");
    let _ = plan("../plan").exits(0);
    let first = fs::read(scene.tree.path("plan")).unwrap();
    let _ = plan("../plan").exits(0);
    assert_eq!(fs::read(scene.tree.path("plan")).unwrap(), first);
    let _ = plan("/dev/null").exits(0);
}

#[test]
fn it_is_said_what_does_it_and_what_takes_it_back() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("top/b", "b");
    let said = |arguments: &[&str], code: i32| {
        scene.run(&[arguments, &["--format", "text"]].concat()).exits(code)
    };
    let fine = said(&["rename", "--to", "x{name}"], 0);
    assert!(fine.stderr.contains("2 entries; --apply does it"));
    let taken = said(&["rename", "--to", "x"], 3);
    assert!(taken.stderr.contains("--on-conflict rename"), "{}", taken.stderr);
    assert!(!taken.stderr.contains("--apply does it"), "{}", taken.stderr);
    let missing = said(&["rename", "--to", "{ext}"], 3);
    let why = &missing.stderr;
    assert!(why.contains("--on-conflict skip leaves these out"), "{why}");
    assert!(!why.contains("--on-conflict rename"), "{why}");
    let refused = scene.run(&["rename", "--to", "{ext}", "--apply"]).exits(2);
    let why = &refused.stderr;
    assert!(!why.contains("--on-conflict rename"), "{why}");
    let same = said(&["rename", "--to", "{name}"], 0);
    assert!(same.stderr.contains("nothing to do"), "{}", same.stderr);
    let gone = ["delete", "--permanent", "--apply", "a"];
    let gone = scene.run(&gone).exits(0);
    assert_eq!(gone.stderr, "1 done\n");
    let back = scene.run(&["delete", "--apply", "b"]).exits(0);
    assert!(back.stderr.contains("takes it back"), "{}", back.stderr);
}

#[test]
fn options_are_there_where_they_mean_something() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    for option in [&["--on-conflict", "skip"][..], &["--portable"]] {
        let delete = [&["delete", "a"][..], option].concat();
        let refused = scene.run(&delete).exits(2);
        assert!(refused.stderr.contains("unexpected"), "{}", refused.stderr);
        let rename = [&["rename", "--to", "b"][..], option].concat();
        let _ = scene.run(&rename).exits(0);
    }
    let _ = scene.run(&["rename", "--to", "b", "--apply"]).exits(0);
    for empty in [&["undo", ""][..], &["apply", "--resume", ""]] {
        let _ = scene.run(empty).exits(2);
    }
    assert_eq!(scene.contents(), map(&[("b", "a")]));
}

#[test]
fn runs_are_listed_for_programs_and_old_journals_removed() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    assert_eq!(scene.run(&["runs", "--format", "json"]).text(), "[]\n");
    let _ = scene.run(&["rename", "--to", "b", "--apply"]).exits(0);
    let lines = scene.run(&["runs", "--format", "ndjson"]).exits(0);
    let list = scene.run(&["runs", "--format", "json"]).exits(0);
    let line = lines.text().trim_end();
    assert_eq!(list.text(), format!("[{line}]\n"));
    assert!(line.starts_with("{\"run\":\"2"), "{line}");
    let rest = "\"state\":\"finished\",\"command\":\"rename\",\"steps\":1,\
                \"done\":1,\"failed\":0,\"undone\":0,\"kept\":0}";
    assert!(line.ends_with(rest), "{line}");
    let pruned = scene.run(&["runs", "--prune", "1d"]).exits(0);
    assert!(pruned.stderr.contains("removed: 0"), "{}", pruned.stderr);
    let _ = scene.undo().exits(0);
    let pruned = scene.run(&["runs", "--prune", "9999-01-01"]).exits(0);
    assert!(pruned.stderr.contains("removed: 1"), "{}", pruned.stderr);
    assert_eq!(scene.run(&["runs"]).text(), "");
}

#[test]
fn the_manual_of_a_command_is_printed() {
    let scene = Scene::new();
    let page = scene.run(&["man", "rename"]).exits(0);
    assert!(page.text().contains("sanchay\\-rename"), "{}", page.text());
    assert!(!scene.top().join("rename").exists());
    let page = scene.run(&["man", "plugin-run"]).exits(0);
    assert!(page.text().contains("plugin"), "{}", page.text());
    let _ = scene.run(&["man", "pages"]).exits(0);
    assert!(scene.top().join("pages/sanchay-rename.1").exists());
}

#[test]
fn a_dry_run_of_undo_makes_no_folder() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    let run = scene.run(&["delete", "--apply", "a"]).exits(0);
    let runs = scene.run(&["runs"]).exits(0);
    let run_name = runs.text().split_whitespace().next().unwrap();
    assert!(run.stderr.contains(run_name));
    // Killed right behind the step: nothing tells where it went, and the
    // trash was emptied since.
    let journal = format!("state/runs/{run_name}.ndjson");
    let journal = scene.tree.path(journal.as_str());
    let text = fs::read_to_string(&journal).unwrap();
    let kept = text.lines().filter(|line| !line.contains("\"state\""));
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    fs::write(&journal, kept).unwrap();
    fs::remove_dir_all(scene.tree.path("data")).unwrap();
    for arguments in [&["undo", "-n", run_name][..], &["undo", run_name]] {
        let undone = scene.run(arguments).exits(2);
        assert!(undone.stderr.contains("not in the trash"));
        assert!(!scene.top().join(".sanchay-trash").exists());
        assert!(!scene.tree.path("data").exists());
    }
}

#[test]
fn a_file_that_does_not_tell_its_size_is_copied_whole() {
    let scene = Scene::new();
    let Ok(version) = fs::read_to_string("/proc/version") else {
        println!("SKIPPED: there is no /proc/version");
        return;
    };
    let copy = ["copy", "--into", ".", "/proc/version", "--apply"];
    let run = scene.run(&copy).exits(0);
    assert_eq!(scene.contents(), map(&[("version", version.as_str())]));
    let said = format!("{} bytes were copied", version.len());
    assert!(run.stderr.contains(&said), "{}", run.stderr);
    let verified =
        ["copy", "--verify", "--into", "v", "/proc/version", "--apply"];
    let _ = scene.run(&verified).exits(0);
    assert_eq!(scene.contents()["v/version"], version);
}

#[test]
fn a_destination_need_not_be_utf8() {
    use std::os::unix::ffi::OsStringExt as _;
    let scene = Scene::new();
    scene.tree.file("top/in/a", "a");
    let folder = std::ffi::OsString::from_vec(b"\xff\xfe".to_vec());
    let moved = scene.program(&["move", "in", "--apply", "--into"]);
    let _ = moved.args([&folder]).run().exits(0);
    let there = scene.top().join(&folder).join("a");
    assert_eq!(fs::read(&there).unwrap(), b"a");
    let _ = scene.undo().exits(0);
    assert!(!there.exists());
    let template = std::ffi::OsString::from_vec(b"\xff/{ext}".to_vec());
    let program = scene.program(&["copy", "in", "--into"]).args([&template]);
    let refused = program.run().exits(3);
    assert!(refused.stderr.contains("{ext} has no value"));
    let template = std::ffi::OsString::from_vec(b"x{ext}\xff".to_vec());
    let program = scene.program(&["copy", "in", "--into"]).args([&template]);
    let refused = program.run().exits(2);
    assert!(refused.stderr.contains("is not UTF-8"), "{}", refused.stderr);
}

#[test]
fn what_was_copied_is_not_copied_again_and_what_differs_is_in_conflict() {
    let scene = Scene::new();
    scene.tree.file("top/in/a", "a");
    scene.tree.file("top/in/b", "b");
    let copy = ["copy", "--into", "out", "in"];
    let apply = [&copy[..], &["--apply"]].concat();
    let _ = scene.run(&apply).exits(0);
    let again = scene.run(&apply).exits(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    // The same in size and time, but not in bytes.
    let b = scene.top().join("out/b");
    let modified = fs::metadata(&b).unwrap().modified().unwrap();
    fs::write(&b, "x").unwrap();
    let file = fs::File::options().write(true).open(&b).unwrap();
    file.set_modified(modified).unwrap();
    let _ = scene.run(&apply).exits(0);
    let verify = [&apply[..], &["--verify"]].concat();
    let found = scene.run(&verify).exits(2);
    assert!(found.stderr.contains("something has that name already"));
    fs::write(&b, "other").unwrap();
    let _ = scene.run(&apply).exits(2);
    for how in [&["--symbolic"][..], &[]] {
        let link = ["link", "--into", "links", "in", "--apply"];
        let link = [&link[..], how].concat();
        let _ = scene.run(&link).exits(0);
        let again = scene.run(&link).exits(0);
        assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
        let _ = scene.undo().exits(0);
    }
}

#[test]
fn that_a_file_system_has_no_reflinks_is_found_before_anything_is_done() {
    let scene = Scene::new();
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        println!("SKIPPED: there is no /dev/shm");
        return;
    };
    let top = other.path();
    fs::create_dir(top.join("in")).unwrap();
    fs::write(top.join("in/a"), "a").unwrap();
    let link = ["link", "--reflink", "--into", "out", "in"];
    let said = scene.program(&link).within(top).run().exits(3);
    assert!(said.stderr.contains("cannot share blocks"), "{}", said.stderr);
    let apply = [&link[..], &["--apply"]].concat();
    let _ = scene.program(&apply).within(top).run().exits(2);
    assert!(!top.join("out").exists());
}

#[test]
fn holes_take_no_room() {
    let scene = Scene::new();
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        println!("SKIPPED: there is no /dev/shm");
        return;
    };
    let into = other.path().join("new").display().to_string();
    // More than any memory.
    scene.tree.sparse("top/in/sparse", 1 << 43);
    for command in ["copy", "move"] {
        let plan = scene.run(&[command, "--into", &into, "in"]).exits(0);
        assert_eq!(plan.stderr, "", "{command}");
    }
}

#[test]
fn runs_are_listed_by_the_ends_of_their_journals() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("top/b", "b");
    let _ = scene.run(&["rename", "--to", "x{name}", "--apply"]).exits(0);
    let listed = |what: &str| {
        let runs = scene.run(&["runs"]).exits(0).text().to_owned();
        assert!(runs.trim_end().ends_with(what), "{runs}");
        runs.split(' ').next().unwrap().to_owned()
    };
    let run = listed("finished    rename: 2 of 2 done");
    let journal = format!("state/runs/{run}.ndjson");
    let journal = scene.tree.path(journal.as_str());
    let whole = fs::read_to_string(&journal).unwrap();
    // Whatever lies between them is not looked at.
    fs::write(&journal, whole.replace("because", "why not")).unwrap();
    let _ = listed("finished    rename: 2 of 2 done");
    fs::write(&journal, &whole).unwrap();
    scene.tree.file("top/a", "taken");
    let _ = scene.undo().exits(3);
    let _ = listed("undone      rename: 2 of 2 done, 1 undone, 1 kept");
    fs::remove_file(scene.tree.path("top/a")).unwrap();
    let _ = scene.run(&["undo", &run]).exits(0);
    let _ = listed("undone      rename: 2 of 2 done, 2 undone");
}

#[test]
fn names_that_were_edited_in_vain_are_kept() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("top/b", "b");
    scene.tree.dir("tmp");
    let edit = |script: &str| {
        let editor = format!("sed -i -e '{script}'");
        let edit = scene.program(&["rename", "--edit"]);
        let temporary = scene.tree.path("tmp");
        let edit = edit.env("TMPDIR", temporary.to_str().unwrap());
        edit.env("VISUAL", &editor).run()
    };
    let kept = || -> Vec<String> {
        let files = fs::read_dir(scene.tree.path("tmp")).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        paths.map(|path| fs::read_to_string(path).unwrap()).collect()
    };
    let _ = edit("s/\\ta/\\tc/").exits(0);
    assert_eq!(kept(), [""; 0]);
    // Both get one name; and a line without a tab.
    for (script, left) in [("s/\\tc/\\tb/", "2\tb"), ("s/\\tc/,c/", "2,c")] {
        let refused = edit(script).exits(2);
        let said = &refused.stderr;
        let line = said.lines().find(|line| line.contains("are kept in"));
        let line = line.unwrap_or_else(|| panic!("{said}"));
        let path = line.rsplit(' ').next().unwrap();
        assert!(fs::read_to_string(path).unwrap().contains(left), "{said}");
        fs::remove_file(path).unwrap();
    }
    assert_eq!(scene.contents(), map(&[("b", "b"), ("c", "a")]));
}

#[test]
fn edited_names_are_kept_whatever_goes_wrong_behind_the_editor() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.dir("tmp");
    let kept = || -> Vec<Vec<u8>> {
        let files = fs::read_dir(scene.tree.path("tmp")).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let kept = paths.map(|path| {
            let text = fs::read(&path).unwrap();
            fs::remove_file(path).unwrap();
            text
        });
        kept.collect()
    };
    let edit = |editor: &str, state: Option<&str>| {
        let program = scene.program(&["rename", "--edit"]);
        let temporary = scene.tree.path("tmp");
        let program = program.env("TMPDIR", temporary.to_str().unwrap());
        let program = match state {
            Some(state) => program.args(["--state-dir", state]),
            None => program,
        };
        program.env("VISUAL", editor).run().exits(2)
    };
    // A byte of Latin-1; an editor that saves and fails; no room for a
    // journal.
    let rename = r"sed -i 's/\ta/\tnew/'";
    for (editor, state, why) in [
        (r"sed -i 's/\ta/\tn\xe9w/'", None, "it is not UTF-8"),
        (
            r"sh -c 'sed -i s/\\ta/\\tnew/ $0; false'",
            None,
            "the editor failed",
        ),
        (rename, Some("/proc/x"), "/proc/x"),
    ] {
        let refused = edit(editor, state);
        let said = &refused.stderr;
        assert!(said.contains(why), "{said}");
        assert!(said.contains("the edited names are kept in"), "{said}");
        let kept = kept();
        assert_eq!(kept.len(), 1, "{said}");
        let name = |byte: &u8| *byte == b'n';
        assert!(
            kept[0]
                .rsplit(|it| *it == b'\t')
                .next()
                .is_some_and(|last| last.first().is_some_and(name))
        );
    }
    assert_eq!(scene.contents(), map(&[("a", "a")]));
    // What was not changed need not be kept.
    let _ = edit("false", None);
    assert_eq!(kept(), [] as [Vec<u8>; 0]);
}

#[test]
fn a_journal_that_cannot_be_written_whole_is_removed_again() {
    let scene = Scene::new();
    for number in 0..2000 {
        scene.tree.file(format!("top/{number}").as_str(), "");
    }
    let state = scene.tree.path("state");
    // No file may become longer than 64 blocks, as if the disk were full.
    let script = r#"trap "" XFSZ; ulimit -f 64; exec "$@""#;
    let program = crate::program();
    let rename = ["rename", "--to", "x{name}", "--apply"];
    let run = std::process::Command::new("sh")
        .args(["-c", script, "sh", program])
        .args(rename)
        .current_dir(scene.top())
        .env("SANCHAY_STATE_DIR", &state)
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot write the journal"), "{said}");
    let left = fs::read_dir(state.join("runs")).unwrap();
    assert_eq!(left.count(), 0);
    let next = scene.run(&["rename", "--to", "x{name}"]).exits(0);
    assert_eq!(next.stderr, "");
    assert!(scene.top().join("1999").exists());
}

#[test]
fn what_a_run_put_into_a_folder_is_not_put_there_again() {
    for (verb, more) in
        [("copy", &[][..]), ("link", &[]), ("link", &["--symbolic"])]
    {
        let scene = Scene::new();
        scene.tree.file("top/a", "a");
        scene.tree.file("top/d/b", "b");
        let into = [&[verb, "--into", "new", "--apply", "."], more].concat();
        let _ = scene.run(&into).exits(0);
        let once: Vec<_> = scene.snapshot().into_keys().collect();
        let again = scene.run(&into).exits(0);
        let left_out = "left out: 2 that lie in the folder that results go";
        let expected = match more {
            // Links are none of the entries that are linked.
            ["--symbolic"] => "nothing to do",
            _ => left_out,
        };
        assert!(again.stderr.contains(expected), "{}", again.stderr);
        let now: Vec<_> = scene.snapshot().into_keys().collect();
        assert_eq!(now, once, "{verb}");
    }
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    let into = ["move", "--into", "new", "--apply", "."];
    let _ = scene.run(&into).exits(0);
    let _ = scene.run(&into).exits(0);
    assert_eq!(scene.contents(), map(&[("new/a", "a")]));
    // What is below can be gathered all the same.
    scene.tree.file("top/new/deep/b", "b");
    let _ = scene.run(&[&into[..], &["--flat"]].concat()).exits(0);
    assert_eq!(scene.contents(), map(&[("new/a", "a"), ("new/b", "b")]));
}

#[test]
fn temporary_names_are_given_to_nobody() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    let why = "names that begin with .sanchay- are temporary";
    for name in [".sanchay-", ".sanchay-aside-x"] {
        let rename = ["rename", "--to", name, "--apply"];
        let refused = scene.run(&rename).exits(2);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    let plan = ["rename", "--to", "b", "--plan", "../plan"];
    let _ = scene.run(&plan).exits(0);
    let path = scene.tree.path("plan");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace(r#""to":"b""#, r#""to":".sanchay-b""#))
        .unwrap();
    let apply = ["apply", "--force-edited", "../plan"];
    let refused = scene.run(&apply).exits(2);
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
    assert_eq!(scene.contents(), map(&[("a", "a")]));
    // What is left of something has one, and may get another.
    scene.tree.file("top/.sanchay-left", "left");
    let back = ["rename", "-H", "--match", "left", "--to", "right", "--apply"];
    let _ = scene.run(&back).exits(0);
    assert_eq!(scene.contents(), map(&[("a", "a"), ("right", "left")]));
}
