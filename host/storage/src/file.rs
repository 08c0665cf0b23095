//! Open files. One on this machine is its descriptor, so that reading it
//! costs a system call and nothing more; any other is an object that reads
//! and writes at offsets.

use std::{fmt, io, ops::Range};

use sanchay_core::{digest::Digest, hashing::Algorithm};

use crate::{
    Attributes, ExtendedAttribute, Extents, FileSystemId, Metadata, local,
};

/// What a file that is not on this machine does.
pub trait RandomAccess: Send + Sync {
    /// Reads at an offset. Returns how many bytes; 0 at the end.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes at an offset. Returns how many bytes.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Its metadata now.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn metadata(&self) -> io::Result<Metadata>;

    /// Cuts it, or extends it with zeros, to a size.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn set_size(&self, size: u64) -> io::Result<()>;

    /// Sets what is known of it.
    ///
    /// # Errors
    /// The first refusal: owners come first, then permissions, then times.
    fn set_attributes(&self, attributes: &Attributes) -> io::Result<()>;

    /// Its extended attributes; none where there are none.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn extended_attributes(&self) -> io::Result<Vec<ExtendedAttribute>>;

    /// Sets an extended attribute.
    ///
    /// # Errors
    /// Why it cannot be set.
    fn set_extended_attribute(
        &self,
        attribute: &ExtendedAttribute,
    ) -> io::Result<()>;

    /// Removes an extended attribute, if there is one.
    ///
    /// # Errors
    /// Why it cannot be removed.
    fn remove_extended_attribute(&self, name: &[u8]) -> io::Result<()>;

    /// Waits until contents and metadata would survive a loss of power.
    ///
    /// # Errors
    /// Why the system cannot tell: what was written may be lost.
    fn sync(&self) -> io::Result<()>;

    /// The file system that it is on, if what that says of files can be
    /// relied on from one run to the next.
    fn file_system_id(&self) -> Option<FileSystemId> {
        None
    }

    /// The next bytes from an offset of a file of this size that are not a
    /// hole. `None` if there is nothing but holes up to its end.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn data_from(
        &self,
        offset: u64,
        size: u64,
    ) -> io::Result<Option<Range<u64>>> {
        Ok((offset < size).then_some(offset..size))
    }

    /// The digest of all of it that whoever keeps it knows: a server of
    /// objects. `None` where it is to be read.
    fn known_digest(&self, algorithm: Algorithm) -> Option<Digest> {
        let _ = algorithm;
        None
    }

    /// Where its bytes lie.
    ///
    /// # Errors
    /// Why it cannot be determined.
    fn extents(&self) -> io::Result<Extents> {
        Ok(Extents::Untold)
    }
}

/// An open file.
pub struct File(Inner);

enum Inner {
    Local(std::fs::File),
    Other(Box<dyn RandomAccess>),
}

impl File {
    /// A file of a storage that is not this machine's.
    #[must_use]
    pub fn new(file: Box<dyn RandomAccess>) -> Self {
        Self(Inner::Other(file))
    }

    /// Its descriptor, if it is on this machine.
    #[must_use]
    pub fn as_local(&self) -> Option<&std::fs::File> {
        match &self.0 {
            Inner::Local(file) => Some(file),
            Inner::Other(_) => None,
        }
    }

    /// Its descriptor, if it is on this machine.
    #[must_use]
    pub fn into_local(self) -> Option<std::fs::File> {
        match self.0 {
            Inner::Local(file) => Some(file),
            Inner::Other(_) => None,
        }
    }

