//! Filtering whole paths that nobody walks: those of a snapshot, or of a list.
//! A walk decides twice, about directories that it enters and about entries;
//! so does this.

use std::collections::HashMap;

use sanchay_sandbox::{EntryKind, Fault, Listing};

use super::{FileFacts, FilterInstance, KnownEntry};
use crate::span::offset;

/// How many names are matched in one call.
const NAMES_PER_CALL: usize = 512;

/// An entry of a tree that is not walked.
#[derive(Clone, Copy, Debug)]
pub struct ListedEntry<'e> {
    /// Its path below the root, without a slash at its beginning.
    pub path: &'e [u8],
    /// What it is.
    pub kind: EntryKind,
    /// Its metadata, as far as that is known.
    pub facts: FileFacts,
}

impl<'e> ListedEntry<'e> {
    /// The same entry, in its directory.
    fn known(&self) -> KnownEntry<'e> {
        let (directory, name) = self.split();
        let Self { kind, facts, .. } = *self;
        KnownEntry { directory, name, kind, facts }
    }

    /// The path of its directory, with a slash at its end, or empty; and its
    /// name.
    fn split(&self) -> (&'e [u8], &'e [u8]) {
        let slash = self.path.iter().rposition(|byte| *byte == b'/');
        self.path.split_at(slash.map_or(0, |at| at + 1))
    }

    /// How many levels below the root it is.
    fn depth(&self) -> usize {
        self.path.iter().filter(|byte| **byte == b'/').count() + 1
    }
}

/// Which directories a walk would enter, by their paths with a slash at the
/// end.
type Entered = HashMap<Vec<u8>, bool>;

impl FilterInstance {
    /// Tells of each entry whether a walk of their tree that goes so many
    /// levels down would report it: neither is it rejected, nor is one of the
    /// directories that it lies in left out.
    ///
    /// ```
    /// use sanchay::{Engine, EntryKind, FileFacts, Filter, ListedEntry};
    ///
    /// let engine = Engine::builder().build()?;
    /// let filter = Filter::default().extension("rs").min_size(10);
    /// let mut filter = engine.filter(&filter)?;
    /// let entry = |path: &'static str, size| ListedEntry {
    ///     path: path.as_bytes(),
    ///     kind: EntryKind::File,
    ///     facts: FileFacts { size, ..FileFacts::default() },
    /// };
    /// let entries = [
    ///     entry("src/lib.rs", 10),
    ///     entry("src/main.rs", 9),
    ///     entry(".git/hooks.rs", 10),
    /// ];
    /// assert_eq!(filter.select(None, &entries)?, [true, false, false]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Any [`Fault`] of the instance.
    pub fn select(
        &mut self,
        max_depth: Option<usize>,
        entries: &[ListedEntry<'_>],
    ) -> Result<Vec<bool>, Fault> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        let directory = |at: &usize| entries.get(*at).map(|it| it.split().0);
        order.sort_by(|a, b| directory(a).cmp(&directory(b)));
        let mut wanted = vec![false; entries.len()];
        let mut entered = Entered::new();
        for group in order.chunk_by(|a, b| directory(a) == directory(b)) {
            let first = group.first().and_then(|at| entries.get(*at));
            let Some(first) = first else { continue };
            let is_deep = max_depth.is_some_and(|most| first.depth() > most);
            if is_deep || !self.enters(first.split().0, &mut entered)? {
                continue;
            }
            for part in group.chunks(NAMES_PER_CALL) {
                let all = part.iter().filter_map(|at| entries.get(*at));
                let all: Vec<_> = all.map(ListedEntry::known).collect();
                for index in self.match_entries(&all)? {
                    let at = part.get(index as usize).copied();
                    if let Some(it) = at.and_then(|at| wanted.get_mut(at)) {
                        *it = true;
                    }
                }
            }
        }
        Ok(wanted)
    }

    /// Whether a walk gets into a directory, whose path has a slash at its
    /// end; the root's is empty.
    fn enters(
        &mut self,
        directory: &[u8],
        entered: &mut Entered,
    ) -> Result<bool, Fault> {
        let slashes = directory.iter().enumerate();
        let ends = slashes.filter(|(_, byte)| **byte == b'/');
        let mut above = 0;
        for end in ends.map(|(at, _)| at + 1) {
            let path = directory.split_at(end).0;
            let is_entered = match entered.get(path) {
                Some(known) => *known,
                None => {
                    let (parent, name) = path.split_at(above);
                    let name = name.strip_suffix(b"/").unwrap_or(name);
                    let found = self.enters_child(parent, name)?;
                    entered.insert(path.to_owned(), found);
                    found
                }
            };
            if !is_entered {
                return Ok(false);
            }
            above = end;
        }
        Ok(true)
    }

    fn enters_child(
        &mut self,
        directory: &[u8],
        name: &[u8],
    ) -> Result<bool, Fault> {
        let end = [offset(name.len())];
        let kinds = [EntryKind::Directory];
        let listing =
            Listing { directory, names: name, ends: &end, kinds: &kinds };
        self.inspector.match_names(&listing, &mut self.matches)?;
        Ok(!self.matches.directories.is_empty())
    }
}
