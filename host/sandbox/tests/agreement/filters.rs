//! Filters: any program, listing and metadata, natively and in the sandbox.

use std::sync::LazyLock;

use proptest::prelude::*;
use sanchay_core::batch::Batch;
use sanchay_core::filter::{
    Clock, Columns, ContentColumn, Entries, Expr, Field, Filter, Matcher,
    Matches, Operand, Operator, Program, ProgramError, ProgramFault, Test,
    ValueColumns,
};
use sanchay_core::kind::EntryKind;
use sanchay_core::time::Timestamp;
use sanchay_core::value::{Value, ValueType};
use sanchay_sandbox::{
    BatchError, Fault, FilterError, Inspector, Listing, Sandbox,
    SandboxOptions,
};

use crate::support::inspector;
use crate::{columns, programs};

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::new(SandboxOptions::default()).unwrap());

/// Compiles a program natively, from what crosses into the sandbox.
fn compile(program: &Program) -> Result<Matcher, ProgramError> {
    Matcher::compile(&Program::decode(&program.encode())?)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn filters_agree(
        program in programs::program(),
        (entries, numbers) in programs::entries().prop_flat_map(|entries| {
            let numbers = programs::numbers(entries.len());
            (Just(entries), numbers)
        }),
        directory in programs::directory(),
        some in programs::columns(),
        is_named: bool,
        spoil in prop::option::weighted(0.1, 0_usize..100),
    ) {
        let mut inspector = SANDBOX.inspector();
        let matcher = match (compile(&program), inspector.set_filter(&program)) {
            (Ok(matcher), Ok(())) => matcher,
            (Err(native), sandboxed) => {
                prop_assert_eq!(sandboxed, Err(FilterError::Program(native)));
                prop_assert_eq!(inspector.filter_columns(), Err(Fault::NoFilter));
                return Ok(());
            }
            (native, sandboxed) => panic!("{native:?} but {sandboxed:?}"),
        };
        prop_assert_eq!(inspector.filter_columns(), Ok(matcher.columns()));
        prop_assert_eq!(inspector.filter_kinds(), Ok(matcher.kinds()));

        let rows = entries.len();
        let (names, kinds): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
        let (names, ends) = columns(&names);
        let batch = Batch::new(&names, &ends).unwrap();
        let named = Entries::named(&directory, batch, &kinds).unwrap();
        let directory = directory.as_slice();
        let listing =
            Listing { directory, names: &names, ends: &ends, kinds: &kinds };
        let mut matches = Matches { entries: vec![7], directories: vec![7] };
        inspector.match_names(&listing, &mut matches).unwrap();
        prop_assert_eq!(matches, matcher.match_names(&named));

        // What it asks for; then anything, of entries that may have no names.
        let asked = matcher.columns();
        for (columns, is_named, spoil) in [
            (asked, asked.has(Columns::NAME), None),
            (some, is_named, spoil),
        ] {
            let mut numbers = numbers.of(columns);
            let mut rows = rows;
            match spoil {
                Some(0..20) => drop(numbers.pop()),
                Some(20..40) => numbers.push(0),
                Some(more @ 40..) => rows += more,
                None => {}
            }
            let mut wanted = vec![7];
            let listing = is_named.then_some(&listing);
            let answer = inspector.match_metadata(
                rows, listing, columns, &numbers, &mut wanted,
            );
            let named = is_named.then_some(named);
            let entries = Entries::measured(rows, named, columns, &numbers);
            let (expected, indices) = match entries {
                Ok(entries) => (Ok(()), matcher.match_metadata(&entries)),
                Err(error) => (Err(Fault::Batch(error)), Vec::new()),
            };
            prop_assert_eq!((answer, wanted), (expected, indices));
        }
    }
}

