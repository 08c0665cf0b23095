//! Moves to another file system, in memory, where a kill can be had at every
//! change: no file is lost or doubled, and names of one file stay names of one.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use sanchay::{
    EntryKind, MemoryStorage, Monitor, Storage, Timestamp,
    ops::{ConflictKind, OpsError, Plan, Runs, Verdict},
    storage::{Attributes, Directory, Links, Listing, Opened},
};

use crate::engine;

/// All files by their paths: their contents, when they were modified, and the
/// first of the paths that are names of the same.
fn files(storage: &MemoryStorage) -> BTreeMap<String, (String, i64, String)> {
    fn add(
        directory: &dyn Directory,
        above: &str,
        found: &mut BTreeMap<String, (String, i64, String)>,
        first: &mut BTreeMap<(u64, u64), String>,
    ) {
        let mut listing = Listing::default();
        directory.list(&mut listing).unwrap();
        for at in 0..listing.len() {
            let name = listing.name(at);
            let path = format!("{above}/{}", String::from_utf8_lossy(name));
            let (kind, facts) = directory.stat(name, Links::Refuse).unwrap();
            if kind == EntryKind::Directory {
                let below = directory.open_dir(name, Links::Refuse).unwrap();
                add(&*below, &path, found, first);
                continue;
            }
            let content = match directory.read_link(name) {
                Ok(says) => says,
                Err(_) => {
                    let (file, _) =
                        directory.open_file(name, Links::Refuse).unwrap();
                    let size = usize::try_from(facts.size).unwrap();
                    let mut bytes = vec![0; size];
                    file.read_at(&mut bytes, 0).unwrap();
                    bytes
                }
            };
            let content = String::from_utf8(content).unwrap();
            let id = (facts.id.device, facts.id.inode);
            let same = first.entry(id).or_insert_with(|| path.clone()).clone();
            found.insert(path, (content, facts.modified.seconds, same));
        }
    }
    let Ok(Opened::Directory(root, _)) = storage.open(Path::new("/")) else {
        panic!("there is no root");
    };
    let mut found = BTreeMap::new();
    add(&*root, "", &mut found, &mut BTreeMap::new());
    found
}

/// Files in two folders, of which three are names of one, and another device.
fn tree() -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.write("r/a", b"linked");
    storage.hard_link("r/a", "r/d/b");
    storage.hard_link("r/a", "r/d/c");
    storage.write("r/d/e", b"alone");
    storage.link("a", "r/link");
    storage.mount("other");
    storage
}

fn plan(storage: &MemoryStorage) -> Plan {
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    let request = engine(1).move_into(["/r"], "/other/new").storage(shared);
    let request = request.kind(EntryKind::File).kind(EntryKind::Symlink);
    request.plan().unwrap()
}

/// What a journal has of steps that were done, but for the last: that is what
/// a kill leaves of it. `nothing`: not even that.
fn cut(runs: &Runs, run: &str, nothing: bool) {
    let path = runs.journal(run);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with("{\"op\""));
    let steps = last.unwrap() + 1;
    let done = lines[steps..]
        .iter()
        .take_while(|line| line.starts_with("{\"state\":\"done\""))
        .count();
    let kept = match nothing {
        true => steps,
        false => steps + done.saturating_sub(1),
    };
    let kept: Vec<String> =
        lines[..kept].iter().map(|line| format!("{line}\n")).collect();
    fs::write(&path, kept.concat()).unwrap();
    fs::write(path.with_extension("unfinished"), "").unwrap();
}

