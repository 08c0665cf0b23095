//! What a farm does every day.

use std::{
    fs,
    ops::ControlFlow,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use sanchay_attachments::{
    Conflict, EntryKind, FileSystemLocation, HashCache, Manifest,
    ManifestVersion, OutputQuery, OutputRoots, Progress, SeenCache,
    SnapshotOptions, SubmitOptions, UploadOptions, Watch, compare_with_files,
    create_manifest, download_manifest, download_manifest_contents,
    download_outputs, encode, load_manifest, session_directory, text,
    upload_manifest_contents,
};
use sanchay_objects::{StorageBackend as _, runtime};

use crate::farm::{Farm, HELLO, hello};

#[test]
fn what_is_submitted_is_synced_with_its_times_and_uploaded_once() {
    let farm = Farm::new();
    farm.write("project/a.txt", b"hello world");
    farm.write("project/sub/b.txt", b"hello world");
    farm.write("project/sub/.hidden", b"");
    let large: Vec<u8> = (0..20_000_000_u32).map(|it| it as u8).collect();
    farm.write("project/large.bin", &large);
    let inputs = [farm.path("project")];
    let submitted = farm.submit(&inputs, &SubmitOptions::default()).unwrap();
    assert_eq!(submitted.hashing.files_transferred, 4);
    assert_eq!(submitted.upload.files_transferred, 3);
    assert_eq!(submitted.upload.files_skipped, 1);
    assert_eq!(farm.keys("Root/Data/").len(), 3);
    let properties = &submitted.attachments.manifests[0];
    assert_eq!(properties.output_relative_directories, [b"renders"]);

    let again = farm.submit(&inputs, &SubmitOptions::default()).unwrap();
    assert_eq!(again.upload.files_transferred, 0);

    let synced = farm.sync(&submitted.attachments);
    assert_eq!(synced.statistics.files_transferred, 4);
    let root = session_directory(&farm.path("session"), &properties.root_path);
    assert_eq!(synced.rules[0].destination, root.to_str().unwrap().as_bytes());
    assert_eq!(fs::read(root.join("large.bin")).unwrap(), large);
    let metadata = fs::metadata(root.join("sub/b.txt")).unwrap();
    assert_eq!(metadata.mtime(), 1_704_164_645);
    assert_eq!(metadata.mtime_nsec(), 123_456_000);
    // Nothing is fetched that is there, and what is not it is.
    fs::write(root.join("a.txt"), "other words").unwrap();
    let again = farm.sync(&submitted.attachments);
    assert_eq!(again.statistics.files_transferred, 1);
    assert_eq!(fs::read(root.join("a.txt")).unwrap(), b"hello world");
}

#[test]
fn an_input_that_cannot_be_read_is_an_error_before_anything_is_uploaded() {
    let farm = Farm::new();
    farm.write("project/a.txt", b"hello world");
    let gone = [farm.path("project/a.txt"), farm.path("project/gone")];
    let strict =
        SubmitOptions { require_paths_exist: true, ..Default::default() };
    let error = farm.submit(&gone, &strict).unwrap_err().to_string();
    assert!(error.contains("\nMissing input files:\n\t"), "{error}");
    let submitted = farm.submit(&gone, &SubmitOptions::default()).unwrap();
    assert_eq!(submitted.missing, [farm.path("project/gone")]);

    let farm = Farm::new();
    farm.write("project/a.txt", b"hello world");
    let pipe = farm.path("project/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let both = [farm.path("project/a.txt"), pipe];
    farm.submit(&both, &SubmitOptions::default()).unwrap_err();
    assert_eq!(farm.keys(""), [""; 0]);
}

#[test]
fn what_is_no_file_in_a_directory_of_inputs_is_told_and_may_be_an_error() {
    let farm = Farm::new();
    farm.write("project/a.txt", b"hello world");
    farm.write("other/b", b"b");
    let pipe = farm.path("project/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for (to, name) in [
        ("nowhere", "broken.lnk"),
        ("round.lnk", "round.lnk"),
        ("pipe", "pipe.lnk"),
        // What these lead to counts, or is not asked for.
        ("a.txt", "file.lnk"),
        ("../other", "folder.lnk"),
    ] {
        symlink(to, farm.path("project").join(name)).unwrap();
    }
    let inputs = [farm.path("project")];
    let submitted = farm.submit(&inputs, &SubmitOptions::default()).unwrap();
    let told: Vec<(PathBuf, &str)> =
        submitted.left_out.into_iter().map(|it| (it.path, it.what)).collect();
    let expected = [
        ("broken.lnk", "a link that leads nowhere"),
        ("pipe", "a FIFO"),
        ("pipe.lnk", "a link to what is no file"),
        ("round.lnk", "a link that leads nowhere"),
    ];
    let expected =
        expected.map(|(name, what)| (farm.path("project").join(name), what));
    assert_eq!(told, expected);
    assert_eq!(submitted.hashing.files_transferred, 2);

    let strict = |exclude: &[&str]| SubmitOptions {
        require_paths_exist: true,
        exclude: exclude.iter().map(|it| it.as_bytes().to_vec()).collect(),
        ..SubmitOptions::default()
    };
    let error = farm.submit(&inputs, &strict(&[])).unwrap_err().to_string();
    for what in ["/pipe: it is a FIFO", "broken.lnk: it is a link that leads"]
    {
        assert!(error.contains(what), "{error}");
    }
    // Globs leave these out, too.
    let all = strict(&["pipe*", "broken.lnk", "round.lnk"]);
    let submitted = farm.submit(&inputs, &all).unwrap();
    assert!(submitted.left_out.is_empty());
}

#[test]
fn shared_locations_are_left_out_and_local_ones_named() {
    let farm = Farm::new();
    farm.write("shared/a", b"a");
    farm.write("local/b", b"b");
    farm.write("else/c", b"c");
    let location = |name: &str, shared| FileSystemLocation {
        name: name.to_owned(),
        path: farm.path(name),
        shared,
    };
    let options = SubmitOptions {
        locations: vec![location("shared", true), location("local", false)],
        ..SubmitOptions::default()
    };
    let inputs = ["shared", "local", "else"].map(|name| farm.path(name));
    let submitted = farm.submit(&inputs, &options).unwrap();
    let names: Vec<_> = submitted
        .attachments
        .manifests
        .iter()
        .map(|it| it.file_system_location_name.clone())
        .collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&Some(b"local".to_vec())));
    assert_eq!(farm.keys("Root/Data/").len(), 2);
}

