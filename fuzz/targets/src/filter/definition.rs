//! What a filter is, written down plainly: entry by entry and part by part.

pub(crate) mod columns;
mod glob;
mod patterns;
mod truth;

use sanchay_core::filter::{
    Columns, Expr, Matches, Operand, Operator, Program, ProgramFault, Test,
};
use sanchay_core::kind::{EntryKind, KindSet};

pub(crate) use self::truth::Entry;
use self::truth::{
    DEPTH, EMPTY, EXECUTABLE, EXTENSION, HIDDEN, KIND, MODE, NAME, Name,
    PARENT, PATH, READONLY, STEM, holds,
};

/// Why a program cannot be read or compiled.
pub(crate) fn fault(program: &Program) -> Option<ProgramFault> {
    let both = [&program.expr, &program.enter];
    let parts: usize = both.iter().map(|it| parts_and_operands(it)).sum();
    if both.iter().any(|it| depth(it) > 100)
        || parts > 10_000
        || program.encode().len() > 1 << 20
    {
        return Some(ProgramFault::TooLarge);
    }
    both.into_iter().find_map(misfit)
}

fn parts(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts,
        Expr::Not(part) => std::slice::from_ref(part),
        Expr::Test(_) => &[],
    }
}

fn depth(expr: &Expr) -> usize {
    parts(expr).iter().map(|part| depth(part) + 1).max().unwrap_or(0)
}

fn parts_and_operands(expr: &Expr) -> usize {
    let own = match expr {
        Expr::Test(test) => test.operands.len(),
        _ => 0,
    };
    1 + own + parts(expr).iter().map(parts_and_operands).sum::<usize>()
}

