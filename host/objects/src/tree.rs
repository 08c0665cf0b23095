//! Buckets as folders and files: what walks, filters, hashes and copies files
//! does so with objects, too.
//!
//! A key is a path whose components end at slashes. Up to the first slash after
//! a folder's own prefix is the name of what is in it, and that may be empty
//! (`a//b`), `.` or `..`: no name is interpreted, none is lost. An object of no
//! bytes whose key ends in a slash is the mark of an empty folder, which some
//! programs leave; one with bytes is a file whose name is empty.

mod directory;
mod entries;
mod file;
mod storage;
mod url;

pub use self::storage::CloudStorage;
pub use self::url::CloudUrl;
