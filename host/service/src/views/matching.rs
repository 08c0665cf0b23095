//! Which records a filter lets through: asked in the sandbox, as in a walk.

use sanchay::{Engine, EntryKind, Filter, FilterInstance, KnownEntry};
use sanchay_core::record::RecordBatch;

use crate::{
    jobs::options::{clock, parse},
    problem::Problem,
    results::row::Kept,
    roots::Roots,
};

/// A filter of records.
#[derive(Debug)]
pub(crate) struct Matching<'a> {
    filter: FilterInstance,
    roots: &'a Roots,
}

impl<'a> Matching<'a> {
    /// By an expression. Hidden entries and all kinds of them are looked at:
    /// what is in the results was wanted.
    pub(crate) fn new(
        engine: &Engine,
        roots: &'a Roots,
        text: &str,
    ) -> Result<Self, Problem> {
        let mut filter = Filter::default().hidden(true);
        for kind in EntryKind::ALL {
            filter = filter.kind(kind);
        }
        let filter = filter.test(parse(text, &clock())?);
        let filter = engine
            .filter(&filter)
            .map_err(|error| Problem::invalid(error.to_string()))?;
        Ok(Self { filter, roots })
    }

    /// The records of a batch that are let through, ascending.
    pub(crate) fn rows(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<Vec<u32>, Problem> {
        let paths: Vec<Vec<u8>> = (0..batch.len())
            .map(|row| {
                let (parent, name) = Kept::new(batch, row).path();
                let path = [parent, name].concat();
                self.below(path)
            })
            .collect();
        let entries: Vec<KnownEntry<'_>> = paths
            .iter()
            .enumerate()
            .map(|(row, path)| {
                let kept = Kept::new(batch, row);
                let slash = path.iter().rposition(|byte| *byte == b'/');
                let (directory, name) =
                    path.split_at(slash.map_or(0, |at| at + 1));
                let kind = kept.kind().unwrap_or(EntryKind::File);
                KnownEntry { directory, name, kind, facts: kept.facts() }
            })
            .collect();
        self.filter.match_entries(&entries).map_err(|fault| {
            tracing::error!(%fault, "a filter failed");
            Problem::invalid(format!("The filter failed: {fault}."))
        })
    }

    /// A path below its root, as expressions see it.
    fn below(&self, path: Vec<u8>) -> Vec<u8> {
        use sanchay_names::OsStrExt as _;
        let whole = std::path::Path::new(std::ffi::OsStr::from_bytes(&path));
        match self.roots.containing(whole) {
            Some((_, rest)) if !rest.as_os_str().is_empty() => {
                rest.as_os_str().as_bytes().to_vec()
            }
            _ => path,
        }
    }
}
