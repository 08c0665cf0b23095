//! What is copied: a file or an object, read from one end to the other.

use std::ffi::OsStr;

use sanchay_names::OsStrExt as _;
use std::io;
use std::path::Path;

use bytes::Bytes;
use sanchay_objects::{
    Bucket, Checker, Checksums, CloudError, CloudErrorKind, CloudUrl,
    ObjectHead, ObjectReader,
};
use sanchay_storage::{
    File, Links, LocalStorage, Metadata, Opened, Storage as _, StorageError,
    Timestamp,
};

use crate::mtime;

/// How much is read of a file at once, in bytes.
const PIECE: usize = 1 << 20;

/// What is copied, open.
pub(crate) struct Source {
    pub(crate) size: u64,
    /// When it was modified.
    pub(crate) modified: Timestamp,
    reading: Reading,
    /// Compares what is read with what the server knows.
    checker: Checker,
}

enum Reading {
    /// All of it is there, and whether it was taken.
    Whole(Bytes, bool),
    /// A file, and how far it was read.
    File { file: File, metadata: Box<Metadata>, at: u64 },
    /// An object.
    Object(Box<Object>),
}

/// An object that is read in pieces.
struct Object {
    bucket: Bucket,
    key: String,
    tag: Option<String>,
    reader: ObjectReader,
}

/// Opens the bucket of a URL, each once.
pub(crate) trait Buckets {
    /// The bucket.
    fn bucket(
        &self,
        url: &CloudUrl<'_>,
    ) -> Result<Bucket, sanchay_objects::StorageError>;
}

impl Source {
    /// Opens what a path or a URL names, which had this size when it was
    /// found; so much of the path is the root that was named. What is no larger
    /// than `small` is read at once. An object that is larger by now is an
    /// error.
    pub(crate) fn open(
        (path, root): (&[u8], usize),
        size: u64,
        small: usize,
        buckets: &dyn Buckets,
    ) -> io::Result<Self> {
        match CloudUrl::of(Path::new(OsStr::from_bytes(path))) {
            Some(url) => {
                let bucket = buckets.bucket(&url).map_err(other)?;
                Self::object(&bucket, url.key, size, small)
            }
            None => Self::file(path, root),
        }
    }

    fn object(
        bucket: &Bucket,
        key: &str,
        size: u64,
        small: usize,
    ) -> io::Result<Self> {
        // No more is read than was listed: memory and disk are meant for that.
        let grew = |head: &ObjectHead| head.size > size;
        let most = usize::try_from(size).unwrap_or(usize::MAX);
        if most <= small {
            let part = match bucket.whole(key, None, most) {
                Err(_) if bucket.head(key).is_ok_and(|it| grew(&it)) => {
                    return Err(changed());
                }
                part => part?,
            };
            let head = part.head;
            return Ok(Self {
                size: head.size,
                modified: time_of(head.mtime.as_deref(), head.modified),
                reading: Reading::Whole(part.bytes, false),
                checker: Checker::new(head.checksums),
            });
        }
        let head = bucket.head(key)?;
        if grew(&head) {
            return Err(changed());
        }
        let reader = bucket.reader(key, head.size, head.etag.as_deref());
        let object = Object {
            bucket: bucket.clone(),
            key: key.to_owned(),
            tag: head.etag.clone(),
            reader,
        };
        Ok(Self {
            size: head.size,
            modified: time_of(head.mtime.as_deref(), head.modified),
            reading: Reading::Object(Box::new(object)),
            checker: Checker::new(head.checksums),
        })
    }

    fn file(path: &[u8], root: usize) -> io::Result<Self> {
        let (file, metadata) = open_beneath(path, root).map_err(failed)?;
        Ok(Self {
            size: metadata.size,
            modified: metadata.modified,
            reading: Reading::File {
                file,
                metadata: Box::new(metadata),
                at: 0,
            },
            checker: Checker::new(Checksums::default()),
        })
    }

