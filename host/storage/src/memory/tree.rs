//! The tree of a storage in memory: inodes, names, and what a loss of power
//! would leave of them.

use std::{collections::BTreeMap, io};

use super::{Counts, Fault};
use crate::{
    Attributes, EntryKind, FileId, Links, Metadata, StorageError, Timestamp,
    local,
};

/// The root directory's inode, and that of no other.
pub(super) const ROOT: usize = 0;

/// How many links a path may lead through.
const MAX_LINKS: usize = 40;

#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) inodes: Vec<Inode>,
    clock: i64,
    pub(super) counts: Counts,
    /// What is to happen to a change.
    pub(super) outage: Option<Outage>,
    /// The inodes as they were when something was last made durable. File
    /// systems write down names and metadata in their order, so all earlier
    /// ones are with it; of contents, only those of files that were synced.
    durable: Vec<Inode>,
    /// Whether files share bytes, and it tells so.
    pub(super) has_reflinks: bool,
    /// How many bytes it says that it has room for.
    pub(super) free: Option<u64>,
    /// How many bytes it says that it gives to a file at a time.
    pub(super) block: Option<u64>,
    /// Whether entries can change places.
    pub(super) has_exchange: bool,
}

/// Changes that fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    /// How many changes still succeed.
    pub(super) after: u64,
    /// How the next one fails.
    pub(super) kind: io::ErrorKind,
    /// Whether all others fail as well.
    pub(super) lasts: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub(super) content: Content,
    /// The directory above; its own inode for the root.
    pub(super) parent: usize,
    /// The device that it is on.
    pub(super) device: u64,
    pub(super) links: u32,
    pub(super) modified: Timestamp,
    accessed: Option<Timestamp>,
    pub(super) changed: i64,
    mode: u32,
    uid: u32,
    gid: u32,
    pub(super) extended: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Whether contents were written since they were last made durable.
    unsynced: bool,
    pub(super) faults: Vec<Fault>,
    /// Where its bytes lie, if others have them as well.
    pub(super) shared: Option<u64>,
    /// The number that it says it has, if that is another than its own.
    pub(super) number: Option<u64>,
    pub(super) created: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Directory(BTreeMap<Vec<u8>, usize>),
    File(Vec<u8>),
    Link(Vec<u8>),
    Special(EntryKind),
}

impl Default for Tree {
    fn default() -> Self {
        let root = Inode::new(Content::Directory(BTreeMap::new()), ROOT, 0);
        Self {
            inodes: vec![root.clone()],
            clock: 0,
            counts: Counts::default(),
            outage: None,
            durable: vec![root],
            has_reflinks: false,
            free: None,
            block: None,
            has_exchange: true,
        }
    }
}

/// A time of the storage's clock.
fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanoseconds: 0 }
}

impl Inode {
    fn new(content: Content, parent: usize, now: i64) -> Self {
        let mode = match &content {
            Content::Directory(_) => 0o755,
            Content::File(_) | Content::Special(_) => 0o644,
            Content::Link(_) => 0o777,
        };
        Self {
            content,
            parent,
            device: 1,
            links: 1,
            modified: at(now),
            accessed: None,
            changed: now,
            mode,
            uid: 0,
            gid: 0,
            extended: BTreeMap::new(),
            unsynced: false,
            shared: None,
            faults: Vec::new(),
            number: None,
            created: None,
        }
    }

    /// Says that contents were written.
    pub(super) fn wrote(&mut self, now: i64) {
        (self.modified, self.changed) = (at(now), now);
        self.unsynced = true;
        self.shared = None;
    }

    pub(super) fn set(&mut self, attributes: &Attributes, now: i64) {
        let Attributes { accessed, modified, mode, uid, gid } = *attributes;
        self.accessed = accessed.or(self.accessed);
        self.modified = modified.unwrap_or(self.modified);
        self.mode = mode.map_or(self.mode, |it| it & Attributes::PERMISSIONS);
        self.uid = uid.unwrap_or(self.uid);
        self.gid = gid.unwrap_or(self.gid);
        self.changed = now;
    }

