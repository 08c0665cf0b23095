//! The core's decisions, called natively: what the engine asks in place of
//! the sandbox when the sandbox's cost is measured. It must not see data that
//! is not trusted.

use std::fmt;

use sanchay::Inspect;
use sanchay_core::{batch, checklist, filter, hashing, tree};
use sanchay_sandbox::{
    Algorithm, BatchError, ChainingValue, Checklist, Digest, EntryKind,
    Expectation, Fault, FilterError, Listing, PartialDigest, Promise,
    Separator, Specification, TreeError,
};

/// One worker thread's own state.
#[derive(Default)]
pub struct NativeInspector {
    filter: Option<filter::Filter>,
    stream: Option<(Algorithm, hashing::Hasher)>,
    kinds: Vec<filter::EntryKind>,
    space: Vec<u8>,
    ends: Vec<u32>,
}

impl NativeInspector {
    /// The digests of many byte strings.
    ///
    /// # Errors
    /// [`Fault::Batch`] where the columns do not fit together.
    pub fn digest_batch(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
        ends: &[u32],
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        out.clear();
        let batch = batch::Batch::new(data, ends).map_err(batch_error)?;
        let digests = hashing::digest_batch(algorithm, batch);
        let digests = digests.chunks_exact(algorithm.digest_len());
        out.extend(digests.filter_map(Digest::from_bytes));
        Ok(())
    }
}

impl Inspect for NativeInspector {
    fn digest(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Fault> {
        value(&hashing::digest(algorithm, data))
    }

    fn digest_batch_with(
        &mut self,
        algorithm: Algorithm,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        let mut space = std::mem::take(&mut self.space);
        let mut ends = std::mem::take(&mut self.ends);
        space.resize(room, 0);
        ends.clear();
        let len = fill(&mut space, &mut ends).min(room);
        let data = space.get(..len).unwrap_or_default();
        let result = self.digest_batch(algorithm, data, &ends, out);
        (self.space, self.ends) = (space, ends);
        result
    }

    fn partial(
        &mut self,
        first: &[u8],
        last: &[u8],
        size: u64,
    ) -> Result<PartialDigest, Fault> {
        Ok(hashing::partial(first, last, size))
    }

    fn begin(&mut self, algorithm: Algorithm) -> Result<(), Fault> {
        let hasher = hashing::Hasher::new(algorithm);
        self.stream = Some((algorithm, hasher));
        Ok(())
    }

    fn update(&mut self, data: &[u8]) -> Result<(), Fault> {
        let (_, hasher) = self.stream.as_mut().ok_or(Fault::NoStream)?;
        hasher.update(data);
        Ok(())
    }

    fn update_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<usize, Fault> {
        let (_, hasher) = self.stream.as_mut().ok_or(Fault::NoStream)?;
        self.space.resize(room, 0);
        let len = fill(&mut self.space).min(room);
        hasher.update(self.space.get(..len).unwrap_or_default());
        Ok(len)
    }

    fn piece_with(
        &mut self,
        room: usize,
        offset: u64,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<(usize, Result<ChainingValue, TreeError>), Fault> {
        self.space.resize(room, 0);
        let len = fill(&mut self.space).min(room);
        let data = self.space.get(..len).unwrap_or_default();
        Ok((len, tree::piece(data, offset)))
    }

    fn join(
        &mut self,
        left: &ChainingValue,
        right: &ChainingValue,
        root: bool,
    ) -> Result<ChainingValue, Fault> {
        let lied = |_| Fault::Lied("there is nothing to join".to_owned());
        tree::join(left, right, root).map_err(lied)
    }

    fn finish(&mut self) -> Result<Digest, Fault> {
        let (_, mut hasher) = self.stream.take().ok_or(Fault::NoStream)?;
        value(&hasher.finish())
    }

    fn set_filter(
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

    fn needs_metadata(&self) -> Result<bool, Fault> {
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        Ok(filter.needs_metadata())
    }

    fn match_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let names = batch::Batch::new(listing.names, listing.ends)
            .map_err(batch_error)?;
        self.kinds.clear();
        self.kinds.extend(listing.kinds.iter().map(|&kind| kind_of(kind)));
        *out = filter.judge_names(names, &self.kinds).map_err(batch_error)?;
        Ok(())
    }

    fn match_sizes(
        &mut self,
        sizes: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        *out = filter.judge_sizes(sizes);
        Ok(())
    }

    fn parse_checklist(
        &mut self,
        text: &[u8],
        algorithm: Option<Algorithm>,
        separator: Separator,
    ) -> Result<Checklist, Fault> {
        checklist_of(checklist::parse(text, algorithm, separator))
    }
}

impl fmt::Debug for NativeInspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeInspector")
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

fn kind_of(kind: EntryKind) -> filter::EntryKind {
    match kind {
        EntryKind::File => filter::EntryKind::File,
        EntryKind::Directory => filter::EntryKind::Directory,
    }
}

fn value(digest: &[u8]) -> Result<Digest, Fault> {
    let lied = || Fault::Lied(format!("a digest of {} bytes", digest.len()));
    Digest::from_bytes(digest).ok_or_else(lied)
}

fn batch_error(error: batch::BatchError) -> Fault {
    use batch::BatchError as Logic;
    Fault::Batch(match error {
        Logic::EndOutOfOrder(index) => BatchError::EndOutOfOrder(index),
        Logic::EndPastData(index) => BatchError::EndPastData(index),
        Logic::TrailingData(bytes) => BatchError::TrailingData(bytes),
        Logic::ColumnLength(entries) => BatchError::ColumnLength(entries),
    })
}

fn filter_error(error: filter::SpecificationError) -> FilterError {
    use filter::SpecificationError as Logic;
    match error {
        Logic::EmptyExtension(index) => FilterError::EmptyExtension(index),
        Logic::ImpossibleExtension(index) => {
            FilterError::ImpossibleExtension(index)
        }
        Logic::EmptySizeRange => FilterError::EmptySizeRange,
    }
}

fn checklist_of(found: checklist::Checklist) -> Result<Checklist, Fault> {
    let checklist::Checklist { lines, promises, malformed, separator } = found;
    let promises = promises
        .into_iter()
        .map(|promise| {
            let checklist::Promise { line, path, expected } = promise;
            Ok(Promise { line, path, expected: expectation_of(expected)? })
        })
        .collect::<Result<_, Fault>>()?;
    Ok(Checklist { lines, promises, malformed, separator })
}

fn expectation_of(
    expected: checklist::Expectation,
) -> Result<Expectation, Fault> {
    use checklist::Expectation as Logic;
    Ok(match expected {
        Logic::Named(algorithm, digest) => {
            Expectation::Named(algorithm, value(&digest)?)
        }
        Logic::Unnamed(digest) => Expectation::Unnamed(value(&digest)?),
        Logic::Partial(digest, chunk) => Expectation::Partial(digest, chunk),
    })
}
