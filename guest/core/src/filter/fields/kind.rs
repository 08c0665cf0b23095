//! What an entry is: `--kind directory`, `--kind executable`.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::flags::{EMPTY, EXECUTABLE};
use super::{Field, FieldType};
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::filter::options::{FilterOption, Repeat};
use crate::kind::{EntryKind, KindSet};

const OPTION: FilterOption = FilterOption {
    name: "kind",
    short: None,
    value_name: "KIND",
    help: "Entries of KIND rather than regular files: file, directory, \
           symlink, fifo, socket, block-device, char-device; or regular \
           files that are empty or executable; may be given more than once, \
           and several as a,b",
    long_help: "Of several kinds, an entry is of one; empty and executable \
                must be true as well: file,empty means empty files. Only \
                regular files can be hashed or compared: there, KIND must \
                include file, and others are left out.",
    repeat: Repeat::Kind,
    parse: |text, _| {
        let text = str::from_utf8(text).map_err(|_| expected())?;
        let mut expr = Expr::All(Vec::new());
        for word in text.split(',') {
            merge(&mut expr, one(word).ok_or_else(expected)?);
        }
        Ok(expr)
    },
};

/// The flags that stand among the kinds.
const FLAGS: [&Field; 2] = [&EMPTY, &EXECUTABLE];

/// The test that a word means.
fn one(word: &str) -> Option<Expr> {
    let is_named = |flag: &&&Field| flag.name.eq_ignore_ascii_case(word);
    if let Some(flag) = FLAGS.iter().find(is_named) {
        return Some(Expr::flag(flag));
    }
    let bits = KindSet::default().with(EntryKind::named(word)?).bits();
    let operand = Operand::Number(bits.into());
    Some(Expr::test(&FIELD, Operator::Equal, operand))
}

/// Adds what another value of the option means: one of the kinds must do, and
/// all of the flags must be true.
pub(in crate::filter) fn merge(given: &mut Expr, more: Expr) {
    let taken = core::mem::replace(given, Expr::All(Vec::new()));
    let mut kinds: Option<KindSet> = None;
    let mut flags = Vec::new();
    for part in parts(taken).into_iter().chain(parts(more)) {
        match &part {
            Expr::Test(test) if test.kinds().is_some() => {
                let more = test.kinds().unwrap_or_default();
                kinds = Some(kinds.unwrap_or_default().or(more));
            }
            _ if flags.contains(&part) => {}
            _ => flags.push(part),
        }
    }
    let kinds = kinds.map(|set| {
        let bits = Operand::Number(set.bits().into());
        Expr::test(&FIELD, Operator::Equal, bits)
    });
    let mut all: Vec<Expr> = kinds.into_iter().chain(flags).collect();
    *given = match (all.len(), all.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            all.extend(last);
            Expr::All(all)
        }
    };
}

fn parts(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::All(parts) => parts,
        other => vec![other],
    }
}

pub(super) const OPTIONS: &[FilterOption] = &[OPTION];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 4,
    name: "kind",
    value: FieldType::Kind,
    compile: |operator, operands| {
        let set = set(operands)?;
        (operator == Operator::Equal)
            .then(|| Box::new(Kind(set)) as Box<dyn Predicate>)
    },
};

fn expected() -> String {
    let mut words = String::from("expected one of ");
    let kinds = EntryKind::ALL.map(EntryKind::name).into_iter();
    let words_of_all = kinds.chain(FLAGS.map(|flag| flag.name));
    for (index, word) in words_of_all.enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        words += &format!("{comma}{word}");
    }
    words
}

/// The kinds that operands stand for: sets, by their bits.
pub(super) fn set(operands: &[Operand]) -> Option<KindSet> {
    operands.iter().try_fold(KindSet::default(), |set, operand| {
        let bits = u8::try_from(operand.number()?).ok()?;
        Some(set.or(KindSet::from_bits(bits)?))
    })
}

/// Whether an entry is of one of some kinds.
#[derive(Debug)]
struct Kind(KindSet);

impl Predicate for Kind {
    fn columns(&self) -> Columns {
        Columns::NAME
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some(kinds) = entries.kinds() else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        for (truth, kind) in truth.iter_mut().zip(kinds) {
            *truth = match kind {
                EntryKind::Unknown => Truth::UNKNOWN,
                kind => Truth::of(self.0.has(*kind)),
            };
        }
    }
}
