//! The inspector: one worker thread's own instance, and its typed calls.
//!
//! Nothing that comes back is trusted. Lengths, counts and indices are
//! checked here, before anyone acts on them.

mod attaching;
mod checklists;
mod classifying;
mod exports;
mod filtering;
mod hashing;
mod ignoring;
mod keeping;
mod naming;
mod planning;
mod resembling;
mod stream;
mod trees;

use std::sync::{Arc, Mutex};

use sanchay_sync::{into_inner, lock};
use wasmtime::component::ResourceAny;

use crate::Fault;
use crate::caller;
use crate::fill_in_place::{Ends, FillInPlace};
use crate::shared::Shared;
pub(crate) use exports::InspectorExports;
use filtering::Filter;
use ignoring::RuleSets;
pub use keeping::KeepColumns;
use stream::{Hashers, Stream};

type Caller = caller::Caller<InspectorExports>;
type Instance = caller::Instance<InspectorExports>;

/// The resources of its instance that an inspector holds.
#[derive(Default)]
pub(crate) struct Resources {
    hashers: Hashers,
    filter: Option<ResourceAny>,
    rules: RuleSets,
    namer: naming::Namer,
    plan: planning::Reader,
    makers: resembling::Makers,
    manifest: attaching::Reader,
}

/// One instance of the component, for one thread at a time.
///
/// The instance is made by the first call. A [`Fault`] discards it; the next
/// call makes a fresh one and sets the filter again. A digest that was begun
/// is then lost, which is [`Fault::StreamLost`].
pub struct Inspector {
    caller: Caller,
    filter: Option<Filter>,
    stream: Stream,
    naming: Option<naming::Begun>,
    planning: Option<planning::Begun>,
    text: Option<resembling::Begun>,
    manifest: Option<attaching::Begun>,
    /// A buffer that is reused.
    ends: Vec<u32>,
    /// Another one: kinds as they cross.
    kinds: Vec<crate::wire::EntryKind>,
}

impl Inspector {
    pub(crate) fn new(shared: Arc<Shared<InspectorExports>>) -> Self {
        Self {
            caller: Caller::new(shared),
            filter: None,
            stream: Stream::Idle,
            naming: None,
            planning: None,
            text: None,
            manifest: None,
            ends: Vec::new(),
            kinds: Vec::new(),
        }
    }

    /// Makes the instance now rather than at the first call, so that a worker
    /// finds out before it starts whether that works.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`], or what making the instance ran into.
    pub fn prepare(&mut self) -> Result<(), Fault> {
        self.caller.call(|_| Ok(()))
    }

    /// Calls about many byte strings that `fill` writes straight into the
    /// memory of the instance, end to end: it gets the memory, of `room`
    /// bytes, and an empty list for where each ends, and returns how many
    /// bytes it wrote. Its time does not count. The list is in `ends`
    /// afterwards.
    fn pour<R>(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        call: impl FnOnce(
            &mut Instance,
            FillInPlace<'_>,
            Ends<'_>,
        ) -> wasmtime::Result<R>,
    ) -> Result<R, Fault> {
        let ends = Mutex::new(std::mem::take(&mut self.ends));
        let once = Mutex::new(fill);
        let fill = |space: &mut [u8]| {
            let mut once = lock(&once);
            let mut ends = lock(&ends);
            ends.clear();
            once(space, &mut ends)
        };
        let data = FillInPlace { room, fill: &fill };
        let answer =
            self.caller.call(|instance| call(instance, data, Ends(&ends)));
        self.ends = into_inner(ends);
        answer
    }
}

impl std::fmt::Debug for Inspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspector")
            .field("filter", &self.filter)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}
