//! What servers of objects tell of one that no file system does.

use core::fmt;

/// What a server tells of an object beside its size and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its entity tag, where that has the usual form.
    pub etag: Option<EntityTag>,
    /// How it is kept: `STANDARD`, `GLACIER`. `None` where the server does not
    /// tell, or says a word that is not known here.
    pub storage_class: Option<&'static str>,
}

/// An entity tag of the form that S3 has: 32 hexadecimal digits, and after a
/// hyphen the number of parts that the object was uploaded in. It is a digest
/// of the contents only where the server says so by other means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntityTag {
    /// What the digits say.
    pub digest: [u8; 16],
    /// The number of parts; 0 where there is none.
    pub parts: u16,
}

/// The classes that S3 and Google Cloud Storage keep objects in.
const CLASSES: [&str; 18] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "GLACIER_IR",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "SNOW",
    "EXPRESS_ONEZONE",
    "FSX_OPENZFS",
    "NEARLINE",
    "COLDLINE",
    "ARCHIVE",
    "MULTI_REGIONAL",
    "REGIONAL",
    "DURABLE_REDUCED_AVAILABILITY",
];

/// The storage class with a name, if it is known here.
#[must_use]
pub fn storage_class(name: &str) -> Option<&'static str> {
    CLASSES.into_iter().find(|class| *class == name)
}

impl EntityTag {
    /// The tag that a server says, with its quotes or without them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches('"').as_bytes();
        let digits = text.get(..32)?;
        let mut digest = [0; 16];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = *pair else { return None };
            *byte = nibble(high)? << 4 | nibble(low)?;
        }
        let parts = match text.get(32..)? {
            [] => 0,
            [b'-', number @ ..] => {
                let number = core::str::from_utf8(number).ok()?;
                let fits = number.bytes().all(|it| it.is_ascii_digit());
                number.parse().ok().filter(|it| fits && *it > 0)?
            }
            _ => return None,
        };
        Some(Self { digest, parts })
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.digest {
            write!(f, "{byte:02x}")?;
        }
        match self.parts {
            0 => Ok(()),
            parts => write!(f, "-{parts}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;

    use super::{EntityTag, storage_class};

    #[test]
    fn a_tag_of_the_usual_form_is_read_and_written() {
        let digits = "d41d8cd98f00b204e9800998ecf8427e";
        for (text, parts) in [
            (digits.to_string(), 0),
            (format!("\"{digits}\""), 0),
            (format!("\"{digits}-10000\""), 10_000),
        ] {
            let tag = EntityTag::parse(&text).unwrap();
            assert_eq!(tag.parts, parts);
            assert_eq!(tag.to_string(), text.trim_matches('"'));
        }
        for other in [
            "",
            "d41d8cd98f00b204",
            "d41d8cd98f00b204e9800998ecf8427e-",
            "d41d8cd98f00b204e9800998ecf8427e-0",
            "d41d8cd98f00b204e9800998ecf8427e-+1",
            "d41d8cd98f00b204e9800998ecf8427e-70000",
            "d41d8cd98f00b204e9800998ecf8427ex",
            "d41d8cd98f00b204e9800998ecf8427g",
            "CPfd1pqa4PcCEAE=",
        ] {
            assert_eq!(EntityTag::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_classes_that_are_known_are_told() {
        assert_eq!(storage_class("GLACIER"), Some("GLACIER"));
        assert_eq!(storage_class("NEARLINE"), Some("NEARLINE"));
        assert_eq!(storage_class("glacier"), None);
    }
}
