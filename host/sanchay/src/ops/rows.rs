//! The rows of a plan, compactly: about ninety bytes each, and the names.

use std::num::NonZeroU32;

use sanchay_core::{
    kind::EntryKind,
    plan::{Expectation, Operation},
    time::Timestamp,
};
use sanchay_storage::{FileId, Metadata};

use super::{differences::Differences, error::OpsError, folders::FolderId};

/// A folder and a name in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) folder: FolderId,
    start: u32,
    len: u32,
}

impl Spot {
    /// The same name in another folder.
    pub(super) const fn moved(self, folder: FolderId) -> Self {
        Self { folder, ..self }
    }
}

/// A file that stays for others, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct KeptId(NonZeroU32);

/// A file that stays for others.
#[derive(Clone, Debug)]
struct Kept {
    row: Row,
    /// The digest of its contents as a plan has it: `ALGORITHM:HEX`.
    hash: Option<Box<str>>,
}

/// One thing to be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) operation: Operation,
    /// Where the entry is. Means nothing where nothing is done to one.
    pub(super) from: Spot,
    /// Where it will be. Means nothing where it will be nowhere.
    pub(super) to: Spot,
    /// Whether `to` means something.
    pub(super) has_to: bool,
    /// Why, by its number among the reasons.
    pub(super) because: u32,
    /// The equal or similar file that stays, if the entry makes way for one.
    pub(super) kept: Option<KeptId>,
    /// Whether that file is only similar: nothing takes the entry's place.
    pub(super) is_like: bool,
    /// Whether its bytes are free then.
    pub(super) frees: bool,
    /// What it has otherwise than that file, and would lose, as far as that
    /// was looked at.
    pub(super) differs: Differences,
    pub(super) kind: EntryKind,
    pub(super) id: FileId,
    /// How many names it has, where that is told.
    pub(super) links: u32,
    pub(super) size: u64,
    pub(super) modified: Timestamp,
    pub(super) changed: Option<Timestamp>,
}

impl Row {
    /// What the entry has to be.
    pub(super) fn expectation(&self) -> Expectation {
        Expectation {
            kind: self.kind,
            device: self.id.device,
            inode: self.id.inode,
            links: self.has_other_names().then_some(self.links),
            size: self.size,
            modified: self.modified,
            changed: self.changed,
            hash: None,
        }
    }

    /// Whether what is done to it shows in other names of it.
    pub(super) fn has_other_names(&self) -> bool {
        self.links > 1 && self.kind != EntryKind::Directory
    }

    /// Takes what an entry is.
    pub(super) fn describe(&mut self, metadata: &Metadata) {
        self.kind = metadata.kind;
        self.id = metadata.id;
        self.size = metadata.size;
        self.modified = metadata.modified;
        self.links = metadata.links;
        // What is done within a folder shows in it.
        let steady = self.kind != EntryKind::Directory;
        self.changed = steady.then_some(metadata.changed);
    }

    /// Takes what an entry has to be.
    pub(super) fn expect(&mut self, expect: &Expectation) {
        self.kind = expect.kind;
        let Expectation { device, inode, .. } = *expect;
        self.id = FileId { device, inode };
        self.links = expect.links.unwrap_or(1);
        self.size = expect.size;
        self.modified = expect.modified;
        self.changed = expect.changed;
    }
}

/// The rows of a plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) all: Vec<Row>,
    names: Vec<u8>,
    reasons: Vec<String>,
    /// Files that stay for others: where they are, and what they have to be.
    kept: Vec<Kept>,
}

impl Rows {
    /// Keeps a name, in a folder.
    pub(super) fn spot(
        &mut self,
        folder: FolderId,
        name: &[u8],
    ) -> Result<Spot, OpsError> {
        let start = u32::try_from(self.names.len());
        let start = start.map_err(|_| OpsError::TooLarge)?;
        self.names.extend_from_slice(name);
        let len = u32::try_from(name.len()).map_err(|_| OpsError::TooLarge)?;
        Ok(Spot { folder, start, len })
    }

    /// The name that was kept.
    pub(super) fn name(&self, spot: Spot) -> &[u8] {
        let start = spot.start as usize;
        let end = start.saturating_add(spot.len as usize);
        self.names.get(start..end).unwrap_or_default()
    }

    /// The number of a reason.
    pub(super) fn reason(&mut self, why: &str) -> u32 {
        // The last ones are the likeliest, and there are few.
        let recent = self.reasons.iter().enumerate().rev().take(16);
        let mut found = recent.filter(|(_, it)| *it == why);
        let at = found.next().map(|(at, _)| at).unwrap_or_else(|| {
            self.reasons.push(why.to_owned());
            self.reasons.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The reason of that number.
    pub(super) fn why(&self, because: u32) -> &str {
        self.reasons.get(because as usize).map_or("", String::as_str)
    }

    /// Adds a row, and returns its number.
    pub(super) fn push(&mut self, row: Row) -> Result<u32, OpsError> {
        let at = u32::try_from(self.all.len());
        self.all.push(row);
        at.map_err(|_| OpsError::TooLarge)
    }

    /// Adds a file that stays for others, as a row of which the source says
    /// what it is.
    pub(super) fn keep(
        &mut self,
        row: Row,
        hash: Option<&str>,
    ) -> Result<KeptId, OpsError> {
        self.kept.push(Kept { row, hash: hash.map(Box::from) });
        let number = u32::try_from(self.kept.len()).ok();
        let number = number.and_then(NonZeroU32::new);
        number.map(KeptId).ok_or(OpsError::TooLarge)
    }

    /// The equal or similar file that stays where this one makes way.
    pub(super) fn kept(&self, row: &Row) -> Option<&Row> {
        self.kept_of(row).map(|kept| &kept.row)
    }

    /// The digest of the contents of the equal file, where that is known.
    pub(super) fn kept_hash(&self, row: &Row) -> Option<&str> {
        self.kept_of(row)?.hash.as_deref()
    }

    fn kept_of(&self, row: &Row) -> Option<&Kept> {
        let KeptId(number) = row.kept?;
        let at = usize::try_from(number.get()).ok()?.checked_sub(1)?;
        self.kept.get(at)
    }

    /// The row of that number.
    pub(super) fn get(&self, at: u32) -> Option<&Row> {
        self.all.get(at as usize)
    }

    /// A row of nothing, in a folder.
    pub(super) fn empty(operation: Operation, folder: FolderId) -> Row {
        let spot = Spot { folder, start: 0, len: 0 };
        Row {
            operation,
            from: spot,
            to: spot,
            has_to: false,
            because: 0,
            kept: None,
            is_like: false,
            frees: false,
            differs: Differences::default(),
            kind: EntryKind::Unknown,
            id: FileId { device: 0, inode: 0 },
            links: 1,
            size: 0,
            modified: Timestamp::default(),
            changed: None,
        }
    }
}
