//! Whether a test is true of an entry, by the words of the interface: yes, no,
//! or that what it tests is not known.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use sanchay_core::filter::{Expr, Operand, Operator, Test};
use sanchay_core::kind::EntryKind;

use super::columns;
use super::patterns;
use super::{SlotType, slot};

/// The codes of the fields.
pub(super) const EXTENSION: u8 = 1;
pub(super) const SIZE: u8 = 2;
pub(super) const KIND: u8 = 4;
pub(super) const NAME: u8 = 5;
pub(super) const PATH: u8 = 6;
pub(super) const STEM: u8 = 7;
pub(super) const PARENT: u8 = 8;
pub(super) const DEPTH: u8 = 9;
pub(super) const HIDDEN: u8 = 10;
pub(super) const EMPTY: u8 = 11;
pub(super) const EXECUTABLE: u8 = 12;
pub(super) const READONLY: u8 = 13;
pub(super) const MODE: u8 = 18;

/// What is known of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(super) name: Option<Name>,
    pub(super) kind: Option<EntryKind>,
    /// By the bits of the columns. A file may have no number in one.
    pub(crate) numbers: [Option<Option<u64>>; columns::COUNT],
    /// Likewise: in seconds, and the nanoseconds that follow them.
    pub(crate) times: [Option<Option<(i64, u64)>>; columns::COUNT],
    /// Likewise.
    pub(crate) texts: [Option<Option<Vec<u8>>>; columns::COUNT],
    /// Likewise: what is in slots for numbers and times.
    pub(crate) pairs: [Option<Option<(u64, u64)>>; columns::COUNT],
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            name: None,
            kind: None,
            numbers: [None; columns::COUNT],
            times: [None; columns::COUNT],
            texts: [const { None }; columns::COUNT],
            pairs: [None; columns::COUNT],
        }
    }
}

/// A name, as it is and without its case, and the path of its directory.
#[derive(Clone, Debug)]
pub(super) struct Name {
    directory: Vec<u8>,
    bytes: Vec<u8>,
    caseless: Vec<u32>,
}

impl Entry {
    pub(crate) fn named(
        directory: &[u8],
        name: &[u8],
        kind: EntryKind,
    ) -> Self {
        let caseless = caseless(name);
        let (directory, bytes) = (directory.to_vec(), name.to_vec());
        let name = Name { directory, bytes, caseless };
        Self { name: Some(name), kind: Some(kind), ..Self::default() }
    }

    /// A number of the column that a field is in.
    fn number(&self, field: u8) -> Option<Option<u64>> {
        self.numbers[columns::bit(field)?]
    }

    /// Whether it is known to be no regular file.
    fn is_no_file(&self) -> bool {
        let known = self.kind.filter(|it| *it != EntryKind::Unknown);
        known.is_some_and(|it| it != EntryKind::File)
    }
}

impl Name {
    pub(super) fn is_hidden(&self) -> bool {
        self.bytes.starts_with(b".")
    }

    /// What a field of text is.
    fn text(&self, field: u8) -> Vec<u8> {
        match field {
            NAME => self.bytes.clone(),
            PATH => [&self.directory[..], &self.bytes].concat(),
            STEM => {
                let dots = self.bytes.iter().rposition(|it| *it == b'.');
                match dots {
                    // What begins with its only dot has no extension, nor
                    // has what ends in one.
                    None | Some(0) => self.bytes.clone(),
                    Some(dot) if dot + 1 == self.bytes.len() => {
                        self.bytes.clone()
                    }
                    Some(dot) => self.bytes[..dot].to_vec(),
                }
            }
            _ => {
                let mut parent = self.directory.clone();
                if parent.ends_with(b"/") {
                    parent.pop();
                }
                parent
            }
        }
    }

