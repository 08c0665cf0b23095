//! The core's decisions, called natively: what the engine asks in place of
//! the sandbox when the sandbox's cost is measured. It must not see data that
//! is not trusted.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

use sanchay::Inspect;
use sanchay_core::batch::Batch;
use sanchay_core::filter::{Entries, Matcher};
use sanchay_core::ignore::{self, RuleSet, TooCostly};
use sanchay_core::keep::{ColumnsError, KeepRules};
use sanchay_core::naming::Namer;
use sanchay_core::plan::PlanReader;
use sanchay_core::record::RecordBatch;
use sanchay_core::{checklist, content_kind, hashing, tree};
use sanchay_sandbox::{
    Algorithm, BatchError, ChainingValue, Checklist, ChecksumEntry, Choice,
    Columns, ContentKind, Digest, Expectation, Fault, FilterError,
    IgnoreError, IgnoreFile, KeepColumns, KindSet, Line, Listing, Matches,
    Names, Naming, Offsets, PartialDigest, PlanError, Program, Refusal,
    Separator, TreeError,
};

/// One worker thread's own state.
#[derive(Default)]
pub struct NativeInspector {
    filter: Option<Matcher>,
    /// The rules of ignore files, by their numbers.
    rules: HashMap<u64, RuleSet>,
    stream: Option<(Algorithm, hashing::Hasher)>,
    naming: Option<(Namer, RecordBatch)>,
    plan: Option<PlanReader>,
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
        let batch = Batch::new(data, ends).map_err(batch_error)?;
        let digests = hashing::digest_batch(algorithm, batch);
        let digests = digests.chunks_exact(algorithm.digest_len());
        out.extend(digests.filter_map(Digest::from_bytes));
        Ok(())
    }

    /// Does something with byte strings that `fill` writes into `room` bytes.
    fn pour<R>(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        act: impl FnOnce(&mut Self, &[u8], &[u32]) -> R,
    ) -> R {
        let mut space = std::mem::take(&mut self.space);
        let mut ends = std::mem::take(&mut self.ends);
        space.resize(room, 0);
        ends.clear();
        let len = fill(&mut space, &mut ends).min(room);
        let data = space.get(..len).unwrap_or_default();
        let result = act(self, data, &ends);
        (self.space, self.ends) = (space, ends);
        result
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
        self.pour(room, fill, |it, data, ends| {
            it.digest_batch(algorithm, data, ends, out)
        })
    }

    fn classify_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<ContentKind>,
    ) -> Result<(), Fault> {
        self.pour(room, fill, |_, data, ends| {
            out.clear();
            let heads = Batch::new(data, ends).map_err(batch_error)?;
            out.extend(content_kind::classify(heads));
            Ok(())
        })
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
        let violation = |_| {
            Fault::ContractViolation("there is nothing to join".to_owned())
        };
        tree::join(left, right, root).map_err(violation)
    }

    fn finish(&mut self) -> Result<Digest, Fault> {
        let (_, mut hasher) = self.stream.take().ok_or(Fault::NoStream)?;
        value(&hasher.finish())
    }

    fn set_filter(&mut self, program: &Program) -> Result<(), FilterError> {
        let matcher = Matcher::compile(program);
        self.filter = Some(matcher.map_err(FilterError::Program)?);
        Ok(())
    }

    fn filter_columns(&self) -> Result<Columns, Fault> {
        Ok(self.filter.as_ref().ok_or(Fault::NoFilter)?.columns())
    }

    fn filter_kinds(&self) -> Result<KindSet, Fault> {
        Ok(self.filter.as_ref().ok_or(Fault::NoFilter)?.kinds())
    }

    fn match_names(
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

    fn add_rules(&mut self, file: &IgnoreFile) -> Result<(), IgnoreError> {
        if let Entry::Vacant(place) = self.rules.entry(file.id()) {
            let rules = RuleSet::parse(file.text(), file.place().clone());
            place.insert(rules.map_err(IgnoreError::Refused)?);
        }
        Ok(())
    }

    fn match_names_ignoring(
        &mut self,
        listing: &Listing<'_>,
        files: &[Arc<IgnoreFile>],
        out: &mut Matches,
    ) -> Result<(), IgnoreError> {
        for file in files {
            self.add_rules(file)?;
        }
        self.match_names(listing, out)?;
        let entries = named(listing).map_err(batch_error)?;
        let rules: Vec<&RuleSet> =
            files.iter().filter_map(|it| self.rules.get(&it.id())).collect();
        ignore::retain(out, &entries, &rules)
            .map_err(|TooCostly(index)| IgnoreError::TooCostly(index as usize))
    }

    fn match_metadata(
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

    fn parse_checklist(
        &mut self,
        text: &[u8],
        algorithm: Option<Algorithm>,
        separator: Separator,
    ) -> Result<Checklist, Fault> {
        checklist_of(checklist::parse(text, algorithm, separator))
    }

    fn begin_naming(
        &mut self,
        naming: &Naming,
        zone: &Offsets,
    ) -> Result<(), Fault> {
        let compiled = Namer::new(naming, zone.clone(), []);
        let (schema, namer) = compiled
            .map_err(|error| Fault::ContractViolation(error.to_string()))?;
        self.naming = Some((namer, RecordBatch::new(Arc::new(schema))));
        Ok(())
    }

    fn name_records(
        &mut self,
        data: &[u8],
        ends: &[u32],
    ) -> Result<Names, Fault> {
        let (namer, batch) = self.naming.as_mut().ok_or(Fault::NoStream)?;
        let records = Batch::new(data, ends).map_err(batch_error)?;
        let (mut names, mut name) = (Names::default(), Vec::new());
        for record in records.iter() {
            batch.clear();
            names.push(match batch.push_encoded(record) {
                Some(()) => {
                    namer.name(batch, 0, &mut name).map(|()| name.as_slice())
                }
                None => Err(Refusal::Unmatched),
            });
        }
        Ok(names)
    }

    fn begin_plan(&mut self, strict: bool) -> Result<(), Fault> {
        self.plan = Some(PlanReader::new(strict));
        Ok(())
    }

    fn read_plan(
        &mut self,
        text: &[u8],
    ) -> Result<Result<Vec<Line>, PlanError>, Fault> {
        Ok(self.plan.as_mut().ok_or(Fault::NoStream)?.read(text))
    }

    fn finish_plan(&mut self) -> Result<Result<(), PlanError>, Fault> {
        Ok(self.plan.as_mut().ok_or(Fault::NoStream)?.finish())
    }

    fn choose_kept(
        &mut self,
        rules: &[Vec<u8>],
        files: &KeepColumns,
    ) -> Result<Vec<Choice>, Fault> {
        let rules = KeepRules::new(rules).map_err(|_| Fault::NoStream)?;
        let files = files.files().map_err(batch_error)?;
        files.choose(&rules).map_err(|error| match error {
            ColumnsError::Batch(error) => batch_error(error),
            ColumnsError::Empty(_) => Fault::NoStream,
        })
    }
}

impl fmt::Debug for NativeInspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeInspector")
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

fn named<'a>(listing: &Listing<'a>) -> Result<Entries<'a>, BatchError> {
    let names = Batch::new(listing.names, listing.ends)?;
    Entries::named(listing.directory, names, listing.kinds)
}

fn value(digest: &[u8]) -> Result<Digest, Fault> {
    let violation = || {
        Fault::ContractViolation(format!("a digest of {} bytes", digest.len()))
    };
    Digest::from_bytes(digest).ok_or_else(violation)
}

fn batch_error(error: BatchError) -> Fault {
    Fault::Batch(error)
}

fn checklist_of(found: checklist::Checklist) -> Result<Checklist, Fault> {
    let checklist::Checklist { lines, entries, malformed, separator } = found;
    let entries = entries
        .into_iter()
        .map(|entry| {
            let checklist::ChecksumEntry { line, path, expected } = entry;
            Ok(ChecksumEntry {
                line,
                path,
                expected: expectation_of(expected)?,
            })
        })
        .collect::<Result<_, Fault>>()?;
    Ok(Checklist { lines, entries, malformed, separator })
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
