//! What one worker does with one directory: list it, have its names judged in
//! one crossing, and tell the files and directories that survive.

use std::os::fd::AsFd as _;

use sanchay_sandbox::{Columns, EntryKind, Fault, Inspector, Matches};

use super::{
    filter_error,
    handle::Kind,
    jury::Jury,
    listing::{Lister, Listing},
    mounts::{self, Crossing},
    node::Node,
    open::{Open, Parent},
};
use crate::{
    entry::{FileId, Metadata},
    error::{Action, Cause, EntryError, Error},
    extract::Extractors,
    options::WalkOptions,
    run::Run,
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
    one_file_system: bool,
    pub(super) judges_sizes: bool,
    pub(super) survivors: Vec<u32>,
    matches: Matches,
    ends: Vec<u32>,
    pub(super) jury: Jury,
    pub(crate) extractors: Extractors,
    pub(super) sizes: Vec<u64>,
    /// The files that survived by metadata, and their metadata.
    pub(crate) measured: Vec<Span>,
    pub(crate) metadata: Vec<Metadata>,
    /// Room for the path of a directory.
    pub(super) path: Vec<u8>,
}

impl<'i> Scout<'i> {
    /// Prepares a worker: its instance compiles the filter.
    pub(crate) fn new(
        index: usize,
        inspector: &'i mut Inspector,
        options: &WalkOptions,
    ) -> Result<Self, Error> {
        let program = options.program().map_err(Error::Filter)?;
        inspector.set_filter(&program).map_err(filter_error)?;
        let columns = inspector.filter_columns().map_err(Error::Sandbox)?;
        let judges_sizes = columns.has(Columns::SIZE);
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
            one_file_system: options.one_file_system,
            judges_sizes,
            survivors: Vec::new(),
            matches: Matches::default(),
            ends: Vec::new(),
            jury: Jury::new(&options.plugins),
            extractors: Extractors::new(&options.plugins),
            sizes: Vec::new(),
            measured: Vec::new(),
            metadata: Vec::new(),
            path: Vec::new(),
        })
    }

    /// Looks at an open directory. What it finds is in `files`,
    /// `directories` and `linked`, whose spans point into `listing.names`.
    pub(crate) fn look(
        &mut self,
        open: &Open,
        error: &mut dyn FnMut(EntryError),
    ) {
        self.listing.clear();
        self.files.clear();
        self.directories.clear();
        self.linked.clear();
        let node = &*open.node;
        if let Err(cause) = self.lister.list(open.as_fd(), &mut self.listing) {
            let action = Action::ReadDirectory;
            let failed = EntryError::new(node.entry(b""), action, cause);
            // A root of which nothing can be told is as good as none.
            let nothing = node.depth() == 0 && self.listing.len() == 0;
            error(if nothing { failed.named() } else { failed });
        }
        self.judge(node, error);
        if self.follow || !self.listing.unsure.is_empty() {
            self.settle(open, error);
            self.consult(node, error);
            return;
        }
        for index in &self.survivors {
            let span = self.listing.span(*index as usize);
            match self.listing.kinds.get(*index as usize) {
                Some(EntryKind::File) => self.files.push(span),
                _ => self.directories.push((span, None)),
            }
        }
        self.consult(node, error);
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
                            node.entry(self.listing.name(index)),
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
        self.inspector.match_names(&batch, &mut self.matches)?;
        let offset = u32::try_from(start).unwrap_or(u32::MAX);
        let Matches { entries, directories } = &self.matches;
        let both = entries.iter().chain(directories);
        let from = self.survivors.len();
        self.survivors.extend(both.map(|index| index + offset));
        if let Some(new) = self.survivors.get_mut(from..) {
            new.sort_unstable();
        }
        Ok(())
    }

    /// Finds out what the survivors are where the listing does not tell, and
    /// who the directories are where links are followed. A link that leads
    /// nowhere is not a file and is left out.
    fn settle(&mut self, open: &Open, error: &mut dyn FnMut(EntryError)) {
        let node = &*open.node;
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
            let (kind, metadata) = match open.stat(name) {
                Ok(found) => found,
                Err(Cause::Io(e)) if unsure && leads_nowhere(&e) => continue,
                Err(cause) => {
                    let path = node.entry(name);
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
                        node.entry(self.listing.name(index as usize)),
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
        let mut survives = Matches::default();
        self.inspector.match_names(&batch, &mut survives)?;
        Ok(!survives.entries.is_empty())
    }

    /// Opens a directory, saying why where it cannot. None is entered that
    /// lies on another file system and is better left out.
    pub(crate) fn open(
        &self,
        parent: &Parent,
        name: &[u8],
        run: &Run<'_>,
        error: &mut dyn FnMut(EntryError),
    ) -> Option<Open> {
        let node = parent.node();
        let open = match parent.open().and_then(|it| it.open_child(name)) {
            Ok(open) => open,
            Err(cause) => {
                let path = node.entry(name);
                error(EntryError::new(path, Action::OpenDirectory, cause));
                return None;
            }
        };
        if open.node.device() == node.device() {
            return Some(open);
        }
        match mounts::crossing(open.as_fd(), self.one_file_system) {
            Crossing::Entered => Some(open),
            Crossing::Left => None,
            Crossing::PseudoFileSystem(kind) => {
                run.leave_out(open.node.entry(b""), kind);
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
