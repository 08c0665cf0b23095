//! Has a file make way for an equal one: it becomes another name of it, shares
//! its contents, or becomes a link to it.
//!
//! Both are opened and compared byte for byte before anything is done. What
//! comes is made beside the file and changes places with it at once, and what
//! was there is looked at again before it is removed: a file that was swapped
//! in or written to in between goes back. Until then it is beside its place,
//! with all that it has, so that a run that is killed can put it back.

mod give_back;
mod swap;

use sanchay_storage::{
    Directory, ExtendedAttribute, File, Links, Metadata, TemporaryNames,
};

use super::copy::{Expected, Folder, read_exact};
use crate::error::{Action, Cause, EntryError, Problem};

pub(super) use self::{
    give_back::{Contents, Staged, link, stage},
    swap::{Stays, Swapped, before, beside, put_back, remove, swap},
};

/// How much of both files is compared at a time, in bytes.
const PIECE: usize = 256 << 10;

/// The permissions of a file that is not complete.
const PRIVATE: u32 = 0o600;

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
#[derive(Debug, Default)]
pub struct Replacer {
    names: TemporaryNames,
}

/// An open file, as it was opened.
#[derive(Debug)]
pub(super) struct Open {
    file: File,
    pub(super) metadata: Metadata,
}

impl Known<'_> {
    pub(super) fn open(&self) -> Result<Open, Cause> {
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
        let (one, other) = (self.open()?, other.open()?);
        compare(&one, &other)?;
        one.is_unchanged()?;
        other.is_unchanged()
    }

    /// Fails unless the name is still that of the file that was opened.
    fn check(&self, open: &Open) -> Result<(), Cause> {
        let directory = self.folder.directory();
        check_at(directory, self.name, &open.metadata)
    }

    fn failure(&self, cause: Cause) -> EntryError {
        let path = self.folder.path_of(self.name);
        EntryError::new(path, Action::Replace, cause)
    }
}

impl Open {
    /// Its extended attributes.
    pub(super) fn extended(&self) -> Result<Vec<ExtendedAttribute>, Cause> {
        Ok(self.file.extended_attributes()?)
    }

    /// Fails if it was written to since it was opened.
    fn is_unchanged(&self) -> Result<(), Cause> {
        let now = self.file.metadata()?;
        match Expected::of(&now) == Expected::of(&self.metadata) {
            true => Ok(()),
            false => Err(Problem::Modified.into()),
        }
    }
}

/// Fails unless a name is that of a file that was opened and not written to
/// since.
fn check_at(
    directory: &dyn Directory,
    name: &[u8],
    opened: &Metadata,
) -> Result<(), Cause> {
    check_expected(directory, name, Expected::of(opened))
}

fn check_expected(
    directory: &dyn Directory,
    name: &[u8],
    expected: Expected,
) -> Result<(), Cause> {
    let (_, found) = directory.stat(name, Links::Refuse)?;
    if found.id != expected.id {
        return Err(Problem::Replaced.into());
    }
    match Expected::of(&found) == expected {
        true => Ok(()),
        false => Err(Problem::Modified.into()),
    }
}

impl Replacer {
    /// Has a file make way for an equal one. `None` where the two are names of
    /// one file, of which there would be nothing to gain, and it was to become
    /// one.
    ///
    /// # Errors
    /// Why it stays: it or the other changed, their contents differ, or the
    /// system refuses. Both are then what they were. Where somebody else has
    /// taken the name meanwhile, it is beside it, under a temporary name.
    pub fn replace(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        by: &Replacement,
    ) -> Result<Option<Replaced>, EntryError> {
        let replaced = self.try_replace(file, equal, by);
        replaced.map_err(|stays| file.failure(stays.cause()))
    }

    fn try_replace(
        &self,
        file: &Known<'_>,
        equal: &Known<'_>,
        by: &Replacement,
    ) -> Result<Option<Replaced>, Stays> {
        let aside = self.names.next_name();
        let kept = equal.open()?;
        let swapped = swap(file, (equal, &kept), None, by, &aside)?;
        let Some(swapped) = swapped else { return Ok(None) };
        remove(file, Some(equal), by, &aside, &swapped)?;
        Ok(Some(swapped.replaced))
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
        let separate = || -> Result<Metadata, Cause> {
            let temporary = self.names.next_name();
            let staged = stage(file, equal, was, temporary, None)?;
            staged.sync()?;
            staged.commit(file.name, &self.names.next_name())
        };
        separate().map_err(|it| file.failure(it))
    }
}

/// Fails unless two files are what they have to be and have the same contents,
/// or are two names of one file.
pub(super) fn confirm_equal(
    file: &Known<'_>,
    equal: &Known<'_>,
) -> Result<(), Cause> {
    let (one, other) = (file.open()?, equal.open()?);
    if one.metadata.id == other.metadata.id {
        return check_two_names(file, equal);
    }
    compare(&one, &other)?;
    one.is_unchanged()?;
    other.is_unchanged()
}

/// Fails unless two names of one file are different names.
fn check_two_names(file: &Known<'_>, equal: &Known<'_>) -> Result<(), Cause> {
    let same_folder =
        file.folder.directory().id()? == equal.folder.directory().id()?;
    if same_folder && file.name == equal.name {
        return Err(Problem::OnlyCopy.into());
    }
    Ok(())
}

/// Compares two files byte for byte, and fails if they differ. Whether one of
/// them was changed meanwhile is for the caller to find out.
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
