//! Filtering without walking: for names and sizes that the caller has from
//! elsewhere, an archive's table of contents, another program's output, or
//! results that were kept.

pub use sanchay_core::filter::Facts as FileFacts;
use sanchay_core::filter::{Columns, Filter};
use sanchay_sandbox::{EntryKind, Fault, Listing, Matches};

use crate::{error::Error, inspect::Inspect, pool::Pool};

/// An entry whose name and metadata are both known.
#[derive(Clone, Copy, Debug)]
pub struct KnownEntry<'a> {
    /// The path of its directory below the root: empty, or with a slash at
    /// its end.
    pub directory: &'a [u8],
    /// Its name.
    pub name: &'a [u8],
    /// What it is.
    pub kind: EntryKind,
    /// What the file system told of it.
    pub facts: FileFacts,
}

/// A filter with a sandboxed instance of its own, for one thread at a time;
/// [`Engine::filter`](crate::Engine::filter) makes it.
///
/// A [`Fault`] concerns the call that it is returned from: the instance is
/// thrown away, and the next call is answered by a fresh one with the same
/// filter.
#[derive(Debug)]
pub struct FilterInstance {
    inspector: Box<dyn Inspect>,
    /// The ceiling of the instance's memory, in bytes.
    ceiling: usize,
    names: Vec<u8>,
    ends: Vec<u32>,
    numbers: Vec<u64>,
    kinds: Vec<EntryKind>,
    matches: Matches,
    survivors: Vec<u32>,
}

impl FilterInstance {
    /// Compiles a filter in an instance of its own.
    pub(crate) fn new(pool: &Pool, filter: &Filter) -> Result<Self, Error> {
        let program = filter.program().map_err(Error::Filter)?;
        let (mut inspector, ceiling) = pool.fresh_inspector();
        inspector.set_filter(&program)?;
        Ok(Self {
            inspector,
            ceiling,
            names: Vec::new(),
            ends: Vec::new(),
            numbers: Vec::new(),
            kinds: Vec::new(),
            matches: Matches::default(),
            survivors: Vec::new(),
        })
    }

    /// Matches names of regular files, in one call. Returns the indices of
    /// those that are let through, ascending.
    ///
    /// A name is bytes, and is what stands behind the last slash of a path:
    /// of a path, only its own first byte could make it hidden. A call into
    /// the sandbox costs as much as matching some tens of names, so that they
    /// are best passed by the hundred.
    ///
    /// # Errors
    /// Any [`Fault`] of the instance; [`Fault::MemoryRefused`] if the names
    /// do not fit its memory together.
    pub fn match_names(
        &mut self,
        names: &[impl AsRef<[u8]>],
    ) -> Result<&[u32], Fault> {
        self.take_names(names.iter().map(AsRef::as_ref))?;
        self.kinds.clear();
        self.kinds.resize(self.ends.len(), EntryKind::File);
        let listing = Listing {
            directory: b"",
            names: &self.names,
            ends: &self.ends,
            kinds: &self.kinds,
        };
        self.inspector.match_names(&listing, &mut self.matches)?;
        Ok(&self.matches.entries)
    }

