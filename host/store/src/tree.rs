//! A snapshot as a storage: what walks, filters, hashes and copies files does
//! so with what is in a snapshot, too.

use std::{
    any::Any,
    fmt, io,
    ops::Range,
    path::{Component, Path},
    sync::{Arc, Mutex},
};

use sanchay_core::store::{Address, Damage, StoredRow};
use sanchay_storage::{
    Attributes, Confined, Directory, EntryKind, ExtendedAttribute, File,
    FileId, Links, Listing, Metadata, Opened, RandomAccess, Storage,
    StorageError, Timestamp,
};
use sanchay_sync::lock;

use crate::{
    error::StoreError, live::chunks, snapshot::Snapshot, store::Store,
};

/// The device that entries of a snapshot are on.
const DEVICE: u64 = u64::MAX;

/// What is in a snapshot, as a storage that cannot be written.
#[derive(Clone)]
pub struct SnapshotTree(Arc<Nodes>);

struct Nodes {
    store: Store,
    nodes: Vec<Node>,
    /// When the snapshot was begun.
    time: Timestamp,
}

/// An entry.
struct Node {
    name: Box<[u8]>,
    kind: EntryKind,
    /// What is known of it; nothing of a directory that leads to what was
    /// stored.
    row: Option<Box<StoredRow>>,
    /// What is in it, in the order of names.
    children: Vec<u32>,
}

impl fmt::Debug for SnapshotTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotTree")
            .field("entries", &self.0.nodes.len())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// What is in a snapshot.
    ///
    /// # Errors
    /// Why its rows cannot be read, or make no tree.
    pub fn tree(
        &self,
        snapshot: &Snapshot,
    ) -> Result<SnapshotTree, StoreError> {
        let rows = self.rows(snapshot)?;
        let nodes = build(rows).map_err(|damage| StoreError::Rows {
            snapshot: snapshot.stamp.to_string(),
            damage,
        })?;
        let (store, time) = (self.clone(), snapshot.document.time);
        Ok(SnapshotTree(Arc::new(Nodes { store, nodes, time })))
    }
}

/// Makes a tree of rows, which are in their order.
fn build(rows: Vec<StoredRow>) -> Result<Vec<Node>, Damage> {
    let mut nodes = vec![Node {
        name: Box::default(),
        kind: EntryKind::Directory,
        row: None,
        children: Vec::new(),
    }];
    // The way down to the last row: names and nodes.
    let mut way: Vec<u32> = vec![0];
    for row in rows {
        let path = row.path.clone();
        let mut depth = 0;
        let names: Vec<&[u8]> = match path.is_empty() {
            true => Vec::new(),
            false => path.split(|byte| *byte == b'/').collect(),
        };
        for name in &names {
            let next = way.get(depth + 1).and_then(|at| node(&nodes, *at));
            if next.is_none_or(|next| *next.name != **name) {
                break;
            }
            depth += 1;
        }
        way.truncate(depth + 1);
        for name in names.get(depth..).unwrap_or_default() {
            let above = way.last().copied().unwrap_or(0);
            let at =
                u32::try_from(nodes.len()).map_err(|_| Damage::TooLarge)?;
            let above = nodes.get_mut(above as usize);
            let above = above.ok_or(Damage::Order)?;
            if above.kind != EntryKind::Directory {
                return Err(Damage::Order);
            }
            above.children.push(at);
            nodes.push(Node {
                name: Box::from(*name),
                kind: EntryKind::Directory,
                row: None,
                children: Vec::new(),
            });
            way.push(at);
        }
        let at = way.last().copied().unwrap_or(0);
        let Some(node) = nodes.get_mut(at as usize) else { continue };
        if node.row.is_some() || !node.children.is_empty() {
            return Err(Damage::Order);
        }
        node.kind = row.kind;
        node.row = Some(Box::new(row));
    }
    Ok(nodes)
}

fn node(nodes: &[Node], at: u32) -> Option<&Node> {
    nodes.get(at as usize)
}

fn not_found() -> StorageError {
    io::Error::from(io::ErrorKind::NotFound).into()
}

