//! Components that do their worst: each costs one fault, never a hang, a
//! crash or a wrong answer, and the inspector goes on.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sanchay_core::filter::{Expr, Field, Operand, Operator};
use sanchay_sandbox::{
    Algorithm, Checklist, Columns, ContentKind, EntryKind, Fault, FilterError,
    IgnoreError, IgnoreFile, Inspector, KindSet, Listing, Matches, Place,
    Program, Sandbox, Separator, TreeError,
};
use support::{guest, inspector_of, tight};

fn digest(inspector: &mut Inspector, data: &[u8]) -> Result<String, Fault> {
    let digest = inspector.digest(Algorithm::Xxh64, data)?;
    Ok(digest.to_string())
}

fn parse(inspector: &mut Inspector, text: &[u8]) -> Result<Checklist, Fault> {
    inspector.parse_checklist(text, None, Separator::Undecided)
}

/// The obedient guest's only digest.
const ZEROS: &str = "0000000000000000";

/// This process's peak of memory, in KiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn an_endless_loop_exhausts_its_budget_and_not_the_program() {
    let mut inspector = inspector_of("endless_loop");
    let began = Instant::now();
    let fault = digest(&mut inspector, b"!").unwrap_err();
    let took = began.elapsed();
    let budget = Duration::from_millis(150);
    assert_eq!(fault, Fault::BudgetExhausted { budget });
    assert!(took >= budget, "{took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
}

#[test]
fn every_call_has_a_budget_of_its_own() {
    let mut inspector = inspector_of("endless_loop");
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(400) {
        assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
    }
}

#[test]
fn a_memory_grab_is_refused_and_the_memory_is_given_back() {
    let before = peak_memory();
    let mut inspector = inspector_of("memory_grab");
    for _ in 0..20 {
        match digest(&mut inspector, b"!").unwrap_err() {
            Fault::MemoryRefused { asked, ceiling } => {
                assert_eq!(ceiling, 16 << 20);
                assert!(asked > ceiling);
            }
            fault => panic!("{fault:?}"),
        }
    }
    let grown = peak_memory() - before;
    assert!(grown < 256 << 10, "grew by {grown} KiB");
}

#[test]
fn a_component_that_can_do_with_less_memory_goes_on() {
    let mut inspector = inspector_of("memory_grab");
    assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
    assert_eq!(digest(&mut inspector, b"b"), Ok(ZEROS.into()));
}

#[test]
fn an_initial_memory_above_the_ceiling_is_refused() {
    let mut inspector = inspector_of("big_from_the_start");
    let fault = digest(&mut inspector, b"a").unwrap_err();
    let expected = Fault::MemoryRefused { asked: 1 << 30, ceiling: 16 << 20 };
    assert_eq!(fault, expected);
}

#[test]
fn every_kind_of_crash_is_a_fault_that_names_it() {
    let mut inspector = inspector_of("trap");
    for (data, part) in [
        (b"!u", "unreachable"),
        (b"!m", "out of bounds memory"),
        (b"!g", "out of bounds memory"),
        (b"!d", "divide by zero"),
        (b"!c", "out of bounds table"),
    ] {
        match digest(&mut inspector, data).unwrap_err() {
            Fault::Trapped { message } => {
                assert!(message.contains(part), "{message}");
            }
            fault => panic!("{fault:?}"),
        }
        assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
    }
}

#[test]
fn endless_recursion_exhausts_the_stack_of_the_component_only() {
    // The size of rayon's threads.
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let recurse = || {
        let mut inspector = inspector_of("deep_recursion");
        let stack = 256 << 10;
        assert_eq!(
            digest(&mut inspector, b"!"),
            Err(Fault::StackExhausted { stack }),
        );
        assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
    };
    thread.spawn(recurse).unwrap().join().unwrap();
}

#[test]
fn memory_that_cannot_be_given_out_is_a_fault() {
    for name in
        ["realloc_out_of_bounds", "realloc_past_the_end", "realloc_misaligned"]
    {
        let mut inspector = inspector_of(name);
        let mut digests = Vec::new();
        for _ in 0..2 {
            let answer = inspector.digest_batch(
                Algorithm::Xxh64,
                b"some data",
                &[4, 9],
                &mut digests,
            );
            assert!(
                matches!(answer, Err(Fault::ContractViolation(_))),
                "{name}: {answer:?}",
            );
        }
    }
}

