//! What the contents of a file say of themselves: `width > 4000`,
//! `taken after 2024-01-01`, `camera glob "Canon*"`. Nobody looks at the contents of
//! a file that all else has rejected.

use alloc::boxed::Box;
use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::text::Texts;
use super::{Field, FieldType, number, point};
use crate::filter::contents::{
    CAMERA_NUMBERS, MEDIA_TYPE_NUMBERS, unpack,
};
use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::filter::options::FilterOption;
use crate::media::MediaField;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] =
    &[&WIDTH, &HEIGHT, &TAKEN, &DURATION, &MEDIA_TYPE, &CAMERA];

const WIDTH: Field = number::field::<{ Columns::WIDTH.bits() }, { u64::MAX }>(
    24,
    MediaField::Width.name(),
    FieldType::Number,
);

const HEIGHT: Field = number::field::<
    { Columns::HEIGHT.bits() },
    { u64::MAX },
>(25, MediaField::Height.name(), FieldType::Number);

const TAKEN: Field = point::field::<{ Columns::TAKEN.bits() }>(
    26,
    MediaField::Taken.name(),
);

const DURATION: Field = number::field::<
    { Columns::DURATION.bits() },
    { u64::MAX },
>(27, MediaField::Duration.name(), FieldType::Duration);

const MEDIA_TYPE: Field = Field {
    code: 28,
    name: MediaField::MediaType.name(),
    value: FieldType::Tag,
    compile: compile::<
        { Columns::MEDIA_TYPE.bits() },
        { MEDIA_TYPE_NUMBERS },
    >,
};

const CAMERA: Field = Field {
    code: 29,
    name: MediaField::Camera.name(),
    value: FieldType::Tag,
    compile: compile::<{ Columns::CAMERA.bits() }, { CAMERA_NUMBERS }>,
};

fn compile<const COLUMN: u64, const COUNT: usize>(
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let texts = Texts::compile(operator, operands)?;
    let column = Columns::from_bits(COLUMN);
    Some(Box::new(Tag::<COUNT> { column, texts }))
}

/// A test of a text that is a column of so many numbers.
#[derive(Debug)]
struct Tag<const COUNT: usize> {
    column: Columns,
    texts: Texts,
}

impl<const COUNT: usize> Predicate for Tag<COUNT> {
    fn columns(&self) -> Columns {
        self.column
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some(columns) = entries.column::<COUNT>(self.column) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        let mut text = Vec::new();
        for (row, truth) in truth.iter_mut().enumerate() {
            let number = |column: &&[u64]| column.get(row).copied();
            unpack(columns.iter().map_while(number), &mut text);
            let known = !text.is_empty();
            *truth = Truth::of(known && self.texts.matches(&text));
        }
    }
}
