//! The step that every operation takes in a directory: open it, list it, have
//! its names matched in one call, find out what the listing leaves open, and
//! read and match the metadata of its files.

use sanchay_sandbox::{EntryKind, Fault, FilterError};
use sanchay_storage::{FileId, FileKind, Listing, Metadata, Span};

use super::{
    left_out,
    names::{Names, offset, slice},
    node::Node,
    open::{Open, Parent},
    plugin_filters::{Ask, Candidate, PluginFilters},
};
use crate::{
    error::{Action, Cause, EntryError},
    extract::Extractors,
    inspect::Inspect,
    options::{WalkOptions, Walker},
    run::RunState,
};

/// How many names are matched in one call at most: far beyond where the cost
/// of a call shows, and small beside an instance's memory.
const NAMES_PER_CALL: usize = 4096;

/// Reads one directory after the other. What it found in the last one is in
/// its fields, whose memory is used again for the next.
pub(crate) struct DirReader {
    listing: Listing,
    /// What the filter takes each entry for. Links, and entries of which the
    /// listing does not say what they are, are matched as directories, which
    /// are rejected for less, and once more when they turn out to be files.
    kinds: Vec<EntryKind>,
    /// The files that the filters want by name.
    pub(crate) files: Vec<Span>,
    /// The directories to enter, with their identity where links are
    /// followed.
    pub(crate) directories: Vec<(Span, Option<FileId>)>,
    /// The files that a link led to and that the filters want by name.
    pub(crate) linked: Vec<(Span, Metadata)>,
    /// The files whose metadata was read and that the filters want, and
    /// their metadata.
    pub(crate) matched: Vec<Span>,
    pub(crate) metadata: Vec<Metadata>,
    /// What went wrong since these were taken last.
    pub(crate) errors: Vec<EntryError>,
    pub(crate) extractors: Extractors,
    plugin_filters: PluginFilters,
    follow: bool,
    max_depth: Option<usize>,
    leave_out: Vec<FileId>,
    one_file_system: bool,
    /// Whether the filter rejects files by their metadata.
    needs_metadata: bool,
    survivors: Vec<u32>,
    matches: Vec<u32>,
    ends: Vec<u32>,
    sizes: Vec<u64>,
}

impl DirReader {
    /// Prepares a worker: its instance compiles the filter.
    pub(crate) fn new(
        inspector: &mut dyn Inspect,
        options: &WalkOptions,
    ) -> Result<Self, FilterError> {
        inspector.set_filter(&options.specification())?;
        let needs_metadata = inspector.needs_metadata()?;
        let portable = options.walker == Walker::Portable;
        Ok(Self {
            listing: Listing::new(options.follow, portable),
            kinds: Vec::new(),
            files: Vec::new(),
            directories: Vec::new(),
            linked: Vec::new(),
            matched: Vec::new(),
            metadata: Vec::new(),
            errors: Vec::new(),
            extractors: Extractors::new(&options.plugins),
            plugin_filters: PluginFilters::new(&options.plugins),
            follow: options.follow,
            max_depth: options.max_depth,
            leave_out: options.leave_out.clone(),
            one_file_system: options.one_file_system,
            needs_metadata,
            survivors: Vec::new(),
            matches: Vec::new(),
            ends: Vec::new(),
            sizes: Vec::new(),
        })
    }

    /// The names that `files`, `directories` and `linked` point into.
    pub(crate) fn names(&self) -> &[u8] {
        self.listing.names()
    }

    /// Opens a directory that was open before and may have been closed.
    pub(crate) fn reopen(&mut self, parent: &Parent) -> Option<Open> {
        match parent.open() {
            Ok(open) => Some(open),
            Err(cause) => {
                let node = parent.node();
                let action = Action::OpenDirectory;
                let error = EntryError::new(node.entry(b""), action, cause);
                let is_root = node.depth() == 0;
                self.errors.push(if is_root { error.named() } else { error });
                None
            }
        }
    }