#[test]
fn a_file_that_was_changed_since_it_was_hashed_is_not_uploaded() {
    let farm = Farm::new();
    let (small, large) = (farm.path("p/small"), farm.path("p/large"));
    for (path, size) in [(&small, 100), (&large, 9 << 20)] {
        let name = path.file_name().unwrap().to_str().unwrap();
        farm.write(&format!("p/{name}"), &vec![1; size]);
        let root = farm.path("p");
        let options = SnapshotOptions::default();
        let watch = Watch::default();
        let (manifest, _) =
            create_manifest(&farm.engine, &root, &options, &watch).unwrap();
        farm.write(&format!("p/{name}"), &vec![2; size]);
        let error = upload_manifest_contents(
            &farm.client,
            &farm.location,
            &manifest,
            &root,
            &UploadOptions::default(),
            &watch,
        )
        .unwrap_err()
        .to_string();
        assert!(error.contains("changed since it was hashed"), "{error}");
        assert_eq!(farm.keys(""), [""; 0]);
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn contents_of_old_submissions_have_keys_without_an_ending() {
    let farm = Farm::new();
    farm.put(HELLO.strip_suffix(".xxh128").unwrap(), b"hello world");
    farm.load(&hello("\"a\"", 11), "r", Conflict::Overwrite).unwrap();
    assert_eq!(fs::read(farm.path("r/a")).unwrap(), b"hello world");
}

#[test]
fn conflicts_are_resolved_as_they_are_asked_to() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    let text = hello("\"d/a.txt\"", 11);
    for expected in ["a.txt", "a (1).txt", "a (2).txt"] {
        let done = farm.load(&text, "r", Conflict::CreateCopy).unwrap();
        assert_eq!(done.files, [farm.path("r/d").join(expected)]);
    }
    farm.write("r/d/a.txt", b"mine");
    let done = farm.load(&text, "r", Conflict::Skip).unwrap();
    assert_eq!(done.statistics.files_skipped, 1);
    assert_eq!(fs::read(farm.path("r/d/a.txt")).unwrap(), b"mine");
    farm.load(&text, "r", Conflict::Overwrite).unwrap();
    assert_eq!(fs::read(farm.path("r/d/a.txt")).unwrap(), b"hello world");
    assert_eq!(
        "X".parse::<Conflict>().unwrap_err(),
        "Unknown choice for file conflict resolution: X"
    );
    assert_eq!(fs::read_dir(farm.path("r/d")).unwrap().count(), 3);
}

#[test]
fn outputs_are_what_is_new_or_changed_and_come_back_merged() {
    let farm = Farm::new();
    farm.write("project/renders/old", b"old");
    farm.write("project/scene", b"scene");
    let inputs = [farm.path("project")];
    let submitted = farm.submit(&inputs, &SubmitOptions::default()).unwrap();
    let attachments = &submitted.attachments;
    farm.sync(attachments);
    let root = farm.path("project");
    let root = session_directory(
        &farm.path("session"),
        root.to_str().unwrap().as_bytes(),
    );
    let renders = root.join("renders");
    // What is outside the session does not count, links within it do.
    farm.write("secret", b"secret");
    symlink(farm.path("secret"), renders.join("leak")).unwrap();
    symlink(root.join("scene"), renders.join("in.lnk")).unwrap();
    fs::write(renders.join(".hid"), "h").unwrap();
    fs::write(renders.join("f1"), "1").unwrap();
    let first = farm.give_back(attachments, "action-1", 1_700_000_000.5);
    let names = |paths: &[PathBuf]| -> Vec<String> {
        paths
            .iter()
            .map(|it| it.strip_prefix(&root).unwrap().display().to_string())
            .collect()
    };
    assert_eq!(
        names(&first.files),
        ["renders/.hid", "renders/f1", "renders/in.lnk"]
    );
    assert!(first.manifests[0].starts_with(
        "Root/Manifests/farm-1/queue-1/job-1/step-1/task-1/\
         2023-11-14T22:13:20.500000Z_action-1/"
    ));
    // Nothing is new; then an input is changed to the same size and time.
    let none = farm.give_back(attachments, "action-2", 1_700_000_001.0);
    assert!(none.files.is_empty() && none.manifests.is_empty());
    let before = fs::metadata(renders.join("f1")).unwrap();
    fs::write(renders.join("f1"), "22").unwrap();
    let earlier = before.modified().unwrap() - Duration::from_secs(60);
    let file = fs::File::open(renders.join("f1")).unwrap();
    file.set_modified(earlier).unwrap();
    let second = farm.give_back(attachments, "action-3", 1_700_000_002.0);
    assert_eq!(names(&second.files), ["renders/f1"]);

    // Another task of the step.
    let query = OutputQuery { job_id: "job-1".into(), ..Default::default() };
    let project = farm.path("project").to_str().unwrap().as_bytes().to_vec();
    let fetched = download_outputs(
        &farm.client,
        &farm.location,
        &farm.place,
        &query,
        &OutputRoots {
            mapping: vec![(project, farm.path("fetched"))],
            ..OutputRoots::default()
        },
        Conflict::CreateCopy,
        &Watch::default(),
    )
    .unwrap();
    // Of the task, the last action counts.
    assert_eq!(fetched.files, [farm.path("fetched/renders/f1")]);
    assert_eq!(fs::read(&fetched.files[0]).unwrap(), b"22");
    let query = OutputQuery { task_id: Some("t".into()), ..query };
    let wrong = download_outputs(
        &farm.client,
        &farm.location,
        &farm.place,
        &query,
        &OutputRoots::default(),
        Conflict::Skip,
        &Watch::default(),
    );
    assert!(wrong.unwrap_err().to_string().starts_with("Task ID specified"));
}

#[test]
fn a_manifest_that_was_replaced_is_noticed() {
    let farm = Farm::new();
    farm.write("project/a", b"a");
    let inputs = [farm.path("project")];
    let submitted = farm.submit(&inputs, &SubmitOptions::default()).unwrap();
    let properties = &submitted.attachments.manifests[0];
    let path = properties.input_manifest_path.as_deref().unwrap();
    let hash = properties.input_manifest_hash.as_deref();
    let fetch = || {
        download_manifest(
            &farm.client,
            &farm.location,
            path,
            hash,
            &Watch::default(),
        )
    };
    assert_eq!(fetch().unwrap().entries.len(), 1);
    farm.put(&format!("Root/Manifests/{path}"), &hello("\"a\"", 11));
    let error = fetch().unwrap_err().to_string();
    assert!(error.contains("is not the one that was submitted"), "{error}");
}

#[test]
fn a_callback_that_says_so_ends_a_transfer() {
    let farm = Farm::new();
    for number in 0..200 {
        farm.write(&format!("p/{number}"), format!("{number}").as_bytes());
    }
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let watch = Watch {
        progress: Some(Arc::new(move |progress: &Progress| match progress {
            Progress::Transfer(_) => {
                assert_eq!(counted.fetch_add(1, Relaxed), 0, "once");
                ControlFlow::Break(())
            }
            Progress::Scan(_) => ControlFlow::Continue(()),
        })),
        ..Watch::default()
    };
    let root = farm.path("p");
    let options = SnapshotOptions::default();
    let (manifest, _) =
        create_manifest(&farm.engine, &root, &options, &watch).unwrap();
    let error = upload_manifest_contents(
        &farm.client,
        &farm.location,
        &manifest,
        &root,
        &UploadOptions::default(),
        &watch,
    );
    assert_eq!(error.unwrap_err().to_string(), "File upload cancelled.");
    assert!(farm.keys("Root/Data/").len() < 200);
    let transfers = calls.swap(0, Relaxed);
    assert!(transfers >= 1);
    let ended = Watch::default();
    ended.cancel.cancel();
    let error =
        create_manifest(&farm.engine, &root, &options, &ended).unwrap_err();
    assert_eq!(error.to_string(), "File hashing cancelled.");
}

#[test]
fn what_was_seen_in_s3_is_not_asked_for_unless_it_is_gone() {
    let farm = Farm::new();
    farm.write("p/a", b"hello world");
    let seen = Arc::new(SeenCache::open(&farm.path("cache")).unwrap());
    let options = SubmitOptions {
        upload: UploadOptions { seen: Some(seen), ..UploadOptions::default() },
        ..SubmitOptions::default()
    };
    let inputs = [farm.path("p")];
    assert_eq!(
        farm.submit(&inputs, &options).unwrap().upload.files_transferred,
        1
    );
    assert_eq!(
        farm.submit(&inputs, &options).unwrap().upload.files_skipped,
        1
    );
    runtime().block_on(farm.storage.delete(HELLO)).unwrap();
    assert_eq!(
        farm.submit(&inputs, &options).unwrap().upload.files_transferred,
        1
    );
}

#[test]
fn the_cache_of_the_package_counts_where_no_time_was_set_back() {
    let farm = Farm::new();
    let path = farm.path("p/a");
    fs::create_dir_all(farm.path("p")).unwrap();
    fs::write(&path, "hello world").unwrap();
    let cache = Arc::new(HashCache::open(&farm.path("cache"), true).unwrap());
    let options = SnapshotOptions {
        package_cache: Some(cache),
        ..SnapshotOptions::default()
    };
    let make = || {
        let root = farm.path("p");
        let watch = Watch::default();
        create_manifest(&farm.engine, &root, &options, &watch).unwrap()
    };
    let (first, statistics) = make();
    assert_eq!(statistics.files_skipped, 0);
    let (again, statistics) = make();
    assert_eq!((again, statistics.files_skipped), (first, 1));
    // An hour back: the change time tells.
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let back = time - Duration::from_secs(3600);
    fs::File::open(&path).unwrap().set_modified(back).unwrap();
    assert_eq!(make().1.files_skipped, 0);
    assert_eq!(make().1.files_skipped, 0);
}

#[test]
fn the_draft_keeps_links_directories_and_what_may_be_executed() {
    let farm = Farm::new();
    let run = farm.write("p/bin/run", b"#!/bin/sh");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(farm.path("p/empty")).unwrap();
    symlink("../bin/run", farm.path("p/empty/link")).unwrap();
    fs::create_dir_all(farm.path("p/none")).unwrap();
    farm.write("other/x", b"x");
    symlink(farm.path("other"), farm.path("p/away")).unwrap();
    let root = farm.path("p");
    let options = SnapshotOptions {
        version: ManifestVersion::V2025_12_04Beta,
        ..SnapshotOptions::default()
    };
    let watch = Watch::default();
    let (manifest, _) =
        create_manifest(&farm.engine, &root, &options, &watch).unwrap();
    let kinds: Vec<String> = manifest
        .entries
        .iter()
        .map(|entry| {
            let kind = match &entry.kind {
                EntryKind::File { runnable: true, .. } => "runnable",
                EntryKind::File { .. } => "file",
                EntryKind::Link(_) => "link",
                EntryKind::Directory => "directory",
                _ => "deleted",
            };
            format!("{kind} {}", text::lossy(&entry.path))
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "file away/x",
            "directory bin",
            "runnable bin/run",
            "directory empty",
            "link empty/link",
            "directory none",
        ]
    );
    let read = load_manifest(&encode(&manifest).unwrap()).unwrap();
    assert_eq!(Manifest::new(read.version, read.entries), {
        // Directories above files are listed as well.
        let mut whole = manifest.clone();
        let path = b"away".as_slice().into();
        let kind = EntryKind::Directory;
        whole.entries.push(sanchay_attachments::Entry { path, kind });
        Manifest::new(whole.version, whole.entries)
    });
    // What is behind the link that leads away is among the files.
    let upload = UploadOptions { follow: true, ..UploadOptions::default() };
    upload_manifest_contents(
        &farm.client,
        &farm.location,
        &manifest,
        &root,
        &upload,
        &watch,
    )
    .unwrap();
    download_manifest_contents(
        &farm.client,
        &farm.location,
        &manifest,
        &farm.path("q"),
        Conflict::Overwrite,
        &watch,
    )
    .unwrap();
    let link = fs::read_link(farm.path("q/empty/link")).unwrap();
    assert_eq!(link, Path::new("../bin/run"));
    assert!(farm.path("q/none").is_dir());
    let mode = fs::metadata(farm.path("q/bin/run")).unwrap().mode();
    assert_eq!(mode & 0o100, 0o100);
    let found = compare_with_files(
        &farm.engine,
        &farm.path("q"),
        &manifest,
        &options,
        true,
        &watch,
    )
    .unwrap();
    assert_eq!(found, Default::default());
}

#[test]
fn the_sandbox_reads_manifests_as_the_core_does() {
    let mut texts: Vec<Vec<u8>> = vec![
        b"{}".to_vec(),
        b"[]".to_vec(),
        b"{\"a\":".to_vec(),
        br#"{"manifestVersion":"2023-03-03"}"#.to_vec(),
        hello("\"\\ud800x\"", 1),
        hello("\"a\"", 1),
        hello("\"a\"", 1).replace_hash("a/b"),
    ];
    // Longer than a piece.
    let entry = |number: u32| sanchay_attachments::Entry {
        path: format!("d/{number}\u{1f600}").into_bytes().into(),
        kind: match number % 3 {
            0 => EntryKind::Link(b"d/x".as_slice().into()),
            _ => EntryKind::File {
                content: sanchay_attachments::Content::Whole(
                    sanchay_attachments::Hash::xxh128([number as u8; 16]),
                ),
                size: i64::from(number),
                mtime: -1,
                runnable: number.is_multiple_of(2),
            },
        },
    };
    let draft = ManifestVersion::V2025_12_04Beta;
    let manifest = Manifest::new(draft, (0..9000).map(entry).collect());
    texts.push(encode(&manifest).unwrap());
    for text in texts {
        let native = sanchay_core::attachments::decode(&text);
        match (load_manifest(&text), native) {
            (Ok(there), Ok(here)) => assert_eq!(there, here),
            (Err(there), Err(here)) => {
                assert_eq!(there.to_string(), here.to_string());
            }
            (there, here) => panic!("{there:?} {here:?}"),
        }
    }
}

trait ReplaceHash {
    fn replace_hash(self, hash: &str) -> Vec<u8>;
}

impl ReplaceHash for Vec<u8> {
    fn replace_hash(self, hash: &str) -> Vec<u8> {
        let text = String::from_utf8(self).unwrap();
        text.replace("df8d09e93f874900a99b8775cc15b6c7", hash).into_bytes()
    }
}

#[test]
fn many_contents_are_looked_up_at_once_and_each_is_as_it_was_said_to_be() {
    let farm = Farm::new();
    for number in 0..600 {
        farm.write(&format!("p/{number}"), format!("{number}").as_bytes());
    }
    let (root, watch) = (farm.path("p"), Watch::default());
    let upload = || {
        let options = SnapshotOptions::default();
        let (manifest, _) =
            create_manifest(&farm.engine, &root, &options, &watch).unwrap();
        upload_manifest_contents(
            &farm.client,
            &farm.location,
            &manifest,
            &root,
            &UploadOptions::default(),
            &watch,
        )
        .unwrap()
    };
    assert_eq!(upload().files_transferred, 600);
    assert_eq!(upload().files_skipped, 600);
    // One is gone, one was cut; others do not matter.
    let keys = farm.keys("Root/Data/");
    assert_eq!(keys.len(), 600);
    runtime().block_on(farm.storage.delete(&keys[7])).unwrap();
    farm.put(&keys[9], b"");
    farm.put("Root/Data/other", b"x");
    let again = upload();
    assert_eq!((again.files_transferred, again.files_skipped), (2, 598));
    // With more there than a list is worth, each is asked for.
    for number in 0..6001 {
        farm.put(&format!("Root/Data/{number:032x}.xxh128"), b"x");
    }
    assert_eq!(upload().files_skipped, 600);
}
