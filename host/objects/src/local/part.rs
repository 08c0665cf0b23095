//! A file that is being written, under a name that no key has.

use std::io::ErrorKind;
use std::sync::Arc;

use sanchay_storage::{Directory, File, StorageError as Refusal};

use super::failure;
use crate::{StorageError, unlikely_name};

/// A file that is being written. Unless it gets its name, it is removed.
pub(super) struct Part {
    directory: Arc<dyn Directory>,
    name: String,
    file: File,
    size: u64,
    /// Whether it has got its name.
    named: bool,
}

impl Part {
    pub(super) fn create(
        directory: Arc<dyn Directory>,
    ) -> Result<Self, Refusal> {
        loop {
            let name = unlikely_name();
            match directory.create(name.as_bytes()) {
                Err(error) if error.is(ErrorKind::AlreadyExists) => {}
                file => {
                    let file = file?;
                    let (size, named) = (0, false);
                    return Ok(Self { directory, name, file, size, named });
                }
            }
        }
    }

    /// Appends bytes of an object.
    pub(super) fn write(
        &mut self,
        key: &str,
        bytes: &[u8],
    ) -> Result<(), StorageError> {
        self.file
            .write_all_at(bytes, self.size)
            .map_err(|error| failure::of_writing(key, &error.into()))?;
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Waits until the contents would survive a loss of power.
    pub(super) fn sync(&self) -> Result<(), Refusal> {
        Ok(self.file.sync()?)
    }

    /// Gives it its name, in place of the file that has it.
    pub(super) fn replace(
        &mut self,
        to: &dyn Directory,
        name: &str,
    ) -> Result<(), Refusal> {
        let old = self.name.as_bytes();
        self.directory.replace(old, to, name.as_bytes())?;
        self.named = true;
        Ok(())
    }

    /// Gives it its name, unless that is taken.
    pub(super) fn rename(
        &mut self,
        to: &dyn Directory,
        name: &str,
    ) -> Result<(), Refusal> {
        let old = self.name.as_bytes();
        self.directory.rename(old, to, name.as_bytes())?;
        self.named = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.named {
            // Who cannot remove it leaves it to be removed when it is stale.
            self.directory.remove_file(self.name.as_bytes()).ok();
        }
    }
}
