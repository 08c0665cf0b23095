//! Copies contents: shared where the file system can, within the system where
//! that can, else through this process. Holes stay holes. Where the copy is
//! to be verified, the bytes go to a sandboxed instance as they pass.

use std::{io, ops::Range};

use sanchay_sandbox::{Algorithm, Digest};
use sanchay_storage::{Directory, File, Metadata, Temporary};

use super::{Copier, PRIVATE, Sharing};
use crate::{
    error::{Cause, Problem},
    inspect::Inspect,
};

/// What goes through this process at a time, in bytes. A file of up to so
/// many is read and written in one go.
const PIECE: usize = 512 << 10;

/// What the system copies at a time, in bytes: a run can be ended in between.
const STRETCH: u64 = 64 << 20;

/// How contents got into a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transfer {
    /// They were written.
    Written,
    /// They take no space of their own until one of the files changes.
    Shared,
    /// The copy is another name of an earlier copy.
    Linked,
    /// What was there already is the same, and stayed.
    Kept,
}

/// What was copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    pub(super) transfer: Transfer,
    pub(super) digest: Option<Digest>,
    /// How many bytes.
    size: u64,
}

/// What a worker needs to copy contents.
pub(super) struct Contents<'w> {
    pub(super) copier: &'w Copier,
    pub(super) inspector: &'w mut dyn Inspect,
    pub(super) buffer: &'w mut Vec<u8>,
    /// Called with the bytes that were dealt with; false ends the run.
    pub(super) goes_on: &'w dyn Fn(u64) -> bool,
}

