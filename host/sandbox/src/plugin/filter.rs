//! One thread's own instance of a filter, and its judgement of batches.

use std::sync::Arc;

use super::exports::JudgingExports;
use super::value::Moment;
use super::{Plugin, wire};
use crate::link::{Cage, Link};
use crate::shared::Shared;
use crate::{EntryKind, Fault};

/// Entries of one directory, in columns.
#[derive(Clone, Copy, Debug)]
pub struct NameBatch<'a> {
    /// The path of the directory: empty, or ending in a slash.
    pub directory: &'a [u8],
    /// The names, end to end.
    pub names: &'a [u8],
    /// The offset in `names` at which each name ends; ascending, and the last
    /// is the length of `names`.
    pub ends: &'a [u32],
    /// What each entry is.
    pub kinds: &'a [EntryKind],
    /// The size in bytes and the time of each entry, where all are files and
    /// [`Plugin::wants_metadata`].
    pub metadata: Option<(&'a [u64], &'a [Moment])>,
}

/// An instance of a filter, for one thread at a time.
pub struct Judge {
    plugin: Plugin,
    link: Link<JudgingExports>,
    moments: Vec<wire::Timestamp>,
}

impl Judge {
    pub(super) fn new(
        plugin: Plugin,
        shared: Arc<Shared<JudgingExports>>,
    ) -> Self {
        Self { plugin, link: Link::new(shared), moments: Vec::new() }
    }

    /// The plugin that it is an instance of.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Judges a batch. Afterwards `out` holds the indices of the entries that
    /// are wanted, ascending; on an error it is empty.
    ///
    /// # Errors
    ///
    /// [`Fault::GivenUp`] after too much was lost on failures, otherwise what
    /// this call ran into.
    pub fn judge(
        &mut self,
        batch: &NameBatch<'_>,
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let Self { plugin, link, moments } = self;
        plugin.attempt(link, |link| {
            let bits = ask(link, moments, batch)?;
            accept(&bits, batch.ends.len(), out)
                .map_err(|what| link.lied(what))
        })
    }
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Judge").field(&self.plugin).finish()
    }
}

fn ask(
    link: &mut Link<JudgingExports>,
    moments: &mut Vec<wire::Timestamp>,
    batch: &NameBatch<'_>,
) -> Result<Vec<u8>, Fault> {
    let &NameBatch { directory, names, ends, kinds, metadata } = batch;
    moments.clear();
    let times = metadata.map_or(&[][..], |(_, modified)| modified);
    moments.extend(times.iter().map(|time| wire::Timestamp::from(*time)));
    let metadata =
        metadata.map(|(sizes, _)| wire::Metadata { sizes, modified: moments });
    let batch = wire::Batch { directory, names, ends, kinds, metadata };
    let (bits,) = link.enter(|cage| {
        let Cage { store, exports, .. } = cage;
        exports.judge.call(store, (batch,))
    })?;
    Ok(bits)
}

/// Turns the bits of `count` verdicts into indices.
fn accept(
    bits: &[u8],
    count: usize,
    out: &mut Vec<u32>,
) -> Result<(), String> {
    if bits.len() != count.div_ceil(8) {
        return Err(format!(
            "{} bytes of verdicts on {count} entries",
            bits.len()
        ));
    }
    for (byte, first) in bits.iter().zip((0..).step_by(8)) {
        let mut rest = *byte;
        while rest != 0 {
            out.push(first + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    if out.last().is_some_and(|last| *last as usize >= count) {
        out.clear();
        return Err(format!("a verdict beyond the {count} entries"));
    }
    Ok(())
}

impl From<Moment> for wire::Timestamp {
    fn from(moment: Moment) -> Self {
        let Moment { seconds, nanoseconds } = moment;
        Self { seconds, nanoseconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_is_an_entry_and_bits_beyond_them_are_refused() {
        let mut out = Vec::new();
        assert_eq!(accept(&[0b1000_0001, 0b10], 10, &mut out), Ok(()));
        assert_eq!(out, [0, 7, 9]);
        out.clear();
        assert_eq!(accept(&[], 0, &mut out), Ok(()));
        assert!(out.is_empty());
        for (bits, count) in
            [(&[1][..], 0), (&[0, 0], 8), (&[0], 9), (&[0b10], 1)]
        {
            assert!(accept(bits, count, &mut out).is_err(), "{bits:?}");
            assert!(out.is_empty());
        }
    }
}
