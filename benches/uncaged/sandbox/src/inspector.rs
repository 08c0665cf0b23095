//! The calls, answered natively.

use std::fmt;

use sanchay_core::batch::Batch;
use sanchay_core::filter::{Entries, Matcher};
use sanchay_core::{checklist, hashing, tree};
use sanchay_sandbox::{
    Algorithm, BatchError, ChainingValue, Checklist, Columns, Digest, Fault,
    FilterError, KindSet, Listing, Matches, PartialDigest, Program, Separator,
    TreeError,
};

use crate::convert::{batch_error, checklist_of, value};

/// One worker thread's own state.
#[derive(Default)]
pub struct Inspector {
    filter: Option<Matcher>,
    stream: Option<(Algorithm, hashing::Hasher)>,
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

    /// Sets the filter that the calls below ask.
    ///
    /// # Errors
    ///
    /// What is wrong with the program.
    pub fn set_filter(
        &mut self,
        program: &Program,
    ) -> Result<(), FilterError> {
        let matcher = Matcher::compile(program);
        self.filter = Some(matcher.map_err(FilterError::Program)?);
        Ok(())
    }

    /// What [`match_metadata`](Self::match_metadata) has to know.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn filter_columns(&self) -> Result<Columns, Fault> {
        Ok(self.filter.as_ref().ok_or(Fault::NoFilter)?.columns())
    }

    /// The kinds of entries that may be wanted.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn filter_kinds(&self) -> Result<KindSet, Fault> {
        Ok(self.filter.as_ref().ok_or(Fault::NoFilter)?.kinds())
    }

    /// Asks about a directory listing by name and kind.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`], or [`Fault::Batch`] where the columns do not fit
    /// together.
    pub fn match_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Matches,
    ) -> Result<(), Fault> {
        *out = Matches::default();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let entries = named(listing).map_err(batch_error)?;
        *out = filter.match_names(&entries);
        Ok(())
    }

    /// Asks about the metadata of entries.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`], or [`Fault::Batch`] where the columns do not fit
    /// together.
    pub fn match_metadata(
        &mut self,
        entries: usize,
        listing: Option<&Listing<'_>>,
        columns: Columns,
        values: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let listed = listing.map(named).transpose().map_err(batch_error)?;
        let entries = Entries::measured(entries, listed, columns, values);
        *out = filter.match_metadata(&entries.map_err(batch_error)?);
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

fn named<'a>(listing: &Listing<'a>) -> Result<Entries<'a>, BatchError> {
    Entries::named(Batch::new(listing.names, listing.ends)?, listing.kinds)
}
