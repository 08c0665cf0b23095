//! Open files and directories of a storage in memory.

use std::{any::Any, io, sync::Arc};

use super::{
    Fault, MemoryStorage,
    tree::{Content, ROOT, Tree, error},
};
use crate::{
    Attributes, Confined, Directory, EntryKind, ExtendedAttribute, Extent,
    Extents, File, FileId, FileSystem, FileSystemId, Links, Listing, Metadata,
    Opened, RandomAccess, StorageError,
};

/// Its file system: there is one.
const IN_MEMORY: FileSystemId = FileSystemId { kind: 0, id: 0 };

/// An open file or directory.
#[derive(Clone, Debug)]
pub(super) struct MemoryHandle {
    pub(super) storage: MemoryStorage,
    pub(super) index: usize,
}

impl MemoryHandle {
    /// Another directory, if it is of the same storage.
    fn of<'a>(&self, to: &'a dyn Directory) -> Result<&'a Self, StorageError> {
        let to = to.as_any().downcast_ref::<Self>();
        let same =
            |to: &&Self| Arc::ptr_eq(&to.storage.tree, &self.storage.tree);
        let to = to.filter(same);
        to.ok_or_else(|| error(io::ErrorKind::CrossesDevices))
    }

    /// Fails where a name is taken.
    fn check_free(
        &self,
        tree: &Tree,
        name: &[u8],
    ) -> Result<(), StorageError> {
        if tree.entries(self.index)?.contains_key(name) {
            return Err(error(io::ErrorKind::AlreadyExists));
        }
        Ok(())
    }

    /// Puts something new under a free name.
    fn add(
        &self,
        name: &[u8],
        content: Content,
    ) -> Result<usize, StorageError> {
        let mut tree = self.storage.lock();
        self.check_free(&tree, name)?;
        tree.change()?;
        Ok(tree.add(self.index, name.to_vec(), content))
    }

    /// Sets what is known of an inode.
    fn set(&self, index: usize, attributes: &Attributes) -> io::Result<()> {
        let mut tree = self.storage.lock();
        let now = tree.change()?;
        let inode = tree.inode_mut(index).map_err(io::Error::other)?;
        inode.set(attributes, now);
        Ok(())
    }

    fn extended(&self, index: usize) -> io::Result<Vec<ExtendedAttribute>> {
        let tree = self.storage.lock();
        let inode = tree.inode(index).map_err(io::Error::other)?;
        let extended = inode.extended.iter();
        let extended = extended.map(|(name, value)| ExtendedAttribute {
            name: name.clone(),
            value: value.clone(),
        });
        Ok(extended.collect())
    }

    fn set_extended(
        &self,
        index: usize,
        attribute: &ExtendedAttribute,
    ) -> io::Result<()> {
        let mut tree = self.storage.lock();
        let now = tree.change()?;
        let inode = tree.inode_mut(index).map_err(io::Error::other)?;
        let ExtendedAttribute { name, value } = attribute.clone();
        inode.extended.insert(name, value);
        inode.changed = now;
        Ok(())
    }

    fn child(&self, name: &[u8]) -> Result<usize, StorageError> {
        self.storage.lock().child(self.index, name)
    }

    /// Fails where a directory would come into itself.
    fn check_above(
        &self,
        tree: &Tree,
        inode: usize,
    ) -> Result<(), StorageError> {
        let mut above = self.index;
        while above != ROOT {
            if above == inode {
                return Err(error(io::ErrorKind::InvalidInput));
            }
            above = tree.inode(above)?.parent;
        }
        Ok(())
    }

    /// Fails where an entry would come to another device.
    fn check_device(
        &self,
        tree: &Tree,
        inode: usize,
    ) -> Result<(), StorageError> {
        match tree.inode(inode)?.device == tree.inode(self.index)?.device {
            true => Ok(()),
            false => Err(error(io::ErrorKind::CrossesDevices)),
        }
    }

    /// Gives an entry another name, which nothing has.
    fn move_entry(
        &self,
        tree: &mut Tree,
        name: &[u8],
        to: &Self,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let index = tree.child(self.index, name)?;
        to.check_device(tree, index)?;
        let now = tree.change()?;
        tree.entries_mut(self.index)?.remove(name);
        tree.entries_mut(to.index)?.insert(new_name.to_vec(), index);
        let inode = tree.inode_mut(index)?;
        (inode.parent, inode.changed) = (to.index, now);
        Ok(())
    }
}

