//! Whether a test is true of an entry, by the words of the interface: yes, no,
//! or that what it tests is not known.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use sanchay_core::filter::{Expr, Operand, Operator, Test};
use sanchay_core::kind::EntryKind;

/// The codes of the fields.
pub(super) const EXTENSION: u8 = 1;
pub(super) const SIZE: u8 = 2;
pub(super) const MODIFIED: u8 = 3;
pub(super) const KIND: u8 = 4;

/// What is known of an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(super) name: Option<Name>,
    pub(super) kind: Option<EntryKind>,
    pub(crate) size: Option<u64>,
    /// In seconds, and the nanoseconds that follow them; a file may have
    /// none.
    pub(crate) modified: Option<Option<(i64, u64)>>,
}

/// A name, without its case.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) is_hidden: bool,
    caseless: Vec<u32>,
}

impl Entry {
    pub(crate) fn named(name: &[u8], kind: EntryKind) -> Self {
        let is_hidden = name.first() == Some(&b'.');
        let name = Name { is_hidden, caseless: caseless(name) };
        Self { name: Some(name), kind: Some(kind), ..Self::default() }
    }
}

/// Whether an expression is true of an entry; `None` where what is known does
/// not tell.
pub(super) fn holds(expr: &Expr, entry: &Entry) -> Option<bool> {
    let said = |parts: &[Expr]| -> Vec<Option<bool>> {
        parts.iter().map(|part| holds(part, entry)).collect()
    };
    match expr {
        Expr::All(parts) => {
            let said = said(parts);
            if said.contains(&Some(false)) {
                return Some(false);
            }
            (!said.contains(&None)).then_some(true)
        }
        Expr::Any(parts) => {
            let said = said(parts);
            if said.contains(&Some(true)) {
                return Some(true);
            }
            (!said.contains(&None)).then_some(false)
        }
        Expr::Not(part) => holds(part, entry).map(|holds| !holds),
        Expr::Test(test) => passes(test, entry),
    }
}

/// Whether one of the operands does.
fn passes(test: &Test, entry: &Entry) -> Option<bool> {
    let compares = |found: i128, operand: i128| match test.operator {
        Operator::Equal => found == operand,
        Operator::Less => found < operand,
        Operator::LessOrEqual => found <= operand,
        Operator::Greater => found > operand,
        Operator::GreaterOrEqual => found >= operand,
        Operator::Regex | Operator::Glob | Operator::GlobIgnoreCase => false,
    };
    let mut operands = test.operands.iter();
    Some(match test.field {
        EXTENSION => {
            let name = &entry.name.as_ref()?.caseless;
            operands.any(|operand| match operand {
                Operand::Bytes(bytes) => {
                    let suffix = caseless(&[b".", bytes.as_slice()].concat());
                    name.len() > suffix.len() && name.ends_with(&suffix)
                }
                _ => false,
            })
        }
        SIZE => {
            let size = entry.size?;
            operands.any(|operand| match operand {
                Operand::Number(number) => {
                    compares(size.into(), (*number).into())
                }
                _ => false,
            })
        }
        MODIFIED => {
            let Some((seconds, nanoseconds)) = entry.modified? else {
                return Some(false);
            };
            operands.any(|operand| match operand {
                Operand::Time(time) => compares(
                    instant(seconds, nanoseconds),
                    instant(time.seconds, time.nanoseconds.into()),
                ),
                _ => false,
            })
        }
        _ => {
            let bit = bit(entry.kind?)?;
            operands.any(|operand| match operand {
                Operand::Number(bits) => bits & bit != 0,
                _ => false,
            })
        }
    })
}

/// A time as a number that is greater the later it is, whatever is called
/// nanoseconds.
fn instant(seconds: i64, nanoseconds: u64) -> i128 {
    (i128::from(seconds) << 64) + i128::from(nanoseconds)
}

/// The bit of a kind, if it is known.
fn bit(kind: EntryKind) -> Option<u64> {
    Some(match kind {
        EntryKind::File => 1,
        EntryKind::Directory => 2,
        EntryKind::Symlink => 4,
        EntryKind::Fifo => 8,
        EntryKind::Socket => 16,
        EntryKind::BlockDevice => 32,
        EntryKind::CharacterDevice => 64,
        EntryKind::Unknown => return None,
    })
}

/// The characters of a name, each as the least of those that differ from it by
/// case alone; bytes that are none as numbers beyond them.
fn caseless(name: &[u8]) -> Vec<u32> {
    let mut all = Vec::new();
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            // None is less than a capital letter of ASCII.
            if c.is_ascii() {
                all.push(c.to_ascii_uppercase().into());
                continue;
            }
            let mut alike = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            alike.case_fold_simple();
            all.push(u32::from(alike.ranges()[0].start()));
        }
        let invalid = chunk.invalid().iter();
        all.extend(invalid.map(|byte| 0x0011_0000 + u32::from(*byte)));
    }
    all
}