/// Values of the columns `p.n`, `p.s`, `p.f`, `p.t` and `p.at`.
fn values() -> impl Strategy<Value = [Option<Value>; 5]> {
    let number = prop_oneof![-3..3_i64, any::<i64>()];
    (number, "[ab\\x00]{0,20}", any::<[bool; 5]>()).prop_map(
        |(number, text, has)| {
            let time = Timestamp { seconds: number, nanoseconds: 1 };
            let all = [
                Value::Unsigned(number.cast_unsigned()),
                Value::Signed(number),
                Value::Float(if number < 0 { -0.5 } else { 0.5 }),
                Value::Text(text.into()),
                Value::Timestamp(time),
            ];
            let mut has = has.into_iter();
            all.map(|it| Some(it).filter(|_| has.next() == Some(true)))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn values_of_plugins_are_matched_alike(
        rows in prop::collection::vec(values(), 0..30),
        tests in prop::collection::vec(
            prop::sample::select(&[
                "p.n > 1", "p.n in (0, 1, 18446744073709551615)",
                "p.s >= -2", "not p.s = 0", "p.f < 0", "p.f = 0.5",
                "p.t = \"\"", "p.t ~ \"^a+b\"", "p.t glob \"*b\"",
                "p.t != a", "has(p.t)", "p.at after 1970-01-01",
                "has(p.at)", "size > 1", "name = a",
            ][..]),
            1..5,
        ),
        is_any: bool,
        known: u64,
        spoil in prop::option::weighted(0.2, 0_usize..3),
    ) {
        let types = [
            ("p.n", ValueType::Unsigned), ("p.s", ValueType::Signed),
            ("p.f", ValueType::Float), ("p.t", ValueType::Text),
            ("p.at", ValueType::Timestamp),
        ];
        let columns: ValueColumns =
            types.iter().map(|(name, it)| ((*name).to_owned(), *it)).collect();
        let text = tests.join(if is_any { " or " } else { " and " });
        let clock = Clock::utc(Timestamp::default());
        let expr = Expr::parse_with_columns(&text, &clock, &columns).unwrap();
        let program = of(false, expr);
        let matcher = compile(&program).unwrap();
        let mut inspector = SANDBOX.inspector();
        inspector.set_filter(&program).unwrap();
        prop_assert_eq!(inspector.filter_columns(), Ok(matcher.columns()));
        let slots = program.slots();
        let value = |entry: usize, column| {
            let ContentColumn::Slot(slot) = column else { return None };
            let name = slots.iter().find(|it| it.0 == slot)?.1;
            let at = types.iter().position(|it| it.0 == name)?;
            rows[entry][at].as_ref()
        };
        // Some of what it asks for, and what it does not ask for.
        let known = Columns::from_bits(known).of_contents();
        let asked = matcher.columns().of_contents();
        for columns in [asked, known] {
            let mut numbers = Vec::new();
            columns.push_contents(rows.len(), &value, &mut numbers);
            match spoil {
                Some(0) => drop(numbers.pop()),
                Some(1) => numbers.push(u64::MAX),
                Some(_) => numbers.fill(7),
                None => {}
            }
            let count = rows.len();
            let mut wanted = vec![7];
            let answer = inspector.match_metadata(
                count, None, columns, &numbers, &mut wanted,
            );
            let entries = Entries::measured(count, None, columns, &numbers);
            let (expected, indices) = match entries {
                Ok(entries) => (Ok(()), matcher.match_metadata(&entries)),
                Err(error) => (Err(Fault::Batch(error)), Vec::new()),
            };
            prop_assert_eq!((answer, wanted), (expected, indices));
        }
    }
}

#[test]
fn entries_of_every_kind_are_matched_alike() {
    let every = [&EntryKind::ALL[..], &[EntryKind::Unknown]].concat();
    let names = "a.x".repeat(every.len());
    let ends: Vec<u32> = (1..).map(|it| it * 3).take(every.len()).collect();
    let listing = Listing {
        directory: b"",
        names: names.as_bytes(),
        ends: &ends,
        kinds: &every,
    };
    let mut inspector = inspector();
    let mut matches = Matches::default();
    for set in 0..128 {
        let kinds =
            Expr::test(Field::KIND, Operator::Equal, Operand::Number(set));
        let program = of(false, kinds);
        inspector.set_filter(&program).unwrap();
        let kinds = inspector.filter_kinds().unwrap();
        assert_eq!(u64::from(kinds.bits()), set);
        inspector.match_names(&listing, &mut matches).unwrap();
        // Whose kind is not known may be of any.
        let expected: Vec<u32> =
            (0..8).filter(|it| *it == 7 || set >> it & 1 != 0).collect();
        assert_eq!(matches.entries, expected);
        assert_eq!(matches.directories, [1, 7]);
    }
}

#[test]
fn directories_are_entered_by_an_expression_of_their_own() {
    let clock = Clock::utc(Timestamp::default());
    let expr = |text: &str| Expr::parse(text, &clock).unwrap();
    let kinds = [
        EntryKind::Directory,
        EntryKind::Directory,
        EntryKind::Unknown,
        EntryKind::File,
    ];
    let listing = |directory| Listing {
        directory,
        names: b"a.git.cd",
        ends: &[1, 5, 7, 8],
        kinds: &kinds,
    };
    let mut inspector = inspector();
    let mut matches = Matches::default();
    for (enter, wanted, of_root, below) in [
        ("everything", "nothing", [0, 1, 2].as_slice(), [0, 1, 2].as_slice()),
        ("nothing", "everything", &[], &[]),
        ("not name glob .g*", "everything", &[0, 2], &[0, 2]),
        ("path = x/y/a", "path = a", &[], &[0]),
        ("parent = \"x/y\" or name = a", "parent = x", &[0], &[0, 1, 2]),
        ("depth < 3", "depth = 3", &[0, 1, 2], &[]),
        ("path glob \"{*,x/**}\" and hidden", "hidden", &[1, 2], &[1, 2]),
        // What is not known yet may be.
        ("size > 5 and name = a", "nothing", &[0], &[0]),
        ("kind = file", "nothing", &[2], &[2]),
    ] {
        let (enter, wanted) = (expr(enter), expr(wanted));
        let program = Program { hidden: true, enter, expr: wanted };
        inspector.set_filter(&program).unwrap();
        for (directory, expected) in [(&b""[..], of_root), (b"x/y/", below)] {
            let listing = listing(directory);
            inspector.match_names(&listing, &mut matches).unwrap();
            assert_eq!(matches.directories, expected, "{program:?}");
        }
    }
}

#[test]
fn a_path_is_that_below_the_root() {
    let clock = Clock::utc(Timestamp::default());
    let mut inspector = inspector();
    let (mut matches, mut wanted) = (Matches::default(), Vec::new());
    for (text, expected) in [
        ("path = \"x/\\xff/a.b.c\"", true),
        ("path = a.b.c", false),
        ("parent = \"x/\\xff\"", true),
        ("parent = \"x/\\xff/\"", false),
        ("stem = a.b", true),
        ("depth = 3", true),
        ("path ~ \"^x/.*c$\"", false),
        ("path ~ \"(?s-u)^x/.*c$\"", true),
        ("path glob x/?/*", true),
        ("path iglob **/A.*", true),
        ("path glob *", false),
    ] {
        // By its metadata, too.
        let expr = Expr::parse(text, &clock).unwrap();
        let late = Expr::parse("uid = 1", &clock).unwrap();
        let late = Expr::Any(vec![late, expr.clone()]);
        let listing = Listing {
            directory: b"x/\xff/",
            names: b"a.b.c",
            ends: &[5],
            kinds: &[EntryKind::File],
        };
        inspector.set_filter(&of(false, expr)).unwrap();
        inspector.match_names(&listing, &mut matches).unwrap();
        assert_eq!(!matches.entries.is_empty(), expected, "{text}");
        inspector.set_filter(&of(false, late)).unwrap();
        let columns = Columns::UID.with(Columns::NAME);
        assert_eq!(inspector.filter_columns(), Ok(columns));
        let listing = Some(&listing);
        inspector
            .match_metadata(1, listing, columns, &[0], &mut wanted)
            .unwrap();
        assert_eq!(!wanted.is_empty(), expected, "{text}");
    }
}

/// Enters every directory.
fn of(hidden: bool, expr: Expr) -> Program {
    Program { hidden, enter: Expr::All(Vec::new()), expr }
}

/// Wants whatever is not hidden.
fn everything() -> Program {
    of(false, Expr::All(Vec::new()))
}

#[test]
fn a_filter_that_cannot_be_leaves_the_one_that_was_set() {
    let mut inspector = inspector();
    let (mut matches, mut out) = (Matches::default(), Vec::new());
    let listing = Listing {
        directory: b"",
        names: b"a",
        ends: &[1],
        kinds: &[EntryKind::File],
    };
    assert_eq!(inspector.filter_columns(), Err(Fault::NoFilter));
    assert_eq!(inspector.filter_kinds(), Err(Fault::NoFilter));
    assert_eq!(
        inspector.match_names(&listing, &mut matches),
        Err(Fault::NoFilter),
    );
    let sizes =
        |inspector: &mut Inspector, values: &[u64], out: &mut Vec<u32>| {
            let (rows, columns) = (values.len(), Columns::SIZE);
            inspector.match_metadata(rows, None, columns, values, out)
        };
    assert_eq!(sizes(&mut inspector, &[1], &mut out), Err(Fault::NoFilter));
    let wanted = Filter::default().max_size(10).program().unwrap();
    inspector.set_filter(&wanted).unwrap();
    for (program, fault) in impossible() {
        let refused = inspector.set_filter(&program);
        let native = compile(&program).unwrap_err();
        assert_eq!(native.fault, fault);
        assert_eq!(refused, Err(FilterError::Program(native)));
        sizes(&mut inspector, &[1, 11, 2], &mut out).unwrap();
        assert_eq!(out, [0, 2]);
        inspector.match_names(&listing, &mut matches).unwrap();
        assert_eq!(matches.entries, [0]);
        assert_eq!(inspector.filter_columns(), Ok(Columns::SIZE));
    }
}

/// The field of the name.
fn name() -> &'static Field {
    Field::named("name").unwrap()
}

/// Programs that cannot be, and what is wrong with each.
fn impossible() -> Vec<(Program, ProgramFault)> {
    let test = |field: &Field, operator, operand| {
        Expr::test(field, operator, operand)
    };
    let bytes = |it: &[u8]| Operand::Bytes(it.to_vec());
    let number = Operand::Number;
    let equal = Operator::Equal;
    let field =
        Expr::Test(Test { field: 0, operator: equal, operands: vec![] });
    let (operand, too_large) = (ProgramFault::Operand, ProgramFault::TooLarge);
    let mut deep = Expr::All(Vec::new());
    for _ in 0..101 {
        deep = Expr::Not(Box::new(deep));
    }
    let wide = |count| Expr::Any(vec![Expr::All(Vec::new()); count]);
    let long = test(Field::EXTENSION, equal, bytes(&[b'a'; 1 << 20]));
    [
        (field, ProgramFault::Field),
        (test(Field::EXTENSION, equal, bytes(b"")), operand),
        (test(Field::EXTENSION, equal, bytes(b"c/d")), operand),
        (test(Field::EXTENSION, equal, bytes(b"a\0")), operand),
        (test(Field::EXTENSION, Operator::Less, bytes(b"a")), operand),
        (test(Field::SIZE, equal, bytes(b"a")), operand),
        (test(Field::MODIFIED, equal, number(1)), operand),
        (test(Field::KIND, equal, number(128)), operand),
        (test(Field::KIND, equal, number(1 << 32)), operand),
        (test(Field::KIND, Operator::Greater, number(1)), operand),
        (test(Field::SIZE, Operator::Glob, number(1)), operand),
        (test(Field::MODIFIED, Operator::Regex, bytes(b"a")), operand),
        (test(Field::HIDDEN, equal, number(0)), operand),
        (test(Field::HIDDEN, Operator::Less, number(1)), operand),
        (test(name(), Operator::Less, bytes(b"a")), operand),
        (test(name(), equal, number(1)), operand),
        (test(name(), Operator::Regex, bytes(b"(")), operand),
        (test(name(), Operator::Regex, bytes(b"\xff")), operand),
        (test(name(), Operator::Glob, bytes(b"{a")), operand),
        (test(name(), Operator::GlobIgnoreCase, bytes(b"[a")), operand),
        (deep, too_large),
        (wide(9_999), too_large),
        (long, too_large),
    ]
    .into_iter()
    .map(|(expr, fault)| (of(true, expr), fault))
    .collect()
}

#[test]
fn the_largest_programs_are_compiled_in_the_sandbox_too() {
    let mut deep = Expr::All(Vec::new());
    for _ in 0..100 {
        deep = Expr::Not(Box::new(deep));
    }
    let wide = Expr::Any(vec![Expr::All(Vec::new()); 9_998]);
    let long = vec![Operand::Bytes(vec![b'a'; (1 << 20) - 19])];
    let (field, operator) = (Field::EXTENSION.code, Operator::Equal);
    let long = Expr::Test(Test { field, operator, operands: long });
    let mut inspector = inspector();
    let mut matches = Matches::default();
    let listing = Listing {
        directory: b"",
        names: b"a",
        ends: &[1],
        kinds: &[EntryKind::File],
    };
    for (expr, is_wanted) in [(deep, true), (wide, true), (long, false)] {
        inspector.set_filter(&of(true, expr)).unwrap();
        inspector.match_names(&listing, &mut matches).unwrap();
        assert_eq!(!matches.entries.is_empty(), is_wanted);
    }
}

#[test]
fn entries_that_the_sandbox_cannot_hold_are_a_fault() {
    let mut inspector = inspector();
    inspector.set_filter(&everything()).unwrap();
    let mut out = vec![7];
    let none = Columns::default();
    let answer = inspector.match_metadata(1 << 30, None, none, &[], &mut out);
    assert!(matches!(answer, Err(Fault::MemoryRefused { .. })), "{answer:?}");
    assert!(out.is_empty());
    inspector.match_metadata(2, None, none, &[], &mut out).unwrap();
    assert_eq!(out, [0, 1]);
}

#[test]
fn columns_that_do_not_fit_are_refused_and_the_filter_stays() {
    let mut inspector = inspector();
    inspector.set_filter(&everything()).unwrap();
    let kinds = [EntryKind::File; 2];
    let listing =
        Listing { directory: b"", names: b"ab", ends: &[1, 2], kinds: &kinds };
    let short = Listing { kinds: &[], ..listing };
    let wrong = |len| Err(Fault::Batch(BatchError::ColumnLength(len)));
    let mut out = Matches { entries: vec![1], directories: vec![1] };
    assert_eq!(inspector.match_names(&short, &mut out), wrong(0));
    assert_eq!(out, Matches::default());
    let size = Columns::SIZE;
    for (rows, listing, columns, values, len) in [
        (2, Some(&short), size, &[1, 2][..], 0),
        (3, Some(&listing), size, &[1, 2, 3], 2),
        (2, None, size, &[1], 1),
        (2, None, Columns::MODIFIED, &[1, 2], 2),
        (2, None, Columns::from_bits(1 << 40), &[1, 2], 2),
        (u32::MAX as usize, None, Columns::MODIFIED, &[], 0),
        (usize::MAX, None, Columns::default(), &[], u32::MAX),
    ] {
        let mut out = vec![1];
        let answer =
            inspector.match_metadata(rows, listing, columns, values, &mut out);
        assert_eq!(answer, wrong(len));
        assert!(out.is_empty());
    }
    inspector.match_names(&listing, &mut out).unwrap();
    assert_eq!(out.entries, [0, 1]);
}
