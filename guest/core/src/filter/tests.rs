//! Filters against examples.

use proptest::prelude::*;

use super::{
    Clock, Columns, ContentColumn, Entries, Expr, Field, Filter, FilterOption,
    Matcher, Matches, Operand, Operator, ValueColumns,
};
use crate::batch::{Batch, BatchError, pack};
use crate::kind::{EntryKind, KindSet};
use crate::time::Timestamp;
use crate::value::{Value, ValueType};

fn with_extensions(extensions: &[&str]) -> Filter {
    let filter = Filter::default().hidden(true);
    extensions.iter().fold(filter, |filter, it| filter.extension(it))
}

fn compile(filter: &Filter) -> Matcher {
    let program = filter.program().unwrap();
    let bytes = program.encode();
    let back = super::Program::decode(&bytes).unwrap();
    Matcher::compile(&back).unwrap()
}

/// What a matcher says of entries; a name that ends in a slash is that of a
/// directory, in `@` of a link, in `?` of something unknown.
fn matches(filter: &Filter, entries: &[&str]) -> Matches {
    let kind = |entry: &str| match entry.chars().last() {
        Some('/') => EntryKind::Directory,
        Some('@') => EntryKind::Symlink,
        Some('?') => EntryKind::Unknown,
        _ => EntryKind::File,
    };
    let kinds: Vec<EntryKind> =
        entries.iter().map(|entry| kind(entry)).collect();
    let names: Vec<&str> = entries
        .iter()
        .map(|entry| entry.trim_end_matches(['/', '@', '?']))
        .collect();
    let (names, ends) = pack(&names);
    let names = Batch::new(&names, &ends).unwrap();
    let entries = Entries::named(b"", names, &kinds).unwrap();
    compile(filter).match_names(&entries)
}

/// The entries that are wanted by their names.
fn survivors<'a>(filter: &Filter, entries: &[&'a str]) -> Vec<&'a str> {
    let wanted = matches(filter, entries).entries;
    wanted.into_iter().map(|index| entries[index as usize]).collect()
}

/// The directories that are entered.
fn entered<'a>(filter: &Filter, entries: &[&'a str]) -> Vec<&'a str> {
    let entered = matches(filter, entries).directories;
    entered.into_iter().map(|index| entries[index as usize]).collect()
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
    let filter = with_extensions(&["[", "@a"]);
    assert_eq!(
        survivors(&filter, &["a.[", "a.{", "a.@A", "a.`a"]),
        ["a.[", "a.@A"]
    );
}

#[test]
fn letters_of_any_language_are_folded() {
    let filter =
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
    assert_eq!(survivors(&filter, &entries), wanted);
}

#[test]
fn a_directory_is_pruned_only_for_being_hidden() {
    let filter = with_extensions(&["txt"]);
    let entries = ["src/", ".git/", "a.txt", ".b.txt", "c.rs", "d.txt/"];
    assert_eq!(survivors(&filter, &entries), ["a.txt", ".b.txt"]);
    assert_eq!(entered(&filter, &entries), ["src/", ".git/", "d.txt/"]);
    let filter = filter.hidden(false);
    assert_eq!(survivors(&filter, &entries), ["a.txt"]);
    assert_eq!(entered(&filter, &entries), ["src/", "d.txt/"]);
}

#[test]
fn no_test_at_all_wants_the_files_that_are_not_hidden() {
    let filter = Filter::default();
    let entries = ["a", ".b", "c/", ".d/", "e@", "f?"];
    // What it is must be found out first.
    assert_eq!(survivors(&filter, &entries), ["a", "f?"]);
    assert_eq!(entered(&filter, &entries), ["c/", "f?"]);
    assert!(compile(&filter).columns().is_empty());
}

#[test]
fn entries_of_other_kinds_are_wanted_where_they_are_asked_for() {
    let entries = ["a", "c/", ".d/", "e@", "f?"];
    let filter = Filter::default().kind(EntryKind::Directory);
    assert_eq!(survivors(&filter, &entries), ["c/", "f?"]);
    let filter = filter.kind(EntryKind::Symlink);
    assert_eq!(survivors(&filter, &entries), ["c/", "e@", "f?"]);
    assert_eq!(entered(&filter, &entries), ["c/", "f?"]);
    let kinds = compile(&filter).kinds();
    assert!(kinds.has(EntryKind::Symlink) && !kinds.has(EntryKind::File));
    assert_eq!(compile(&Filter::default()).kinds(), KindSet::FILES);
}

