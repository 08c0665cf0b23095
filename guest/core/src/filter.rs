//! Which entries of a directory are wanted.
//!
//! A filter judges names by the listing, hundreds in one call, and asks for
//! metadata only of what survives. A name is judged in a few nanoseconds and
//! without allocating: a directory walk passes every name of the tree through
//! here.

mod extensions;
mod folding;
#[cfg(test)]
mod properties;
mod spelling;
#[cfg(test)]
mod tests;

use alloc::vec;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use self::extensions::Extensions;
pub use self::spelling::{ExtensionError, parse_extensions};
use crate::batch::{Batch, BatchError, Place, saturate};

/// What an entry of a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// What a user asked for. An entry must satisfy every part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specification {
    /// A file's name must end in one of these, without regard to the case of
    /// ASCII letters: each with or without its leading dot, possibly with
    /// dots inside (`tar.gz`). Something must stand before the dot: `.mkv`
    /// has no extension. Empty: every name will do.
    pub extensions: Vec<Vec<u8>>,
    /// A file must have at least this many bytes.
    pub min_size: Option<u64>,
    /// A file must have at most this many bytes.
    pub max_size: Option<u64>,
    /// Whether entries whose names begin with a dot are wanted, directories
    /// included.
    pub hidden: bool,
}

/// Why a specification could not be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecificationError {
    /// The extension at this index is empty.
    EmptyExtension(u32),
    /// The extension at this index contains a slash or a zero byte.
    ImpossibleExtension(u32),
    /// The least size is greater than the greatest.
    EmptySizeRange,
}

/// A compiled [`Specification`].
#[derive(Clone, Debug)]
pub struct Filter {
    extensions: Option<Extensions>,
    sizes: Option<RangeInclusive<u64>>,
    hidden: bool,
}

impl Filter {
    /// Compiles a specification.
    ///
    /// # Errors
    ///
    /// The first extension that no file name can end in, or a range of sizes
    /// that no file can lie in.
    pub fn compile(
        specification: &Specification,
    ) -> Result<Self, SpecificationError> {
        let Specification { extensions, min_size, max_size, hidden } =
            specification;
        let extensions = if extensions.is_empty() {
            None
        } else {
            Some(Extensions::compile(extensions)?)
        };
        let sizes = min_size.unwrap_or(0)..=max_size.unwrap_or(u64::MAX);
        if sizes.is_empty() {
            return Err(SpecificationError::EmptySizeRange);
        }
        Ok(Self {
            extensions,
            sizes: (sizes != (0..=u64::MAX)).then_some(sizes),
            hidden: *hidden,
        })
    }

    /// Whether [`judge_sizes`](Self::judge_sizes) can reject anything.
    #[must_use]
    pub fn needs_metadata(&self) -> bool {
        self.sizes.is_some()
    }

    /// Judges a directory listing by name and kind. Returns the indices of
    /// the entries that survive, ascending: files that may be wanted, and
    /// directories to enter.
    ///
    /// Only hiddenness prunes a directory: the other parts of a
    /// specification speak of files.
    ///
    /// # Errors
    ///
    /// [`BatchError::ColumnLength`] where there are not as many kinds as
    /// names.
    pub fn judge_names<K: Copy + Into<EntryKind>>(
        &self,
        names: Batch<'_>,
        kinds: &[K],
    ) -> Result<Vec<u32>, BatchError> {
        names.same_length(kinds)?;
        let hidden = self.hidden;
        let shown = |name: Place<'_>| hidden | (name.first() != Some(b'.'));
        Ok(match &self.extensions {
            None => select(names, kinds, |name, _| shown(name)),
            Some(extensions) => select(names, kinds, |name, kind| {
                let directory = kind == EntryKind::Directory;
                shown(name) & (directory | extensions.match_end_of(name))
            }),
        })
    }

    /// Judges files by their sizes in bytes. Returns the indices of the files
    /// that are wanted, ascending.
    #[must_use]
    pub fn judge_sizes(&self, sizes: &[u64]) -> Vec<u32> {
        let Some(wanted) = &self.sizes else {
            return (0..saturate(sizes.len())).collect();
        };
        (0..)
            .zip(sizes)
            .filter(|(_, size)| wanted.contains(size))
            .map(|(index, _)| index)
            .collect()
    }
}

/// The indices of the entries that are accepted, ascending.
///
/// Each index is written down and only kept where its entry is accepted: what
/// the next name will be cannot be guessed, and a branch on it would cost more
/// than all the rest.
#[inline]
fn select<K: Copy + Into<EntryKind>>(
    names: Batch<'_>,
    kinds: &[K],
    accept: impl Fn(Place<'_>, EntryKind) -> bool,
) -> Vec<u32> {
    let mut survivors = vec![0; kinds.len()];
    let mut count: usize = 0;
    for ((name, &kind), index) in names.places().zip(kinds).zip(0..) {
        if let Some(place) = survivors.get_mut(count) {
            *place = index;
        }
        count += usize::from(accept(name, kind.into()));
    }
    survivors.truncate(count);
    survivors
}