#[test]
fn a_move_that_is_killed_anywhere_is_finished_or_taken_back() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let whole = tree();
    let before = files(&whole);
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path().join("whole"));
    let report = plan(&whole).apply(&engine, &runs, &monitor).unwrap();
    assert_eq!((report.failed, &report.problems[..]), (0, &[][..]));
    assert_eq!(report.notes, [], "all names of the file were moved");
    let moved = files(&whole);
    assert_eq!(moved["/other/new/d/c"].2, "/other/new/a");
    let most = whole.counts().changes;
    for after in 0..=most {
        for how in 0..4 {
            let (resume, nothing) = (how % 2 == 0, how < 2);
            let storage = tree();
            let runs = Runs::at(folder.path().join(format!("{after}-{how}")))
                .with_storage(Arc::new(storage.clone()));
            let plan = plan(&storage);
            storage.stop_after(after);
            let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
            storage.revive();
            cut(&runs, &run, nothing);
            if resume {
                let report = runs.resume(&engine, &run, &monitor).unwrap();
                assert_eq!(report.problems, [], "{after} {how}");
                assert_eq!(files(&storage), moved, "{after} {how}");
            }
            let looked = runs.undo(&engine, &run, true, &monitor).unwrap();
            assert_eq!(looked.problems, [], "{after} {how}");
            let report = runs.undo(&engine, &run, false, &monitor).unwrap();
            assert_eq!(report.problems, [], "{after} {how}");
            assert_eq!(looked.done, report.done, "{after} {how}");
            assert_eq!(files(&storage), before, "{after} {how}");
        }
    }
}

#[test]
fn an_undoing_of_a_move_that_is_killed_anywhere_is_gone_on_with() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    let before = files(&tree());
    for after in 0.. {
        let storage = tree();
        let runs = Runs::at(folder.path().join(after.to_string()))
            .with_storage(Arc::new(storage.clone()));
        let run = plan(&storage).apply(&engine, &runs, &monitor).unwrap().run;
        storage.stop_after(after);
        let ended = runs.undo(&engine, &run, false, &monitor).unwrap();
        storage.revive();
        if ended.kept == 0 {
            assert!(after > 20, "{after}");
            return;
        }
        let path = runs.journal(&run);
        let text = fs::read_to_string(&path).unwrap();
        let kept = text.lines().filter(|line| {
            !line.contains("\"kept\"") && !line.contains("\"reversed\"")
        });
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        fs::write(&path, kept).unwrap();
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        assert_eq!(report.problems, [], "{after}");
        assert_eq!(files(&storage), before, "{after}");
    }
}

/// When a run began.
fn begun(runs: &Runs, run: &str) -> Timestamp {
    let text = fs::read_to_string(runs.journal(run)).unwrap();
    let (_, rest) = text.split_once("\"started\":\"").unwrap();
    let (started, _) = rest.split_once('"').unwrap();
    let started: jiff::Timestamp = started.parse().unwrap();
    Timestamp::from(std::time::SystemTime::from(started))
}

#[test]
fn a_half_move_is_taken_back_though_the_clock_of_files_is_behind() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    let before = files(&tree());
    let mut halves = 0;
    for after in 0.. {
        let storage = tree();
        let runs = Runs::at(folder.path().join(after.to_string()))
            .with_storage(Arc::new(storage.clone()));
        let plan = plan(&storage);
        storage.stop_after(after);
        let report = plan.apply(&engine, &runs, &monitor).unwrap();
        storage.revive();
        if report.failed == 0 {
            break;
        }
        cut(&runs, &report.run, true);
        let (old, new) = ("/r/d/e", "/other/new/d/e");
        let now = files(&storage);
        if !now.contains_key(old) || !now.contains_key(new) {
            continue;
        }
        halves += 1;
        // Its birth time is that of the last tick, before the run began.
        let mut created = begun(&runs, &report.run);
        created.seconds -= 1;
        storage.set_identity(new, 1000, created);
        let undone = runs.undo(&engine, &report.run, false, &monitor).unwrap();
        assert_eq!(undone.problems, [], "{after}");
        assert_eq!(files(&storage), before, "{after}");
    }
    assert!(halves > 0);
}

