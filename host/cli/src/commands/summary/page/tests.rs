//! The page of a small tree with names that would break it.

use sanchay_core::{
    kind::EntryKind,
    summary::{FileRow, ListedFolder, Place, Tally, TallyOptions},
    time::Timestamp,
};

use super::Page;

/// Names that a page must show and not obey.
const ODD: [&[u8]; 4] = [
    b"<script>alert(1)<",
    b"a\" onload=\"alert(1)",
    b"x\xe2\x80\xaegpj.exe",
    b"not utf-8 \xff & <b>",
];

fn page() -> String {
    let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 0 };
    let options = TallyOptions { depth: 2, top: 5, content: true, now };
    let mut tally = Tally::new(options);
    for (index, name) in ODD.iter().enumerate() {
        let folder = [b"r/", *name, b"/"].concat();
        let size = 10_000 * (index as u64 + 1);
        let row = FileRow {
            name,
            kind: EntryKind::File,
            size,
            allocated: size,
            modified: now,
            uid: Some(1),
            links: 1,
            device: 1,
            inode: 1,
            content: None,
        };
        let place = Place::Folder { path: &folder, below: 2 };
        tally.add_files(place, [row].into_iter());
        let listed = ListedFolder {
            depth: 1,
            entries: 1,
            only_folders: false,
            again: false,
        };
        tally.add_folder(listed, |out| out.extend_from_slice(&folder));
    }
    let mut report = tally.finish(5, 2);
    report.name_owners(|_| Some("<owner>".to_owned()));
    Page { report: &report, roots: &[ODD[0], b"other"] }.html()
}

#[test]
fn no_name_becomes_markup_and_none_reorders_text() {
    let page = page();
    for forbidden in ["<script", "<owner", "onload=\"", "\u{202e}"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for shown in [
        "&lt;script&gt;alert(1)&lt;",
        "a&quot; onload=&quot;alert(1)",
        r"x\u{202e}gpj.exe",
        r"not utf-8 \xff &amp;",
        "&lt;owner&gt;",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = page();
    for loads in
        [" src=", "<link", "@import", "url(", "<script", "javascript:", "href"]
    {
        assert!(!page.contains(loads), "{loads}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src"));
}

#[test]
fn every_table_has_a_caption_and_every_number_its_value() {
    let page = page();
    let count = |part: &str| page.matches(part).count();
    assert_eq!(count("<table>"), count("<caption>"));
    assert!(page.contains("id=\"bytes\" value=\"100000\""));
    assert!(page.contains("id=\"errors\" value=\"2\""));
    // Five orders of folders and four of extensions.
    assert_eq!(count("<input type=\"radio\""), 9);
    assert_eq!(count(" checked>"), 2);
    for (open, close) in [
        ("<g>", "</g>"),
        ("<svg", "</svg>"),
        ("<div", "</div>"),
        ("<section", "</section>"),
        ("<details", "</details>"),
        ("<tr>", "</tr>"),
        ("<bdi", "</bdi>"),
    ] {
        assert_eq!(count(open), count(close), "{open}");
    }
}
