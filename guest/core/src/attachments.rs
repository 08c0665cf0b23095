//! Job attachments: what AWS Deadline Cloud keeps of the files of a job in S3,
//! and every decision about it that needs no file and no server.
//!
//! A manifest lists files by path, with hash, size and time. There are two
//! formats: 2023-03-03, which the service takes, written here byte for byte as
//! the Python package `deadline` writes it, and 2025-12-04-beta, a draft that
//! has directories, links, chunks and deletions too.
//!
//! Texts of manifests are WTF-8, see [`text`]: whatever a file is called
//! somewhere has a text, and a manifest that is read and written again is the
//! same, byte for byte.

mod canonical;
mod copies;
mod decode;
mod diff;
mod document;
mod encode;
mod globs;
mod grouping;
mod hash;
mod manifest;
mod mapping;
mod naming;
mod path;
mod statistics;
#[cfg(test)]
mod tests;
pub mod text;
mod value;

pub use self::copies::copy_name;
pub use self::decode::{
    MAX_ENTRY, ManifestError, ManifestReader, Properties, decode,
};
pub use self::diff::{Differences, Scope, diff, merge};
pub use self::document::{Attachments, DocumentError, ManifestProperties};
pub use self::encode::{EncodeError, encode};
pub use self::globs::GlobFilter;
pub use self::grouping::{
    AssetGroup, AssetPath, Location, Role, group_assets,
};
pub use self::hash::Hash;
pub use self::manifest::{
    CHUNK, Content, Entry, EntryKind, Manifest, ManifestVersion,
};
pub use self::mapping::{MappingError, PathMapping, Rule};
pub use self::naming::{
    asset_root_metadata, asset_root_of_metadata, hashed_name, iso_time,
    local_name, session_time_parts,
};
pub use self::path::{PathFormat, check_below, common, is_beneath, normalize};
pub use self::statistics::{human_size, progress_message, summary_text};
