//! A directory by its handle.

use std::{
    any::Any,
    fs::File as LocalFile,
    io::{self, ErrorKind},
    mem::offset_of,
    os::windows::io::{AsHandle as _, AsRawHandle as _, OwnedHandle},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use windows_sys::Wdk::Storage::FileSystem::{
    FILE_DISPOSITION_DELETE, FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE,
    FILE_DISPOSITION_POSIX_SEMANTICS, FILE_INFORMATION_CLASS,
    FILE_RENAME_IGNORE_READONLY_ATTRIBUTE, FILE_RENAME_INFORMATION,
    FILE_RENAME_POSIX_SEMANTICS, FILE_RENAME_REPLACE_IF_EXISTS,
    FileDispositionInformation, FileDispositionInformationEx,
    FileLinkInformation, FileRenameInformation, FileRenameInformationEx,
};

use super::{
    attributes,
    confined::LocalConfined,
    facts::Facts,
    file_system,
    handle::{self, Access},
    list, names, nt, reparse,
    space::{Space, bytes_of},
};
use crate::{
    Attributes, Confined, Directory, EntryKind, ExtendedAttribute, File,
    FileId, FileSystem, FileSystemId, Links, Listing, Metadata, StorageError,
};

/// A directory's handle.
#[derive(Debug)]
pub(super) struct LocalDirectory {
    handle: OwnedHandle,
    /// Whether it was listed: some systems then go on with what was there at
    /// that time, however often they are told to begin again.
    listed: AtomicBool,
}

impl LocalDirectory {
    pub(super) fn new(handle: OwnedHandle) -> Self {
        Self { handle, listed: AtomicBool::new(false) }
    }

    /// A directory as one of this storage.
    fn of(directory: &dyn Directory) -> Result<&Self, StorageError> {
        let local = directory.as_any().downcast_ref();
        local.ok_or_else(|| io::Error::from(ErrorKind::CrossesDevices).into())
    }

    /// Gives an entry a second name, or another one that is not taken.
    fn name(
        &self,
        name: &[u8],
        (to, new_name): (&dyn Directory, &[u8]),
        class: FILE_INFORMATION_CLASS,
    ) -> Result<(), StorageError> {
        let access = match class == FileLinkInformation {
            true => Access::Adjust,
            false => Access::Remove,
        };
        let held = handle::open_entry(self.handle.as_handle(), name, access)?;
        let named = named(Self::of(to)?, new_name, 0)?;
        Ok(nt::set(held.as_handle(), class, named.bytes())?)
    }

    /// Removes an entry, a directory or anything else as is expected.
    fn remove(
        &self,
        name: &[u8],
        is_directory: bool,
    ) -> Result<(), StorageError> {
        let parent = self.handle.as_handle();
        let held = handle::open_entry(parent, name, Access::Remove)?;
        let kind = Facts::of(held.as_handle())?.kind();
        match (kind == EntryKind::Directory, is_directory) {
            (true, false) => Err(ErrorKind::IsADirectory.into()),
            (false, true) => Err(ErrorKind::NotADirectory.into()),
            _ => remove(&held),
        }
        .map_err(StorageError::from)
    }
}

/// What says that an entry is to be named so in a directory; links and
/// renamings have the same form. The first of the flags, to replace what has
/// the name, is what older systems know.
fn named(to: &LocalDirectory, name: &[u8], flags: u32) -> io::Result<Space> {
    type Rename = FILE_RENAME_INFORMATION;
    let name = bytes_of(&names::units(name)?);
    let length = u32::try_from(name.len());
    let length = length.map_err(|_| ErrorKind::InvalidFilename)?;
    let directory = to.handle.as_raw_handle().addr();
    let at = offset_of!(Rename, FileName);
    let mut space = Space::new(size_of::<Rename>().max(at + name.len()));
    space.put(0, &flags.to_ne_bytes());
    let root = offset_of!(Rename, RootDirectory);
    space.put(root, &directory.to_ne_bytes());
    let count = offset_of!(Rename, FileNameLength);
    space.put(count, &length.to_ne_bytes());
    space.put(at, &name);
    Ok(space)
}

/// Whether an error says that the file system does not know how to do
/// something, which newer ones do.
fn is_unknown(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported)
        || matches!(
            error.raw_os_error(),
            Some(INVALID_FUNCTION | NOT_SUPPORTED)
        )
}

/// Removes what is open, at once where the file system can do that.
fn remove(held: &OwnedHandle) -> io::Result<()> {
    let flags = FILE_DISPOSITION_DELETE
        | FILE_DISPOSITION_POSIX_SEMANTICS
        | FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
    let class = FileDispositionInformationEx;
    match nt::set(held.as_handle(), class, &flags.to_ne_bytes()) {
        Err(error) if is_unknown(&error) => {
            // Else when the last handle of it is closed.
            attributes::unprotected(held.as_handle(), || {
                nt::set(held.as_handle(), FileDispositionInformation, &[1])
            })
        }
        result => result,
    }
}