    /// Matches entries whose names and metadata are known, as a walk does, and
    /// returns the indices of those that are let through, ascending. Entries
    /// of one directory that follow each other are asked about in one call.
    ///
    /// ```
    /// use sanchay::{Engine, EntryKind, FileFacts, Filter, KnownEntry};
    ///
    /// let engine = Engine::builder().build()?;
    /// let filter = Filter::default().extension("png").min_size(100);
    /// let mut filter = engine.filter(&filter)?;
    /// let entry = |name, size| KnownEntry {
    ///     directory: b"a/",
    ///     name,
    ///     kind: EntryKind::File,
    ///     facts: FileFacts { size, ..FileFacts::default() },
    /// };
    /// let all = [entry(b"x.png", 99), entry(b"y.png", 100)];
    /// assert_eq!(filter.match_entries(&all)?, [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Any [`Fault`] of the instance; [`Fault::MemoryRefused`] if the names of
    /// a directory do not fit its memory together.
    pub fn match_entries(
        &mut self,
        entries: &[KnownEntry<'_>],
    ) -> Result<Vec<u32>, Fault> {
        let mut wanted = Vec::new();
        let mut first = 0_u32;
        for of in entries.chunk_by(|a, b| a.directory == b.directory) {
            self.match_directory(of, first, &mut wanted)?;
            let count = u32::try_from(of.len()).unwrap_or(u32::MAX);
            first = first.saturating_add(count);
        }
        Ok(wanted)
    }

    /// Matches entries of one directory, of which the first has this index.
    fn match_directory(
        &mut self,
        entries: &[KnownEntry<'_>],
        first: u32,
        wanted: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let directory = match entries.first() {
            Some(entry) => entry.directory,
            None => return Ok(()),
        };
        self.take_names(entries.iter().map(|it| it.name))?;
        self.kinds.clear();
        self.kinds.extend(entries.iter().map(|it| it.kind));
        let listing = Listing {
            directory,
            names: &self.names,
            ends: &self.ends,
            kinds: &self.kinds,
        };
        self.inspector.match_names(&listing, &mut self.matches)?;
        let columns = self.inspector.filter_columns()?;
        if !columns.need_metadata() {
            wanted.extend(
                self.matches
                    .entries
                    .iter()
                    .map(|at| first.saturating_add(*at)),
            );
            return Ok(());
        }
        let left: Vec<(u32, &KnownEntry<'_>)> = self
            .matches
            .entries
            .iter()
            .filter_map(|at| {
                Some((*at, entries.get(usize::try_from(*at).ok()?)?))
            })
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let of_metadata = columns.of_metadata();
        self.numbers.clear();
        let facts = left.iter().map(|(_, entry)| entry.facts);
        of_metadata.push(facts, &mut self.numbers);
        self.take_names(left.iter().map(|(_, entry)| entry.name))?;
        self.kinds.clear();
        self.kinds.extend(left.iter().map(|(_, entry)| entry.kind));
        let listing = Listing {
            directory,
            names: &self.names,
            ends: &self.ends,
            kinds: &self.kinds,
        };
        self.inspector.match_metadata(
            left.len(),
            columns.has(Columns::NAME).then_some(&listing),
            of_metadata,
            &self.numbers,
            &mut self.survivors,
        )?;
        wanted.extend(self.survivors.iter().filter_map(|at| {
            let (at, _) = left.get(usize::try_from(*at).ok()?)?;
            Some(first.saturating_add(*at))
        }));
        Ok(())
    }

    /// Puts names end to end.
    fn take_names<'n>(
        &mut self,
        names: impl Iterator<Item = &'n [u8]>,
    ) -> Result<(), Fault> {
        self.names.clear();
        self.ends.clear();
        for name in names {
            let asked = self.names.len().saturating_add(name.len());
            let end = u32::try_from(asked).ok();
            let Some(end) = end.filter(|_| asked <= self.ceiling) else {
                let ceiling = self.ceiling;
                return Err(Fault::MemoryRefused { asked, ceiling });
            };
            self.names.extend_from_slice(name);
            self.ends.push(end);
        }
        Ok(())
    }

    /// Whether [`Self::match_metadata`] can reject anything. Where it cannot,
    /// there is no need to read any metadata.
    #[must_use]
    pub fn needs_metadata(&self) -> bool {
        // The filter is set; were it not, nobody could be let through.
        self.inspector.filter_columns().map_or(true, Columns::need_metadata)
    }

    /// Matches files by their metadata, in one call. Returns the indices of
    /// those that are let through, ascending. What a filter tests of names and
    /// of contents is taken to be true.
    ///
    /// # Errors
    /// Any [`Fault`] of the instance; [`Fault::MemoryRefused`] if the numbers
    /// do not fit its memory together.
    pub fn match_metadata(
        &mut self,
        files: &[FileFacts],
    ) -> Result<&[u32], Fault> {
        let columns = self.inspector.filter_columns()?.of_metadata();
        self.numbers.clear();
        columns.push(files.iter().copied(), &mut self.numbers);
        self.inspector.match_metadata(
            files.len(),
            None,
            columns,
            &self.numbers,
            &mut self.survivors,
        )?;
        Ok(&self.survivors)
    }
}