#[test]
fn memory_to_pour_into_that_cannot_be_given_out_is_a_fault() {
    for name in
        ["realloc_out_of_bounds", "realloc_past_the_end", "realloc_endless"]
    {
        let mut inspector = inspector_of(name);
        inspector.begin(Algorithm::Xxh64).unwrap();
        let mut poured = false;
        let answer = inspector.update_with(9, &mut |space| {
            poured = true;
            space.len()
        });
        assert!(answer.is_err(), "{name}: {answer:?}");
        assert!(!poured, "{name}");
    }
}

#[test]
fn the_time_that_pouring_takes_is_not_the_component_s() {
    let mut inspector = inspector_of("obedient");
    inspector.begin(Algorithm::Xxh64).unwrap();
    let slowly = &mut |space: &mut [u8]| {
        std::thread::sleep(Duration::from_millis(400));
        space.fill(b'x');
        // It claims more than there was room for.
        space.len() + 1
    };
    assert_eq!(inspector.update_with(9, slowly), Ok(9));
    assert!(inspector.finish().is_ok());
}

#[test]
fn giving_out_memory_has_a_budget_too() {
    let mut inspector = inspector_of("realloc_endless");
    let budget = Duration::from_millis(150);
    let fault = digest(&mut inspector, b"a").unwrap_err();
    assert_eq!(fault, Fault::BudgetExhausted { budget });
}

/// Asserts that a call is caught lying.
fn lie<T: std::fmt::Debug>(about: &str, answer: Result<T, Fault>) {
    assert!(
        matches!(answer, Err(Fault::ContractViolation(_))),
        "{about}: {answer:?}"
    );
}

#[test]
fn digests_that_cannot_be_are_never_returned() {
    let mut inspector = inspector_of("liar");
    for data in ["s", "l", "o", "n", "h", "p"] {
        lie(data, digest(&mut inspector, data.as_bytes()));
        assert_eq!(digest(&mut inspector, b"-"), Ok(ZEROS.into()));
    }
    let mut out = Vec::new();
    let algorithm = Algorithm::Xxh64;
    lie("batch", inspector.digest_batch(algorithm, b"ab", &[1, 2], &mut out));
    assert!(out.is_empty());
    lie("partial", inspector.partial(b"a", b"a", 5));
    inspector.begin(algorithm).unwrap();
    inspector.update(b"abc").unwrap();
    lie("finish", inspector.finish());
}

#[test]
fn kinds_of_content_that_cannot_be_are_never_returned() {
    let mut inspector = inspector_of("liar");
    let mut classify = |head: &[u8]| {
        let mut kinds = vec![ContentKind::Text];
        let mut fill = |space: &mut [u8], ends: &mut Vec<u32>| {
            space[..head.len()].copy_from_slice(head);
            ends.push(head.len() as u32);
            head.len()
        };
        let room = head.len();
        let answer = inspector.classify_with(room, &mut fill, &mut kinds);
        answer.map(|()| kinds)
    };
    for head in ["m", "k"] {
        lie(head, classify(head.as_bytes()));
        assert_eq!(classify(b"-"), Ok(vec![ContentKind::Empty]));
    }
}

/// What may be two directories; the first name has the lie.
fn listing(names: &str) -> Listing<'_> {
    let kinds = &[EntryKind::Directory, EntryKind::Unknown];
    Listing { directory: b"", names: names.as_bytes(), ends: &[1, 2], kinds }
}

/// A program whose twentieth byte has the lie.
fn program(lie: &str) -> Program {
    let extension = Operand::Bytes(lie.into());
    let expr = Expr::test(Field::EXTENSION, Operator::Equal, extension);
    let enter = Expr::All(Vec::new());
    let program = Program { hidden: false, enter, expr };
    assert_eq!(program.encode().get(19), lie.as_bytes().first());
    program
}

