//! A filter as bytes: what crosses into the sandbox.
//!
//! The first byte is the version of the encoding, the second has bits for what
//! is no test (1: hidden entries are wanted). An expression follows, each part
//! begun by a byte:
//!
//! | byte | part |
//! |---|---|
//! | 1 | all of: the number of parts, the parts |
//! | 2 | any of: the number of parts, the parts |
//! | 3 | not: the part |
//! | 4 | a test: the field's code (a byte), the operator (a byte, 0 to 4: equal, less, less or equal, greater, greater or equal), the number of operands, the operands |
//!
//! Fields from 64 on are slots, for values of columns that the program names:
//! the first operand of a test is the type of the values and the name of the
//! column, and the others are what the values are compared with.
//!
//! An operand is a byte and a value: 1 and a number of 64 bits; 2 and a time
//! (seconds, 64 bits, signed; nanoseconds, 32 bits); 3 and the number of bytes
//! and the bytes. Numbers are little-endian; those that count have 32 bits.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::columns::ValueColumns;
use super::expr::{Expr, Operand, Operator, Test};
use super::fields::Field;
use super::matcher::Columns;
use super::slot::Slot;
use crate::batch::{saturate, widen};
use crate::time::Timestamp;

/// The version of the encoding.
const VERSION: u8 = 1;

/// No program is longer, in bytes.
pub(super) const MAX_PROGRAM: usize = 1 << 20;

/// No expression is deeper.
pub(super) const MAX_DEPTH: usize = 100;

/// No expression has more parts and operands together.
pub(super) const MAX_PARTS: usize = 10_000;

/// A filter, ready to cross into the sandbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Whether hidden entries are wanted.
    pub hidden: bool,
    /// What must be true of a directory that is entered.
    pub enter: Expr,
    /// What must be true of an entry that is wanted.
    pub expr: Expr,
}

/// Why bytes are no program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramError {
    /// At which byte.
    pub offset: u32,
    /// What is wrong there.
    pub fault: ProgramFault,
}

/// What is wrong with a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramFault {
    /// It is of a version that is not known.
    Version,
    /// It ends too early, or too late.
    Length,
    /// A byte has no known meaning.
    Unknown,
    /// A field is not known.
    Field,
    /// The operator or an operand does not fit its field.
    Operand,
    /// It is too deep, or has too many parts.
    TooLarge,
}

impl ProgramFault {
    pub(super) fn at(self, offset: usize) -> ProgramError {
        ProgramError { offset: saturate(offset), fault: self }
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.fault {
            ProgramFault::Version => "it is of an unknown version",
            ProgramFault::Length => "it has a wrong length",
            ProgramFault::Unknown => "a part is not known",
            ProgramFault::Field => "a field is not known",
            ProgramFault::Operand => "a test does not fit its field",
            ProgramFault::TooLarge => "it is too large",
        };
        write!(f, "{words} (byte {})", self.offset)
    }
}

impl core::error::Error for ProgramError {}

impl Program {
    /// All of it as one expression, which is true of what is wanted: without
    /// parts of parts that mean the same as parts, and with the test that an
    /// entry is not hidden.
    #[must_use]
    pub fn expression(&self) -> Expr {
        let mut all = Vec::new();
        if !self.hidden {
            all.push(Expr::Not(Box::new(Expr::hidden())));
        }
        all.push(self.expr.clone());
        let enter = match &self.enter {
            Expr::All(parts) => parts.as_slice(),
            one => core::slice::from_ref(one),
        };
        for part in enter {
            if let Expr::Not(excluded) = part {
                all.push(Expr::Not(Box::new(below(excluded))));
            }
        }
        Expr::All(all).flattened()
    }

    /// Whether it looks at the path of a directory, and not only at what is
    /// in it.
    #[must_use]
    pub fn needs_directory(&self) -> bool {
        let tests = |field| self.enter.tests(field) || self.expr.tests(field);
        Field::OF_DIRECTORY.iter().copied().any(tests)
    }

    /// The slots that it tests, and the columns whose values are to be in
    /// them: plugins' columns, by their names.
    #[must_use]
    pub fn slots(&self) -> Vec<(Slot, &str)> {
        let mut slots = Vec::new();
        self.enter.slots(&mut slots);
        self.expr.slots(&mut slots);
        slots
    }

    /// The columns of results that it tests: digests, and how alike files
    /// are. They are known when a file was hashed or compared, and not before.
    #[must_use]
    pub fn results(&self) -> Columns {
        let slots = self.slots().into_iter();
        let results = slots.filter(|(_, name)| ValueColumns::is_result(name));
        results
            .fold(Columns::default(), |all, (slot, _)| all.with(slot.column()))
    }

