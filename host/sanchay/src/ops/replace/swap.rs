//! A file and what comes for it change places, and back. No step overwrites
//! what has a name, also where the file system cannot exchange two entries:
//! what somebody else puts there meanwhile stays.

use std::io;

use sanchay_storage::{
    Directory, ExtendedAttribute, Links, Metadata, StorageError, Temporary,
    Timestamp,
};

use super::{
    Known, Open, PRIVATE, Replaced, Replacement, check_at, check_expected,
    check_two_names, compare,
};
use crate::{
    error::{Cause, Problem},
    ops::copy::{Expected, keep},
};

/// A file that made way, and is still there under another name in its folder.
#[derive(Debug)]
pub(in crate::ops) struct Swapped {
    /// What it was.
    pub(in crate::ops) replaced: Replaced,
    /// What the equal file was.
    kept: Expected,
    /// Whether it may be removed.
    goes: bool,
}

impl Swapped {
    /// Has it go back instead of being removed.
    pub(in crate::ops) fn forbid(&mut self) {
        self.goes = false;
    }
}

/// Why a file does not make way, and where it is.
#[derive(Debug)]
pub(in crate::ops) enum Stays {
    /// In its place.
    InPlace(Cause),
    /// Under the name that it was left aside under: somebody else has its own,
    /// or the system refuses to give it back.
    Aside(Cause),
}

impl Stays {
    /// Why.
    pub(in crate::ops) fn cause(self) -> Cause {
        match self {
            Self::InPlace(cause) | Self::Aside(cause) => cause,
        }
    }
}

impl From<Cause> for Stays {
    fn from(cause: Cause) -> Self {
        Self::InPlace(cause)
    }
}

impl From<Problem> for Stays {
    fn from(problem: Problem) -> Self {
        Self::InPlace(problem.into())
    }
}

impl From<StorageError> for Stays {
    fn from(error: StorageError) -> Self {
        Self::InPlace(error.into())
    }
}

/// What is made is called so where entries cannot change places.
pub(in crate::ops) fn beside(aside: &[u8]) -> Vec<u8> {
    [aside, b"n"].concat()
}

/// What had the name is called so for a moment, where entries cannot change
/// places.
pub(in crate::ops) fn before(aside: &[u8]) -> Vec<u8> {
    [aside, b"b"].concat()
}

/// Has a file make way for an equal one, which is open, and leaves it under the
/// name `aside`. `None` where the two are names of one file, and it was to
/// become one. `changed` is when it last changed in any way, where that
/// matters.
///
/// # Errors
/// Why it stays.
pub(in crate::ops) fn swap(
    file: &Known<'_>,
    (equal, kept): (&Known<'_>, &Open),
    changed: Option<Timestamp>,
    by: &Replacement,
    aside: &[u8],
) -> Result<Option<Swapped>, Stays> {
    let old = file.open()?;
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
        compare(&old, kept)?;
    }
    let extended = old.extended()?;
    let now = match make(file, equal, by, aside, (&old, kept), &extended)? {
        Some(made) => change_places(file, made, aside, &old)?,
        None => {
            let directory = file.folder.directory();
            directory.rename(file.name, directory, aside)?;
            None
        }
    };
    let was = Expected::of(&old.metadata);
    let original = old.metadata;
    let replaced = Replaced { original, extended, now };
    let kept = Expected::of(&kept.metadata);
    let swapped = Swapped { replaced, kept, goes: true };
    // What it was compared with is what was linked; of the others it is looked
    // at again.
    let directory = file.folder.directory();
    let checked =
        check_expected(directory, aside, was).and_then(|()| match by {
            Replacement::HardLink | Replacement::Reflink => Ok(()),
            _ => is_kept(equal, kept),
        });
    match checked {
        Ok(()) => Ok(Some(swapped)),
        Err(cause) => Err(go_back(file, aside, swapped.replaced.now, cause)),
    }
}

/// Something that was made to take a file's place.
struct Made<'d> {
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
) -> Result<Option<Made<'d>>, Cause> {
    let directory = file.folder.directory();
    let own = || Temporary::new(directory, aside.to_vec());
    let temporary = match by {
        Replacement::Nothing => return Ok(None),
        Replacement::HardLink => {
            let from = equal.folder.directory();
            from.hard_link(equal.name, directory, aside)?;
            own()
        }
        Replacement::Reflink => {
            let (copy, shared) =
                directory.create_sharing(aside, PRIVATE, &kept.file)?;
            let temporary = own();
            if !shared {
                return Err(StorageError::unsupported().into());
            }
            // What was written meanwhile may be in the copy.
            equal.check(kept)?;
            keep(&old.metadata, extended, &copy, file.folder)?;
            copy.sync()?;
            temporary
        }
        Replacement::Symlink(says) => {
            directory.symlink(says, aside)?;
            own()
        }
    };
    let metadata = directory.stat(aside, Links::Refuse)?.1;
    if *by == Replacement::HardLink
        && Expected::of(&metadata) != Expected::of(&kept.metadata)
    {
        // Another file, or one that was written to since it was compared.
        return Err(match metadata.id == kept.metadata.id {
            true => Problem::Modified.into(),
            false => Problem::Replaced.into(),
        });
    }
    Ok(Some(Made { temporary, metadata }))
}