    /// Opens a directory in another. None is entered that lies on another
    /// file system and is better left out.
    pub(crate) fn open_child(
        &mut self,
        parent: &Parent,
        name: &[u8],
        run: &RunState<'_>,
    ) -> Option<Open> {
        let node = parent.node();
        let open = match parent.open().and_then(|it| it.open_child(name)) {
            Ok(open) => open,
            Err(cause) => {
                let path = node.entry(name);
                let action = Action::OpenDirectory;
                self.errors.push(EntryError::new(path, action, cause));
                return None;
            }
        };
        if open.node.device() == node.device() {
            return Some(open);
        }
        if self.one_file_system {
            return None;
        }
        if let Some(kind) = open.pseudo_file_system() {
            run.leave_out(left_out::LeftOut::new(open.node.entry(b""), kind));
            return None;
        }
        Some(open)
    }

    /// Whether a walk goes into the directory at all.
    pub(crate) fn enters(&self, node: &Node) -> bool {
        self.max_depth.is_none_or(|most| node.depth() < most)
    }

    /// Lists an open directory and matches its entries by name. What is left
    /// of them is in `files`, `directories` and `linked`.
    pub(crate) fn read_dir(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &Open,
    ) {
        self.listing.clear();
        self.files.clear();
        self.directories.clear();
        self.linked.clear();
        let node = &*open.node;
        if let Err(cause) = open.list(&mut self.listing) {
            let action = Action::ReadDirectory;
            let failed = EntryError::new(node.entry(b""), action, cause);
            // A root that cannot be listed at all is as good as none.
            let nothing = node.depth() == 0 && self.listing.is_empty();
            self.errors.push(if nothing { failed.named() } else { failed });
        }
        self.kinds.clear();
        self.kinds.extend(self.listing.kinds().iter().map(
            |kind| match kind {
                FileKind::File => EntryKind::File,
                _ => EntryKind::Directory,
            },
        ));
        self.match_names(inspector, node);
        if self.follow || self.listing.has_unresolved() {
            self.resolve_kinds(inspector, open);
        } else {
            for index in &self.survivors {
                let span = self.listing.span(*index as usize);
                match self.kinds.get(*index as usize) {
                    Some(EntryKind::File) => self.files.push(span),
                    _ => self.directories.push((span, None)),
                }
            }
        }
        self.apply_plugin_filters(node);
        if self.max_depth.is_some_and(|most| node.depth() + 1 >= most) {
            self.directories.clear();
        }
    }

    /// Matches the listing by name; the survivors' indices ascend.
    fn match_names(&mut self, inspector: &mut dyn Inspect, node: &Node) {
        self.survivors.clear();
        let mut start = 0;
        while start < self.listing.len() {
            let end = (start + NAMES_PER_CALL).min(self.listing.len());
            if self.match_range(inspector, start, end).is_err() {
                // One name must not cost the others theirs.
                for index in start..end {
                    let matched =
                        self.match_range(inspector, index, index + 1);
                    if let Err(fault) = matched {
                        let path = node.entry(self.listing.name(index));
                        self.errors.push(EntryError::new(
                            path,
                            Action::Filter,
                            Cause::Sandbox(fault),
                        ));
                    }
                }
            }
            start = end;
        }
    }

    fn match_range(
        &mut self,
        inspector: &mut dyn Inspect,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        let listing = &self.listing;
        let base = listing.span(start).0;
        let ends = listing.ends().get(start..end).unwrap_or(&[]);
        let ends = if base == 0 {
            ends
        } else {
            self.ends.clear();
            self.ends.extend(ends.iter().map(|end| end - base));
            &self.ends
        };
        let last = listing.span(end - 1).1;
        let batch = sanchay_sandbox::Listing {
            names: slice(listing.names(), (base, last)),
            ends,
            kinds: self.kinds.get(start..end).unwrap_or(&[]),
        };
        inspector.match_names(&batch, &mut self.matches)?;
        let first = offset(start);
        self.survivors.extend(self.matches.iter().map(|index| index + first));
        Ok(())
    }