    /// How deep it is below the root.
    fn depth(&self) -> i128 {
        let components = self.directory.split(|it| *it == b'/').count();
        components.try_into().unwrap()
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
        Operator::AllBits => found & operand == operand,
        Operator::AnyBit => operand == 0 || found & operand != 0,
        Operator::Regex | Operator::Glob | Operator::GlobIgnoreCase => {
            panic!("a number is no text: {test:?}")
        }
    };
    let (slot_type, operands) = match columns::is_slot(test.field) {
        true => {
            let (slot_type, operands) = slot(test).unwrap();
            (Some(slot_type), operands)
        }
        false => (None, &test.operands[..]),
    };
    let any_time = |(seconds, nanoseconds)| {
        operands.iter().any(|operand| match operand {
            Operand::Time(time) => compares(
                instant(seconds, nanoseconds),
                instant(time.seconds, time.nanoseconds.into()),
            ),
            _ => panic!("no time: {test:?}"),
        })
    };
    let any_number = |found: i128| {
        operands.iter().any(|operand| match operand {
            Operand::Number(number) => compares(found, (*number).into()),
            _ => panic!("no number: {test:?}"),
        })
    };
    let any_text = |matches: &dyn Fn(&[u8]) -> bool| {
        operands.iter().any(|operand| match operand {
            Operand::Bytes(bytes) => matches(bytes),
            _ => panic!("no text: {test:?}"),
        })
    };
    Some(match test.field {
        field if slot_type == Some(SlotType::Text) => {
            let text = entry.texts[columns::bit(field)?].as_ref()?;
            text.as_ref().is_some_and(|text| {
                any_text(&|bytes| match test.operator {
                    Operator::Equal => text == bytes,
                    operator => patterns::matches(operator, bytes, text),
                })
            })
        }
        field if slot_type.is_some() => {
            let pair = entry.pairs[columns::bit(field)?]?;
            pair.is_some_and(|(first, second)| match slot_type {
                Some(SlotType::Time) => {
                    any_time((first.cast_signed(), second))
                }
                _ => any_number(first.into()),
            })
        }
        EXTENSION => {
            let name = &entry.name.as_ref()?.caseless;
            any_text(&|bytes| {
                let suffix = caseless(&[b".", bytes].concat());
                name.len() > suffix.len() && name.ends_with(&suffix)
            })
        }
        NAME | PATH | STEM | PARENT => {
            let text = entry.name.as_ref()?.text(test.field);
            any_text(&|bytes| match test.operator {
                Operator::Equal => text == bytes,
                operator => patterns::matches(operator, bytes, &text),
            })
        }
        KIND => {
            let bit = bit(entry.kind?)?;
            test.operands.iter().any(|operand| match operand {
                Operand::Number(bits) => bits & bit != 0,
                _ => panic!("no kinds: {test:?}"),
            })
        }
        DEPTH => any_number(entry.name.as_ref()?.depth()),
        HIDDEN => entry.name.as_ref()?.is_hidden(),
        EMPTY | EXECUTABLE if entry.is_no_file() => false,
        EMPTY => entry.number(SIZE)?? == 0,
        EXECUTABLE => {
            let mode = entry.number(MODE)?;
            let execute = |mode| [0o100, 0o10, 1].map(|bit: u64| mode & bit);
            mode.is_some_and(|mode| execute(mode) != [0; 3])
        }
        READONLY => {
            let mode = entry.number(MODE)?;
            let write = |mode| [0o200, 0o20, 2].map(|bit: u64| mode & bit);
            mode.is_some_and(|mode| write(mode) == [0; 3])
        }
        MODE => {
            let mode = entry.number(MODE)?;
            mode.is_some_and(|mode| any_number((mode % 0o10000).into()))
        }
        field if columns::is_text(field) => {
            let text = entry.texts[columns::bit(field)?].as_ref()?;
            text.as_ref().is_some_and(|text| {
                any_text(&|bytes| match test.operator {
                    Operator::Equal => text == bytes,
                    operator => patterns::matches(operator, bytes, text),
                })
            })
        }
        field if columns::is_time(field) => {
            let found = entry.times[columns::bit(field)?]?;
            found.is_some_and(any_time)
        }
        field => entry.number(field)?.is_some_and(|it| any_number(it.into())),
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
