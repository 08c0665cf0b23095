//! Identical folders: those whose digests are the same, which are made of the
//! names, kinds and contents of all that is in them. They are shown as one
//! result in place of one for each of their files.
//!
//! No file is read for them that a search for equal files does not read, but
//! for one with several names: what has no equal is in no folder that has one.

use std::{
    collections::{HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_core::{
    folder_digest::Folder,
    grouping::{
        DigestRow, FileNumber, FileTable as _, GroupKey, GroupOptions, Origin,
        Role, SortedDigests,
    },
};
use sanchay_names::OsStrExt as _;
use sanchay_sandbox::{Algorithm, Digest};
use sanchay_storage::{EntryKind, FileId};
use sanchay_sync::{into_inner, lock};

use super::{collection::Collection, sharing::Copies};
use crate::{
    entry::EntryRef, error::Error, inspect::Inspect, pool::Pool, walk::Node,
};

/// What a walk finds besides regular files.
#[derive(Default)]
pub(super) struct Seen {
    folders: Mutex<Vec<SeenFolder>>,
    others: Mutex<Vec<Other>>,
    /// The paths of entries that failed.
    failed: Mutex<Vec<PathBuf>>,
}

struct SeenFolder {
    node: Arc<Node>,
    origin: Origin,
    /// Whether what is in it was reported under another path.
    again: bool,
}

/// An entry that is neither a regular file nor a directory.
struct Other {
    folder: Arc<Node>,
    kind: EntryKind,
    name: Box<[u8]>,
    target: Box<[u8]>,
}

impl Seen {
    pub(super) fn folder(
        &self,
        node: &Arc<Node>,
        origin: Origin,
        again: bool,
    ) {
        let node = Arc::clone(node);
        lock(&self.folders).push(SeenFolder { node, origin, again });
    }

    pub(super) fn other(&self, folder: &Arc<Node>, entry: &EntryRef<'_>) {
        let kind = entry.metadata.kind;
        if kind == EntryKind::Symlink && entry.target.is_none() {
            // What it says could not be read.
            lock(&self.failed).push(entry.path());
        }
        lock(&self.others).push(Other {
            folder: Arc::clone(folder),
            kind,
            name: entry.name.into(),
            target: entry.target.unwrap_or_default().into(),
        });
    }

    pub(super) fn failed(&self, path: &Path) {
        lock(&self.failed).push(path.to_owned());
    }
}

/// Identical folders.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FolderGroup {
    /// How many bytes the files in each of them have.
    pub size: u64,
    /// How many files are in each of them, at any depth.
    pub files: u64,
    /// The digest's algorithm.
    pub algorithm: Algorithm,
    /// The digest that they share: that of
    /// [`Engine::folder_digests`](crate::Engine::folder_digests).
    pub digest: Digest,
    /// How many bytes would be free if the references, or else the first,
    /// were left.
    pub reclaimable: u64,
    /// Their paths, in the order of their bytes; at least two.
    pub paths: Vec<PathBuf>,
    /// What each of them is.
    pub roles: Vec<Role>,
}

/// A folder of the walk.
struct Row {
    node: Arc<Node>,
    origin: Origin,
    parent: Option<usize>,
    /// Whether all that is in it is known.
    is_whole: bool,
    /// The sum of the hashes of its entries, without the contents of files.
    shape: u64,
    files: u64,
    bytes: u64,
    /// How many folders lie in each other in it.
    height: usize,
    /// Whether another one has its shape.
    is_candidate: bool,
    /// Whether it is one that can go, or in one.
    is_gone: bool,
}

/// The folders of a walk, and what is in them.
pub(super) struct FolderTable {
    rows: Vec<Row>,
    /// Their places by the addresses of their nodes, which the rows keep.
    places: HashMap<usize, usize>,
    files: Lists<FileNumber>,
    others: Lists<Other>,
    folders: Lists<usize>,
    /// The folders, the deepest first.
    deepest_first: Vec<usize>,
}

/// What is in each folder.
struct Lists<T>(Vec<(usize, T)>);

impl<T> Lists<T> {
    fn new(items: impl Iterator<Item = (usize, T)>) -> Self {
        let mut items: Vec<_> = items.collect();
        items.sort_by_key(|(folder, _)| *folder);
        Self(items)
    }

    fn of(&self, folder: usize) -> impl Iterator<Item = &T> {
        let span = self.span(folder);
        let own = self.0.get(span).unwrap_or_default();
        own.iter().map(|(_, item)| item)
    }

    fn span(&self, folder: usize) -> Range<usize> {
        let first = self.0.partition_point(|(of, _)| *of < folder);
        let end = self.0.partition_point(|(of, _)| *of <= folder);
        first..end
    }
}

fn address(node: &Arc<Node>) -> usize {
    Arc::as_ptr(node).addr()
}

/// A hash of an entry, but for what is in a file. It only saves work: equal
/// ones are compared by digests.
fn shape(kind: EntryKind, name: &[u8], value: impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind as u8, name).hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}