fn set_filter(inspector: &mut Inspector, lie: &str) -> Result<(), Fault> {
    inspector.set_filter(&program(lie)).map_err(|error| match error {
        FilterError::Fault(fault) => fault,
        error => panic!("{error:?}"),
    })
}

/// How a filter can be one that cannot be.
const FILTER_LIES: [&str; 6] = ["h", "f", "r", "c", "C", "k"];

#[test]
fn a_filter_that_cannot_be_is_never_set() {
    let mut inspector = inspector_of("liar");
    let mut out = Matches::default();
    for first in FILTER_LIES {
        lie(first, set_filter(&mut inspector, first));
        assert_eq!(inspector.filter_columns(), Err(Fault::NoFilter));
        let answer = inspector.match_names(&listing("xx"), &mut out);
        assert_eq!(answer, Err(Fault::NoFilter));
    }
    set_filter(&mut inspector, "x").unwrap();
    let all = Columns::SIZE.with(Columns::MODIFIED).with(Columns::NAME);
    for first in FILTER_LIES {
        lie(first, set_filter(&mut inspector, first));
        // The one that was set before stays, in the fresh instance.
        assert_eq!(inspector.filter_columns(), Ok(all));
        assert_eq!(inspector.filter_kinds(), Ok(KindSet::ALL));
        inspector.match_names(&listing("xx"), &mut out).unwrap();
        assert_eq!(out.entries, [0, 1]);
    }
}

#[test]
fn matches_that_cannot_be_are_never_returned() {
    let mut inspector = inspector_of("liar");
    set_filter(&mut inspector, "x").unwrap();
    let of_entries = ["o", "d", "t", "m", "a", "n", "e", "r"];
    let of_directories = ["O", "D", "T", "M", "A", "N"];
    let both = || Matches { entries: vec![0, 1], directories: vec![0, 1] };
    for first in of_entries.iter().chain(&of_directories) {
        let mut out = both();
        let names = format!("{first}x");
        lie(first, inspector.match_names(&listing(&names), &mut out));
        assert_eq!(out, Matches::default());

        // The filter was set again in the fresh instance.
        inspector.match_names(&listing("xx"), &mut out).unwrap();
        assert_eq!(out, both());
    }
    for kind in EntryKind::ALL {
        let mut out = both();
        let kinds = &[EntryKind::Directory, kind];
        let listing = Listing { kinds, ..listing("xx") };
        let answer = inspector.match_names(&listing, &mut out);
        if kind == EntryKind::Directory {
            assert_eq!((answer, out), (Ok(()), both()));
            continue;
        }
        lie("no directory", answer);
        assert_eq!(out, Matches::default());
    }
    for first in of_entries {
        let mut out = vec![9];
        let mut sizes = |size: u64, out: &mut Vec<u32>| {
            let sizes = [size, 0];
            inspector.match_metadata(2, None, Columns::SIZE, &sizes, out)
        };
        lie(first, sizes(first.as_bytes()[0].into(), &mut out));
        assert!(out.is_empty());
        sizes(0, &mut out).unwrap();
        assert_eq!(out, [0, 1]);
    }
}

#[test]
fn ignore_rules_that_cannot_be_are_never_used() {
    let mut inspector = inspector_of("liar");
    set_filter(&mut inspector, "x").unwrap();
    let file = |text: &str| {
        let place = Place::Below(Vec::new());
        Arc::new(IgnoreFile::new(PathBuf::new(), text.into(), place))
    };
    let fault = |error| match error {
        IgnoreError::Fault(fault) => fault,
        error => panic!("{error:?}"),
    };
    let sound = file("x");
    for first in ["h", "f", "r"] {
        lie(first, inspector.add_rules(&file(first)).map_err(fault));
        inspector.add_rules(&sound).unwrap();
    }
    let of_entries = ["o", "d", "t", "m", "a", "n", "e", "r", "c"];
    let of_directories = ["O", "D", "T", "M", "A", "N"];
    let files = [sound, file("y")];
    for first in of_entries.iter().chain(&of_directories) {
        let mut out = Matches { entries: vec![0], directories: vec![1] };
        let names = format!("{first}x");
        let answer = inspector
            .match_names_ignoring(&listing(&names), &files, &mut out)
            .map_err(fault);
        lie(first, answer);
        assert_eq!(out, Matches::default());
        // Filter and rules were set again in the fresh instance.
        inspector
            .match_names_ignoring(&listing("xx"), &files, &mut out)
            .unwrap();
        assert_eq!(out.entries, [0, 1]);
    }
}