impl SnapshotTree {
    /// The digest of a file's contents, by the way to it.
    #[must_use]
    pub fn hash(&self, path: &[u8]) -> Option<Address> {
        let at = self.down(path.split(|byte| *byte == b'/')).ok()?;
        self.node(at)?.row.as_ref()?.hash
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.nodes.len().saturating_sub(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn node(&self, at: u32) -> Option<&Node> {
        node(&self.0.nodes, at)
    }

    fn child(&self, at: u32, name: &[u8]) -> Option<u32> {
        let children = &self.node(at)?.children;
        let name_of = |child: &u32| {
            self.node(*child).map_or(&b""[..], |node| &node.name)
        };
        let found = children.binary_search_by(|it| name_of(it).cmp(name));
        children.get(found.ok()?).copied()
    }

    fn down<'n>(
        &self,
        names: impl Iterator<Item = &'n [u8]>,
    ) -> Result<u32, StorageError> {
        let mut at = 0;
        for name in names.filter(|name| !name.is_empty()) {
            at = self.child(at, name).ok_or_else(not_found)?;
        }
        Ok(at)
    }

    fn find(&self, path: &Path) -> Result<u32, StorageError> {
        let mut names = Vec::new();
        for component in path.components() {
            match component {
                Component::Normal(name) => names.push(name.as_encoded_bytes()),
                Component::CurDir | Component::RootDir => {}
                _ => return Err(not_found()),
            }
        }
        self.down(names.into_iter())
    }

    fn metadata(&self, at: u32) -> Result<Metadata, StorageError> {
        let node = self.node(at).ok_or_else(not_found)?;
        let inode = u64::from(at) + 1;
        let Some(row) = &node.row else {
            let user = nix::unistd::getuid().as_raw();
            let group = nix::unistd::getgid().as_raw();
            return Ok(Metadata {
                kind: node.kind,
                size: 0,
                modified: self.0.time,
                changed: self.0.time,
                accessed: None,
                created: None,
                allocated: 0,
                uid: user,
                gid: group,
                id: FileId { device: DEVICE, inode },
                links: 1,
                mode: type_bits(node.kind) | 0o755,
                object: None,
            });
        };
        let holes: u64 = row.holes.iter().map(|hole| hole.length).sum();
        let (id, links) = match row.device {
            Some(device) if device != DEVICE => {
                (FileId { device, inode: row.inode }, row.links)
            }
            _ => (FileId { device: DEVICE, inode }, 1),
        };
        Ok(Metadata {
            kind: node.kind,
            size: row.size,
            modified: row.modified,
            changed: row.changed.unwrap_or(row.modified),
            accessed: None,
            created: None,
            allocated: row.size.saturating_sub(holes),
            uid: row.uid,
            gid: row.gid,
            id,
            links,
            mode: type_bits(node.kind) | row.mode,
            object: None,
        })
    }

    fn attributes(&self, at: u32) -> Vec<ExtendedAttribute> {
        let row = self.node(at).and_then(|node| node.row.as_ref());
        let stored = row.map_or(&[][..], |row| &row.attributes);
        let made = stored.iter().map(|attribute| ExtendedAttribute {
            name: attribute.name.clone(),
            value: attribute.value.clone(),
        });
        made.collect()
    }

    fn directory(&self, at: u32) -> Result<SnapshotDirectory, StorageError> {
        match self.node(at).map(|node| node.kind) {
            Some(EntryKind::Directory) => {
                Ok(SnapshotDirectory { tree: self.clone(), at })
            }
            Some(EntryKind::Symlink) => Err(StorageError::Link),
            _ => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
        }
    }

    fn file(&self, at: u32) -> Result<(File, Metadata), StorageError> {
        let metadata = self.metadata(at)?;
        match metadata.kind {
            EntryKind::File => {
                let (tree, contents) = (self.clone(), Mutex::default());
                let file = SnapshotFile { tree, at, contents };
                Ok((File::new(Box::new(file)), metadata))
            }
            EntryKind::Symlink => Err(StorageError::Link),
            other => Err(StorageError::NotRegular(other.describe())),
        }
    }
}

/// The type of an entry in its mode.
const fn type_bits(kind: EntryKind) -> u32 {
    match kind {
        EntryKind::Directory => 0o040_000,
        EntryKind::Symlink => 0o120_000,
        _ => 0o100_000,
    }
}

impl Storage for SnapshotTree {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        let at = self.find(path)?;
        let metadata = self.metadata(at)?;
        if metadata.kind == EntryKind::Directory {
            let directory = Box::new(self.directory(at)?);
            return Ok(Opened::Directory(directory, metadata.id));
        }
        let (file, metadata) = self.file(at)?;
        Ok(Opened::File(file, metadata))
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let metadata = self.metadata(self.find(path)?)?;
        Ok((metadata.kind, metadata))
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        let (Some(above), Some(name)) = (path.parent(), path.file_name())
        else {
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        };
        let above = self.metadata(self.find(above)?)?;
        Ok((above.id, name.as_encoded_bytes().to_vec()))
    }
}

