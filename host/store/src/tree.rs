//! A snapshot as a storage: what walks, filters, hashes and copies files does
//! so with what is in a snapshot, too.

pub(crate) mod contents;
mod file;

use std::{
    any::Any,
    collections::HashMap,
    fmt, io,
    path::{Component, Path},
    sync::Arc,
};

use sanchay::Cancel;
use sanchay_core::store::{Address, Damage, StoredRow};
use sanchay_storage::{
    Confined, Directory, EntryKind, ExtendedAttribute, File, FileId, Links,
    Listing, Metadata, Opened, Storage, StorageError, Timestamp,
};

use self::file::SnapshotFile;
use crate::{error::StoreError, snapshot::Snapshot, store::Store};

/// The device that entries of a snapshot are on.
const DEVICE: u64 = u64::MAX;

/// How many directories there may be that no row is about: those on the way
/// to roots.
const MOST_IMPLIED: usize = 1 << 16;

/// What is in a snapshot, as a storage that cannot be written.
#[derive(Clone)]
pub struct SnapshotTree {
    nodes: Arc<Nodes>,
    cancel: Cancel,
}

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
    /// What is known of it but for its path; nothing of a directory that leads
    /// to what was stored.
    row: Option<Box<StoredRow>>,
    /// What is in it, in the order of names.
    children: Vec<u32>,
}

impl fmt::Debug for SnapshotTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotTree")
            .field("entries", &self.nodes.nodes.len())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// What is in a snapshot. Its rows may have 64 MiB, and up to 250 times
    /// what they take in the store.
    ///
    /// # Errors
    /// Why its rows cannot be read, or make no tree; [`StoreError::Bomb`].
    pub fn tree(
        &self,
        snapshot: &Snapshot,
    ) -> Result<SnapshotTree, StoreError> {
        self.tree_with(snapshot, &Cancel::new())
    }

    /// The same, which is not read on once that is cancelled; nor are the
    /// files in it.
    ///
    /// # Errors
    /// As for [`Store::tree`]; [`sanchay::Error::Cancelled`].
    pub fn tree_with(
        &self,
        snapshot: &Snapshot,
        cancel: &Cancel,
    ) -> Result<SnapshotTree, StoreError> {
        let mut builder = Builder::new();
        let mut rows = self.rows(snapshot);
        while let Some(row) = rows.next()? {
            if cancel.is_cancelled() {
                return Err(sanchay::Error::Cancelled.into());
            }
            builder.add(row).map_err(|damage| rows.wrong(damage))?;
        }
        let (store, time) = (self.clone(), snapshot.document.time);
        let nodes = Arc::new(Nodes { store, nodes: builder.nodes, time });
        Ok(SnapshotTree { nodes, cancel: cancel.clone() })
    }
}

/// Makes a tree of rows, which come in their order.
struct Builder {
    nodes: Vec<Node>,
    /// The way down to the last row.
    way: Vec<u32>,
    /// The first names of files that have several, by device and inode.
    firsts: HashMap<(u64, u64), u32>,
    /// How many directories there are that no row is about.
    implied: usize,
}

impl Builder {
    fn new() -> Self {
        let top = Node::directory(b"");
        let (firsts, implied) = (HashMap::new(), 0);
        Self { nodes: vec![top], way: vec![0], firsts, implied }
    }

    fn add(&mut self, mut row: StoredRow) -> Result<(), Damage> {
        let path = std::mem::take(&mut row.path);
        let names: Vec<&[u8]> = match path.is_empty() {
            true => Vec::new(),
            false => path.split(|byte| *byte == b'/').collect(),
        };
        let mut depth = 0;
        for name in &names {
            let next = self.way.get(depth + 1);
            let next = next.and_then(|at| node(&self.nodes, *at));
            if next.is_none_or(|next| *next.name != **name) {
                break;
            }
            depth += 1;
        }
        self.way.truncate(depth + 1);
        let new = names.get(depth..).unwrap_or_default();
        self.implied += new.len().saturating_sub(1);
        if self.implied > MOST_IMPLIED {
            return Err(Damage::TooLarge);
        }
        for name in new {
            let at = u32::try_from(self.nodes.len());
            let at = at.map_err(|_| Damage::TooLarge)?;
            let above = self.way.last().copied().unwrap_or(0);
            let above = self.nodes.get_mut(above as usize);
            let above = above.ok_or(Damage::Order)?;
            if above.kind != EntryKind::Directory {
                return Err(Damage::Order);
            }
            above.children.push(at);
            self.nodes.push(Node::directory(name));
            self.way.push(at);
        }
        let at = self.way.last().copied().unwrap_or(0);
        self.part_names(&mut row, at);
        let Some(node) = self.nodes.get_mut(at as usize) else {
            return Ok(());
        };
        if node.row.is_some() || !node.children.is_empty() {
            return Err(Damage::Order);
        }
        node.kind = row.kind;
        node.row = Some(Box::new(row));
        Ok(())
    }