impl FolderTable {
    pub(super) fn new(seen: Seen, collection: &Collection) -> Self {
        let Seen { folders, others, failed } = seen;
        let row = |it: SeenFolder| Row {
            node: it.node,
            origin: it.origin,
            parent: None,
            is_whole: !it.again,
            shape: 0,
            files: 0,
            bytes: 0,
            height: 0,
            is_candidate: false,
            is_gone: false,
        };
        let mut rows: Vec<Row> =
            into_inner(folders).into_iter().map(row).collect();
        let nodes = rows.iter().map(|row| address(&row.node));
        let places: HashMap<usize, usize> = nodes.zip(0..).collect();
        let place = |node: &Arc<Node>| places.get(&address(node)).copied();
        for row in &mut rows {
            row.parent = row.node.parent().and_then(place);
        }
        let files = Lists::new(collection.all_files().filter_map(|file| {
            Some((place(collection.parent(file)?)?, file))
        }));
        let others = into_inner(others).into_iter();
        let others =
            Lists::new(others.filter_map(|it| Some((place(&it.folder)?, it))));
        let folders = Lists::new(
            (0..).zip(&rows).filter_map(|(at, row)| Some((row.parent?, at))),
        );
        let mut deepest_first: Vec<usize> = (0..rows.len()).collect();
        let depth = |at: &usize| rows.get(*at).map(|row| row.node.depth());
        deepest_first.sort_by_key(|at| std::cmp::Reverse(depth(at)));
        let mut table =
            Self { rows, places, files, others, folders, deepest_first };
        table.mark_failed(&into_inner(failed));
        table.sum_up(collection);
        table
    }

    /// Takes note of the folders that something failed in.
    fn mark_failed(&mut self, failed: &[PathBuf]) {
        let all: HashSet<&Path> =
            failed.iter().flat_map(|path| path.ancestors()).collect();
        if all.is_empty() {
            return;
        }
        for row in &mut self.rows {
            row.is_whole &= !all.contains(&*row.node.entry(b""));
        }
    }

    /// Sums up what is in each folder, and tells those that have the shape of
    /// another.
    fn sum_up(&mut self, collection: &Collection) {
        for (folder, file) in &self.files.0 {
            let Some(row) = self.rows.get_mut(*folder) else { continue };
            let (name, size) =
                (collection.name(*file), collection.size(*file));
            row.files += 1;
            row.bytes = row.bytes.saturating_add(size);
            let hash = shape(EntryKind::File, name, size);
            row.shape = row.shape.wrapping_add(hash);
        }
        for (folder, other) in &self.others.0 {
            let Some(row) = self.rows.get_mut(*folder) else { continue };
            let hash = shape(other.kind, &other.name, &other.target);
            row.shape = row.shape.wrapping_add(hash);
        }
        let mut shapes: HashMap<u64, u32> = HashMap::new();
        for at in &self.deepest_first {
            let Some(row) = self.rows.get_mut(*at) else { continue };
            row.shape = shape(EntryKind::Directory, b"", row.shape);
            if row.is_whole {
                *shapes.entry(row.shape).or_default() += 1;
            }
            let hash = shape(EntryKind::Directory, row.node.name(), row.shape);
            let (files, bytes) = (row.files, row.bytes);
            let (height, is_whole) = (row.height + 1, row.is_whole);
            let Some(parent) = row.parent else { continue };
            let Some(parent) = self.rows.get_mut(parent) else { continue };
            parent.shape = parent.shape.wrapping_add(hash);
            parent.files += files;
            parent.bytes = parent.bytes.saturating_add(bytes);
            parent.height = parent.height.max(height);
            parent.is_whole &= is_whole;
        }
        for row in &mut self.rows {
            let same = shapes.get(&row.shape).copied().unwrap_or(0);
            row.is_candidate = row.is_whole && same > 1;
        }
    }

