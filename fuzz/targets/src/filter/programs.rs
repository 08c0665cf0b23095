//! Programs, made of an input.

use sanchay_core::filter::{Expr, Field, Operand, Operator, Program, Test};
use sanchay_core::time::Timestamp;

use crate::input::Input;

/// Expressions are nested a little deeper than any program may be.
const DEEPEST: usize = 110;

/// Operators, in the order of their codes.
const OPERATORS: [Operator; 5] = [
    Operator::Equal,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
];

/// The fields that are tested.
const FIELDS: [&Field; 4] =
    [Field::EXTENSION, Field::SIZE, Field::MODIFIED, Field::KIND];

/// A program. Its expression is written, and may be impossible; or it is read,
/// from bytes that may be none.
pub(crate) fn program(input: &mut Input<'_>) -> Option<Program> {
    let flags = input.byte();
    if flags & 2 == 0 {
        let hidden = flags & 1 != 0;
        let enter = Expr::All(Vec::new());
        return Some(Program { hidden, enter, expr: expr(input, 0) });
    }
    let bytes = input.bytes();
    match Program::decode(bytes) {
        Ok(program) => {
            assert_eq!(program.encode(), bytes);
            Some(program)
        }
        Err(error) => {
            assert!(error.offset as usize <= bytes.len(), "{error:?}");
            None
        }
    }
}

fn expr(input: &mut Input<'_>, depth: usize) -> Expr {
    if input.is_empty() || depth > DEEPEST {
        return Expr::All(Vec::new());
    }
    let parts = |input: &mut Input<'_>| {
        let count = input.below(6);
        (0..count).map(|_| expr(input, depth + 1)).collect()
    };
    match input.below(16) {
        0 => Expr::All(parts(input)),
        1 => Expr::Any(parts(input)),
        2 => Expr::Not(Box::new(expr(input, depth + 1))),
        3 => Expr::Test(odd(input)),
        shape => Expr::Test(fitting(FIELDS[shape % 4].code, input)),
    }
}

/// A test of any field with anything.
fn odd(input: &mut Input<'_>) -> Test {
    let (field, operator) = (input.byte(), operator(input));
    let operands = (0..input.below(4)).map(|_| operand(input)).collect();
    Test { field, operator, operands }
}

fn operand(input: &mut Input<'_>) -> Operand {
    match input.below(3) {
        0 => Operand::Number(input.number()),
        1 => time(input),
        _ => Operand::Bytes(input.bytes().to_vec()),
    }
}

/// A test of a field as it can be compiled, if the extensions in it are some.
fn fitting(field: u8, input: &mut Input<'_>) -> Test {
    let operator =
        match field == Field::EXTENSION.code || field == Field::KIND.code {
            true => Operator::Equal,
            false => operator(input),
        };
    let count = input.below(5);
    let mut operand = || {
        if field == Field::EXTENSION.code {
            Operand::Bytes(input.bytes().to_vec())
        } else if field == Field::MODIFIED.code {
            time(input)
        } else if field == Field::KIND.code {
            Operand::Number((input.byte() & 0x7f).into())
        } else {
            Operand::Number(input.number())
        }
    };
    let operands = (0..count).map(|_| operand()).collect();
    Test { field, operator, operands }
}

fn operator(input: &mut Input<'_>) -> Operator {
    OPERATORS[input.below(OPERATORS.len())]
}

fn time(input: &mut Input<'_>) -> Operand {
    let seconds = input.signed();
    Operand::Time(Timestamp { seconds, nanoseconds: input.offset() })
}
