//! Has a file make way for an equal one: it becomes another name of it, shares
//! its contents, or becomes a link to it.
//!
//! Both are opened and compared byte for byte before anything is done. What
//! comes is made beside the file and changes places with it at once, and what
//! was there is looked at again before it is removed: a file that was swapped
//! in or written to in between goes back. Until then it is beside its place,
//! with all that it has, so that a run that is killed can put it back.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use sanchay_storage::{
    Directory, ExtendedAttribute, File, Links, Metadata, StorageError,
    Timestamp,
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
        check_at(directory, self.name, &open.metadata)
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

/// A file that made way, and is still there under another name in its folder.
#[derive(Debug)]
pub(super) struct Swapped {
    /// What it was.
    pub(super) replaced: Replaced,
    /// What the equal file was.
    kept: Expected,
    /// Whether it may be removed.
    goes: bool,
}

impl Swapped {
    /// Has it go back instead of being removed.
    pub(super) fn forbid(&mut self) {
        self.goes = false;
    }
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
    /// A name that nothing has.
    fn temporary(&self) -> Vec<u8> {
        let number = self.counter.fetch_add(1, Relaxed);
        format!("{TEMPORARY}{}-{number}", self.token).into_bytes()
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
        let aside = self.temporary();
        let swapped = swap(file, equal, None, by, &aside)?;
        let Some(swapped) = swapped else { return Ok(None) };
        remove(file, equal, by, &aside, &swapped)?;
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
        separate(file, equal, was, &self.temporary())
            .map_err(|it| file.failure(it))
    }
}

/// Gives a file back that made way, by way of another name.
pub(super) fn separate(
    file: &Known<'_>,
    equal: &Known<'_>,
    was: &Replaced,
    temporary: &[u8],
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
    let name = temporary.to_vec();
    let mut made = Temporary { directory, name, stays: true };
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
        Some(there) => take_place(&mut made, file.name, &metadata, &there)?,
        None => directory.rename(&made.name, directory, file.name)?,
    }
    made.stays = true;
    Ok(metadata)
}

/// Gives a name to what was made, in place of what had it. What somebody else
/// has given that name meanwhile gets it back.
fn take_place(
    made: &mut Temporary<'_>,
    name: &[u8],
    own: &Metadata,
    there: &Metadata,
) -> Result<(), Cause> {
    let directory = made.directory;
    match directory.exchange(&made.name, directory, name) {
        Ok(()) => {}
        Err(error) if cannot(&error) => {
            check_at(directory, name, there)?;
            return Ok(directory.replace(&made.name, directory, name)?);
        }
        Err(error) => return Err(error.into()),
    }
    // From now on, what was made has the name.
    made.stays = true;
    if check_at(directory, &made.name, there).is_ok() {
        return Ok(directory.remove_file(&made.name)?);
    }
    directory.exchange(&made.name, directory, name)?;
    made.stays = check_at(directory, &made.name, own).is_err();
    Err(Problem::NotAsExpected.into())
}

/// Has a file make way for an equal one, and leaves it under the name `aside`.
/// `None` where the two are names of one file, and it was to become one.
/// `changed` is when it last changed in any way, where that matters.
///
/// # Errors
/// Why it stays. Both are then what they were, and nothing is called `aside`
/// unless the system refuses to put the file back.
pub(super) fn swap(
    file: &Known<'_>,
    equal: &Known<'_>,
    changed: Option<Timestamp>,
    by: &Replacement,
    aside: &[u8],
) -> Result<Option<Swapped>, Cause> {
    let (old, kept) = (file.open()?, equal.open()?);
    if changed.is_some_and(|changed| changed != old.metadata.changed) {
        return Err(Problem::NotAsExpected.into());
    }
    if old.metadata.id == kept.metadata.id {
        if *by == Replacement::HardLink || *by == Replacement::Reflink {
            return Ok(None);
        }
        // Two names of one file, not one name twice.
        check_two_names(file, equal)?;
    } else {
        compare(&old, &kept)?;
    }
    let extended = old.file.extended_attributes()?;
    let now = match make(file, equal, by, aside, (&old, &kept), &extended)? {
        Some(made) => Some(change_places(file, made, aside, &old)?),
        None => {
            let directory = file.folder.directory();
            directory.rename(file.name, directory, aside)?;
            None
        }
    };
    let original = old.metadata;
    let replaced = Replaced { original, extended, now };
    let kept = Expected::of(&kept.metadata);
    let swapped = Swapped { replaced, kept, goes: true };
    if let Err(cause) = is_unchanged(file, equal, by, aside, &swapped) {
        put_back(file, aside, swapped.replaced.now)?;
        return Err(cause);
    }
    Ok(Some(swapped))
}

/// Something that was made to take a file's place.
struct MadeBeside<'d> {
    temporary: Temporary<'d>,
    metadata: Metadata,
}

