//! The step that every operation does in a directory: open it, list it, match
//! its names in one call, resolve unknown kinds, and read and match the
//! metadata of its files.

mod by_contents;
mod contents;
mod range;

use std::{sync::Arc, vec::Drain};

use sanchay_core::{shard::PathRange, summary::ListedFolder};
use sanchay_sandbox::{
    Columns, Fault, IgnoreError, IgnoreFile, KindSet, Matches, plugin::Value,
};
use sanchay_storage::{EntryKind, FileId, Listing, Metadata, Span};

use self::by_contents::{Looker, Question};
use self::contents::Contents;
pub(crate) use self::contents::{Directory, MatchedFiles};
use super::{
    ignoring::Ignoring,
    names::Names,
    node::Node,
    open::{Open, Parent},
    plugin_filters::{Ask, Candidate, PluginFilters},
};
use crate::{
    error::{Action, Cause, EntryError, Error, Problem},
    inspect::Inspect,
    monitor::SkippedDirectory,
    options::{WalkOptions, Walker},
    run::RunState,
    span::{offset, slice},
};

/// The most names in one call: so many that the cost of a call does not show,
/// and few beside an instance's memory.
const NAMES_PER_CALL: usize = 4096;

/// The most names in one call with ignore rules. Each may take the steps that
/// a name may cost, and a run that is to end waits for the call.
const NAMES_PER_CALL_WITH_RULES: usize = 256;

/// Reads one directory after the other, and holds what it found in the last.
pub(crate) struct DirReader {
    found: Contents,
    /// The files whose metadata was read and that the filters want, and
    /// their metadata.
    matched: Vec<Span>,
    metadata: Vec<Metadata>,
    /// What those of them say that are links; empty where none is.
    targets: Vec<Option<Box<[u8]>>>,
    /// What the contents of each tell, where the filter asks and somebody else
    /// will; nothing where it would take up too much.
    known: Vec<Box<[Option<Value>]>>,
    /// What looks at contents, if the filter asks for them.
    looker: Option<Looker>,
    /// The errors since these were taken last.
    errors: Vec<EntryError>,
    plugin_filters: PluginFilters,
    follow: bool,
    max_depth: Option<usize>,
    /// Of the paths below the root, those that are wanted.
    range: Option<PathRange>,
    leave_out: Vec<FileId>,
    /// The directories that these may be in; empty for any.
    leave_out_within: Vec<FileId>,
    one_file_system: bool,
    read_links: bool,
    /// The kinds of entries that are wanted.
    wanted_kinds: KindSet,
    /// The columns of metadata that the filter asks for.
    columns: Columns,
    /// Whether the filter looks at the path of the directory.
    needs_directory: bool,
    ignoring: Arc<Ignoring>,
    scratch: Scratch,
}

/// Buffers of single steps, used again for the next directory.
#[derive(Default)]
struct Scratch {
    /// The entries that are wanted by name, and the directories to enter.
    by_name: Matches,
    /// Those of one call.
    matches: Matches,
    survivors: Vec<u32>,
    ends: Vec<u32>,
    numbers: Vec<u64>,
    /// The directory's path below the root, where the filter or ignore rules
    /// look at it.
    directory: Vec<u8>,
    /// The ignore files that apply to the directory.
    ignoring: Vec<Arc<IgnoreFile>>,
}

