//! Every file of a walk, held compactly: some sixty bytes a file, names
//! included, so that a million files take less than what a browser tab does.

use std::{
    cmp::Ordering,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sanchay_core::grouping::{FileNumber, FileTable, Origin};
use sanchay_names::OsStrExt as _;
use sanchay_storage::{EntryKind, FileId, Storage, Timestamp};
use sanchay_sync::{into_inner, lock};

use crate::{
    cache::FileState,
    entry::{Batch, EntryRef, join},
    walk::{Node, by_path},
};

/// How many files a block holds. Blocks are filled one after the other, so
/// that none of them is moved when it grows.
const FILES_PER_BLOCK: usize = 1 << 16;

/// What is known of a file.
#[derive(Clone, Copy, Debug)]
struct File {
    size: u64,
    inode: u64,
    name: u32,
    parent: u32,
    name_len: u16,
    device: u16,
    /// How many names it has; of more than that, that many.
    links: u16,
    origin: Origin,
}

#[derive(Default)]
struct Block {
    /// The directories the files are in; none for files that the caller
    /// named.
    parents: Vec<Option<Arc<Node>>>,
    /// With whether their files may share bytes.
    devices: Vec<(u64, bool)>,
    names: Vec<u8>,
    files: Vec<File>,
    /// When each file was modified and changed, where that is kept.
    times: Vec<[Timestamp; 2]>,
}

/// The blocks that one worker fills.
pub(crate) struct WorkerFiles<'a> {
    /// Where they are kept from one walk to the next.
    kept: Option<&'a Mutex<Vec<Block>>>,
    blocks: Vec<Block>,
    keeps_times: bool,
    /// Whether batches have more than regular files.
    pub(super) leaves_out_others: bool,
    /// Where the files come from that are added.
    origin: Origin,
}

impl Drop for WorkerFiles<'_> {
    fn drop(&mut self) {
        if let Some(kept) = self.kept {
            *lock(kept) = std::mem::take(&mut self.blocks);
        }
    }
}

impl WorkerFiles<'_> {
    /// Adds a batch of files. Returns how many there was no room for: names
    /// beyond 64 KiB, or more than 65,536 file systems.
    pub(crate) fn add(
        &mut self,
        node: Option<&Arc<Node>>,
        batch: &Batch<'_>,
    ) -> usize {
        let is_file = |it: &EntryRef<'_>| {
            !self.leaves_out_others || it.metadata.kind == EntryKind::File
        };
        let mut files = batch.iter().filter(is_file).peekable();
        let mut left_out = 0;
        while files.peek().is_some() {
            let last = self.blocks.last();
            if last.is_none_or(|block| block.files.len() >= FILES_PER_BLOCK) {
                self.blocks.push(Block::default());
            }
            let Some(block) = self.blocks.last_mut() else { break };
            block.parents.push(node.cloned());
            while block.files.len() < FILES_PER_BLOCK
                && let Some(file) = files.next()
            {
                let added = block.add(&file, self.origin);
                left_out += usize::from(added.is_none());
                if self.keeps_times && added.is_some() {
                    let found = file.metadata;
                    block.times.push([found.modified, found.changed]);
                }
            }
        }
        left_out
    }
}

/// Puts together what the workers found.
pub(crate) struct Collector {
    workers: Vec<Mutex<Vec<Block>>>,
    keeps_times: bool,
}

impl Collector {
    /// `keeps_times`: whether a cache will be asked about the files.
    pub(crate) fn new(workers: usize, keeps_times: bool) -> Self {
        let workers = (0..workers).map(|_| Mutex::default()).collect();
        Self { workers, keeps_times }
    }

    /// The blocks of a worker, which no other has at the same time.
    pub(crate) fn worker(
        &self,
        number: usize,
        origin: Origin,
    ) -> WorkerFiles<'_> {
        let kept = self.workers.get(number);
        debug_assert!(kept.is_some(), "there is no worker {number}");
        let blocks = kept.map(|kept| std::mem::take(&mut *lock(kept)));
        let blocks = blocks.unwrap_or_default();
        WorkerFiles {
            kept,
            blocks,
            keeps_times: self.keeps_times,
            leaves_out_others: false,
            origin,
        }
    }

    pub(crate) fn finish(self, storage: Arc<dyn Storage>) -> Collection {
        let blocks = self.workers.into_iter().flat_map(into_inner);
        let blocks = blocks.collect();
        Collection { blocks, storage, leaves_out_empty: false }
    }
}

impl Block {
    fn add(&mut self, entry: &EntryRef<'_>, origin: Origin) -> Option<()> {
        let FileId { device, inode } = entry.metadata.id;
        let known = self.devices.iter().rposition(|(it, _)| *it == device);
        let device = known.unwrap_or_else(|| {
            let node = self.parents.last().and_then(Option::as_ref);
            // Nothing is known of files that were named.
            let may_share = node.is_none_or(|it| it.may_share_bytes());
            self.devices.push((device, may_share));
            self.devices.len() - 1
        });
        let file = File {
            size: entry.metadata.size,
            inode,
            name: u32::try_from(self.names.len()).ok()?,
            parent: u32::try_from(self.parents.len() - 1).ok()?,
            name_len: u16::try_from(entry.name.len()).ok()?,
            device: u16::try_from(device).ok()?,
            links: u16::try_from(entry.metadata.links).unwrap_or(u16::MAX),
            origin,
        };
        self.names.extend_from_slice(entry.name);
        self.files.push(file);
        Some(())
    }
}

