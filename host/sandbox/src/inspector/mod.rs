//! The inspector: one worker thread's own instance, and its typed calls.
//!
//! Nothing that comes back is trusted. Lengths, counts and indices are
//! checked here, before anyone acts on them.

mod checklists;
mod filtering;
mod hashing;
mod link;
mod stream;
mod trees;

use crate::{Fault, Sandbox};
use filtering::Filter;
use link::Link;
use stream::Stream;

/// One instance of the component, for one thread at a time.
///
/// The instance is made by the first call. A [`Fault`] throws it away; the
/// next call makes a fresh one and sets the filter again. A digest that was
/// begun is then lost, and says so.
pub struct Inspector {
    link: Link,
    filter: Option<Filter>,
    stream: Stream,
    /// A list that is used again and again.
    ends: Vec<u32>,
}

impl Inspector {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self {
            link: Link::new(sandbox),
            filter: None,
            stream: Stream::Idle,
            ends: Vec::new(),
        }
    }

    /// Makes the instance now rather than at the first call, so that a
    /// worker that is about to start finds out what does not work.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`], or what making the instance ran into.
    pub fn prepare(&mut self) -> Result<(), Fault> {
        self.link.enter(|_| Ok(()))
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
