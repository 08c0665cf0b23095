//! Copies in a bucket.

use std::io;

use bytes::{Bytes, BytesMut};
use sanchay_objects::{Bucket, PutBody, Stored};

use crate::mtime;
use crate::source::Source;

/// Copies a source to an object. `interrupted` says whether to stop.
pub(crate) fn upload(
    bucket: &Bucket,
    key: &str,
    source: &mut Source,
    verify: bool,
    interrupted: &dyn Fn() -> bool,
    read: &dyn Fn(u64),
) -> io::Result<()> {
    let mtime = mtime::written(source.modified);
    let part = Bucket::part_size(source.size);
    let mut digests = None;
    let stored = if source.size <= part as u64 {
        let bytes = source.whole()?;
        read(bytes.len() as u64);
        let body = PutBody::new(bytes);
        digests = Some(body.sha256());
        bucket.put(key, &body, Some(&mtime))?
    } else {
        in_parts(bucket, key, source, (&mtime, part), interrupted, read)?
    };
    if stored.verified && !verify {
        return Ok(());
    }
    again(bucket, key, source, &stored, digests)
}

fn in_parts(
    bucket: &Bucket,
    key: &str,
    source: &mut Source,
    (mtime, size): (&str, usize),
    interrupted: &dyn Fn() -> bool,
    read: &dyn Fn(u64),
) -> io::Result<Stored> {
    let mut upload = bucket.upload(key, Some(mtime))?;
    let mut gathered = BytesMut::with_capacity(size);
    let mut send = || -> io::Result<()> {
        while let Some(mut piece) = source.piece()? {
            if interrupted() {
                return Err(io::Error::other("interrupted"));
            }
            read(piece.len() as u64);
            while !piece.is_empty() {
                let room = size.saturating_sub(gathered.len());
                let fitting = piece.split_to(room.min(piece.len()));
                gathered.extend_from_slice(&fitting);
                if gathered.len() == size {
                    upload.part(full(&mut gathered, size))?;
                }
            }
        }
        if !gathered.is_empty() {
            upload.part(full(&mut gathered, 0))?;
        }
        Ok(())
    };
    match send() {
        Ok(()) => Ok(upload.complete()?),
        Err(error) => {
            upload.abort();
            Err(error)
        }
    }
}

/// What was gathered, and room for as much again.
fn full(gathered: &mut BytesMut, room: usize) -> Bytes {
    std::mem::replace(gathered, BytesMut::with_capacity(room)).freeze()
}

/// Reads an object again, and compares it with what was sent. What is wrong is
/// deleted, if it is still what was written.
fn again(
    bucket: &Bucket,
    key: &str,
    source: &mut Source,
    stored: &Stored,
    sha256: Option<[u8; 32]>,
) -> io::Result<()> {
    let tag = stored.etag.as_deref();
    let same = match sha256 {
        Some(sha256) => {
            let most = usize::try_from(source.size).unwrap_or(usize::MAX);
            let part = bucket.whole(key, tag, most);
            part.map(|it| PutBody::new(it.bytes).sha256() == sha256)?
        }
        None => {
            source.same_as_object(&mut bucket.reader(key, source.size, tag))?
        }
    };
    if same {
        return Ok(());
    }
    bucket.delete(key)?;
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "the server has stored something else than was sent; it was deleted",
    ))
}
