//! The standard library's own names as bytes.
#![expect(
    unsafe_code,
    reason = "the standard library borrows bytes as a name only so"
)]

use std::ffi::{OsStr, OsString};
use std::os::windows::ffi::OsStringExt as _;
use std::sync::LazyLock;

use crate::wtf8;

/// A name that no system call takes: what bytes become that are no name.
const REFUSED: &str = "\0not WTF-8";

/// Whether the standard library keeps an unpaired surrogate as WTF-8 has it,
/// which it does not promise.
static KEEPS_WTF8: LazyLock<bool> = LazyLock::new(|| {
    let name = OsString::from_wide(&[0xd83d, 0x61, 0xde00]);
    name.as_encoded_bytes() == [0xed, 0xa0, 0xbd, 0x61, 0xed, 0xb8, 0x80]
});

/// Whether bytes are what the standard library would have made of some name.
fn is_name(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
        || *KEEPS_WTF8 && wtf8::to_units(bytes).is_some()
}

/// A borrowed name as bytes: what `std::os::unix::ffi::OsStrExt` is on Unix.
pub trait OsStrExt {
    /// The name of these bytes. Bytes that are not WTF-8 become one that
    /// nothing can have, and which every system call refuses.
    fn from_bytes(bytes: &[u8]) -> &Self;

    /// The bytes of the name.
    fn as_bytes(&self) -> &[u8];
}

impl OsStrExt for OsStr {
    fn from_bytes(bytes: &[u8]) -> &Self {
        if !is_name(bytes) {
            return Self::new(REFUSED);
        }
        // SAFETY: the bytes must be a mixture of UTF-8 and of what
        // `as_encoded_bytes` returned in this program. They are UTF-8, or
        // WTF-8 in which no pair of surrogates is written as two; and an
        // unpaired one has, as was looked at, the three bytes that
        // `as_encoded_bytes` returns for it.
        unsafe { Self::from_encoded_bytes_unchecked(bytes) }
    }

    fn as_bytes(&self) -> &[u8] {
        self.as_encoded_bytes()
    }
}

/// An owned name as bytes: what `std::os::unix::ffi::OsStringExt` is on Unix.
pub trait OsStringExt {
    /// The name of these bytes. Bytes that are not WTF-8 become one that
    /// nothing can have, and which every system call refuses.
    fn from_vec(bytes: Vec<u8>) -> Self;

    /// The bytes of the name.
    fn into_vec(self) -> Vec<u8>;
}

impl OsStringExt for OsString {
    fn from_vec(bytes: Vec<u8>) -> Self {
        if !is_name(&bytes) {
            return REFUSED.into();
        }
        // SAFETY: as for `OsStr::from_bytes`.
        unsafe { Self::from_encoded_bytes_unchecked(bytes) }
    }

    fn into_vec(self) -> Vec<u8> {
        self.into_encoded_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEEPS_WTF8, OsStrExt as _, OsStringExt as _};
    use std::{
        ffi::{OsStr, OsString},
        os::windows::ffi::OsStrExt as _,
    };

    #[test]
    fn the_standard_library_keeps_names_as_wtf_8() {
        assert!(*KEEPS_WTF8);
        let units = [0x61, 0xd83d, 0x62];
        let name = <OsString as std::os::windows::ffi::OsStringExt>::from_wide(
            &units,
        );
        let again = OsStr::from_bytes(name.as_bytes());
        assert!(again.encode_wide().eq(units));
    }

    #[test]
    fn no_file_can_have_a_name_that_is_not_wtf_8() {
        let name = OsString::from_vec(b"\xff".to_vec());
        let error = std::fs::File::open(name).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
