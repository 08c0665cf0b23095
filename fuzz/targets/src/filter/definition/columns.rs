//! The columns of metadata and the fields that are in them, by the words of
//! the interface.

use sanchay_core::filter::Columns;

/// How many there are.
pub(crate) const COUNT: usize = FIXED + 2 * SLOTS;

/// How many have a meaning of their own. Slots for numbers and times follow,
/// and as many for texts.
const FIXED: usize = 18;
const SLOTS: usize = 16;

/// The field of the first slot.
const FIRST_SLOT: u8 = 64;

/// The bit of names and kinds.
const NAME: u64 = 1 << 63;

/// The fields, in the order of the bits of their columns.
const FIELDS: [u8; FIXED] =
    [2, 3, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];

/// The columns, in the order of their bits.
pub(crate) fn all() -> [Columns; COUNT] {
    std::array::from_fn(|bit| Columns::from_bits(1 << bit))
}

/// The bit of the column that a field is in.
pub(super) fn bit(field: u8) -> Option<usize> {
    match field.checked_sub(FIRST_SLOT).map(usize::from) {
        Some(slot) => (slot < 2 * SLOTS).then_some(FIXED + slot),
        None => FIELDS.iter().position(|it| *it == field),
    }
}

/// Whether a field is a slot.
pub(super) fn is_slot(field: u8) -> bool {
    field >= FIRST_SLOT && bit(field).is_some()
}

/// Whether the column of a bit is a slot for numbers and times, which have two
/// numbers.
pub(crate) fn is_number_slot(bit: usize) -> bool {
    (FIXED..FIXED + SLOTS).contains(&bit)
}

/// Whether the column of a bit is a slot for texts.
pub(crate) fn is_text_slot(bit: usize) -> bool {
    (FIXED + SLOTS..COUNT).contains(&bit)
}

/// Whether a field is a time.
pub(super) fn is_time(field: u8) -> bool {
    matches!(field, 3 | 14..=16 | 26)
}

/// Whether a field is a text in a column.
pub(super) fn is_text(field: u8) -> bool {
    matches!(field, 28 | 29)
}

/// Whether the column of a bit has times, which have two numbers.
pub(crate) fn has_times(bit: usize) -> bool {
    FIELDS.get(bit).is_some_and(|field| is_time(*field))
}

/// Whether the column of a bit has texts, eight bytes to a number.
pub(crate) fn has_texts(bit: usize) -> bool {
    FIELDS.get(bit).is_some_and(|field| is_text(*field))
}

/// How many numbers an entry has in the column of a bit; 0 where that is not
/// the same for all.
pub(crate) fn width(bit: usize) -> usize {
    match FIELDS.get(bit) {
        Some(28) => 8,
        Some(29) => 16,
        Some(field) => 1 + usize::from(is_time(*field)),
        None if is_number_slot(bit) => 2,
        None => 0,
    }
}

/// How many numbers an entry has in some columns, apart from slots for texts;
/// `None` if there are not such columns.
pub(crate) fn numbers(columns: Columns) -> Option<usize> {
    let bits = columns.bits() & !NAME;
    if bits >> COUNT != 0 {
        return None;
    }
    let has = (0..COUNT).filter(|bit| bits >> bit & 1 != 0);
    Some(has.map(width).sum())
}

/// The columns that a test of a field looks at.
pub(super) fn of(field: u8) -> Columns {
    const EMPTY: u64 = 1 | NAME;
    const EXECUTABLE: u64 = 1 << 6 | NAME;
    const READONLY: u64 = 1 << 6;
    Columns::from_bits(match (field, bit(field)) {
        (11, _) => EMPTY,
        (12, _) => EXECUTABLE,
        (13, _) => READONLY,
        (_, Some(bit)) => 1 << bit,
        (_, None) => NAME,
    })
}
