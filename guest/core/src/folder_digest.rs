//! One digest for a folder and all that is in it: a Merkle tree over names,
//! kinds and contents. `docs/TREE-DIGEST.md` has the bytes; they do not change
//! without another [`PREFIX`].

use alloc::vec::Vec;

use crate::kind::EntryKind;

/// What the bytes of every folder begin with: what they are, and their
/// version.
pub const PREFIX: &[u8] = b"sanchay tree 1\n";

/// What is in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    entries: Vec<Entry>,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: Vec<u8>,
    kind: u8,
    value: Vec<u8>,
}

/// The letter of a kind of entry, as `find -printf %y` has it.
const fn letter(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::File => b'f',
        EntryKind::Directory => b'd',
        EntryKind::Symlink => b'l',
        EntryKind::Fifo => b'p',
        EntryKind::Socket => b's',
        EntryKind::BlockDevice => b'b',
        EntryKind::CharacterDevice => b'c',
        EntryKind::Unknown => b'?',
    }
}

impl Folder {
    /// Adds an entry. Its value is the digest of a file's content or of a
    /// folder, and what a symbolic link says; of all else there is none.
    pub fn add(&mut self, name: &[u8], kind: EntryKind, value: &[u8]) {
        let (name, kind) = (name.to_vec(), letter(kind));
        self.entries.push(Entry { name, kind, value: value.to_vec() });
    }

    /// The bytes whose digest is that of the folder. Entries are in the order
    /// of the bytes of their names, whatever the order in which they were
    /// added; one that was added twice is there once.
    #[must_use]
    pub fn encode(mut self) -> Vec<u8> {
        self.entries.sort_by(|a, b| {
            a.name.cmp(&b.name).then_with(|| a.kind.cmp(&b.kind))
        });
        self.entries.dedup();
        let mut bytes = PREFIX.to_vec();
        for Entry { name, kind, value } in &self.entries {
            bytes.push(*kind);
            for part in [name, value] {
                let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
                bytes.extend_from_slice(&length.to_le_bytes());
                bytes.extend_from_slice(part);
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Folder, PREFIX};
    use crate::kind::EntryKind;

    #[test]
    fn a_folder_is_encoded_to_the_byte() {
        let mut folder = Folder::default();
        folder.add(b"link", EntryKind::Symlink, b"to");
        folder.add(b"a", EntryKind::File, &[1, 2, 3]);
        folder.add(b"fifo", EntryKind::Fifo, b"");
        let mut expected = PREFIX.to_vec();
        expected.extend(b"f\x01\0\0\0\0\0\0\0a\x03\0\0\0\0\0\0\0\x01\x02\x03");
        expected.extend(b"p\x04\0\0\0\0\0\0\0fifo\0\0\0\0\0\0\0\0");
        expected.extend(b"l\x04\0\0\0\0\0\0\0link\x02\0\0\0\0\0\0\0to");
        assert_eq!(folder.encode(), expected);
        assert_eq!(Folder::default().encode(), PREFIX);
    }

    fn entries() -> impl Strategy<Value = Vec<(Vec<u8>, usize, Vec<u8>)>> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..4);
        let entry = (bytes(), 0..EntryKind::ALL.len(), bytes());
        prop::collection::vec(entry, 0..6).prop_map(|mut all| {
            // A name is there once.
            all.sort();
            all.dedup_by(|a, b| a.0 == b.0);
            all
        })
    }

    fn encode(entries: &[(Vec<u8>, usize, Vec<u8>)]) -> Vec<u8> {
        let mut folder = Folder::default();
        for (name, kind, value) in entries {
            folder.add(name, EntryKind::ALL[*kind], value);
        }
        folder.encode()
    }

    proptest! {
        #[test]
        fn different_folders_have_different_bytes(
            a in entries(), b in entries(),
        ) {
            prop_assert_eq!(a == b, encode(&a) == encode(&b));
            let mut turned = a.clone();
            turned.reverse();
            prop_assert_eq!(encode(&turned), encode(&a));
        }
    }
}
