//! What the files of a store are called.

use alloc::string::String;
use core::fmt;

use super::{Address, FORMAT_KEY};

/// The name of a file of a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The one that says that it is a store.
    Format,
    /// A pack: `packs/ab/abcd…`, by its digest.
    Pack(Address),
    /// An index: `indexes/abcd…`, by its digest.
    Index(Address),
    /// A snapshot: `snapshots/20260131T120000.000000000Z-…`.
    Snapshot(StampedName),
    /// A snapshot that is not complete yet: `pending/…`, likewise.
    Pending(StampedName),
    /// What a put that was ended early has stored: `partial/…`, likewise.
    Partial(StampedName),
    /// A list of packs that are to be deleted: `condemned/…`, likewise.
    Condemned(StampedName),
}

/// A name that begins with a time and ends in 16 random hexadecimal digits:
/// no two are the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StampedName(String);

/// What such a name looks like, 0 for a decimal digit and f for a hexadecimal
/// one.
const STAMP: &[u8] = b"00000000T000000.000000000Z-ffffffffffffffff";

impl StampedName {
    /// A name that may have been read.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == STAMP.len()
            && text.bytes().zip(STAMP).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'f' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                other => byte == *other,
            });
        fits.then(|| Self(text.into()))
    }

    /// The name of a time, in the form of RFC 3339 with nine digits of a
    /// second, and a random number.
    #[must_use]
    pub fn new(time: &str, random: u64) -> Option<Self> {
        let plain = |it: &char| !matches!(it, '-' | ':');
        let stamp: String = time.chars().filter(plain).collect();
        Self::parse(&alloc::format!("{stamp}-{random:016x}"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its random part, by which people ask for a snapshot.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.rsplit_once('-').map_or("", |(_, id)| id)
    }
}

impl fmt::Display for StampedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Key {
    /// The key that a text is; `None` for one that no store has.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == FORMAT_KEY {
            return Some(Self::Format);
        }
        let (folder, name) = text.split_once('/')?;
        Some(match folder {
            "packs" => {
                let (fan, name) = name.split_once('/')?;
                let address = Address::from_hex(name.as_bytes())?;
                (name.get(..2) == Some(fan)).then_some(Self::Pack(address))?
            }
            "indexes" => Self::Index(Address::from_hex(name.as_bytes())?),
            "snapshots" => Self::Snapshot(StampedName::parse(name)?),
            "pending" => Self::Pending(StampedName::parse(name)?),
            "partial" => Self::Partial(StampedName::parse(name)?),
            "condemned" => Self::Condemned(StampedName::parse(name)?),
            _ => return None,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => f.write_str(FORMAT_KEY),
            Self::Pack(name) => {
                write!(f, "packs/{:02x}/{name}", name.fan())
            }
            Self::Index(name) => write!(f, "indexes/{name}"),
            Self::Snapshot(name) => write!(f, "snapshots/{name}"),
            Self::Pending(name) => write!(f, "pending/{name}"),
            Self::Partial(name) => write!(f, "partial/{name}"),
            Self::Condemned(name) => write!(f, "condemned/{name}"),
        }
    }
}