    pub(super) fn kind(&self) -> EntryKind {
        match &self.content {
            Content::Directory(_) => EntryKind::Directory,
            Content::File(_) => EntryKind::File,
            Content::Link(_) => EntryKind::Symlink,
            Content::Special(kind) => *kind,
        }
    }

    /// The error of the first fault that a choice picks.
    pub(super) fn check(
        &self,
        pick: impl Fn(Fault) -> Option<io::ErrorKind>,
    ) -> io::Result<()> {
        match self.faults.iter().find_map(|fault| pick(*fault)) {
            Some(kind) => Err(kind.into()),
            None => Ok(()),
        }
    }
}

pub(super) fn error(kind: io::ErrorKind) -> StorageError {
    io::Error::from(kind).into()
}

pub(super) fn missing() -> StorageError {
    error(io::ErrorKind::NotFound)
}

impl Tree {
    pub(super) fn inode(&self, index: usize) -> Result<&Inode, StorageError> {
        self.inodes.get(index).ok_or_else(missing)
    }

    pub(super) fn inode_mut(
        &mut self,
        index: usize,
    ) -> Result<&mut Inode, StorageError> {
        self.inodes.get_mut(index).ok_or_else(missing)
    }

    pub(super) fn now(&mut self) -> i64 {
        self.clock += 1;
        self.clock
    }

    /// The entries of a directory.
    pub(super) fn entries(
        &self,
        index: usize,
    ) -> Result<&BTreeMap<Vec<u8>, usize>, StorageError> {
        match &self.inode(index)?.content {
            Content::Directory(entries) => Ok(entries),
            _ => Err(error(io::ErrorKind::NotADirectory)),
        }
    }

    pub(super) fn entries_mut(
        &mut self,
        index: usize,
    ) -> Result<&mut BTreeMap<Vec<u8>, usize>, StorageError> {
        match &mut self.inode_mut(index)?.content {
            Content::Directory(entries) => Ok(entries),
            _ => Err(error(io::ErrorKind::NotADirectory)),
        }
    }

    pub(super) fn child(
        &self,
        at: usize,
        name: &[u8],
    ) -> Result<usize, StorageError> {
        self.entries(at)?.get(name).copied().ok_or_else(missing)
    }

    /// What a path leads to from a directory, links followed; in `confines`,
    /// if that is given.
    pub(super) fn resolve(
        &self,
        from: usize,
        path: &[u8],
        confines: Option<usize>,
        links: &mut usize,
    ) -> Result<usize, StorageError> {
        let mut at = match (path.first(), confines) {
            (Some(b'/'), Some(_)) => return Err(StorageError::Outside),
            (Some(b'/'), None) => ROOT,
            _ => from,
        };
        let names = path.split(|byte| *byte == b'/');
        for name in names.filter(|name| !matches!(*name, b"" | b".")) {
            if name == b".." {
                if Some(at) == confines {
                    return Err(StorageError::Outside);
                }
                at = self.inode(at)?.parent;
                continue;
            }
            let child = self.child(at, name)?;
            at = match &self.inode(child)?.content {
                Content::Link(target) => {
                    *links += 1;
                    if *links > MAX_LINKS {
                        return Err(local::too_many_links().into());
                    }
                    self.resolve(at, target, confines, links)?
                }
                _ => child,
            };
        }
        Ok(at)
    }

    /// An entry of a directory, through links where they are followed.
    pub(super) fn entry(
        &self,
        at: usize,
        name: &[u8],
        links: Links,
    ) -> Result<usize, StorageError> {
        match links {
            Links::Refuse => self.child(at, name),
            Links::Follow => self.resolve(at, name, None, &mut 0),
        }
    }

    pub(super) fn stat(
        &mut self,
        index: usize,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        self.counts.stats += 1;
        let inode = self.inode(index)?;
        inode.check(|fault| match fault {
            Fault::Stat(kind) => Some(kind),
            _ => None,
        })?;
        Ok((inode.kind(), self.metadata(index)?))
    }

