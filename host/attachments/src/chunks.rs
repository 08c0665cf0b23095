//! Hashes of the parts of large files, as 2025-12-04-beta has them.

use std::path::Path;

use sanchay_core::attachments::{CHUNK, Hash};
use sanchay_core::hashing::{Algorithm, Hasher};

use crate::{
    AttachmentError, Watch, hashing::Hashed, listing::CANCELLED,
    reader::Reader,
};

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// The hashes of the parts of a file, which is still as it was hashed whole.
pub(crate) fn hashes(
    path: &Path,
    whole: &Hashed,
    reader: &Reader,
    watch: &Watch,
) -> Result<Box<[Hash]>, AttachmentError> {
    let size = whole.size;
    let failed = || AttachmentError::file(path, "cannot hash");
    let opened = reader.file(path);
    let (file, _) =
        opened.map_err(AttachmentError::stored(path, "cannot hash"))?;
    let mut hashes = Vec::new();
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    while at < size {
        let end = size.min(at + CHUNK);
        let mut hasher = Hasher::new(Algorithm::Xxh3_128);
        while at < end {
            watch.check(CANCELLED)?;
            let room = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let space = piece.get_mut(..room).unwrap_or_default();
            let got = file.read_full_at(space, at).map_err(failed())?;
            if got == 0 {
                let cut = std::io::ErrorKind::UnexpectedEof.into();
                return Err(failed()(cut));
            }
            hasher.update(space.get(..got).unwrap_or_default());
            at += got as u64;
        }
        let digest: Vec<u8> = hasher.finish();
        let digest = <[u8; 16]>::try_from(digest.as_slice());
        hashes.push(Hash::xxh128(digest.unwrap_or_default()));
    }
    let now = file.metadata().map_err(failed())?;
    match now.size == size && now.modified == whole.modified {
        true => Ok(hashes.into()),
        false => {
            let source = std::io::Error::other("it changed while it was read");
            Err(failed()(source))
        }
    }
}
