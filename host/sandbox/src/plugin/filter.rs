//! One thread's own instance of a filter plugin, which matches batches.

use std::sync::Arc;

use super::exports::MatchingExports;
use super::{Plugin, wire};
use crate::caller::{Caller, Instance};
use crate::shared::Shared;
use crate::wire::EntryKind as EntryKindOnWire;
use crate::{Fault, indices};
use sanchay_core::kind::EntryKind;
use sanchay_core::time::Timestamp;

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
    pub metadata: Option<(&'a [u64], &'a [Timestamp])>,
}

/// An instance of a filter, for one thread at a time.
pub struct PluginFilter {
    plugin: Plugin,
    caller: Caller<MatchingExports>,
    times: Vec<wire::Timestamp>,
    kinds: Vec<EntryKindOnWire>,
    /// The instance that has the settings.
    configured_generation: Option<u64>,
}

impl PluginFilter {
    pub(super) fn new(
        plugin: Plugin,
        shared: Arc<Shared<MatchingExports>>,
    ) -> Self {
        let caller = Caller::new(shared);
        let (times, kinds) = (Vec::new(), Vec::new());
        Self { plugin, caller, times, kinds, configured_generation: None }
    }

    /// The plugin that it is an instance of.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Matches a batch. Afterwards `out` holds the indices of the entries that
    /// are wanted, ascending; on an error it is empty.
    ///
    /// # Errors
    ///
    /// [`Fault::Disabled`] after too much was lost on failures, otherwise what
    /// this call ran into.
    pub fn select(
        &mut self,
        batch: &NameBatch<'_>,
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let Self { plugin, caller, times, kinds, configured_generation } =
            self;
        let settings = &plugin.0.settings;
        *out = plugin.attempt(caller, |caller| {
            settings.apply(caller, configured_generation)?;
            let wanted = ask(caller, times, kinds, batch)?;
            match indices::check(&wanted, batch.ends.len()) {
                Ok(()) => Ok(wanted),
                Err(what) => Err(caller.contract_violation(what)),
            }
        })?;
        Ok(())
    }
}

impl std::fmt::Debug for PluginFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PluginFilter").field(&self.plugin).finish()
    }
}

fn ask(
    caller: &mut Caller<MatchingExports>,
    converted: &mut Vec<wire::Timestamp>,
    known: &mut Vec<EntryKindOnWire>,
    batch: &NameBatch<'_>,
) -> Result<Vec<u32>, Fault> {
    let &NameBatch { directory, names, ends, kinds, metadata } = batch;
    known.clear();
    known.extend(kinds.iter().copied().map(EntryKindOnWire::from));
    let kinds = known.as_slice();
    converted.clear();
    let times = metadata.map_or(&[][..], |(_, modified)| modified);
    converted.extend(times.iter().map(|time| wire::Timestamp::from(*time)));
    let metadata = metadata
        .map(|(sizes, _)| wire::Metadata { sizes, modified: converted });
    let batch = wire::Batch { directory, names, ends, kinds, metadata };
    let (wanted,) = caller.call(|instance| {
        let Instance { store, exports, .. } = instance;
        exports.select.call(store, (batch,))
    })?;
    Ok(wanted)
}

impl From<Timestamp> for wire::Timestamp {
    fn from(moment: Timestamp) -> Self {
        let Timestamp { seconds, nanoseconds } = moment;
        Self { seconds, nanoseconds }
    }
}
