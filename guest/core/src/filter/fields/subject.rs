//! What a test is of: a field, or a column of values that has a slot.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Field, FieldType};
use crate::filter::columns::SlottedColumn;
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::slot::{Slot, SlotHeader};
use crate::time::Timestamp;
use crate::value::ValueType;

/// What a test is of.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Subject {
    /// What people call it.
    pub(in crate::filter) name: String,
    /// What its values are.
    pub(in crate::filter) value: FieldType,
    place: Place,
}

/// Where the values are.
#[derive(Clone, Debug)]
enum Place {
    Field(&'static Field),
    /// In a slot, of which a test says this.
    Slot(Slot, Operand),
}

impl From<&'static Field> for Subject {
    fn from(field: &'static Field) -> Self {
        let (name, value) = (field.name.into(), field.value);
        Self { name, value, place: Place::Field(field) }
    }
}

impl From<SlottedColumn<'_>> for Subject {
    fn from(column: SlottedColumn<'_>) -> Self {
        let SlottedColumn { slot, name, value_type } = column;
        let header = SlotHeader { value_type, name }.operand();
        let value = field_type(value_type);
        Self { name: name.into(), value, place: Place::Slot(slot, header) }
    }
}

impl Subject {
    /// What a test is of, and what the values are compared with; `None` where
    /// that is not known.
    pub(in crate::filter) fn of(test: &Test) -> Option<(Self, &[Operand])> {
        let Some(slot) = Slot::of_code(test.field) else {
            let field = Field::of_code(test.field)?;
            return Some((field.into(), &test.operands));
        };
        let (header, operands) = SlotHeader::of(slot, &test.operands)?;
        let SlotHeader { value_type, name } = header;
        let column = SlottedColumn { slot, name, value_type };
        Some((column.into(), operands))
    }

    /// The test that compares it so with one of these.
    pub(in crate::filter) fn test(
        &self,
        operator: Operator,
        operands: Vec<Operand>,
    ) -> Expr {
        let (field, operands) = match &self.place {
            Place::Field(field) => (field.code, operands),
            Place::Slot(slot, header) => {
                let mut all = vec![header.clone()];
                all.extend(operands);
                (slot.code(), all)
            }
        };
        Expr::Test(Test { field, operator, operands })
    }

    /// The test that an entry has a value.
    pub(in crate::filter) fn present(&self) -> Expr {
        if let Place::Field(field) = self.place {
            return field.present();
        }
        let (operator, operand) = match self.value {
            FieldType::Time => {
                let first = Timestamp { seconds: i64::MIN, nanoseconds: 0 };
                (Operator::GreaterOrEqual, Operand::Time(first))
            }
            // One may be empty.
            FieldType::Tag => (Operator::Regex, Operand::Bytes(Vec::new())),
            _ => (Operator::GreaterOrEqual, Operand::Number(0)),
        };
        self.test(operator, vec![operand])
    }

    /// Whether the test that an entry has a value reads best as that.
    pub(in crate::filter) fn has_presence(&self) -> bool {
        matches!(self.place, Place::Slot(..))
            || matches!(self.value, FieldType::Time | FieldType::Tag)
    }
}

/// How values of a type are written and compared.
const fn field_type(value_type: ValueType) -> FieldType {
    match value_type {
        ValueType::Boolean => FieldType::Boolean,
        ValueType::Signed => FieldType::Signed,
        ValueType::Unsigned => FieldType::Number,
        ValueType::Float => FieldType::Float,
        ValueType::Text | ValueType::Bytes => FieldType::Tag,
        ValueType::Timestamp => FieldType::Time,
    }
}