impl DirReader {
    /// Prepares a worker: its instance compiles the filter.
    pub(crate) fn new(
        inspector: &mut dyn Inspect,
        options: &WalkOptions,
        ignoring: &Arc<Ignoring>,
    ) -> Result<Self, Error> {
        let program = options.program()?;
        inspector.set_filter(&program)?;
        let columns = inspector.filter_columns().map_err(Error::Sandbox)?;
        let columns = columns.without(program.results());
        let looker = Looker::new(columns, &program, &options.plugins)
            .map_err(Error::Sandbox)?;
        let wanted_kinds = inspector.filter_kinds().map_err(Error::Sandbox)?;
        let mut listed = wanted_kinds.with(EntryKind::Directory);
        if ignoring.is_active() {
            // Ignore files are some, and git's own may be a link.
            listed = listed.with(EntryKind::File).with(EntryKind::Symlink);
        }
        let portable = options.walker == Walker::Portable;
        let mut listing = Listing::new(listed, options.follow, portable);
        listing.skip_marked(!program.hidden);
        Ok(Self {
            found: Contents::new(listing),
            matched: Vec::new(),
            metadata: Vec::new(),
            targets: Vec::new(),
            known: Vec::new(),
            looker,
            errors: Vec::new(),
            plugin_filters: PluginFilters::new(&options.plugins),
            follow: options.follow,
            max_depth: options.max_depth,
            range: options.range.clone().filter(|it| !it.is_whole()),
            leave_out: options.leave_out.clone(),
            leave_out_within: options.leave_out_within.clone(),
            one_file_system: options.one_file_system,
            read_links: options.read_links,
            wanted_kinds,
            columns,
            needs_directory: program.needs_directory(),
            ignoring: Arc::clone(ignoring),
            scratch: Scratch::default(),
        })
    }

