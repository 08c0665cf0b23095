//! Slots: places among a filter's columns for values that a filter knows
//! nothing of beforehand, such as those that plugins tell. A program says what
//! is in each of the slots that it tests.

use alloc::vec::Vec;

use super::expr::{Expr, Operand, Test};
use super::matcher::Columns;
use crate::value::{Value, ValueType};

/// A place for the values of a column. There are sixteen for numbers and times,
/// and sixteen for texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u8);

impl Slot {
    /// How many there are for numbers and times, and how many for texts.
    pub const EACH: u8 = 16;

    /// The code of the first one in programs.
    const FIRST_CODE: u8 = 64;

    /// The bit of the first one among columns.
    const FIRST_BIT: u8 = 18;

    /// The columns of those for numbers and times.
    pub(super) const NUMBERS: u64 = 0xffff << Self::FIRST_BIT;

    /// The columns of those for texts.
    pub(super) const TEXTS: u64 = Self::NUMBERS << Self::EACH;

    /// Those for numbers and times.
    pub(super) fn numbers() -> impl Iterator<Item = Self> {
        (0..Self::EACH).map(Self)
    }

    /// Those for texts.
    pub(super) fn texts() -> impl Iterator<Item = Self> {
        (Self::EACH..Self::EACH * 2).map(Self)
    }

    /// The one at a place among those for values of a type, if there are so
    /// many.
    pub(super) fn new(at: usize, value_type: ValueType) -> Option<Self> {
        let at = u8::try_from(at).ok().filter(|at| *at < Self::EACH)?;
        Some(Self(match is_text(value_type) {
            true => at + Self::EACH,
            false => at,
        }))
    }

    /// The one that programs call so.
    pub(super) fn of_code(code: u8) -> Option<Self> {
        let at = code.checked_sub(Self::FIRST_CODE)?;
        (at < Self::EACH * 2).then_some(Self(at))
    }

    /// What programs call it.
    pub(super) const fn code(self) -> u8 {
        self.0 + Self::FIRST_CODE
    }

    /// Its column.
    #[must_use]
    pub const fn column(self) -> Columns {
        Columns::from_bits(1 << (self.0 + Self::FIRST_BIT))
    }

    /// Whether it is for texts.
    const fn has_texts(self) -> bool {
        self.0 >= Self::EACH
    }
}

/// Whether values of a type are texts, and not numbers or times.
pub(super) const fn is_text(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::Text | ValueType::Bytes)
}

/// What a test of a slot says of it: the first of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotHeader<'o> {
    /// The type of the values.
    pub(super) value_type: ValueType,
    /// What people call the column.
    pub(super) name: &'o str,
}

/// The types, each at the number that stands for it in programs.
const TYPES: [ValueType; 7] = [
    ValueType::Boolean,
    ValueType::Signed,
    ValueType::Unsigned,
    ValueType::Float,
    ValueType::Text,
    ValueType::Bytes,
    ValueType::Timestamp,
];

impl<'o> SlotHeader<'o> {
    /// What a test of a slot says of it, and what the values are compared
    /// with; `None` where it says nothing, or what cannot be.
    pub(super) fn of(
        slot: Slot,
        operands: &'o [Operand],
    ) -> Option<(Self, &'o [Operand])> {
        let (first, operands) = operands.split_first()?;
        let (number, name) = first.bytes()?.split_first()?;
        let value_type = *TYPES.get(usize::from(*number))?;
        let name = str::from_utf8(name).ok()?;
        let fits = slot.has_texts() == is_text(value_type);
        fits.then_some((Self { value_type, name }, operands))
    }

    /// It as an operand.
    pub(super) fn operand(self) -> Operand {
        let number = TYPES.iter().position(|it| *it == self.value_type);
        let number = number.and_then(|it| u8::try_from(it).ok());
        let mut bytes = Vec::from_iter(number);
        bytes.extend_from_slice(self.name.as_bytes());
        Operand::Bytes(bytes)
    }
}

