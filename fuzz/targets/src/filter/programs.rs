//! Programs, made of an input.

use sanchay_core::filter::{
    Expr, Field, FieldType, Operand, Operator, Program, Test,
};
use sanchay_core::time::Timestamp;

use crate::input::Input;

/// Expressions are nested a little deeper than any program may be.
const DEEPEST: usize = 110;

/// Operators, in the order of their codes.
const OPERATORS: [Operator; 10] = [
    Operator::Equal,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::Regex,
    Operator::Glob,
    Operator::GlobIgnoreCase,
    Operator::AllBits,
    Operator::AnyBit,
];

/// How many of them compare by an order.
const ORDERED: usize = 5;

/// Those of text.
const OF_TEXT: [Operator; 4] = [
    Operator::Equal,
    Operator::Regex,
    Operator::Glob,
    Operator::GlobIgnoreCase,
];

/// Those of permissions.
const OF_BITS: [Operator; 4] =
    [Operator::Equal, Operator::Less, Operator::AllBits, Operator::AnyBit];

/// The fields that are tested most.
const FIELDS: [&Field; 4] =
    [Field::EXTENSION, Field::SIZE, Field::MODIFIED, Field::KIND];

/// What patterns are made of.
const PIECES: [&str; 31] = [
    "*", "**", "/", "?", "{", ",", "}", "[", "[!", "[^", "]", "-", "\\", "a",
    "A", ".", "ä", "ſ", "\u{212a}", "(", ")", "|", "+", "^", "$", "(?i)",
    "(?-u:", "\\w", "\\x{ff}", "{2}", "\\b",
];

/// A program. Its expressions are written, and may be impossible; or it is
/// read, from bytes that may be none.
pub(crate) fn program(input: &mut Input<'_>) -> Option<Program> {
    let flags = input.byte();
    if flags & 2 == 0 {
        let hidden = flags & 1 != 0;
        let enter = match flags & 4 {
            0 => Expr::All(Vec::new()),
            _ => expr(input, 0),
        };
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
        15 => Expr::Test(of_slot(input)),
        shape @ 4..12 => Expr::Test(fitting(FIELDS[shape % 4], input)),
        _ => {
            let fields: Vec<_> = Field::all().collect();
            Expr::Test(fitting(fields[input.below(fields.len())], input))
        }
    }
}

/// A test of any field with anything.
fn odd(input: &mut Input<'_>) -> Test {
    let field = input.byte();
    let operator = OPERATORS[input.below(OPERATORS.len())];
    let operands = (0..input.below(4)).map(|_| operand(input)).collect();
    Test { field, operator, operands }
}

/// A test of a slot as it can be compiled, if the patterns in it are some.
fn of_slot(input: &mut Input<'_>) -> Test {
    let value_type = input.byte() % 7;
    let is_text = matches!(value_type, 4 | 5);
    let slot = input.byte() % 16 + if is_text { 16 } else { 0 };
    let operator = match is_text {
        true => OF_TEXT[input.below(OF_TEXT.len())],
        false => OPERATORS[input.below(ORDERED)],
    };
    let mut operands = vec![Operand::Bytes(vec![value_type, b'a'])];
    for _ in 0..input.below(5) {
        operands.push(match value_type {
            4 | 5 => Operand::Bytes(text(input)),
            6 => time(input),
            _ => Operand::Number(input.number()),
        });
    }
    Test { field: 64 + slot, operator, operands }
}

fn operand(input: &mut Input<'_>) -> Operand {
    match input.below(3) {
        0 => Operand::Number(input.number()),
        1 => time(input),
        _ => Operand::Bytes(input.bytes().to_vec()),
    }
}

/// A test of a field as it can be compiled, if the extensions and patterns in
/// it are some.
fn fitting(field: &Field, input: &mut Input<'_>) -> Test {
    let operator = match field.value {
        FieldType::Extension | FieldType::Kind | FieldType::Flag => {
            Operator::Equal
        }
        FieldType::Text | FieldType::Tag => {
            OF_TEXT[input.below(OF_TEXT.len())]
        }
        FieldType::Mode => OF_BITS[input.below(OF_BITS.len())],
        _ => OPERATORS[input.below(ORDERED)],
    };
    let count = match field.value {
        FieldType::Flag => 1,
        _ => input.below(5),
    };
    let mut operand = || match field.value {
        FieldType::Extension => Operand::Bytes(input.bytes().to_vec()),
        FieldType::Text | FieldType::Tag => Operand::Bytes(text(input)),
        FieldType::Time => time(input),
        FieldType::Kind => Operand::Number((input.byte() & 0x7f).into()),
        FieldType::Flag => Operand::Number(1),
        _ => Operand::Number(input.number()),
    };
    let operands = (0..count).map(|_| operand()).collect();
    Test { field: field.code, operator, operands }
}

/// A text, as it is or made of what patterns are made of.
fn text(input: &mut Input<'_>) -> Vec<u8> {
    let is_pieced = input.flag();
    let bytes = input.bytes();
    if !is_pieced {
        return bytes.to_vec();
    }
    let piece = |byte: &u8| PIECES[usize::from(*byte) % PIECES.len()];
    bytes.iter().map(piece).collect::<String>().into_bytes()
}

fn time(input: &mut Input<'_>) -> Operand {
    let seconds = input.signed();
    Operand::Time(Timestamp { seconds, nanoseconds: input.offset() })
}