impl RandomAccess for MemoryHandle {
    fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut tree = self.storage.lock();
        let now = tree.now();
        let inode = tree.inode_mut(self.index).map_err(io::Error::other)?;
        inode.check(|fault| match fault {
            Fault::Read(kind) => Some(kind),
            _ => None,
        })?;
        let grows =
            inode.faults.iter().position(|it| matches!(it, Fault::Grow(_)));
        let grows = grows.map(|at| inode.faults.swap_remove(at));
        if let Some(Fault::Grow(by)) = grows {
            inode.wrote(now);
            if let Content::File(bytes) = &mut inode.content {
                bytes.resize(bytes.len() + by, b'+');
            }
        }
        let Content::File(bytes) = &inode.content else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = bytes.get(from..).unwrap_or_default();
        let mut got = 0;
        for (to, byte) in space.iter_mut().zip(rest) {
            *to = *byte;
            got += 1;
        }
        tree.counts.bytes_read += got as u64;
        Ok(got)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut tree = self.storage.lock();
        let now = tree.change()?;
        let inode = tree.inode_mut(self.index).map_err(io::Error::other)?;
        let Content::File(content) = &mut inode.content else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let end = from
            .checked_add(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
        if content.len() < end {
            content.resize(end, 0);
        }
        if let Some(space) = content.get_mut(from..end) {
            space.copy_from_slice(bytes);
        }
        inode.wrote(now);
        Ok(bytes.len())
    }

    fn extents(&self) -> io::Result<Extents> {
        let tree = self.storage.lock();
        let inode = tree.inode(self.index).map_err(io::Error::other)?;
        Ok(match (&inode.content, inode.shared) {
            (Content::File(bytes), Some(place)) => {
                let length = bytes.len() as u64;
                Extents::Shared(vec![Extent { offset: 0, place, length }])
            }
            _ => Extents::Own,
        })
    }

    fn file_system_id(&self) -> Option<FileSystemId> {
        Some(IN_MEMORY)
    }

    fn metadata(&self) -> io::Result<Metadata> {
        let tree = self.storage.lock();
        tree.metadata(self.index).map_err(io::Error::other)
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        let mut tree = self.storage.lock();
        let now = tree.change()?;
        let inode = tree.inode_mut(self.index).map_err(io::Error::other)?;
        let Content::File(content) = &mut inode.content else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        content.resize(usize::try_from(size).map_err(io::Error::other)?, 0);
        inode.wrote(now);
        Ok(())
    }

    fn set_attributes(&self, attributes: &Attributes) -> io::Result<()> {
        self.set(self.index, attributes)
    }

    fn extended_attributes(&self) -> io::Result<Vec<ExtendedAttribute>> {
        self.extended(self.index)
    }

    fn set_extended_attribute(
        &self,
        attribute: &ExtendedAttribute,
    ) -> io::Result<()> {
        self.set_extended(self.index, attribute)
    }

    fn remove_extended_attribute(&self, name: &[u8]) -> io::Result<()> {
        let mut tree = self.storage.lock();
        let now = tree.change()?;
        let inode = tree.inode_mut(self.index).map_err(io::Error::other)?;
        if inode.extended.remove(name).is_some() {
            inode.changed = now;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let file = self.index;
        self.storage.lock().sync(|index| index == file)
    }
}

impl Directory for MemoryHandle {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        let mut tree = self.storage.lock();
        tree.counts.listed += 1;
        for (name, child) in tree.entries(self.index)? {
            if !listing.push(name, tree.inode(*child)?.kind()) {
                return Err(error(io::ErrorKind::FileTooLarge));
            }
        }
        tree.inode(self.index)?.check(|fault| match fault {
            Fault::List(kind) => Some(kind),
            _ => None,
        })?;
        Ok(())
    }

