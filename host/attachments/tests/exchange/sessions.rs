//! What a session knows of its files, whoever syncs it, and however it is
//! named.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    thread,
};

use sanchay_attachments::{
    Assets, Attachments, Conflict, ManifestProperties, OutputPath,
    SubmitOptions, SyncOptions, Watch, session_directory, submit,
};

use crate::farm::{Farm, output};

/// A job whose inputs lie in its directory of outputs, `NAME/renders`.
fn job(farm: &Farm, name: &str, files: usize) -> Attachments {
    for number in 0..files {
        let path = format!("{name}/renders/frame{number}");
        farm.write(&path, format!("{name} {number}").as_bytes());
    }
    farm.write(&format!("{name}/scene"), b"scene");
    let assets = Assets {
        inputs: vec![farm.path(name)],
        outputs: vec![farm.path(&format!("{name}/renders"))],
        ..Assets::default()
    };
    let submitted = submit(
        &farm.engine,
        &farm.client,
        &farm.location,
        &farm.place,
        &assets,
        &SubmitOptions::default(),
        &Watch::default(),
    );
    submitted.unwrap().attachments
}

/// The directory of its outputs, in the session.
fn renders(farm: &Farm, name: &str) -> PathBuf {
    let root = farm.path(name);
    let root = root.to_str().unwrap().as_bytes();
    session_directory(&farm.path("session"), root).join("renders")
}

fn keeping(conflict: Conflict) -> SyncOptions {
    SyncOptions { conflict: Some(conflict), ..SyncOptions::default() }
}

#[test]
fn a_file_that_inputs_did_not_write_is_still_an_output() {
    for conflict in [Conflict::Skip, Conflict::CreateCopy] {
        let farm = Farm::new();
        let attachments = job(&farm, "p", 3);
        farm.sync(&attachments);
        let renders = renders(&farm, "p");
        fs::write(renders.join("frame1"), "rendered").unwrap();
        fs::write(renders.join("frame9"), "rendered").unwrap();
        farm.sync_with(&attachments, &keeping(conflict)).unwrap();
        let given = farm.give_back(&attachments, "action-1", 1.0);
        let expected = ["frame1", "frame9"].map(|name| renders.join(name));
        // Copies are inputs: only what the task made is told.
        assert_eq!(given.files, expected, "{conflict:?}");
        let again = farm.give_back(&attachments, "action-2", 2.0);
        assert!(again.files.is_empty(), "{conflict:?}");
    }
}

#[test]
fn inputs_that_are_there_already_are_no_outputs() {
    for conflict in [Conflict::Skip, Conflict::CreateCopy, Conflict::Overwrite]
    {
        let farm = Farm::new();
        let attachments = job(&farm, "p", 3);
        farm.sync(&attachments);
        // As if the first run had been killed before it took note.
        fs::remove_file(farm.path("session/.sanchay-session")).unwrap();
        farm.sync_with(&attachments, &keeping(conflict)).unwrap();
        let given = farm.give_back(&attachments, "action-1", 1.0);
        assert!(given.files.is_empty(), "{conflict:?}: {:?}", given.files);
    }
}

#[test]
fn syncs_of_a_session_at_once_lose_nothing_of_each_other() {
    let farm = Farm::new();
    let names = ["p", "q", "r"];
    let jobs = names.map(|name| job(&farm, name, 50));
    let shared = &farm;
    thread::scope(|scope| {
        for attachments in &jobs {
            scope.spawn(move || shared.sync(attachments));
        }
    });
    for attachments in &jobs {
        let given = farm.give_back(attachments, "action-1", 1.0);
        assert!(given.files.is_empty(), "{:?}", given.files);
    }
    // And what is new is told once.
    fs::write(renders(&farm, "p").join("new"), "new").unwrap();
    let told: usize = thread::scope(|scope| {
        let give = || farm.give_back(&jobs[0], "action-2", 2.0).files.len();
        let runs = [scope.spawn(give), scope.spawn(give)];
        runs.map(|run| run.join().unwrap()).iter().sum()
    });
    assert_eq!(told, 1);
}

#[test]
fn changes_are_told_once_however_the_session_is_spelled() {
    let farm = Farm::new();
    let attachments = job(&farm, "p", 3);
    farm.sync(&attachments);
    fs::create_dir(farm.path("x")).unwrap();
    symlink(farm.path("session"), farm.path("link")).unwrap();
    let told = |session: &str| {
        let (session, options) = (farm.path(session), SyncOptions::default());
        let given =
            farm.give_back_from(&session, &attachments, &output(), &options);
        given.unwrap().files.len()
    };
    for spelled in ["link", "x/../session", "./session/.", "session"] {
        assert_eq!(told(spelled), 0, "{spelled}");
    }
    fs::write(renders(&farm, "p").join("new"), "new").unwrap();
    assert_eq!(told("link"), 1);
    assert_eq!(told("session"), 0);
    fs::rename(farm.path("session"), farm.path("moved")).unwrap();
    assert_eq!(told("moved"), 0);
}

