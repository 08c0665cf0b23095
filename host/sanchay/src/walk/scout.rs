//! What one worker does with one directory: list it, have its names judged in
//! one crossing, and tell the files and directories that survive.

use std::sync::Arc;

use sanchay_sandbox::{EntryKind, Fault, FilterError, Inspector};

use super::{
    handle::Kind,
    jury::Jury,
    listing::{Lister, Listing},
    node::Node,
};
use crate::{
    entry::{FileId, Metadata, join},
    error::{Action, Cause, EntryError},
    extract::Extractors,
    options::WalkOptions,
};

/// How many names are judged in one crossing at most: far beyond where a
/// crossing's cost shows, and small beside an instance's memory.
const NAMES_A_CROSSING: usize = 4096;

/// Where a name begins and ends in the names of a listing.
pub(crate) type Span = (u32, u32);

/// A worker's eyes: its sandboxed instance, its buffers, and what it found in
/// the directory it looked at last.
pub(crate) struct Scout<'i> {
    pub(crate) index: usize,
    pub(crate) inspector: &'i mut Inspector,
    lister: Lister,
    pub(crate) listing: Listing,
    /// The files that survived by name.
    pub(crate) files: Vec<Span>,
    /// The directories to enter, with their identity where links are
    /// followed.
    pub(crate) directories: Vec<(Span, Option<FileId>)>,
    /// The files that survived by name and were reached by a link.
    pub(crate) linked: Vec<(Span, Metadata)>,
    follow: bool,
    /// Files that are passed over.
    pub(super) leave_out: Vec<FileId>,
    pub(super) judges_sizes: bool,
    pub(super) survivors: Vec<u32>,
    judged: Vec<u32>,
    ends: Vec<u32>,
    pub(super) jury: Jury,
    pub(crate) extractors: Extractors,
    pub(super) sizes: Vec<u64>,
    /// The files that survived by metadata, and their metadata.
    pub(crate) measured: Vec<Span>,
    pub(crate) metadata: Vec<Metadata>,
}

impl<'i> Scout<'i> {
    /// Prepares a worker: its instance compiles the filter.
    pub(crate) fn new(
        index: usize,
        inspector: &'i mut Inspector,
        options: &WalkOptions,
    ) -> Result<Self, FilterError> {
        inspector.set_filter(&options.specification())?;
        let judges_sizes = inspector.needs_metadata()?;
        Ok(Self {
            index,
            inspector,
            lister: Lister::new(options.walker, options.follow),
            listing: Listing::default(),
            files: Vec::new(),
            directories: Vec::new(),
            linked: Vec::new(),
            follow: options.follow,
            leave_out: options.leave_out.clone(),
            judges_sizes,
            survivors: Vec::new(),
            judged: Vec::new(),
            ends: Vec::new(),
            jury: Jury::new(&options.plugins),
            extractors: Extractors::new(&options.plugins),
            sizes: Vec::new(),
            measured: Vec::new(),
            metadata: Vec::new(),
        })
    }

    /// Looks at an open directory. What it finds is in `files`,
    /// `directories` and `linked`, whose spans point into `listing.names`.
    pub(crate) fn look(
        &mut self,
        node: &Node,
        error: &mut dyn FnMut(EntryError),
    ) {
        self.listing.clear();
        self.files.clear();
        self.directories.clear();
        self.linked.clear();
        let here = || join(node.path(), b"");
        let handle = std::os::fd::AsFd::as_fd(node.handle());
        if let Err(cause) = self.lister.list(handle, &mut self.listing) {
            error(EntryError::new(here(), Action::ReadDirectory, cause));
        }
        self.judge(node, error);
        if self.follow || !self.listing.unsure.is_empty() {
            self.settle(node, error);
            self.consult(node.path(), error);
            return;
        }
        for index in &self.survivors {
            let span = self.listing.span(*index as usize);
            match self.listing.kinds.get(*index as usize) {
                Some(EntryKind::File) => self.files.push(span),
                _ => self.directories.push((span, None)),
            }
        }
        self.consult(node.path(), error);
    }

