//! What decides whether a file that the caller named is wanted: its metadata,
//! and its contents where the filter asks for them. Its name does not.

use std::sync::Mutex;

use sanchay_core::filter::{Facts, Matcher, Program};
use sanchay_sandbox::{Columns, Fault, FilterError};
use sanchay_storage::{File, Metadata};
use sanchay_sync::lock;

use crate::{
    error::{Cause, Error},
    extract::Site,
    inspect::Inspect,
    media::MediaExtractor,
    options::WalkOptions,
    pool::Pool,
};

/// The filter of files that the caller names.
pub(crate) struct NamedFilter {
    matcher: Matcher,
    program: Program,
    /// What looks at contents, once that is needed.
    contents: Mutex<Option<Contents>>,
}

/// An extractor, and the filter in the sandbox that its values are for.
struct Contents {
    extractor: MediaExtractor,
    inspector: Box<dyn Inspect>,
    columns: Columns,
}

impl NamedFilter {
    /// The filter of a walk.
    pub(crate) fn new(options: &WalkOptions) -> Result<Self, Error> {
        let program = options.filter.program().map_err(Error::Filter)?;
        let matcher = Matcher::compile(&program);
        // A program that was made here is one.
        let matcher = matcher.map_err(|why| Error::Option {
            option: "filter",
            why: why.to_string(),
        })?;
        Ok(Self { matcher, program, contents: Mutex::default() })
    }

    /// Whether a file may be wanted, as far as its metadata tells.
    pub(crate) fn wants(&self, metadata: &Metadata) -> bool {
        self.matcher.wants_named(metadata.into())
    }

    /// Whether an open file is wanted that [`wants`](Self::wants) let through.
    pub(crate) fn wants_contents(
        &self,
        pool: &Pool,
        file: &File,
        site: Site<'_>,
        metadata: &Metadata,
    ) -> Result<bool, Cause> {
        if self.matcher.columns().of_contents().is_empty() {
            return Ok(true);
        }
        let mut contents = lock(&self.contents);
        let contents = match &mut *contents {
            Some(contents) => contents,
            empty => empty.insert(Contents::new(pool, &self.program)?),
        };
        contents.want(file, site, metadata)
    }
}

impl Contents {
    fn new(pool: &Pool, program: &Program) -> Result<Self, Cause> {
        let extractor = MediaExtractor::new().map_err(Cause::Sandbox)?;
        let (mut inspector, _) = pool.fresh_inspector();
        inspector.set_filter(program).map_err(|error| {
            Cause::Sandbox(match error {
                FilterError::Fault(fault) => fault,
                other => Fault::ContractViolation(other.to_string()),
            })
        })?;
        let columns = inspector.filter_columns().map_err(Cause::Sandbox)?;
        Ok(Self { extractor, inspector, columns })
    }

    fn want(
        &mut self,
        file: &File,
        site: Site<'_>,
        metadata: &Metadata,
    ) -> Result<bool, Cause> {
        let Self { extractor, inspector, columns } = self;
        let mut values = Vec::new();
        extractor.extract(Some(file), site, metadata, &mut values)?;
        let of_metadata = columns.of_metadata();
        let of_contents = columns.of_contents();
        let mut numbers = Vec::new();
        let facts = std::iter::once(Facts::from(metadata));
        of_metadata.push(facts, &mut numbers);
        let values = std::iter::once(values.as_slice());
        of_contents.push_contents(values, &mut numbers);
        let columns = of_metadata.with(of_contents);
        let mut wanted = Vec::new();
        inspector
            .match_metadata(1, None, columns, &numbers, &mut wanted)
            .map_err(Cause::Sandbox)?;
        Ok(!wanted.is_empty())
    }
}
