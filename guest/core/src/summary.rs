//! What trees consist of, in sums: by folder, extension, size, age, owner and
//! kind of content, with the largest, oldest and newest files and the folders
//! without any.
//!
//! A [`Tally`] takes files as a walk finds them, a directory at a time. Each
//! worker has one; merged, they give the same [`Report`] whatever the workers
//! did: sums do not depend on their order, and ties are decided by path. Only
//! what the report names is held: the folders down to a depth, the first few
//! of each list, the extensions, one path for each file with several names,
//! and the folders without files.
//!
//! A file with several names (hard links) counts as a file under each of
//! them. Its bytes count once, as `du` has it, under the least of its paths.

mod age;
mod empty;
mod extension;
mod folder;
mod link;
mod report;
mod size_class;
mod tally;
mod top;
mod totals;

pub use self::age::AgeClass;
pub use self::empty::{EmptyFolder, EmptyFolders};
pub use self::report::{
    ContentTotals, ExtensionTotals, FolderTotals, FullFolder, ListedFile,
    OwnerTotals, Report,
};
pub use self::size_class::SizeClass;
pub use self::tally::{FileRow, ListedFolder, Place, Tally, TallyOptions};
pub use self::totals::Totals;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
