//! Contents as files have them: written, or read again, and hashed on the way.

use std::{io, path::PathBuf, sync::Arc};

use sanchay::Cancel;
use sanchay_core::attachments::{CHUNK, Content};
use sanchay_core::hashing::{Algorithm, Hasher};
use sanchay_storage::File;

use crate::{
    AttachmentError, download::CANCELLED, draft::Draft, plan::Wanted,
    upload::fits,
};

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// Writes a content to its place, and hashes it on the way.
pub(crate) struct Writer {
    file: Arc<File>,
    path: PathBuf,
    /// Where the next byte goes.
    pub(crate) at: u64,
    pub(crate) hasher: Hasher,
}

impl Writer {
    pub(crate) fn new(draft: &Draft, at: u64) -> Self {
        let path = draft.path().to_owned();
        let hasher = Hasher::new(Algorithm::Xxh3_128);
        Self { file: draft.file(), path, at, hasher }
    }

    pub(crate) fn write(
        mut self,
        data: &[u8],
    ) -> Result<Self, AttachmentError> {
        let written = self.file.write_all_at(data, self.at);
        written.map_err(AttachmentError::file(&*self.path, "cannot write"))?;
        self.hasher.update(data);
        self.at += data.len() as u64;
        Ok(self)
    }

    /// Hashes what is there up to an offset.
    pub(crate) fn read_up_to(
        mut self,
        end: u64,
        cancel: &Cancel,
    ) -> Result<Self, AttachmentError> {
        let mut piece = vec![0; PIECE];
        while self.at < end {
            if cancel.is_cancelled() {
                return Err(AttachmentError::Cancelled(CANCELLED));
            }
            let room = usize::try_from(end - self.at).unwrap_or(PIECE);
            let space = piece.get_mut(..room.min(PIECE)).unwrap_or_default();
            let failed = AttachmentError::file(&*self.path, "cannot read");
            let got =
                self.file.read_full_at(space, self.at).map_err(failed)?;
            if got == 0 {
                let failed = AttachmentError::file(&*self.path, "cannot read");
                return Err(failed(io::ErrorKind::UnexpectedEof.into()));
            }
            self.hasher.update(space.get(..got).unwrap_or_default());
            self.at += got as u64;
        }
        Ok(self)
    }
}

/// Whether two times of files are the same: what restores them may round.
pub(crate) fn same_time(one: i64, other: i64) -> bool {
    one.abs_diff(other) <= 1
}

/// Whether a file has the content that is wanted: it is read.
pub(crate) fn has_content(
    open: &File,
    file: &Wanted,
    cancel: &Cancel,
) -> Result<bool, AttachmentError> {
    let part = match file.content {
        Content::Whole(_) => u64::MAX,
        Content::Chunks(_) => CHUNK,
    };
    let mut piece = vec![0; PIECE];
    let mut at: u64 = 0;
    for hash in file.content.hashes() {
        let end = file.size.min(at.saturating_add(part));
        let mut hasher = Hasher::new(Algorithm::Xxh3_128);
        while at < end {
            if cancel.is_cancelled() {
                return Err(AttachmentError::Cancelled(CANCELLED));
            }
            let room = usize::try_from(end - at).unwrap_or(PIECE);
            let space = piece.get_mut(..room.min(PIECE)).unwrap_or_default();
            let got = match open.read_full_at(space, at) {
                Ok(got) if got > 0 => got,
                // It is replaced.
                _ => return Ok(false),
            };
            hasher.update(space.get(..got).unwrap_or_default());
            at += got as u64;
        }
        if !fits(&mut hasher, hash) {
            return Ok(false);
        }
    }
    Ok(true)
}