/// The indices of files of these sizes that are wanted.
fn of_sizes(filter: &Filter, sizes: &[u64]) -> Vec<u32> {
    let rows = sizes.len();
    let entries = Entries::measured(rows, None, Columns::SIZE, sizes).unwrap();
    compile(filter).match_metadata(&entries)
}

#[test]
fn sizes_match_with_both_bounds_included() {
    let sizes = [0, 9, 10, 11, 20, 21, u64::MAX];
    let least = Filter::default().min_size(10);
    assert_eq!(compile(&least).columns(), Columns::SIZE);
    assert_eq!(of_sizes(&least, &sizes), [2, 3, 4, 5, 6]);
    assert_eq!(of_sizes(&least.max_size(20), &sizes), [2, 3, 4]);
    assert_eq!(of_sizes(&Filter::default().max_size(0), &sizes), [0]);
    assert_eq!(of_sizes(&Filter::default(), &sizes).len(), 7);
}

#[test]
fn the_last_bound_counts_and_extensions_add_up() {
    let filter = Filter::default().min_size(10).min_size(1);
    assert_eq!(of_sizes(&filter, &[0, 1, 10]), [1, 2]);
    let filter = with_extensions(&["a", "b,c"]);
    assert_eq!(survivors(&filter, &["x.a", "x.b", "x.c", "x.d"]).len(), 3);
}

#[test]
fn times_match_to_the_nanosecond() {
    let time = |seconds, nanoseconds| Timestamp { seconds, nanoseconds };
    let found = [time(-2, 999_999_999), time(-1, 0), time(-1, 1), time(3, 0)];
    let numbers: Vec<u64> = found
        .iter()
        .map(|time| time.seconds.cast_unsigned())
        .chain(found.iter().map(|time| u64::from(time.nanoseconds)))
        .collect();
    let wanted = |filter: &Filter| {
        let columns = Columns::MODIFIED;
        let entries = Entries::measured(4, None, columns, &numbers).unwrap();
        compile(filter).match_metadata(&entries)
    };
    let since = Filter::default().modified_since(time(-1, 0));
    assert_eq!(wanted(&since), [1, 2, 3]);
    assert_eq!(wanted(&since.modified_before(time(-1, 1))), [1]);
    let before = Filter::default().modified_before(time(-1, 0));
    assert_eq!(wanted(&before), [0]);
}

#[test]
fn names_reject_only_what_metadata_cannot_save() {
    let big =
        Expr::test(Field::SIZE, Operator::GreaterOrEqual, Operand::Number(10));
    let text = Expr::test(
        Field::EXTENSION,
        Operator::Equal,
        Operand::Bytes(b"txt".to_vec()),
    );
    // Either a text or large.
    let either = Expr::Any(vec![text.clone(), big.clone()]);
    let filter = Filter::default().test(either);
    let entries = ["a.txt", "b.rs", "c/"];
    assert_eq!(survivors(&filter, &entries), ["a.txt", "b.rs"]);
    let matcher = compile(&filter);
    assert_eq!(matcher.columns(), Columns::SIZE.with(Columns::NAME));
    let (names, ends) = pack(&["a.txt", "b.rs", "c.rs"]);
    let names = Batch::new(&names, &ends).unwrap();
    let named = Entries::named(b"", names, &[EntryKind::File; 3]).unwrap();
    let sizes = [1, 1, 10];
    let known =
        Entries::measured(3, Some(named), Columns::SIZE, &sizes).unwrap();
    assert_eq!(matcher.match_metadata(&known), [0, 2]);
    // Where the names are not known, they reject nothing.
    let unknown = Entries::measured(3, None, Columns::SIZE, &sizes).unwrap();
    assert_eq!(matcher.match_metadata(&unknown), [0, 1, 2]);
    // Neither a text nor large: a text is rejected at once.
    let neither = Expr::Not(Box::new(Expr::Any(vec![text, big])));
    let filter = Filter::default().test(neither);
    assert_eq!(survivors(&filter, &entries), ["b.rs"]);
    assert_eq!(of_sizes(&filter, &[9, 10]), [0]);
}