    /// The object that is read, its key and its tag, if it is one that is read
    /// in pieces.
    pub(crate) fn as_object(&self) -> Option<(&Bucket, &str, Option<&str>)> {
        match &self.reading {
            Reading::Object(it) => {
                Some((&it.bucket, &it.key, it.tag.as_deref()))
            }
            Reading::Whole(..) | Reading::File { .. } => None,
        }
    }

    /// Whether a digest is known that a copy is to be compared with.
    pub(crate) fn has_digest(&self) -> bool {
        !self.checker.is_idle()
    }

    /// Compares a file with what is known of what is read, in place of
    /// reading that.
    pub(crate) fn check_file(&mut self, file: &File) -> io::Result<()> {
        let mut space = vec![0; PIECE];
        let mut at = 0;
        while at < self.size && !self.checker.is_idle() {
            let got = file.read_full_at(&mut space, at)?;
            self.checker.update(space.get(..got).unwrap_or_default());
            at += got as u64;
            if got == 0 {
                break;
            }
        }
        self.end()
    }

    /// The next bytes; `None` at the end. Then all that was read is what the
    /// file or the object was when it was opened.
    pub(crate) fn piece(&mut self) -> io::Result<Option<Bytes>> {
        let piece = match &mut self.reading {
            Reading::Whole(bytes, taken) => {
                let first = !std::mem::replace(taken, true);
                (first && !bytes.is_empty()).then(|| bytes.clone())
            }
            Reading::Object(object) => object.reader.piece()?,
            Reading::File { file, metadata, at } => {
                file.check_size(metadata.size)?;
                let left = metadata.size.saturating_sub(*at);
                let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
                let mut space = vec![0; length];
                let got = file.read_full_at(&mut space, *at)?;
                if got < length {
                    return Err(changed());
                }
                *at += got as u64;
                (!space.is_empty()).then(|| space.into())
            }
        };
        match &piece {
            Some(bytes) => self.checker.update(bytes),
            None => self.end()?,
        }
        Ok(piece)
    }

    /// All of it at once.
    pub(crate) fn whole(&mut self) -> io::Result<Bytes> {
        let first = self.piece()?.unwrap_or_default();
        if first.len() as u64 == self.size {
            if !first.is_empty() {
                self.piece()?;
            }
            return Ok(first);
        }
        let mut all = Vec::from(first);
        while let Some(piece) = self.piece()? {
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }

    /// Begins again at the beginning.
    fn rewind(&mut self) {
        match &mut self.reading {
            Reading::Whole(_, taken) => *taken = false,
            Reading::File { at, .. } => *at = 0,
            Reading::Object(object) => {
                let tag = object.tag.as_deref();
                object.reader =
                    object.bucket.reader(&object.key, self.size, tag);
            }
        }
    }

    /// Whether another has the same bytes, from beginning to end.
    pub(crate) fn same_as(&mut self, other: &mut Self) -> io::Result<bool> {
        self.same(&mut || other.piece())
    }

    /// Whether an object has the same bytes.
    pub(crate) fn same_as_object(
        &mut self,
        object: &mut ObjectReader,
    ) -> io::Result<bool> {
        self.same(&mut || Ok(object.piece()?))
    }

    /// Whether a file has the same bytes.
    pub(crate) fn same_as_file(&mut self, file: &File) -> io::Result<bool> {
        let mut at = 0;
        self.same(&mut || {
            let mut space = vec![0; PIECE];
            let got = file.read_full_at(&mut space, at)?;
            at += got as u64;
            space.truncate(got);
            Ok((got > 0).then(|| space.into()))
        })
    }

    fn same(
        &mut self,
        next: &mut dyn FnMut() -> io::Result<Option<Bytes>>,
    ) -> io::Result<bool> {
        self.rewind();
        let (mut mine, mut theirs) = (Bytes::new(), Bytes::new());
        loop {
            if mine.is_empty() {
                mine = self.piece()?.unwrap_or_default();
            }
            if theirs.is_empty() {
                theirs = next()?.unwrap_or_default();
            }
            let both = mine.len().min(theirs.len());
            if both == 0 {
                return Ok(mine.is_empty() && theirs.is_empty());
            }
            if mine.split_to(both) != theirs.split_to(both) {
                return Ok(false);
            }
        }
    }

    /// Compares what was read with what is known of it.
    fn end(&mut self) -> io::Result<()> {
        if let Reading::File { file, metadata, .. } = &self.reading {
            let now = file.metadata()?;
            let same = now.size == metadata.size
                && now.modified == metadata.modified
                && now.changed == metadata.changed;
            if !same {
                return Err(changed());
            }
        }
        let nothing = Checker::new(Checksums::default());
        match std::mem::replace(&mut self.checker, nothing).agrees() {
            Some(false) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "what was read does not have the digest that the server \
                 knows",
            )),
            _ => Ok(()),
        }
    }
}

