//! Who looks at untrusted names and bytes: the one seam between the engine
//! and what decides.

use std::{fmt, sync::Arc};

use sanchay_sandbox::{
    Algorithm, ChainingValue, Checklist, Choice, Columns, ContentKind, Digest,
    Fault, FilterError, IgnoreError, IgnoreFile, Inspector, KeepColumns,
    KindSet, Line, Listing, Matches, Names, Naming, Offsets, PartialDigest,
    PlanError, Program, Separator, TreeError,
};

/// Answers questions about untrusted names and bytes, for one thread at a
/// time. Its calls take batches, so that what one costs hardly shows.
///
/// The engine's own is an instance in the sandbox. Another exists to be
/// measured: it must not see data that is not trusted.
pub trait Inspect: fmt::Debug + Send {
    /// Sets the filter that the calls below ask.
    ///
    /// # Errors
    /// What is wrong with the program, or went wrong.
    fn set_filter(&mut self, program: &Program) -> Result<(), FilterError>;

    /// What [`match_metadata`](Self::match_metadata) has to know. Where that
    /// is nothing, it would reject no entry.
    ///
    /// # Errors
    /// [`Fault::NoFilter`].
    fn filter_columns(&self) -> Result<Columns, Fault>;

    /// The kinds of entries that may be wanted.
    ///
    /// # Errors
    /// [`Fault::NoFilter`].
    fn filter_kinds(&self) -> Result<KindSet, Fault>;

