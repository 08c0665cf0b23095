//! Makes rows: reads the contents of files once, cuts large ones into chunks,
//! and puts what the store does not have.

use std::{io, sync::Arc, time::SystemTime};

use sanchay::{
    Action, Algorithm, EntryError, EntryKind, FileKey, FileState, Method,
    Problem, WorkContext,
};
use sanchay_core::{
    content::Content,
    digest::Digest,
    hashing::Hasher,
    store::{
        AVERAGE_CHUNK, Address, Chunker, Hole, MAX_CHUNK, MAX_LIST, MAX_ROW,
        StoredAttribute, StoredRow, push_chunk,
    },
};
use sanchay_storage::{
    Directory, ExtendedAttribute, File, FileSystemId, Links, Metadata,
    StorageError,
};
use sanchay_sync::lock;
use std::sync::atomic::Ordering::Relaxed;

use super::{
    Shared,
    items::{Item, not_storable, open_below, split},
    parent::has_contents,
};
use crate::error::StoreError;

/// How many holes a row tells of at most: a file with more is stored as if it
/// had none.
const MAX_HOLES: usize = 4096;

/// How many extended attributes a row has at most.
const MAX_ATTRIBUTES: usize = 1 << 16;

/// How much is read at a time of a large file, in bytes.
const PIECE: usize = 1 << 20;

/// How the digests of whole files are made.
const METHOD: Method = Method::Whole(Algorithm::Blake3);

/// What one worker needs.
pub(super) struct Reader<'s> {
    shared: &'s Shared<'s>,
    /// The directory that was used last.
    last: Option<Place>,
    buffer: Vec<u8>,
}

struct Place {
    root: usize,
    below: Vec<u8>,
    directory: Arc<dyn Directory>,
    file_system: Option<FileSystemId>,
}

/// The directory that an entry is in, its name there, and the file system.
type Spot<'i> = (Arc<dyn Directory>, &'i [u8], Option<FileSystemId>);

/// Why an entry is not stored.
enum Failure {
    /// Something is wrong with it.
    Entry(Action, sanchay::Cause),
    /// Something is wrong with the store.
    Store(StoreError),
    /// The run is over.
    Over,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn at(action: Action) -> impl Fn(StorageError) -> Failure {
    move |error| Failure::Entry(action, error.into())
}

fn reading(error: io::Error) -> Failure {
    Failure::Entry(Action::Read, error.into())
}

/// What is in a file.
struct Contents {
    hash: Address,
    lists: Vec<Address>,
    holes: Vec<Hole>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(shared: &'s Shared<'s>) -> Self {
        Self { shared, last: None, buffer: Vec::new() }
    }

    /// The row of an entry; nothing if it could not be stored.
    pub(super) fn row(
        &mut self,
        number: usize,
        item: &Item,
        context: WorkContext<'_>,
    ) -> Option<StoredRow> {
        match self.try_row(number, item, context) {
            Ok(row) => Some(row),
            Err(Failure::Over) => None,
            Err(Failure::Store(error)) => {
                self.shared.fail(error, context);
                None
            }
            Err(Failure::Entry(action, cause)) => {
                let root = self.shared.items.roots.get(item.root);
                let path = root.map(|root| root.path_of(&item.below));
                let path = path.unwrap_or_default();
                let error = EntryError::new(path, action, cause);
                context.count_error(&error);
                self.shared.error(error);
                None
            }
        }
    }

    fn try_row(
        &mut self,
        number: usize,
        item: &Item,
        context: WorkContext<'_>,
    ) -> Result<StoredRow, Failure> {
        match item.metadata.kind {
            EntryKind::File => self.file(number, item, context),
            EntryKind::Directory => self.directory(item),
            EntryKind::Symlink => self.link(item),
            other => {
                Err(Failure::Entry(Action::Store, not_storable(other).into()))
            }
        }
    }

