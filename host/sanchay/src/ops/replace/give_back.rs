//! Gives files back that made way: copies of the contents that stayed, made
//! under temporary names, which get the places of what came for them once they
//! are durable.

use std::io;

use sanchay_sandbox::Algorithm;
use sanchay_storage::{
    Directory, File, Links, Metadata, StorageError, Temporary,
};

use super::{Known, Open, PIECE, PRIVATE, Replaced, read, swap::take_place};
use crate::{
    error::{Cause, Problem},
    inspect::Inspect,
    ops::copy::{Expected, Lost, keep},
};

/// What contents have to be: their digest, and who finds that out.
pub(in crate::ops) struct Contents<'i> {
    pub(in crate::ops) inspector: &'i mut dyn Inspect,
    pub(in crate::ops) algorithm: Algorithm,
    /// In hexadecimal digits.
    pub(in crate::ops) digest: &'i str,
}

/// A file that is complete, under a temporary name. It goes if this is dropped.
#[derive(Debug)]
pub(in crate::ops) struct Staged<'d> {
    directory: &'d dyn Directory,
    temporary: Temporary<'d>,
    pub(in crate::ops) metadata: Metadata,
    /// What it does not have of what was there.
    pub(in crate::ops) lost: Lost,
    /// What has the name that it should have.
    there: Option<Metadata>,
}

/// A file in a directory: its name, and what it is.
pub(in crate::ops) type Place<'p> = (&'p dyn Directory, &'p [u8], Metadata);

/// Makes a file under a temporary name: the contents of the equal one, and all
/// else as it was.
///
/// # Errors
/// Why it is not made: something else has its name by now, the equal file is
/// another or was edited, or the system refuses.
pub(in crate::ops) fn stage<'d>(
    file: &Known<'d>,
    equal: &Known<'_>,
    was: &Replaced,
    temporary: Vec<u8>,
    contents: Option<Contents<'_>>,
) -> Result<Staged<'d>, Cause> {
    let directory = file.folder.directory();
    let there = look(directory, file.name, was.now.as_ref())?;
    let source = equal.open()?;
    if source.metadata.size != was.original.size {
        return Err(Problem::NotAsExpected.into());
    }
    let (copy, shared) =
        directory.create_sharing(&temporary, PRIVATE, &source.file)?;
    let temporary = Temporary::new(directory, temporary);
    if !shared {
        pass(&source, &copy)?;
    }
    equal.check(&source)?;
    if let Some(contents) = contents {
        contents.check(&copy, source.metadata.size)?;
    }
    let lost = keep(&was.original, &was.extended, &copy, file.folder)?;
    let metadata = copy.metadata()?;
    Ok(Staged { directory, temporary, metadata, lost, there })
}

/// Gives a file another, temporary name, for another name that made way.
///
/// # Errors
/// As [`stage`].
pub(in crate::ops) fn link<'d>(
    (from, name, metadata): Place<'_>,
    file: &Known<'d>,
    now: Option<&Metadata>,
    temporary: Vec<u8>,
) -> Result<Staged<'d>, Cause> {
    let directory = file.folder.directory();
    let there = look(directory, file.name, now)?;
    from.hard_link(name, directory, &temporary)?;
    let temporary = Temporary::new(directory, temporary);
    let (_, found) = directory.stat(temporary.name(), Links::Refuse)?;
    match found.id == metadata.id {
        true => {
            let lost = Lost::default();
            Ok(Staged { directory, temporary, metadata, lost, there })
        }
        false => Err(Problem::Replaced.into()),
    }
}

/// What has a name, which must be what came for the file.
fn look(
    directory: &dyn Directory,
    name: &[u8],
    now: Option<&Metadata>,
) -> Result<Option<Metadata>, Cause> {
    let there = match directory.stat(name, Links::Refuse) {
        Ok((_, found)) => Some(found),
        Err(error) if error.is(io::ErrorKind::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    match there.map(|it| it.id) == now.map(|it| it.id) {
        true => Ok(there),
        false => Err(Problem::NotAsExpected.into()),
    }
}

impl<'d> Staged<'d> {
    /// Where it is.
    pub(in crate::ops) fn place(&self) -> Place<'_> {
        (self.directory, self.temporary.name(), self.metadata)
    }

    /// The folder that it is in.
    pub(in crate::ops) fn directory(&self) -> &'d dyn Directory {
        self.directory
    }

    /// Waits until it would survive a loss of power, by itself.
    ///
    /// # Errors
    /// Why the system cannot tell.
    pub(in crate::ops) fn sync(&self) -> Result<(), StorageError> {
        let name = self.temporary.name();
        let (file, _) = self.directory.open_file(name, Links::Refuse)?;
        Ok(file.sync()?)
    }

    /// Gives it its name, in place of what came for it. What somebody else has
    /// given that name meanwhile stays. `had` as for [`take_place`].
    ///
    /// # Errors
    /// Why it does not get it; it is removed then.
    pub(in crate::ops) fn commit(
        self,
        name: &[u8],
        had: &[u8],
    ) -> Result<Metadata, Cause> {
        let Self { directory, temporary, metadata, there, .. } = self;
        let Some(there) = there else {
            temporary.rename(name)?;
            return Ok(metadata);
        };
        let there = Expected::of(&there);
        let goes = |found: &Metadata| Expected::of(found) == there;
        let placed = take_place(directory, name, temporary.name(), had, &goes);
        // Only what was made here is removed.
        let found = directory.stat(temporary.name(), Links::Refuse);
        if !found.is_ok_and(|(_, found)| found.id == metadata.id) {
            temporary.keep();
        }
        match placed? {
            true => Ok(metadata),
            false => Err(Problem::NotAsExpected.into()),
        }
    }
}

impl Contents<'_> {
    /// Fails unless a file has these contents.
    fn check(self, file: &File, size: u64) -> Result<(), Cause> {
        let Self { inspector, algorithm, digest } = self;
        let mut buffer = Vec::new();
        let found = if size <= PIECE as u64 {
            let length = usize::try_from(size).unwrap_or(PIECE);
            read(file, &mut buffer, length, 0)?;
            inspector.digest(algorithm, &buffer)?
        } else {
            inspector.begin(algorithm)?;
            let mut at = 0;
            while at < size {
                let left = usize::try_from(size - at).unwrap_or(PIECE);
                read(file, &mut buffer, left.min(PIECE), at)?;
                inspector.update(&buffer)?;
                at += buffer.len() as u64;
            }
            inspector.finish()?
        };
        match found.to_string() == digest {
            true => Ok(()),
            false => Err(Problem::Edited.into()),
        }
    }
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
