//! Expressions: what they mean, what is refused and where, and that the
//! printed form is read back as it was.

use proptest::prelude::*;

use crate::batch::Batch;
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::fields::{Field, FieldType};
use crate::filter::{
    Accounts, Clock, Entries, Filter, FilterOption, Matcher, Program,
    ValueColumns,
};
use crate::kind::{EntryKind, KindSet};
use crate::syntax_error::SyntaxError;
use crate::time::Timestamp;
use crate::value::ValueType;

fn clock() -> Clock {
    let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 0 };
    Clock::utc(now).with_accounts(Accounts {
        user: |name| (name == b"alice").then_some(1000),
        group: |name| (name == b"staff").then_some(50),
    })
}

fn parse(text: &str) -> Expr {
    match Expr::parse(text, &clock()) {
        Ok(expr) => expr,
        Err(why) => panic!("{text}\n{why}"),
    }
}

fn printed(text: &str) -> String {
    parse(text).to_string()
}

#[test]
fn an_expression_prints_as_it_is_understood() {
    for (text, expected) in [
        ("size > 1KiB", "size > 1024"),
        ("size>1.5k", "size > 1500"),
        ("ext in (csv, \"parquet\")", "extension in (\"csv\", \"parquet\")"),
        ("not path ~ \"^tmp/\"", "not path ~ \"^tmp/\""),
        ("path !~ x", "not path ~ \"x\""),
        ("name glob *.rs or hidden", "name glob \"*.rs\" or hidden"),
        ("HIDDEN And (empty OR readonly)", "hidden and (empty or readonly)"),
        ("a = 1 or size = 2 and size = 3", ""),
        ("kind = file", "kind = file"),
        ("kind in (file, symlink)", "kind in (file, symlink)"),
        ("kind != directory", "not kind = directory"),
        ("modified > 2026-01-31", "modified > 2026-01-31T00:00:00.000000000Z"),
        ("modified within 1d", "modified >= 2027-01-14T08:00:00.000000000Z"),
        ("modified > now - 1d", "modified > 2027-01-14T08:00:00.000000000Z"),
        ("changed before 1d", "changed < 2027-01-14T08:00:00.000000000Z"),
        ("mode = 644", "mode = 0644"),
        ("mode all 022 or mode any 111", "mode all 0022 or mode any 0111"),
        ("user = alice", "uid = 1000"),
        (
            "user in (7, alice) and group != staff",
            "uid in (7, 1000) and not gid = 50",
        ),
        ("has(group)", "gid >= 0"),
        ("name = \"a\\\"b\\n\\xff\"", "name = \"a\\\"b\\n\\xff\""),
        ("ext = ..a", "extension = \"..a\""),
        ("has(created)", "has(created)"),
        ("has(name) or not NOTHING", "everything or not nothing"),
        ("has(ext)", "name ~ \"(?s-u)^.+\\\\..+$\""),
        ("hidden or (empty and readonly)", "hidden or empty and readonly"),
        ("modified < -000027-01-15", "modified < -000027-01-15T00:00:00Z"),
        ("size not in (1, 2)", "not size in (1, 2)"),
    ] {
        if expected.is_empty() {
            assert!(Expr::parse(text, &clock()).is_err(), "{text}");
            continue;
        }
        assert_eq!(printed(text), expected, "{text}");
    }
}

#[test]
fn and_binds_closer_than_or_and_not_closer_than_both() {
    let expr = parse("not hidden and empty or readonly");
    let Expr::Any(parts) = expr else { panic!("{expr:?}") };
    assert!(matches!(&parts[0], Expr::All(all) if all.len() == 2));
}

