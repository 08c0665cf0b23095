//! Spans of names in one piece of memory.

use sanchay_storage::Span;

/// An offset into a piece of memory of less than 4 GiB.
pub(crate) fn offset(offset: usize) -> u32 {
    debug_assert!(u32::try_from(offset).is_ok(), "{offset} is beyond 4 GiB");
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// The bytes of a span, which must lie within them.
pub(crate) fn slice(bytes: &[u8], (start, end): Span) -> &[u8] {
    let slice = bytes.get(start as usize..end as usize);
    debug_assert!(slice.is_some(), "{start}..{end} of {}", bytes.len());
    slice.unwrap_or_default()
}