/// A directory of a snapshot.
#[derive(Debug)]
struct SnapshotDirectory {
    tree: SnapshotTree,
    at: u32,
}

impl SnapshotDirectory {
    fn child(&self, name: &[u8]) -> Result<u32, StorageError> {
        self.tree.child(self.at, name).ok_or_else(not_found)
    }
}

fn read_only<T>() -> Result<T, StorageError> {
    Err(io::Error::from(io::ErrorKind::ReadOnlyFilesystem).into())
}

impl Directory for SnapshotDirectory {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        let node = self.tree.node(self.at).ok_or_else(not_found)?;
        for child in &node.children {
            let Some(child) = self.tree.node(*child) else { continue };
            if !listing.push(&child.name, child.kind) {
                return Err(io::Error::from(io::ErrorKind::OutOfMemory).into());
            }
        }
        Ok(())
    }

    fn stat(
        &self,
        name: &[u8],
        _: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let metadata = self.tree.metadata(self.child(name)?)?;
        Ok((metadata.kind, metadata))
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError> {
        let node = self.tree.node(self.child(name)?);
        let row = node.and_then(|node| node.row.as_ref());
        let target = row.and_then(|row| row.target.clone());
        let refused = || io::Error::from(io::ErrorKind::InvalidInput).into();
        target.ok_or_else(refused)
    }

    fn open_file(
        &self,
        name: &[u8],
        _: Links,
    ) -> Result<(File, Metadata), StorageError> {
        self.tree.file(self.child(name)?)
    }

    fn open_dir(
        &self,
        name: &[u8],
        _: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        Ok(Box::new(self.tree.directory(self.child(name)?)?))
    }

    fn id(&self) -> Result<FileId, StorageError> {
        Ok(self.tree.metadata(self.at)?.id)
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        Err(StorageError::unsupported())
    }

    fn create(&self, _: &[u8]) -> Result<File, StorageError> {
        read_only()
    }

    fn extended_attributes(
        &self,
        name: &[u8],
    ) -> Result<Vec<ExtendedAttribute>, StorageError> {
        Ok(self.tree.attributes(self.child(name)?))
    }

    fn as_file(&self) -> Result<File, StorageError> {
        let (tree, contents) = (self.tree.clone(), Mutex::default());
        let file = SnapshotFile { tree, at: self.at, contents };
        Ok(File::new(Box::new(file)))
    }

    fn try_clone(&self) -> Result<Box<dyn Directory>, StorageError> {
        Ok(Box::new(self.tree.directory(self.at)?))
    }

    fn rename(
        &self,
        _: &[u8],
        _: &dyn Directory,
        _: &[u8],
    ) -> Result<(), StorageError> {
        read_only()
    }

    fn remove_file(&self, _: &[u8]) -> Result<(), StorageError> {
        read_only()
    }

    fn remove_dir(&self, _: &[u8]) -> Result<(), StorageError> {
        read_only()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A file of a snapshot. It keeps the object that was read last.
struct SnapshotFile {
    tree: SnapshotTree,
    at: u32,
    contents: Mutex<Contents>,
}

/// What a file consists of, as far as that was looked at.
#[derive(Default)]
struct Contents {
    /// The chunks, each with where it begins; the end behind the last.
    chunks: Option<Vec<(Address, u64)>>,
    /// Which of them was read last, and its bytes.
    read: Option<(usize, Vec<u8>)>,
}

fn io_error(error: StoreError) -> io::Error {
    io::Error::other(error)
}

impl SnapshotFile {
    fn row(&self) -> io::Result<&StoredRow> {
        let row = self.tree.node(self.at).and_then(|it| it.row.as_deref());
        row.ok_or_else(|| io::ErrorKind::IsADirectory.into())
    }

    /// The chunks, each with where it begins.
    fn chunks(&self, row: &StoredRow) -> io::Result<Vec<(Address, u64)>> {
        let hash = row.hash.ok_or(io::ErrorKind::InvalidData)?;
        if row.chunks.is_empty() {
            return Ok(vec![(hash, 0)]);
        }
        let wrong = || {
            let damage = Damage::Length;
            io_error(StoreError::Object { address: hash, damage })
        };
        let (mut all, mut at) = (Vec::new(), 0_u64);
        for list in &row.chunks {
            let next = chunks(&self.tree.0.store, list).map_err(io_error)?;
            for (address, size) in next {
                all.push((address, at));
                at = at.checked_add(size).ok_or_else(wrong)?;
                // A list may be named again and again.
                if size == 0 || at > row.size {
                    return Err(wrong());
                }
            }
        }
        match at == row.size {
            true => Ok(all),
            false => Err(wrong()),
        }
    }
}

impl RandomAccess for SnapshotFile {
    fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize> {
        let row = self.row()?;
        if offset >= row.size || space.is_empty() {
            return Ok(0);
        }
        let mut contents = lock(&self.contents);
        let Contents { chunks, read } = &mut *contents;
        let chunks = match chunks {
            Some(chunks) => &*chunks,
            None => &*chunks.insert(self.chunks(row)?),
        };
        let behind = chunks.partition_point(|(_, at)| *at <= offset);
        let number = behind.saturating_sub(1);
        let (address, begin) =
            *chunks.get(number).ok_or(io::ErrorKind::UnexpectedEof)?;
        let end = chunks.get(behind).map_or(row.size, |(_, at)| *at);
        let bytes = match read {
            Some((of, bytes)) if *of == number => &*bytes,
            _ => {
                let store = &self.tree.0.store;
                let bytes = store.read(&address).map_err(io_error)?;
                if Some(bytes.len() as u64) != end.checked_sub(begin) {
                    let damage = Damage::Length;
                    return Err(io_error(StoreError::Object {
                        address,
                        damage,
                    }));
                }
                &read.insert((number, bytes)).1
            }
        };
        let skip = usize::try_from(offset.saturating_sub(begin))
            .map_err(io::Error::other)?;
        let rest = bytes.get(skip..).unwrap_or_default();
        let length = rest.len().min(space.len());
        if let (Some(to), Some(from)) =
            (space.get_mut(..length), rest.get(..length))
        {
            to.copy_from_slice(from);
        }
        Ok(length)
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
        let mut begin = offset;
        for hole in holes {
            let end = hole.offset.saturating_add(hole.length);
            if end <= begin {
                continue;
            }
            if hole.offset > begin {
                return Ok(
                    (begin < size).then(|| begin..hole.offset.min(size))
                );
            }
            begin = end;
        }
        Ok((begin < size).then_some(begin..size))
    }
}

#[cfg(test)]
mod tests {
    use sanchay_core::{
        kind::EntryKind,
        store::{Address, Damage, StoredRow},
    };

    use super::build;

    fn row(path: &str, kind: EntryKind) -> StoredRow {
        let is_file = kind == EntryKind::File;
        StoredRow {
            path: path.into(),
            kind,
            size: 0,
            modified: Default::default(),
            changed: None,
            mode: 0o644,
            uid: 0,
            gid: 0,
            inode: 0,
            device: None,
            links: 1,
            hash: is_file.then(|| Address::of(b"")),
            chunks: Vec::new(),
            target: None,
            attributes: Vec::new(),
            holes: Vec::new(),
        }
    }

    #[test]
    fn nothing_lies_in_what_is_no_directory() {
        use EntryKind::{Directory, File};
        let built = |rows: &[(&str, EntryKind)]| {
            let rows = rows.iter().map(|(path, kind)| row(path, *kind));
            build(rows.collect()).map(|nodes| nodes.len())
        };
        assert_eq!(built(&[("", Directory), ("a", File)]), Ok(2));
        assert_eq!(built(&[("a/b/c", File), ("a/d", File)]), Ok(5));
        assert_eq!(built(&[("a", File), ("a/b", File)]), Err(Damage::Order));
        let twice = [("a/b", File), ("a", Directory)];
        assert_eq!(built(&twice), Err(Damage::Order));
    }
}
