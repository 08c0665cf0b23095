//! Descriptions that are accepted, and that are not.

use super::*;

fn description(
    columns: &[&str],
    extensions: &[&str],
    byte_range: wire::ByteRange,
) -> wire::ExtractorDescription {
    let patterns =
        extensions.iter().map(|it| wire::Pattern::Extension((*it).into()));
    wire::ExtractorDescription {
        name: "x".into(),
        version: "1".into(),
        settings: Vec::new(),
        columns: columns
            .iter()
            .map(|name| wire::Column {
                name: (*name).into(),
                value_type: wire::ValueType::Unsigned,
            })
            .collect(),
        selections: vec![wire::Selection {
            patterns: patterns.collect(),
            byte_range,
        }],
        facts: wire::Facts::default(),
    }
}

fn complaint(description: wire::ExtractorDescription) -> String {
    extraction(description, "x", 64 << 20).unwrap_err().to_string()
}

#[test]
fn a_description_within_the_rules_is_accepted() {
    let described = description(
        &["width", "a-b_9"],
        &[".PNG", "jpg"],
        wire::ByteRange::Both(wire::TwoEnds { head: 8 << 20, tail: 8 << 20 }),
    );
    let (columns, selections) =
        extraction(described, "pics", 64 << 20).unwrap();
    let known = ["png", "jpg"].map(|it| Pattern::Extension(it.into()));
    assert_eq!(selections[0].patterns, known);
    assert_eq!(&*columns[1].name, "pics.a-b_9");
    assert_eq!(selections[0].byte_range.of(100), (100, 100));
    assert_eq!(identity("Images-2_x", "1.0 (β)"), Ok(()));
}

#[test]
fn a_description_beyond_the_rules_is_refused_with_the_reason() {
    let nothing = || wire::ByteRange::Nothing;
    for (columns, why) in [
        (&[][..], "0 columns"),
        (&["w", "w"], "two columns are called w"),
        (&["Width"], "its column \"Width\""),
        (&["9"], "its column \"9\""),
        (&[""], "its column \"\""),
        (&["a b"], "its column \"a b\""),
        (&["a\u{1b}"], "its column \"a\\u{1b}\""),
        (&["plugin.x"], "its column \"plugin.x\""),
    ] {
        let said = complaint(description(columns, &["a"], nothing()));
        assert!(said.contains(why), "{said}");
    }
    for extension in ["", ".", "a/b", "a\0"] {
        let said = complaint(description(&["a"], &[extension], nothing()));
        assert!(said.contains("an extension"), "{said}");
    }
    for byte_range in [
        wire::ByteRange::Head((16 << 20) + 1),
        wire::ByteRange::Tail(u32::MAX),
        wire::ByteRange::Both(wire::TwoEnds { head: 16 << 20, tail: 1 }),
        wire::ByteRange::Whole(u32::MAX),
    ] {
        let said = complaint(description(&["a"], &["a"], byte_range));
        assert!(said.contains("bytes of a file"), "{said}");
    }
    let said = complaint(description(&["a"], &[], nothing()));
    assert!(said.contains("without a pattern"), "{said}");
    let said = complaint(description(&["a"], &["a"; 1025], nothing()));
    assert!(said.contains("1025 patterns, more than 1024"), "{said}");
    for count in [0, 65] {
        let mut described = description(&["a"], &["a"], nothing());
        let patterns = || vec![wire::Pattern::Every];
        described.selections = (0..count)
            .map(|_| wire::Selection {
                patterns: patterns(),
                byte_range: nothing(),
            })
            .collect();
        let said = complaint(described);
        assert!(said.contains("selections, not 1 to 64"), "{said}");
    }
    for (name, version) in
        [("", "1"), ("a b", "1"), ("a\n", "1"), ("ä", "1"), ("a", "\u{1b}[2J")]
    {
        assert!(identity(name, version).is_err(), "{name:?} {version:?}");
    }
    for unseen in ["\u{202e}1.0", "1\u{2066}", "1\u{200f}", "1\u{2028}2"] {
        let said = identity("a", unseen).unwrap_err().to_string();
        assert!(said.contains("the direction of text"), "{said}");
        assert!(!said.contains(unseen), "{said}");
    }
    assert!(identity(&"a".repeat(65), "").is_err());
    assert!(identity("a", &"1".repeat(65)).is_err());
}

#[test]
fn a_portion_is_never_more_than_the_file_or_a_quarter_of_the_memory() {
    assert_eq!(ByteRange::Head(10).of(4), (4, 0));
    assert_eq!(ByteRange::Tail(10).of(40), (0, 10));
    assert_eq!(ByteRange::Nothing.of(40), (0, 0));
    assert_eq!(ByteRange::Whole(10).of(10), (10, 0));
    let described =
        description(&["a"], &["a"], wire::ByteRange::Head(1 << 20));
    assert!(extraction(described, "x", 2 << 20).is_err());
}