/// What file systems say that know no removal at once, and no replacing of
/// what is open.
const INVALID_FUNCTION: i32 = 1;
const NOT_SUPPORTED: i32 = 50;

impl Directory for LocalDirectory {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        let handle = self.handle.as_handle();
        if self.listed.swap(true, Relaxed) {
            let again = handle::open_again(handle, Access::Read)?;
            return list::list(again.as_handle(), listing);
        }
        list::list(handle, listing)
    }

    fn stat(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let parent = self.handle.as_handle();
        let facts = match links {
            Links::Refuse => {
                let held = handle::open_entry(parent, name, Access::Look)?;
                Facts::of(held.as_handle())?
            }
            Links::Follow => {
                handle::open_target(parent, name, Access::Look, links)?.1
            }
        };
        Ok((facts.kind(), facts.metadata()))
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError> {
        let parent = self.handle.as_handle();
        let held = handle::open_entry(parent, name, Access::Look)?;
        if Facts::of(held.as_handle())?.kind() != EntryKind::Symlink {
            return Err(io::Error::from(ErrorKind::InvalidInput).into());
        }
        let target = reparse::target(held.as_handle())?;
        Ok(sanchay_names::from_units(&target.path))
    }

    fn open_file(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(File, Metadata), StorageError> {
        handle::open_file(self.handle.as_handle(), name, Access::Read, links)
    }

    fn open_dir(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let parent = self.handle.as_handle();
        let handle = handle::open_directory(parent, name, links)?;
        Ok(Box::new(Self::new(handle)))
    }

    fn id(&self) -> Result<FileId, StorageError> {
        Ok(Facts::of(self.handle.as_handle())?.id())
    }

    fn file_system_id(&self) -> Option<FileSystemId> {
        file_system::identify(self.handle.as_handle())
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        Ok(Box::new(LocalConfined::new(self.handle.try_clone()?)))
    }

    fn create(&self, name: &[u8]) -> Result<File, StorageError> {
        let handle = handle::create_file(self.handle.as_handle(), name)?;
        Ok(LocalFile::from(handle).into())
    }

    fn reopen(&self, name: &[u8]) -> Result<File, StorageError> {
        let parent = self.handle.as_handle();
        let links = Links::Refuse;
        handle::open_file(parent, name, Access::Write, links)
            .map(|(file, _)| file)
    }

    fn create_dir(&self, name: &[u8], _: u32) -> Result<(), StorageError> {
        // Its permissions are those that the directory passes on.
        Ok(handle::create_directory(self.handle.as_handle(), name)?)
    }

    fn symlink(&self, _: &[u8], _: &[u8]) -> Result<(), StorageError> {
        let why = "symbolic links are not made on Windows, which must know \
                   whether a link leads to a directory, and lets few users \
                   make one";
        Err(io::Error::new(ErrorKind::Unsupported, why).into())
    }

    fn hard_link(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        self.name(name, (to, new_name), FileLinkInformation)
    }

    fn replace(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let parent = self.handle.as_handle();
        let held = handle::open_entry(parent, name, Access::Remove)?;
        let to = Self::of(to)?;
        // Also what is open, or has write protection, as on Unix.
        let flags = FILE_RENAME_REPLACE_IF_EXISTS
            | FILE_RENAME_POSIX_SEMANTICS
            | FILE_RENAME_IGNORE_READONLY_ATTRIBUTE;
        let rename = |class, flags| {
            let named = named(to, new_name, flags)?;
            nt::set(held.as_handle(), class, named.bytes())
        };
        Ok(match rename(FileRenameInformationEx, flags) {
            Err(error) if is_unknown(&error) => {
                rename(FileRenameInformation, FILE_RENAME_REPLACE_IF_EXISTS)?;
            }
            renamed => renamed?,
        })
    }

    fn set_attributes(
        &self,
        name: &[u8],
        attributes: &Attributes,
    ) -> Result<(), StorageError> {
        let parent = self.handle.as_handle();
        Ok(attributes::set_of_entry(parent, name, attributes)?)
    }

    fn set_extended_attribute(
        &self,
        _: &[u8],
        _: &ExtendedAttribute,
    ) -> Result<(), StorageError> {
        Err(attributes::no_extended_attributes().into())
    }

    fn as_file(&self) -> Result<File, StorageError> {
        Ok(LocalFile::from(self.handle.try_clone()?).into())
    }

    fn try_clone(&self) -> Result<Box<dyn Directory>, StorageError> {
        // Not a second handle of the same opening: the two would share the
        // position at which they list.
        let again = handle::open_again(self.handle.as_handle(), Access::Read)?;
        Ok(Box::new(Self::new(again)))
    }

    fn file_system(&self) -> Result<FileSystem, StorageError> {
        Ok(file_system::of(self.handle.as_handle())?)
    }

    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        self.name(name, (to, new_name), FileRenameInformation)
    }

    fn remove_file(&self, name: &[u8]) -> Result<(), StorageError> {
        self.remove(name, false)
    }

    fn remove_dir(&self, name: &[u8]) -> Result<(), StorageError> {
        self.remove(name, true)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