    /// Files to be read besides those that are: with names in several folders
    /// that may be identical. Of each of them, one name.
    pub(super) fn linked(
        &self,
        collection: &Collection,
        read: &[FileNumber],
    ) -> Vec<FileNumber> {
        let is_linked = |file: &FileNumber| {
            collection.is_linked(*file) && collection.size(*file) > 0
        };
        let identity = |file: &FileNumber| collection.identity(*file);
        let read: HashSet<FileId> = read
            .iter()
            .filter(|file| is_linked(file))
            .filter_map(identity)
            .collect();
        let mut names: HashMap<FileId, (FileNumber, u32)> = HashMap::new();
        for (folder, file) in &self.files.0 {
            let is_candidate =
                self.rows.get(*folder).is_some_and(|row| row.is_candidate);
            if is_candidate
                && is_linked(file)
                && let Some(id) = identity(file)
                && !read.contains(&id)
            {
                let (first, count) = names.entry(id).or_insert((*file, 0));
                (*first, *count) = ((*first).min(*file), *count + 1);
            }
        }
        let several = names.into_values().filter(|(_, count)| *count > 1);
        let mut files: Vec<_> = several.map(|(file, _)| file).collect();
        files.sort_unstable();
        files
    }

    /// The digests of folders that have the shape of another, where the
    /// digests of all their files are known.
    fn digests(
        &self,
        collection: &Collection,
        classes: &Classes<'_>,
        algorithm: Algorithm,
        inspector: &mut dyn Inspect,
    ) -> Result<Vec<Option<Digest>>, Error> {
        let mut digests: Vec<Option<Digest>> = Vec::new();
        digests.resize(self.rows.len(), None);
        for at in &self.deepest_first {
            let is_candidate =
                self.rows.get(*at).is_some_and(|row| row.is_candidate);
            let folder = is_candidate
                .then(|| self.encoded(*at, collection, classes, &digests))
                .flatten();
            let Some(bytes) = folder else { continue };
            let made = inspector.digest(algorithm, &bytes);
            if let Some(place) = digests.get_mut(*at) {
                *place = Some(made.map_err(Error::Sandbox)?);
            }
        }
        Ok(digests)
    }

    /// The bytes whose digest is that of a folder.
    fn encoded(
        &self,
        at: usize,
        collection: &Collection,
        classes: &Classes<'_>,
        digests: &[Option<Digest>],
    ) -> Option<Vec<u8>> {
        let mut folder = Folder::default();
        for file in self.files.of(at) {
            let digest = classes.digest(collection, *file)?;
            let name = collection.name(*file);
            folder.add(name, EntryKind::File, digest.as_bytes());
        }
        for other in self.others.of(at) {
            folder.add(&other.name, other.kind, &other.target);
        }
        for below in self.folders.of(at) {
            let digest = digests.get(*below).copied().flatten()?;
            let name = self.rows.get(*below)?.node.name();
            folder.add(name, EntryKind::Directory, digest.as_bytes());
        }
        Some(folder.encode())
    }

