//! What an entry is: `--kind directory`.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

pub(super) use super::no_check as check;
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
           symlink, fifo, socket, block-device, char-device; may be given \
           more than once, and several as a,b",
    long_help: "Only regular files can be hashed or compared: there, \
                KIND must include file, and others are left out.",
    repeat: Repeat::Any,
    parse: |text, _| {
        let text = str::from_utf8(text).map_err(|_| expected())?;
        let mut kinds = text.split(',').map(EntryKind::named);
        let set = kinds.try_fold(KindSet::default(), |set, kind| {
            Some(set.with(kind?))
        });
        let bits = set.ok_or_else(expected)?.bits();
        let operand = Operand::Number(bits.into());
        Ok(Expr::test(&FIELD, Operator::Equal, operand))
    },
};

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
    for (index, kind) in EntryKind::ALL.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        words += &format!("{comma}{kind}");
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