    /// Asks about a directory listing by name and kind. Afterwards `out`
    /// holds the indices of the entries that are wanted and of the
    /// directories to enter, ascending.
    ///
    /// # Errors
    /// What went wrong.
    fn match_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Matches,
    ) -> Result<(), Fault>;

    /// Parses an ignore file that the call below will need.
    ///
    /// # Errors
    /// What is wrong with its rules, or went wrong.
    fn add_rules(&mut self, file: &IgnoreFile) -> Result<(), IgnoreError>;

    /// As [`match_names`](Self::match_names), without what is ignored: the
    /// last of these files decides that has a rule for an entry.
    ///
    /// # Errors
    /// [`IgnoreError::TooCostly`], and what else went wrong.
    fn match_names_ignoring(
        &mut self,
        listing: &Listing<'_>,
        files: &[Arc<IgnoreFile>],
        out: &mut Matches,
    ) -> Result<(), IgnoreError>;

    /// Asks about the metadata of so many entries: `values` has the numbers
    /// of these columns in their order, each for all entries. Afterwards `out`
    /// holds the indices of those that are wanted, ascending.
    ///
    /// # Errors
    /// What went wrong.
    fn match_metadata(
        &mut self,
        entries: usize,
        listing: Option<&Listing<'_>>,
        columns: Columns,
        values: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault>;

    /// The digest of some bytes.
    ///
    /// # Errors
    /// What went wrong.
    fn digest(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Fault>;

    /// The digests of many byte strings, which `fill` writes into `room`
    /// bytes, end to end, with a list of where each ends. It returns how many
    /// bytes it wrote.
    ///
    /// # Errors
    /// What went wrong.
    fn digest_batch_with(
        &mut self,
        algorithm: Algorithm,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault>;

    /// The partial digest of a file, from its ends and its size.
    ///
    /// # Errors
    /// What went wrong.
    fn partial(
        &mut self,
        first: &[u8],
        last: &[u8],
        size: u64,
    ) -> Result<PartialDigest, Fault>;

    /// Begins a digest that is made piece by piece.
    ///
    /// # Errors
    /// What went wrong.
    fn begin(&mut self, algorithm: Algorithm) -> Result<(), Fault>;

    /// Appends bytes to the digest that was begun.
    ///
    /// # Errors
    /// [`Fault::NoStream`], and what else went wrong.
    fn update(&mut self, data: &[u8]) -> Result<(), Fault>;

    /// Appends bytes that `fill` writes into `room` bytes. Returns how many.
    ///
    /// # Errors
    /// [`Fault::NoStream`], and what else went wrong.
    fn update_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<usize, Fault>;

    /// Ends the digest that was begun.
    ///
    /// # Errors
    /// [`Fault::NoStream`], and what else went wrong.
    fn finish(&mut self) -> Result<Digest, Fault>;

    /// BLAKE3's chaining value of a piece of an input, which `fill` writes
    /// into `room` bytes, and how long the piece is.
    ///
    /// # Errors
    /// What went wrong.
    fn piece_with(
        &mut self,
        room: usize,
        offset: u64,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<(usize, Result<ChainingValue, TreeError>), Fault>;

    /// Joins the chaining values of two neighbours.
    ///
    /// # Errors
    /// What went wrong.
    fn join(
        &mut self,
        left: &ChainingValue,
        right: &ChainingValue,
        root: bool,
    ) -> Result<ChainingValue, Fault>;

    /// The kinds of content of many files, whose first bytes `fill` writes
    /// into `room` bytes, end to end, with a list of where each ends. It
    /// returns how many bytes it wrote.
    ///
    /// # Errors
    /// What went wrong.
    fn classify_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<ContentKind>,
    ) -> Result<(), Fault>;

    /// Parses whole lines of a list of digests.
    ///
    /// # Errors
    /// What went wrong.
    fn parse_checklist(
        &mut self,
        text: &[u8],
        algorithm: Option<Algorithm>,
        separator: Separator,
    ) -> Result<Checklist, Fault>;

    /// Begins to name the files of a run.
    ///
    /// # Errors
    /// What went wrong.
    fn begin_naming(
        &mut self,
        naming: &Naming,
        zone: &Offsets,
    ) -> Result<(), Fault>;

    /// Names the files that come next, by their encoded records.
    ///
    /// # Errors
    /// [`Fault::NoStream`], and what else went wrong.
    fn name_records(
        &mut self,
        data: &[u8],
        ends: &[u32],
    ) -> Result<Names, Fault>;

    /// Begins to read a plan or a journal; one that was cut or edited is
    /// refused if `strict`.
    ///
    /// # Errors
    /// What went wrong.
    fn begin_plan(&mut self, strict: bool) -> Result<(), Fault>;

    /// Reads whole lines of the document that was begun.
    ///
    /// # Errors
    /// [`Fault::NoStream`], and what else went wrong; the inner error is what
    /// is wrong with a line.
    fn read_plan(
        &mut self,
        text: &[u8],
    ) -> Result<Result<Vec<Line>, PlanError>, Fault>;

    /// Ends the document that was begun.
    ///
    /// # Errors
    /// As [`read_plan`](Self::read_plan).
    fn finish_plan(&mut self) -> Result<Result<(), PlanError>, Fault>;

    /// Chooses the file of each group of equal ones that stays, by rules that
    /// are known to be good.
    ///
    /// # Errors
    /// What went wrong.
    fn choose_kept(
        &mut self,
        rules: &[Vec<u8>],
        files: &KeepColumns,
    ) -> Result<Vec<Choice>, Fault>;
}

impl Inspect for Inspector {
    fn set_filter(&mut self, program: &Program) -> Result<(), FilterError> {
        Self::set_filter(self, program)
    }

    fn filter_columns(&self) -> Result<Columns, Fault> {
        Self::filter_columns(self)
    }

    fn filter_kinds(&self) -> Result<KindSet, Fault> {
        Self::filter_kinds(self)
    }

    fn match_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Matches,
    ) -> Result<(), Fault> {
        Self::match_names(self, listing, out)
    }

    fn add_rules(&mut self, file: &IgnoreFile) -> Result<(), IgnoreError> {
        Self::add_rules(self, file)
    }

    fn match_names_ignoring(
        &mut self,
        listing: &Listing<'_>,
        files: &[Arc<IgnoreFile>],
        out: &mut Matches,
    ) -> Result<(), IgnoreError> {
        Self::match_names_ignoring(self, listing, files, out)
    }

    fn match_metadata(
        &mut self,
        entries: usize,
        listing: Option<&Listing<'_>>,
        columns: Columns,
        values: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        Self::match_metadata(self, entries, listing, columns, values, out)
    }

    fn digest(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Fault> {
        Self::digest(self, algorithm, data)
    }

    fn digest_batch_with(
        &mut self,
        algorithm: Algorithm,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        Self::digest_batch_with(self, algorithm, room, fill, out)
    }

    fn partial(
        &mut self,
        first: &[u8],
        last: &[u8],
        size: u64,
    ) -> Result<PartialDigest, Fault> {
        Self::partial(self, first, last, size)
    }

    fn begin(&mut self, algorithm: Algorithm) -> Result<(), Fault> {
        Self::begin(self, algorithm)
    }

    fn update(&mut self, data: &[u8]) -> Result<(), Fault> {
        Self::update(self, data)
    }

    fn update_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<usize, Fault> {
        Self::update_with(self, room, fill)
    }

    fn finish(&mut self) -> Result<Digest, Fault> {
        Self::finish(self)
    }

    fn piece_with(
        &mut self,
        room: usize,
        offset: u64,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<(usize, Result<ChainingValue, TreeError>), Fault> {
        Self::piece_with(self, room, offset, fill)
    }

    fn join(
        &mut self,
        left: &ChainingValue,
        right: &ChainingValue,
        root: bool,
    ) -> Result<ChainingValue, Fault> {
        Self::join(self, left, right, root)
    }

    fn classify_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<ContentKind>,
    ) -> Result<(), Fault> {
        Self::classify_with(self, room, fill, out)
    }

    fn parse_checklist(
        &mut self,
        text: &[u8],
        algorithm: Option<Algorithm>,
        separator: Separator,
    ) -> Result<Checklist, Fault> {
        Self::parse_checklist(self, text, algorithm, separator)
    }

    fn begin_naming(
        &mut self,
        naming: &Naming,
        zone: &Offsets,
    ) -> Result<(), Fault> {
        Self::begin_naming(self, naming, zone)
    }

    fn name_records(
        &mut self,
        data: &[u8],
        ends: &[u32],
    ) -> Result<Names, Fault> {
        Self::name_records(self, data, ends)
    }

    fn begin_plan(&mut self, strict: bool) -> Result<(), Fault> {
        Self::begin_plan(self, strict)
    }

    fn read_plan(
        &mut self,
        text: &[u8],
    ) -> Result<Result<Vec<Line>, PlanError>, Fault> {
        Self::read_plan(self, text)
    }

    fn finish_plan(&mut self) -> Result<Result<(), PlanError>, Fault> {
        Self::finish_plan(self)
    }

    fn choose_kept(
        &mut self,
        rules: &[Vec<u8>],
        files: &KeepColumns,
    ) -> Result<Vec<Choice>, Fault> {
        Self::choose_kept(self, rules, files)
    }
}