#[test]
fn what_makes_no_sense_is_refused_by_the_name_of_its_option() {
    let option = |filter: &Filter| filter.program().unwrap_err().option;
    assert_eq!(option(&with_extensions(&["a", ""])), "extension");
    assert_eq!(option(&with_extensions(&["c/d"])), "extension");
    assert_eq!(option(&with_extensions(&["a\0"])), "extension");
    let sizes = Filter::default().min_size(2).max_size(1);
    assert_eq!(option(&sizes), "size");
    assert!(sizes.max_size(2).program().is_ok());
    let clock = Clock::utc(Timestamp::default());
    for (name, value) in [
        ("extension", "*"),
        ("min-size", "x"),
        ("max-size", "1kk"),
        ("changed-within", "soon"),
        ("changed-before", ""),
        ("kind", "file,folder"),
    ] {
        let option = FilterOption::named(name).unwrap();
        let mut filter = Filter::default();
        let error = filter.set(option, value.as_bytes(), &clock).unwrap_err();
        assert_eq!(error.option, name);
        assert_eq!(filter, Filter::default());
    }
}

#[test]
fn an_option_means_what_the_builder_does() {
    let clock = Clock::utc(Timestamp { seconds: 100, nanoseconds: 0 });
    let mut given = Filter::default();
    for (name, value) in [
        ("extension", "rs,md"),
        ("min-size", "1k"),
        ("max-size", "1Ki"),
        ("changed-within", "90s"),
        ("changed-before", "now"),
        ("kind", "file"),
        ("kind", "Fifo"),
        ("extension", ".c"),
    ] {
        let option = FilterOption::named(name).unwrap();
        given.set(option, value.as_bytes(), &clock).unwrap();
    }
    let built = Filter::default()
        .extension("rs")
        .extension("md")
        .min_size(1000)
        .max_size(1024)
        .modified_since(Timestamp { seconds: 10, nanoseconds: 0 })
        .modified_before(Timestamp { seconds: 100, nanoseconds: 0 })
        .kind(EntryKind::File)
        .kind(EntryKind::Fifo)
        .extension("c");
    let kinds = |filter: &Filter| compile(filter).kinds();
    assert_eq!(kinds(&given), kinds(&built));
    for name in ["extension", "min-size", "max-size", "changed-within"] {
        let option = FilterOption::named(name).unwrap();
        assert_eq!(given.of(option), built.of(option), "{name}");
    }
}