#[test]
fn what_is_wrong_is_pointed_at() {
    for (text, column, length, message) in [
        ("", 0, 1, "expected the name of a field"),
        ("size", 4, 1, "expected =, !="),
        ("size >", 6, 1, "expected a size"),
        ("size > and", 7, 3, "expected a number such as"),
        ("sise > 1", 0, 4, "there is no field 'sise'"),
        ("size > 1 size", 9, 4, "expected and, or"),
        ("(size > 1", 9, 1, "closing )"),
        ("size > 1)", 8, 1, "expected and, or"),
        ("name ~ \"(\"", 7, 3, "unclosed group"),
        ("name = \"x", 7, 1, "no closing quote"),
        ("name < x", 5, 1, "name is compared otherwise"),
        ("ext in (a b)", 10, 1, ", or a closing )"),
        ("ext not = a", 8, 1, "expected in"),
        ("modified > 30d", 11, 3, "a duration is no point in time"),
        ("modified within soon", 16, 4, "is not a time"),
        ("kind = folder", 7, 6, "expected one of file"),
        ("size > 1 & size < 2", 9, 1, "expected and, or"),
        ("mode = 999", 7, 3, "octal"),
        ("mode = +644", 7, 4, "octal"),
        ("size all 7", 5, 3, "size is compared otherwise"),
        ("user = bob", 7, 3, "no user called 'bob'"),
        ("group = alice", 8, 5, "no group called 'alice'"),
        ("user > alice", 5, 1, "user is compared otherwise"),
        ("usr = 1", 0, 3, "there is no field 'usr'"),
        ("mode = 100644", 7, 6, "octal"),
        ("ext = \"\"", 6, 2, "expected an extension"),
        ("ext in (a, b/c)", 11, 3, "expected an extension"),
        ("size = \u{1b}", 7, 1, "expected a number"),
    ] {
        let error = Expr::parse(text, &clock()).unwrap_err();
        let found = (error.column, error.length);
        assert_eq!(found, (column, length), "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(!error.to_string().contains('\u{1b}'), "{text}");
    }
}

#[test]
fn an_error_shows_the_line_with_the_place_beneath_it() {
    let error = Expr::parse("size > 1 and\nmodified > 30d", &clock());
    let expected = "a duration is no point in time\n  modified > 30d\n             \
                    ^^^\n  modified within 30d: not older; modified before \
                    30d: older";
    assert_eq!(error.unwrap_err().to_string(), expected);
    let error = Expr::parse("modifyed > 1", &clock()).unwrap_err();
    assert_eq!(error.hint, "did you mean modified?");
}

#[test]
fn what_is_too_large_is_refused() {
    let deep = "(".repeat(200) + "hidden" + &")".repeat(200);
    assert!(Expr::parse(&deep, &clock()).is_err());
    let nots = "not ".repeat(200) + "hidden";
    assert!(Expr::parse(&nots, &clock()).is_err());
    let wide = "size in (".to_owned() + &"1,".repeat(6000) + "1)";
    let error = Expr::parse(&wide, &clock()).unwrap_err();
    assert!(error.message.contains("too many values"), "{error}");
    let long = " ".repeat(65_537);
    let error = Expr::parse(&long, &clock()).unwrap_err();
    assert!(error.message.contains("longer than 64 KiB"), "{error}");
}

/// The program of an expression, as it comes out of the encoding.
fn crossed(text: &str) -> Program {
    let program = set("where", text).program().unwrap();
    assert_eq!(Program::decode(&program.encode()), Ok(program.clone()));
    assert!(Matcher::compile(&program).is_ok());
    program
}

#[test]
fn the_largest_expressions_are_programs_and_are_read_back() {
    let levels = |count: usize, inner: &str| {
        "(hidden or empty and ".repeat(count) + inner + &")".repeat(count)
    };
    for (least, inner) in [(43, "size != 1"), (44, "size = 1")] {
        let deepest = (0..100).rev().find(|count| {
            Expr::parse(&levels(*count, inner), &clock()).is_ok()
        });
        assert_eq!(deepest, Some(least), "{inner}");
        let text = levels(least, inner);
        crossed(&text);
        assert_eq!(parse(&parse(&text).to_string()), parse(&text));
    }
    crossed(&("size in (".to_owned() + &"1,".repeat(4999) + "1)"));
    for part in ["hidden or ", "uid!=1 or ", "not not empty and "] {
        let many = |count: usize| part.repeat(count) + "hidden";
        let most = (0..7000)
            .step_by(100)
            .rfind(|count| Expr::parse(&many(*count), &clock()).is_ok());
        crossed(&many(most.unwrap()));
    }
}

#[test]
fn an_error_of_any_width_can_be_shown() {
    for text in ["\u{1}".repeat(65_536), " ".repeat(65_530) + "\u{1}!"] {
        let error = Expr::parse(&text, &clock()).unwrap_err();
        assert!(error.to_string().contains('^'));
    }
}

#[test]
fn what_has_an_extension_is_what_can_be_tested_for_one() {
    for (name, has) in [
        (&b"a.b"[..], true),
        (b"a\n.b", true),
        (b"\xff.\xff", true),
        (b".b", false),
        (b"a.", false),
        (b"a", false),
    ] {
        let program = crossed("has(ext) and kind = file");
        let matcher = Matcher::compile(&program).unwrap();
        let ends = [u32::try_from(name.len()).unwrap()];
        let names = Batch::new(name, &ends).unwrap();
        let kinds = [EntryKind::File];
        let entries = Entries::named(b"", names, &kinds).unwrap();
        let found = matcher.match_names(&entries).entries;
        assert_eq!(!found.is_empty(), has, "{name:?}");
    }
}

#[test]
fn an_option_and_its_expression_want_the_same() {
    let options = [
        (Filter::default().min_size(5), "size >= 5"),
        (Filter::default().extension("rs,md"), "ext in (rs, md)"),
        (set("glob", "*.rs"), "name glob *.rs"),
        (set("glob", "src/**"), "path glob src/**"),
        (set("regex", "^a"), "name ~ \"(?i)^a\""),
        (set("min-depth", "2"), "depth >= 2"),
        (set("perm", "644"), "mode = 644"),
        (set("perm", "-222"), "mode all 222"),
        (set("perm", "/0111"), "mode any 111"),
        (set("owner", "alice"), "user = alice"),
        (set("owner", "alice:"), "uid = 1000"),
        (set("owner", ":!staff"), "group != staff"),
        (set("owner", "!7:50"), "not uid = 7 and gid = 50"),
        (set("created-within", "1d"), "created within 1d"),
        (set("created-before", "1d"), "created before 1d"),
        (set("accessed-within", "1d"), "accessed within 1d"),
        (set("accessed-before", "1d"), "accessed before 1d"),
        (set("status-changed-within", "1d"), "changed within 1d"),
        (set("status-changed-before", "1d"), "changed before 1d"),
        (set("kind", "empty"), "empty"),
        (
            set("kind", "file,executable,empty"),
            "kind = file and executable \
            and empty",
        ),
        (set("kind", "empty,fifo,EMPTY"), "kind = fifo and empty"),
    ];
    for (option, text) in options {
        assert_eq!(option.program(), set("where", text).program(), "{text}");
    }
}

/// Columns of plugins, one of each type.
fn columns() -> ValueColumns {
    let columns = [
        ("a.wide", ValueType::Boolean),
        ("a.shift", ValueType::Signed),
        ("a.width", ValueType::Unsigned),
        ("b.ratio", ValueType::Float),
        ("b.format", ValueType::Text),
        ("b.id", ValueType::Bytes),
        ("b.made", ValueType::Timestamp),
    ];
    columns.into_iter().map(|(name, it)| (name.to_owned(), it)).collect()
}

fn of_columns(text: &str) -> Result<Expr, SyntaxError> {
    Expr::parse_with_columns(text, &clock(), &columns())
}

#[test]
fn columns_of_plugins_are_compared_by_the_type_of_their_values() {
    for (text, expected) in [
        ("a.width > 4000", "a.width > 4000"),
        (
            "A.Width in (1, 2) or not a.wide",
            "a.width in (1, 2) or not a.wide = true",
        ),
        ("a.wide = FALSE and (a.wide)", "a.wide = false and a.wide = true"),
        ("a.shift >= -5", "a.shift >= -5"),
        (
            "b.ratio < -1.5e-3 or b.ratio = 1e300",
            "b.ratio < -0.0015 or b.ratio = 1e300",
        ),
        ("b.format glob *.x", "b.format glob \"*.x\""),
        ("b.format != \"\"", "not b.format = \"\""),
        ("b.id = \"\\xff\\x00\"", "b.id = \"\\xff\\x00\""),
        ("b.made within 1d", "b.made >= 2027-01-14T08:00:00.000000000Z"),
        ("has(b.made) and has(a.shift)", "has(b.made) and has(a.shift)"),
        ("has(b.id) or has(a.wide)", "has(b.id) or has(a.wide)"),
        ("size > 1 and a.width = 1", "size > 1 and a.width = 1"),
    ] {
        let expr = of_columns(text).unwrap();
        assert_eq!(expr.to_string(), expected, "{text}");
        assert_eq!(of_columns(expected), Ok(expr.clone()), "{text}");
        let enter = Expr::All(Vec::new());
        let program = Program { hidden: false, enter, expr };
        assert_eq!(Program::decode(&program.encode()), Ok(program.clone()));
        assert!(Matcher::compile(&program).is_ok(), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_test_of_a_column_is_pointed_at() {
    for (text, column, message, hint) in [
        (
            "a.widthh > 1",
            0,
            "there is no field 'a.widthh'",
            "did you mean a.width?",
        ),
        (
            "c.other > 1",
            0,
            "there is no field",
            "the columns of plugins are a.wide, a.shift",
        ),
        ("colour > 1", 0, "there is no field", "links, width, height"),
        ("a.width > -1", 10, "expected a number", ""),
        ("a.width glob 1", 8, "a.width is compared otherwise", ""),
        ("a.wide > 1", 7, "a.wide is compared otherwise", ""),
        ("a.wide = 1", 9, "expected true or false", ""),
        ("a.shift = 1.5", 10, "expected a whole number", ""),
        ("b.ratio = nan", 10, "expected a number, such as", ""),
        ("b.format < x", 9, "b.format is compared otherwise", ""),
        ("b.format ~ \"(\"", 11, "unclosed group", ""),
        ("b.made > 7d", 9, "a duration is no point", "b.made within 7d"),
    ] {
        let error = of_columns(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.hint.contains(hint), "{text}: {error}");
    }
}

#[test]
fn a_filter_tests_at_most_sixteen_columns_of_a_kind() {
    let of = |value_type| -> ValueColumns {
        (0..20).map(|at| (format!("p.c{at}"), value_type)).collect()
    };
    let all = |count| {
        let test = |at| format!("has(p.c{at}) and has(p.c0)");
        (0..count).map(test).collect::<Vec<_>>().join(" and ")
    };
    for value_type in [ValueType::Float, ValueType::Bytes] {
        let parse = |count| {
            let columns = of(value_type);
            Expr::parse_with_columns(&all(count), &clock(), &columns)
        };
        assert!(parse(16).is_ok());
        let error = parse(17).unwrap_err();
        assert!(error.message.contains("at most 16 columns"), "{error}");
    }
}

#[test]
fn an_expression_of_columns_waits_until_they_are_known() {
    let option = FilterOption::named("where").unwrap();
    let expecting = clock().expecting_columns();
    let mut filter = Filter::default();
    filter.set(option, b"a.width > 10", &expecting).unwrap();
    filter.set(option, b"size > 1", &expecting).unwrap();
    filter.set(option, b"b.format = x or a.width = 1", &expecting).unwrap();
    assert!(filter.needs_columns() && !filter.is_empty());
    assert_eq!(filter.check(), Ok(()));
    let program = filter.program_with(&columns()).unwrap();
    let names: Vec<_> = program.slots().iter().map(|it| it.1).collect();
    assert_eq!(names, ["a.width", "b.format"]);
    assert_eq!(
        program.expression().to_string(),
        "not hidden and size > 1 and a.width > 10 and (b.format = \"x\" or \
         a.width = 1) and kind = file"
    );
    assert_eq!(filter.clone().and(filter.clone()), {
        let mut twice = filter.clone();
        twice.set(option, b"a.width > 10", &expecting).unwrap();
        twice.set(option, b"b.format = x or a.width = 1", &expecting).unwrap();
        twice.test(parse("size > 1"))
    });
    // Without plugins there are no columns.
    let why = filter.program().unwrap_err();
    assert_eq!(why.option, "where");
    assert!(why.why.contains("there is no field 'a.width'"), "{why}");
    assert!(why.why.contains("no plugin of this run has columns"), "{why}");
    // So do digests, which only some runs make.
    let mut digests = Filter::default();
    digests.set(option, b"hash glob \"ab*\"", &expecting).unwrap();
    let why = digests.program_with(&columns()).unwrap_err();
    assert!(why.why.contains("by sanchay hash"), "{why}");
    let program = digests.program_with(&columns().with_digest()).unwrap();
    assert!(!program.results().is_empty());
    let text = program.expression().to_string();
    assert!(text.contains("hash glob \"ab*\""), "{text}");
    // In either case: the expression has them as digests are printed.
    for (given, meant) in [
        ("hash = ABC", "hash = \"abc\""),
        ("hash in (ABC, \"dEf\")", "hash in (\"abc\", \"def\")"),
        ("hash != ABC", "not hash = \"abc\""),
        ("hash glob \"AB[C-F]*\"", "hash glob \"ab[c-f]*\""),
        ("hash ~ \"^AB\"", "hash ~ \"(?i)^AB\""),
        ("hash ~ \"(?i)^AB\"", "hash ~ \"(?i)^AB\""),
        ("hash ~ \"^ab\"", "hash ~ \"^ab\""),
    ] {
        let mut digests = Filter::default();
        digests.set(option, given.as_bytes(), &expecting).unwrap();
        let program = digests.program_with(&columns().with_digest()).unwrap();
        let text = program.expression().to_string();
        assert!(text.contains(meant), "{given}: {text}");
    }
    // What can be no column is refused at once, and all is where none can be.
    let mut other = Filter::default();
    assert!(other.set(option, b"sise > 1", &expecting).is_err());
    assert!(other.set(option, b"size > 1 and (", &expecting).is_err());
    assert!(other.set(option, b"*.rs", &expecting).is_err());
    assert!(other.set(option, b"a.b.c = 1", &expecting).is_err());
    assert!(other.set(option, b"a.width > 1", &clock()).is_err());
    assert!(other.is_empty());
}

fn set(option: &str, value: &str) -> Filter {
    let mut filter = Filter::default();
    let option = FilterOption::named(option).unwrap();
    filter.set(option, value.as_bytes(), &clock()).unwrap();
    filter
}

fn test() -> impl Strategy<Value = Expr> {
    let fields: Vec<&'static Field> = Field::all().collect();
    let field = prop::sample::select(fields);
    let bytes = prop::collection::vec(any::<u8>(), 0..6);
    let seconds = -62_167_219_200_i64..253_402_207_200;
    let values = (bytes, 0_u64..1 << 40, seconds, 0_u32..1_000_000_000);
    let values = prop::collection::vec(values, 1..4);
    (field, values, 0_usize..8).prop_map(|(field, values, operator)| {
        let operators: Vec<Operator> = Operator::ALL
            .into_iter()
            // Not all bytes are patterns.
            .filter(|it| field.value.takes(*it) && !it.is_pattern())
            .collect();
        let operator = operators[operator % operators.len()];
        let operand = |(bytes, number, seconds, nanoseconds)| match field.value
        {
            FieldType::Text | FieldType::Tag => Operand::Bytes(bytes),
            FieldType::Extension => {
                let mut bytes = bytes;
                bytes.retain(|it| !matches!(it, b'/' | 0));
                bytes.insert(0, b'x');
                Operand::Bytes(bytes)
            }
            FieldType::Size
            | FieldType::Number
            | FieldType::User
            | FieldType::Group
            | FieldType::Duration => Operand::Number(number),
            FieldType::Boolean | FieldType::Signed | FieldType::Float => {
                panic!("{} is no field but a column", field.name)
            }
            FieldType::Mode => Operand::Number(number % 0o10000),
            FieldType::Kind => {
                let bits = number % u64::from(KindSet::ALL.bits());
                Operand::Number(bits + 1)
            }
            FieldType::Flag => Operand::Number(1),
            FieldType::Time => {
                Operand::Time(Timestamp { seconds, nanoseconds })
            }
        };
        let mut operands: Vec<_> = values.into_iter().map(operand).collect();
        let one = operator != Operator::Equal
            || matches!(field.value, FieldType::Flag | FieldType::Kind);
        if one {
            operands.truncate(1);
        }
        // A list of times has no form.
        let operator = match field.value {
            FieldType::Time => Operator::Less,
            _ => operator,
        };
        if field.value == FieldType::Time {
            operands.truncate(1);
        }
        Expr::Test(Test { field: field.code, operator, operands })
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    test().prop_recursive(5, 30, 4, |part| {
        let parts = || prop::collection::vec(part.clone(), 2..4);
        prop_oneof![
            parts().prop_map(Expr::All),
            parts().prop_map(Expr::Any),
            part.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    })
}

/// A value as it is written, and the column that it is compared with.
fn of_column() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(&["=", "!=", "<", "<=", ">", ">="][..]);
    let text = prop::collection::vec(any::<u8>(), 0..12);
    let float = any::<f64>().prop_filter("finite", |it| it.is_finite());
    let seconds = -62_167_219_200_i64..253_402_207_200;
    let time = (seconds, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanoseconds)| Timestamp { seconds, nanoseconds });
    (sign, any::<u64>(), any::<i64>(), float, text, time, 0..6).prop_map(
        |(sign, number, signed, float, text, time, column)| {
            let bytes = text.iter().map(|it| format!("\\x{it:02x}"));
            let text: String = bytes.collect();
            match column {
                0 => format!("a.width {sign} {number}"),
                1 => format!("a.shift {sign} {signed}"),
                2 => format!("b.ratio {sign} {float}"),
                3 => format!("b.made {sign} {time}"),
                4 => format!("b.id in (\"{text}\", \"\")"),
                _ => format!("b.format != \"{text}\""),
            }
        },
    )
}

proptest! {
    #[test]
    fn tests_of_columns_are_printed_and_read_back(
        parts in prop::collection::vec(of_column(), 1..5),
    ) {
        let expr = of_columns(&parts.join(" or ")).unwrap();
        let text = expr.to_string();
        prop_assert_eq!(of_columns(&text), Ok(expr.clone()), "{}", text);
        let enter = Expr::All(Vec::new());
        let program = Program { hidden: true, enter, expr };
        prop_assert!(Matcher::compile(&program).is_ok());
        let bytes = program.encode();
        prop_assert_eq!(Program::decode(&bytes), Ok(program));
    }

    #[test]
    fn an_expression_that_is_printed_is_read_back_as_it_was(expr in expr()) {
        let text = expr.to_string();
        let back = Expr::parse(&text, &clock());
        prop_assert_eq!(back, Ok(expr), "{}", text);
    }

    #[test]
    fn any_text_is_an_expression_or_an_error_that_can_be_shown(
        text in "(size|name|not|and|or|in|[ ()=<>~\"a1,.\\\\-]|\\PC){0,20}",
    ) {
        match Expr::parse(&text, &clock()) {
            Ok(expr) => {
                let enter = Expr::All(Vec::new());
                let program = Program { hidden: true, enter, expr };
                prop_assert!(Matcher::compile(&program).is_ok());
                let bytes = program.encode();
                prop_assert_eq!(Program::decode(&bytes), Ok(program));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
