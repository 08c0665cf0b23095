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
    filter_values::FilterValues,
    inspect::Inspect,
    options::WalkOptions,
    plugins::Plugins,
    pool::Pool,
};

/// The filter of files that the caller names.
pub(crate) struct NamedFilter {
    matcher: Matcher,
    program: Program,
    plugins: Plugins,
    /// Whether files that were named are looked at: they have no path below
    /// their root, and are in the first part of it.
    is_first: bool,
    /// What looks at contents, once that is needed.
    contents: Mutex<Option<Contents>>,
}

/// What tells values, and the filter in the sandbox that they are for.
struct Contents {
    values: FilterValues,
    inspector: Box<dyn Inspect>,
    columns: Columns,
}

impl NamedFilter {
    /// The filter of a walk.
    pub(crate) fn new(options: &WalkOptions) -> Result<Self, Error> {
        let program = options.program()?;
        let matcher = Matcher::compile(&program);
        // A program that was made here is one.
        let matcher = matcher.map_err(|why| Error::Option {
            option: "filter",
            why: why.to_string(),
        })?;
        options.check_range()?;
        let range = options.range.as_ref();
        let is_first = range.is_none_or(|it| it.has(b"", b""));
        let plugins = options.plugins.clone();
        let contents = Mutex::default();
        Ok(Self { matcher, program, plugins, is_first, contents })
    }

    /// What the filter looks at.
    pub(crate) fn columns(&self) -> Columns {
        self.matcher.columns()
    }

    /// The filter's program.
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// Whether a file may be wanted, as far as its metadata tells.
    pub(crate) fn wants(&self, metadata: &Metadata) -> bool {
        self.is_first && self.matcher.wants_named(metadata.into())
    }

    /// Whether an open file is wanted that [`wants`](Self::wants) let through.
    pub(crate) fn wants_contents(
        &self,
        pool: &Pool,
        file: &File,
        site: Site<'_>,
        metadata: &Metadata,
    ) -> Result<bool, Cause> {
        let columns = self.matcher.columns().of_contents();
        if columns.without(self.program.results()).is_empty() {
            return Ok(true);
        }
        let mut contents = lock(&self.contents);
        let contents = match &mut *contents {
            Some(contents) => contents,
            empty => {
                let new = Contents::new(pool, &self.program, &self.plugins)?;
                match new {
                    Some(new) => empty.insert(new),
                    None => return Ok(true),
                }
            }
        };
        contents.want(file, site, metadata)
    }
}

impl Contents {
    fn new(
        pool: &Pool,
        program: &Program,
        plugins: &Plugins,
    ) -> Result<Option<Self>, Cause> {
        let (mut inspector, _) = pool.fresh_inspector();
        inspector.set_filter(program).map_err(|error| {
            Cause::Sandbox(match error {
                FilterError::Fault(fault) => fault,
                other => Fault::ContractViolation(other.to_string()),
            })
        })?;
        let columns = inspector.filter_columns().map_err(Cause::Sandbox)?;
        let columns = columns.without(program.results());
        let values = FilterValues::new(columns, program, plugins);
        let values = values.map_err(Cause::Sandbox)?;
        Ok(values.map(|values| Self { values, inspector, columns }))
    }

    fn want(
        &mut self,
        file: &File,
        site: Site<'_>,
        metadata: &Metadata,
    ) -> Result<bool, Cause> {
        let Self { values, inspector, columns } = self;
        let mut found = Vec::new();
        let mut failure = None;
        let error = &mut |_, cause| {
            failure.get_or_insert(cause);
        };
        values.look_at(Some(file), site, metadata, &mut found, error);
        if let Some(cause) = failure {
            return Err(cause);
        }
        let of_metadata = columns.of_metadata();
        let of_contents = columns.of_contents();
        let mut numbers = Vec::new();
        let facts = std::iter::once(Facts::from(metadata));
        of_metadata.push(facts, &mut numbers);
        values.push(of_contents, 1, &found, &mut numbers);
        let columns = of_metadata.with(of_contents);
        let mut wanted = Vec::new();
        inspector
            .match_metadata(1, None, columns, &numbers, &mut wanted)
            .map_err(Cause::Sandbox)?;
        Ok(!wanted.is_empty())
    }
}
