//! Records as Arrow has them: the program writes Parquet of them, the Python
//! package hands them over without a copy.
//!
//! The schema comes from that of the records: a field there is a column here.
//! A path is the column `path` where it is UTF-8, and null where it is not;
//! `path_bytes` has its bytes then. Times are UTC, to the nanosecond. What a
//! group of equal files would free stands with its first file only, so that
//! the column can be summed.

mod batch;
#[cfg(feature = "parquet")]
mod parquet;
mod schema;

#[cfg(feature = "parquet")]
pub use self::parquet::ParquetEncoder;
pub use self::{batch::batch, schema::schema};

/// What the columns are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether there is a column `path_bytes` beside each `path`.
    pub path_bytes: bool,
}