    pub(super) fn metadata(
        &self,
        index: usize,
    ) -> Result<Metadata, StorageError> {
        let inode = self.inode(index)?;
        let (size, file_type) = match &inode.content {
            Content::Directory(_) => (0, 0o040_000),
            Content::File(bytes) => (bytes.len() as u64, 0o100_000),
            Content::Link(target) => (target.len() as u64, 0o120_000),
            Content::Special(_) => (0, 0o010_000),
        };
        Ok(Metadata {
            kind: inode.kind(),
            size,
            modified: inode.modified,
            changed: at(inode.changed),
            accessed: inode.accessed,
            created: inode.created,
            allocated: size,
            uid: inode.uid,
            gid: inode.gid,
            id: FileId {
                device: inode.device,
                inode: inode.number.unwrap_or(index as u64 + 1),
            },
            links: inode.links,
            mode: file_type | inode.mode,
            object: None,
        })
    }

    /// Counts a change that is about to be made.
    ///
    /// # Errors
    /// If this is one that fails.
    pub(super) fn change(&mut self) -> io::Result<i64> {
        self.check_power()?;
        if let Some(outage) = &mut self.outage {
            if outage.after == 0 {
                let kind = outage.kind;
                self.outage = None;
                return Err(kind.into());
            }
            outage.after -= 1;
        }
        self.counts.changes += 1;
        Ok(self.now())
    }

    /// Fails where no change succeeds any more.
    fn check_power(&self) -> io::Result<()> {
        match self.outage {
            Some(Outage { after: 0, kind, lasts: true }) => Err(kind.into()),
            _ => Ok(()),
        }
    }

    /// Makes durable all names and metadata, and the contents of what is
    /// picked.
    pub(super) fn sync(
        &mut self,
        picks: impl Fn(usize) -> bool,
    ) -> io::Result<()> {
        self.check_power()?;
        self.counts.syncs += 1;
        for (index, inode) in self.inodes.iter_mut().enumerate() {
            if picks(index) {
                inode.unsynced = false;
            }
        }
        self.durable.clone_from(&self.inodes);
        Ok(())
    }

    /// What a loss of power leaves. `names` says whether names and metadata
    /// that nobody waited for had been written down.
    pub(super) fn lose_power(&mut self, names: bool) {
        if !names {
            self.inodes.clone_from(&self.durable);
        }
        for inode in &mut self.inodes {
            if std::mem::take(&mut inode.unsynced)
                && let Content::File(bytes) = &mut inode.content
            {
                bytes.truncate(bytes.len() / 2);
            }
        }
        self.durable.clone_from(&self.inodes);
        self.outage = None;
    }

    /// Puts an inode under a path, making the directories above. Returns its
    /// index.
    pub(super) fn put(
        &mut self,
        path: &[u8],
        make: impl FnOnce(&mut Self, usize, Vec<u8>) -> usize,
    ) -> Option<usize> {
        let names: Vec<&[u8]> = path
            .split(|byte| *byte == b'/')
            .filter(|it| !it.is_empty())
            .collect();
        let (last, above) = names.split_last()?;
        let mut at = ROOT;
        for name in above {
            at = match self.child(at, name) {
                Ok(child) => child,
                Err(_) => self.add(
                    at,
                    name.to_vec(),
                    Content::Directory(BTreeMap::new()),
                ),
            };
        }
        Some(make(self, at, last.to_vec()))
    }

    pub(super) fn add(
        &mut self,
        at: usize,
        name: Vec<u8>,
        content: Content,
    ) -> usize {
        let now = self.now();
        let index = self.inodes.len();
        let mut inode = Inode::new(content, at, now);
        inode.unsynced = inode.kind() == EntryKind::File;
        inode.device = self.inode(at).map_or(1, |above| above.device);
        self.inodes.push(inode);
        if let Ok(entries) = self.entries_mut(at) {
            entries.insert(name, index);
        }
        index
    }
}
