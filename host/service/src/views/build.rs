//! Makes a view: looks at all records of its source, once.

use std::{io, sync::Arc};

use sanchay::Engine;
use sanchay_core::record::{RecordBatch, SortFields, SortOrder};
use tokio::runtime::Handle;

use super::{
    View,
    list::{ListWriter, RowList},
    matching::Matching,
    sorter::Sorter,
};
use crate::{
    jobs::options::wrong, problem::Problem, results::row::Kept, roots::Roots,
};

/// How many records are read at a time.
const TOGETHER: usize = 8192;

/// Makes a view, in a thread that may wait.
pub(super) fn build(
    handle: &Handle,
    engine: &Engine,
    roots: &Roots,
    view: &View,
) -> Result<RowList, Problem> {
    let definition = &view.definition;
    let total = handle.block_on(view.reader.ready())?;
    let changes = &definition.changes;
    if definition.filter.is_none()
        && definition.sort.is_none()
        && changes.is_empty()
    {
        return Ok(RowList::All(total));
    }
    if u32::try_from(total).is_err() {
        return Err(Problem::invalid(
            "More than 4,294,967,295 records can be neither filtered nor \
             sorted.",
        ));
    }
    let mut matching = match &definition.filter {
        Some(text) => Some(Matching::new(engine, roots, text)?),
        None => None,
    };
    let mut order = match &definition.sort {
        Some(text) => Some(Sorting::new(view, text)?),
        None => None,
    };
    let mut list = ListWriter::default();
    let (mut from, mut found) = (0_u64, 0_u64);
    while from < total {
        let batch = handle.block_on(view.reader.range(from, TOGETHER))?;
        if batch.is_empty() {
            break;
        }
        let mut rows: Vec<u32> = match &mut matching {
            Some(matching) => matching.rows(&batch)?,
            None => (0..).take(batch.len()).collect(),
        };
        if !changes.is_empty() {
            rows.retain(|row| is_of(&batch, *row, changes));
        }
        let first = u32::try_from(from).unwrap_or(u32::MAX);
        match &mut order {
            Some(order) => order.push(&batch, &rows, first)?,
            None => {
                for row in &rows {
                    list.push(first.saturating_add(*row)).map_err(failed)?;
                }
            }
        }
        found = found.saturating_add(rows.len() as u64);
        from = from.saturating_add(batch.len() as u64);
        view.tell(from, found);
    }
    debug_assert!(order.is_some() || list.count() == found);
    match order {
        Some(order) => order.sorter.finish().map_err(failed),
        None => list.finish().map_err(failed),
    }
}

/// Whether a record tells of a change of one of these kinds.
fn is_of(batch: &RecordBatch, row: u32, changes: &[String]) -> bool {
    let row = usize::try_from(row).unwrap_or(usize::MAX);
    let change = Kept::new(batch, row).change();
    change.is_some_and(|it| changes.iter().any(|wanted| wanted == it.name()))
}

/// Records that are being put in order.
struct Sorting {
    order: SortOrder,
    /// The fields that the order looks at.
    fields: RecordBatch,
    sorter: Sorter,
    key: Vec<u8>,
}

impl Sorting {
    fn new(view: &View, text: &str) -> Result<Self, Problem> {
        let fields: SortFields =
            text.parse().map_err(|why: String| wrong("sort", &why))?;
        let schema = view.reader.shape().shown();
        let order = fields
            .resolve(&schema)
            .map_err(|error| wrong("sort", &error.to_string()))?;
        let schema = Arc::new(schema.choose(&order.fields()));
        let fields = RecordBatch::new(schema);
        let (sorter, key) = (Sorter::default(), Vec::new());
        Ok(Self { order, fields, sorter, key })
    }

    fn push(
        &mut self,
        batch: &RecordBatch,
        rows: &[u32],
        first: u32,
    ) -> Result<(), Problem> {
        self.fields.clear();
        for row in rows {
            let row = usize::try_from(*row).unwrap_or(usize::MAX);
            Kept::new(batch, row).push_to(&mut self.fields);
        }
        for (at, row) in rows.iter().enumerate() {
            self.key.clear();
            self.order.push_key(&self.fields, at, &mut self.key);
            // What is equal in all fields is in the order of paths.
            if let Some(paths) = self.fields.paths()
                && let Some(path) = paths.get(at)
            {
                self.key.extend_from_slice(path.parent);
                self.key.extend_from_slice(path.name);
            }
            let row = first.saturating_add(*row);
            self.sorter.push(&self.key, row).map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(error: io::Error) -> Problem {
    tracing::error!(%error, "records cannot be put in order");
    let why = "The records cannot be put in order: there is no room for \
               temporary files.";
    Problem::internal(why)
}