    /// All files in a folder, at any depth.
    fn each_file(&self, folder: usize, mut visit: impl FnMut(FileNumber)) {
        let mut left = vec![folder];
        while let Some(at) = left.pop() {
            self.files.of(at).for_each(|file| visit(*file));
            left.extend(self.folders.of(at));
        }
    }

    /// Whether a folder is one that can go, or lies in one; noted on the way.
    fn lies_in_gone(&mut self, folder: usize) -> bool {
        let mut way = Vec::new();
        let mut at = Some(folder);
        let mut is_gone = false;
        while let Some(row) = at.and_then(|at| self.rows.get(at)) {
            if row.is_gone {
                is_gone = true;
                break;
            }
            way.extend(at);
            at = row.parent;
        }
        if is_gone {
            for at in way {
                if let Some(row) = self.rows.get_mut(at) {
                    row.is_gone = true;
                }
            }
        }
        is_gone
    }

    /// Notes of all folders whether they lie in one that can go.
    fn pass_on_gone(&mut self) {
        for at in self.deepest_first.iter().rev() {
            let parent = self.rows.get(*at).and_then(|row| row.parent);
            let above = parent.and_then(|parent| self.rows.get(parent));
            let is_gone = above.is_some_and(|row| row.is_gone);
            if let Some(row) = self.rows.get_mut(*at) {
                row.is_gone |= is_gone;
            }
        }
    }
}

/// Which files have the same content: each class by a number.
struct Classes<'d> {
    digests: &'d SortedDigests,
    /// The class of each file, from 1; 0 where its digest is not known.
    of: Vec<u32>,
    /// A file of each class.
    rows: Vec<DigestRow>,
    /// The classes of files with several names.
    linked: HashMap<FileId, u32>,
    /// The digest of no bytes.
    empty: Digest,
}

impl<'d> Classes<'d> {
    fn new(
        collection: &Collection,
        digests: &'d SortedDigests,
        unlike: &HashSet<FileId>,
        empty: Digest,
    ) -> Self {
        let mut of = vec![0; collection.end()];
        let (mut rows, mut linked) = (Vec::new(), HashMap::new());
        for run in digests.runs(collection) {
            rows.extend(run.first());
            let class = u32::try_from(rows.len()).unwrap_or(0);
            for row in run {
                let id = collection.identity(row.file);
                let Some(id) = id.filter(|id| !unlike.contains(id)) else {
                    continue;
                };
                if let Some(place) = of.get_mut(row.file.index()) {
                    *place = class;
                }
                if collection.is_linked(row.file) {
                    linked.insert(id, class);
                }
            }
        }
        Self { digests, of, rows, linked, empty }
    }

    fn class(&self, collection: &Collection, file: FileNumber) -> Option<u32> {
        match self.of.get(file.index()) {
            Some(0) | None if collection.is_linked(file) => {
                self.linked.get(&collection.identity(file)?).copied()
            }
            Some(0) | None => None,
            Some(class) => Some(*class),
        }
    }

    fn digest(
        &self,
        collection: &Collection,
        file: FileNumber,
    ) -> Option<Digest> {
        if let Some(class) = self.class(collection, file) {
            let at = usize::try_from(class).ok()?.checked_sub(1)?;
            return self.digests.digest(self.rows.get(at)?);
        }
        (collection.size(file) == 0).then_some(self.empty)
    }
}

/// What tells the bytes of a file on disk from those of others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Bytes {
    /// Those of one file, whatever its name.
    Own(FileId),
    /// Those that files of one content share.
    Shared(Option<u32>, u64),
}

/// Folders that are the same, each with its path.
type Members = Vec<(Vec<u8>, usize)>;

/// What a search goes by.
pub(super) struct Search<'s> {
    pub(super) pool: &'s Pool,
    pub(super) collection: &'s Collection,
    pub(super) digests: &'s SortedDigests,
    /// Files that are not what their digests say.
    pub(super) unlike: &'s HashSet<FileId>,
    pub(super) copies: &'s Copies,
    pub(super) options: &'s GroupOptions,
    pub(super) algorithm: Algorithm,
}

