//! Objects as files: read in ranges, ahead of who reads from one end to the
//! other, and always of the same object.

use std::io;
use std::sync::Mutex;

use bytes::Bytes;
use sanchay_storage::{
    Algorithm, Attributes, Digest, ExtendedAttribute, FileSystemId, Metadata,
    RandomAccess,
};
use sanchay_sync::lock;

use super::directory::Tree;
use crate::Bucket;
use crate::cloud::Ahead;

/// How much is read of an object of which nothing is known, in bytes.
pub(super) const FIRST: u64 = 256 << 10;

/// How much is read at once at most, in bytes. As much may be on its way.
const MOST: u64 = 2 << 20;

/// An object that is read.
pub(super) struct CloudFile {
    bucket: Bucket,
    key: String,
    tag: Option<String>,
    metadata: Metadata,
    file_system: FileSystemId,
    /// Whether the server may know a SHA-256, a SHA-1 or a CRC-32 of it.
    may_know: bool,
    window: Mutex<Window>,
}

/// What was read last.
#[derive(Default)]
struct Window {
    start: u64,
    bytes: Bytes,
    /// How much is read next if reading goes on where this ends.
    next: u64,
    /// What is on its way: from the end of this.
    ahead: Option<(u64, Ahead)>,
}

impl Window {
    fn end(&self) -> u64 {
        self.start.saturating_add(self.bytes.len() as u64)
    }

    /// What it has from an offset on.
    fn from(&self, offset: u64) -> &[u8] {
        let skipped = offset.checked_sub(self.start);
        let skipped = skipped.and_then(|it| usize::try_from(it).ok());
        skipped.and_then(|it| self.bytes.get(it..)).unwrap_or_default()
    }
}

impl CloudFile {
    pub(super) fn new(
        tree: &Tree,
        key: &str,
        metadata: Metadata,
        tag: Option<&str>,
        beginning: Option<Bytes>,
        may_know: bool,
    ) -> Self {
        let window = Window {
            bytes: beginning.unwrap_or_default(),
            ..Window::default()
        };
        Self {
            bucket: tree.bucket.clone(),
            key: key.to_owned(),
            tag: tag.map(str::to_owned),
            metadata,
            file_system: tree.file_system(),
            may_know,
            window: Mutex::new(window),
        }
    }

    /// Has the window begin at an offset before the end.
    fn fill(
        &self,
        window: &mut Window,
        offset: u64,
        wanted: u64,
    ) -> io::Result<()> {
        let size = self.metadata.size;
        let goes_on = offset == window.end();
        if let Some((start, ahead)) = window.ahead.take()
            && start == offset
        {
            window.bytes = self.bucket.arrived(ahead)?.bytes;
            window.start = start;
        } else {
            let length = match goes_on {
                true => window.next.max(wanted),
                false => wanted,
            };
            // A small object is read at once.
            let length = match size <= MOST && offset == 0 {
                true => MOST,
                false => length.clamp(64 << 10, MOST),
            };
            let end = size.min(offset.saturating_add(length));
            let tag = self.tag.as_deref();
            let part = self.bucket.range(&self.key, offset..end, tag)?;
            window.bytes = part.bytes;
            window.start = offset;
        }
        if window.bytes.is_empty() {
            let why = "it is shorter than it was";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        window.next = match goes_on {
            true => MOST.min(window.next.max(256 << 10).saturating_mul(2)),
            false => 0,
        };
        let end = window.end();
        // Who has read twice in a row will go on.
        if goes_on && offset > 0 && end < size {
            let next = end..size.min(end.saturating_add(window.next));
            let tag = self.tag.as_deref();
            let ahead = self.bucket.range_ahead(&self.key, next, tag);
            window.ahead = Some((end, ahead));
        }
        Ok(())
    }
}

fn read_only<T>() -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}

impl RandomAccess for CloudFile {
    fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize> {
        if space.is_empty() || offset >= self.metadata.size {
            return Ok(0);
        }
        let mut window = lock(&self.window);
        if window.from(offset).is_empty() {
            self.fill(&mut window, offset, space.len() as u64)?;
        }
        let found = window.from(offset);
        let length = found.len().min(space.len());
        if let (Some(to), Some(from)) =
            (space.get_mut(..length), found.get(..length))
        {
            to.copy_from_slice(from);
        }
        Ok(length)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        read_only()
    }

    fn metadata(&self) -> io::Result<Metadata> {
        // All that is read is of the object with this tag.
        Ok(self.metadata)
    }

    fn set_size(&self, _: u64) -> io::Result<()> {
        read_only()
    }

    fn set_attributes(&self, _: &Attributes) -> io::Result<()> {
        read_only()
    }

    fn extended_attributes(&self) -> io::Result<Vec<ExtendedAttribute>> {
        Ok(Vec::new())
    }

    fn set_extended_attribute(&self, _: &ExtendedAttribute) -> io::Result<()> {
        read_only()
    }

    fn remove_extended_attribute(&self, _: &[u8]) -> io::Result<()> {
        read_only()
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn known_digest(&self, algorithm: Algorithm) -> Option<Digest> {
        let wanted = match algorithm {
            // A tag that is one need not be listed.
            Algorithm::Md5 => true,
            Algorithm::Sha256 | Algorithm::Sha1 | Algorithm::Crc32 => {
                self.may_know
            }
            _ => false,
        };
        if !wanted {
            return None;
        }
        let head = self.bucket.head(&self.key).ok()?;
        // It must be the object that was listed.
        if head.etag != self.tag || head.size != self.metadata.size {
            return None;
        }
        let known = head.checksums;
        match algorithm {
            Algorithm::Md5 => Digest::from_bytes(&known.md5?),
            Algorithm::Sha256 => Digest::from_bytes(&known.sha256?),
            Algorithm::Sha1 => Digest::from_bytes(&known.sha1?),
            Algorithm::Crc32 => {
                Digest::from_bytes(&known.crc32?.to_be_bytes())
            }
            _ => None,
        }
    }

    fn file_system_id(&self) -> Option<FileSystemId> {
        Some(self.file_system)
    }
}