    /// Finds out what the survivors are where the listing does not say, and
    /// who the directories are where links are followed. A link that leads
    /// nowhere is not a file and is left out.
    fn resolve_kinds(&mut self, inspector: &mut dyn Inspect, open: &Open) {
        let node = &*open.node;
        let survivors = std::mem::take(&mut self.survivors);
        for index in survivors.iter().copied() {
            let at = index as usize;
            let span = self.listing.span(at);
            let unresolved = self.listing.is_unresolved(index);
            if self.kinds.get(at) == Some(&EntryKind::File) {
                self.files.push(span);
                continue;
            }
            if !unresolved && !self.follow {
                self.directories.push((span, None));
                continue;
            }
            let name = self.listing.name(at);
            let (kind, metadata) = match open.stat(name) {
                Ok(found) => found,
                Err(Cause::Io(e)) if unresolved && leads_nowhere(&e) => {
                    continue;
                }
                Err(cause) => {
                    let path = node.entry(name);
                    let action = Action::Stat;
                    self.errors.push(EntryError::new(path, action, cause));
                    continue;
                }
            };
            match kind {
                FileKind::Directory => {
                    self.directories.push((span, Some(metadata.id)));
                }
                FileKind::File if self.leave_out.contains(&metadata.id) => {}
                FileKind::File => match match_file(inspector, name) {
                    Ok(false) => {}
                    Ok(true) if self.follow => {
                        self.linked.push((span, metadata));
                    }
                    Ok(true) => self.files.push(span),
                    Err(fault) => self.errors.push(EntryError::new(
                        node.entry(name),
                        Action::Filter,
                        Cause::Sandbox(fault),
                    )),
                },
                _ => {}
            }
        }
        self.survivors = survivors;
    }

    /// Drops what the plugins do not want by name.
    fn apply_plugin_filters(&mut self, node: &Node) {
        if self.plugin_filters.is_empty() {
            return;
        }
        let Self { listing, plugin_filters, errors, .. } = self;
        let mut apply = |ask, kind, spans: Vec<Span>| {
            let candidate = |name| Candidate { name, kind, metadata: None };
            let candidates: Vec<_> =
                spans.into_iter().map(candidate).collect();
            plugin_filters.apply(
                ask,
                node,
                listing.names(),
                &candidates,
                errors,
            )
        };
        let spans = self.directories.iter().map(|(span, _)| *span).collect();
        let wanted = apply(Ask::All, EntryKind::Directory, spans);
        keep(&mut self.directories, &wanted);
        let wanted = apply(Ask::ByName, EntryKind::File, self.files.clone());
        keep(&mut self.files, &wanted);
        let spans = self.linked.iter().map(|(span, _)| *span).collect();
        let wanted = apply(Ask::ByName, EntryKind::File, spans);
        keep(&mut self.linked, &wanted);
    }

    /// Reads the metadata of the files that were found and matches it; or of
    /// other files of the directory. What is left is in `matched` and
    /// `metadata`.
    pub(crate) fn read_metadata(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &Open,
        others: Option<&Names>,
    ) {
        self.matched.clear();
        self.metadata.clear();
        let (names, files) = match others {
            Some(names) => (names.bytes(), names.spans()),
            None => (self.listing.names(), &self.files[..]),
        };
        for span in files {
            let name = slice(names, *span);
            let cause = match open.stat(name) {
                Ok((FileKind::File, metadata)) => {
                    if !self.leave_out.contains(&metadata.id) {
                        self.matched.push(*span);
                        self.metadata.push(metadata);
                    }
                    continue;
                }
                Ok((FileKind::Link, _)) => Cause::BecameLink,
                Ok((kind, _)) => Cause::NotRegular(kind.words()),
                Err(cause) => cause,
            };
            let path = open.node.entry(name);
            self.errors.push(EntryError::new(path, Action::Stat, cause));
        }
        self.match_metadata(inspector, &open.node, others);
    }