/// The identical folders of a search.
pub(super) struct FolderGroups {
    pub(super) groups: Vec<FolderGroup>,
    /// How many folders can go, and how many files in them.
    pub(super) redundant: u64,
    pub(super) redundant_files: u64,
    /// Files of which some names lie in folders that can go, and others do not
    /// so far: how many do.
    names: HashMap<FileId, u16>,
    table: FolderTable,
}

impl FolderGroups {
    /// Whether a file lies in a folder that can go.
    pub(super) fn is_gone(
        &self,
        collection: &Collection,
        file: FileNumber,
    ) -> bool {
        let place = collection.parent(file).map(address);
        let place = place.and_then(|it| self.table.places.get(&it));
        let row = place.and_then(|at| self.table.rows.get(*at));
        row.is_some_and(|row| row.is_gone)
    }
}

impl Search<'_> {
    /// Finds the topmost identical folders. What lies in one that can go
    /// counts no more for the groups of those below.
    pub(super) fn find(
        &self,
        table: FolderTable,
    ) -> Result<FolderGroups, Error> {
        let mut inspector = self.pool.inspector();
        let empty = inspector.digest(self.algorithm, b"");
        let empty = empty.map_err(Error::Sandbox)?;
        let classes =
            Classes::new(self.collection, self.digests, self.unlike, empty);
        let digests = table.digests(
            self.collection,
            &classes,
            self.algorithm,
            &mut *inspector,
        )?;
        self.pool.give_back(inspector);
        let mut found = FolderGroups {
            groups: Vec::new(),
            redundant: 0,
            redundant_files: 0,
            names: HashMap::new(),
            table,
        };
        for (digest, members) in self.same(&found.table, &digests) {
            self.add(&mut found, &classes, digest, members);
        }
        found.table.pass_on_gone();
        found.groups.sort_by(|a, b| {
            let path = |it: &FolderGroup| it.paths.first().cloned();
            self.options.order.compare(|key| match key {
                GroupKey::Reclaimable => a.reclaimable.cmp(&b.reclaimable),
                GroupKey::Size => a.size.cmp(&b.size),
                GroupKey::Copies => a.paths.len().cmp(&b.paths.len()),
                GroupKey::Path => {
                    let (a, b) = (path(a), path(b));
                    let bytes = |it: &PathBuf| it.as_os_str().to_owned();
                    a.as_ref().map(bytes).cmp(&b.as_ref().map(bytes))
                }
            })
        });
        Ok(found)
    }

    /// The folders that have one digest, by path; those come first in which
    /// most lie in each other, and so each before what is in it.
    fn same(
        &self,
        table: &FolderTable,
        digests: &[Option<Digest>],
    ) -> Vec<(Digest, Members)> {
        let mut all: HashMap<(Digest, u64), Vec<usize>> = HashMap::new();
        for (at, (row, digest)) in table.rows.iter().zip(digests).enumerate() {
            // Folders without content are alike, and nobody's duplicates.
            let Some(digest) = digest.filter(|_| row.bytes > 0) else {
                continue;
            };
            let device = match self.options.same_device {
                true => row.node.device(),
                false => 0,
            };
            all.entry((digest, device)).or_default().push(at);
        }
        let path = |at: usize| {
            let row = table.rows.get(at);
            (row.map(|row| row.node.path()).unwrap_or_default(), at)
        };
        let height = |members: &Members| {
            let first =
                members.first().and_then(|(_, at)| table.rows.get(*at));
            first.map_or(0, |row| row.height)
        };
        let several = all.into_iter().filter(|(_, it)| it.len() > 1);
        let mut groups: Vec<_> = several
            .map(|((digest, _), members)| {
                let mut members: Members =
                    members.into_iter().map(path).collect();
                members.sort_unstable();
                (digest, members)
            })
            .collect();
        groups.sort_unstable_by(|(_, a), (_, b)| {
            height(b).cmp(&height(a)).then_with(|| a.cmp(b))
        });
        groups
    }

    /// Adds a group, if it is one that is wanted, and notes what can go.
    fn add(
        &self,
        found: &mut FolderGroups,
        classes: &Classes<'_>,
        digest: Digest,
        mut members: Members,
    ) {
        let table = &mut found.table;
        members.retain(|(_, at)| !table.lies_in_gone(*at));
        let origin = |at: usize| {
            table.rows.get(at).map_or(Origin::Root, |row| row.origin)
        };
        let origins = members.iter().map(|(_, at)| origin(*at));
        if !self.options.are_enough(origins) {
            return;
        }
        let is_reference = |at: usize| origin(at).role() == Role::Reference;
        let has_reference = members.iter().any(|(_, at)| is_reference(*at));
        let (mut stay, mut go) = (Vec::new(), Vec::new());
        for (index, (_, at)) in members.iter().enumerate() {
            let stays = match has_reference {
                true => is_reference(*at),
                false => index == 0,
            };
            if stays { stay.push(*at) } else { go.push(*at) }
        }
        let roles = members.iter().map(|(_, at)| origin(*at).role());
        let roles = roles.collect();
        let names = &mut found.names;
        let reclaimable = self.reclaimable(
            table,
            classes,
            (stay.as_slice(), go.as_slice()),
            names,
        );
        let Some(first) = stay.first().and_then(|at| table.rows.get(*at))
        else {
            return;
        };
        let (size, files) = (first.bytes, first.files);
        let count = go.len() as u64;
        found.redundant += count;
        found.redundant_files += count.saturating_mul(files);
        let paths = members.iter().filter_map(|(_, at)| {
            let path = table.rows.get(*at)?.node.entry(b"");
            Some(match path.as_os_str().as_bytes() {
                b"" => PathBuf::from("."),
                _ => path,
            })
        });
        found.groups.push(FolderGroup {
            size,
            files,
            algorithm: self.algorithm,
            digest,
            reclaimable,
            paths: paths.collect(),
            roles,
        });
        for at in go {
            if let Some(row) = table.rows.get_mut(at) {
                row.is_gone = true;
            }
        }
    }

    /// How many bytes would be free if folders went: not those of files that
    /// have another name elsewhere, or that share their bytes with those that
    /// stay.
    fn reclaimable(
        &self,
        table: &FolderTable,
        classes: &Classes<'_>,
        (stay, go): (&[usize], &[usize]),
        gone: &mut HashMap<FileId, u16>,
    ) -> u64 {
        let collection = self.collection;
        // What tells the bytes of a file that may not be the only one to have
        // them.
        let bytes = |file: FileNumber| {
            let id = collection.identity(file)?;
            match self.copies.get(&id) {
                Some(copy) => {
                    let class = classes.class(collection, file);
                    Some(Bytes::Shared(class, *copy))
                }
                None => collection.is_linked(file).then_some(Bytes::Own(id)),
            }
        };
        let mut kept: HashSet<Bytes> = HashSet::new();
        for folder in stay {
            table.each_file(*folder, |file| kept.extend(bytes(file)));
        }
        let mut freed = 0_u64;
        let mut names: HashMap<Bytes, (u64, u16, u16)> = HashMap::new();
        for folder in go {
            table.each_file(*folder, |file| {
                let size = collection.size(file);
                match bytes(file) {
                    None => freed = freed.saturating_add(size),
                    Some(it) if kept.contains(&it) => {}
                    Some(it) => {
                        let links = match it {
                            Bytes::Own(_) => collection.links(file),
                            Bytes::Shared(..) => 1,
                        };
                        let (.., seen) =
                            names.entry(it).or_insert((size, links, 0));
                        *seen = seen.saturating_add(1);
                    }
                }
            });
        }
        for (bytes, (size, links, mut seen)) in names {
            if let Bytes::Own(id) = bytes {
                // With those in the folders of other groups.
                let all = gone.entry(id).or_default();
                *all = all.saturating_add(seen);
                seen = *all;
            }
            if seen >= links {
                freed = freed.saturating_add(size);
            }
        }
        freed
    }
}