#[test]
fn options_fields_and_codes_are_each_there_once() {
    let mut codes: Vec<u8> = Field::all().map(|it| it.code).collect();
    codes.sort_unstable();
    assert!(codes.windows(2).all(|pair| pair[0] != pair[1]));
    let mut names: Vec<&str> =
        FilterOption::all().map(|option| option.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn a_column_of_the_wrong_length_is_refused() {
    let names = Batch::new(b"a", &[1]).unwrap();
    let wrong = |found| Some(BatchError::ColumnLength(found));
    assert_eq!(
        Entries::named(b"", names, &[EntryKind::File; 2]).err(),
        wrong(2)
    );
    let named = Entries::named(b"", names, &[EntryKind::File]).unwrap();
    let measured = |rows, named, columns, numbers: &[u64]| {
        Entries::measured(rows, named, columns, numbers).err()
    };
    let size = Columns::SIZE;
    assert_eq!(measured(2, Some(named), size, &[1, 2]), wrong(1));
    assert_eq!(measured(1, None, size, &[1, 2]), wrong(2));
    assert_eq!(measured(1, None, Columns::MODIFIED, &[1]), wrong(1));
    assert_eq!(measured(1, None, Columns::from_bits(1 << 50), &[1]), wrong(1));
    assert_eq!(measured(usize::MAX, None, Columns::MODIFIED, &[]), wrong(0));
    assert_eq!(
        measured(1, None, size.with(Columns::MODIFIED), &[1, 2, 3]),
        None
    );
}

#[test]
fn a_search_for_duplicates_leaves_empty_files_out_unless_told() {
    let program = |filter: Filter| filter.for_duplicates().program();
    let least = Filter::default().files_only().min_size(1);
    assert_eq!(program(Filter::default()), least.program());
    let all = Filter::default().files_only().min_size(0);
    assert_eq!(program(Filter::default().min_size(0)), all.program());
    // Nothing but empty files, which are left out.
    assert!(program(Filter::default().max_size(0)).is_err());
    assert!(program(Filter::default().min_size(0).max_size(0)).is_ok());
}

#[test]
fn what_reads_contents_refuses_a_filter_without_regular_files() {
    let links = Filter::default().kind(EntryKind::Symlink);
    assert!(links.clone().files_only().program().is_err());
    assert!(links.clone().for_duplicates().program().is_err());
    let both = links.kind(EntryKind::File).files_only();
    assert!(both.program().is_ok());
}

/// The columns of the values that [`value`] makes.
const VALUES: [(&str, ValueType); 7] = [
    ("p.boolean", ValueType::Boolean),
    ("p.signed", ValueType::Signed),
    ("p.unsigned", ValueType::Unsigned),
    ("p.float", ValueType::Float),
    ("p.text", ValueType::Text),
    ("p.bytes", ValueType::Bytes),
    ("p.time", ValueType::Timestamp),
];

/// The filter of an expression that tests such columns, and which of entries
/// of so many values it wants; `None` where it knows none.
fn wanted(
    text: &str,
    values: &[[Option<Value>; 7]],
    known: Columns,
) -> Vec<u32> {
    let columns: ValueColumns =
        VALUES.iter().map(|(name, it)| ((*name).to_owned(), *it)).collect();
    let clock = Clock::utc(Timestamp::default()).expecting_columns();
    let option = FilterOption::named("where").unwrap();
    let mut filter = Filter::default();
    filter.set(option, text.as_bytes(), &clock).unwrap();
    let program = filter.program_with(&columns).unwrap();
    let bytes = program.encode();
    let program = super::Program::decode(&bytes).unwrap();
    let matcher = Matcher::compile(&program).unwrap();
    let slots = program.slots();
    let value = |entry: usize, column| {
        let ContentColumn::Slot(slot) = column else { return None };
        let name = slots.iter().find(|it| it.0 == slot)?.1;
        let at = VALUES.iter().position(|it| it.0 == name)?;
        values[entry][at].as_ref()
    };
    let known = Columns::from_bits(
        known.bits() & matcher.columns().of_contents().bits(),
    );
    let mut numbers = Vec::new();
    known.push_contents(values.len(), &value, &mut numbers);
    let entries = Entries::measured(values.len(), None, known, &numbers);
    matcher.match_metadata(&entries.unwrap())
}

#[test]
fn a_test_of_a_value_that_is_not_known_yet_rejects_nothing() {
    let row = || [const { None }; 7];
    let mut one = row();
    one[2] = Some(Value::Unsigned(u64::MAX));
    one[4] = Some(Value::Text("".into()));
    let rows = [row(), one];
    let all = Columns::from_bits(u64::MAX);
    let numbers = Columns::from_bits(0xffff << 18);
    for (text, known, expected) in [
        ("p.unsigned > 0", all, &[1][..]),
        ("p.unsigned > 0", Columns::default(), &[0, 1]),
        ("not p.unsigned > 0", all, &[0]),
        ("not p.unsigned > 0", Columns::default(), &[0, 1]),
        ("has(p.text)", all, &[1]),
        ("has(p.text) and p.unsigned = 1", numbers, &[]),
        ("has(p.text) or p.unsigned = 1", numbers, &[0, 1]),
        ("p.text = \"\"", all, &[1]),
        ("p.bytes = \"\"", all, &[]),
        ("p.text != x", all, &[0, 1]),
        ("has(p.boolean) or p.time before 1d", all, &[]),
    ] {
        assert_eq!(wanted(text, &rows, known), expected, "{text}");
    }
}

#[test]
fn a_long_text_is_not_taken_for_its_beginning() {
    let text = |it: String| {
        let mut row = [const { None }; 7];
        row[4] = Some(Value::Text(it.clone().into()));
        row[5] = Some(Value::Bytes(it.into_bytes().into()));
        row
    };
    let long = "x".repeat(5000);
    let rows =
        [text(long.clone()), text(format!("{long}y")), text("x".into())];
    let all = Columns::from_bits(u64::MAX);
    for (test, expected) in [
        (format!("p.text = {long}"), &[0][..]),
        (format!("p.bytes = {long}y"), &[1]),
        ("p.text glob \"*y\"".into(), &[1]),
        ("p.bytes ~ \"^x{10}\" and p.text != x".into(), &[0, 1]),
        ("p.text = x".into(), &[2]),
    ] {
        assert_eq!(wanted(&test, &rows, all), expected);
    }
}

fn some_value() -> impl Strategy<Value = [Option<Value>; 7]> {
    let text = "[ab\0]{0,20}";
    let number = prop_oneof![Just(i64::MIN), Just(i64::MAX), -2..3_i64];
    let float = prop_oneof![Just(-0.0), Just(0.5), Just(f64::MAX), Just(-1e9)];
    (any::<[bool; 8]>(), number, float, text).prop_map(
        |(has, number, float, text)| {
            let time = Timestamp { seconds: number, nanoseconds: 7 };
            let all = [
                Value::Boolean(has[7]),
                Value::Signed(number),
                Value::Unsigned(number.cast_unsigned()),
                Value::Float(float),
                Value::Text(text.clone().into()),
                Value::Bytes(text.into_bytes().into()),
                Value::Timestamp(time),
            ];
            let mut has = has.into_iter();
            all.map(|it| Some(it).filter(|_| has.next() == Some(true)))
        },
    )
}

proptest! {
    #[test]
    fn values_compare_in_slots_as_they_do_by_themselves(
        rows in prop::collection::vec(some_value(), 0..20),
        number in -2..3_i64,
        float in prop::sample::select(&[-1e9, 0.0, 0.5, 1e300][..]),
        text in "[ab]{0,9}",
    ) {
        let signed = |it: &Value| matches!(it, Value::Signed(it) if *it >= number);
        let unsigned = |it: &Value| {
            matches!(it, Value::Unsigned(it) if *it < number.unsigned_abs())
        };
        let is_float = |it: &Value| matches!(it, Value::Float(it) if *it <= float);
        let is_text = |it: &Value| {
            matches!(it, Value::Text(it) if it.as_bytes() == text.as_bytes())
        };
        let bytes = |it: &Value| {
            matches!(it, Value::Bytes(it) if it.starts_with(text.as_bytes()))
        };
        let time = |it: &Value| {
            matches!(it, Value::Timestamp(it) if it.seconds >= 0)
        };
        type Test<'t> = &'t dyn Fn(&Value) -> bool;
        let tests: [(String, usize, Test<'_>); 7] = [
            ("p.boolean".into(), 0, &|it| *it == Value::Boolean(true)),
            (format!("p.signed >= {number}"), 1, &signed),
            (format!("p.unsigned < {}", number.unsigned_abs()), 2, &unsigned),
            (format!("p.float <= {float:?}"), 3, &is_float),
            (format!("p.text = \"{text}\""), 4, &is_text),
            (format!("p.bytes ~ \"(?-u)^{text}\""), 5, &bytes),
            ("p.time >= 1970-01-01".into(), 6, &time),
        ];
        let holds = |row: &[Option<Value>; 7], at: usize, test: Test<'_>| {
            row[at].as_ref().is_some_and(test)
        };
        let indices = |wanted: &dyn Fn(&[Option<Value>; 7]) -> bool| {
            let all = (0_u32..).zip(&rows);
            let all = all.filter(|(_, row)| wanted(row));
            all.map(|(index, _)| index).collect::<Vec<_>>()
        };
        let all = Columns::from_bits(u64::MAX);
        for (text, at, test) in &tests {
            let expected = indices(&|row| holds(row, *at, test));
            prop_assert_eq!(wanted(text, &rows, all), expected, "{}", text);
        }
        let every: Vec<&str> = tests.iter().map(|it| it.0.as_str()).collect();
        let any = indices(&|row| {
            tests.iter().any(|(_, at, test)| holds(row, *at, test))
        });
        prop_assert_eq!(wanted(&every.join(" or "), &rows, all), any);
    }
}
