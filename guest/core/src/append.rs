//! Formatted text at the end of bytes.

use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// Appends what formats to bytes; that cannot fail.
pub fn append(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    struct Bytes<'a>(&'a mut Vec<u8>);
    impl fmt::Write for Bytes<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    let written = Bytes(out).write_fmt(text);
    debug_assert!(written.is_ok(), "a Display of ours failed");
}