/// What is wrong with the first test that fits no field.
fn misfit(expr: &Expr) -> Option<ProgramFault> {
    let Expr::Test(test) = expr else {
        return parts(expr).iter().find_map(misfit);
    };
    let Test { field, operator, operands } = test;
    let bytes = || -> Option<Vec<&[u8]>> {
        let each = operands.iter().map(|operand| match operand {
            Operand::Bytes(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        each.collect()
    };
    let is_equal = *operator == Operator::Equal;
    let is_pattern = matches!(
        operator,
        Operator::Regex | Operator::Glob | Operator::GlobIgnoreCase
    );
    let is_of_bits = matches!(operator, Operator::AllBits | Operator::AnyBit);
    let is_ordered = !is_pattern && !is_of_bits;
    let fits = match *field {
        field if columns::is_slot(field) => fits_slot(test),
        EXTENSION => {
            let can_end = |bytes: &[u8]| {
                !bytes.is_empty()
                    && !bytes.iter().any(|it| matches!(it, b'/' | 0))
            };
            let all = bytes();
            is_equal && all.is_some_and(|all| all.into_iter().all(can_end))
        }
        field
            if matches!(field, NAME | PATH | STEM | PARENT)
                || columns::is_text(field) =>
        {
            bytes().is_some_and(|all| {
                is_equal || is_pattern && patterns::compile(*operator, &all)
            })
        }
        KIND => {
            let is_set = |operand: &Operand| match operand {
                Operand::Number(bits) => *bits < 128,
                _ => false,
            };
            is_equal && operands.iter().all(is_set)
        }
        HIDDEN | EMPTY | EXECUTABLE | READONLY => {
            is_equal && operands == &[Operand::Number(1)]
        }
        field if columns::is_time(field) => {
            let is_time = |it: &Operand| matches!(it, Operand::Time(_));
            is_ordered && operands.iter().all(is_time)
        }
        field if field == DEPTH || columns::bit(field).is_some() => {
            let is_number = |it: &Operand| matches!(it, Operand::Number(_));
            let takes = is_ordered || is_of_bits && field == MODE;
            takes && operands.iter().all(is_number)
        }
        _ => return Some(ProgramFault::Field),
    };
    (!fits).then_some(ProgramFault::Operand)
}

/// The types of the values in slots, by their numbers in programs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotType {
    Number,
    Text,
    Time,
}

/// What a test of a slot says of its values, and what it compares them with.
pub(super) fn slot(test: &Test) -> Option<(SlotType, &[Operand])> {
    let (Operand::Bytes(first), operands) = test.operands.split_first()?
    else {
        return None;
    };
    let (number, name) = first.split_first()?;
    str::from_utf8(name).ok()?;
    let slot_type = match number {
        0..=3 => SlotType::Number,
        4 | 5 => SlotType::Text,
        6 => SlotType::Time,
        _ => return None,
    };
    let is_for_texts = columns::is_text_slot(columns::bit(test.field)?);
    let fits = is_for_texts == (slot_type == SlotType::Text);
    fits.then_some((slot_type, operands))
}

/// Whether a test fits the slot that it is of.
fn fits_slot(test: &Test) -> bool {
    let Some((slot_type, operands)) = slot(test) else { return false };
    let operator = test.operator;
    let is_ordered = (operator as u8) < 5;
    match slot_type {
        SlotType::Number => {
            let is_number = |it: &Operand| matches!(it, Operand::Number(_));
            is_ordered && operands.iter().all(is_number)
        }
        SlotType::Time => {
            let is_time = |it: &Operand| matches!(it, Operand::Time(_));
            is_ordered && operands.iter().all(is_time)
        }
        SlotType::Text => {
            let each = operands.iter().map(|operand| match operand {
                Operand::Bytes(bytes) => Some(bytes.as_slice()),
                _ => None,
            });
            let all: Option<Vec<&[u8]>> = each.collect();
            all.is_some_and(|all| {
                operator == Operator::Equal
                    || (operator as u8) < 8
                        && !is_ordered
                        && patterns::compile(operator, &all)
            })
        }
    }
}

/// What must all be true of an entry.
fn outermost(program: &Program) -> &[Expr] {
    match &program.expr {
        Expr::All(parts) => parts,
        other => std::slice::from_ref(other),
    }
}

/// The columns that an expression tests.
fn tested(expr: &Expr) -> Columns {
    let own = match expr {
        Expr::Test(test) => columns::of(test.field),
        _ => Columns::default(),
    };
    parts(expr).iter().map(tested).fold(own, Columns::with)
}

/// Whether an expression waits for metadata.
fn waits(expr: &Expr) -> bool {
    tested(expr).bits() & !Columns::NAME.bits() != 0
}

/// What the second step has to know.
pub(crate) fn columns(program: &Program) -> Columns {
    outermost(program)
        .iter()
        .filter(|part| waits(part))
        .map(tested)
        .fold(Columns::default(), Columns::with)
}

/// Asserts that kinds are among those that may be wanted if an entry of which
/// nothing else is known may be; and that they alone are, unless something
/// with parts of its own is turned into its opposite, or something else than
/// the kind tells of what kind an entry is.
pub(crate) fn check_kinds(program: &Program, kinds: KindSet) {
    for kind in EntryKind::ALL {
        let entry = Entry { kind: Some(kind), ..Entry::default() };
        let may_be = holds(&program.expr, &entry) != Some(false);
        let is_vague =
            turns_parts(&program.expr) || tests_files(&program.expr);
        let is_right = match is_vague {
            true => kinds.has(kind) || !may_be,
            false => kinds.has(kind) == may_be,
        };
        assert!(is_right, "{kind} in {kinds:?} of {program:?}");
    }
}

fn turns_parts(expr: &Expr) -> bool {
    match expr {
        Expr::Not(part) => !matches!(**part, Expr::Test(_)),
        _ => parts(expr).iter().any(turns_parts),
    }
}

/// Whether something is tested that only regular files can be.
fn tests_files(expr: &Expr) -> bool {
    match expr {
        Expr::Test(test) => matches!(test.field, EMPTY | EXECUTABLE),
        _ => parts(expr).iter().any(tests_files),
    }
}

/// What the first step says: it looks at what tests names and kinds, or
/// nothing at all.
pub(crate) fn match_names(program: &Program, entries: &[Entry]) -> Matches {
    let mut matches = Matches::default();
    for (index, entry) in (0..).zip(entries) {
        if is_hidden(program, entry) {
            continue;
        }
        let is_rejected = outermost(program).iter().any(|part| {
            let looks = !waits(part) || tested(part).has(Columns::NAME);
            looks && holds(part, entry) == Some(false)
        });
        if !is_rejected {
            matches.entries.push(index);
        }
        let enters = [EntryKind::Directory, EntryKind::Unknown];
        if entry.kind.is_some_and(|kind| enters.contains(&kind))
            && holds(&program.enter, entry) != Some(false)
        {
            matches.directories.push(index);
        }
    }
    matches
}

/// What the second step says: it looks at what waits for metadata.
pub(crate) fn match_metadata(
    program: &Program,
    entries: &[Entry],
) -> Vec<u32> {
    let is_rejected = |entry: &Entry| {
        outermost(program)
            .iter()
            .any(|part| waits(part) && holds(part, entry) == Some(false))
    };
    (0..)
        .zip(entries)
        .filter(|(_, entry)| !is_rejected(entry))
        .map(|(index, _)| index)
        .collect()
}

/// Whether an entry of which all is known is wanted, or may be where its kind
/// is not known.
pub(crate) fn is_wanted(program: &Program, entry: &Entry) -> bool {
    !is_hidden(program, entry) && holds(&program.expr, entry) != Some(false)
}

fn is_hidden(program: &Program, entry: &Entry) -> bool {
    !program.hidden && entry.name.as_ref().is_some_and(Name::is_hidden)
}
