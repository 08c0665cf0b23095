//! Collects what a walk finds into the rows of a plan, in a stated order.

use std::{ops::ControlFlow, path::PathBuf, sync::Mutex};

use sanchay_core::{
    filter::Facts,
    media::MediaField,
    plan::Operation,
    record::{RecordBatch, Row as Record, SortOrder},
};
use sanchay_sandbox::plugin::Value;
use sanchay_sync::{into_inner, lock};

use super::{
    error::OpsError,
    places::Places,
    roots::{Base, Bases},
    rows::{Row, Rows},
};
use crate::{
    entry::{Batch, EntryRef},
    error::{EntryError, Error},
    scan::{ScanEvent, ScanRequest},
};

/// What was collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) places: Places,
    /// All that the system tells, row by row, where names need that.
    pub(super) facts: Vec<Facts>,
    /// What contents say of themselves, row by row, where names need that: of
    /// each file what there is.
    media: Vec<Box<[(MediaField, Value)]>>,
    pub(super) errors: Vec<EntryError>,
}

/// What of each entry is kept beyond its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    pub(super) operation: Operation,
    pub(super) facts: bool,
    pub(super) media: Option<Media>,
}

/// What of the contents is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Media {
    /// How many other values a file has, before these.
    pub(super) first: usize,
    /// Which fields.
    pub(super) wanted: [bool; MediaField::COUNT],
}

impl Media {
    /// What is kept of a file's values.
    fn of(&self, values: &[Option<Value>]) -> Box<[(MediaField, Value)]> {
        let values = values.get(self.first..).unwrap_or_default();
        let all = MediaField::ALL.into_iter().zip(self.wanted).zip(values);
        all.filter(|((_, wanted), _)| *wanted)
            .filter_map(|((field, _), value)| Some((field, value.clone()?)))
            .collect()
    }
}

/// Walks, and collects what is found.
pub(super) fn collect(
    request: ScanRequest,
    bases: &Bases,
    places: Places,
    keep: Keep,
) -> Result<Collected, OpsError> {
    let collected = Mutex::new(Collected { places, ..Collected::default() });
    let failure = Mutex::new(None);
    let outcome = request.for_each_batch(|_| {
        |event: ScanEvent<'_>| {
            let mut collected = lock(&collected);
            match event {
                ScanEvent::Files(batch) => {
                    match collected.add(&batch, bases, keep) {
                        Ok(()) => return ControlFlow::Continue(()),
                        Err(error) => {
                            lock(&failure).get_or_insert(error);
                            return ControlFlow::Break(());
                        }
                    }
                }
                ScanEvent::Error(error) => collected.errors.push(error),
            }
            ControlFlow::Continue(())
        }
    });
    if let Some(error) = into_inner(failure) {
        return Err(error);
    }
    match outcome {
        Ok(_) => Ok(into_inner(collected)),
        Err(error) => Err(OpsError::Run(error)),
    }
}

impl Collected {
    fn add(
        &mut self,
        batch: &Batch<'_>,
        bases: &Bases,
        keep: Keep,
    ) -> Result<(), OpsError> {
        for file in batch.iter() {
            let Some(base) = bases.of(file.root) else { continue };
            let (below, name) = below(&file);
            let folder = super::folders::join(&base.below, below);
            let places = &mut self.places;
            let folder = places.folders.add(base.root, &folder)?;
            let mut row = Rows::empty(keep.operation, folder);
            row.from = places.rows.spot(folder, name)?;
            row.describe(file.metadata);
            places.rows.push(row)?;
            if keep.facts {
                self.facts.push(file.metadata.into());
            }
            if let Some(media) = keep.media {
                self.media.push(media.of(file.values));
            }
        }
        Ok(())
    }

    /// Leaves out what lies in a folder. Returns how many entries.
    pub(super) fn leave_out(&mut self, folder: &Base) -> u64 {
        let Self { places, facts, media, .. } = self;
        let stays: Vec<bool> = places
            .rows
            .all
            .iter()
            .map(|row| {
                let (root, path) = places.folders.get(row.from.folder);
                !folder.has(root, path)
            })
            .collect();
        let left = stays.iter().filter(|stays| !**stays).count() as u64;
        if left > 0 {
            retain(&mut places.rows.all, &stays);
            retain(facts, &stays);
            retain(media, &stays);
        }
        left
    }

    /// Puts the rows in order, and leaves out those that are there twice.
    pub(super) fn sort(&mut self, order: Option<&Order>) {
        let places = &self.places;
        let ranks = ranks(places);
        let mut sequence: Vec<u32> = (0..places.rows.all.len())
            .filter_map(|at| at.try_into().ok())
            .collect();
        let place = |at: &u32| {
            let row = places.rows.get(*at);
            row.map(|row| {
                let folder = ranks.get(row.from.folder.0 as usize).copied();
                (folder.unwrap_or(0), places.rows.name(row.from))
            })
        };
        sequence.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
        sequence.dedup_by(|b, a| place(a) == place(b));
        if let Some(order) = order {
            let mut keyed: Vec<(Vec<u8>, u32)> = sequence
                .iter()
                .map(|at| (order.key(self, *at), *at))
                .collect();
            // Stable: what is equal stays in the order of places.
            keyed.sort_by(|a, b| a.0.cmp(&b.0));
            sequence = keyed.into_iter().map(|(_, at)| at).collect();
        }
        let rows: Vec<Row> = sequence
            .iter()
            .filter_map(|at| self.places.rows.get(*at).copied())
            .collect();
        if !self.facts.is_empty() {
            let fact = |at: &u32| self.facts.get(*at as usize).copied();
            self.facts = sequence.iter().filter_map(fact).collect();
        }
        if !self.media.is_empty() {
            let mut all = std::mem::take(&mut self.media);
            let media =
                |at: &u32| all.get_mut(*at as usize).map(std::mem::take);
            self.media = sequence.iter().filter_map(media).collect();
        }
        self.places.rows.all = rows;
    }