#[test]
fn a_file_that_came_back_under_its_old_number_is_known() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    let before = files(&tree());
    let number = |storage: &MemoryStorage, path: &str| {
        let found = storage.stat(Path::new(path)).ok();
        found.map(|(_, found)| found.id.inode)
    };
    let mut back = 0;
    for after in 0.. {
        let storage = tree();
        let alone = number(&storage, "/r/d/e").unwrap();
        let linked = number(&storage, "/r/a").unwrap();
        let runs = Runs::at(folder.path().join(after.to_string()))
            .with_storage(Arc::new(storage.clone()));
        let run = plan(&storage).apply(&engine, &runs, &monitor).unwrap().run;
        storage.stop_after(after);
        let ended = runs.undo(&engine, &run, false, &monitor).unwrap();
        storage.revive();
        if ended.kept == 0 {
            break;
        }
        let names = [
            (alone, &["/r/d/e"][..]),
            (linked, &["/r/a", "/r/d/b", "/r/d/c"]),
        ];
        let now = Timestamp::from(std::time::SystemTime::now());
        for (old, paths) in names {
            let mut paths = paths.iter();
            if let Some(path) =
                paths.find(|path| number(&storage, path).is_some())
            {
                storage.set_identity(path, old, now);
                back += 1;
            }
        }
        let path = runs.journal(&run);
        let text = fs::read_to_string(&path).unwrap();
        let kept = text.lines().filter(|line| {
            !line.contains("\"kept\"") && !line.contains("\"reversed\"")
        });
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        fs::write(&path, kept).unwrap();
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        assert_eq!(report.problems, [], "{after}");
        assert_eq!(files(&storage), before, "{after}");
    }
    assert!(back > 0);
}

#[test]
fn a_copy_that_differs_from_what_came_back_stays_and_is_named() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    let storage = tree();
    let runs = Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
    let run = plan(&storage).apply(&engine, &runs, &monitor).unwrap().run;
    let (_, copy) = storage.stat(Path::new("/other/new/d/e")).unwrap();
    // A file of the same size and time, with other bytes.
    storage.write("r/d/e", b"ALONE");
    let Ok(Opened::Directory(d, _)) = storage.open(Path::new("/r/d")) else {
        panic!("there is no folder");
    };
    let times =
        Attributes { modified: Some(copy.modified), ..Attributes::default() };
    d.set_attributes(b"e", &times).unwrap();
    let undone = runs.undo(&engine, &run, false, &monitor).unwrap();
    let mut problems = undone.problems.iter();
    let told = problems.find(|it| it.path == b"/r/d/e").unwrap();
    assert!(told.why.contains("/other/new/d/e"), "{}", told.why);
    let now = files(&storage);
    assert_eq!(now["/r/d/e"].0, "ALONE");
    assert_eq!(now["/other/new/d/e"].0, "alone");
}

#[test]
fn an_entry_that_was_created_in_the_future_is_the_same() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let now = Timestamp::from(std::time::SystemTime::now());
    let in_the_future = Timestamp { seconds: now.seconds + 1000, ..now };
    for edited in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let storage = MemoryStorage::new();
        storage.write("r/a", b"one");
        storage.set_identity("r/a", 1000, in_the_future);
        let runs =
            Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
        let shared: Arc<dyn Storage> = Arc::new(storage.clone());
        let plan = engine.rename(["/r"]).to("b").storage(shared).plan();
        let run = plan.unwrap().apply(&engine, &runs, &monitor).unwrap().run;
        if edited {
            storage.write("r/b", b"edited");
        }
        let undone = runs.undo(&engine, &run, false, &monitor).unwrap();
        assert_eq!(undone.problems, [], "{edited}");
        assert!(files(&storage).contains_key("/r/a"));
    }
}

#[test]
fn a_move_that_leaves_names_of_a_file_behind_says_so() {
    let storage = tree();
    storage.hard_link("r/d/e", "elsewhere");
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
    let report = plan(&storage).apply(&engine, &runs, &monitor).unwrap();
    let [note] = &report.notes[..] else { panic!("{:?}", report.notes) };
    assert_eq!(note.path, b"/r/d/e");
    assert!(note.why.contains("its other name was not moved"), "{}", note.why);
    let undone = runs.undo(&engine, &report.run, false, &monitor).unwrap();
    assert_eq!((undone.kept, undone.notes.len()), (0, 1));
}

