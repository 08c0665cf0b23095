//! Gives the rows of a plan new names, in the sandbox.

use std::{collections::HashMap, ops::ControlFlow, path::PathBuf, sync::Arc};

use sanchay_core::{
    content::Content,
    kind::EntryKind,
    naming::{Namer, Naming, Refusal},
    record::{FieldId, RecordBatch, Schema},
    template::{Piece, Template},
    time::{Offsets, TimeZone},
};
use sanchay_sandbox::Algorithm;

use super::{collect::Collected, conflict::ConflictKind, error::OpsError};
use crate::{
    engine::Engine,
    error::{EntryError, Error},
    hash::HashEvent,
    monitor::Monitor,
    pool::Pool,
};

/// How many records cross at once.
const ROWS: usize = 2048;

/// How many files are hashed at once.
const FILES: usize = 16 << 10;

/// A naming that was compiled, and what it needs to know.
#[derive(Debug)]
pub(super) struct Compiled {
    naming: Naming,
    pub(super) schema: Arc<Schema>,
}

impl Compiled {
    /// Compiles a naming.
    pub(super) fn new(naming: &Naming) -> Result<Self, OpsError> {
        let compiled = Namer::new(naming, TimeZone::UTC, []);
        let (schema, _) = compiled.map_err(OpsError::Naming)?;
        let naming = naming.clone();
        Ok(Self { naming, schema: Arc::new(schema) })
    }

    /// Whether it needs more than a row has.
    pub(super) fn needs_facts(&self) -> bool {
        self.schema.needs_facts()
            || self.schema.has(FieldId::User)
            || self.schema.has(FieldId::OwnerGroup)
    }

    /// Whether it needs digests.
    pub(super) fn needs_hashes(&self) -> bool {
        self.schema.has(FieldId::Hash)
    }

    /// What a refusal means for a plan.
    pub(super) fn conflict(&self, refusal: Refusal) -> ConflictKind {
        match refusal {
            Refusal::Missing(number) => {
                let text = self.placeholder(number);
                ConflictKind::NoValue(text.unwrap_or_default())
            }
            refusal => ConflictKind::Name(refusal),
        }
    }

    /// The placeholder of a number, as it was written.
    fn placeholder(&self, number: u32) -> Option<String> {
        let template: Template = self.naming.template.parse().ok()?;
        let mut values = template.pieces().iter().filter_map(|it| match it {
            Piece::Value(choices) => Some(choices),
            Piece::Text(_) => None,
        });
        let choices = values.nth(usize::try_from(number).ok()?)?;
        let choices: Vec<String> =
            choices.iter().map(ToString::to_string).collect();
        Some(choices.join("|"))
    }

    /// Names all rows, and passes each name on.
    pub(super) fn name_all(
        &self,
        pool: &Pool,
        collected: &Collected,
        hashes: &HashMap<u32, Content>,
        zone: &TimeZone,
        monitor: &Monitor,
        mut take: impl FnMut(u32, Result<&[u8], Refusal>) -> Result<(), OpsError>,
    ) -> Result<(), OpsError> {
        let offsets = Offsets::of(zone);
        let mut inspector = pool.inspector();
        let fault = |fault| OpsError::Run(Error::Sandbox(fault));
        inspector.begin_naming(&self.naming, &offsets).map_err(fault)?;
        let count = collected.places.rows.all.len();
        let mut batch = RecordBatch::new(Arc::clone(&self.schema));
        let (mut data, mut ends) = (Vec::new(), Vec::new());
        let columns = self.schema.columns();
        let mut next = 0;
        let (mut folder, mut parent) = (None, Vec::new());
        while next < count {
            if monitor.cancel.is_cancelled() {
                return Err(super::collect::cancelled());
            }
            batch.clear();
            data.clear();
            ends.clear();
            let first = next;
            while next < count && batch.len() < ROWS {
                let row = collected.places.rows.all.get(next);
                let own = row.map(|row| row.from.folder);
                if own != folder {
                    folder = own;
                    parent = collected.parent(next);
                }
                let at = u32::try_from(next).unwrap_or(u32::MAX);
                let content = hashes.get(&at).copied();
                collected.record(next, &parent, &mut batch, content);
                batch.encode_row(batch.len() - 1, columns, &mut data);
                let end = u32::try_from(data.len());
                ends.push(end.map_err(|_| OpsError::TooLarge)?);
                next += 1;
            }
            let names = inspector.name_records(&data, &ends);
            let names = names.map_err(fault)?;
            for (at, name) in (first..).zip(names.iter()) {
                let at = u32::try_from(at).map_err(|_| OpsError::TooLarge)?;
                take(at, name)?;
            }
        }
        pool.give_back(inspector);
        Ok(())
    }
}

/// The digests of the regular files among the rows, and those that could not
/// be read.
pub(super) fn hash_all(
    engine: &Engine,
    collected: &Collected,
    monitor: &Monitor,
) -> Result<(HashMap<u32, Content>, Vec<EntryError>), OpsError> {
    let rows = collected.places.rows.all.iter().enumerate();
    let files: Vec<usize> = rows
        .filter(|(_, row)| row.kind == EntryKind::File)
        .map(|(at, _)| at)
        .collect();
    let (mut found, mut errors) = (HashMap::new(), Vec::new());
    for some in files.chunks(FILES) {
        let path = |at: &usize| (collected.path(*at), *at);
        let numbers: HashMap<PathBuf, usize> = some.iter().map(path).collect();
        let paths = some.iter().map(|at| collected.path(*at));
        let request =
            engine.hash(paths).algorithm(Algorithm::Xxh3_128).monitor(monitor);
        request.for_each(|event| {
            match event {
                HashEvent::File(file) => {
                    let at = numbers.get(file.path());
                    let at = at.and_then(|at| u32::try_from(*at).ok());
                    found.extend(at.map(|at| (at, file.content)));
                }
                HashEvent::Error(error) => errors.push(error),
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok((found, errors))
}
