//! The exit codes: those of the native program.

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All that was asked for was done.
    Done = 0,
    /// Wrong usage, or nothing could be done.
    Failed = 2,
    /// Done, but for some entries.
    Partly = 3,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// How many entries failed.
    pub(crate) errors: u64,
    /// How many of them were named by the user, not found.
    pub(crate) named: u64,
}

impl Exit {
    /// How a run over this many roots ended.
    pub(crate) fn of_run(tally: Tally, roots: usize) -> Self {
        let all_roots_failed =
            u64::try_from(roots).is_ok_and(|roots| tally.named >= roots);
        match tally.errors {
            0 => Self::Done,
            _ if all_roots_failed => Self::Failed,
            _ => Self::Partly,
        }
    }
}
