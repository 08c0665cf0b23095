//! A copy under its temporary name, until it gets its own.

use std::sync::Arc;

use sanchay_storage::{Directory, Links, Metadata, Temporary};
use sanchay_sync::lock;

use super::{Copied, CopyItem, Folder, Slot};
use crate::error::Cause;

/// A copy that does not have its name yet. One that is dropped is removed.
#[derive(Debug)]
pub(super) struct Staged {
    target: Arc<Folder>,
    /// Empty where there is nothing to rename: the copy was there already.
    temporary: Vec<u8>,
    new_name: Vec<u8>,
    /// Whether it is to replace what has its name.
    replaces: bool,
    original: Metadata,
    copied: Option<Copied>,
    /// Where others look for it that are to become names of it.
    slot: Option<Slot>,
}

/// A copy that has its name.
pub(super) struct Committed {
    pub(super) original: Metadata,
    pub(super) copied: Copied,
}

impl Staged {
    /// What has this temporary name now.
    pub(super) fn new<T>(
        item: &CopyItem<T>,
        original: Metadata,
        temporary: Vec<u8>,
        replaces: bool,
    ) -> Self {
        Self {
            target: Arc::clone(&item.target),
            temporary,
            new_name: item.new_name.clone(),
            replaces,
            original,
            copied: None,
            slot: None,
        }
    }

    /// A copy that was there before.
    pub(super) fn kept<T>(
        item: &CopyItem<T>,
        original: Metadata,
        copied: Copied,
    ) -> Self {
        Self::new(item, original, Vec::new(), false).with(copied)
    }

    /// The same, complete.
    pub(super) fn with(mut self, copied: Copied) -> Self {
        self.copied = Some(copied);
        self
    }

    /// Says that it could not become another name of an earlier copy.
    pub(super) fn stands_alone(&mut self) {
        if let Some(copied) = &mut self.copied {
            copied.lost.links = true;
        }
    }

    /// Says where others look for it.
    pub(super) fn link(&mut self, slot: Slot) {
        self.slot = Some(slot);
    }

    /// The name that it has at the moment.
    pub(super) fn current_name(&self) -> &[u8] {
        if self.is_new() { &self.temporary } else { &self.new_name }
    }

    /// Whether it was made by this run.
    pub(super) fn is_new(&self) -> bool {
        !self.temporary.is_empty()
    }

    pub(super) fn directory(&self) -> &dyn Directory {
        self.target.directory()
    }

    /// The device that it is on.
    pub(super) fn device(&self) -> u64 {
        self.copied.map_or(0, |copied| copied.metadata.id.device)
    }

    /// How many bytes it has.
    pub(super) fn size(&self) -> u64 {
        self.copied.map_or(0, |copied| copied.metadata.size)
    }

    /// Waits until it would survive a loss of power, by itself. A link is
    /// durable with its directory.
    pub(super) fn sync(&self) -> Result<(), Cause> {
        match self.directory().open_file(&self.temporary, Links::Refuse) {
            Ok((file, _)) => Ok(file.sync()?),
            Err(sanchay_storage::StorageError::Link) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives it its name.
    pub(super) fn commit(mut self) -> Result<Committed, Cause> {
        let Some(copied) = self.copied else {
            return Err(sanchay_storage::StorageError::unsupported().into());
        };
        if self.is_new() {
            self.rename()?;
        }
        Ok(Committed { original: self.original, copied })
    }

    fn rename(&mut self) -> Result<(), Cause> {
        // Nobody may look for it under a name that it no longer has.
        let mut home = self.slot.as_ref().map(|slot| lock(slot));
        let from = std::mem::take(&mut self.temporary);
        let to = &self.new_name;
        let made = Temporary::new(self.target.directory(), from.clone());
        match self.replaces {
            true => made.replace(to)?,
            false => made.rename(to)?,
        }
        if let Some(Some(home)) = home.as_deref_mut()
            && home.name == from
        {
            home.name.clone_from(to);
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.temporary);
        drop(Temporary::new(self.directory(), name));
    }
}
