//! Copies of files between any two of a folder, a bucket of S3 and a bucket of
//! Google Cloud Storage.
//!
//! [`Transfer::plan`] tells what would be copied and what stands in the way;
//! [`TransferPlan::apply`] does it. What is written is compared with what was
//! read: by a digest that the server checks or tells, or, where it tells none,
//! by reading it again. A copy appears under its name when it is complete, and
//! nothing is ever replaced. Run again, a transfer copies what is missing.
//!
//! Memory is bounded whatever the files are: 64 MiB for what is on its way,
//! beside the plan.

mod apply;
mod budget;
mod download;
mod mtime;
mod names;
mod place;
mod plan;
mod source;
mod upload;

pub use self::apply::TransferReport;
pub use self::place::Destination;
pub use self::plan::{
    Transfer, TransferConflict, TransferError, TransferPlan, TransferProblem,
    TransferStep,
};
