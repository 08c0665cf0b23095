//! Whether a name ends in one of many extensions, in whichever case.
//!
//! Nearly all extensions are short and hold no dot of their own. The last
//! eight bytes of a name then hold its extension and the dot before it, so
//! the whole test is done on one 64-bit word: fold the case of all its bytes
//! at once, find the last dot, blank what stands before it, and look the rest
//! up in a hash table. The few others are looked up by length; and so is any
//! extension where a name has characters beyond ASCII behind its last dot,
//! which are folded one by one first.

mod table;

use alloc::vec::Vec;

use self::table::Table;
use crate::batch::{Place, word};
use crate::folding::folded;

/// The bytes in a word: an extension of seven and its dot.
const WORD: usize = size_of::<u64>();

/// The high bit of every byte.
const HIGH: u64 = u64::from_ne_bytes([0x80; WORD]);

/// A set of extensions.
#[derive(Clone, Debug)]
pub(super) struct ExtensionSet {
    /// Those that fit a word.
    short: Table,
    /// The others, by their lengths.
    others: Vec<SameLength>,
    /// All of them, by their lengths.
    all: Vec<SameLength>,
}

/// Extensions of one length.
#[derive(Clone, Debug)]
struct SameLength {
    /// The length in bytes, leading dot included.
    length: usize,
    /// The extensions with their leading dots, folded, sorted.
    sorted: Vec<Vec<u8>>,
}

impl ExtensionSet {
    /// Compiles a set of extensions without their leading dots; `None` if one
    /// is empty or can end no name.
    pub(super) fn compile(extensions: &[&[u8]]) -> Option<Self> {
        let mut keys = Vec::new();
        let mut others = Vec::new();
        let mut all = Vec::new();
        for bare in extensions.iter().copied() {
            let is_possible = !bare.contains(&b'/') && !bare.contains(&0);
            if bare.is_empty() || !is_possible {
                return None;
            }
            let mut dotted = Vec::with_capacity(bare.len().saturating_add(1));
            dotted.push(b'.');
            dotted.extend(folded(bare));
            all.push(dotted.clone());
            let fits = dotted.len() <= WORD && dotted.is_ascii();
            if fits && !bare.contains(&b'.') {
                keys.push(word(&dotted));
            } else {
                others.push(dotted);
            }
        }
        Some(Self {
            short: Table::new(&keys),
            others: by_length(others),
            all: by_length(all),
        })
    }

    /// Whether a name ends in one of the extensions, with something before
    /// the dot.
    #[inline]
    pub(super) fn match_end_of(&self, name: Place<'_>) -> bool {
        let (key, length) = last_extension(name.last_word());
        // What was found may begin before the name does.
        let short = self.short.contains(key) & (name.length() > length);
        // No character beyond ASCII is in what was compared.
        if self.others.is_empty() && key & HIGH == 0 {
            return short;
        }
        short || self.match_others(name.string())
    }

    /// Kept out of line, where it takes no registers from the loop that
    /// hardly ever needs it.
    #[inline(never)]
    fn match_others(&self, name: &[u8]) -> bool {
        if name.is_ascii() {
            return self.others.iter().any(|others| others.matches(name));
        }
        let name = folded(name);
        self.all.iter().any(|all| all.matches(&name))
    }
}

impl SameLength {
    /// Whether a name, of ASCII or folded, ends in one of them.
    fn matches(&self, name: &[u8]) -> bool {
        let start = name.len().saturating_sub(self.length);
        if start == 0 {
            return false;
        }
        let Some(end) = name.get(start..) else { return false };
        end.first() == Some(&b'.')
            && self
                .sorted
                .binary_search_by(|extension| {
                    let end = end.iter().map(u8::to_ascii_lowercase);
                    extension.iter().copied().cmp(end)
                })
                .is_ok()
    }
}

fn by_length(mut extensions: Vec<Vec<u8>>) -> Vec<SameLength> {
    extensions.sort_unstable_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    extensions
        .chunk_by(|a, b| a.len() == b.len())
        .map(|group| SameLength {
            length: group.first().map_or(0, Vec::len),
            sorted: group.to_vec(),
        })
        .collect()
}

/// The last dot in a word and what follows it, in lower case, as a key of the
/// table, and its length. Without a dot, the whole word.
#[inline]
fn last_extension(word: u64) -> (u64, usize) {
    let word = to_lower_case(word);
    let dots = word ^ u64::from_ne_bytes([b'.'; WORD]);
    // The high bit of each byte that is zero, exactly: where a byte is zero,
    // neither the sum nor the byte itself sets it.
    let dots = !(((dots & !HIGH) + !HIGH) | dots) & HIGH;
    let after = (dots | 1).leading_zeros() / 8;
    let key = word & (u64::MAX << (56 - 8 * after));
    (key, after as usize + 1)
}

/// Folds the case of ASCII letters, in all the bytes at once.
#[inline]
fn to_lower_case(word: u64) -> u64 {
    /// Added to a byte below 0x80, sets its high bit if it is `least` or more.
    const fn reaches(least: u8) -> u64 {
        u64::from_ne_bytes([0x80 - least; WORD])
    }
    let low = word & !HIGH;
    let letters = (low + reaches(b'A')) & !(low + reaches(b'Z' + 1));
    word | (letters & !word & HIGH) >> 2
}
