//! Acting on files: plans, their application, journals, and undoing.
//!
//! Nothing is done that was not planned. A request walks, names and checks,
//! and gives a [`Plan`]: every collision, cycle and refusal is found before
//! anything moves. [`Plan::apply`] writes a journal of all steps and then does
//! them, each relative to directory handles beneath its root and only while
//! the entry is what it was. [`Runs`] finds journals again: a run is undone,
//! or finished after a kill, by looking at what is there.

mod act;
mod apply;
mod below;
mod check;
mod collect;
mod conflict;
mod copies;
pub(crate) mod copy;
mod dedupe;
mod differences;
mod document;
mod error;
mod folders;
mod handles;
mod journal;
mod leftovers;
mod name;
mod name_rules;
mod order;
mod parallel;
mod places;
mod plan;
mod renamed;
pub(crate) mod replace;
mod replaced;
mod replacing;
mod report;
mod request;
mod ring;
mod roots;
mod rows;
mod runs;
mod siblings;
mod staying;
mod totals;
pub(crate) mod trash;
mod undo;
mod unresolved;

pub use self::conflict::{Conflict, ConflictKind, OnConflict};
pub use self::dedupe::{DedupeAction, DedupeRequest};
pub use self::error::OpsError;
pub use self::plan::{DedupeSummary, Plan, PlanStep, Verdict};
pub use self::report::{RunReport, StepOutcome};
pub use self::request::PlanRequest;
pub use self::runs::{Run, RunState, Runs};
pub use self::staying::{Standing, candidates, staying};
pub use sanchay_core::keep::{Choice, KeepRules};
pub use sanchay_core::naming::{Naming, NamingError, Refusal};
pub use sanchay_core::plan::{Operation, TEMPORARY};
pub use sanchay_core::record::SortFields;
pub use sanchay_core::time::TimeZone;
pub use sanchay_sandbox::KeepColumns;