impl Expr {
    /// The slots that it tests, each once, and what their columns are called.
    pub(super) fn slots<'e>(&'e self, out: &mut Vec<(Slot, &'e str)>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.slots(out));
            }
            Self::Not(part) => part.slots(out),
            Self::Test(Test { field, operands, .. }) => {
                let slot = Slot::of_code(*field);
                let header = slot.and_then(|slot| {
                    let (header, _) = SlotHeader::of(slot, operands)?;
                    Some((slot, header.name))
                });
                let is_new =
                    header.is_some_and(|it| out.iter().all(|o| o.0 != it.0));
                out.extend(header.filter(|_| is_new));
            }
        }
    }
}

/// The bit that tells numbers that are not negative.
const SIGN: u64 = 1 << 63;

/// A value that is a number, as one of which the order is the same.
pub(super) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Boolean(is) => Some(u64::from(*is)),
        Value::Signed(number) => Some(of_signed(*number)),
        Value::Unsigned(number) => Some(*number),
        Value::Float(number) => Some(of_float(*number)),
        Value::Text(_) | Value::Bytes(_) | Value::Timestamp(_) => None,
    }
}

/// A whole number as one that is not negative, of the same order.
pub(super) const fn of_signed(number: i64) -> u64 {
    number.cast_unsigned() ^ SIGN
}

/// The number that [`of_signed`] makes so.
pub(super) const fn to_signed(number: u64) -> i64 {
    (number ^ SIGN).cast_signed()
}

/// A number in floating point as a whole one, of the same order.
pub(super) fn of_float(number: f64) -> u64 {
    // There is a zero of either sign.
    let bits = (number + 0.0).to_bits();
    match bits & SIGN {
        0 => bits | SIGN,
        _ => !bits,
    }
}

/// The number that [`of_float`] makes so.
pub(super) const fn to_float(number: u64) -> f64 {
    f64::from_bits(match number & SIGN {
        0 => !number,
        _ => number & !SIGN,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_keep_their_order_and_are_read_back(
            a: i64, b: i64, x: f64, y: f64,
        ) {
            prop_assert_eq!(a.cmp(&b), of_signed(a).cmp(&of_signed(b)));
            prop_assert_eq!(to_signed(of_signed(a)), a);
            prop_assume!(x.is_finite() && y.is_finite());
            let order = x.partial_cmp(&y).unwrap();
            prop_assert_eq!(order, of_float(x).cmp(&of_float(y)));
            prop_assert_eq!(to_float(of_float(x)), x);
        }
    }

    #[test]
    fn there_is_one_zero() {
        assert_eq!(of_float(-0.0), of_float(0.0));
        assert!(of_float(-f64::MIN_POSITIVE) < of_float(0.0));
        assert!(of_float(f64::MAX) < u64::MAX);
    }

    #[test]
    fn a_slot_is_found_by_its_code_and_has_a_column_of_its_own() {
        let all = Slot::numbers().chain(Slot::texts());
        let mut columns = Columns::default();
        for slot in all {
            assert_eq!(Slot::of_code(slot.code()), Some(slot));
            assert!(!columns.has(slot.column()));
            columns = columns.with(slot.column());
        }
        assert_eq!(columns.bits(), Slot::NUMBERS | Slot::TEXTS);
        assert_eq!(Slot::of_code(63), None);
        assert_eq!(Slot::of_code(96), None);
        assert_eq!(Slot::new(16, ValueType::Text), None);
    }

    #[test]
    fn what_a_test_says_of_a_slot_is_read_back() {
        for value_type in TYPES {
            let slot = Slot::new(3, value_type).unwrap();
            let header = SlotHeader { value_type, name: "a.b" };
            let operands = [header.operand(), Operand::Number(1)];
            let back = SlotHeader::of(slot, &operands);
            assert_eq!(back, Some((header, &operands[1..])));
            let other = match is_text(value_type) {
                true => Slot::new(3, ValueType::Float),
                false => Slot::new(3, ValueType::Text),
            };
            assert_eq!(SlotHeader::of(other.unwrap(), &operands), None);
        }
    }
}
