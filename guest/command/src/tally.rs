//! What a run came to, for its exit code.

use sanchay_core::exit::Exit;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// How many entries failed.
    pub(crate) errors: u64,
    /// How many of them were roots: named by the user, not found.
    pub(crate) roots: u64,
}

impl Tally {
    /// How a run over this many roots ended.
    pub(crate) fn exit(self, roots: usize) -> Exit {
        Exit::of_run(roots, self.errors, self.roots)
    }
}
