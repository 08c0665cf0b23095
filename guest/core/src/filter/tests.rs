//! Filters against examples.

use super::{EntryKind, Filter, Specification, SpecificationError};
use crate::batch::{Batch, BatchError, pack};

fn with_extensions(extensions: &[&str]) -> Specification {
    let extensions =
        extensions.iter().map(|text| text.as_bytes().to_vec()).collect();
    Specification { extensions, hidden: true, ..Specification::default() }
}

/// The names of those entries that survive; one that ends in a slash is a
/// directory.
fn survivors<'a>(
    specification: &Specification,
    entries: &[&'a str],
) -> Vec<&'a str> {
    let (names, kinds): (Vec<&str>, Vec<EntryKind>) = entries
        .iter()
        .map(|entry| match entry.strip_suffix('/') {
            Some(name) => (name, EntryKind::Directory),
            None => (*entry, EntryKind::File),
        })
        .unzip();
    let (names, ends) = pack(&names);
    let filter = Filter::compile(specification).unwrap();
    let names = Batch::new(&names, &ends).unwrap();
    let indices = filter.judge_names(names, &kinds).unwrap();
    indices.into_iter().map(|index| entries[index as usize]).collect()
}

#[test]
fn an_extension_is_what_follows_the_last_dot_in_either_case() {
    assert_eq!(
        survivors(
            &with_extensions(&["mkv", ".MP4"]),
            &[
                "a.mkv",
                "B.MKV",
                "c.mp4",
                ".mkv",
                "..mkv",
                "mkv",
                "d.mkv.bak",
                "e.tar.mkv",
                "f.mkv.",
                "g.xmkv",
                "h.mk",
                "",
                ".",
                "i mkv",
                ".hidden.mkv",
                "a.very.long.name.of.a.film.Mp4",
            ],
        ),
        [
            "a.mkv",
            "B.MKV",
            "c.mp4",
            "..mkv",
            "e.tar.mkv",
            ".hidden.mkv",
            "a.very.long.name.of.a.film.Mp4",
        ]
    );
}

#[test]
fn an_extension_may_have_dots_or_be_long() {
    assert_eq!(
        survivors(
            &with_extensions(&["tar.gz", "photoslibrary", "d"]),
            &[
                "a.tar.gz",
                ".tar.gz",
                "tar.gz",
                "b.gz",
                "c.TAR.GZ",
                "a.d",
                "My.PhotosLibrary",
                ".photoslibrary",
                "photoslibrary",
            ],
        ),
        ["a.tar.gz", "c.TAR.GZ", "a.d", "My.PhotosLibrary"]
    );
}

#[test]
fn only_the_case_of_letters_is_folded() {
    // Each of these differs from its neighbour by the bit that makes a
    // letter small, without being a letter.
    let specification = with_extensions(&["[", "@a"]);
    assert_eq!(
        survivors(&specification, &["a.[", "a.{", "a.@A", "a.`a"]),
        ["a.[", "a.@A"]
    );
}

#[test]
fn letters_of_any_language_are_folded() {
    let specification =
        with_extensions(&["Ä", "ФАЙЛ", "ok", "straße", "longest-äöü"]);
    let wanted = [
        "a.ä",
        "a.Ä",
        "b.файл",
        "b.Файл",
        // The sign of the unit Kelvin, which is a K.
        "c.O\u{212a}",
        "d.STRA\u{1e9e}E",
        "d.\u{17f}traße",
        "e.LONGEST-ÄÖÜ",
        "文件文件.ok",
    ];
    let others =
        ["a.a", "ä", ".Ä", "b.файлы", "c.ok\u{212a}", "d.strasse", "文件ok"];
    let entries = [&wanted[..], &others[..]].concat();
    let specification = Specification { hidden: true, ..specification };
    assert_eq!(survivors(&specification, &entries), wanted);
}

#[test]
fn a_directory_is_pruned_only_for_being_hidden() {
    let mut specification = with_extensions(&["txt"]);
    let entries = ["src/", ".git/", "a.txt", ".b.txt", "c.rs"];
    assert_eq!(
        survivors(&specification, &entries),
        ["src/", ".git/", "a.txt", ".b.txt"]
    );
    specification.hidden = false;
    assert_eq!(survivors(&specification, &entries), ["src/", "a.txt"]);
}

#[test]
fn no_specification_at_all_rejects_only_what_is_hidden() {
    assert_eq!(
        survivors(&Specification::default(), &["a", ".b", "c/", ".d/"]),
        ["a", "c/"]
    );
}

#[test]
fn sizes_are_judged_with_both_bounds_included() {
    let sizes = [0, 9, 10, 11, 20, 21, u64::MAX];
    let judge = |min_size, max_size| {
        let specification =
            Specification { min_size, max_size, ..Specification::default() };
        let filter = Filter::compile(&specification).unwrap();
        (filter.needs_metadata(), filter.judge_sizes(&sizes))
    };
    assert_eq!(judge(Some(10), Some(20)), (true, vec![2, 3, 4]));
    assert_eq!(judge(Some(10), None), (true, vec![2, 3, 4, 5, 6]));
    assert_eq!(judge(None, Some(0)), (true, vec![0]));
    assert_eq!(judge(None, None), (false, vec![0, 1, 2, 3, 4, 5, 6]));
    assert!(!judge(Some(0), Some(u64::MAX)).0);
}

#[test]
fn an_impossible_wish_is_refused_with_its_place() {
    let refusal = |extensions: &[&str]| {
        Filter::compile(&with_extensions(extensions)).unwrap_err()
    };
    assert_eq!(refusal(&["a", ""]), SpecificationError::EmptyExtension(1));
    assert_eq!(refusal(&["."]), SpecificationError::EmptyExtension(0));
    assert_eq!(
        refusal(&["a", "b", "c/d"]),
        SpecificationError::ImpossibleExtension(2)
    );
    assert_eq!(refusal(&["a\0"]), SpecificationError::ImpossibleExtension(0));
    let specification = Specification {
        min_size: Some(2),
        max_size: Some(1),
        ..Specification::default()
    };
    assert_eq!(
        Filter::compile(&specification).unwrap_err(),
        SpecificationError::EmptySizeRange
    );
}

#[test]
fn a_column_of_kinds_too_long_is_refused() {
    let filter = Filter::compile(&Specification::default()).unwrap();
    let names = Batch::new(b"a", &[1]).unwrap();
    assert_eq!(
        filter.judge_names(names, &[EntryKind::File; 2]),
        Err(BatchError::ColumnLength(2))
    );
}