    /// Whether results decide on their own: what tests them is joined to
    /// everything else by `and`. Then nothing else needs to be known of what
    /// was let through so far.
    #[must_use]
    pub fn results_decide_alone(&self) -> bool {
        fn parts<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
            match expr {
                Expr::All(all) => all.iter().for_each(|it| parts(it, out)),
                part => out.push(part),
            }
        }
        let mut all = Vec::new();
        parts(&self.expr, &mut all);
        all.into_iter().all(|part| {
            let mut tests = Vec::new();
            part.tested(&mut tests);
            let is_result = |test: &&Test| {
                let slot = Slot::of_code(test.field);
                slot.is_some_and(|it| self.results().has(it.column()))
            };
            let results = tests.iter().filter(|it| is_result(it)).count();
            results == 0 || results == tests.len()
        })
    }

    /// The program as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([VERSION, u8::from(self.hidden)]);
        push_expr(&self.enter, &mut out);
        push_expr(&self.expr, &mut out);
        out
    }

    /// The program of these bytes.
    ///
    /// # Errors
    ///
    /// They are not a program, or one that is too large.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProgramError> {
        if bytes.len() > MAX_PROGRAM {
            return Err(ProgramFault::TooLarge.at(MAX_PROGRAM));
        }
        let mut reader = Reader { bytes, offset: 0, parts: 0 };
        if reader.byte()? != VERSION {
            return Err(ProgramFault::Version.at(0));
        }
        let hidden = match reader.byte()? {
            bits @ (0 | 1) => bits == 1,
            _ => return Err(ProgramFault::Unknown.at(1)),
        };
        let enter = reader.expr(0)?;
        let expr = reader.expr(0)?;
        match reader.offset == bytes.len() {
            true => Ok(Self { hidden, enter, expr }),
            false => Err(ProgramFault::Length.at(reader.offset)),
        }
    }
}

/// The test that an entry lies in a directory of which an expression of globs
/// is true.
fn below(expr: &Expr) -> Expr {
    let parts = |parts: &[Expr]| {
        let others = |it: &&Expr| match it {
            Expr::Test(test) => test.field != Field::KIND.code,
            _ => true,
        };
        parts.iter().filter(others).map(below).collect()
    };
    match expr {
        Expr::All(all) => Expr::All(parts(all)),
        Expr::Any(any) => Expr::Any(parts(any)),
        Expr::Not(part) => Expr::Not(Box::new(below(part))),
        Expr::Test(Test { field, operator, operands }) => {
            let before: &[u8] = match *field == Field::NAME.code {
                true => b"**/",
                false => b"",
            };
            let operands = operands.iter().map(|operand| match operand {
                Operand::Bytes(glob) => {
                    Operand::Bytes([before, glob.as_slice(), b"/**"].concat())
                }
                other => other.clone(),
            });
            Expr::Test(Test {
                field: Field::PATH.code,
                operator: *operator,
                operands: operands.collect(),
            })
        }
    }
}

fn push_count(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&saturate(count).to_le_bytes());
}

fn push_expr(expr: &Expr, out: &mut Vec<u8>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => {
            out.push(if matches!(expr, Expr::All(_)) { 1 } else { 2 });
            push_count(parts.len(), out);
            parts.iter().for_each(|part| push_expr(part, out));
        }
        Expr::Not(part) => {
            out.push(3);
            push_expr(part, out);
        }
        Expr::Test(Test { field, operator, operands }) => {
            out.extend_from_slice(&[4, *field, operator.code()]);
            push_count(operands.len(), out);
            operands.iter().for_each(|operand| push_operand(operand, out));
        }
    }
}