    /// A row as a record.
    pub(super) fn record(
        &self,
        at: usize,
        parent: &[u8],
        batch: &mut RecordBatch,
        content: Option<sanchay_core::content::Content>,
    ) {
        let Some(row) = self.places.rows.all.get(at) else { return };
        let (root, _) = self.places.folders.get(row.from.folder);
        let facts = self.facts.get(at).copied().unwrap_or_else(|| Facts {
            size: row.size,
            modified: Some(row.modified),
            changed: row.changed,
            inode: Some(row.id.inode),
            device: Some(row.id.device),
            ..Facts::default()
        });
        let owner = |it: Option<u32>, name: fn(u32) -> Option<String>| {
            it.filter(|_| !self.facts.is_empty()).and_then(name)
        };
        let mut values = [const { None }; MediaField::COUNT];
        for (field, value) in self.media.get(at).into_iter().flatten() {
            if let Some(place) = values.get_mut(field.index()) {
                *place = Some(value.clone());
            }
        }
        let schema = batch.schema();
        let named = |id| schema.has(id);
        let user = match named(sanchay_core::record::FieldId::User) {
            true => owner(facts.uid, crate::accounts::user_name),
            false => None,
        };
        let group = match named(sanchay_core::record::FieldId::OwnerGroup) {
            true => owner(facts.gid, crate::accounts::group_name),
            false => None,
        };
        batch.push(&Record {
            parent,
            name: self.places.rows.name(row.from),
            size: Some(row.size),
            modified: Some(row.modified),
            kind: Some(row.kind),
            root: Some(self.places.root_as_named(root)),
            facts: Some(&facts),
            content,
            owners: sanchay_core::record::Owners {
                user: user.as_deref(),
                group: group.as_deref(),
            },
            values: &values,
            ..Record::default()
        });
    }

    /// What precedes the name of a row in its path: empty, or ending in a
    /// slash.
    pub(super) fn parent(&self, at: usize) -> Vec<u8> {
        let Some(row) = self.places.rows.all.get(at) else {
            return Vec::new();
        };
        let (root, folder) = self.places.folders.get(row.from.folder);
        let root = self.places.root_as_named(root);
        let mut parent = super::folders::join(root, folder);
        if !parent.is_empty() && !parent.ends_with(b"/") {
            parent.push(b'/');
        }
        parent
    }

    /// Where an entry is, for who opens it by its path.
    pub(super) fn path(&self, at: usize) -> PathBuf {
        let name = match self.places.rows.all.get(at) {
            Some(row) => self.places.rows.name(row.from),
            None => b"",
        };
        crate::entry::join(&self.parent(at), name)
    }
}

/// Keeps what is to stay.
fn retain<T>(all: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    all.retain(|_| stays.next().copied().unwrap_or(true));
}

/// An order that the user wants.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) schema: std::sync::Arc<sanchay_core::record::Schema>,
    pub(super) order: SortOrder,
}

impl Order {
    fn key(&self, collected: &Collected, at: u32) -> Vec<u8> {
        let mut batch = RecordBatch::new(std::sync::Arc::clone(&self.schema));
        let parent = collected.parent(at as usize);
        collected.record(at as usize, &parent, &mut batch, None);
        let mut key = Vec::new();
        self.order.push_key(&batch, 0, &mut key);
        key
    }
}

/// The folder of an entry below its root, and its name.
fn below<'a>(file: &EntryRef<'a>) -> (&'a [u8], &'a [u8]) {
    if file.parent.is_empty() && file.name == file.root {
        // A file that was named, by its whole path.
        return (b"", super::folders::split(file.name).1);
    }
    let below = file.parent.get(file.root.len()..).unwrap_or_default();
    let below = below.strip_prefix(b"/").unwrap_or(below);
    (below.strip_suffix(b"/").unwrap_or(below), file.name)
}

/// The place of each folder in the order of their paths.
fn ranks(places: &Places) -> Vec<u32> {
    let count = places.folders.len();
    let mut sequence: Vec<u32> =
        (0..count).filter_map(|at| at.try_into().ok()).collect();
    let path = |at: &u32| {
        let (root, path) = places.folders.get(super::folders::FolderId(*at));
        let root = places.roots.get(root as usize).map(|root| &root.path);
        (root, path)
    };
    let components = |path: &'_ [u8]| -> Vec<Vec<u8>> {
        path.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect()
    };
    sequence.sort_by_cached_key(|at| {
        let (root, path) = path(at);
        (root.cloned(), components(path))
    });
    let mut ranks = vec![0; count];
    for (rank, at) in (0..).zip(sequence) {
        if let Some(place) = ranks.get_mut(at as usize) {
            *place = rank;
        }
    }
    ranks
}

/// Errors of entries as a run that is over counts them.
pub(super) fn cancelled() -> OpsError {
    OpsError::Run(Error::Cancelled)
}