#[test]
fn outputs_of_what_is_not_there_are_an_error() {
    let farm = Farm::new();
    let attachments = job(&farm, "p", 1);
    let give = |session: &str, mapping: Vec<(Vec<u8>, PathBuf)>| {
        let options = SyncOptions { mapping, ..SyncOptions::default() };
        let session = farm.path(session);
        farm.give_back_from(&session, &attachments, &output(), &options)
    };
    let said = give("gone", vec![]).unwrap_err().to_string();
    assert!(said.contains("/gone: there is no such session"), "{said}");
    fs::create_dir(farm.path("session")).unwrap();
    assert!(give("session", vec![]).unwrap().files.is_empty());
    let root = &attachments.manifests[0].root_path;
    let to = vec![(root.clone(), farm.path("nowhere"))];
    let said = give("session", to).unwrap_err().to_string();
    assert!(said.contains("/nowhere: the root /"), "{said}");
    assert!(said.contains("there is no such directory"), "{said}");
}

#[test]
fn a_root_goes_where_it_is_mapped_to_and_its_outputs_come_from_there() {
    let farm = Farm::new();
    let mut attachments = job(&farm, "p", 2);
    let there = farm.path("there");
    let root = attachments.manifests[0].root_path.clone();
    let options = SyncOptions {
        mapping: vec![
            (root.clone(), there.clone()),
            (b"/none".to_vec(), farm.path("none")),
        ],
        ..SyncOptions::default()
    };
    let give = |attachments: &Attachments, options: &SyncOptions| {
        let session = farm.path("session");
        farm.give_back_from(&session, attachments, &output(), options)
    };
    for location in [None, Some(b"Projects".to_vec())] {
        attachments.manifests[0].file_system_location_name = location;
        let synced = farm.sync_with(&attachments, &options).unwrap();
        assert_eq!(synced.unused, [b"/none".to_vec()]);
        assert!(there.join("renders/frame1").is_file());
        assert!(!renders(&farm, "p").exists());
        for rule in &synced.rules {
            let here = there.to_str().unwrap().as_bytes();
            assert_eq!(rule.destination, here);
        }
        fs::write(there.join("renders/frame1"), "rendered").unwrap();
        let given = give(&attachments, &options).unwrap();
        assert_eq!(given.files, [there.join("renders/frame1")]);
        assert_eq!(given.unused, [b"/none".to_vec()]);
        assert!(give(&attachments, &options).unwrap().files.is_empty());
        // The same directory by another path.
        symlink(&there, farm.path("other")).unwrap();
        let mapping = vec![(root.clone(), farm.path("other"))];
        let other = SyncOptions { mapping, ..SyncOptions::default() };
        assert!(give(&attachments, &other).unwrap().files.is_empty());
        fs::remove_file(farm.path("other")).unwrap();
    }
}

#[test]
fn what_no_key_can_have_is_refused_before_anything_is_uploaded() {
    let farm = Farm::new();
    let root = farm.path("p").to_str().unwrap().as_bytes().to_vec();
    let attachments = Attachments {
        manifests: vec![ManifestProperties {
            root_path: root,
            output_relative_directories: vec![b"renders".to_vec()],
            ..ManifestProperties::default()
        }],
        ..Attachments::default()
    };
    let renders = renders(&farm, "p");
    fs::create_dir_all(&renders).unwrap();
    fs::write(renders.join("f"), "f").unwrap();
    let give = |output| {
        let (session, options) = (farm.path("session"), Default::default());
        farm.give_back_from(&session, &attachments, &output, &options)
    };
    for odd in [
        OutputPath { job_id: "a/b".into(), ..output() },
        OutputPath { timestamp: f64::NAN, ..output() },
        OutputPath { timestamp: -1e11, ..output() },
    ] {
        give(odd).unwrap_err();
        assert_eq!(farm.keys(""), [""; 0]);
    }
    assert_eq!(give(output()).unwrap().files, [renders.join("f")]);
}

#[test]
fn a_session_has_two_files_of_its_own() {
    let farm = Farm::new();
    let attachments = job(&farm, "p", 1);
    farm.sync(&attachments);
    let mut names: Vec<String> = names(&farm.path("session"));
    names.retain(|name| !name.starts_with("assetroot-"));
    assert_eq!(names, [".sanchay-session", ".sanchay-session.lock"]);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> =
        names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}
