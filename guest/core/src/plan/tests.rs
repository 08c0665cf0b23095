//! Lines that are refused, and why.

use super::{
    Document, Flaw, Line, MAX_LINE, NameFlaw, Operation, PlanReader,
    check_path,
};

const HEADER: &str =
    r#"{"format":"sanchay-plan","version":1,"roots":[{"path":"/r"}]}"#;
const EXPECT: &str = r#"{"kind":"file","device":1,"inode":2,"size":3,"modified":"2026-01-31T12:00:00.000000007Z"}"#;

fn step(members: &str) -> String {
    format!("{{{members},\"expect\":{EXPECT}}}")
}

/// The flaw of the last of some lines.
fn flaw(lines: &[&str]) -> Flaw {
    let mut reader = PlanReader::new(true);
    let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
    let error = reader.read(text.as_bytes()).expect_err(&text);
    assert_eq!(error.line, lines.len() as u64 - 1, "{text}");
    error.flaw
}

#[test]
fn a_step_says_what_is_done_and_to_what() {
    let line = step(r#""op":"rename","from":"a/b","to":"a/c","because":"x""#);
    let Ok(Line::Step(step)) = Line::parse(line.as_bytes()) else {
        panic!("{line}");
    };
    assert_eq!(step.operation, Operation::Rename);
    assert_eq!(step.from.unwrap().path, b"a/b");
    assert_eq!(step.to.unwrap().path, b"a/c");
    let expect = step.expect.unwrap();
    assert_eq!((expect.device, expect.inode, expect.size), (1, 2, 3));
    assert_eq!(expect.modified.nanoseconds, 7);
    assert_eq!(expect.changed, None);
}

#[test]
fn every_operation_goes_by_its_name() {
    for operation in Operation::ALL {
        assert_eq!(Operation::named(operation.name()), Some(operation));
    }
    assert_eq!(Operation::named("chmod"), None);
}

#[test]
fn paths_lead_nowhere_but_down() {
    let long = [b'x'; 256];
    for (path, flaw) in [
        (&b"/a"[..], NameFlaw::Absolute),
        (b"", NameFlaw::Empty),
        (b"a//b", NameFlaw::Empty),
        (b"a/", NameFlaw::Empty),
        (b"..", NameFlaw::Dots),
        (b"a/../b", NameFlaw::Dots),
        (b"./a", NameFlaw::Dots),
        (b"a\0", NameFlaw::Zero),
        (&long, NameFlaw::TooLong),
    ] {
        assert_eq!(check_path(path), Err(flaw));
        let text = String::from_utf8_lossy(path).replace('\0', "\\u0000");
        let line = step(&format!(r#""op":"rename","from":"a","to":"{text}""#));
        assert_eq!(Line::parse(line.as_bytes()), Err(Flaw::Path(flaw)));
    }
    // Windows takes 255 units.
    let short = "日".repeat(255);
    assert_eq!(
        check_path("日".repeat(256).as_bytes()),
        Err(NameFlaw::TooLong)
    );
    let long = "😀".repeat(128);
    assert_eq!(check_path(long.as_bytes()), Err(NameFlaw::TooLong));
    let bytes = vec![0x80; 766];
    assert_eq!(check_path(&bytes), Err(NameFlaw::TooLong));
    for path in [&b"a"[..], b"a/b c/...", b"\xff/-", short.as_bytes()] {
        assert_eq!(check_path(path), Ok(()));
    }
}

#[test]
fn a_line_has_what_belongs_there_and_nothing_else() {
    for (members, expected) in [
        (r#""op":"rename","from":"a","to":"b","mode":"x""#, Flaw::Member),
        (r#""op":"rename","from":"a","to":"b","first":1"#, Flaw::Member),
        (r#""op":"rename","op":"rename""#, Flaw::Twice),
        (r#""op":"rename","from":"a","from_base64":"YQ==""#, Flaw::Twice),
        (r#""op":"rename","from":"a""#, Flaw::Missing),
        (r#""op":"delete","from":"a","to":"b""#, Flaw::Missing),
        (r#""op":"mkdir","to":"b""#, Flaw::Missing),
        (r#""op":"chmod","from":"a""#, Flaw::Operation),
        (r#""op":"rename","from_base64":"?","to":"b""#, Flaw::Base64),
        (r#""op":"rename","from":"a","to":"b","root":4294967296"#, Flaw::Root),
    ] {
        let line = step(members);
        assert_eq!(Line::parse(line.as_bytes()), Err(expected), "{line}");
    }
    assert_eq!(Line::parse(b"{}"), Err(Flaw::Missing));
    assert!(matches!(Line::parse(b"[]"), Err(Flaw::Syntax(0))));
    assert!(matches!(Line::parse(b"{} {}"), Err(Flaw::Syntax(3))));
}

/// A step that has a file make way for an equal one.
fn duplicate(operation: &str, from: &str, kept: &str) -> String {
    step(&format!(
        r#""op":"{operation}","from":"{from}","same_as":{{"path":"{kept}","expect":{EXPECT}}}"#
    ))
}

#[test]
fn an_equal_file_is_another_of_that_size() {
    for operation in ["hardlink", "symlink", "reflink", "trash", "delete"] {
        let line = duplicate(operation, "a", "b");
        let Ok(Line::Step(step)) = Line::parse(line.as_bytes()) else {
            panic!("{line}");
        };
        assert_eq!(step.same_as.unwrap().place.path, b"b");
    }
    for line in [
        duplicate("delete", "a", "a"),
        duplicate("rename", "a", "b"),
        duplicate("copy", "a", "b"),
        duplicate("mkdir", "a", "b"),
        duplicate("move", "a", "b"),
        duplicate("hardlink", "a", "b")
            .replace("{\"op\"", "{\"to\":\"c\",\"op\""),
        duplicate("delete", "a", "b").replacen("\"size\":3", "\"size\":4", 1),
        duplicate("delete", "a", "b").replace("\"file\"", "\"symlink\""),
    ] {
        assert_eq!(Line::parse(line.as_bytes()), Err(Flaw::SameAs), "{line}");
    }
    let up = duplicate("delete", "a", "../b");
    let flaw = Flaw::Path(NameFlaw::Dots);
    assert_eq!(Line::parse(up.as_bytes()), Err(flaw));
    let root = duplicate("delete", "a", "b")
        .replace("{\"path\"", "{\"root\":1,\"path\"");
    assert_eq!(self::flaw(&[HEADER, &root]), Flaw::Root);
}

#[test]
fn nothing_takes_the_place_of_a_file_that_makes_way_for_a_similar_one() {
    let like = |operation: &str, from: &str, kept: &str| {
        duplicate(operation, from, kept).replace("same_as", "like")
    };
    for line in [
        like("trash", "a", "b"),
        like("delete", "a", "b").replacen("\"size\":3", "\"size\":4", 1),
        like("move", "a", "b").replace("{\"op\"", "{\"to\":\"c\",\"op\""),
    ] {
        let Ok(Line::Step(step)) = Line::parse(line.as_bytes()) else {
            panic!("{line}");
        };
        assert_eq!(step.like.as_ref().unwrap().place.path, b"b");
        assert_eq!(
            (step.kept(), &step.same_as),
            (step.like.as_deref(), &None)
        );
    }
    let both = like("delete", "a", "b").replacen(
        "\"like\"",
        &format!(
            "\"same_as\":{{\"path\":\"c\",\"expect\":{EXPECT}}},\"like\""
        ),
        1,
    );
    for line in [
        like("hardlink", "a", "b"),
        like("symlink", "a", "b"),
        like("reflink", "a", "b"),
        like("rename", "a", "b"),
        like("move", "a", "b"),
        like("delete", "a", "a"),
        like("delete", "a", "b").replace("\"file\"", "\"symlink\""),
        both,
    ] {
        assert_eq!(Line::parse(line.as_bytes()), Err(Flaw::SameAs), "{line}");
    }
}

#[test]
fn what_stays_for_another_file_does_not_make_way() {
    let finish = |lines: &[String]| {
        let mut reader = PlanReader::new(false);
        let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
        reader.read(format!("{HEADER}\n{text}").as_bytes())?;
        reader.finish()
    };
    let delete = |from, kept| duplicate("delete", from, kept);
    assert_eq!(finish(&[delete("a", "k"), delete("b", "k")]), Ok(()));
    for lines in [
        [delete("a", "b"), delete("b", "a")],
        [delete("a", "b"), delete("b", "c")],
        [delete("b", "c"), delete("a", "b")],
        [delete("a", "b"), delete("a", "c")],
        [delete("a", "k"), step(r#""op":"delete","from":"k""#)],
        [step(r#""op":"delete","from":"k""#), delete("a", "k")],
        [delete("a", "b"), delete("b", "c").replace("same_as", "like")],
        [
            delete("b", "c").replace("same_as", "like"),
            delete("a", "b").replace("same_as", "like"),
        ],
    ] {
        let error = finish(&lines).unwrap_err();
        assert_eq!(error.flaw, Flaw::SameAs, "{lines:?}");
    }
}

#[test]
fn a_document_begins_with_a_header_of_a_known_version() {
    let newer = HEADER.replace("\"version\":1", "\"version\":2");
    assert_eq!(flaw(&[&newer]), Flaw::Version(2));
    assert_eq!(flaw(&[&HEADER.replace("plan", "song")]), Flaw::Format);
    for wrong in ["r", "C:", "C:r", "1:/r", ""] {
        let wrong = format!("\"{wrong}\"");
        assert_eq!(flaw(&[&HEADER.replace("\"/r\"", &wrong)]), Flaw::Root);
    }
    let half = HEADER.replace("\"/r\"", "\"/r\",\"device\":1");
    assert_eq!(flaw(&[&half]), Flaw::Missing);
    let step = step(r#""op":"delete","from":"a""#);
    assert_eq!(flaw(&[&step]), Flaw::Header);
    assert_eq!(flaw(&[HEADER, HEADER]), Flaw::Header);
    assert_eq!(
        flaw(&[HEADER, r#"{"state":"done","first":0}"#]),
        Flaw::Document
    );
    let other = step.replace("\"op\"", "\"root\":1,\"op\"");
    assert_eq!(flaw(&[HEADER, &other]), Flaw::Root);
    assert_eq!(flaw(&[HEADER, r#"{"steps":1,"digest":""}"#]), Flaw::Edited);
    let long = "x".repeat(MAX_LINE);
    assert_eq!(flaw(&[HEADER, &long]), Flaw::TooLong);
    let mut reader = PlanReader::new(true);
    reader.read(format!("{HEADER}\n{step}\n").as_bytes()).unwrap();
    assert_eq!(reader.finish().unwrap_err().flaw, Flaw::Cut);
    assert_eq!(
        PlanReader::new(false).finish().unwrap_err().flaw,
        Flaw::Header
    );
}

#[test]
fn a_journal_says_only_of_steps_that_it_has_what_became_of_them() {
    let header =
        HEADER.replace(Document::Plan.name(), Document::Journal.name());
    let step = step(r#""op":"delete","from":"a""#);
    let done = r#"{"state":"done","first":0,"last":0}"#;
    let mut reader = PlanReader::new(true);
    let text = format!("{header}\n{step}\n{done}\n");
    assert_eq!(reader.read(text.as_bytes()).unwrap().len(), 3);
    assert_eq!(reader.finish(), Ok(()));
    assert_eq!(flaw(&[&header, done]), Flaw::State);
    let backwards = r#"{"state":"done","first":1,"last":0}"#;
    assert_eq!(flaw(&[&header, &step, backwards]), Flaw::State);
    let trailer = r#"{"steps":1,"digest":""}"#;
    assert_eq!(flaw(&[&header, &step, trailer]), Flaw::Document);
}

#[test]
fn no_entry_keeps_a_temporary_name() {
    let rename = |from: &str, to: &str| {
        step(&format!(r#""op":"rename","from":"{from}","to":"{to}""#)) + "\n"
    };
    let ends = |steps: &[String]| {
        let mut reader = PlanReader::new(false);
        let text = format!("{HEADER}\n{}", steps.concat());
        reader.read(text.as_bytes()).unwrap();
        reader.finish().map_err(|error| error.flaw)
    };
    let through = [
        rename("d/a", "d/.sanchay-x-1"),
        rename("d/b", "d/a"),
        rename("d/.sanchay-x-1", "d/b"),
    ];
    assert_eq!(ends(&through), Ok(()));
    assert_eq!(ends(&through[..2]), Err(Flaw::Temporary));
    assert_eq!(ends(&[rename("a", ".sanchay-")]), Err(Flaw::Temporary));
    assert_eq!(ends(&[rename(".sanchay-left", "a")]), Ok(()));
    assert_eq!(ends(&[rename("a", "x.sanchay-")]), Ok(()));
}