    /// Drops from `files` what the filters reject by metadata. Reads none
    /// where no filter asks for any.
    pub(crate) fn filter_by_metadata(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &Open,
    ) {
        let needed = self.needs_metadata
            || self.plugin_filters.want_metadata()
            || !self.leave_out.is_empty();
        if needed {
            self.read_metadata(inspector, open, None);
            self.files.clone_from(&self.matched);
        }
    }

    /// Matches one file whose metadata is known. Whether the filters want it
    /// shows in `matched` and `metadata`.
    pub(crate) fn match_known(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        file: &Names,
        metadata: Metadata,
    ) {
        self.matched.clear();
        self.matched.extend(file.spans());
        self.metadata.clear();
        self.metadata.push(metadata);
        self.match_metadata(inspector, node, Some(file));
    }

    /// Drops from `matched` and `metadata` what the filters reject.
    fn match_metadata(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        others: Option<&Names>,
    ) {
        let Self { listing, matched, metadata, errors, survivors, .. } = self;
        let names = others.map_or(listing.names(), Names::bytes);
        if self.needs_metadata && !metadata.is_empty() {
            self.sizes.clear();
            self.sizes.extend(metadata.iter().map(|found| found.size));
            survivors.clear();
            if let Err(fault) = inspector.match_sizes(&self.sizes, survivors) {
                errors.extend(matched.drain(..).map(|span| {
                    EntryError::new(
                        node.entry(slice(names, span)),
                        Action::Filter,
                        Cause::Sandbox(fault.clone()),
                    )
                }));
                metadata.clear();
                return;
            }
            keep(matched, survivors);
            keep(metadata, survivors);
        }
        if self.plugin_filters.want_metadata() && !matched.is_empty() {
            let candidate = |(name, metadata): (&Span, &Metadata)| Candidate {
                name: *name,
                kind: EntryKind::File,
                metadata: Some(*metadata),
            };
            let candidates: Vec<_> =
                matched.iter().zip(&*metadata).map(candidate).collect();
            let wanted = self.plugin_filters.apply(
                Ask::ByMetadata,
                node,
                names,
                &candidates,
                errors,
            );
            keep(matched, &wanted);
            keep(metadata, &wanted);
        }
    }
}

/// Matches a name as that of a file.
fn match_file(
    inspector: &mut dyn Inspect,
    name: &[u8],
) -> Result<bool, Fault> {
    let batch = sanchay_sandbox::Listing {
        names: name,
        ends: &[offset(name.len())],
        kinds: &[EntryKind::File],
    };
    let mut survives = Vec::new();
    inspector.match_names(&batch, &mut survives)?;
    Ok(!survives.is_empty())
}

/// Whether a link's target does not exist, or is the link itself.
fn leads_nowhere(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    ) || Errno::from_io_error(error) == Some(Errno::LOOP)
}

/// Keeps the items at these ascending indices.
fn keep<T: Copy>(items: &mut Vec<T>, indices: &[u32]) {
    if indices.len() == items.len() {
        return;
    }
    for (to, from) in indices.iter().enumerate() {
        let item = items.get(*from as usize).copied();
        debug_assert!(item.is_some(), "{from} of {}", items.len());
        if let Some(item) = item
            && let Some(slot) = items.get_mut(to)
        {
            *slot = item;
        }
    }
    items.truncate(indices.len());
}

#[cfg(test)]
mod tests {
    use super::keep;

    #[test]
    fn keep_leaves_the_items_at_the_indices_in_order() {
        let mut items = vec![10, 11, 12, 13];
        keep(&mut items, &[1, 3]);
        assert_eq!(items, [11, 13]);
        keep(&mut items, &[]);
        assert!(items.is_empty());
    }
}
