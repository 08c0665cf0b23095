//! Copies in a folder: under temporary names until they are complete and would
//! survive a loss of power.

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use sanchay_core::kind::{EntryKind, KindSet};
use sanchay_objects::unlikely_name;
use sanchay_storage::{
    Attributes, Directory, File, Links, Listing, LocalStorage, Opened,
    Storage as _, create_beneath,
};
use sanchay_sync::lock;

use crate::plan::{TransferStep, each};
use crate::source::{Source, failed};

/// So many copies get their names together: waiting for a disk costs the same
/// for one and for many.
const TOGETHER: usize = 256;

/// What is no smaller is read in several streams.
const LARGE: u64 = 64 << 20;

/// How many.
const STREAMS: u64 = 4;

/// So much of a stream goes to the disk together, while more of it comes.
const WRITTEN_OUT: u64 = 16 << 20;

/// What the temporary names of copies begin with.
const PREFIX: &str = ".sanchay-copy-";

/// How many digits follow, in hex.
const UNLIKELY: usize = 32;

/// How many temporary names are tried: one is taken away only by a run that
/// begins at the same moment.
const ATTEMPTS: usize = 8;

/// A folder that copies go into.
pub(crate) struct Folder {
    root: Box<dyn Directory>,
    /// The directories that were opened, by their names below the root.
    open: Mutex<HashMap<Vec<u8>, Arc<dyn Directory>>>,
    /// The directories that were looked through for what killed runs left.
    swept: Mutex<HashSet<Vec<u8>>>,
    staged: Mutex<Vec<Staged>>,
}

/// A copy that is complete and has a temporary name.
pub(crate) struct Staged {
    directory: Arc<dyn Directory>,
    temporary: Vec<u8>,
    /// Locked for as long as this run has use for it.
    file: File,
    name: Vec<u8>,
    size: u64,
    from: Vec<u8>,
}

/// A copy that did not get its name: what it is of, its size, and why.
type Unnamed = (Vec<u8>, u64, io::Error);

impl Folder {
    /// Opens a folder, and creates it and those above it if they are missing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        let Opened::Directory(root, _) =
            LocalStorage::new().open(path).map_err(failed)?
        else {
            return Err(io::ErrorKind::NotADirectory.into());
        };
        Ok(Self {
            root,
            open: Mutex::default(),
            swept: Mutex::default(),
            staged: Mutex::default(),
        })
    }

    /// The directory of a name's components, created where it is missing.
    fn directory(&self, parts: &[&[u8]]) -> io::Result<Arc<dyn Directory>> {
        let key = parts.join(&b'/');
        let mut open = lock(&self.open);
        if let Some(directory) = open.get(&key) {
            return Ok(Arc::clone(directory));
        }
        let made = create_beneath(&*self.root, parts.iter().copied());
        let directory: Arc<dyn Directory> =
            made.map_err(failed)?.directory.into();
        if lock(&self.swept).insert(key.clone()) {
            sweep(&*directory);
        }
        if open.len() >= TOGETHER {
            open.clear();
        }
        open.insert(key, Arc::clone(&directory));
        Ok(directory)
    }

    /// Makes a copy under a temporary name.
    pub(crate) fn stage(
        &self,
        parts: &[&[u8]],
        source: &mut Source,
        verify: bool,
        (interrupted, read): (
            &(dyn Fn() -> bool + Sync),
            &(dyn Fn(u64) + Sync),
        ),
    ) -> io::Result<Staged> {
        let Some((name, above)) = parts.split_last() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let directory = self.directory(above)?;
        // What is there is told before all is read.
        if directory.stat(name, Links::Refuse).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let (temporary, file) = create(&*directory)?;
        let staged = Staged {
            directory,
            temporary,
            file,
            name: name.to_vec(),
            size: source.size,
            from: Vec::new(),
        };
        match staged.fill(source, verify, interrupted, read) {
            Ok(()) => Ok(staged),
            Err(error) => {
                staged.remove();
                Err(error)
            }
        }
    }

    /// Takes a copy that is complete. When there are many, they get their
    /// names; what does not is returned.
    pub(crate) fn push(
        &self,
        mut staged: Staged,
        step: &TransferStep,
    ) -> Vec<Unnamed> {
        staged.from.clone_from(&step.from);
        let mut all = lock(&self.staged);
        all.push(staged);
        if all.len() < TOGETHER {
            return Vec::new();
        }
        let all = std::mem::take(&mut *all);
        self.name(all)
    }

    /// Gives all copies their names, and waits until these are durable.
    pub(crate) fn finish(&self) -> Vec<Unnamed> {
        let all = std::mem::take(&mut *lock(&self.staged));
        let failed = self.name(all);
        // What could not be made durable may have to be copied again.
        if let Err(error) = sync(&*self.root) {
            tracing::warn!(%error, "the folder cannot be synchronized");
        }
        failed
    }

    /// Removes the copies that have no names yet. How many there were.
    pub(crate) fn abandon(&self) -> u64 {
        let all = std::mem::take(&mut *lock(&self.staged));
        all.iter().for_each(Staged::remove);
        all.len() as u64
    }

    fn name(&self, all: Vec<Staged>) -> Vec<Unnamed> {
        if all.is_empty() {
            return Vec::new();
        }
        let durable = match self.root.sync_file_system() {
            Err(error) if error.is(io::ErrorKind::Unsupported) => None,
            synced => Some(synced),
        };
        let unsynced = match &durable {
            Some(Err(error)) => Some(error.to_string()),
            _ => None,
        };
        all.into_iter()
            .filter_map(|staged| {
                let named = match (&durable, &unsynced) {
                    (_, Some(why)) => Err(io::Error::other(why.clone())),
                    (None, _) => staged.sync().and_then(|()| staged.rename()),
                    _ => staged.rename(),
                };
                let error = named.err()?;
                staged.remove();
                Some((staged.from, staged.size, error))
            })
            .collect()
    }
}

