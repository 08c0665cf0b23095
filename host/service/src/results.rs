//! Results of jobs: records, in chunks of the database, that are read back
//! from any place among millions.

pub(crate) mod cells;
pub(crate) mod formats;
pub(crate) mod listing;
pub(crate) mod reader;
pub(crate) mod row;
pub(crate) mod sending;
pub(crate) mod shape;
pub(crate) mod sink;
pub(crate) mod store;
