//! The calls, answered natively.

use std::fmt;

use sanchay_core::batch::Batch;
use sanchay_core::{checklist, filter, hashing, tree};
use sanchay_sandbox::{
    Algorithm, ChainingValue, Checklist, Digest, Fault, FilterError, Listing,
    PartialDigest, Separator, Specification, TreeError,
};

use crate::convert::{batch_error, checklist_of, filter_error, value};

/// One worker thread's own state.
#[derive(Default)]
pub struct Inspector {
    filter: Option<filter::Filter>,
    stream: Option<(Algorithm, hashing::Hasher)>,
    kinds: Vec<filter::EntryKind>,
    space: Vec<u8>,
    ends: Vec<u32>,
}

impl Inspector {
    /// Does nothing.
    ///
    /// # Errors
    ///
    /// None; the sandbox has some.
    pub fn prepare(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    /// The digest of some bytes.
    ///
    /// # Errors
    ///
    /// [`Fault::Lied`], never.
    pub fn digest(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Fault> {
        value(&hashing::digest(algorithm, data))
    }

    /// The digests of many byte strings.
    ///
    /// # Errors
    ///
    /// [`Fault::Batch`] where the columns do not fit together.
    pub fn digest_batch(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
        ends: &[u32],
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        out.clear();
        let batch = Batch::new(data, ends).map_err(batch_error)?;
        let digests = hashing::digest_batch(algorithm, batch);
        let digests = digests.chunks_exact(algorithm.digest_len());
        out.extend(digests.filter_map(Digest::from_bytes));
        Ok(())
    }

    /// The digests of many byte strings that `pour` writes.
    ///
    /// # Errors
    ///
    /// [`Fault::Batch`] where the columns do not fit together.
    pub fn digest_batch_with(
        &mut self,
        algorithm: Algorithm,
        room: usize,
        pour: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        let mut space = std::mem::take(&mut self.space);
        let mut ends = std::mem::take(&mut self.ends);
        space.resize(room, 0);
        ends.clear();
        let len = pour(&mut space, &mut ends).min(room);
        let data = space.get(..len).unwrap_or_default();
        let result = self.digest_batch(algorithm, data, &ends, out);
        (self.space, self.ends) = (space, ends);
        result
    }

    /// The partial digest of a file.
    ///
    /// # Errors
    ///
    /// None; the sandbox has some.
    pub fn partial(
        &mut self,
        first: &[u8],
        last: &[u8],
        size: u64,
    ) -> Result<PartialDigest, Fault> {
        Ok(hashing::partial(first, last, size))
    }

    /// Begins a digest that is made piece by piece.
    ///
    /// # Errors
    ///
    /// None; the sandbox has some.
    pub fn begin(&mut self, algorithm: Algorithm) -> Result<(), Fault> {
        let hasher = hashing::Hasher::new(algorithm);
        self.stream = Some((algorithm, hasher));
        Ok(())
    }

    /// Appends bytes to the digest that was begun.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`].
    pub fn update(&mut self, data: &[u8]) -> Result<(), Fault> {
        let (_, hasher) = self.stream.as_mut().ok_or(Fault::NoStream)?;
        hasher.update(data);
        Ok(())
    }

    /// Appends bytes that `pour` writes; returns how many.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`].
    pub fn update_with(
        &mut self,
        room: usize,
        pour: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<usize, Fault> {
        let (_, hasher) = self.stream.as_mut().ok_or(Fault::NoStream)?;
        self.space.resize(room, 0);
        let len = pour(&mut self.space).min(room);
        hasher.update(self.space.get(..len).unwrap_or_default());
        Ok(len)
    }

    /// The chaining value of a piece of an input.
    ///
    /// # Errors
    ///
    /// None; the sandbox has some.
    pub fn piece_with(
        &mut self,
        room: usize,
        offset: u64,
        pour: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<(usize, Result<ChainingValue, TreeError>), Fault> {
        self.space.resize(room, 0);
        let len = pour(&mut self.space).min(room);
        let data = self.space.get(..len).unwrap_or_default();
        Ok((len, tree::piece(data, offset)))
    }

    /// Joins the chaining values of two neighbours.
    ///
    /// # Errors
    ///
    /// None; the sandbox has some.
    pub fn join(
        &mut self,
        left: &ChainingValue,
        right: &ChainingValue,
        root: bool,
    ) -> Result<ChainingValue, Fault> {
        let lied = |_| Fault::Lied("there is nothing to join".to_owned());
        tree::join(left, right, root).map_err(lied)
    }

    /// Ends the digest that was begun.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`].
    pub fn finish(&mut self) -> Result<Digest, Fault> {
        let (_, mut hasher) = self.stream.take().ok_or(Fault::NoStream)?;
        value(&hasher.finish())
    }

    /// Sets the filter that the judgements below use.
    ///
    /// # Errors
    ///
    /// What is wrong with the specification.
    pub fn set_filter(
        &mut self,
        specification: &Specification,
    ) -> Result<(), FilterError> {
        let Specification { extensions, min_size, max_size, hidden } =
            specification.clone();
        let specification =
            filter::Specification { extensions, min_size, max_size, hidden };
        let compiled = filter::Filter::compile(&specification);
        self.filter = Some(compiled.map_err(filter_error)?);
        Ok(())
    }

    /// Whether [`judge_sizes`](Self::judge_sizes) can reject anything.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn needs_metadata(&self) -> Result<bool, Fault> {
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        Ok(filter.needs_metadata())
    }

    /// Judges a directory listing by name and kind.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`], or [`Fault::Batch`] where the columns do not fit
    /// together.
    pub fn judge_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let names =
            Batch::new(listing.names, listing.ends).map_err(batch_error)?;
        self.kinds.clear();
        self.kinds.extend(listing.kinds.iter().map(|&kind| kind_of(kind)));
        *out = filter.judge_names(names, &self.kinds).map_err(batch_error)?;
        Ok(())
    }

    /// Judges files by their sizes in bytes.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn judge_sizes(
        &mut self,
        sizes: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        *out = filter.judge_sizes(sizes);
        Ok(())
    }

    /// Parses a text of whole lines.
    ///
    /// # Errors
    ///
    /// [`Fault::Lied`], never.
    pub fn parse_checklist(
        &mut self,
        text: &[u8],
        algorithm: Option<Algorithm>,
        separator: Separator,
    ) -> Result<Checklist, Fault> {
        checklist_of(checklist::parse(text, algorithm, separator))
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector")
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

fn kind_of(kind: sanchay_sandbox::EntryKind) -> filter::EntryKind {
    match kind {
        sanchay_sandbox::EntryKind::File => filter::EntryKind::File,
        sanchay_sandbox::EntryKind::Directory => filter::EntryKind::Directory,
    }
}