    /// Reads at an offset. Returns how many bytes; 0 at the end.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.0 {
            Inner::Local(file) => local::read_at(file, space, offset),
            Inner::Other(file) => file.read_at(space, offset),
        }
    }

    /// Writes at an offset. Returns how many bytes.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        match &self.0 {
            Inner::Local(file) => local::write_at(file, bytes, offset),
            Inner::Other(file) => file.write_at(bytes, offset),
        }
    }

    /// Refuses a file that tells no size and has bytes, as those in `/proc`:
    /// who reads as many as its size says would take it to be empty.
    ///
    /// # Errors
    /// That, or why it cannot be read.
    pub fn check_size(&self, size: u64) -> io::Result<()> {
        if size == 0 && self.read_full_at(&mut [0], 0)? > 0 {
            let why = "its size is 0, but it has bytes: it can be neither \
                       kept nor given back";
            return Err(io::Error::other(why));
        }
        Ok(())
    }

    /// Reads from an offset until a space is full or the file ends. Returns how
    /// much of the space is filled.
    ///
    /// # Errors
    /// Why it cannot be read. Some of the space may have been filled.
    pub fn read_full_at(
        &self,
        space: &mut [u8],
        offset: u64,
    ) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = space.get_mut(filled..)
            && !rest.is_empty()
        {
            match self.read_at(rest, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Writes all of some bytes at an offset.
    ///
    /// # Errors
    /// Why they cannot be written; [`io::ErrorKind::WriteZero`] where nothing
    /// is taken any more. Some of them may have been written.
    pub fn write_all_at(
        &self,
        mut bytes: &[u8],
        mut offset: u64,
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(put) => {
                    bytes = bytes.get(put..).unwrap_or_default();
                    offset += put as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Has the system begin to write a range to the disk, so that waiting for
    /// that later is short. What was written leaves memory: it is not for
    /// files that are read next. Does nothing where that cannot be asked for.
    pub fn write_out(&self, range: Range<u64>) {
        match &self.0 {
            Inner::Local(file) => local::write_out(file, range),
            Inner::Other(_) => {}
        }
    }

    /// Its metadata now.
    ///
    /// # Errors
    /// Why it cannot be determined.
    pub fn metadata(&self) -> io::Result<Metadata> {
        match &self.0 {
            Inner::Local(file) => Ok(local::metadata(file)?),
            Inner::Other(file) => file.metadata(),
        }
    }

    /// Cuts it, or extends it with zeros, to a size.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn set_size(&self, size: u64) -> io::Result<()> {
        match &self.0 {
            Inner::Local(file) => file.set_len(size),
            Inner::Other(file) => file.set_size(size),
        }
    }

    /// Sets what is known of it.
    ///
    /// # Errors
    /// The first refusal: owners come first, then permissions, then times.
    pub fn set_attributes(&self, attributes: &Attributes) -> io::Result<()> {
        match &self.0 {
            Inner::Local(file) => Ok(local::set_attributes(file, attributes)?),
            Inner::Other(file) => file.set_attributes(attributes),
        }
    }

    /// Its extended attributes; none where the file system has none.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub fn extended_attributes(&self) -> io::Result<Vec<ExtendedAttribute>> {
        match &self.0 {
            Inner::Local(file) => Ok(local::extended_attributes(file)?),
            Inner::Other(file) => file.extended_attributes(),
        }
    }

    /// Sets an extended attribute.
    ///
    /// # Errors
    /// Why it cannot be set.
    pub fn set_extended_attribute(
        &self,
        attribute: &ExtendedAttribute,
    ) -> io::Result<()> {
        match &self.0 {
            Inner::Local(file) => {
                Ok(local::set_extended_attribute(file, attribute)?)
            }
            Inner::Other(file) => file.set_extended_attribute(attribute),
        }
    }

    /// Removes an extended attribute, if there is one.
    ///
    /// # Errors
    /// Why it cannot be removed.
    pub fn remove_extended_attribute(&self, name: &[u8]) -> io::Result<()> {
        match &self.0 {
            Inner::Local(file) => {
                Ok(local::remove_extended_attribute(file, name)?)
            }
            Inner::Other(file) => file.remove_extended_attribute(name),
        }
    }

    /// Has an empty file share all contents of another (a reflink): that takes
    /// no space until one of them changes. `false`, and nothing is done, where
    /// the file system cannot do that.
    ///
    /// # Errors
    /// Why the contents cannot be shared.
    pub fn share_contents(&self, to: &Self) -> io::Result<bool> {
        match (&self.0, &to.0) {
            (Inner::Local(from), Inner::Local(to)) => {
                Ok(local::share(from, to)?)
            }
            _ => Ok(false),
        }
    }

    /// Copies up to so many bytes at an offset to the same offset of another
    /// file, without a detour through this process. Returns how many, 0 at the
    /// end; `None` where the system cannot do that between these two.
    ///
    /// # Errors
    /// Why they cannot be copied.
    pub fn copy_range(
        &self,
        to: &Self,
        offset: u64,
        length: u64,
    ) -> io::Result<Option<u64>> {
        match (&self.0, &to.0) {
            (Inner::Local(from), Inner::Local(to)) => {
                Ok(local::copy_range(from, to, offset, length)?)
            }
            _ => Ok(None),
        }
    }

    /// The next bytes from an offset of a file of this size that are not a
    /// hole. `None` if there is nothing but holes up to its end. This moves
    /// the position at which [`File::reader`] reads.
    ///
    /// # Errors
    /// Why it cannot be determined.
    pub fn data_from(
        &self,
        offset: u64,
        size: u64,
    ) -> io::Result<Option<Range<u64>>> {
        match &self.0 {
            Inner::Local(file) => Ok(local::data_from(file, offset, size)?),
            Inner::Other(file) => file.data_from(offset, size),
        }
    }

    /// Waits until contents and metadata would survive a loss of power.
    ///
    /// # Errors
    /// Why the system cannot tell: what was written may be lost.
    pub fn sync(&self) -> io::Result<()> {
        match &self.0 {
            Inner::Local(file) => local::sync(file),
            Inner::Other(file) => file.sync(),
        }
    }

    /// The file system that it is on, if what that says of files can be
    /// relied on from one run to the next.
    #[must_use]
    pub fn file_system_id(&self) -> Option<FileSystemId> {
        match &self.0 {
            Inner::Local(file) => local::file_system_id(file),
            Inner::Other(file) => file.file_system_id(),
        }
    }

    /// Where its bytes lie.
    ///
    /// # Errors
    /// Why it cannot be determined.
    pub fn extents(&self) -> io::Result<Extents> {
        match &self.0 {
            Inner::Local(file) => local::extents::of(file),
            Inner::Other(file) => file.extents(),
        }
    }

    /// The digest of all of it that whoever keeps it knows: a server of
    /// objects. `None` where it is to be read.
    #[must_use]
    pub fn known_digest(&self, algorithm: Algorithm) -> Option<Digest> {
        match &self.0 {
            Inner::Local(_) => None,
            Inner::Other(file) => file.known_digest(algorithm),
        }
    }

    /// Reads the file from its beginning. All readers of a local file share
    /// one position, so use one at a time.
    #[must_use]
    pub fn reader(&self) -> FileReader<'_> {
        FileReader { file: self, position: 0 }
    }
}

impl From<std::fs::File> for File {
    fn from(file: std::fs::File) -> Self {
        Self(Inner::Local(file))
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("File").field(&self.as_local()).finish()
    }
}

/// Reads a file from its beginning to its end.
#[derive(Debug)]
pub struct FileReader<'a> {
    file: &'a File,
    position: u64,
}

impl io::Read for FileReader<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let got = match &self.file.0 {
            Inner::Local(file) => local::read(file, space, self.position)?,
            Inner::Other(file) => file.read_at(space, self.position)?,
        };
        self.position += got as u64;
        Ok(got)
    }
}
