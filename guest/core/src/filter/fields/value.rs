//! Tests of the values in slots: `images.width > 4000`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::number::Numbers;
use super::point::Point;
use super::text::Texts;
use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, NO_NUMBER, Predicate, Truth};
use crate::filter::slot::{Slot, SlotHeader};
use crate::value::ValueType;

/// Compiles a test of a slot; `None` where the operator or an operand does not
/// fit what is in it.
pub(in crate::filter) fn compile(
    slot: Slot,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let (header, operands) = SlotHeader::of(slot, operands)?;
    let column = slot.column();
    Some(match header.value_type {
        ValueType::Timestamp => {
            Box::new(Point::compile(column, operator, operands)?)
        }
        ValueType::Text | ValueType::Bytes => {
            let texts = Texts::compile(operator, operands)?;
            Box::new(Text { column, texts })
        }
        ValueType::Boolean
        | ValueType::Signed
        | ValueType::Unsigned
        | ValueType::Float => {
            let numbers = Numbers::compile(operator, operands)?;
            Box::new(Number { column, numbers })
        }
    })
}

/// A test of a number.
#[derive(Debug)]
struct Number {
    column: Columns,
    numbers: Numbers,
}

impl Predicate for Number {
    fn columns(&self) -> Columns {
        self.column
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some([numbers, known]) = entries.column(self.column) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        let found = numbers.iter().zip(known);
        for (truth, (number, known)) in truth.iter_mut().zip(found) {
            let known = *known != NO_NUMBER;
            *truth = Truth::of(known && self.numbers.matches(*number));
        }
    }
}

/// A test of a text.
#[derive(Debug)]
struct Text {
    column: Columns,
    texts: Texts,
}

impl Predicate for Text {
    fn columns(&self) -> Columns {
        self.column
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some(mut found) = entries.texts(self.column) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        let mut text = Vec::new();
        for truth in truth {
            let known = found.next(&mut text);
            *truth = Truth::of(known && self.texts.matches(&text));
        }
    }
}
