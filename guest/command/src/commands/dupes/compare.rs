//! Which files need to be read, and reading them.

use alloc::rc::Rc;
use alloc::vec::Vec;

use sanchay_core::content::Content;
use sanchay_core::digest::Digest;
use sanchay_core::reading::{FileDigest, Method, of_file};
use wasi::filesystem::types::Descriptor;

use super::collection::{Collection, Folder, Identity, Number, identity};
use super::groups::{self, Group};
use crate::arguments::Dupes;
use crate::failure::{Action, Cause, EntryError, Problem};
use crate::folders::{Folders, Named};
use crate::messages;
use crate::opening::{descend, join, open_file};
use crate::source::OpenFile;
use crate::stat::Stat;
use crate::tally::Tally;

/// Files of up to so many bytes are read whole at once.
const SMALL: u64 = 64 * 1024;

/// How much is read of each end of a large file, in bytes.
const END: u32 = 16 * 1024;

/// A file that was read.
pub(super) struct Hit {
    /// The digest of what was read.
    pub(super) digest: Digest,
    /// Which file.
    pub(super) file: Number,
    /// Who it was.
    pub(super) identity: Option<Identity>,
}

/// The other names of files that have several: the file that stands for them,
/// and the name; sorted.
pub(super) type Aliases = Vec<(Number, Number)>;

/// Files to compare.
pub(super) struct Comparison<'c> {
    pub(super) collection: &'c Collection,
    pub(super) folders: &'c Folders,
    pub(super) tally: Tally,
    /// The directory that a file was last read from, open.
    current: Option<(usize, Option<Rc<Descriptor>>)>,
}

impl<'c> Comparison<'c> {
    /// Begins with what a walk found, and what went wrong in it.
    pub(super) fn new(
        collection: &'c Collection,
        folders: &'c Folders,
        tally: Tally,
    ) -> Self {
        Self { collection, folders, tally, current: None }
    }

    /// Reads what has to be read, and makes groups of the equal files.
    pub(super) fn groups(&mut self, dupes: &Dupes) -> Vec<Group> {
        let aliases = self.aliases();
        let candidates = self.candidates(&aliases, dupes.hardlinks);
        let collection = self.collection;
        let (mut whole, large): (Vec<Number>, Vec<Number>) = candidates
            .into_iter()
            .partition(|file| collection.size(*file) <= SMALL);
        let ends = self.read(&large, Method::Partial(END));
        let alike = groups::equal(collection, &ends).filter(|group| {
            group.len() > 1
                || dupes.hardlinks
                    && group.first().is_some_and(|hit| {
                        groups::others(&aliases, hit.file).next().is_some()
                    })
        });
        whole.extend(alike.flatten().map(|hit| hit.file));
        whole.sort_unstable();
        let hits = self.read(&whole, Method::Whole(dupes.algorithm));
        groups::gather(self, &hits, &aliases, dupes.hardlinks)
    }

