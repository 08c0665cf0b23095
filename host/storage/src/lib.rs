//! Where files are.
//!
//! A [`Storage`] opens the paths that a user names; a [`Directory`] lists,
//! opens and changes its own entries, each by a name of one component. An
//! engine that works through these traits never puts a path together to act
//! on it: what was listed is opened relative to the directory that listed it,
//! so nothing that is swapped in between leads out of the tree.
//!
//! [`LocalStorage`] is this machine's file system, by directory handles.
//! [`MemoryStorage`] is a tree in memory with faults that a test chooses.
//!
//! ```
//! use std::path::Path;
//! use sanchay_storage::{Listing, MemoryStorage, Opened, Storage as _};
//!
//! let storage = MemoryStorage::new();
//! storage.write("music/song.flac", b"notes");
//! let Opened::Directory(music, _) = storage.open(Path::new("music"))? else {
//!     panic!("music is a directory");
//! };
//! let mut listing = Listing::default();
//! music.list(&mut listing)?;
//! assert_eq!(listing.name(0), b"song.flac");
//! # Ok::<(), sanchay_storage::StorageError>(())
//! ```

#[cfg(not(any(unix, windows)))]
compile_error!("sanchay needs a Unix or Windows");

mod attributes;
mod beneath;
mod error;
mod extents;
mod file;
mod file_system;
mod listing;
mod local;
mod memory;
mod metadata;
mod storage;
mod temporary;

pub use attributes::{Attributes, ExtendedAttribute};
pub use beneath::{DIRECTORY_MODE, Descent, create_beneath};
pub use error::{StorageError, is_circle};
pub use extents::{Extent, Extents};
pub use file::{File, FileReader, RandomAccess};
pub use file_system::{FileSystem, FileSystemId};
pub use listing::{Listing, Span};
pub use local::{LocalStorage, WorkingDirectory, absolute, stat, stat_open};
pub use memory::{Counts, Fault, MemoryStorage};
pub use metadata::{EntityTag, FileId, Metadata, ObjectFacts, storage_class};
pub use sanchay_core::{
    digest::Digest,
    escape::{escaped, is_terminal_control},
    hashing::Algorithm,
    kind::{EntryKind, KindSet},
    plan::TEMPORARY,
    time::{OutOfRange, Timestamp},
};
pub use storage::{Confined, Directory, Links, Opened, Storage};
pub use temporary::{Temporary, TemporaryNames};

/// Whether a path is the URL of a bucket or of something in one, and not that
/// of a file: `s3://…` or `gs://…`.
#[must_use]
pub fn is_cloud_url(path: &std::path::Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    path.starts_with(b"s3://") || path.starts_with(b"gs://")
}

/// The longest path that a system call takes, in bytes. Windows takes 32,767
/// units of 16 bits, with what it puts before a path; none takes less than a
/// byte.
pub const MAX_PATH: usize = if cfg!(windows) { 32_000 } else { 4095 };
