//! What a storage does. The traits are small and object-safe: an engine holds
//! `dyn Storage` and `dyn Directory`, and pays for the indirection once a
//! system call.

use std::{
    any::Any,
    fmt,
    path::{Path, PathBuf},
};

use crate::{
    Attributes, EntryKind, ExtendedAttribute, File, FileId, FileSystem,
    FileSystemId, Listing, Metadata, StorageError,
};

/// What to do with a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Never follow one.
    Refuse,
    /// Follow it wherever it leads.
    Follow,
}

/// What a path leads to, open.
#[derive(Debug)]
pub enum Opened {
    /// A directory, and what identifies it.
    Directory(Box<dyn Directory>, FileId),
    /// A regular file.
    File(File, Metadata),
    /// Anything else: a pipe, say, which may still be read.
    Special(File, EntryKind),
}

/// Where files are. Its methods take the paths that a user named: links on
/// the way are followed, since the user meant what they lead to. An empty
/// path is the storage's current directory.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Opens what a path leads to.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(&self, path: &Path) -> Result<Opened, StorageError>;

    /// What a path leads to, without opening it.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn stat(&self, path: &Path)
    -> Result<(EntryKind, Metadata), StorageError>;

    /// The directory entry that a path leads to, links resolved: what
    /// identifies the directory, and the name in it.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError>;

    /// A path that leads to the directory that what a path leads to is in; of
    /// one that is in none, to itself.
    fn parent(&self, path: &Path) -> PathBuf {
        path.join("..")
    }

    /// The absolute path without links that leads to the same as a path does.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn canonical(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let _ = path;
        Err(StorageError::unsupported())
    }
}

/// An open directory. Names have one component, and are never `.` or `..`.
///
/// Of the changes, a storage may lack those that have a body here: they are
/// refused with [`std::io::ErrorKind::Unsupported`].
pub trait Directory: fmt::Debug + Send + Sync {
    /// Appends its entries to a buffer.
    ///
    /// # Errors
    /// What ended the listing; the buffer holds what was read until then.
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError>;

    /// What an entry is.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn stat(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(EntryKind, Metadata), StorageError>;

    /// What a symbolic link says, as it was written.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::InvalidInput`] for anything but a link.
    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError>;

    /// Opens a regular file. The metadata is that of the open file.
    ///
    /// # Errors
    /// [`StorageError::Link`] for a link that is not followed,
    /// [`StorageError::NotRegular`] for anything but a regular file.
    fn open_file(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(File, Metadata), StorageError>;

    /// Opens a directory.
    ///
    /// # Errors
    /// [`StorageError::Link`] for a link that is not followed.
    fn open_dir(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<Box<dyn Directory>, StorageError>;

    /// Opens a directory further down in one step: by the names on the way, of
    /// which none may be a link. `None` if the storage cannot, or if it fails:
    /// going down name by name then shows why.
    fn open_descendant(&self, names: &[&[u8]]) -> Option<Box<dyn Directory>> {
        let _ = names;
        None
    }

    /// What identifies it.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn id(&self) -> Result<FileId, StorageError>;

    /// The name of its file system, if that is one whose contents the kernel
    /// makes up: `proc`, `sysfs`, `cgroup2`.
    fn pseudo_file_system(&self) -> Option<&'static str> {
        None
    }

    /// The file system that it is on, if what that says of files can be
    /// relied on from one run to the next.
    fn file_system_id(&self) -> Option<FileSystemId> {
        None
    }

    /// Whether files in it may share bytes on disk, and
    /// [`File::extents`] tells which.
    fn may_share_bytes(&self) -> bool {
        false
    }

    /// Resolves paths beneath this directory, which links may not leave.
    ///
    /// # Errors
    /// Why the directory cannot be opened a second time.
    fn confined(&self) -> Result<Box<dyn Confined>, StorageError>;

    /// Creates an empty file and opens it for reading and writing. Never
    /// opens what is there, nor follows a link.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::AlreadyExists`] where the name is taken.
    fn create(&self, name: &[u8]) -> Result<File, StorageError>;

    /// The same for a file that gets these permissions, whatever the
    /// process's mask: what must not be seen by others before it is complete.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::AlreadyExists`] where the name is taken.
    fn create_with(
        &self,
        name: &[u8],
        mode: u32,
    ) -> Result<File, StorageError> {
        let file = self.create(name)?;
        let mode = Some(mode);
        file.set_attributes(&Attributes { mode, ..Attributes::default() })?;
        Ok(file)
    }

    /// Creates a file as [`Directory::create_with`] does, which shares all
    /// contents of another where the file system can do that: they take no
    /// space until one of the two changes. Says whether it does: if not, the
    /// file is empty.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::AlreadyExists`] where the name is taken. Nothing
    /// is left then.
    fn create_sharing(
        &self,
        name: &[u8],
        mode: u32,
        from: &File,
    ) -> Result<(File, bool), StorageError> {
        let file = self.create_with(name, mode)?;
        match from.share_contents(&file) {
            Ok(shared) => Ok((file, shared)),
            Err(error) => {
                drop(file);
                let _ = self.remove_file(name);
                Err(error.into())
            }
        }
    }

    /// Opens a regular file for reading and writing, to go on with what an
    /// earlier run began. Never follows a link.
    ///
    /// # Errors
    /// As for [`Directory::open_file`].
    fn reopen(&self, name: &[u8]) -> Result<File, StorageError> {
        let _ = name;
        Err(StorageError::unsupported())
    }

    /// Creates an empty directory with these permissions, less those that the
    /// process's mask takes away.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::AlreadyExists`] where the name is taken.
    fn create_dir(&self, name: &[u8], mode: u32) -> Result<(), StorageError> {
        let _ = (name, mode);
        Err(StorageError::unsupported())
    }

    /// Creates a symbolic link that says `target`.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::AlreadyExists`] where the name is taken.
    fn symlink(&self, target: &[u8], name: &[u8]) -> Result<(), StorageError> {
        let _ = (target, name);
        Err(StorageError::unsupported())
    }

    /// Gives an entry that is not a directory a second name, here or in
    /// another directory of the same storage. Never replaces what is there; of
    /// a link, the link gets the name.
    ///
    /// # Errors
    /// As for [`Directory::rename`].
    fn hard_link(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let _ = (name, to, new_name);
        Err(StorageError::unsupported())
    }

    /// Has two entries change places, at once.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::NotFound`] unless both are there, and a refusal
    /// where the file system cannot do it.
    fn exchange(
        &self,
        name: &[u8],
        with: &dyn Directory,
        other: &[u8],
    ) -> Result<(), StorageError> {
        let _ = (name, with, other);
        Err(StorageError::unsupported())
    }

    /// Gives a file another name and replaces the file that has it, at once:
    /// for a file that the caller made itself, and whose replacement it has
    /// decided on.
    ///
    /// # Errors
    /// As for [`Directory::rename`], but for a name that is taken.
    fn replace(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let _ = (name, to, new_name);
        Err(StorageError::unsupported())
    }

    /// Sets what is known of an entry; of a link, of the link itself.
    ///
    /// # Errors
    /// The first refusal: owners come first, then permissions, then times.
    fn set_attributes(
        &self,
        name: &[u8],
        attributes: &Attributes,
    ) -> Result<(), StorageError> {
        let _ = (name, attributes);
        Err(StorageError::unsupported())
    }

    /// The extended attributes of an entry; of a link, of the link itself. None
    /// where the file system has none.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn extended_attributes(
        &self,
        name: &[u8],
    ) -> Result<Vec<ExtendedAttribute>, StorageError> {
        let _ = name;
        Ok(Vec::new())
    }

