//! Records that are in no job: the files of a snapshot, which are read from
//! the catalog by their numbers, and what differs between two, which is kept
//! in a temporary file.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use sanchay_catalog::{
    Catalog, CatalogError, Difference, Side, Snapshot, SnapshotOptions,
};
use sanchay_core::record::{RecordBatch, Row, Schema};
use sanchay_names::OsStrExt as _;
use sanchay_system::files;

use super::shape::Shape;
use crate::{
    app::App,
    growth::Growth,
    problem::Problem,
    shelf::{Shelf, Slot},
    snapshots::{SnapshotKey, unreadable},
    views::{ListWriter, RowList},
};

/// How many listings are kept, for how long, and how many are made at a time.
const MOST: usize = 16;
const KEPT: Duration = Duration::from_secs(60 * 60);
const TOGETHER: usize = 2;

/// How many records are encoded at a time.
const SOME: usize = 128;

/// The listings of a service.
pub(crate) type Listings = Shelf<Listing>;

/// Records that can be read by their numbers.
#[derive(Debug)]
pub(crate) enum Listing {
    /// The files of a snapshot.
    Snapshot {
        catalog: Arc<Catalog>,
        roots: Vec<PathBuf>,
        /// Their numbers in the catalog.
        numbers: RowList,
    },
    /// What differs between two.
    Diff {
        records: Records,
        /// The same by folder.
        growth: Growth,
    },
}

/// A listing that is being made, or is ready.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) slot: Arc<Slot<Listing>>,
    pub(crate) shape: Shape,
}

/// Room for listings.
pub(crate) fn room() -> Listings {
    Shelf::new(MOST, KEPT, TOGETHER)
}

/// The files of a snapshot.
pub(crate) fn snapshot(app: &Arc<App>, snapshot: Snapshot) -> Listed {
    let SnapshotKey { number, taken } = SnapshotKey::of(&snapshot);
    let catalog = Arc::clone(&app.catalog);
    let slot = app.listings.get(&format!("{number} {taken}"), move || {
        let all = catalog.numbers_of(&snapshot);
        let all = all.map_err(|error| unreadable(&error))?;
        let mut numbers = ListWriter::default();
        for number in all {
            let number = u32::try_from(number).map_err(|_| {
                Problem::conflict("The catalog has too many files.")
            })?;
            numbers.push(number).map_err(|error| failed(&error))?;
        }
        let numbers = numbers.finish().map_err(|error| failed(&error))?;
        Ok(Listing::Snapshot { catalog, roots: snapshot.roots, numbers })
    });
    Listed { slot, shape: Shape::OF_SNAPSHOTS }
}

/// What differs between two snapshots.
pub(crate) fn diff(app: &Arc<App>, a: Snapshot, b: Snapshot) -> Listed {
    let [of_a, of_b] = [&a, &b].map(SnapshotKey::of);
    let key = format!(
        "{} {} {} {}",
        of_a.number, of_a.taken, of_b.number, of_b.taken
    );
    let shape = Shape::OF_DIFFERENCES;
    let theirs = Arc::clone(app);
    let slot = app.listings.get(&key, move || {
        // Of two snapshots, everything is compared.
        let options = SnapshotOptions::default();
        let sides = [a, b].map(|it| Side::Snapshot(Box::new(it)));
        let [a, b] = &sides;
        let found = theirs
            .catalog
            .diff(&theirs.engine, a, b, &options, |_| {
                std::ops::ControlFlow::Continue(())
            })
            .map_err(|error| match error {
                error @ CatalogError::Incomparable { .. } => {
                    Problem::invalid(error.to_string())
                }
                error => unreadable(&error),
            })?;
        let growth = Growth::of(&found.all);
        let records = Records::write(&shape.kept(), &found.all);
        let records = records.map_err(|error| failed(&error))?;
        Ok(Listing::Diff { records, growth })
    });
    Listed { slot, shape }
}