    /// The directory that an entry is in, and the entry's name.
    fn place<'i>(&mut self, item: &'i Item) -> Result<Spot<'i>, Failure>
    where
        's: 'i,
    {
        let roots = &self.shared.items.roots;
        let gone = || {
            let kind = io::ErrorKind::NotFound;
            Failure::Entry(Action::Open, io::Error::from(kind).into())
        };
        let root = roots.get(item.root).ok_or_else(gone)?;
        let (below, name) = match &root.file {
            Some(name) => (&b""[..], name.as_slice()),
            None => split(&item.below),
        };
        let known = self
            .last
            .as_ref()
            .filter(|last| last.root == item.root && last.below == below);
        if let Some(place) = known {
            let directory = Arc::clone(&place.directory);
            return Ok((directory, name, place.file_system));
        }
        let opened = open_below(&*root.directory, below);
        let directory: Arc<dyn Directory> =
            opened.map_err(at(Action::OpenDirectory))?.into();
        let file_system = directory.file_system_id();
        self.last = Some(Place {
            root: item.root,
            below: below.to_vec(),
            directory: Arc::clone(&directory),
            file_system,
        });
        Ok((directory, name, file_system))
    }

    /// The file system of an entry, if what it says of files can be relied on.
    fn file_system(
        &mut self,
        item: &Item,
    ) -> Result<Option<FileSystemId>, Failure> {
        let device = item.metadata.id.device;
        if let Some(known) = lock(&self.shared.file_systems).get(&device) {
            return Ok(*known);
        }
        let (_, _, found) = self.place(item)?;
        lock(&self.shared.file_systems).insert(device, found);
        Ok(found)
    }

    fn directory(&mut self, item: &Item) -> Result<StoredRow, Failure> {
        let extended = if item.below.is_empty() {
            let root = self.shared.items.roots.get(item.root);
            let file = root.map(|root| root.directory.as_file());
            match file.transpose().map_err(at(Action::OpenDirectory))? {
                Some(file) => file.extended_attributes().map_err(reading)?,
                None => Vec::new(),
            }
        } else {
            let (directory, name, _) = self.place(item)?;
            directory.extended_attributes(name).map_err(at(Action::Stat))?
        };
        let row = row(item, &item.metadata, stored(extended)?);
        Ok(StoredRow { size: 0, ..row })
    }

    fn link(&mut self, item: &Item) -> Result<StoredRow, Failure> {
        let (directory, name, _) = self.place(item)?;
        let target =
            directory.read_link(name).map_err(at(Action::ReadLink))?;
        let extended =
            directory.extended_attributes(name).map_err(at(Action::Stat))?;
        let row = row(item, &item.metadata, stored(extended)?);
        Ok(StoredRow { target: Some(target), ..row })
    }

    fn file(
        &mut self,
        number: usize,
        item: &Item,
        context: WorkContext<'_>,
    ) -> Result<StoredRow, Failure> {
        if let Some(row) = self.known(number, item, context)? {
            return Ok(row);
        }
        let (directory, name, file_system) = self.place(item)?;
        let (file, metadata) = directory
            .open_file(name, Links::Refuse)
            .map_err(at(Action::Open))?;
        let opened = SystemTime::now();
        context.reading(metadata.size, || {
            let root = self.shared.items.roots.get(item.root);
            let path = root.map(|root| root.path_of(&item.below));
            path.unwrap_or_default().into_os_string().into_encoded_bytes()
        });
        let state = FileState::from(&metadata);
        let contents = self.contents(&file, &metadata, context)?;
        let extended = file.extended_attributes().map_err(reading)?;
        let now = file.metadata().map_err(reading)?;
        if FileState::from(&now) != state {
            let modified = Problem::Modified.into();
            return Err(Failure::Entry(Action::Store, modified));
        }
        self.shared.read.fetch_add(1, Relaxed);
        self.shared.read_bytes.fetch_add(metadata.size, Relaxed);
        let id = FileSystemId { kind: 0, id: 0 };
        let key = FileKey::new(file_system.unwrap_or(id), &state, METHOD);
        let settled = key.is_settled(opened);
        if let Some(cache) = &self.shared.run.options.cache
            && file_system.is_some()
            && settled
            && let Some(digest) = Digest::from_bytes(contents.hash.as_bytes())
        {
            cache.put(&key, &Content::Whole(Algorithm::Blake3, digest));
        }
        let row = row(item, &metadata, stored(extended)?);
        Ok(StoredRow {
            changed: settled.then_some(metadata.changed),
            hash: Some(contents.hash),
            chunks: contents.lists,
            holes: contents.holes,
            ..row
        })
    }

