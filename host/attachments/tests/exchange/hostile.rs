//! Manifests and objects that were made to do harm, or are damaged.

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use sanchay_attachments::{
    Attachments, Client, Conflict, Content, Entry, EntryKind, Hash, Manifest,
    ManifestProperties, ManifestVersion, SyncOptions, UploadOptions, Watch,
    download_manifest_contents, encode, sync_inputs, upload_manifest_contents,
};

use crate::{
    farm::{Farm, HELLO, hello},
    resuming::Measured,
};

#[test]
fn a_hostile_manifest_writes_nothing_outside_the_root() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    fs::create_dir_all(farm.path("root/real")).unwrap();
    fs::create_dir_all(farm.path("outside")).unwrap();
    symlink(farm.path("outside"), farm.path("root/out")).unwrap();
    for path in [
        "\"../x\"",
        "\"a/../../x\"",
        "\"/tmp/x\"",
        "\"\"",
        "\".\"",
        "\"a/\"",
        "\"out/x\"",
        "\"a\\u0000b\"",
        "\"\\ud800\"",
        "\"../root2/x\"",
    ] {
        let error = farm.load(&hello(path, 11), "root", Conflict::Overwrite);
        error.map(drop).unwrap_err();
    }
    assert_eq!(fs::read_dir(farm.path("outside")).unwrap().count(), 0);
    let names = fs::read_dir(farm.path("root")).unwrap();
    let mut names: Vec<_> = names.map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["out", "real"]);
    // What leads out and in again stays within.
    let within = hello("\"../root/real/x\"", 11);
    farm.load(&within, "root", Conflict::Overwrite).unwrap();
    assert!(farm.path("root/real/x").is_file());
}

#[test]
fn what_is_not_what_the_manifest_says_is_not_kept() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello earth");
    let error = farm.load(&hello("\"a\"", 11), "r", Conflict::Overwrite);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("does not have the hash"), "{error}");
    farm.put(HELLO, b"hello world");
    let error = farm.load(&hello("\"a\"", 999), "r", Conflict::Overwrite);
    assert_eq!(
        error.unwrap_err().to_string(),
        "File from S3 for a had incorrect size 11. Required size: 999"
    );
    let vast = farm.load(&hello("\"a\"", 1 << 60), "r", Conflict::Overwrite);
    let error = vast.unwrap_err().to_string();
    assert!(error.contains("larger than available disk space"), "{error}");
    assert_eq!(fs::read_dir(farm.path("r")).unwrap().count(), 0);
    let missing = String::from_utf8(hello("\"a\"", 1)).unwrap();
    let missing = missing.replace("df8d", "0000");
    let error = farm.load(missing.as_bytes(), "r", Conflict::Overwrite);
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with(
            "Error downloading file in bucket 'bucket', Target key or \
             prefix: 'Root/Data/000009e93f874900a99b8775cc15b6c7.xxh128', \
             HTTP Status Code: 404, Not found."
        ),
        "{error}"
    );
    for remedy in [
        "--check-s3",
        "~/.local/share/sanchay/attachments/s3_check_cache.db",
        "~/.deadline/cache/s3_check_cache.db",
    ] {
        assert!(error.contains(remedy), "{error}");
    }
}

/// Everything beneath a folder, by name.
fn everything(folder: &str, farm: &Farm) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![farm.path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(farm.path("")).unwrap();
            found.push(below.to_str().unwrap().to_owned());
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

fn draft(entries: Vec<Entry>) -> Manifest {
    Manifest::new(ManifestVersion::V2025_12_04Beta, entries)
}

fn link(path: &str, to: &str) -> Entry {
    let kind = EntryKind::Link(to.as_bytes().into());
    Entry { path: path.as_bytes().into(), kind }
}

fn file(path: &str) -> Entry {
    let hash = Hash::parse(b"df8d09e93f874900a99b8775cc15b6c7").unwrap();
    let content = Content::Whole(hash);
    let kind =
        EntryKind::File { content, size: 11, mtime: 5, runnable: false };
    Entry { path: path.as_bytes().into(), kind }
}

#[test]
fn links_of_a_manifest_lead_nowhere_outside_the_root() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    fs::create_dir_all(farm.path("outside")).unwrap();
    let load = |entries: Vec<Entry>, conflict| {
        let text = encode(&draft(entries)).unwrap();
        farm.load(&text, "root", conflict)
    };
    let away = farm.path("outside");
    for to in ["..", "../outside", "/etc", away.to_str().unwrap(), "a/../../x"]
    {
        load(vec![link("l", to)], Conflict::Overwrite).unwrap_err();
        assert!(!farm.path("root").exists(), "{to}");
    }
    // A link and what is to lie behind it, in one manifest and in two.
    for conflict in [Conflict::Overwrite, Conflict::CreateCopy] {
        load(vec![link("l", "d"), file("l/x")], conflict).unwrap_err();
        assert!(!farm.path("root").exists());
    }
    load(vec![link("l", "d")], Conflict::Overwrite).unwrap();
    let error = load(vec![file("l/x")], Conflict::Overwrite).unwrap_err();
    assert!(error.to_string().contains("a symbolic link is in the way"));
    assert_eq!(everything("root", &farm), ["root/l"]);
    // A link takes the place of a link, and of nothing else.
    load(vec![link("l", "e")], Conflict::Skip).unwrap();
    assert_eq!(
        fs::read_link(farm.path("root/l")).unwrap(),
        PathBuf::from("d")
    );
    load(vec![link("l", "e")], Conflict::Overwrite).unwrap();
    assert_eq!(
        fs::read_link(farm.path("root/l")).unwrap(),
        PathBuf::from("e")
    );
    assert_eq!(everything("outside", &farm), [""; 0]);
}