/// All files of a walk.
pub(crate) struct Collection {
    blocks: Vec<Block>,
    /// Where the files are.
    pub(crate) storage: Arc<dyn Storage>,
    /// Whether empty files are compared with no others.
    pub(super) leaves_out_empty: bool,
}

impl Collection {
    fn find(&self, number: FileNumber) -> Option<(&Block, &File)> {
        let block = self.blocks.get(number.index() / FILES_PER_BLOCK)?;
        Some((block, block.files.get(number.index() % FILES_PER_BLOCK)?))
    }

    /// How many names a file has.
    pub(super) fn links(&self, number: FileNumber) -> u16 {
        self.find(number).map_or(1, |(_, file)| file.links)
    }

    /// All files, those included that are not compared with others.
    pub(super) fn all_files(&self) -> impl Iterator<Item = FileNumber> {
        self.blocks.iter().enumerate().flat_map(|(index, block)| {
            let first = index * FILES_PER_BLOCK;
            (first..first + block.files.len()).map_while(FileNumber::new)
        })
    }

    /// What a file was when it was found, where that was kept.
    pub(crate) fn state(&self, number: FileNumber) -> Option<FileState> {
        let (block, file) = self.find(number)?;
        let times = block.times.get(number.index() % FILES_PER_BLOCK)?;
        let [modified, changed] = *times;
        let id = self.identity(number)?;
        Some(FileState { id, size: file.size, modified, changed })
    }

    /// The directory a file is in; none for one that the caller named.
    pub(crate) fn parent(&self, number: FileNumber) -> Option<&Arc<Node>> {
        let (block, file) = self.find(number)?;
        block.parents.get(file.parent as usize)?.as_ref()
    }

    /// A file's name; the whole path of one that the caller named.
    pub(crate) fn name(&self, number: FileNumber) -> &[u8] {
        let Some((block, file)) = self.find(number) else { return &[] };
        let start = file.name as usize;
        let end = start + usize::from(file.name_len);
        block.names.get(start..end).unwrap_or_default()
    }

    /// A file's path.
    pub(crate) fn path(&self, number: FileNumber) -> PathBuf {
        let name = self.name(number);
        match self.parent(number) {
            Some(node) => node.entry(name),
            None => join(b"", name),
        }
    }

    /// Whether a file may share its bytes with others.
    pub(crate) fn may_share_bytes(&self, number: FileNumber) -> bool {
        let device = self.find(number).and_then(|(block, file)| {
            block.devices.get(usize::from(file.device))
        });
        device.is_some_and(|(_, may_share)| *may_share)
    }

    /// What makes a directory entry: the directory, as the system knows it,
    /// and the name in it.
    pub(crate) fn entry(
        &self,
        number: FileNumber,
    ) -> Option<(FileId, Vec<u8>)> {
        match self.parent(number) {
            Some(node) => {
                let directory = node.reopen().and_then(|open| open.id());
                Some((directory.ok()?, self.name(number).to_vec()))
            }
            None => self.storage.locate(&self.path(number)).ok(),
        }
    }
}

impl FileTable for Collection {
    type Identity = FileId;

    fn end(&self) -> usize {
        self.blocks.len() * FILES_PER_BLOCK
    }

    /// In the order in which the workers came upon them: directory by
    /// directory.
    fn files(&self) -> impl Iterator<Item = FileNumber> {
        let leaves_out_empty = self.leaves_out_empty;
        self.all_files()
            .filter(move |file| !leaves_out_empty || self.size(*file) > 0)
    }

    fn size(&self, file: FileNumber) -> u64 {
        self.find(file).map_or(0, |(_, file)| file.size)
    }

    fn is_linked(&self, file: FileNumber) -> bool {
        self.links(file) > 1
    }

    fn identity(&self, file: FileNumber) -> Option<FileId> {
        let (block, file) = self.find(file)?;
        let (device, _) = *block.devices.get(usize::from(file.device))?;
        Some(FileId { device, inode: file.inode })
    }

    fn origin(&self, file: FileNumber) -> Origin {
        self.find(file).map_or(Origin::Root, |(_, file)| file.origin)
    }

    fn device(&self, file: FileNumber) -> u64 {
        self.identity(file).map_or(0, |it| it.device)
    }

    fn by_path(&self, a: FileNumber, b: FileNumber) -> Ordering {
        match (self.parent(a), self.parent(b)) {
            (Some(a_node), Some(b_node)) => by_path(
                (a_node, self.name(a), false),
                (b_node, self.name(b), false),
            ),
            (None, None) => self.name(a).cmp(self.name(b)),
            _ => {
                let bytes = |file| self.path(file).into_os_string();
                bytes(a).as_bytes().cmp(bytes(b).as_bytes())
            }
        }
    }
}