    fn stat(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let mut tree = self.storage.lock();
        let index = tree.entry(self.index, name, links)?;
        tree.stat(index)
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError> {
        let tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        match &tree.inode(index)?.content {
            Content::Link(target) => Ok(target.clone()),
            _ => Err(error(io::ErrorKind::InvalidInput)),
        }
    }

    fn open_file(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(File, Metadata), StorageError> {
        let index = self.storage.lock().entry(self.index, name, links)?;
        let kind = self.storage.lock().inode(index)?.kind();
        match (kind, self.storage.open_inode(index)?) {
            (EntryKind::Symlink, _) => Err(StorageError::Link),
            (_, Opened::File(file, metadata)) => Ok((file, metadata)),
            (kind, _) => Err(StorageError::NotRegular(kind.describe())),
        }
    }

    fn open_dir(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let index = self.storage.lock().entry(self.index, name, links)?;
        let kind = self.storage.lock().inode(index)?.kind();
        match (kind, self.storage.open_inode(index)?) {
            (EntryKind::Symlink, _) => Err(StorageError::Link),
            (_, Opened::Directory(directory, _)) => Ok(directory),
            _ => Err(error(io::ErrorKind::NotADirectory)),
        }
    }

    fn may_share_bytes(&self) -> bool {
        self.storage.lock().has_reflinks
    }

    fn id(&self) -> Result<FileId, StorageError> {
        Ok(self.storage.lock().metadata(self.index)?.id)
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        Ok(Box::new(MemoryConfined(self.clone())))
    }

    fn create(&self, name: &[u8]) -> Result<File, StorageError> {
        let index = self.add(name, Content::File(Vec::new()))?;
        let storage = self.storage.clone();
        Ok(File::new(Box::new(Self { storage, index })))
    }

    fn reopen(&self, name: &[u8]) -> Result<File, StorageError> {
        self.open_file(name, Links::Refuse).map(|(file, _)| file)
    }

    fn create_dir(&self, name: &[u8], mode: u32) -> Result<(), StorageError> {
        let index = self.add(name, Content::Directory(Default::default()))?;
        let mut tree = self.storage.lock();
        let now = tree.now();
        let mode = Some(mode & !0o022);
        let mode = Attributes { mode, ..Attributes::default() };
        tree.inode_mut(index)?.set(&mode, now);
        Ok(())
    }

    fn symlink(&self, target: &[u8], name: &[u8]) -> Result<(), StorageError> {
        self.add(name, Content::Link(target.to_vec()))?;
        Ok(())
    }

    fn hard_link(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let to = self.of(to)?;
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if tree.inode(index)?.kind() == EntryKind::Directory {
            return Err(error(io::ErrorKind::PermissionDenied));
        }
        to.check_free(&tree, new_name)?;
        to.check_device(&tree, index)?;
        let now = tree.change()?;
        tree.entries_mut(to.index)?.insert(new_name.to_vec(), index);
        let inode = tree.inode_mut(index)?;
        inode.links += 1;
        inode.changed = now;
        Ok(())
    }

    fn exchange(
        &self,
        name: &[u8],
        with: &dyn Directory,
        other: &[u8],
    ) -> Result<(), StorageError> {
        let with = self.of(with)?;
        let mut tree = self.storage.lock();
        if !tree.has_exchange {
            return Err(StorageError::unsupported());
        }
        let one = tree.child(self.index, name)?;
        let two = tree.child(with.index, other)?;
        with.check_above(&tree, one)?;
        self.check_above(&tree, two)?;
        with.check_device(&tree, one)?;
        self.check_device(&tree, two)?;
        let now = tree.change()?;
        tree.entries_mut(self.index)?.insert(name.to_vec(), two);
        tree.entries_mut(with.index)?.insert(other.to_vec(), one);
        for (index, parent) in [(one, with.index), (two, self.index)] {
            let inode = tree.inode_mut(index)?;
            (inode.parent, inode.changed) = (parent, now);
        }
        Ok(())
    }

    fn replace(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let to = self.of(to)?;
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if let Ok(replaced) = tree.child(to.index, new_name) {
            if replaced == index {
                // POSIX: two names of one file stay what they are.
                return Ok(());
            }
            if tree.inode(replaced)?.kind() == EntryKind::Directory {
                return Err(error(io::ErrorKind::IsADirectory));
            }
            let inode = tree.inode_mut(replaced)?;
            inode.links = inode.links.saturating_sub(1);
        }
        self.move_entry(&mut tree, name, to, new_name)
    }

    fn set_attributes(
        &self,
        name: &[u8],
        attributes: &Attributes,
    ) -> Result<(), StorageError> {
        Ok(self.set(self.child(name)?, attributes)?)
    }

    fn extended_attributes(
        &self,
        name: &[u8],
    ) -> Result<Vec<ExtendedAttribute>, StorageError> {
        Ok(self.extended(self.child(name)?)?)
    }

    fn set_extended_attribute(
        &self,
        name: &[u8],
        attribute: &ExtendedAttribute,
    ) -> Result<(), StorageError> {
        Ok(self.set_extended(self.child(name)?, attribute)?)
    }

    fn as_file(&self) -> Result<File, StorageError> {
        Ok(File::new(Box::new(self.clone())))
    }

    fn try_clone(&self) -> Result<Box<dyn Directory>, StorageError> {
        Ok(Box::new(self.clone()))
    }

    fn sync_file_system(&self) -> Result<(), StorageError> {
        Ok(self.storage.lock().sync(|_| true)?)
    }

    fn file_system_id(&self) -> Option<FileSystemId> {
        Some(IN_MEMORY)
    }

    fn file_system(&self) -> Result<FileSystem, StorageError> {
        let tree = self.storage.lock();
        Ok(FileSystem {
            name: Some("memory"),
            free: tree.free,
            block: tree.block,
            ignores_case: Some(false),
            ..FileSystem::default()
        })
    }

    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let to = self.of(to)?;
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        to.check_free(&tree, new_name)?;
        to.check_above(&tree, index)?;
        self.move_entry(&mut tree, name, to, new_name)
    }

    fn remove_file(&self, name: &[u8]) -> Result<(), StorageError> {
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if tree.inode(index)?.kind() == EntryKind::Directory {
            return Err(error(io::ErrorKind::IsADirectory));
        }
        let now = tree.change()?;
        tree.entries_mut(self.index)?.remove(name);
        let inode = tree.inode_mut(index)?;
        inode.links = inode.links.saturating_sub(1);
        inode.changed = now;
        Ok(())
    }

    fn remove_dir(&self, name: &[u8]) -> Result<(), StorageError> {
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if !tree.entries(index)?.is_empty() {
            return Err(error(io::ErrorKind::DirectoryNotEmpty));
        }
        tree.change()?;
        tree.entries_mut(self.index)?.remove(name);
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A directory that paths may not leave.
#[derive(Debug)]
struct MemoryConfined(MemoryHandle);

impl MemoryConfined {
    fn resolve(&self, path: &[u8]) -> Result<usize, StorageError> {
        let MemoryHandle { storage, index } = &self.0;
        storage.lock().resolve(*index, path, Some(*index), &mut 0)
    }
}

impl Confined for MemoryConfined {
    fn open(&self, path: &[u8]) -> Result<Opened, StorageError> {
        self.0.storage.open_inode(self.resolve(path)?)
    }

    fn stat(
        &self,
        path: &[u8],
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let index = self.resolve(path)?;
        self.0.storage.lock().stat(index)
    }
}
