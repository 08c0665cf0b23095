//! Filtering without walking: for names and sizes that the caller has from
//! elsewhere, an archive's table of contents or another program's output.

use sanchay_sandbox::{EntryKind, Fault, Listing, Specification};

use crate::{error::Error, inspect::Inspect, pool::Pool};

/// What a [`Filter`] lets through. A file must satisfy every part of it; the
/// parts mean what they mean in [`WalkOptions`](crate::WalkOptions). The
/// plugins of a walk are not among them: they look at the paths of files, too.
///
/// More parts may come: make one from its default.
///
/// ```
/// let options = sanchay::FilterOptions {
///     extensions: vec![b"mkv".to_vec(), b".tar.gz".to_vec()],
///     min_size: Some(1 << 20),
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterOptions {
    /// Extensions a file's name must end in, any of them, with or without
    /// their leading dot, without regard to case (Unicode's simple case
    /// folding); empty: all.
    pub extensions: Vec<Vec<u8>>,
    /// The least size of a file, in bytes.
    pub min_size: Option<u64>,
    /// The greatest size of a file, in bytes.
    pub max_size: Option<u64>,
    /// Whether hidden files, whose names begin with a dot, are let through.
    pub hidden: bool,
}

/// A filter with a sandboxed instance of its own, for one thread at a time;
/// [`Engine::filter`](crate::Engine::filter) makes it.
///
/// A [`Fault`] concerns the call that it is returned from: the instance is
/// thrown away, and the next call is answered by a fresh one with the same
/// filter.
#[derive(Debug)]
pub struct Filter {
    inspector: Box<dyn Inspect>,
    /// The ceiling of the instance's memory, in bytes.
    ceiling: usize,
    names: Vec<u8>,
    ends: Vec<u32>,
    kinds: Vec<EntryKind>,
    survivors: Vec<u32>,
}

impl Filter {
    /// Compiles a filter in an instance of its own.
    pub(crate) fn new(
        pool: &Pool,
        options: &FilterOptions,
    ) -> Result<Self, Error> {
        let FilterOptions { extensions, min_size, max_size, hidden } = options;
        let specification = Specification {
            extensions: extensions.clone(),
            min_size: *min_size,
            max_size: *max_size,
            hidden: *hidden,
        };
        let (mut inspector, ceiling) = pool.fresh_inspector();
        inspector.set_filter(&specification)?;
        Ok(Self {
            inspector,
            ceiling,
            names: Vec::new(),
            ends: Vec::new(),
            kinds: Vec::new(),
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
        self.names.clear();
        self.ends.clear();
        for name in names {
            let name = name.as_ref();
            let asked = self.names.len().saturating_add(name.len());
            let end = u32::try_from(asked).ok();
            let Some(end) = end.filter(|_| asked <= self.ceiling) else {
                let ceiling = self.ceiling;
                return Err(Fault::MemoryRefused { asked, ceiling });
            };
            self.names.extend_from_slice(name);
            self.ends.push(end);
        }
        self.kinds.clear();
        self.kinds.resize(self.ends.len(), EntryKind::File);
        let listing = Listing {
            names: &self.names,
            ends: &self.ends,
            kinds: &self.kinds,
        };
        self.inspector.match_names(&listing, &mut self.survivors)?;
        Ok(&self.survivors)
    }

    /// Whether [`Self::match_sizes`] can reject anything. Where it cannot,
    /// there is no need to find out how large files are.
    #[must_use]
    pub fn needs_sizes(&self) -> bool {
        // The filter is set; were it not, nobody could be let through.
        self.inspector.needs_metadata().unwrap_or(true)
    }

    /// Matches files by their sizes in bytes, in one call. Returns the
    /// indices of those that are let through, ascending.
    ///
    /// # Errors
    /// Any [`Fault`] of the instance; [`Fault::MemoryRefused`] if the sizes
    /// do not fit its memory together.
    pub fn match_sizes(&mut self, sizes: &[u64]) -> Result<&[u32], Fault> {
        self.inspector.match_sizes(sizes, &mut self.survivors)?;
        Ok(&self.survivors)
    }
}
