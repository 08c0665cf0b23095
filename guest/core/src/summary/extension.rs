//! Sums by extension. Case does not count, as in filters.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{ExtensionTotals, Totals};
use crate::folding::folded;
use crate::record::split_extension;

/// The longest extension that is folded without allocating.
const SHORT: usize = 16;

/// Sums by extension.
#[derive(Clone, Debug, Default)]
pub(super) struct ExtensionTable {
    /// Of files without one.
    without: Totals,
    by_name: HashMap<Box<[u8]>, Totals>,
}

impl ExtensionTable {
    /// Adds a file.
    #[inline]
    pub(super) fn add(&mut self, name: &[u8], totals: Totals) {
        let Some(extension) = split_extension(name).1 else {
            self.without += totals;
            return;
        };
        let mut room = [0; SHORT];
        match short(extension, &mut room) {
            Some(extension) => self.add_folded(extension, totals),
            None => self.add_folded(&folded(extension), totals),
        }
    }

    fn add_folded(&mut self, extension: &[u8], totals: Totals) {
        if let Some(sum) = self.by_name.get_mut(extension) {
            *sum += totals;
        } else {
            self.by_name.insert(extension.into(), totals);
        }
    }

    /// Adds those of another.
    pub(super) fn merge(&mut self, other: Self) {
        self.without += other.without;
        for (extension, totals) in other.by_name {
            *self.by_name.entry(extension).or_default() += totals;
        }
    }

    /// All of them, the most bytes first.
    pub(super) fn into_sorted(self) -> Vec<ExtensionTotals> {
        let without =
            ExtensionTotals { extension: None, totals: self.without };
        let named = self.by_name.into_iter().map(|(extension, totals)| {
            ExtensionTotals { extension: Some(extension), totals }
        });
        let all = core::iter::once(without).chain(named);
        let mut all: Vec<_> =
            all.filter(|it| it.totals != Totals::default()).collect();
        all.sort_unstable_by(|a, b| {
            let size =
                |it: &ExtensionTotals| (it.totals.bytes, it.totals.files);
            size(b).cmp(&size(a)).then_with(|| a.extension.cmp(&b.extension))
        });
        all
    }
}

/// A short extension in ASCII, folded into this room.
#[inline]
fn short<'r>(extension: &[u8], room: &'r mut [u8; SHORT]) -> Option<&'r [u8]> {
    let folded = room.get_mut(..extension.len())?;
    let mut ascii = true;
    for (to, from) in folded.iter_mut().zip(extension) {
        ascii &= from.is_ascii();
        *to = from.to_ascii_lowercase();
    }
    ascii.then_some(folded)
}
