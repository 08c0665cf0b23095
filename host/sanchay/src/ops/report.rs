//! What became of a run.

use sanchay_core::plan::Operation;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The run, by which it is undone.
    pub run: String,
    /// Steps that were done, or, when a run is undone, undone.
    pub done: u64,
    /// Steps that could not be done.
    pub failed: u64,
    /// Steps that there was no need to do.
    pub skipped: u64,
    /// Those of them that were done and can be undone.
    pub undoable: u64,
    /// Steps that could not be undone.
    pub kept: u64,
    /// Files that are under temporary names, since something else has theirs:
    /// the problems say where. The run can be gone on with, or undone, once
    /// these names are free.
    pub left_aside: u64,
    /// Whether the run was ended before its time. It can be gone on with, or
    /// undone.
    pub interrupted: bool,
    /// What could not be done or undone, and why.
    pub problems: Vec<StepOutcome>,
    /// What was done or undone, and lacks something: a copy without the times
    /// of its original, say.
    pub notes: Vec<StepOutcome>,
}

/// A step of which there is something to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepOutcome {
    /// What it was to do.
    pub operation: Operation,
    /// The entry, from the top.
    pub path: Vec<u8>,
    /// Why it was not done, or what it lacks.
    pub why: String,
}
