//! Forms of text: `lower`, `upper`, `title`, `ascii`, `slug`, `trim`.
//!
//! Names are bytes: what is not UTF-8 stays as it is, but for the forms that
//! write ASCII only.

use alloc::vec::Vec;

use super::latin::ascii;

/// A form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In small letters.
    Lower,
    /// In capitals.
    Upper,
    /// Each word with a capital first.
    Title,
    /// Latin letters without their marks; `_` for what has no such form.
    Ascii,
    /// Small letters and digits of ASCII, with a hyphen for all between.
    Slug,
    /// Without the spaces around it.
    Trim,
}

impl Form {
    /// All of them, by name.
    pub(super) const ALL: [(&str, Self); 6] = [
        ("lower", Self::Lower),
        ("upper", Self::Upper),
        ("title", Self::Title),
        ("ascii", Self::Ascii),
        ("slug", Self::Slug),
        ("trim", Self::Trim),
    ];

    /// The form of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(it, _)| *it == name);
        found.map(|(_, form)| *form)
    }

    /// Text in this form.
    pub(super) fn of(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Trim => text.trim_ascii().to_vec(),
            Self::Lower => mapped(text, |c, out| {
                c.to_lowercase().for_each(|c| push(c, out));
            }),
            Self::Upper => mapped(text, |c, out| {
                c.to_uppercase().for_each(|c| push(c, out));
            }),
            Self::Title => title(text),
            Self::Ascii => ascii_of(text),
            Self::Slug => slug(text),
        }
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    let mut room = [0; 4];
    out.extend_from_slice(c.encode_utf8(&mut room).as_bytes());
}

/// Text of which each character was dealt with.
fn mapped(text: &[u8], mut write: impl FnMut(char, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| write(c, &mut out));
        out.extend_from_slice(chunk.invalid());
    }
    out
}

fn title(text: &[u8]) -> Vec<u8> {
    let mut inside = false;
    mapped(text, |c, out| {
        match inside {
            true => c.to_lowercase().for_each(|c| push(c, out)),
            false => c.to_uppercase().for_each(|c| push(c, out)),
        }
        // It's, not It'S.
        inside = c.is_alphanumeric() || inside && matches!(c, '\'' | '’');
    })
}

fn ascii_of(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c.is_ascii() {
                true => push(c, &mut out),
                false => {
                    let form = ascii(c).unwrap_or("_");
                    out.extend_from_slice(form.as_bytes());
                }
            }
        }
        out.extend(chunk.invalid().iter().map(|_| b'_'));
    }
    out
}

fn slug(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in ascii_of(text) {
        match byte.to_ascii_lowercase() {
            // An apostrophe parts no words.
            b'\'' => {}
            byte if byte.is_ascii_alphanumeric() => out.push(byte),
            _ if out.is_empty() || out.ends_with(b"-") => {}
            _ => out.push(b'-'),
        }
    }
    if out.ends_with(b"-") {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Form;

    fn of(form: &str, text: &str) -> String {
        let form = Form::named(form).unwrap();
        String::from_utf8(form.of(text.as_bytes())).unwrap()
    }

    #[test]
    fn text_takes_its_forms() {
        let text = " It's Ölwechsel №5: STRAẞE ";
        assert_eq!(of("lower", text), " it's ölwechsel №5: straße ");
        assert_eq!(of("upper", "straße é"), "STRASSE É");
        assert_eq!(of("title", text), " It's Ölwechsel №5: Straße ");
        assert_eq!(of("trim", text), text.trim());
        assert_eq!(of("ascii", "Ölwechsel 文 ŒUVRE"), "Olwechsel _ OEUVRE");
        assert_eq!(of("slug", text), "its-olwechsel-5-strasse");
        assert_eq!(of("slug", "--"), "");
    }

    #[test]
    fn bytes_that_are_no_text_stay_but_in_ascii() {
        assert_eq!(Form::Upper.of(b"a\xffb"), b"A\xffB");
        assert_eq!(Form::Ascii.of(b"a\xffb"), b"a_b");
        assert_eq!(Form::Slug.of(b"a\xffb"), b"a-b");
    }

    proptest! {
        #[test]
        fn ascii_and_slug_are_ascii_and_a_slug_of_a_slug_is_itself(
            text: Vec<u8>,
        ) {
            prop_assert!(Form::Ascii.of(&text).is_ascii());
            let slug = Form::Slug.of(&text);
            let fits = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
            prop_assert!(slug.iter().all(fits));
            prop_assert_eq!(Form::Slug.of(&slug), slug);
        }
    }
}
