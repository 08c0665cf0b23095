//! Entries under temporary names, until they get their own or go.

use std::{
    process,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{SystemTime, UNIX_EPOCH},
};

use sanchay_core::plan::TEMPORARY;

use crate::{Directory, StorageError};

/// Names that no other program gives, nor another run of this one.
#[derive(Debug)]
pub struct TemporaryNames {
    prefix: String,
    counter: AtomicU64,
}

impl Default for TemporaryNames {
    fn default() -> Self {
        Self::new("")
    }
}

impl TemporaryNames {
    /// Names that begin with [`TEMPORARY`] and a label, by which what is left
    /// of a run that was killed can be found.
    #[must_use]
    pub fn new(label: &str) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_nanos());
        let number = MADE.fetch_add(1, Relaxed);
        let process = process::id();
        let prefix =
            format!("{TEMPORARY}{label}{now:x}-{process:x}-{number:x}");
        Self { prefix, counter: AtomicU64::new(0) }
    }

    /// The next one.
    #[must_use]
    pub fn next_name(&self) -> Vec<u8> {
        let number = self.counter.fetch_add(1, Relaxed);
        format!("{}-{number}", self.prefix).into_bytes()
    }
}

/// What has a temporary name in a directory: it is removed when this is
/// dropped, unless it got another name.
#[derive(Debug)]
pub struct Temporary<'d> {
    directory: &'d dyn Directory,
    /// Empty when there is nothing to remove.
    name: Vec<u8>,
}

impl<'d> Temporary<'d> {
    /// Takes care of what has a name, which is the caller's.
    #[must_use]
    pub fn new(directory: &'d dyn Directory, name: Vec<u8>) -> Self {
        Self { directory, name }
    }

    /// The name that it has.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Leaves it alone from now on.
    pub fn keep(mut self) {
        self.name.clear();
    }

    /// Gives it another temporary name, which nothing may have.
    ///
    /// # Errors
    /// As for [`Directory::rename`].
    pub fn move_to(&mut self, name: Vec<u8>) -> Result<(), StorageError> {
        self.directory.rename(&self.name, self.directory, &name)?;
        self.name = name;
        Ok(())
    }

    /// Gives it its name, which nothing may have. If that fails, it goes.
    ///
    /// # Errors
    /// As for [`Directory::rename`].
    pub fn rename(self, name: &[u8]) -> Result<(), StorageError> {
        self.directory.rename(&self.name, self.directory, name)?;
        self.keep();
        Ok(())
    }

    /// The same in place of what has that name.
    ///
    /// # Errors
    /// As for [`Directory::replace`].
    pub fn replace(self, name: &[u8]) -> Result<(), StorageError> {
        self.directory.replace(&self.name, self.directory, name)?;
        self.keep();
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            // It is garbage in any case.
            let _ = self.directory.remove_file(&self.name);
        }
    }
}