/// Opens a file beneath its root, name by name: a link that was put in its way
/// since it was found is not followed.
fn open_beneath(
    path: &[u8],
    root: usize,
) -> Result<(File, Metadata), StorageError> {
    let (above, below) = path.split_at_checked(root).unwrap_or((path, b""));
    let mut names = below.split(|byte| *byte == b'/');
    let storage = LocalStorage::new();
    let opened = storage.open(Path::new(OsStr::from_bytes(above)))?;
    let mut directory = match opened {
        // The root itself, which the caller named.
        Opened::File(file, metadata) => return Ok((file, metadata)),
        Opened::Directory(directory, _) => directory,
        Opened::Special(_, kind) => {
            return Err(StorageError::NotRegular(kind.describe()));
        }
    };
    let Some(name) = names.next_back() else {
        return Err(StorageError::NotRegular("a directory"));
    };
    for name in names.filter(|name| !name.is_empty()) {
        directory = directory.open_dir(name, Links::Refuse)?;
    }
    directory.open_file(name, Links::Refuse)
}

pub(crate) fn failed(error: StorageError) -> io::Error {
    match error {
        StorageError::Io(error) => error,
        error => other(error),
    }
}

fn changed() -> io::Error {
    io::Error::other("it changed while it was read")
}

pub(crate) fn other<E: std::error::Error + Send + Sync + 'static>(
    error: E,
) -> io::Error {
    io::Error::other(error)
}

/// When the file was modified that an object is a copy of; else when the
/// object was written.
pub(crate) fn time_of(
    mtime: Option<&str>,
    written: chrono::DateTime<chrono::Utc>,
) -> Timestamp {
    mtime
        .and_then(mtime::read)
        .unwrap_or(Timestamp { seconds: written.timestamp(), nanoseconds: 0 })
}

/// What there is of an object, or nothing.
pub(crate) fn head_of(
    bucket: &Bucket,
    key: &str,
) -> Result<Option<ObjectHead>, CloudError> {
    match bucket.head(key) {
        Ok(head) => Ok(Some(head)),
        Err(error) if error.kind() == CloudErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::open_beneath;

    #[test]
    fn a_link_that_was_put_in_the_way_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("root/d")).unwrap();
        fs::write(at("root/d/x"), "inside").unwrap();
        fs::create_dir(at("outside")).unwrap();
        fs::write(at("outside/x"), "outside").unwrap();
        symlink(at("outside"), at("root/link")).unwrap();
        symlink(at("outside/x"), at("root/d/link")).unwrap();
        symlink(at("root"), at("named")).unwrap();
        let open = |root: &str, below: &str| {
            let root = at(root).as_os_str().as_bytes().to_vec();
            let path = [&*root, below.as_bytes()].concat();
            open_beneath(&path, root.len()).map(|(_, found)| found.size)
        };
        assert_eq!(open("root", "/d/x").unwrap(), 6);
        // What the caller names may be a link.
        assert_eq!(open("named", "/d/x").unwrap(), 6);
        assert_eq!(open("root/d/link", "").unwrap(), 7);
        assert!(open("root", "/link/x").is_err());
        assert!(open("root", "/d/link").is_err());
        assert!(open("root", "/d").is_err());
    }
}
