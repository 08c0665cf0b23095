//! A file of a snapshot, as a storage has files.

use std::{io, ops::Range, sync::Mutex};

use sanchay_core::store::{Hole, StoredRow};
use sanchay_storage::{
    Attributes, ExtendedAttribute, Metadata, RandomAccess, StorageError,
};
use sanchay_sync::lock;

use super::{
    SnapshotTree,
    contents::{Contents, Source},
};
use crate::error::StoreError;

/// A file of a snapshot, or a directory as a file.
pub(super) struct SnapshotFile {
    tree: SnapshotTree,
    at: u32,
    contents: Mutex<Option<Contents>>,
}

fn io_error(error: StoreError) -> io::Error {
    io::Error::other(error)
}

impl SnapshotFile {
    pub(super) fn new(tree: SnapshotTree, at: u32) -> Self {
        Self { tree, at, contents: Mutex::default() }
    }

    fn row(&self) -> io::Result<&StoredRow> {
        let row = self.tree.node(self.at).and_then(|it| it.row.as_deref());
        row.ok_or_else(|| io::ErrorKind::IsADirectory.into())
    }

    /// Does something with the contents.
    fn contents<T>(
        &self,
        with: impl FnOnce(&mut Contents, Source<'_>) -> Result<T, StoreError>,
    ) -> io::Result<T> {
        let SnapshotTree { nodes, cancel } = &self.tree;
        let of = Source::new(&nodes.store, self.row()?, cancel);
        let of = of.ok_or(io::ErrorKind::IsADirectory)?;
        let mut contents = lock(&self.contents);
        let contents = match &mut *contents {
            Some(contents) => contents,
            none => none.insert(Contents::open(of).map_err(io_error)?),
        };
        with(contents, of).map_err(io_error)
    }
}

impl RandomAccess for SnapshotFile {
    fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.row()?.size {
            return Ok(0);
        }
        self.contents(|contents, of| contents.read_at(of, space, offset))
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn metadata(&self) -> io::Result<Metadata> {
        self.tree.metadata(self.at).map_err(|error| match error {
            StorageError::Io(error) => error,
            other => io::Error::other(other),
        })
    }

    fn set_size(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn set_attributes(&self, _: &Attributes) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn extended_attributes(&self) -> io::Result<Vec<ExtendedAttribute>> {
        Ok(self.tree.attributes(self.at))
    }

    fn set_extended_attribute(&self, _: &ExtendedAttribute) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove_extended_attribute(&self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn data_from(
        &self,
        offset: u64,
        size: u64,
    ) -> io::Result<Option<Range<u64>>> {
        let holes = &self.row()?.holes;
        let behind = |hole: &Hole| hole.offset.saturating_add(hole.length);
        let first = holes.partition_point(|hole| behind(hole) <= offset);
        let (mut begin, mut end) = (offset, size);
        for hole in holes.iter().skip(first) {
            if hole.offset > begin {
                end = hole.offset.min(size);
                break;
            }
            begin = behind(hole);
        }
        if begin < size {
            return Ok(Some(begin..end));
        }
        // Whoever copies data only has come to the end.
        if size > 0 && size == self.row()?.size {
            self.contents(Contents::end)?;
        }
        Ok(None)
    }
}
