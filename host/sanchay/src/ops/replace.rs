//! Has a file make way for an equal one: it becomes another name of it, shares
//! its contents, or becomes a link to it.
//!
//! Both are opened and compared byte for byte before anything is done. What
//! comes is made beside the file and changes places with it at once, and what
//! was there is looked at again before it is removed: a file that was swapped
//! in or written to in between goes back.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use sanchay_storage::{
    Directory, ExtendedAttribute, File, Links, Metadata, StorageError,
};

use super::{
    copy::{Expected, Folder, keep, read_exact, token},
    order::TEMPORARY,
};
use crate::error::{Action, Cause, EntryError, Problem};

/// The permissions of a file that is not complete.
const PRIVATE: u32 = 0o600;

/// How much of both files is compared at a time, in bytes.
const PIECE: usize = 256 << 10;

/// What comes in the place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replacement {
    /// Another name of the equal file, whose owner, permissions and times hold
    /// from then on.
    HardLink,
    /// A file of its own with the old one's owner, permissions and times, that
    /// shares the contents (a reflink).
    Reflink,
    /// A symbolic link that says this.
    Symlink(Vec<u8>),
    /// Nothing: the file is removed.
    Nothing,
}

/// A file by its directory, and what it has to be.
#[derive(Clone, Copy, Debug)]
pub struct Known<'f> {
    /// The directory that it is in.
    pub folder: &'f Folder,
    /// Its name there.
    pub name: &'f [u8],
    /// What it has to be; `None` where any will do.
    pub expected: Option<Expected>,
}

/// What a file was that made way: what [`Replacer::separate`] gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Its metadata.
    pub original: Metadata,
    /// Its extended attributes.
    pub extended: Vec<ExtendedAttribute>,
    /// What has its name now; `None` where nothing has.
    pub now: Option<Metadata>,
}

/// Replaces files by equal ones.
#[derive(Debug)]
pub struct Replacer {
    token: String,
    counter: AtomicU64,
}

impl Default for Replacer {
    fn default() -> Self {
        Self { token: token(), counter: AtomicU64::new(0) }
    }
}

/// An open file, as it was opened.
struct Open {
    file: File,
    metadata: Metadata,
}

impl Known<'_> {
    fn open(&self) -> Result<Open, Cause> {
        let directory = self.folder.directory();
        let (file, metadata) =
            directory.open_file(self.name, Links::Refuse)?;
        match self.expected {
            Some(expected) if expected != Expected::of(&metadata) => {
                Err(Problem::NotAsExpected.into())
            }
            _ => Ok(Open { file, metadata }),
        }
    }

    /// Compares it with another file, byte by byte.
    pub(super) fn is_equal_to(&self, other: &Known<'_>) -> Result<(), Cause> {
        compare(&self.open()?, &other.open()?)
    }

    /// Fails unless the name is still that of the file that was opened.
    fn check(&self, open: &Open) -> Result<(), Cause> {
        let directory = self.folder.directory();
        check_at(directory, self.name, open)
    }

    fn failure(&self, cause: Cause) -> EntryError {
        let path = self.folder.path_of(self.name);
        EntryError::new(path, Action::Replace, cause)
    }
}

/// Fails unless a name is that of a file that was opened and not written to
/// since.
fn check_at(
    directory: &dyn Directory,
    name: &[u8],
    open: &Open,
) -> Result<(), Cause> {
    let (_, found) = directory.stat(name, Links::Refuse)?;
    if found.id != open.metadata.id {
        return Err(Problem::Replaced.into());
    }
    if Expected::of(&found) != Expected::of(&open.metadata) {
        return Err(Problem::Modified.into());
    }
    Ok(())
}

/// Something under a temporary name, removed when this is dropped.
struct Temporary<'d> {
    directory: &'d dyn Directory,
    name: Vec<u8>,
    stays: bool,
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        if let Err(error) = self.directory.remove_file(&self.name) {
            tracing::debug!(%error, "a temporary file stays");
        }
    }
}