#[test]
fn checksum_entries_that_cannot_be_are_never_returned() {
    let mut inspector = inspector_of("liar");
    for first in ["l", "n", "e", "z", "d", "m"] {
        let text = format!("{first}\nb");
        lie(first, parse(&mut inspector, text.as_bytes()));
        let list = parse(&mut inspector, b"a\nb").unwrap();
        assert_eq!(list.entries.len(), 1);
    }
}

#[test]
fn an_answer_that_swells_outside_the_sandbox_is_refused() {
    let before = peak_memory();
    let mut inspector = inspector_of("answer_bomb");
    let fault = parse(&mut inspector, &[b'\n'; 9000]).unwrap_err();
    assert!(matches!(fault, Fault::AnswerTooLarge { .. }), "{fault:?}");
    let grown = peak_memory() - before;
    assert!(grown < 256 << 10, "grew by {grown} KiB");
}

#[test]
fn handles_tables_and_memories_are_limited() {
    for name in ["handle_flood", "table_grab"] {
        let mut inspector = inspector_of(name);
        let fault = digest(&mut inspector, b"!").unwrap_err();
        assert!(
            matches!(
                fault,
                Fault::Trapped { .. } | Fault::ContractViolation(_)
            ),
            "{name}: {fault:?}",
        );
        assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
    }
    let fault = digest(&mut inspector_of("two_memories"), b"a").unwrap_err();
    assert!(matches!(fault, Fault::Setup(_)), "{fault:?}");
}

#[test]
fn a_handle_that_was_never_made_is_a_fault() {
    let mut inspector = inspector_of("no_such_handle");
    lie("handle", inspector.begin(Algorithm::Xxh64));
    assert_eq!(digest(&mut inspector, b"a"), Ok(ZEROS.into()));
}

#[test]
fn a_stream_that_was_lost_says_so_and_never_gives_a_digest() {
    let mut inspector = inspector_of("trap");
    inspector.begin(Algorithm::Xxh64).unwrap();
    inspector.update(b"before").unwrap();
    digest(&mut inspector, b"!u").unwrap_err();
    assert_eq!(inspector.update(b"after"), Err(Fault::StreamLost));
    assert_eq!(inspector.finish(), Err(Fault::StreamLost));
    assert_eq!(inspector.finish(), Err(Fault::NoStream));
    inspector.begin(Algorithm::Xxh64).unwrap();
    inspector.update(b"again").unwrap();
    assert!(inspector.finish().is_ok());
}

#[test]
fn a_component_that_imports_is_refused_by_the_name_of_its_import() {
    let answer = Sandbox::from_component(&guest("unexpected_import"), tight());
    match answer {
        Err(Fault::Setup(why)) => {
            assert!(why.contains("wasi:clocks/monotonic-clock"), "{why}");
        }
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn a_component_that_lacks_an_export_is_refused_by_its_name() {
    let answer = Sandbox::from_component(&guest("exports_nothing"), tight());
    match answer {
        Err(Fault::Setup(why)) => assert!(why.contains("hashing"), "{why}"),
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn what_is_not_a_component_is_refused() {
    for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0", b"junk"] {
        let answer = Sandbox::from_component(bytes, tight());
        assert!(matches!(answer, Err(Fault::Setup(_))), "{answer:?}");
    }
}

#[test]
fn values_that_cannot_be_joined_are_a_fault() {
    // The obedient guest has nothing to join.
    let mut inspector = inspector_of("obedient");
    lie("a node", inspector.join(&[0; 32], &[1; 32], true));
    let answer = inspector.piece_with(8, 0, &mut |space| space.len());
    assert_eq!(answer, Ok((8, Err(TreeError::EmptyPiece))));
}
