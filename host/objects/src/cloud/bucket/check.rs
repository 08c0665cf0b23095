//! Comparing what was read with a digest that a server knows.

use crc_fast::{CrcAlgorithm, Digest as Crc};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::Checksums;

/// Makes, of what is read, the strongest digest that is known of it.
#[derive(Debug)]
pub struct Checker {
    made: Made,
    known: Checksums,
}

enum Made {
    Nothing,
    Sha256(Sha256),
    Crc64(Crc),
    Crc32c(Crc),
    Md5(Md5),
    Sha1(Sha1),
    Crc32(Crc),
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Sha256(_) => "Sha256",
            Self::Crc64(_) => "Crc64",
            Self::Crc32c(_) => "Crc32c",
            Self::Md5(_) => "Md5",
            Self::Sha1(_) => "Sha1",
            Self::Crc32(_) => "Crc32",
        })
    }
}

impl Checker {
    /// Compares with the strongest of these.
    #[must_use]
    pub fn new(known: Checksums) -> Self {
        let made = if known.sha256.is_some() {
            Made::Sha256(Sha256::new())
        } else if known.md5.is_some() {
            Made::Md5(Md5::new())
        } else if known.sha1.is_some() {
            Made::Sha1(Sha1::new())
        } else if known.crc64nvme.is_some() {
            Made::Crc64(Crc::new(CrcAlgorithm::Crc64Nvme))
        } else if known.crc32c.is_some() {
            Made::Crc32c(Crc::new(CrcAlgorithm::Crc32Iscsi))
        } else if known.crc32.is_some() {
            Made::Crc32(Crc::new(CrcAlgorithm::Crc32IsoHdlc))
        } else {
            Made::Nothing
        };
        Self { made, known }
    }

    /// Takes what was read next.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.made {
            Made::Nothing => {}
            Made::Sha256(it) => it.update(bytes),
            Made::Md5(it) => it.update(bytes),
            Made::Sha1(it) => it.update(bytes),
            Made::Crc64(it) | Made::Crc32c(it) | Made::Crc32(it) => {
                it.update(bytes);
            }
        }
    }

    /// Whether all that was read has the digest; `None` where none is known.
    #[must_use]
    pub fn agrees(self) -> Option<bool> {
        let known = self.known;
        Some(match self.made {
            Made::Nothing => return None,
            Made::Sha256(it) => {
                known.sha256 == Some(<[u8; 32]>::from(it.finalize()))
            }
            Made::Md5(it) => {
                known.md5 == Some(<[u8; 16]>::from(it.finalize()))
            }
            Made::Sha1(it) => {
                known.sha1 == Some(<[u8; 20]>::from(it.finalize()))
            }
            Made::Crc64(it) => known.crc64nvme == Some(it.finalize()),
            Made::Crc32c(it) => {
                known.crc32c.map(u64::from) == Some(it.finalize())
            }
            Made::Crc32(it) => {
                known.crc32.map(u64::from) == Some(it.finalize())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Checker, Checksums};

    fn agrees(known: Checksums, text: &str) -> Option<bool> {
        let mut checker = Checker::new(known);
        for part in text.as_bytes().chunks(3) {
            checker.update(part);
        }
        checker.agrees()
    }

    #[test]
    fn what_was_read_is_compared_with_what_is_known() {
        // The check values of the catalogue of CRCs, of 123456789.
        let nothing = Checksums::default();
        for known in [
            Checksums { crc32: Some(0xcbf4_3926), ..nothing },
            Checksums { crc32c: Some(0xe306_9283), ..nothing },
            Checksums { crc64nvme: Some(0xae8b_1486_0a79_9888), ..nothing },
        ] {
            assert_eq!(agrees(known, "123456789"), Some(true), "{known:?}");
            assert_eq!(agrees(known, "123456780"), Some(false));
        }
        assert_eq!(agrees(nothing, "123456789"), None);
        // Of several, the strongest counts.
        let md5 = [
            0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09,
            0x98, 0xec, 0xf8, 0x42, 0x7e,
        ];
        let both = Checksums { md5: Some(md5), crc32: Some(1), ..nothing };
        assert_eq!(agrees(both, ""), Some(true));
    }
}