    /// Sets an extended attribute of an entry; of a link, of the link itself.
    ///
    /// # Errors
    /// Why it cannot be set.
    fn set_extended_attribute(
        &self,
        name: &[u8],
        attribute: &ExtendedAttribute,
    ) -> Result<(), StorageError> {
        let _ = (name, attribute);
        Err(StorageError::unsupported())
    }

    /// The directory itself as an open file, for what a file and a directory
    /// have in common: attributes, and their durability.
    ///
    /// # Errors
    /// Why it cannot be opened a second time.
    fn as_file(&self) -> Result<File, StorageError> {
        Err(StorageError::unsupported())
    }

    /// The same directory, open a second time.
    ///
    /// # Errors
    /// Why it cannot be opened a second time.
    fn try_clone(&self) -> Result<Box<dyn Directory>, StorageError> {
        Err(StorageError::unsupported())
    }

    /// Waits until the names in this directory would survive a loss of power.
    ///
    /// # Errors
    /// Why the system cannot tell.
    fn sync(&self) -> Result<(), StorageError> {
        Ok(self.as_file()?.sync()?)
    }

    /// Waits until all that was written to this directory's file system would
    /// survive a loss of power: contents, attributes, and names.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::Unsupported`] where that can be asked for each
    /// file only.
    fn sync_file_system(&self) -> Result<(), StorageError> {
        Err(StorageError::unsupported())
    }

    /// What is known of this directory's file system.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn file_system(&self) -> Result<FileSystem, StorageError> {
        Ok(FileSystem::default())
    }

    /// Gives an entry another name, here or in another directory of the same
    /// storage. Never replaces what is there.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::AlreadyExists`] where the name is taken,
    /// [`std::io::ErrorKind::CrossesDevices`] where the other directory is on
    /// another file system or storage.
    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError>;

    /// Removes an entry that is not a directory; of a link, the link.
    ///
    /// # Errors
    /// Why it cannot be removed.
    fn remove_file(&self, name: &[u8]) -> Result<(), StorageError>;

    /// Removes an empty directory.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::DirectoryNotEmpty`] where it is not empty.
    fn remove_dir(&self, name: &[u8]) -> Result<(), StorageError>;

    /// Itself, so that a storage can recognize its own directories.
    fn as_any(&self) -> &dyn Any;
}

/// Paths of several components beneath a directory. Links are followed as
/// long as they stay beneath it.
pub trait Confined: fmt::Debug + Send + Sync {
    /// Opens what a path leads to.
    ///
    /// # Errors
    /// [`StorageError::Outside`] where it leads out of the directory.
    fn open(&self, path: &[u8]) -> Result<Opened, StorageError>;

    /// What a path leads to.
    ///
    /// # Errors
    /// [`StorageError::Outside`] where it leads out of the directory.
    fn stat(&self, path: &[u8])
    -> Result<(EntryKind, Metadata), StorageError>;
}