    /// The row of a file that need not be read.
    fn known(
        &mut self,
        number: usize,
        item: &Item,
        context: WorkContext<'_>,
    ) -> Result<Option<StoredRow>, Failure> {
        let shared = self.shared;
        let (store, packer) = (shared.run.store, shared.packer);
        let size = usize::try_from(item.metadata.size).unwrap_or(usize::MAX);
        let seen = |row| match context.count_bytes(size) {
            true => Ok(Some(row)),
            false => Err(Failure::Over),
        };
        if let Some(old) = shared.parent.unchanged(number, &item.metadata)
            && let Some(hash) = &old.hash
            && has_contents(store, packer, hash, &old.chunks)
            // Elsewhere, inodes and change times are not what they should be.
            && self.file_system(item)?.is_some()
        {
            let row = row(item, &item.metadata, old.attributes.clone());
            return seen(StoredRow {
                hash: old.hash,
                chunks: old.chunks.clone(),
                holes: old.holes.clone(),
                ..row
            });
        }
        let Some(cache) = &shared.run.options.cache else { return Ok(None) };
        let sparse = item.metadata.allocated < item.metadata.size;
        let (directory, name, file_system) = self.place(item)?;
        let Some(file_system) = file_system.filter(|_| !sparse) else {
            return Ok(None);
        };
        let state = FileState::from(&item.metadata);
        let key = FileKey::new(file_system, &state, METHOD);
        let Some(Content::Whole(Algorithm::Blake3, digest)) = cache.get(&key)
        else {
            return Ok(None);
        };
        let Some(hash) = Address::from_slice(digest.as_bytes()) else {
            return Ok(None);
        };
        let large = item.metadata.size > AVERAGE_CHUNK as u64;
        let lists = match (large, shared.parent.lists(&hash)) {
            (false, _) => Vec::new(),
            (true, Some(lists)) => lists.clone(),
            (true, None) => return Ok(None),
        };
        if !has_contents(store, packer, &hash, &lists) {
            return Ok(None);
        }
        let extended =
            directory.extended_attributes(name).map_err(at(Action::Stat))?;
        let row = row(item, &item.metadata, stored(extended)?);
        seen(StoredRow { hash: Some(hash), chunks: lists, ..row })
    }

    /// Puts what is in a file.
    fn contents(
        &mut self,
        file: &File,
        metadata: &Metadata,
        context: WorkContext<'_>,
    ) -> Result<Contents, Failure> {
        let holes = match metadata.allocated < metadata.size {
            true => holes(file, metadata.size).map_err(reading)?,
            false => Vec::new(),
        };
        if metadata.size > AVERAGE_CHUNK as u64 {
            let (hash, lists) = self.large(file, metadata.size, context)?;
            return Ok(Contents { hash, lists, holes });
        }
        file.check_size(metadata.size).map_err(reading)?;
        let size = usize::try_from(metadata.size).unwrap_or(AVERAGE_CHUNK);
        self.buffer.resize(size, 0);
        fill(file, &mut self.buffer, 0)?;
        let hash = self.shared.packer.add(&self.buffer)?;
        match context.count_bytes(size) {
            true => Ok(Contents { hash, lists: Vec::new(), holes }),
            false => Err(Failure::Over),
        }
    }