    /// The names of files with several of them, but for the least of each.
    fn aliases(&self) -> Aliases {
        let collection = self.collection;
        let files = (0..).zip(&collection.files);
        let mut linked: Vec<(Identity, Number)> = files
            .filter_map(|(number, file)| Some((file.linked?, number)))
            .collect();
        linked.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| collection.by_path(a.1, b.1))
        });
        let mut aliases = Vec::new();
        for names in linked.chunk_by(|a, b| a.0 == b.0) {
            if let [first, others @ ..] = names {
                aliases.extend(others.iter().map(|it| (first.1, it.1)));
            }
        }
        aliases.sort_unstable();
        aliases
    }

    /// The files that share their size with another, names of one file being
    /// one file. With `hardlinks`, those that have several names as well.
    fn candidates(&self, aliases: &Aliases, hardlinks: bool) -> Vec<Number> {
        let mut others: Vec<Number> =
            aliases.iter().map(|(_, alias)| *alias).collect();
        others.sort_unstable();
        let stands = |number: &Number| others.binary_search(number).is_err();
        let files = 0..self.collection.files.len();
        let files: Vec<Number> = files.filter(stands).collect();
        let size = |number: &Number| self.collection.size(*number);
        let mut sizes: Vec<u64> = files.iter().map(size).collect();
        sizes.sort_unstable();
        let mut repeated: Vec<u64> = sizes
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a == b => Some(*a),
                _ => None,
            })
            .collect();
        repeated.dedup();
        let wanted = |number: &Number| {
            repeated.binary_search(&size(number)).is_ok()
                || hardlinks
                    && groups::others(aliases, *number).next().is_some()
        };
        files.into_iter().filter(wanted).collect()
    }

    /// Reads files, and sorts them by what was read: by digest, then size,
    /// then path.
    fn read(&mut self, files: &[Number], method: Method) -> Vec<Hit> {
        let mut hits = Vec::with_capacity(files.len());
        for number in files {
            match self.one(*number, method) {
                Ok(hit) => hits.push(hit),
                Err((action, cause)) => {
                    let (parent, name) = self.collection.path(*number);
                    let path = join(parent, name);
                    let error = EntryError::new(path, action, cause);
                    messages::entry(&error, &mut self.tally);
                }
            }
        }
        self.current = None;
        let collection = self.collection;
        hits.sort_unstable_by(|a, b| {
            let size = |hit: &Hit| collection.size(hit.file);
            a.digest
                .cmp(&b.digest)
                .then_with(|| size(a).cmp(&size(b)))
                .then_with(|| collection.by_path(a.file, b.file))
        });
        hits
    }

    fn one(
        &mut self,
        number: Number,
        method: Method,
    ) -> Result<Hit, (Action, Cause)> {
        let (file, stat) = self.open(number)?;
        let expected = self.collection.size(number);
        let identity = identity(&file);
        let linked = self.collection.linked(number);
        if linked.is_some() && linked != identity {
            return Err((Action::Open, Problem::Replaced.into()));
        }
        let changed = |found| Problem::Changed { expected, found }.into();
        if stat.size != expected {
            return Err((Action::Open, changed(stat.size)));
        }
        let reading = |cause| (Action::Read, cause);
        let found = of_file(&OpenFile(&file), stat.size, method);
        let FileDigest { content, size, grew } = found.map_err(reading)?;
        if grew {
            return Err(reading(Problem::Grew.into()));
        }
        if size != expected {
            return Err(reading(changed(size)));
        }
        let digest = match content {
            Content::Whole(_, digest) => digest,
            Content::Partial(ends) => ends.digest(),
        };
        Ok(Hit { digest, file: number, identity })
    }

    fn open(
        &mut self,
        number: Number,
    ) -> Result<(Descriptor, Stat), (Action, Cause)> {
        let opening = |cause| (Action::Open, cause);
        let (_, name) = self.collection.path(number);
        let Some((index, folder)) = self.collection.folder(number) else {
            return Err(opening(Problem::Replaced.into()));
        };
        let Some(root) = &folder.root else {
            return match self.folders.open(name).map_err(opening)? {
                Named::File(file, stat) => Ok((file, stat)),
                Named::Directory(_) => {
                    Err(opening(Problem::NotRegular("a directory").into()))
                }
            };
        };
        let known = self.current.take().filter(|(known, _)| *known == index);
        let below = match known {
            Some((_, below)) => below,
            None => enter(root, folder)
                .map_err(|cause| (Action::OpenDirectory, cause))?,
        };
        let opened = open_file(below.as_ref().unwrap_or(root), name);
        self.current = Some((index, below));
        opened.map_err(opening)
    }
}

/// Opens a directory of a walk once more; `None` for the root itself.
pub(super) fn enter(
    root: &Descriptor,
    folder: &Folder,
) -> Result<Option<Rc<Descriptor>>, Cause> {
    Ok(descend(root, folder.names())?.map(Rc::new))
}
