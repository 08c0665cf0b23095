//! What records come to: sums by folder, type, extension, size and age. All
//! records are looked at once; then the sums are asked for as often as a map
//! is looked at.

mod map;

use std::{collections::HashSet, path::PathBuf, sync::Arc, time::Duration};

use sanchay::EntryKind;
use sanchay_core::{
    record::RecordBatch,
    summary::{FileRow, Place, Report, Tally, TallyOptions},
    time::Timestamp,
};
use tokio::runtime::Handle;

pub(crate) use self::map::{Map, MapRequest};
use crate::{
    app::App,
    file_types::{self, COUNT},
    folder_tree::{Filling, FolderTree, Sum},
    problem::Problem,
    results::{reader::Reader, row::Kept},
    shelf::{Shelf, Slot},
    sources::Origin,
    views::{RowList, View},
};

/// How many sums are kept, for how long, and how many are made at a time.
const MOST: usize = 4;
const KEPT: Duration = Duration::from_secs(60 * 60);
const TOGETHER: usize = 1;

/// How many records are read at a time.
const SOME: u64 = 8192;

/// How many of the largest files are told.
const TOP: usize = 20;

/// The time of a file whose time is not known.
const EPOCH: Timestamp = Timestamp { seconds: 0, nanoseconds: 0 };

/// The sums of a service.
pub(crate) type AllSums = Shelf<Sums>;

/// Sums of records.
#[derive(Debug)]
pub(crate) struct Sums {
    /// All but those of folders.
    pub(crate) report: Report,
    /// By type of file.
    pub(crate) types: TypeSums,
    pub(crate) folders: FolderTree<FolderSums>,
}

/// Files and bytes by type.
pub(crate) type TypeSums = [(u64, u64); COUNT];

/// Sums of a folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct FolderSums {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// When the newest file was modified, in seconds since 1970.
    pub(crate) newest: Option<i64>,
    pub(crate) type_files: [u32; COUNT],
    pub(crate) type_bytes: [u64; COUNT],
}

impl Sum for FolderSums {
    fn add(&mut self, other: &Self) {
        self.files = self.files.saturating_add(other.files);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.newest = self.newest.max(other.newest);
        let files = self.type_files.iter_mut().zip(&other.type_files);
        files.for_each(|(sum, more)| *sum = sum.saturating_add(*more));
        let bytes = self.type_bytes.iter_mut().zip(&other.type_bytes);
        bytes.for_each(|(sum, more)| *sum = sum.saturating_add(*more));
    }
}

impl FolderSums {
    /// The type that most bytes are of.
    pub(crate) fn main_type(&self) -> usize {
        let all = self.type_bytes.iter().zip(&self.type_files);
        let most = all.enumerate().max_by_key(|(_, sums)| *sums);
        most.map_or(COUNT - 1, |(number, _)| number)
    }
}

/// Room for sums.
pub(crate) fn room() -> AllSums {
    Shelf::new(MOST, KEPT, TOGETHER)
}

/// The sums of all records of a source.
pub(crate) fn of_source(
    app: &Arc<App>,
    origin: &Origin,
    reader: Reader,
) -> Result<Arc<Slot<Sums>>, Problem> {
    let handle = Handle::current();
    let roots = roots(app);
    let key = origin.key()?;
    Ok(app.sums.get(&key, move || {
        let total = handle.block_on(reader.ready())?;
        sum_up(&handle, &reader, &RowList::All(total), &roots)
    }))
}

/// The sums of the records of a view.
pub(crate) fn of_view(app: &Arc<App>, view: Arc<View>) -> Arc<Slot<Sums>> {
    let handle = Handle::current();
    let roots = roots(app);
    let key = view.id.clone();
    app.sums.get(&key, move || {
        let list = handle.block_on(view.ready(Duration::from_secs(600)))?;
        sum_up(&handle, &view.reader, &list, &roots)
    })
}

fn roots(app: &App) -> Vec<PathBuf> {
    app.roots.iter().map(|root| root.path.clone()).collect()
}