    /// Puts the chunks of a large file.
    fn large(
        &mut self,
        file: &File,
        size: u64,
        context: WorkContext<'_>,
    ) -> Result<(Address, Vec<Address>), Failure> {
        let packer = self.shared.packer;
        let mut whole = Hasher::new(Algorithm::Blake3);
        let (mut lists, mut list, mut count) = (Vec::new(), Vec::new(), 0);
        let (mut read, mut done) = (0_u64, 0_usize);
        self.buffer.clear();
        loop {
            // As much as a cut may need.
            while read < size && self.buffer.len() - done < MAX_CHUNK {
                if done >= MAX_CHUNK {
                    self.buffer.drain(..done);
                    done = 0;
                }
                let begin = self.buffer.len();
                let left = usize::try_from(size - read).unwrap_or(PIECE);
                let length = left.min(PIECE);
                self.buffer.resize(begin + length, 0);
                let space = self.buffer.get_mut(begin..).unwrap_or_default();
                fill(file, space, read)?;
                whole.update(space);
                read += length as u64;
                if !context.count_bytes(length) {
                    return Err(Failure::Over);
                }
            }
            let rest = self.buffer.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let cut = Chunker::cut(rest, read == size);
            let chunk = rest.get(..cut).unwrap_or(rest);
            let address = packer.add(chunk)?;
            push_chunk(&address, chunk.len() as u64, &mut list);
            done += chunk.len();
            count += 1;
            if count == MAX_LIST {
                lists.push(packer.add(&list)?);
                list.clear();
                count = 0;
            }
        }
        if !list.is_empty() {
            lists.push(packer.add(&list)?);
        }
        self.buffer = Vec::new();
        let hash = Address::from_slice(&whole.finish());
        let wrong = || reading(io::ErrorKind::InvalidData.into());
        Ok((hash.ok_or_else(wrong)?, lists))
    }
}

/// Reads until a space is full.
fn fill(file: &File, space: &mut [u8], offset: u64) -> Result<(), Failure> {
    let filled = file.read_full_at(space, offset).map_err(reading)?;
    match filled == space.len() {
        true => Ok(()),
        false => Err(Failure::Entry(Action::Read, Problem::Shrank.into())),
    }
}

/// The holes of a file; none where there are too many.
fn holes(file: &File, size: u64) -> io::Result<Vec<Hole>> {
    let (mut holes, mut at) = (Vec::new(), 0);
    while at < size {
        let data = file.data_from(at, size)?;
        let begin = data.as_ref().map_or(size, |data| data.start);
        if begin > at {
            holes.push(Hole { offset: at, length: begin - at });
        }
        at = data.map_or(size, |data| data.end);
        if holes.len() > MAX_HOLES {
            return Ok(Vec::new());
        }
    }
    Ok(holes)
}

/// Extended attributes as rows have them. A row has a greatest length, which
/// no attributes that systems let one set come near to.
fn stored(
    extended: Vec<ExtendedAttribute>,
) -> Result<Vec<StoredAttribute>, Failure> {
    let length = |it: &ExtendedAttribute| it.name.len() + it.value.len();
    let bytes = extended.iter().map(length).fold(0, usize::saturating_add);
    if bytes > MAX_ROW / 2 || extended.len() > MAX_ATTRIBUTES {
        let why = "its extended attributes are too large for a store";
        let error = io::Error::other(why);
        return Err(Failure::Entry(Action::Store, error.into()));
    }
    let mut stored: Vec<StoredAttribute> = extended
        .into_iter()
        .map(|ExtendedAttribute { name, value }| StoredAttribute {
            name,
            value,
        })
        .collect();
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(stored)
}

/// The row of an entry without what is in it.
fn row(
    item: &Item,
    metadata: &Metadata,
    attributes: Vec<StoredAttribute>,
) -> StoredRow {
    let is_file = metadata.kind == EntryKind::File;
    StoredRow {
        path: item.path.clone(),
        kind: metadata.kind,
        size: metadata.size,
        modified: metadata.modified,
        changed: Some(metadata.changed),
        mode: metadata.mode & 0o7777,
        uid: metadata.uid,
        gid: metadata.gid,
        inode: metadata.id.inode,
        device: (is_file && metadata.links > 1).then_some(metadata.id.device),
        links: metadata.links,
        hash: None,
        chunks: Vec::new(),
        target: None,
        attributes,
        holes: Vec::new(),
    }
}