#[test]
fn a_copy_stays_away_whose_original_cannot_be_removed() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    let before = files(&tree());
    let (mut refused, mut notes) = (0, Vec::new());
    // The removals of originals are among these changes.
    for after in 0..30 {
        let storage = tree();
        let runs = Runs::at(folder.path().join(after.to_string()))
            .with_storage(Arc::new(storage.clone()));
        let plan = plan(&storage);
        storage.fail_change(after, std::io::ErrorKind::PermissionDenied);
        let report = plan.apply(&engine, &runs, &monitor).unwrap();
        storage.revive();
        refused += report.failed;
        notes.extend(report.notes.iter().map(|note| note.why.clone()));
        let undone = runs.undo(&engine, &report.run, false, &monitor).unwrap();
        assert_eq!(undone.problems, [], "{after}");
        let now = files(&storage);
        // Where names of one file could not stay so, that is said.
        if undone.notes.is_empty() && report.notes.is_empty() {
            assert_eq!(now, before, "{after}");
        }
        let texts = |all: &BTreeMap<String, (String, i64, String)>| {
            let all = all.iter();
            all.map(|(path, it)| (path.clone(), it.0.clone(), it.1))
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&now), texts(&before), "{after}");
    }
    assert!(refused > 20, "{refused}");
    for lost in ["its times", "its permissions", "its other names"] {
        assert!(
            notes.iter().any(|why| why.contains(lost)),
            "{lost}: {notes:?}"
        );
    }
}

#[test]
fn a_root_that_was_replaced_is_not_used() {
    let (engine, monitor) = (engine(1), Monitor::default());
    let folder = tempfile::tempdir().unwrap();
    for replaced in ["r", "out"] {
        let storage = tree();
        storage.make_dir("out");
        let runs = Runs::at(folder.path().join(replaced))
            .with_storage(Arc::new(storage.clone()));
        let request = engine.move_into(["/r"], "/out/new");
        let plan = request.storage(Arc::new(storage.clone())).plan().unwrap();
        let Ok(Opened::Directory(root, _)) = storage.open(Path::new("/"))
        else {
            panic!("there is no root");
        };
        storage.make_dir("mine");
        root.rename(replaced.as_bytes(), &*root, b"away").unwrap();
        storage.link("mine", replaced);
        let before = files(&storage);
        let refused = plan.apply(&engine, &runs, &monitor).unwrap_err();
        assert!(matches!(refused, OpsError::OtherRoot(_)), "{refused}");
        assert_eq!(files(&storage), before);
        assert_eq!(runs.list(&engine).unwrap(), []);
    }
}

#[test]
fn want_of_room_is_found_before_anything_is_copied() {
    let storage = tree();
    // "linked", of which there are three names, and "alone".
    for (free, fits) in [(11, true), (10, false)] {
        storage.set_free(free);
        let shared: Arc<dyn Storage> = Arc::new(storage.clone());
        let engine = engine(1);
        let requests = [
            engine.move_into(["/r"], "/other/new"),
            engine.copy_into(["/r"], "/other/new"),
            engine.copy_into(["/r"], "/copy"),
        ];
        for request in requests {
            let plan = request.storage(Arc::clone(&shared)).plan().unwrap();
            let kinds: Vec<&ConflictKind> =
                plan.conflicts().iter().map(|it| &it.kind).collect();
            match fits {
                true => {
                    assert_eq!(kinds, [] as [&ConflictKind; 0]);
                    assert_eq!(plan.verdict(), Verdict::Whole);
                }
                false => {
                    assert_eq!(kinds, [&ConflictKind::NoSpace(11, 10); 4]);
                    assert_eq!(plan.verdict(), Verdict::Refused);
                }
            }
        }
        let plan = engine.move_into(["/r"], "/moved").storage(shared);
        assert_eq!(plan.plan().unwrap().conflicts(), []);
    }
}

#[test]
fn room_is_counted_in_whole_blocks_where_files_take_these() {
    let storage = tree();
    storage.set_block(8);
    // "linked", of which there are three names, and "alone": a block each.
    for (free, fits) in [(16, true), (15, false)] {
        storage.set_free(free);
        let shared: Arc<dyn Storage> = Arc::new(storage.clone());
        let request = engine(1).copy_into(["/r"], "/copy").storage(shared);
        let plan = request.plan().unwrap();
        let kinds: Vec<&ConflictKind> =
            plan.conflicts().iter().map(|it| &it.kind).collect();
        match fits {
            true => assert_eq!(kinds, [] as [&ConflictKind; 0]),
            false => assert_eq!(kinds, [&ConflictKind::NoSpace(16, 15); 4]),
        }
    }
}