    /// Judges the listing by name; the survivors' indices ascend.
    fn judge(&mut self, node: &Node, error: &mut dyn FnMut(EntryError)) {
        self.survivors.clear();
        let mut start = 0;
        while start < self.listing.len() {
            let end = (start + NAMES_A_CROSSING).min(self.listing.len());
            if self.judge_range(start, end).is_err() {
                // One name must not cost the others their place.
                for index in start..end {
                    if let Err(fault) = self.judge_range(index, index + 1) {
                        error(EntryError::new(
                            join(node.path(), self.listing.name(index)),
                            Action::Judge,
                            Cause::Sandbox(fault),
                        ));
                    }
                }
            }
            start = end;
        }
    }

    fn judge_range(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        let listing = &self.listing;
        let base = listing.span(start).0;
        let ends = listing.ends.get(start..end).unwrap_or(&[]);
        let ends = if base == 0 {
            ends
        } else {
            self.ends.clear();
            self.ends.extend(ends.iter().map(|end| end - base));
            &self.ends
        };
        let last = listing.span(end - 1).1;
        let batch = sanchay_sandbox::Listing {
            names: super::listing::slice(&listing.names, (base, last)),
            ends,
            kinds: listing.kinds.get(start..end).unwrap_or(&[]),
        };
        self.inspector.judge_names(&batch, &mut self.judged)?;
        let offset = u32::try_from(start).unwrap_or(u32::MAX);
        self.survivors.extend(self.judged.iter().map(|index| index + offset));
        Ok(())
    }

    /// Finds out what the survivors are where the listing does not tell, and
    /// who the directories are where links are followed. A link that leads
    /// nowhere is not a file and is left out.
    fn settle(&mut self, node: &Node, error: &mut dyn FnMut(EntryError)) {
        let survivors = std::mem::take(&mut self.survivors);
        for index in survivors.iter().copied() {
            let span = self.listing.span(index as usize);
            let unsure = self.listing.is_unsure(index);
            let is_file = self.listing.kinds.get(index as usize)
                == Some(&EntryKind::File);
            if is_file {
                self.files.push(span);
                continue;
            }
            if !unsure && !self.follow {
                self.directories.push((span, None));
                continue;
            }
            let name = self.listing.name(index as usize);
            let (kind, metadata) = match node.stat(name) {
                Ok(found) => found,
                Err(Cause::Io(e)) if unsure && leads_nowhere(&e) => continue,
                Err(cause) => {
                    let path = join(node.path(), name);
                    error(EntryError::new(path, Action::Stat, cause));
                    continue;
                }
            };
            match kind {
                Kind::Directory => {
                    self.directories.push((span, Some(metadata.id)));
                }
                Kind::File if self.leave_out.contains(&metadata.id) => {}
                Kind::File => match self.judge_as_file(index) {
                    Ok(false) => {}
                    Ok(true) if self.follow => {
                        self.linked.push((span, metadata));
                    }
                    Ok(true) => self.files.push(span),
                    Err(fault) => error(EntryError::new(
                        join(node.path(), self.listing.name(index as usize)),
                        Action::Judge,
                        Cause::Sandbox(fault),
                    )),
                },
                Kind::Link | Kind::Unknown | Kind::Special(_) => {}
            }
        }
        self.survivors = survivors;
    }

    fn judge_as_file(&mut self, index: u32) -> Result<bool, Fault> {
        let name = self.listing.name(index as usize);
        let end = [u32::try_from(name.len()).unwrap_or(u32::MAX)];
        let batch = sanchay_sandbox::Listing {
            names: name,
            ends: &end,
            kinds: &[EntryKind::File],
        };
        let mut survives = Vec::new();
        self.inspector.judge_names(&batch, &mut survives)?;
        Ok(!survives.is_empty())
    }

    /// Opens a directory, saying why where it cannot.
    pub(crate) fn open(
        parent: &Arc<Node>,
        name: &[u8],
        error: &mut dyn FnMut(EntryError),
    ) -> Option<Arc<Node>> {
        match parent.open_child(name) {
            Ok(node) => Some(node),
            Err(cause) => {
                let path = join(parent.path(), name);
                error(EntryError::new(path, Action::OpenDirectory, cause));
                None
            }
        }
    }
}

/// Whether a link's target does not exist, or is the link itself.
fn leads_nowhere(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOENT | Errno::LOOP | Errno::NOTDIR)
    )
}