impl Replacer {
    fn temporary<'d>(&self, directory: &'d dyn Directory) -> Temporary<'d> {
        let number = self.counter.fetch_add(1, Relaxed);
        let name = format!("{TEMPORARY}{}-{number}", self.token).into_bytes();
        // Until something has that name, there is nothing to remove.
        Temporary { directory, name, stays: true }
    }

    /// Has a file make way for an equal one. `None` where the two are names of
    /// one file, of which there would be nothing to gain, and it was to become
    /// one.
    ///
    /// # Errors
    /// Why it stays: it or the other changed, their contents differ, or the
    /// system refuses. Both are then what they were.
    pub fn replace(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        by: &Replacement,
    ) -> Result<Option<Replaced>, EntryError> {
        self.try_replace(file, equal, by).map_err(|it| file.failure(it))
    }

    fn try_replace(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        by: &Replacement,
    ) -> Result<Option<Replaced>, Cause> {
        let (old, kept) = (file.open()?, equal.open()?);
        let same_file = old.metadata.id == kept.metadata.id;
        if same_file {
            if *by == Replacement::HardLink || *by == Replacement::Reflink {
                return Ok(None);
            }
            // Two names of one file, not one name twice.
            self.check_two_names(file, equal)?;
        } else {
            compare(&old, &kept)?;
        }
        let extended = old.file.extended_attributes()?;
        let directory = file.folder.directory();
        let mut made = self.temporary(directory);
        match by {
            Replacement::HardLink => {
                let from = equal.folder.directory();
                from.hard_link(equal.name, directory, &made.name)?;
                made.stays = false;
                check_at(directory, &made.name, &kept)?;
            }
            Replacement::Reflink => {
                let copy = directory.create_with(&made.name, PRIVATE)?;
                made.stays = false;
                if !kept.file.share_contents(&copy)? {
                    return Err(StorageError::unsupported().into());
                }
                keep(&old.metadata, &extended, &copy, file.folder)?;
            }
            Replacement::Symlink(says) => {
                directory.symlink(says, &made.name)?;
                made.stays = false;
            }
            Replacement::Nothing => {
                file.check(&old)?;
                directory.rename(file.name, directory, &made.name)?;
                return self.remove(file, equal, &old, &kept, made, extended);
            }
        }
        file.check(&old)?;
        let now = directory.stat(&made.name, Links::Refuse)?.1;
        self.change_places(file, equal, &old, &kept, &mut made)?;
        let original = old.metadata;
        Ok(Some(Replaced { original, extended, now: Some(now) }))
    }

    /// Fails unless two names of one file are different names.
    fn check_two_names(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
    ) -> Result<(), Cause> {
        let same_folder =
            file.folder.directory().id()? == equal.folder.directory().id()?;
        if same_folder && file.name == equal.name {
            return Err(Problem::OnlyCopy.into());
        }
        Ok(())
    }

    /// Has what was made and the file change places, looks again at what was
    /// there and at the file that stays, and removes it.
    fn change_places(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        old: &Open,
        kept: &Open,
        made: &mut Temporary<'_>,
    ) -> Result<(), Cause> {
        let directory = file.folder.directory();
        match directory.exchange(&made.name, directory, file.name) {
            Ok(()) => {}
            Err(error) if cannot(&error) => {
                // At once as well, but what was there cannot come back.
                equal.check(kept)?;
                directory.replace(&made.name, directory, file.name)?;
                made.stays = true;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        let checked = check_at(directory, &made.name, old)
            .and_then(|()| equal.check(kept));
        if let Err(cause) = checked {
            // What is under the temporary name is the user's: if it cannot go
            // back, it stays there.
            made.stays = true;
            directory.exchange(&made.name, directory, file.name)?;
            made.stays = false;
            return Err(cause);
        }
        Ok(())
    }

    /// Removes a file that has a temporary name, if the other is still there.
    fn remove(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        old: &Open,
        kept: &Open,
        made: Temporary<'_>,
        extended: Vec<ExtendedAttribute>,
    ) -> Result<Option<Replaced>, Cause> {
        let directory = file.folder.directory();
        let checked = check_at(directory, &made.name, old)
            .and_then(|()| equal.check(kept));
        if let Err(cause) = checked {
            directory.rename(&made.name, directory, file.name)?;
            return Err(cause);
        }
        directory.remove_file(&made.name)?;
        let original = old.metadata;
        Ok(Some(Replaced { original, extended, now: None }))
    }

    /// Gives a file back that made way: one of its own, with the contents of
    /// the equal file and all else as it was.
    ///
    /// # Errors
    /// Why it is not given back: something else has its name by now, the equal
    /// file has other contents in size or time, or the system refuses.
    pub fn separate(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        was: &Replaced,
    ) -> Result<Metadata, EntryError> {
        self.try_separate(file, equal, was).map_err(|it| file.failure(it))
    }

    fn try_separate(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        was: &Replaced,
    ) -> Result<Metadata, Cause> {
        let directory = file.folder.directory();
        let there = match directory.stat(file.name, Links::Refuse) {
            Ok((_, found)) => Some(found),
            Err(error) if error.is(io::ErrorKind::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        if there.map(|it| it.id) != was.now.map(|it| it.id) {
            return Err(Problem::NotAsExpected.into());
        }
        let source = equal.open()?;
        if source.metadata.size != was.original.size {
            return Err(Problem::NotAsExpected.into());
        }
        let mut made = self.temporary(directory);
        let copy = directory.create_with(&made.name, PRIVATE)?;
        made.stays = false;
        if !source.file.share_contents(&copy)? {
            pass(&source, &copy)?;
        }
        equal.check(&source)?;
        keep(&was.original, &was.extended, &copy, file.folder)?;
        copy.sync()?;
        let metadata = copy.metadata()?;
        match there {
            Some(_) => directory.replace(&made.name, directory, file.name)?,
            None => directory.rename(&made.name, directory, file.name)?,
        }
        made.stays = true;
        Ok(metadata)
    }
}

/// Whether a file system cannot have entries change places.
fn cannot(error: &StorageError) -> bool {
    error.is(io::ErrorKind::Unsupported)
        || error.is(io::ErrorKind::InvalidInput)
}

/// Compares two files byte for byte, and fails if they differ or change.
fn compare(one: &Open, other: &Open) -> Result<(), Cause> {
    let size = one.metadata.size;
    if size != other.metadata.size {
        return Err(Problem::NotEqual.into());
    }
    let (mut a, mut b) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < size {
        let left = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
        read(&one.file, &mut a, left, at)?;
        read(&other.file, &mut b, left, at)?;
        if a != b {
            return Err(Problem::NotEqual.into());
        }
        at += left as u64;
    }
    for open in [one, other] {
        let now = open.file.metadata()?;
        if Expected::of(&now) != Expected::of(&open.metadata) {
            return Err(Problem::Modified.into());
        }
    }
    Ok(())
}

/// Copies contents to an empty file.
fn pass(from: &Open, to: &File) -> Result<(), Cause> {
    let size = from.metadata.size;
    let mut buffer = Vec::new();
    let mut at = 0;
    while let Some(data) = from.file.data_from(at, size)? {
        at = data.start;
        while at < data.end {
            let left = usize::try_from(data.end - at).unwrap_or(PIECE);
            read(&from.file, &mut buffer, left.min(PIECE), at)?;
            to.write_all_at(&buffer, at)?;
            at += buffer.len() as u64;
        }
    }
    to.set_size(size)?;
    Ok(())
}

/// Reads so many bytes at an offset.
fn read(
    file: &File,
    buffer: &mut Vec<u8>,
    length: usize,
    offset: u64,
) -> Result<(), Cause> {
    buffer.resize(length, 0);
    read_exact(file, buffer, offset)
}
