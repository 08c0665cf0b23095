//! Plans of what is to be done with files, and journals of what was done: the
//! lines that both are made of, and how they are read.
//!
//! A plan is NDJSON: a header, a line for each step, and a trailer with the
//! number of steps and a digest of all that stands before it, so that a plan
//! which was cut or edited is recognised. A journal has the same header and
//! the same steps, each written before it is done, and lines that say what
//! became of them. `sanchay-output` writes the lines.
//!
//! Whoever reads a plan acts upon it, so a line says everything or nothing: a
//! path that leads out of its root, a number out of range, a member of an
//! unknown name is refused, with the line.

mod header;
mod line;
mod operation;
mod place;
mod reader;
mod step;
#[cfg(test)]
mod tests;
pub(crate) mod time;

pub use self::header::{Document, Header, MAX_ROOTS, Root};
pub use self::line::{
    Folder, Line, Made, Original, State, StateLine, Trailer,
};
pub use self::operation::Operation;
pub use self::place::{
    NameFlaw, Place, check_component, check_path, is_absolute, units,
};
pub use self::reader::{Flaw, MAX_LINE, PlanError, PlanReader};
pub use self::step::{Expectation, Kept, Step};

/// The version of plans and journals that is written, and the newest that is
/// read.
pub const VERSION: u64 = 1;

/// What the names of entries begin with that do not have their own yet, or
/// were left aside: no other entry gets such a name.
pub const TEMPORARY: &str = ".sanchay-";

/// The most bytes that a name may have on the file systems that matter, or on
/// those of Windows the most units of 16 bits.
pub const MAX_NAME: usize = 255;