/// Has what was made and a file change places. Returns what has the file's
/// name then: nothing of ours where somebody else took it in between.
fn change_places(
    file: &Known<'_>,
    made: Made<'_>,
    aside: &[u8],
    old: &Open,
) -> Result<Option<Metadata>, Stays> {
    let directory = file.folder.directory();
    let Made { mut temporary, metadata } = made;
    match directory.exchange(aside, directory, file.name) {
        Ok(()) => {
            temporary.keep();
            return Ok(Some(metadata));
        }
        Err(error) if cannot(&error) => {}
        Err(error) => return Err(error.into()),
    }
    temporary.move_to(beside(aside))?;
    directory.rename(file.name, directory, aside)?;
    if let Err(cause) = check_at(directory, aside, &old.metadata) {
        // It is somebody else's.
        return Err(go_back(file, aside, None, cause));
    }
    match temporary.rename(file.name) {
        Ok(()) => Ok(Some(metadata)),
        // Whoever saved something there has no need of what was there before.
        Err(error) if error.is(io::ErrorKind::AlreadyExists) => Ok(None),
        Err(error) => Err(go_back(file, aside, None, error.into())),
    }
}

/// Removes a file that made way, if nothing has changed since: what was left
/// aside is what was compared, and its contents are still where they stay.
/// Otherwise it gets its place back. Where somebody else has taken that, only
/// the equal file says whether the contents are there; `None` if its folder
/// cannot be opened any more.
///
/// # Errors
/// Why it stays.
pub(in crate::ops) fn remove(
    file: &Known<'_>,
    equal: Option<&Known<'_>>,
    by: &Replacement,
    aside: &[u8],
    swapped: &Swapped,
) -> Result<(), Stays> {
    let directory = file.folder.directory();
    let was = Expected::of(&swapped.replaced.original);
    let checked = match swapped.goes {
        true => check_expected(directory, aside, was),
        false => Err(Problem::TooManyAttributes.into()),
    };
    let removed = checked
        .and_then(|()| is_safe(file, equal, by, swapped))
        .and_then(|()| Ok(directory.remove_file(aside)?));
    let now = swapped.replaced.now;
    removed.map_err(|cause| go_back(file, aside, now, cause))
}

/// Fails unless the contents of a file that made way are still there.
fn is_safe(
    file: &Known<'_>,
    equal: Option<&Known<'_>>,
    by: &Replacement,
    swapped: &Swapped,
) -> Result<(), Cause> {
    let directory = file.folder.directory();
    let in_place = match (by, &swapped.replaced.now) {
        (Replacement::HardLink, Some(_)) => Some(swapped.kept),
        (Replacement::Reflink, Some(now)) => Some(Expected::of(now)),
        _ => None,
    };
    // The place itself is what stays of the contents.
    let changed = match in_place {
        Some(expected) => check_expected(directory, file.name, expected).err(),
        None => Some(Problem::Replaced.into()),
    };
    let Some(changed) = changed else { return Ok(()) };
    match equal {
        Some(equal) => is_kept(equal, swapped.kept),
        None => Err(changed),
    }
}

/// Fails unless the equal file is what it was, under its name.
fn is_kept(equal: &Known<'_>, kept: Expected) -> Result<(), Cause> {
    check_expected(equal.folder.directory(), equal.name, kept)
}

/// Gives a file its place back that does not make way for a reason.
fn go_back(
    file: &Known<'_>,
    aside: &[u8],
    made: Option<Metadata>,
    why: Cause,
) -> Stays {
    match put_back(file, aside, made) {
        Ok(()) => Stays::InPlace(why),
        Err(cause) => Stays::Aside(cause),
    }
}

/// Gives a file that was left aside its place back, and removes what was made
/// for that. What somebody else has put there stays, and so does the file then.
pub(in crate::ops) fn put_back(
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
    let had = before(aside);
    let taken = take_place(directory, file.name, aside, &had, &is_made)?;
    match taken {
        true => Ok(()),
        false => Err(Problem::Replaced.into()),
    }
}

/// Gives a name to what is called `comes`, and removes what had it, if that is
/// what `goes` says; whether it was. Otherwise both are as they were. `had` is
/// what it is called for a moment where entries cannot change places.
pub(super) fn take_place(
    directory: &dyn Directory,
    name: &[u8],
    comes: &[u8],
    had: &[u8],
    goes: &dyn Fn(&Metadata) -> bool,
) -> Result<bool, StorageError> {
    match directory.exchange(comes, directory, name) {
        Ok(()) => {}
        Err(error) if cannot(&error) => {
            return take_place_in_steps(directory, name, comes, had, goes);
        }
        Err(error) => return Err(error),
    }
    match directory.stat(comes, Links::Refuse) {
        Ok((_, found)) if goes(&found) => {
            directory.remove_file(comes)?;
            Ok(true)
        }
        Err(error) if error.is(io::ErrorKind::NotFound) => Ok(true),
        _ => {
            directory.exchange(comes, directory, name)?;
            Ok(false)
        }
    }
}

fn take_place_in_steps(
    directory: &dyn Directory,
    name: &[u8],
    comes: &[u8],
    had: &[u8],
    goes: &dyn Fn(&Metadata) -> bool,
) -> Result<bool, StorageError> {
    directory.rename(name, directory, had)?;
    let found = directory.stat(had, Links::Refuse);
    if !found.is_ok_and(|(_, found)| goes(&found)) {
        directory.rename(had, directory, name)?;
        return Ok(false);
    }
    match directory.rename(comes, directory, name) {
        Ok(()) => {
            directory.remove_file(had)?;
            Ok(true)
        }
        // Somebody saved something there, in place of what goes anyway.
        Err(error) if error.is(io::ErrorKind::AlreadyExists) => {
            directory.remove_file(had)?;
            Ok(false)
        }
        Err(error) => {
            directory.rename(had, directory, name)?;
            Err(error)
        }
    }
}

/// Whether a file system cannot have entries change places.
fn cannot(error: &StorageError) -> bool {
    error.is(io::ErrorKind::Unsupported)
        || error.is(io::ErrorKind::InvalidInput)
}