fn push_operand(operand: &Operand, out: &mut Vec<u8>) {
    match operand {
        Operand::Number(number) => {
            out.push(1);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Operand::Time(Timestamp { seconds, nanoseconds }) => {
            out.push(2);
            out.extend_from_slice(&seconds.to_le_bytes());
            out.extend_from_slice(&nanoseconds.to_le_bytes());
        }
        Operand::Bytes(bytes) => {
            out.push(3);
            push_count(bytes.len(), out);
            out.extend_from_slice(bytes);
        }
    }
}

/// Reads a program from its beginning to its end.
struct Reader<'b> {
    bytes: &'b [u8],
    offset: usize,
    /// How many parts and operands there were.
    parts: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Result<&'b [u8], ProgramError> {
        let end = self.offset.checked_add(length);
        let taken = end.and_then(|end| self.bytes.get(self.offset..end));
        let taken =
            taken.ok_or_else(|| ProgramFault::Length.at(self.bytes.len()))?;
        self.offset = self.offset.saturating_add(length);
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProgramError> {
        let end = self.bytes.len();
        let taken = self.take(N)?.first_chunk().copied();
        taken.ok_or_else(|| ProgramFault::Length.at(end))
    }

    fn byte(&mut self) -> Result<u8, ProgramError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn count(&mut self) -> Result<usize, ProgramError> {
        Ok(widen(u32::from_le_bytes(self.array()?)))
    }

    /// Counts a part, up to the limit.
    fn part(&mut self) -> Result<(), ProgramError> {
        self.parts = self.parts.saturating_add(1);
        match self.parts > MAX_PARTS {
            true => Err(ProgramFault::TooLarge.at(self.offset)),
            false => Ok(()),
        }
    }

    fn expr(&mut self, depth: usize) -> Result<Expr, ProgramError> {
        self.part()?;
        if depth > MAX_DEPTH {
            return Err(ProgramFault::TooLarge.at(self.offset));
        }
        let at = self.offset;
        Ok(match self.byte()? {
            1 => Expr::All(self.exprs(depth)?),
            2 => Expr::Any(self.exprs(depth)?),
            3 => Expr::Not(Box::new(self.expr(depth + 1)?)),
            4 => Expr::Test(self.test()?),
            _ => return Err(ProgramFault::Unknown.at(at)),
        })
    }

    fn exprs(&mut self, depth: usize) -> Result<Vec<Expr>, ProgramError> {
        let count = self.count()?;
        // Room comes with the parts, not with what was promised.
        let mut parts = Vec::new();
        for _ in 0..count {
            parts.push(self.expr(depth + 1)?);
        }
        Ok(parts)
    }

    fn test(&mut self) -> Result<Test, ProgramError> {
        let field = self.byte()?;
        let at = self.offset;
        let code = usize::from(self.byte()?);
        let operator = Operator::ALL.get(code).copied();
        let operator = operator.ok_or_else(|| ProgramFault::Unknown.at(at))?;
        let count = self.count()?;
        let mut operands = Vec::new();
        for _ in 0..count {
            self.part()?;
            operands.push(self.operand()?);
        }
        Ok(Test { field, operator, operands })
    }

    fn operand(&mut self) -> Result<Operand, ProgramError> {
        let at = self.offset;
        Ok(match self.byte()? {
            1 => Operand::Number(u64::from_le_bytes(self.array()?)),
            2 => {
                let seconds = i64::from_le_bytes(self.array()?);
                let nanoseconds = u32::from_le_bytes(self.array()?);
                Operand::Time(Timestamp { seconds, nanoseconds })
            }
            3 => {
                let length = self.count()?;
                Operand::Bytes(self.take(length)?.to_vec())
            }
            _ => return Err(ProgramFault::Unknown.at(at)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::filter::Matcher;

    fn operand() -> impl Strategy<Value = Operand> {
        prop_oneof![
            any::<u64>().prop_map(Operand::Number),
            (any::<i64>(), any::<u32>()).prop_map(|(seconds, nanoseconds)| {
                Operand::Time(Timestamp { seconds, nanoseconds })
            }),
            prop::collection::vec(any::<u8>(), 0..5).prop_map(Operand::Bytes),
        ]
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let operators = prop::sample::select(&Operator::ALL[..]);
        let operands = prop::collection::vec(operand(), 0..4);
        let test = (any::<u8>(), operators, operands).prop_map(
            |(field, operator, operands)| {
                Expr::Test(Test { field, operator, operands })
            },
        );
        test.prop_recursive(6, 40, 5, |part| {
            let parts = || prop::collection::vec(part.clone(), 0..5);
            prop_oneof![
                parts().prop_map(Expr::All),
                parts().prop_map(Expr::Any),
                part.prop_map(|part| Expr::Not(Box::new(part))),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_program_is_read_back_as_it_was(
            hidden: bool, enter in expr(), expr in expr()
        ) {
            let program = Program { hidden, enter, expr };
            let bytes = program.encode();
            prop_assert_eq!(Program::decode(&bytes), Ok(program));
            for end in 0..bytes.len() {
                prop_assert!(Program::decode(&bytes[..end]).is_err());
            }
            let longer = [&bytes[..], &[0]].concat();
            prop_assert!(Program::decode(&longer).is_err());
        }

        #[test]
        fn bytes_from_anywhere_are_a_program_or_an_error(
            mut bytes in prop::collection::vec(0_u8..6, 0..60),
        ) {
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            if let Ok(program) = Program::decode(&bytes) {
                prop_assert_eq!(program.encode(), bytes);
                // It compiles, or the error says why not.
                let _ = Matcher::compile(&program);
            }
        }
    }

    #[test]
    fn what_is_too_large_or_of_another_version_is_refused() {
        let fault = |bytes: &[u8]| Program::decode(bytes).unwrap_err().fault;
        assert_eq!(fault(&[2, 0, 1, 0, 0, 0, 0]), ProgramFault::Version);
        let mut deep = vec![VERSION, 0];
        deep.extend([3; 200]);
        deep.extend([1, 0, 0, 0, 0]);
        assert_eq!(fault(&deep), ProgramFault::TooLarge);
        let wide = Expr::Any(vec![Expr::All(Vec::new()); MAX_PARTS]);
        let enter = Expr::All(Vec::new());
        let wide = Program { hidden: false, enter, expr: wide }.encode();
        assert_eq!(fault(&wide), ProgramFault::TooLarge);
        let long = vec![VERSION; MAX_PROGRAM + 1];
        assert_eq!(fault(&long), ProgramFault::TooLarge);
        // A count that promises four billion parts makes no room for them.
        let huge = [VERSION, 0, 1, 255, 255, 255, 255];
        assert_eq!(fault(&huge), ProgramFault::Length);
    }
}