fn sum_up(
    handle: &Handle,
    reader: &Reader,
    list: &RowList,
    roots: &[PathBuf],
) -> Result<Sums, Problem> {
    let now = jiff::Timestamp::now();
    let now = Timestamp { seconds: now.as_second(), nanoseconds: 0 };
    let options = TallyOptions { depth: 0, top: TOP, content: false, now };
    let mut summing = Summing {
        tally: Tally::new(options),
        types: TypeSums::default(),
        folders: Filling::default(),
        linked: HashSet::new(),
        roots,
    };
    let mut from = 0;
    while from < list.len() {
        let numbers = list.page(from, SOME).map_err(|error| {
            tracing::error!(%error, "a view cannot be read");
            Problem::internal("The view cannot be read.")
        })?;
        let batch = handle.block_on(reader.rows(&numbers))?;
        summing.add(&batch);
        from = from.saturating_add(numbers.len().max(1) as u64);
    }
    let Summing { tally, types, folders, .. } = summing;
    Ok(Sums { report: tally.finish(0, 0), types, folders: folders.finish() })
}

/// Sums in the making.
struct Summing<'a> {
    tally: Tally,
    types: TypeSums,
    folders: Filling<FolderSums>,
    /// Files with several names whose bytes are counted.
    linked: HashSet<(u64, u64)>,
    roots: &'a [PathBuf],
}

impl Summing<'_> {
    fn add(&mut self, batch: &RecordBatch) {
        let mut whole = Vec::new();
        for row in 0..batch.len() {
            let kept = Kept::new(batch, row);
            let (parent, name) = kept.path();
            whole.clear();
            whole.extend_from_slice(parent);
            whole.extend_from_slice(name);
            self.add_one(kept, &whole);
        }
    }

    fn add_one(&mut self, kept: Kept<'_>, path: &[u8]) {
        let facts = kept.facts();
        let kind = kept.kind().unwrap_or(EntryKind::File);
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = path.split_at(slash.map_or(0, |at| at + 1));
        let root = kept.root().or_else(|| root_of(self.roots, path));
        let links = facts.links.unwrap_or(1);
        let place = (
            facts.device.unwrap_or_default(),
            facts.inode.unwrap_or_default(),
        );
        let modified = facts.modified;
        let row = FileRow {
            name,
            kind,
            size: facts.size,
            allocated: facts.allocated.unwrap_or_default(),
            modified: modified.unwrap_or(EPOCH),
            uid: facts.uid,
            links: u32::try_from(links).unwrap_or(u32::MAX),
            device: place.0,
            inode: place.1,
            content: None,
        };
        let below = root.map_or(0, |root| root.len().saturating_add(1));
        let below = below.min(folder.len());
        let inside = Place::Folder { path: folder, below };
        self.tally.add_files(inside, std::iter::once(row));
        let is_file = kind != EntryKind::Directory;
        let counts = links <= 1 || !is_file || self.linked.insert(place);
        let mut sums = FolderSums {
            files: u64::from(is_file),
            bytes: if counts { facts.size } else { 0 },
            newest: modified.map(|it| it.seconds),
            ..FolderSums::default()
        };
        let type_of = file_types::of(name);
        if let Some(sum) = self.types.get_mut(type_of) {
            sum.0 = sum.0.saturating_add(sums.files);
            sum.1 = sum.1.saturating_add(sums.bytes);
        }
        if let Some(sum) = sums.type_files.get_mut(type_of) {
            *sum = u32::from(is_file);
        }
        if let Some(sum) = sums.type_bytes.get_mut(type_of) {
            *sum = sums.bytes;
        }
        self.folders.add(root, folder, &sums);
    }
}

/// The root that a path lies in.
fn root_of<'r>(roots: &'r [PathBuf], path: &[u8]) -> Option<&'r [u8]> {
    use sanchay_names::OsStrExt as _;
    let among = roots.iter().map(|it| it.as_os_str().as_bytes());
    let among = among.filter(|root| {
        let rest = path.strip_prefix(*root);
        rest.is_some_and(|it| it.starts_with(b"/") || root.ends_with(b"/"))
    });
    among.max_by_key(|root| root.len())
}