    /// A row that calls itself a name of a file of which another row says
    /// something else is a file of its own: it has its own contents.
    fn part_names(&mut self, row: &mut StoredRow, at: u32) {
        let Some(device) = row.device else { return };
        let first = *self.firsts.entry((device, row.inode)).or_insert(at);
        let first = node(&self.nodes, first).and_then(|it| it.row.as_ref());
        if first.is_some_and(|first| !first.is_same_file(row)) {
            (row.device, row.links) = (None, 1);
        }
    }
}

impl Node {
    fn directory(name: &[u8]) -> Self {
        let (kind, children) = (EntryKind::Directory, Vec::new());
        Self { name: Box::from(name), kind, row: None, children }
    }
}

fn node(nodes: &[Node], at: u32) -> Option<&Node> {
    nodes.get(at as usize)
}

fn not_found() -> StorageError {
    let why = "there is nothing of that path in the snapshot";
    io::Error::new(io::ErrorKind::NotFound, why).into()
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
        self.nodes.nodes.len().saturating_sub(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn node(&self, at: u32) -> Option<&Node> {
        node(&self.nodes.nodes, at)
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
            let (user, group) =
                sanchay_system::accounts::user_and_group().unwrap_or_default();
            return Ok(Metadata {
                kind: node.kind,
                size: 0,
                modified: self.nodes.time,
                changed: self.nodes.time,
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
            Some(device)
                if device != DEVICE && node.kind == EntryKind::File =>
            {
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
                let file = SnapshotFile::new(self.clone(), at);
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
        let file = SnapshotFile::new(self.tree.clone(), self.at);
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

#[cfg(test)]
mod tests {
    use sanchay_core::{
        kind::EntryKind,
        store::{Address, Damage, StoredRow},
    };

    use super::{Builder, MOST_IMPLIED};

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
            let mut builder = Builder::new();
            for (path, kind) in rows {
                builder.add(row(path, *kind))?;
            }
            Ok(builder.nodes.len())
        };
        assert_eq!(built(&[("", Directory), ("a", File)]), Ok(2));
        assert_eq!(built(&[("a/b/c", File), ("a/d", File)]), Ok(5));
        assert_eq!(built(&[("a", File), ("a/b", File)]), Err(Damage::Order));
        let twice = [("a/b", File), ("a", Directory)];
        assert_eq!(built(&twice), Err(Damage::Order));
    }

    #[test]
    fn rows_imply_so_many_directories_and_no_more() {
        let deep = vec!["d"; MOST_IMPLIED + 1].join("/");
        let mut builder = Builder::new();
        builder.add(row(&deep, EntryKind::File)).unwrap();
        let more = builder.add(row("e/f", EntryKind::File));
        assert_eq!(more, Err(Damage::TooLarge));
    }

    #[test]
    fn names_of_one_file_with_other_contents_are_files_of_their_own() {
        let mut builder = Builder::new();
        let other = Address::of(b"other");
        for (path, size, hash) in [
            ("a", 0, Address::of(b"")),
            ("b", 0, Address::of(b"")),
            ("c", 5, other),
        ] {
            let mut row = row(path, EntryKind::File);
            (row.device, row.inode, row.links) = (Some(1), 7, 3);
            (row.size, row.hash) = (size, Some(hash));
            builder.add(row).unwrap();
        }
        let device =
            |at: usize| builder.nodes[at].row.as_ref().unwrap().device;
        assert_eq!([1, 2, 3].map(device), [Some(1), Some(1), None]);
    }
}