    /// What is left of the directory that was read last.
    pub(crate) fn directory(&self) -> Directory<'_> {
        self.found.view()
    }

    /// How the listing of the directory that was read last looked, whatever
    /// the filters want of it.
    pub(crate) fn listed(&self, node: &Node) -> ListedFolder {
        let (files, folders) = self.found.listing.counts();
        ListedFolder {
            depth: node.depth(),
            entries: files.saturating_add(folders),
            only_folders: files == 0 && self.errors.is_empty(),
            again: false,
        }
    }

    /// Takes the files from an index on out of the directory.
    pub(crate) fn split_off_files(&mut self, index: usize) -> Vec<Span> {
        self.found.file_kinds.truncate(index);
        self.found.files.split_off(index)
    }

    /// The files whose metadata was matched last.
    pub(crate) fn matched(&self) -> MatchedFiles<'_> {
        MatchedFiles {
            spans: &self.matched,
            metadata: &self.metadata,
            targets: &self.targets,
            known: &self.known,
            told: self.looker.as_ref().map(Looker::told),
        }
    }

    /// Takes the errors since the last call.
    pub(crate) fn drain_errors(&mut self) -> Drain<'_, EntryError> {
        self.errors.drain(..)
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
    /// file system and should be skipped.
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
        run.reading(0, || open.node.path());
        if open.node.device() == node.device() {
            return Some(open);
        }
        if self.one_file_system {
            return None;
        }
        if let Some(kind) = open.pseudo_file_system() {
            let path = open.node.entry(b"");
            run.report_skipped(&SkippedDirectory::new(path, kind));
            return None;
        }
        Some(open)
    }

    /// Whether a walk goes into the directory at all.
    pub(crate) fn enters(&self, node: &Node) -> bool {
        self.max_depth.is_none_or(|most| node.depth() < most)
    }

    /// Lists an open directory and matches its entries by name;
    /// [`directory`](Self::directory) is what is left of them. Afterwards the
    /// directory knows its ignore files. A run that is over leaves some out.
    pub(crate) fn read_dir(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &mut Open,
        run: &RunState<'_>,
    ) {
        self.found.clear();
        let node = &*Arc::clone(&open.node);
        self.scratch.directory.clear();
        if self.needs_directory
            || self.ignoring.is_active()
            || self.range.is_some()
        {
            node.write_path_below_root(&mut self.scratch.directory);
        }
        self.bound_listing();
        if let Err(cause) = open.list(&mut self.found.listing) {
            let action = Action::ReadDirectory;
            let failed = EntryError::new(node.entry(b""), action, cause);
            // A root that cannot be listed at all is as good as none.
            let nothing = node.depth() == 0 && self.found.listing.is_empty();
            self.errors.push(if nothing { failed.named() } else { failed });
        }
        let follow = self.follow;
        self.found.kinds.extend(self.found.listing.kinds().iter().map(
            |kind| match kind {
                EntryKind::Symlink if follow => EntryKind::Unknown,
                kind => *kind,
            },
        ));
        self.scratch.ignoring.clear();
        if self.ignoring.is_active() {
            self.ignoring.enter(
                open,
                &self.found.listing,
                &self.scratch.directory,
                inspector,
                &mut self.errors,
            );
            self.scratch.ignoring.extend(open.ignoring.files().cloned());
        }
        self.match_names(inspector, node, run);
        if follow || self.found.listing.has_unresolved() {
            self.resolve_kinds(inspector, open, run);
        } else {
            for index in &self.scratch.by_name.entries {
                let at = *index as usize;
                self.found.files.push(self.found.listing.span(at));
                self.found.file_kinds.extend(self.found.kinds.get(at));
            }
            for index in &self.scratch.by_name.directories {
                let span = self.found.listing.span(*index as usize);
                self.found.directories.push((span, None));
            }
        }
        self.leave_out_of_range();
        self.apply_plugin_filters(node);
        if self.max_depth.is_some_and(|most| node.depth() + 1 >= most) {
            self.found.directories.clear();
        }
    }

    /// Matches the listing by name; the indices ascend.
    fn match_names(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        run: &RunState<'_>,
    ) {
        // Rules that turn out to cost too much are not used for any name.
        loop {
            let rule_sets = self.scratch.ignoring.len();
            let faults = self.match_all(inspector, node, run);
            if self.scratch.ignoring.len() == rule_sets || run.is_over() {
                self.errors.extend(faults);
                return;
            }
        }
    }

    /// Matches the listing from the beginning, and returns what names could
    /// not be matched. Stops where ignore files turn out to cost too much;
    /// these are taken out.
    fn match_all(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        run: &RunState<'_>,
    ) -> Vec<EntryError> {
        let mut faults = Vec::new();
        self.scratch.by_name.entries.clear();
        self.scratch.by_name.directories.clear();
        let rule_sets = self.scratch.ignoring.len();
        let most = match rule_sets {
            0 => NAMES_PER_CALL,
            _ => NAMES_PER_CALL_WITH_RULES,
        };
        let mut start = 0;
        while start < self.found.listing.len() && !run.is_over() {
            let end = (start + most).min(self.found.listing.len());
            if self.match_range(inspector, node, start, end).is_err() {
                // One name must not cost the others theirs.
                for index in (start..end).take_while(|_| !run.is_over()) {
                    let matched =
                        self.match_range(inspector, node, index, index + 1);
                    if let Err(fault) = matched {
                        let path = node.entry(self.found.listing.name(index));
                        faults.push(EntryError::new(
                            path,
                            Action::Filter,
                            Cause::Sandbox(fault),
                        ));
                    }
                }
            }
            if self.scratch.ignoring.len() != rule_sets {
                break;
            }
            start = end;
        }
        faults
    }

    fn match_range(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        let Self { found, scratch, errors, .. } = self;
        let Scratch { matches, ends: own_ends, directory, ignoring, .. } =
            scratch;
        let listing = &found.listing;
        let base = listing.span(start).0;
        let ends = listing.ends().get(start..end).unwrap_or(&[]);
        let ends = if base == 0 {
            ends
        } else {
            own_ends.clear();
            own_ends.extend(ends.iter().map(|end| end - base));
            own_ends
        };
        let last = listing.span(end - 1).1;
        let batch = sanchay_sandbox::Listing {
            directory,
            names: slice(listing.names(), (base, last)),
            ends,
            kinds: found.kinds.get(start..end).unwrap_or(&[]),
        };
        match_batch(inspector, &batch, ignoring, matches, |file| {
            errors.push(costly(node, file));
        })?;
        let first = offset(start);
        let Matches { entries, directories } = &self.scratch.matches;
        let by_name = &mut self.scratch.by_name;
        by_name.entries.extend(entries.iter().map(|it| it + first));
        by_name.directories.extend(directories.iter().map(|it| it + first));
        Ok(())
    }

    /// Stats entries of unknown kind, and directories if links are followed.
    /// Skips dangling links. Of what links lead to, only files are wanted.
    fn resolve_kinds(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &Open,
        run: &RunState<'_>,
    ) {
        let node = &*open.node;
        let Matches { entries, directories } =
            std::mem::take(&mut self.scratch.by_name);
        let directory = &self.scratch.directory;
        let mut candidates = entries.clone();
        candidates.extend(&directories);
        candidates.sort_unstable();
        candidates.dedup();
        for index in candidates {
            if run.is_over() {
                break;
            }
            let at = index as usize;
            let span = self.found.listing.span(at);
            let unresolved = self.found.listing.is_unresolved(index);
            let mut wanted = entries.binary_search(&index).is_ok();
            let mut enters = directories.binary_search(&index).is_ok();
            let mut kind = self
                .found
                .kinds
                .get(at)
                .copied()
                .unwrap_or(EntryKind::Unknown);
            let mut found = None;
            if unresolved || enters && self.follow {
                let name = self.found.listing.name(at);
                let metadata = match open.stat(name) {
                    Ok((_, metadata)) => metadata,
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
                kind = metadata.kind;
                found = Some(metadata);
                if unresolved {
                    let ignoring = &mut self.scratch.ignoring;
                    let errors = &mut self.errors;
                    let matched = match_one(
                        inspector,
                        directory,
                        ignoring,
                        (name, kind),
                        |file| errors.push(costly(node, file)),
                    );
                    match matched {
                        Ok(matches) => (wanted, enters) = matches,
                        Err(fault) => {
                            self.errors.push(EntryError::new(
                                node.entry(name),
                                Action::Filter,
                                Cause::Sandbox(fault),
                            ));
                            continue;
                        }
                    }
                }
            }
            if enters && kind == EntryKind::Directory {
                let id = found.as_ref().map(|metadata| metadata.id);
                self.found.directories.push((span, id));
            }
            match found {
                _ if !wanted => {}
                Some(metadata) if self.leave_out.contains(&metadata.id) => {}
                Some(metadata) if unresolved && self.follow => {
                    if kind == EntryKind::File {
                        self.found.linked.push((span, metadata));
                    }
                }
                _ => {
                    self.found.files.push(span);
                    self.found.file_kinds.push(kind);
                }
            }
        }
        self.scratch.by_name = Matches { entries, directories };
    }

    /// Drops what the plugins do not want by name.
    fn apply_plugin_filters(&mut self, node: &Node) {
        if self.plugin_filters.is_empty() {
            return;
        }
        let Self { found, plugin_filters, errors, .. } = self;
        let Contents {
            listing, files, file_kinds, directories, linked, ..
        } = found;
        let mut apply = |ask, candidates: &[Candidate]| {
            plugin_filters.apply(
                ask,
                node,
                listing.names(),
                candidates,
                errors,
            )
        };
        let directory = |(name, _): &(Span, Option<FileId>)| Candidate {
            name: *name,
            kind: EntryKind::Directory,
            metadata: None,
        };
        let candidates: Vec<_> = directories.iter().map(directory).collect();
        let wanted = apply(Ask::All, &candidates);
        keep(directories, &wanted);
        let both = files.iter().zip(&*file_kinds);
        let candidate = |(name, kind): (&Span, &EntryKind)| Candidate {
            name: *name,
            kind: *kind,
            metadata: None,
        };
        let candidates: Vec<_> = both.map(candidate).collect();
        let wanted = apply(Ask::ByName, &candidates);
        keep(files, &wanted);
        keep(file_kinds, &wanted);
        let of_link = |(name, metadata): &(Span, Metadata)| Candidate {
            name: *name,
            kind: metadata.kind,
            metadata: None,
        };
        let candidates: Vec<_> = linked.iter().map(of_link).collect();
        let wanted = apply(Ask::ByName, &candidates);
        keep(linked, &wanted);
    }

    /// Reads the metadata of the files that were found and matches it; or of
    /// other files of the directory. [`matched`](Self::matched)
    /// is what is left.
    pub(crate) fn read_metadata(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &Open,
        others: Option<&Names>,
        run: &RunState<'_>,
    ) {
        self.matched.clear();
        self.metadata.clear();
        let (names, files) = match others {
            Some(names) => (names.bytes(), names.spans()),
            None => (self.found.listing.names(), &self.found.files[..]),
        };
        for span in files {
            let name = slice(names, *span);
            let cause = match open.stat(name) {
                Ok((kind, metadata)) if self.wanted_kinds.has(kind) => {
                    if !self.leave_out.contains(&metadata.id) {
                        self.matched.push(*span);
                        self.metadata.push(metadata);
                    }
                    continue;
                }
                Ok((EntryKind::Symlink, _)) => {
                    Cause::Problem(Problem::BecameLink)
                }
                // It was listed as another kind.
                Ok((EntryKind::File, _)) => Cause::Problem(Problem::Replaced),
                Ok((kind, _)) => {
                    Cause::Problem(Problem::NotRegular(kind.describe()))
                }
                Err(cause) => cause,
            };
            let path = open.node.entry(name);
            self.errors.push(EntryError::new(path, Action::Stat, cause));
        }
        self.match_metadata(inspector, &open.node, others);
        self.match_contents(inspector, &open.node, others, run);
        self.read_targets(open, others);
    }

    /// Reads what the links among the files say that are left.
    fn read_targets(&mut self, open: &Open, others: Option<&Names>) {
        self.targets.clear();
        let is_link = |it: &Metadata| it.kind == EntryKind::Symlink;
        if !self.read_links || !self.metadata.iter().any(is_link) {
            return;
        }
        let names = others.map_or(self.found.listing.names(), Names::bytes);
        for (span, metadata) in self.matched.iter().zip(&self.metadata) {
            let name = slice(names, *span);
            let target = is_link(metadata).then(|| open.read_link(name));
            self.targets.push(match target.transpose() {
                Ok(target) => target.map(Vec::into_boxed_slice),
                Err(cause) => {
                    let path = open.node.entry(name);
                    let action = Action::ReadLink;
                    self.errors.push(EntryError::new(path, action, cause));
                    None
                }
            });
        }
    }

    /// Whether a directory may have files that are left out.
    fn may_leave_out(&self, open: &Open) -> bool {
        if self.leave_out.is_empty() || self.leave_out_within.is_empty() {
            return !self.leave_out.is_empty();
        }
        open.id().map_or(true, |id| self.leave_out_within.contains(&id))
    }

    /// Drops from `files` what the filters reject by metadata and contents.
    /// Reads none where no filter asks for any.
    pub(crate) fn filter_by_metadata(
        &mut self,
        inspector: &mut dyn Inspect,
        open: &Open,
        run: &RunState<'_>,
    ) {
        let needed = self.columns.need_metadata()
            || self.plugin_filters.want_metadata()
            || self.may_leave_out(open);
        if let Some(looker) = &mut self.looker {
            looker.keep_nothing();
        }
        if needed {
            self.read_metadata(inspector, open, None, run);
            self.found.files.clone_from(&self.matched);
            self.found.file_kinds.clear();
            let kinds = self.metadata.iter().map(|found| found.kind);
            self.found.file_kinds.extend(kinds);
        }
    }

    /// Matches one file whose metadata is known. Whether the filters want it
    /// shows in `matched` and `metadata`.
    pub(crate) fn match_known(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Arc<Node>,
        file: &Names,
        metadata: Metadata,
        run: &RunState<'_>,
    ) {
        self.matched.clear();
        self.matched.extend(file.spans());
        self.metadata.clear();
        self.metadata.push(metadata);
        self.targets.clear();
        self.match_metadata(inspector, node, Some(file));
        self.match_contents(inspector, node, Some(file), run);
    }

    /// Drops from `matched` and `metadata` what the filters reject.
    fn match_metadata(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        others: Option<&Names>,
    ) {
        let Self { found, matched, metadata, errors, scratch, .. } = self;
        let Scratch { survivors, numbers, directory, .. } = scratch;
        directory.clear();
        if self.needs_directory && self.columns.has(Columns::NAME) {
            node.write_path_below_root(directory);
        }
        let names = others.map_or(found.listing.names(), Names::bytes);
        let known = self.columns.of_metadata();
        if !known.is_empty() && !metadata.is_empty() {
            let named = match self.columns.has(Columns::NAME) {
                true => Columns::NAME,
                false => Columns::default(),
            };
            let question = Question {
                directory,
                names,
                spans: matched,
                metadata,
                columns: known.with(named),
                values: None,
            };
            let answer = question.ask(inspector, numbers, survivors);
            if let Err(fault) = answer {
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
                kind: metadata.kind,
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

/// Whether one entry is wanted, and whether it is a directory to enter.
fn match_one(
    inspector: &mut dyn Inspect,
    directory: &[u8],
    ignoring: &mut Vec<Arc<IgnoreFile>>,
    (name, kind): (&[u8], EntryKind),
    on_costly: impl FnMut(&IgnoreFile),
) -> Result<(bool, bool), Fault> {
    let batch = sanchay_sandbox::Listing {
        directory,
        names: name,
        ends: &[offset(name.len())],
        kinds: &[kind],
    };
    let mut matches = Matches::default();
    match_batch(inspector, &batch, ignoring, &mut matches, on_costly)?;
    Ok((!matches.entries.is_empty(), !matches.directories.is_empty()))
}

/// The error that an ignore file is not used for a directory.
fn costly(node: &Node, file: &IgnoreFile) -> EntryError {
    let cause = Cause::CostlyRules { file: file.path().to_owned() };
    EntryError::new(node.entry(b""), Action::Filter, cause)
}

/// How many ignore files may cost a directory too much. Each is found out at
/// the price of a whole budget; after so many, none is used any more.
const MOST_COSTLY: usize = 3;

/// Matches names by the filter and by ignore files. Files whose rules cost too
/// much are taken out, and told of.
fn match_batch(
    inspector: &mut dyn Inspect,
    batch: &sanchay_sandbox::Listing<'_>,
    ignoring: &mut Vec<Arc<IgnoreFile>>,
    matches: &mut Matches,
    mut on_costly: impl FnMut(&IgnoreFile),
) -> Result<(), Fault> {
    let mut found = 0;
    while !ignoring.is_empty() {
        match inspector.match_names_ignoring(batch, ignoring, matches) {
            Ok(()) => return Ok(()),
            Err(IgnoreError::TooCostly(index)) if index < ignoring.len() => {
                on_costly(&ignoring.remove(index));
                found += 1;
                if found >= MOST_COSTLY {
                    ignoring.drain(..).for_each(|file| on_costly(&file));
                }
            }
            Err(IgnoreError::Fault(fault)) => return Err(fault),
            Err(error) => {
                return Err(Fault::ContractViolation(error.to_string()));
            }
        }
    }
    inspector.match_names(batch, matches)
}

/// Whether a link's target does not exist, or is the link itself.
fn leads_nowhere(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    ) || sanchay_storage::is_circle(error)
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
