//! Reading the files that may be equal.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;

use sanchay_arguments::Dupes;
use sanchay_core::grouping::{
    Candidates, DigestColumn, END, FileNumber, FileTable as _, GroupOptions,
    Groups, Sequential, SortedDigests,
};
use sanchay_core::reading::{FileDigest, Method, of_file};
use wasi::filesystem::types::Descriptor;

use super::collection::{Collection, Folder, Identity, identity};
use crate::failure::{Action, Cause, EntryError, Problem};
use crate::folders::{Folders, Named};
use crate::messages;
use crate::opening::{descend, join, open_file};
use crate::source::OpenFile;
use crate::stat::Stat;
use crate::tally::Tally;

/// Files to compare.
pub(super) struct Comparison<'c> {
    pub(super) collection: &'c mut Collection,
    pub(super) folders: &'c Folders,
    pub(super) tally: Tally,
    /// The directory that a file was last read from, open.
    current: Option<(usize, Option<Arc<Descriptor>>)>,
}

impl<'c> Comparison<'c> {
    /// Begins with what a walk found, and what went wrong in it.
    pub(super) fn new(
        collection: &'c mut Collection,
        folders: &'c Folders,
        tally: Tally,
    ) -> Self {
        Self { collection, folders, tally, current: None }
    }

    /// Reads what has to be read, and makes groups of the equal files.
    pub(super) fn groups(&mut self, dupes: &Dupes) -> Groups {
        let hardlinks = dupes.hardlinks;
        let options = GroupOptions { hardlinks, ..GroupOptions::default() };
        let candidates =
            Candidates::pick(&Sequential, self.collection, &options);
        let (mut whole, large) = candidates.split(self.collection);
        let ends = self.read(&large, Method::Partial { chunk: END });
        whole.extend(ends.undecided(self.collection, &candidates));
        whole.sort_unstable();
        let digests = self.read(&whole, Method::Whole(dupes.algorithm));
        Groups::gather(self.collection, &digests, &candidates, |file| {
            self.entry(file)
        })
    }

    /// Reads files, and sorts them by what was read.
    fn read(&mut self, files: &[FileNumber], method: Method) -> SortedDigests {
        let mut column = DigestColumn::default();
        for file in files {
            if let Err((action, cause)) = self.one(*file, method, &mut column)
            {
                let (parent, name) = self.collection.path(*file);
                let path = join(parent, name);
                let error = EntryError::new(path, action, cause);
                messages::entry(&error, &mut self.tally);
            }
        }
        self.current = None;
        SortedDigests::sort(&Sequential, self.collection, vec![column])
    }

    fn one(
        &mut self,
        number: FileNumber,
        method: Method,
        column: &mut DigestColumn,
    ) -> Result<(), (Action, Cause)> {
        let (file, stat) = self.open(number)?;
        let expected = self.collection.size(number);
        let found = identity(&file);
        let known = self.collection.identity(number);
        if known.is_some() && known != found {
            return Err((Action::Open, Problem::Replaced.into()));
        }
        let changed = |found| Problem::Changed { expected, found }.into();
        if stat.size != expected {
            return Err((Action::Open, changed(stat.size)));
        }
        let reading = |cause| (Action::Read, cause);
        let digest = of_file(&OpenFile(&file), stat.size, method);
        let FileDigest { content, size, grew } = digest.map_err(reading)?;
        if grew {
            return Err(reading(Problem::Grew.into()));
        }
        if size != expected {
            return Err(reading(changed(size)));
        }
        self.collection.identify(number, found);
        column.push(number, &content);
        Ok(())
    }

    fn open(
        &mut self,
        number: FileNumber,
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

    /// What makes a directory entry: the directory, and the name in it.
    fn entry(&self, number: FileNumber) -> Option<(Identity, String)> {
        let (_, name) = self.collection.path(number);
        let (_, folder) = self.collection.folder(number)?;
        if let Some(root) = &folder.root {
            let below = enter(root, folder).ok()?;
            let open = below.as_ref().unwrap_or(root);
            return Some((identity(open)?, name.into()));
        }
        self.folders.place(name)
    }
}

/// Opens a directory of a walk once more; `None` for the root itself.
fn enter(
    root: &Descriptor,
    folder: &Folder,
) -> Result<Option<Arc<Descriptor>>, Cause> {
    Ok(descend(root, folder.names())?.map(Arc::new))
}
