//! Texts that files have of themselves, made fit to be told.

use alloc::string::String;

/// The longest make or model, in bytes.
const LONGEST: usize = 63;

/// A text that ends at a zero byte or with its bytes: without spaces at its
/// ends, and without control characters. `None` if nothing is left.
pub(crate) fn clean(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or(bytes);
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|it| !it.is_control())
        .collect();
    let text = cut(text.trim(), LONGEST).trim_end();
    (!text.is_empty()).then(|| text.into())
}

/// The beginning of a text, of at most so many bytes.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn texts_lose_what_is_behind_zero_bytes_and_control_characters() {
        for (bytes, text) in [
            (&b"Canon\0rubbish"[..], Some("Canon")),
            (b"  X-T3 \0", Some("X-T3")),
            (b"a\x1b[31mb\n", Some("a[31mb")),
            (b"\xff", Some("\u{fffd}")),
            (b"   \0", None),
            (b"", None),
        ] {
            assert_eq!(clean(bytes).as_deref(), text);
        }
        let long = clean("ö".repeat(100).as_bytes()).unwrap();
        assert_eq!(long, "ö".repeat(31));
    }
}
