//! Records as Arrow has them: the program writes Parquet of them, the Python
//! package hands them over without a copy.
//!
//! The schema comes from that of the records: a field there is a column here.
//! A path is the column `path` where it is UTF-8, and null where it is not;
//! `path_bytes` has its bytes then. Times are UTC, to the nanosecond. What a
//! group of equal files would free stands with its first file only, so that
//! the column can be summed.

mod batch;
#[cfg(feature = "tables")]
mod ipc;
#[cfg(feature = "tables")]
mod parquet;
mod schema;
#[cfg(feature = "tables")]
mod table;

use sanchay_core::media::MediaField;
use sanchay_core::record::{DataType, Field, FieldId};

pub use self::{batch::batch, schema::schema};
#[cfg(feature = "tables")]
pub use self::{ipc::ipc, parquet::parquet, table::TableEncoder};

/// What the columns are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether there is a column `path_bytes` beside each `path`.
    pub path_bytes: bool,
    /// Whether columns of few values are dictionaries. Each batch has its
    /// own.
    pub dictionaries: bool,
}

/// Whether a field has few values, however many records there are.
fn has_few_values(field: &Field) -> bool {
    matches!(field.data_type, DataType::Word)
        || matches!(
            field.id,
            FieldId::Extension
                | FieldId::User
                | FieldId::OwnerGroup
                | FieldId::Media(MediaField::MediaType | MediaField::Camera)
        )
}