impl Listing {
    /// How many records it has.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Snapshot { numbers, .. } => numbers.len(),
            Self::Diff { records, .. } => records.ends.len() as u64,
        }
    }

    /// These records, in this order.
    ///
    /// # Errors
    /// 409 where one of them is not there any more.
    pub(crate) fn rows(
        &self,
        schema: &Arc<Schema>,
        rows: &[u64],
    ) -> Result<RecordBatch, Problem> {
        let mut batch = RecordBatch::new(Arc::clone(schema));
        match self {
            Self::Snapshot { catalog, roots, numbers } => {
                let numbers = chosen(numbers, rows);
                let numbers = numbers.map_err(|error| failed(&error))?;
                let files = catalog.numbered(&numbers);
                for file in files.map_err(|error| unreadable(&error))? {
                    let file = file.ok_or_else(gone)?;
                    let of = roots.iter().map(|it| it.as_os_str().as_bytes());
                    let root = of
                        .filter(|root| file.path.starts_with(root))
                        .max_by_key(|root| root.len());
                    let facts = file.version.facts();
                    batch.push(&Row {
                        name: &file.path,
                        size: Some(file.version.size),
                        modified: Some(file.version.modified()),
                        content: file.version.content(),
                        kind: Some(file.version.kind),
                        root,
                        facts: Some(&facts),
                        ..Row::default()
                    });
                }
            }
            Self::Diff { records, .. } => {
                let mut bytes = Vec::new();
                for row in rows {
                    let record = records.read(*row, &mut bytes);
                    record.map_err(|error| failed(&error))?;
                    batch.push_encoded(&bytes).ok_or_else(gone)?;
                }
            }
        }
        Ok(batch)
    }
}

/// The entries of a list at these places; those that follow each other are
/// read together.
fn chosen(list: &RowList, rows: &[u64]) -> io::Result<Vec<u64>> {
    let mut all = Vec::with_capacity(rows.len());
    let mut left = rows;
    while let Some(first) = left.first() {
        let follows =
            |(at, row): &(u64, &u64)| first.checked_add(*at) == Some(**row);
        let together = (0..).zip(left).take_while(follows).count();
        let (these, rest) = left.split_at(together.max(1));
        all.extend(list.page(*first, these.len() as u64)?);
        left = rest;
    }
    Ok(all)
}

/// Records in a temporary file, one after the other.
#[derive(Debug)]
pub(crate) struct Records {
    file: File,
    /// Where each of them ends.
    ends: Vec<u64>,
}

impl Records {
    fn write(schema: &Arc<Schema>, all: &[Difference]) -> io::Result<Self> {
        let mut out = BufWriter::new(tempfile::tempfile()?);
        let mut ends = Vec::with_capacity(all.len());
        let (mut batch, mut bytes) =
            (RecordBatch::new(Arc::clone(schema)), Vec::new());
        let mut end = 0_u64;
        for some in all.chunks(SOME) {
            batch.clear();
            for it in some {
                let facts = it.version.facts();
                batch.push(&row(it, &facts));
            }
            for number in 0..batch.len() {
                bytes.clear();
                batch.encode_row(number, schema.columns(), &mut bytes);
                out.write_all(&bytes)?;
                end = end.saturating_add(bytes.len() as u64);
                ends.push(end);
            }
        }
        let file = out.into_inner().map_err(|it| it.into_error())?;
        Ok(Self { file, ends })
    }

    fn read(&self, row: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let at = usize::try_from(row).map_err(|_| missing())?;
        let end = *self.ends.get(at).ok_or_else(missing)?;
        let start = at.checked_sub(1).and_then(|at| self.ends.get(at));
        let start = start.copied().unwrap_or(0);
        let length = usize::try_from(end.saturating_sub(start));
        bytes.clear();
        bytes.resize(length.map_err(|_| missing())?, 0);
        files::read_exact_at(&self.file, bytes, start)
    }
}

/// What is told of a difference.
pub(crate) fn row<'a>(
    it: &'a Difference,
    facts: &'a sanchay::FileFacts,
) -> Row<'a> {
    Row {
        name: &it.path,
        change: Some(it.change),
        from: it.from.as_deref(),
        size: Some(it.version.size),
        modified: Some(it.version.modified()),
        content: it.version.content(),
        kind: Some(it.version.kind),
        facts: Some(facts),
        ..Row::default()
    }
}

fn gone() -> Problem {
    Problem::conflict(
        "The snapshot is not kept any more. Ask again from the beginning.",
    )
    .of_kind("results-gone")
}

fn failed(error: &io::Error) -> Problem {
    tracing::error!(%error, "records cannot be kept");
    let why = "The records cannot be read: there is no room for temporary \
               files.";
    Problem::internal(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_those_at_the_places_whether_or_not_they_follow() {
        let mut list = ListWriter::default();
        for number in 0..50 {
            list.push(number * 2).unwrap();
        }
        let list = list.finish().unwrap();
        for rows in [vec![], vec![3, 4, 5, 9, 8, 7, 7, 0], vec![49]] {
            let expected: Vec<u64> = rows.iter().map(|row| row * 2).collect();
            assert_eq!(chosen(&list, &rows).unwrap(), expected);
        }
    }
}