/// Makes what comes in a file's place under the name `aside`.
fn make<'d>(
    file: &Known<'d>,
    equal: &Known<'_>,
    by: &Replacement,
    aside: &[u8],
    (old, kept): (&Open, &Open),
    extended: &[ExtendedAttribute],
) -> Result<Option<MadeBeside<'d>>, Cause> {
    let directory = file.folder.directory();
    let name = aside.to_vec();
    let mut temporary = Temporary { directory, name, stays: true };
    match by {
        Replacement::Nothing => return Ok(None),
        Replacement::HardLink => {
            let from = equal.folder.directory();
            from.hard_link(equal.name, directory, aside)?;
            temporary.stays = false;
            check_at(directory, aside, &kept.metadata)?;
        }
        Replacement::Reflink => {
            let copy = directory.create_with(aside, PRIVATE)?;
            temporary.stays = false;
            if !kept.file.share_contents(&copy)? {
                return Err(StorageError::unsupported().into());
            }
            // What was written meanwhile may be in the copy.
            equal.check(kept)?;
            keep(&old.metadata, extended, &copy, file.folder)?;
            copy.sync()?;
        }
        Replacement::Symlink(says) => {
            directory.symlink(says, aside)?;
            temporary.stays = false;
        }
    }
    let metadata = directory.stat(aside, Links::Refuse)?.1;
    Ok(Some(MadeBeside { temporary, metadata }))
}

/// Has what was made and a file change places. Returns what has the file's
/// name then.
fn change_places(
    file: &Known<'_>,
    made: MadeBeside<'_>,
    aside: &[u8],
    old: &Open,
) -> Result<Metadata, Cause> {
    let directory = file.folder.directory();
    let MadeBeside { mut temporary, metadata } = made;
    match directory.exchange(aside, directory, file.name) {
        Ok(()) => {
            temporary.stays = true;
            return Ok(metadata);
        }
        Err(error) if cannot(&error) => {}
        Err(error) => return Err(error.into()),
    }
    // In three steps: the file gets a second name, and loses its own.
    let other = beside(aside);
    directory.rename(aside, directory, &other)?;
    temporary.name = other;
    directory.hard_link(file.name, directory, aside)?;
    if let Err(cause) = check_at(directory, aside, &old.metadata) {
        // It still has the other name.
        directory.remove_file(aside)?;
        return Err(cause);
    }
    directory.replace(&temporary.name, directory, file.name)?;
    temporary.stays = true;
    Ok(metadata)
}

/// What is made is called so where entries cannot change places.
pub(super) fn beside(aside: &[u8]) -> Vec<u8> {
    [aside, b"n"].concat()
}

/// Removes a file that made way, if nothing has changed since: what was left
/// aside is what was compared, and its contents are still where they stay.
/// Otherwise it gets its place back.
pub(super) fn remove(
    file: &Known<'_>,
    equal: &Known<'_>,
    by: &Replacement,
    aside: &[u8],
    swapped: &Swapped,
) -> Result<(), Cause> {
    if let Err(cause) = is_unchanged(file, equal, by, aside, swapped) {
        put_back(file, aside, swapped.replaced.now)?;
        return Err(cause);
    }
    if let Err(error) = file.folder.directory().remove_file(aside) {
        put_back(file, aside, swapped.replaced.now)?;
        return Err(error.into());
    }
    Ok(())
}

fn is_unchanged(
    file: &Known<'_>,
    equal: &Known<'_>,
    by: &Replacement,
    aside: &[u8],
    swapped: &Swapped,
) -> Result<(), Cause> {
    if !swapped.goes {
        return Err(Problem::TooManyAttributes.into());
    }
    let directory = file.folder.directory();
    let old = Expected::of(&swapped.replaced.original);
    check_expected(directory, aside, old)?;
    match by {
        // The place itself is what stays of the contents.
        Replacement::HardLink => {
            check_expected(directory, file.name, swapped.kept)
        }
        Replacement::Reflink => Ok(()),
        Replacement::Symlink(_) | Replacement::Nothing => {
            let folder = equal.folder.directory();
            check_expected(folder, equal.name, swapped.kept)
        }
    }
}

/// Gives a file that was left aside its place back, and removes what was made
/// for that. What somebody else has put there stays, and so does the file then.
pub(super) fn put_back(
    file: &Known<'_>,
    aside: &[u8],
    made: Option<Metadata>,
) -> Result<(), Cause> {
    let directory = file.folder.directory();
    let is_made = |found: &Metadata| made.is_some_and(|it| it.id == found.id);
    match directory.stat(file.name, Links::Refuse) {
        Err(error) if error.is(io::ErrorKind::NotFound) => {
            return Ok(directory.rename(aside, directory, file.name)?);
        }
        Ok((_, found)) if is_made(&found) => {}
        Ok(_) => return Err(Problem::Replaced.into()),
        Err(error) => return Err(error.into()),
    }
    match directory.exchange(aside, directory, file.name) {
        Ok(()) => {}
        Err(error) if cannot(&error) => {
            return Ok(directory.replace(aside, directory, file.name)?);
        }
        Err(error) => return Err(error.into()),
    }
    match directory.stat(aside, Links::Refuse) {
        Ok((_, found)) if is_made(&found) => Ok(directory.remove_file(aside)?),
        _ => Err(Problem::Replaced.into()),
    }
}

/// Fails unless two files are what they have to be and have the same contents,
/// or are two names of one file.
pub(super) fn confirm_equal(
    file: &Known<'_>,
    equal: &Known<'_>,
) -> Result<(), Cause> {
    let (one, other) = (file.open()?, equal.open()?);
    match one.metadata.id == other.metadata.id {
        true => check_two_names(file, equal),
        false => compare(&one, &other),
    }
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