impl Contents<'_> {
    /// Makes the file of a copy. Says whether it shares its contents with the
    /// original: that is so if it is wanted and possible.
    pub(super) fn create(
        &self,
        directory: &dyn Directory,
        name: &[u8],
        from: &File,
        metadata: &Metadata,
    ) -> Result<(File, bool), Cause> {
        let sharing = self.copier.options.sharing;
        let device = metadata.id.device;
        let known =
            sharing == Sharing::Auto && self.copier.unshared.contains(device);
        if sharing == Sharing::Never || metadata.size == 0 || known {
            return Ok((directory.create_with(name, PRIVATE)?, false));
        }
        let (file, shared) = directory.create_sharing(name, PRIVATE, from)?;
        if shared {
            return Ok((file, true));
        }
        if sharing == Sharing::Always {
            drop(Temporary::new(directory, name.to_vec()));
            return Err(io::Error::from(io::ErrorKind::Unsupported).into());
        }
        self.copier.unshared.insert(device);
        Ok((file, false))
    }

    /// Copies the contents of a file to an empty one, or looks at those that
    /// it shares.
    pub(super) fn copy(
        &mut self,
        from: &File,
        to: &File,
        metadata: &Metadata,
        shared: bool,
    ) -> Result<Passed, Cause> {
        let size = metadata.size;
        let passed = if shared {
            let digest = self.digest_of(from, size)?;
            Passed { transfer: Transfer::Shared, digest, size }
        } else if size == 0 {
            self.copy_to_end(from, to)?
        } else {
            let digest = if self.is_small(metadata) {
                self.copy_small(from, to, size)?
            } else {
                self.copy_large(from, to, size)?
            };
            Passed { transfer: Transfer::Written, digest, size }
        };
        let now = from.metadata()?;
        // What the kernel makes up has no size, and any time.
        let made_up = passed.size != size;
        if now.size != size || now.modified != metadata.modified && !made_up {
            return Err(Problem::Modified.into());
        }
        if let Some(wanted) = passed.digest
            && self.digest_of(to, passed.size)? != Some(wanted)
        {
            return Err(Problem::CopyDiffers.into());
        }
        Ok(passed)
    }

    fn algorithm(&self) -> Option<Algorithm> {
        self.copier.options.verify
    }

    /// Whether a file is read and written in one go: it is small, and has no
    /// holes.
    fn is_small(&self, metadata: &Metadata) -> bool {
        metadata.size <= PIECE as u64 && metadata.allocated >= metadata.size
    }

    /// Copies a small file.
    fn copy_small(
        &mut self,
        from: &File,
        to: &File,
        size: u64,
    ) -> Result<Option<Digest>, Cause> {
        let size = usize::try_from(size).unwrap_or(PIECE);
        let algorithm = self.algorithm();
        let bytes = room(self.buffer, size);
        read_exact(from, bytes, 0)?;
        to.write_all_at(bytes, 0)?;
        let digest = match algorithm {
            Some(algorithm) => Some(self.inspector.digest(algorithm, bytes)?),
            None => None,
        };
        self.go_on(size as u64)?;
        Ok(digest)
    }

    /// Copies a file that says that it is empty: some have contents all the
    /// same, as those of /proc.
    fn copy_to_end(
        &mut self,
        from: &File,
        to: &File,
    ) -> Result<Passed, Cause> {
        let algorithm = self.algorithm();
        if let Some(algorithm) = algorithm {
            self.inspector.begin(algorithm)?;
        }
        let mut size = 0;
        loop {
            let bytes = room(self.buffer, PIECE);
            let got = match from.read_at(bytes, size) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if is_interruption(&error) => continue,
                Err(error) => return Err(error.into()),
            };
            let bytes = bytes.get(..got).unwrap_or_default();
            to.write_all_at(bytes, size)?;
            if algorithm.is_some() {
                self.inspector.update(bytes)?;
            }
            size += got as u64;
            self.go_on(got as u64)?;
        }
        let digest = match algorithm {
            Some(_) => Some(self.inspector.finish()?),
            None => None,
        };
        Ok(Passed { transfer: Transfer::Written, digest, size })
    }

    /// Copies a large file, or one with holes.
    fn copy_large(
        &mut self,
        from: &File,
        to: &File,
        size: u64,
    ) -> Result<Option<Digest>, Cause> {
        if let Some(algorithm) = self.algorithm() {
            self.inspector.begin(algorithm)?;
        }
        let mut done = 0;
        while let Some(data) = from.data_from(done, size)? {
            self.hole(done..data.start)?;
            self.copy_data(from, to, data.clone())?;
            done = data.end;
        }
        self.hole(done..size)?;
        if done < size {
            to.set_size(size)?;
        }
        match self.algorithm() {
            Some(_) => Ok(Some(self.inspector.finish()?)),
            None => Ok(None),
        }
    }

    /// Passes over a hole, which reads as zeros.
    fn hole(&mut self, hole: Range<u64>) -> Result<(), Cause> {
        let mut left = hole.end.saturating_sub(hole.start);
        if self.algorithm().is_some() {
            let zeros = room(self.buffer, PIECE);
            zeros.fill(0);
        }
        while left > 0 {
            let length = left.min(PIECE as u64);
            if self.algorithm().is_some() {
                let length = usize::try_from(length).unwrap_or(PIECE);
                let zeros = room(self.buffer, length);
                self.inspector.update(zeros)?;
                self.go_on(length as u64)?;
                left -= length as u64;
            } else {
                self.go_on(left)?;
                left = 0;
            }
        }
        Ok(())
    }

    /// Copies a part without holes.
    fn copy_data(
        &mut self,
        from: &File,
        to: &File,
        data: Range<u64>,
    ) -> Result<(), Cause> {
        let mut at = data.start;
        while at < data.end {
            let left = data.end - at;
            // What is hashed has to come by here.
            if self.algorithm().is_none()
                && let Some(copied) =
                    from.copy_range(to, at, left.min(STRETCH))?
            {
                if copied == 0 {
                    return Err(Problem::Shrank.into());
                }
                at += copied;
                self.go_on(copied)?;
                continue;
            }
            let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let bytes = room(self.buffer, length);
            read_exact(from, bytes, at)?;
            to.write_all_at(bytes, at)?;
            if self.copier.options.verify.is_some() {
                self.inspector.update(bytes)?;
            }
            at += length as u64;
            self.go_on(length as u64)?;
        }
        Ok(())
    }

    /// The digest of a file's contents, if copies are to be verified.
    pub(super) fn digest_of(
        &mut self,
        file: &File,
        size: u64,
    ) -> Result<Option<Digest>, Cause> {
        let Some(algorithm) = self.algorithm() else { return Ok(None) };
        self.inspector.begin(algorithm)?;
        let mut at = 0;
        while at < size {
            let length = usize::try_from(size - at).unwrap_or(PIECE);
            let mut result = Ok(0);
            let got = self.inspector.update_with(
                length.min(PIECE),
                &mut |space| {
                    result = file.read_at(space, at);
                    result.as_ref().map_or(0, |got| *got)
                },
            )?;
            match result {
                Err(error) if is_interruption(&error) => continue,
                result => result?,
            };
            if got == 0 {
                return Err(Problem::Shrank.into());
            }
            at += got as u64;
            self.go_on(0)?;
        }
        Ok(Some(self.inspector.finish()?))
    }

    fn go_on(&self, bytes: u64) -> Result<(), Cause> {
        if (self.goes_on)(bytes) {
            return Ok(());
        }
        let kind = io::ErrorKind::Interrupted;
        Err(io::Error::new(kind, "cancelled").into())
    }
}

/// The first so many bytes of a buffer, which grows to that.
fn room(buffer: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    buffer.get_mut(..length).unwrap_or_default()
}

fn is_interruption(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}

/// Reads until a space is full.
pub(in crate::ops) fn read_exact(
    file: &File,
    space: &mut [u8],
    offset: u64,
) -> Result<(), Cause> {
    match file.read_full_at(space, offset)? == space.len() {
        true => Ok(()),
        false => Err(Problem::Shrank.into()),
    }
}