#[test]
fn of_a_path_that_is_listed_twice_the_last_entry_counts() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    let first = String::from_utf8(hello("\"d/a\"", 11)).unwrap();
    // The first does not exist in the bucket, so that it cannot be fetched.
    let gone = first.replace("df8d", "0000");
    let entry = |text: &str| {
        let (_, rest) = text.split_once("\"paths\":[").unwrap();
        rest.split_once(']').unwrap().0.to_owned()
    };
    let last = entry(&first).replace("d/a", "./d//x/../a");
    let both = format!("{},{last}", entry(&gone));
    let text = first.replace(&entry(&first), &both);
    let done = farm.load(text.as_bytes(), "r", Conflict::CreateCopy).unwrap();
    assert_eq!(done.files, [farm.path("r/d/a")]);
    assert_eq!(done.statistics.processed_files, 1);
}

#[test]
fn paths_that_cannot_be_are_refused_before_anything_is_fetched() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    let measured = Measured::new(&farm);
    let load = |text: &[u8]| {
        let manifest = sanchay_attachments::load_manifest(text).unwrap();
        download_manifest_contents(
            &measured.client(),
            &farm.location,
            &manifest,
            &farm.path("r"),
            Conflict::Overwrite,
            &Watch::default(),
        )
    };
    let long = "x".repeat(256);
    let deep = vec!["d"; 10_000].join("/");
    let two = |one: &str, other: &str| {
        let text = String::from_utf8(hello("\"ONE\"", 11)).unwrap();
        let (start, rest) = text.split_once('[').unwrap();
        let (entry, end) = rest.split_once(']').unwrap();
        let both = [one, other].map(|it| entry.replace("ONE", it)).join(",");
        format!("{start}[{both}]{end}").into_bytes()
    };
    for (text, what) in [
        (two("a", &long), "has 256 bytes"),
        (two("a", &format!("{long}/a")), "has 256 bytes"),
        (two("b", "b/c/d"), "b is a file or a link in the manifest"),
        (two("a", &deep), "of which the system takes 4095 at most"),
    ] {
        let said = load(&text).unwrap_err().to_string();
        assert!(said.contains(what), "{said}");
        assert_eq!(measured.served(), 0);
        let left = fs::read_dir(farm.path("r")).map_or(0, Iterator::count);
        assert_eq!(left, 0);
    }
    load(&two("a", &"x".repeat(255))).unwrap();
    assert_eq!(measured.served(), 22);
}

#[test]
fn an_object_that_is_longer_than_it_was_said_to_be_is_not_fetched_whole() {
    let farm = Farm::new();
    farm.put(HELLO, &vec![7; 5 << 20]);
    let measured = Measured::new(&farm);
    let manifest =
        sanchay_attachments::load_manifest(&hello("\"a\"", 11)).unwrap();
    let error = download_manifest_contents(
        &measured.client(),
        &farm.location,
        &manifest,
        &farm.path("r"),
        Conflict::Overwrite,
        &Watch::default(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "File from S3 for a had incorrect size 5242880. Required size: 11"
    );
    assert!(measured.served() <= 12);
    assert_eq!(everything("r", &farm), [""; 0]);
}

#[test]
fn a_manifest_uploads_nothing_from_outside_the_root() {
    let farm = Farm::new();
    farm.write("secret", b"hello world");
    farm.write("p/a", b"hello world");
    let outside = farm.path("secret");
    for path in ["../secret", outside.to_str().unwrap(), "a/../../secret"] {
        let manifest =
            Manifest::new(ManifestVersion::V2023_03_03, vec![file(path)]);
        let error = upload_manifest_contents(
            &farm.client,
            &farm.location,
            &manifest,
            &farm.path("p"),
            &UploadOptions::default(),
            &Watch::default(),
        )
        .unwrap_err();
        assert!(error.to_string().contains("not under the root"), "{error}");
    }
    assert_eq!(farm.keys(""), [""; 0]);
}

#[test]
fn attachments_lead_to_no_manifest_and_no_output_outside() {
    let farm = Farm::new();
    farm.write("secret/f", b"secret");
    let root = farm.path("p").to_str().unwrap().as_bytes().to_vec();
    let properties = |outputs: &str, path: Option<&str>| Attachments {
        manifests: vec![ManifestProperties {
            root_path: root.clone(),
            input_manifest_path: path.map(str::to_owned),
            output_relative_directories: vec![outputs.as_bytes().to_vec()],
            ..ManifestProperties::default()
        }],
        ..Attachments::default()
    };
    for path in ["../../x", "a/../../x", ""] {
        let odd = properties("r", Some(path));
        sync_inputs(
            &Client::of(std::sync::Arc::new(farm.storage.clone())),
            &farm.location,
            &odd,
            &farm.path("session"),
            &SyncOptions::default(),
            &Watch::default(),
        )
        .unwrap_err();
    }
    fs::create_dir_all(farm.path("session")).unwrap();
    for outputs in ["..", "../../secret", "/", "a/../.."] {
        let error = farm.try_give_back(&properties(outputs, None), "a", 1.0);
        let error = error.map(drop).unwrap_err().to_string();
        assert!(error.contains("not under the root"), "{outputs}: {error}");
    }
    assert_eq!(farm.keys(""), [""; 0]);
}