/// A new file under a temporary name, locked so that no other run takes it for
/// one that was left.
fn create(directory: &dyn Directory) -> io::Result<(Vec<u8>, File)> {
    for _ in 0..ATTEMPTS {
        let name = format!("{PREFIX}{}", unlikely_name()).into_bytes();
        let file = directory.create(&name).map_err(failed)?;
        if is_ours(&file).unwrap_or(true) {
            return Ok((name, file));
        }
    }
    Err(io::Error::other("other runs remove its temporary files"))
}

/// Locks a file; whether no other run has it locked. `None` where files have
/// no locks.
fn is_ours(file: &File) -> Option<bool> {
    match file.as_local()?.try_lock() {
        Ok(()) => Some(true),
        Err(std::fs::TryLockError::WouldBlock) => Some(false),
        Err(std::fs::TryLockError::Error(_)) => None,
    }
}

/// Whether a name is one that this program gives to what is not complete.
fn is_temporary(name: &[u8]) -> bool {
    let rest = name.strip_prefix(PREFIX.as_bytes());
    rest.is_some_and(|rest| {
        rest.len() == UNLIKELY && rest.iter().all(u8::is_ascii_hexdigit)
    })
}

/// Removes the temporary files of runs that were killed: those that nobody has
/// locked. What cannot be read or removed stays.
fn sweep(directory: &dyn Directory) {
    let kinds = KindSet::default().with(EntryKind::File);
    let mut listing = Listing::new(kinds, false, false);
    if directory.list(&mut listing).is_err() {
        return;
    }
    for at in 0..listing.len() {
        let name = listing.name(at);
        if !is_temporary(name) {
            continue;
        }
        let opened = directory.open_file(name, Links::Refuse);
        let Ok((file, _)) = opened else { continue };
        if is_ours(&file) == Some(true) {
            // Another run may be quicker.
            let _ = directory.remove_file(name);
        }
    }
}

/// Writes what is read, piece after piece.
fn in_order(
    source: &mut Source,
    file: &File,
    interrupted: &dyn Fn() -> bool,
    read: &dyn Fn(u64),
) -> io::Result<()> {
    let mut at = 0;
    while let Some(piece) = source.piece()? {
        if interrupted() {
            return Err(io::Error::other("interrupted"));
        }
        file.write_all_at(&piece, at)?;
        at += piece.len() as u64;
        read(piece.len() as u64);
    }
    if at != source.size {
        let why = "it was cut off while it was read";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
    }
    Ok(())
}

/// Writes a large object that comes in several streams, each of its own part,
/// and compares the file with what is known of the object.
fn in_streams(
    source: &mut Source,
    file: &File,
    is_read_again: bool,
    interrupted: &(dyn Fn() -> bool + Sync),
    read: &(dyn Fn(u64) + Sync),
) -> io::Result<()> {
    let size = source.size;
    let is_read_again = is_read_again || source.has_digest();
    let Some((bucket, key, tag)) = source.as_object() else {
        return Err(io::ErrorKind::Unsupported.into());
    };
    file.set_size(size)?;
    let part = size.div_ceil(STREAMS).max(1);
    let parts: Vec<Range<u64>> = (0..STREAMS)
        .map(|at| (at * part).min(size)..((at + 1) * part).min(size))
        .collect();
    let broken = AtomicBool::new(false);
    let done = each(&parts, |part| {
        let mut written_out = part.start;
        let streamed =
            bucket.stream(key, part.clone(), tag, &mut |at, bytes| {
                if interrupted() || broken.load(Relaxed) {
                    return Err(io::Error::other("interrupted"));
                }
                file.write_all_at(bytes, at)?;
                read(bytes.len() as u64);
                let end = at + bytes.len() as u64;
                if !is_read_again && end - written_out >= WRITTEN_OUT {
                    file.write_out(written_out..end);
                    written_out = end;
                }
                Ok(())
            });
        // The first that fails says why.
        let first = streamed.is_err() && !broken.swap(true, Relaxed);
        (first, streamed)
    });
    let (first, rest): (Vec<_>, Vec<_>) =
        done.into_iter().partition(|(first, _)| *first);
    first.into_iter().chain(rest).try_for_each(|(_, streamed)| streamed)?;
    source.check_file(file)
}

fn sync(directory: &dyn Directory) -> io::Result<()> {
    match directory.sync_file_system() {
        Err(error) if error.is(io::ErrorKind::Unsupported) => {
            directory.sync().map_err(failed)
        }
        synced => synced.map_err(failed),
    }
}

impl Staged {
    fn fill(
        &self,
        source: &mut Source,
        verify: bool,
        interrupted: &(dyn Fn() -> bool + Sync),
        read: &(dyn Fn(u64) + Sync),
    ) -> io::Result<()> {
        let file = &self.file;
        match source.size >= LARGE && source.as_object().is_some() {
            true => in_streams(source, file, verify, interrupted, read)?,
            false => in_order(source, file, interrupted, read)?,
        }
        if verify && !source.same_as_file(file)? {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the copy does not have the same bytes",
            ));
        }
        let modified = Some(source.modified);
        file.set_attributes(&Attributes { modified, ..Attributes::default() })
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn rename(&self) -> io::Result<()> {
        self.directory
            .rename(&self.temporary, &*self.directory, &self.name)
            .map_err(failed)
    }

    fn remove(&self) {
        // What cannot be removed is found by a later run.
        let _ = self.directory.remove_file(&self.temporary);
    }
}
