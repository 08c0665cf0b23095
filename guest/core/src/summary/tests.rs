//! Sums of small trees, worked out by hand.

use super::{
    AgeClass, FileRow, ListedFolder, Place, Report, SizeClass, Tally,
    TallyOptions, Totals,
};
use crate::content_kind::ContentKind;
use crate::kind::EntryKind;
use crate::time::Timestamp;

const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

pub(super) fn options() -> TallyOptions {
    let now = Timestamp { seconds: NOW, nanoseconds: 0 };
    TallyOptions { depth: 2, top: 3, content: false, now }
}

pub(super) fn row(name: &'static str, size: u64) -> FileRow<'static> {
    FileRow {
        name: name.as_bytes(),
        kind: EntryKind::File,
        size,
        allocated: size.div_ceil(4096).saturating_mul(4096),
        modified: Timestamp { seconds: NOW - 10, nanoseconds: 0 },
        uid: Some(1000),
        links: 1,
        device: 1,
        inode: 0,
        content: None,
    }
}

fn folder(path: &str) -> Place<'_> {
    Place::Folder { path: path.as_bytes(), below: 2 }
}

fn tally(folders: &[(&str, &[FileRow<'static>])]) -> Report {
    let mut tally = Tally::new(options());
    for (path, rows) in folders {
        tally.add_files(folder(path), rows.iter().copied());
    }
    tally.finish(1, 0)
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

#[test]
fn folders_hold_what_lies_beneath_them_down_to_the_depth() {
    let report = tally(&[
        ("r/", &[row("a", 1)]),
        ("r/x/y/z/", &[row("b", 10), row("c", 20)]),
        ("r/x/y/", &[row("d", 100)]),
        ("r/w/", &[row("e", 1000)]),
    ]);
    let found: Vec<_> = report
        .folders
        .iter()
        .map(|it| (text(&it.path), it.depth, it.own.bytes, it.all.bytes))
        .collect();
    assert_eq!(
        found,
        [
            ("r", 0, 1, 1131),
            ("r/w", 1, 1000, 1000),
            ("r/x", 1, 0, 130),
            ("r/x/y", 2, 130, 130),
        ]
    );
    let expected = Totals { files: 5, bytes: 1131, allocated: 5 * 4096 };
    assert_eq!(report.totals, expected);
    assert_eq!(report.folders[0].all, expected);
}

#[test]
fn a_root_in_another_is_one_of_its_folders_whichever_comes_first() {
    let inner = |path| Place::Folder { path, below: 4 };
    let outer = |path| Place::Folder { path, below: 2 };
    let add = |first: bool| {
        let mut tally = Tally::new(options());
        let mut parts = [
            (inner(b"r/x/y/z/"), row("a", 1)),
            (outer(b"r/x/"), row("b", 10)),
            (outer(b"r/x/y/"), row("c", 100)),
            (outer(b"r/x-y/"), row("d", 1000)),
        ];
        if !first {
            parts.reverse();
        }
        for (place, row) in parts {
            tally.add_files(place, [row].into_iter());
        }
        tally.finish(1, 0)
    };
    let report = add(true);
    let found: Vec<_> = report
        .folders
        .iter()
        .map(|it| (text(&it.path), it.depth, it.own.bytes, it.all.bytes))
        .collect();
    assert_eq!(
        found,
        [
            ("r", 0, 0, 1111),
            ("r/x-y", 1, 1000, 1000),
            ("r/x", 1, 10, 111),
            ("r/x/y", 2, 100, 101),
            ("r/x/y/z", 2, 1, 1),
        ]
    );
    assert_eq!(add(false).folders, report.folders);
}

#[test]
fn of_equal_folders_those_of_the_least_paths_are_listed() {
    let mut tally = Tally::new(TallyOptions { top: 1, ..options() });
    for path in ["r/", "r/a/", "r/a-b/", "r/a-b/c/", "r/a/c/"] {
        let (depth, bare) = (path.matches('/').count() - 1, path != "r/");
        let entries = if path.contains("c/") { 0 } else { 1 };
        let listed =
            ListedFolder { depth, entries, only_folders: bare, again: false };
        tally.add_folder(listed, |out| out.extend(path.bytes()));
    }
    for path in ["s/a/", "s/a-b/"] {
        let listed = ListedFolder {
            depth: 1,
            entries: 9,
            only_folders: false,
            again: false,
        };
        tally.add_folder(listed, |out| out.extend(path.bytes()));
    }
    let report = tally.finish(7, 0);
    assert_eq!(text(&report.empty.top[0].path), "r/a");
    assert_eq!(text(&report.fullest[0].path), "s/a");
}

#[test]
fn a_file_that_was_named_lies_in_no_folder() {
    let mut tally = Tally::new(options());
    tally.add_files(Place::Named, [row("d/e.TXT", 5)].into_iter());
    let report = tally.finish(0, 0);
    assert!(report.folders.is_empty());
    assert_eq!(report.totals.bytes, 5);
    assert_eq!(text(&report.largest[0].path), "d/e.TXT");
    assert_eq!(report.extensions[0].extension.as_deref(), Some(&b"txt"[..]));
}

#[test]
fn extensions_are_told_apart_without_regard_to_case() {
    let report = tally(&[(
        "r/",
        &[
            row("a.RS", 1),
            row("b.rs", 2),
            row("c.ÄÖ", 50),
            row("d.äö", 50),
            row("e.an-extension-of-many-Letters", 7),
            row("f.an-extension-of-many-letters", 7),
            row(".hidden", 4),
            row("none", 5),
        ],
    )]);
    let found: Vec<_> = report
        .extensions
        .iter()
        .map(|it| (it.extension.as_deref().map(text), it.totals.files))
        .collect();
    assert_eq!(
        found,
        [
            (Some("äö"), 2),
            (Some("an-extension-of-many-letters"), 2),
            (None, 2),
            (Some("rs"), 2),
        ]
    );
}

#[test]
fn the_bytes_of_a_file_with_several_names_count_once_under_the_least_path() {
    let linked = |name| FileRow { links: 3, inode: 7, ..row(name, 100) };
    let other = FileRow { links: 2, device: 2, ..linked("g") };
    let report = tally(&[
        ("r/b/", &[linked("one.x"), row("single", 1)]),
        ("r/a/", &[linked("two.y"), linked("three.z")]),
        ("r/c/", &[other]),
    ]);
    assert_eq!(report.totals.files, 5);
    assert_eq!(report.totals.bytes, 201);
    let bytes = |path: &str| {
        let mut all = report.folders.iter();
        let it = all.find(|it| text(&it.path) == path).unwrap();
        (it.all.files, it.all.bytes)
    };
    assert_eq!(bytes("r/a"), (2, 100));
    assert_eq!(bytes("r/b"), (2, 1));
    assert_eq!(bytes("r/c"), (1, 100));
    let largest: Vec<_> =
        report.largest.iter().map(|it| text(&it.path)).collect();
    assert_eq!(largest, ["r/a/three.z", "r/c/g", "r/b/single"]);
    let extension = |name: &str| {
        let mut all = report.extensions.iter();
        let of = |it: Option<&[u8]>| it == Some(name.as_bytes());
        all.find(|it| of(it.extension.as_deref())).unwrap().totals
    };
    assert_eq!((extension("x").files, extension("x").bytes), (1, 0));
    assert_eq!((extension("z").files, extension("z").bytes), (1, 100));
}

#[test]
fn directories_take_bytes_and_are_no_files() {
    let directory =
        FileRow { kind: EntryKind::Directory, links: 9, ..row("d.ext", 4096) };
    let report = tally(&[("r/", &[directory, row("f", 1)])]);
    let expected = Totals { files: 1, bytes: 4097, allocated: 8192 };
    assert_eq!(report.totals, expected);
    assert_eq!(report.owners[0].totals, expected);
    assert_eq!(report.extensions.len(), 1);
    assert_eq!(report.largest.len(), 1);
}

#[test]
fn files_are_in_the_classes_of_their_size_age_owner_and_content() {
    let aged = |name, size, days: i64, uid, content| FileRow {
        modified: Timestamp { seconds: NOW - days * DAY, nanoseconds: 0 },
        uid: Some(uid),
        content,
        ..row(name, size)
    };
    let mut tally = Tally::new(TallyOptions { content: true, ..options() });
    let files = [
        aged("a", 0, -3, 0, Some(ContentKind::Empty)),
        aged("b", 5000, 0, 7, Some(ContentKind::Text)),
        aged("c", 1 << 40, 10, 7, Some(ContentKind::Video)),
        aged("d", 6000, 9999, 7, None),
    ];
    tally.add_files(folder("r/"), files.into_iter());
    let report = tally.finish(1, 0);
    let files = |all: &[Totals]| -> Vec<u64> {
        all.iter().map(|it| it.files).collect()
    };
    assert_eq!(files(&report.sizes), [1, 0, 2, 0, 0, 0, 0, 0, 1]);
    assert_eq!(files(&report.ages), [1, 1, 0, 1, 0, 0, 1]);
    assert_eq!(report.ages[AgeClass::Older.index()].bytes, 6000);
    assert_eq!(report.sizes[SizeClass::index_of(5000)].bytes, 11_000);
    let owners: Vec<_> =
        report.owners.iter().map(|it| (it.uid, it.totals.files)).collect();
    assert_eq!(owners, [(7, 3), (0, 1)]);
    let contents = report.contents.unwrap();
    assert_eq!(contents.kinds[ContentKind::Text.index()].bytes, 5000);
    assert_eq!(contents.unknown.bytes, 6000);
    let names = |list: &[super::ListedFile]| -> Vec<String> {
        list.iter().map(|it| text(&it.path).to_owned()).collect()
    };
    assert_eq!(names(&report.oldest), ["r/d", "r/c", "r/b"]);
    assert_eq!(names(&report.newest), ["r/a", "r/b", "r/c"]);
    assert_eq!(names(&report.largest), ["r/c", "r/d", "r/b"]);
    let ages = report.folders[0].ages;
    assert_eq!(ages, [0, 5000, 0, 1 << 40, 0, 0, 6000]);
}

#[test]
fn a_folder_is_without_files_if_all_that_it_holds_are_such_folders() {
    let mut tally = Tally::new(TallyOptions { top: 2, ..options() });
    for (path, entries, only_folders) in [
        ("r/", 5, true),
        ("r/a/", 2, true),
        ("r/a/b/", 0, true),
        ("r/a/c/", 1, true),
        ("r/a/c/d/", 0, true),
        ("r/full/", 3, false),
        ("r/half/", 2, true),
        ("r/half/e/", 0, true),
        ("r/half/f/", 9, false),
        // It has a folder that was not entered.
        ("r/unknown/", 1, true),
        ("r/z/", 0, true),
    ] {
        let depth = path.matches('/').count() - 1;
        let listed =
            ListedFolder { depth, entries, only_folders, again: false };
        tally.add_folder(listed, |out| out.extend(path.bytes()));
    }
    let report = tally.finish(11, 0);
    assert_eq!(report.empty.count, 6);
    let top: Vec<_> = report
        .empty
        .top
        .iter()
        .map(|it| (text(&it.path), it.folders))
        .collect();
    assert_eq!(top, [("r/a", 3), ("r/half/e", 0)]);
    let fullest: Vec<_> =
        report.fullest.iter().map(|it| (text(&it.path), it.entries)).collect();
    assert_eq!(fullest, [("r/half/f", 9), ("r", 5)]);
    // Folders without files are among the sums as well.
    assert_eq!(report.folders.len(), 10);
}

#[test]
fn sums_that_do_not_fit_stay_at_the_greatest_number() {
    let report =
        tally(&[("r/", &[row("a", u64::MAX - 5000), row("b", 9000)])]);
    assert_eq!(report.totals.bytes, u64::MAX);
}
