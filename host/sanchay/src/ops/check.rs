//! Finds what stands in the way before anything moves: targets that are taken
//! or that several get, folders that are none, other file systems.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::Arc,
};

use sanchay_core::{
    kind::EntryKind,
    naming::{Refusal, is_portable},
    plan::{NameFlaw, Operation, TEMPORARY, check_component},
};
use sanchay_storage::{Directory, Links, MAX_PATH, Metadata, StorageError};

use super::{
    conflict::{ConflictKind, OnConflict},
    copy::Folder,
    error::OpsError,
    folders::FolderId,
    handles::Handles,
    name_rules::NameRules,
    places::Places,
    replace::Known,
    rows::{Row, Spot},
};
use crate::error::Cause;

/// File systems whose files never share blocks.
const WITHOUT_REFLINKS: [&str; 8] =
    ["ext4", "tmpfs", "f2fs", "jfs", "nilfs2", "vfat", "exfat", "hfsplus"];

/// How many other names are tried for a target that is taken.
const ATTEMPTS: u32 = 10_000;

/// What is to become of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is done.
    Planned,
    /// There is nothing to do.
    Unchanged,
    /// Something stands in the way.
    Conflict(ConflictKind),
}

/// A folder that something goes into.
#[derive(Debug)]
enum Target {
    Present {
        handle: Arc<dyn Directory>,
        device: u64,
        rules: NameRules,
    },
    /// It has to be made, on this device.
    Missing {
        device: Option<u64>,
        rules: NameRules,
    },
    Wrong(ConflictKind),
}

/// What a file system must have room for.
struct Needed {
    /// A folder on it that something goes into.
    folder: FolderId,
    /// The rows that are copied, and whether each takes room of its own.
    rows: Vec<(u32, bool)>,
}

impl Needed {
    fn of(folder: FolderId) -> Self {
        Self { folder, rows: Vec::new() }
    }
}

/// What was found out about the rows of a plan.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) statuses: Vec<Status>,
    /// For a row whose target is another row's source: that row, which goes
    /// first.
    pub(super) after: HashMap<u32, u32>,
    /// Rows that must go by a temporary name: their targets are their own
    /// names in another case.
    pub(super) in_two: HashSet<u32>,
    /// The folders that have to be made, those above first.
    pub(super) missing: Vec<FolderId>,
    /// How many results are there already.
    pub(super) already_there: u64,
    /// The targets that rows had which were given other names.
    pub(super) renamed: Vec<(u32, Spot)>,
}

/// Checks rows. Those whose status is no longer [`Status::Planned`] are left
/// alone.
pub(super) struct Checker<'a> {
    pub(super) places: &'a mut Places,
    pub(super) handles: &'a mut Handles,
    pub(super) on_conflict: OnConflict,
    pub(super) portable: bool,
    targets: HashMap<FolderId, Target>,
    checked: Checked,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        places: &'a mut Places,
        handles: &'a mut Handles,
        on_conflict: OnConflict,
        portable: bool,
        statuses: Vec<Status>,
    ) -> Self {
        let checked = Checked {
            statuses,
            after: HashMap::new(),
            in_two: HashSet::new(),
            missing: Vec::new(),
            already_there: 0,
            renamed: Vec::new(),
        };
        let targets = HashMap::new();
        Self { places, handles, on_conflict, portable, targets, checked }
    }

    /// Checks all rows.
    pub(super) fn check(mut self) -> Result<Checked, OpsError> {
        let moved = self.moved_folders();
        for at in self.planned() {
            if let Some(kind) = self.alone(at, &moved)? {
                self.refuse(at, kind);
            }
        }
        self.among_targets()?;
        self.against_disk()?;
        self.folders_to_make()?;
        Ok(self.checked)
    }

    fn planned(&self) -> Vec<u32> {
        let all = (0..).zip(&self.checked.statuses);
        let planned = all.filter(|(_, status)| **status == Status::Planned);
        planned.map(|(at, _)| at).collect()
    }

    fn is_planned(&self, at: u32) -> bool {
        let status = self.checked.statuses.get(at as usize);
        status == Some(&Status::Planned)
    }

    fn refuse(&mut self, at: u32, kind: ConflictKind) {
        if let Some(status) = self.checked.statuses.get_mut(at as usize) {
            *status = Status::Conflict(kind);
        }
    }

    fn row(&self, at: u32) -> Option<Row> {
        self.places.rows.get(at).copied()
    }

    /// The folders that are themselves taken away.
    fn moved_folders(&self) -> HashSet<(FolderId, Vec<u8>)> {
        let rows = self.planned().into_iter().filter_map(|at| self.row(at));
        let moved = rows.filter(|row| {
            row.kind == EntryKind::Directory && row.operation.takes_away()
        });
        moved
            .map(|row| {
                (row.from.folder, self.places.rows.name(row.from).to_vec())
            })
            .collect()
    }

    /// What is wrong with a row by itself.
    fn alone(
        &mut self,
        at: u32,
        moved: &HashSet<(FolderId, Vec<u8>)>,
    ) -> Result<Option<ConflictKind>, OpsError> {
        let Some(row) = self.row(at) else { return Ok(None) };
        if let Some(kind) = unfit(row.operation, row.kind) {
            return Ok(Some(ConflictKind::Kind(kind)));
        }
        let (_, folder) = self.places.folders.get(row.from.folder);
        let is_long =
            |name: &[u8]| check_component(name) == Err(NameFlaw::TooLong);
        if is_long(self.places.rows.name(row.from))
            || folder.split(|byte| *byte == b'/').any(is_long)
        {
            let kind = "an entry whose name, or that of a folder above it, \
                        is longer than names in plans can be";
            return Ok(Some(ConflictKind::Kind(kind)));
        }
        if cfg!(windows) {
            match row.operation {
                Operation::Symlink => {
                    return Ok(Some(ConflictKind::NoSymlinks));
                }
                // Where it could be done (ReFS), it is not done here.
                Operation::Reflink => {
                    return Ok(Some(ConflictKind::NoReflinks));
                }
                _ => {}
            }
        }
        if !row.has_to {
            return Ok(None);
        }
        let name = self.places.rows.name(row.to);
        if name.starts_with(TEMPORARY.as_bytes()) {
            return Ok(Some(ConflictKind::Temporary));
        }
        let is_new = self.places.rows.name(row.from) != name;
        if is_new && sanchay_names::is_too_long(name) {
            let kind = Refusal::Name(NameFlaw::TooLong);
            return Ok(Some(ConflictKind::Name(kind)));
        }
        // A new name that this program alone could open helps nobody there.
        if cfg!(windows) && is_new && !is_portable(name) {
            return Ok(Some(ConflictKind::Name(Refusal::NotPortable)));
        }
        let (root, folder) = self.places.folders.get(row.to.folder);
        let length = self.handles.root(root).len()
            + folder.len()
            + self.places.rows.name(row.to).len()
            + 2;
        if length > MAX_PATH {
            return Ok(Some(ConflictKind::PathTooLong));
        }
        let elsewhere = row.to.folder != row.from.folder;
        if elsewhere && self.is_within_moved(row.to.folder, moved)? {
            return Ok(Some(ConflictKind::WithinItself));
        }
        let one_device = match row.operation {
            Operation::HardLink | Operation::Reflink => true,
            // Others are copied, compared and removed.
            Operation::Move => {
                !matches!(row.kind, EntryKind::File | EntryKind::Symlink)
            }
            _ => false,
        };
        let device = match self.target(row.to.folder)? {
            Target::Wrong(kind) => return Ok(Some(kind.clone())),
            Target::Present { device, .. } => Some(*device),
            Target::Missing { device, .. } => *device,
        };
        let crosses =
            one_device && device.is_some_and(|it| it != row.id.device);
        if crosses {
            return Ok(Some(ConflictKind::OtherDevice));
        }
        let shares = row.operation != Operation::Reflink
            || self.may_share(row.to.folder);
        Ok((!shares).then_some(ConflictKind::NoReflinks))
    }

    /// Whether files in a folder may share blocks, as far as its file system is
    /// known.
    fn may_share(&self, folder: FolderId) -> bool {
        let handle = self.nearest(folder);
        let system = handle.and_then(|handle| handle.file_system().ok());
        let name = system.and_then(|system| system.name);
        name.is_none_or(|name| !WITHOUT_REFLINKS.contains(&name))
    }

    /// The folder itself, or the nearest above it that is there.
    fn nearest(&self, folder: FolderId) -> Option<&Arc<dyn Directory>> {
        let mut at = folder;
        loop {
            match self.targets.get(&at)? {
                Target::Present { handle, .. } => return Some(handle),
                Target::Missing { .. } => {
                    let (root, path) = self.places.folders.get(at);
                    let (above, _) = super::folders::split(path);
                    at = self.places.folders.find(root, above)?;
                }
                Target::Wrong(_) => return None,
            }
        }
    }

    /// Whether a folder lies in one that is taken away.
    fn is_within_moved(
        &self,
        folder: FolderId,
        moved: &HashSet<(FolderId, Vec<u8>)>,
    ) -> Result<bool, OpsError> {
        if moved.is_empty() {
            return Ok(false);
        }
        let (root, mut path) = self.places.folders.get(folder);
        while !path.is_empty() {
            let (above, name) = super::folders::split(path);
            if let Some(above) = self.places.folders.find(root, above)
                && moved.contains(&(above, name.to_vec()))
            {
                return Ok(true);
            }
            path = above;
        }
        Ok(false)
    }

    /// What is known of a folder that something goes into.
    fn target(&mut self, folder: FolderId) -> Result<&Target, OpsError> {
        if !self.targets.contains_key(&folder) {
            let target = self.look(folder)?;
            self.targets.insert(folder, target);
        }
        self.targets.get(&folder).ok_or(OpsError::TooLarge)
    }

    fn look(&mut self, folder: FolderId) -> Result<Target, OpsError> {
        let (root, path) = self.places.folders.get(folder);
        let path = path.to_vec();
        let handle = match self.handles.open(root, &path) {
            Ok(handle) => handle,
            Err(error)
                if error.is(io::ErrorKind::NotFound) && !path.is_empty() =>
            {
                let (above, _) = super::folders::split(&path);
                let above = self.places.folders.add(root, above)?;
                return Ok(match self.target(above)? {
                    Target::Present { device, rules, .. } => Target::Missing {
                        device: Some(*device),
                        rules: *rules,
                    },
                    Target::Missing { device, rules } => {
                        Target::Missing { device: *device, rules: *rules }
                    }
                    Target::Wrong(kind) => Target::Wrong(kind.clone()),
                });
            }
            Err(StorageError::Link | StorageError::NotRegular(_)) => {
                return Ok(Target::Wrong(ConflictKind::NotAFolder));
            }
            Err(error) if error.is(io::ErrorKind::NotADirectory) => {
                return Ok(Target::Wrong(ConflictKind::NotAFolder));
            }
            Err(error) => {
                let why = Cause::from(error).to_string();
                return Ok(Target::Wrong(ConflictKind::Unreadable(why)));
            }
        };
        let device = match handle.id() {
            Ok(id) => id.device,
            Err(error) => {
                let why = Cause::from(error).to_string();
                return Ok(Target::Wrong(ConflictKind::Unreadable(why)));
            }
        };
        let system = handle.file_system().unwrap_or_default();
        let rules = NameRules::of(&system);
        Ok(Target::Present { handle, device, rules })
    }

    /// How a folder compares names.
    fn rules(&self, folder: FolderId) -> NameRules {
        match self.targets.get(&folder) {
            Some(
                Target::Present { rules, .. } | Target::Missing { rules, .. },
            ) => *rules,
            _ => NameRules::default(),
        }
    }

    /// A name as its folder compares it.
    fn compared(&self, folder: FolderId, name: &[u8]) -> Vec<u8> {
        self.rules(folder).compared(name)
    }

    /// Whether there is room for what is copied.
    fn space(&mut self) {
        let mut needed: HashMap<u64, Needed> = HashMap::new();
        let mut counted = HashSet::new();
        for at in self.planned() {
            let Some(row) = self.row(at).filter(|row| row.has_to) else {
                continue;
            };
            let device = match self.targets.get(&row.to.folder) {
                Some(Target::Present { device, .. }) => *device,
                Some(Target::Missing { device: Some(device), .. }) => *device,
                _ => continue,
            };
            let copies = match row.operation {
                Operation::Copy => true,
                Operation::Move => device != row.id.device,
                _ => false,
            };
            // Names of one file become names of one copy.
            let other_name =
                row.has_other_names() && !counted.insert((device, row.id));
            if copies {
                let needed = needed
                    .entry(device)
                    .or_insert_with(|| Needed::of(row.to.folder));
                needed.rows.push((at, !other_name));
            }
        }
        for Needed { folder, rows } in needed.into_values() {
            let system = self.nearest(folder).map(|it| it.file_system());
            let Some(system) = system.and_then(Result::ok) else { continue };
            let Some(free) = system.free else { continue };
            let block = system.block;
            let counted = rows.iter().filter(|(_, counts)| *counts);
            let counted = counted.map(|(at, _)| *at);
            let sizes = counted.clone().filter_map(|at| {
                let row = self.places.rows.get(at)?;
                Some(in_blocks(row, row.size, block))
            });
            if free >= sizes.fold(0, u64::saturating_add) {
                continue;
            }
            // Holes take no room.
            let takes = counted.map(|at| self.allocated(at, block));
            let sum = takes.fold(0, u64::saturating_add);
            if free < sum {
                for (at, _) in rows {
                    self.refuse(at, ConflictKind::NoSpace(sum, free));
                }
            }
        }
    }

    /// How much a row's entry takes on disk, and its copy will.
    fn allocated(&mut self, at: u32, block: Option<u64>) -> u64 {
        let Some(row) = self.row(at) else { return 0 };
        let (root, path) = self.places.folders.get(row.from.folder);
        let name = self.places.rows.name(row.from);
        let found = self.handles.open(root, path);
        let found = found.and_then(|it| it.stat(name, Links::Refuse));
        let bytes =
            found.map_or(row.size, |(_, it)| it.allocated.min(row.size));
        in_blocks(&row, bytes, block)
    }

    /// Finds targets that several rows get: the first keeps it.
    fn among_targets(&mut self) -> Result<(), OpsError> {
        let mut sequence = self.planned();
        sequence.retain(|at| self.row(*at).is_some_and(|row| row.has_to));
        let any_ignores =
            self.targets.keys().any(|it| self.rules(*it).are_loose());
        let exact = |at: &u32| {
            let row = self.places.rows.get(*at);
            row.map(|row| (row.to.folder, self.places.rows.name(row.to)))
        };
        let doubles: Vec<(u32, u32)> = if any_ignores {
            let key = |at: &u32| {
                let row = self.places.rows.get(*at);
                row.map(|row| {
                    let name = self.places.rows.name(row.to);
                    let folder = row.to.folder;
                    (folder, self.compared(folder, name))
                })
            };
            sequence.sort_by_cached_key(|at| (key(at), *at));
            doubles_in(&sequence, |a, b| key(a) == key(b))
        } else {
            sequence.sort_unstable_by(|a, b| {
                exact(a).cmp(&exact(b)).then(a.cmp(b))
            });
            doubles_in(&sequence, |a, b| exact(a) == exact(b))
        };
        for (first, other) in doubles {
            let first = self.row(first);
            let shown = first.map(|row| self.places.as_named(row.from));
            let kind = ConflictKind::SameTarget(shown.unwrap_or_default());
            self.refuse(other, kind);
        }
        Ok(())
    }

    /// Finds targets that are there already, and the order that follows where
    /// these go away themselves.
    fn against_disk(&mut self) -> Result<(), OpsError> {
        let sources = self.sources();
        // Which row waits for another.
        let mut waits: HashMap<u32, u32> = HashMap::new();
        for at in self.planned() {
            let Some(row) = self.row(at) else { continue };
            if !row.has_to {
                continue;
            }
            match self.occupant(at, &row, &sources) {
                Occupant::Nobody => {}
                Occupant::Itself => {
                    self.checked.in_two.insert(at);
                }
                Occupant::Row(other) => {
                    self.checked.after.insert(at, other);
                    waits.insert(other, at);
                }
                Occupant::Same => {
                    self.checked.already_there += 1;
                    let status = self.checked.statuses.get_mut(at as usize);
                    if let Some(status) = status {
                        *status = Status::Unchanged;
                    }
                }
                Occupant::Stays => self.refuse(at, ConflictKind::Exists),
                Occupant::Unknown(why) => {
                    self.refuse(at, ConflictKind::Unreadable(why));
                }
            }
        }
        self.refuse_waiting(&waits);
        if self.on_conflict == OnConflict::Rename {
            self.give_other_names()?;
        }
        self.space();
        self.refuse_waiting(&waits);
        Ok(())
    }

    /// What waits for a row that stays where it is finds its target taken.
    fn refuse_waiting(&mut self, waits: &HashMap<u32, u32>) {
        let refused: Vec<u32> =
            waits.keys().copied().filter(|at| !self.is_planned(*at)).collect();
        for mut at in refused {
            while let Some(waiting) = waits.get(&at) {
                if self.checked.after.remove(waiting).is_some() {
                    self.refuse(*waiting, ConflictKind::Exists);
                }
                at = *waiting;
            }
        }
    }

    /// The rows that take entries away, by the places these are at.
    fn sources(&self) -> Vec<u32> {
        let mut sources = self.planned();
        sources.retain(|at| {
            self.row(*at).is_some_and(|row| row.operation.takes_away())
        });
        sources.sort_unstable_by(|a, b| self.source(*a).cmp(&self.source(*b)));
        sources
    }

    fn source(&self, at: u32) -> Option<(FolderId, &[u8])> {
        let row = self.places.rows.get(at)?;
        Some((row.from.folder, self.places.rows.name(row.from)))
    }

    /// Who is where a row's entry should go.
    fn occupant(&mut self, at: u32, row: &Row, sources: &[u32]) -> Occupant {
        let name = self.places.rows.name(row.to);
        let wanted = (row.to.folder, name);
        let found = sources
            .binary_search_by(|other| self.source(*other).cmp(&Some(wanted)));
        if let Ok(found) = found
            && let Some(other) = sources.get(found)
        {
            return match self.is_planned(*other) && *other != at {
                true => Occupant::Row(*other),
                false => Occupant::Stays,
            };
        }
        let Some(Target::Present { handle, .. }) =
            self.targets.get(&row.to.folder)
        else {
            return Occupant::Nobody;
        };
        match handle.stat(name, Links::Refuse) {
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                Occupant::Nobody
            }
            Err(error) => Occupant::Unknown(Cause::from(error).to_string()),
            Ok((_, found)) => {
                let own = self.places.rows.name(row.from);
                let folder = row.to.folder;
                let same = found.id == row.id
                    && folder == row.from.folder
                    && self.rules(folder).are_loose()
                    && self.compared(folder, own)
                        == self.compared(folder, name);
                let handle = Arc::clone(handle);
                if same {
                    Occupant::Itself
                } else if self.is_result(row, &handle, &found) {
                    Occupant::Same
                } else {
                    Occupant::Stays
                }
            }
        }
    }

    /// Whether what is at a row's target is what its step would make there.
    fn is_result(
        &mut self,
        row: &Row,
        target: &Arc<dyn Directory>,
        found: &Metadata,
    ) -> bool {
        let name = self.places.rows.name(row.to);
        match row.operation {
            Operation::HardLink => found.id == row.id,
            Operation::Symlink => {
                let says = self.places.absolute(row.from);
                target.read_link(name).is_ok_and(|it| it == says)
            }
            Operation::Copy | Operation::Reflink => {
                let looks_same = found.id != row.id
                    && (found.kind, found.size, found.modified)
                        == (row.kind, row.size, row.modified);
                looks_same && self.is_equal(row, target).unwrap_or(false)
            }
            _ => false,
        }
    }

    /// Whether what looks like a copy says the same, as far as that is to be
    /// looked at: for a link what it says, for a file all where copies are
    /// verified.
    fn is_equal(
        &mut self,
        row: &Row,
        target: &Arc<dyn Directory>,
    ) -> Result<bool, StorageError> {
        let (root, path) = self.places.folders.get(row.from.folder);
        let source = self.handles.open(root, path)?;
        let name = |spot: Spot| self.places.rows.name(spot);
        if row.kind == EntryKind::Symlink {
            let says = source.read_link(name(row.from))?;
            return Ok(says == target.read_link(name(row.to))?);
        }
        if !self.places.verify {
            return Ok(true);
        }
        let folder = |it: &Arc<dyn Directory>| {
            Folder::new(Arc::clone(it), std::path::PathBuf::new())
        };
        let (source, target) = (folder(&source), folder(target));
        let known = |folder, name| Known { folder, name, expected: None };
        let original = known(&source, name(row.from));
        Ok(original.is_equal_to(&known(&target, name(row.to))).is_ok())
    }

    /// Gives rows whose targets are taken other names.
    fn give_other_names(&mut self) -> Result<(), OpsError> {
        let count = self.places.rows.all.len();
        let rows = 0..u32::try_from(count).map_err(|_| OpsError::TooLarge)?;
        let mut taken: HashSet<(FolderId, Vec<u8>)> = HashSet::new();
        for at in self.planned() {
            if let Some(row) = self.row(at).filter(|row| row.has_to) {
                let name = self.places.rows.name(row.to);
                taken.insert((
                    row.to.folder,
                    self.compared(row.to.folder, name),
                ));
            }
        }
        for at in rows {
            let status = self.checked.statuses.get(at as usize);
            let is_taken = matches!(
                status,
                Some(Status::Conflict(kind)) if kind.is_taken()
            );
            let Some(row) = self.row(at).filter(|_| is_taken) else {
                continue;
            };
            let Some(name) = self.other_name(&row, &taken) else { continue };
            let folder = row.to.folder;
            taken.insert((folder, self.compared(folder, &name)));
            let spot = self.places.rows.spot(folder, &name)?;
            if let Some(row) = self.places.rows.all.get_mut(at as usize) {
                self.checked.renamed.push((at, row.to));
                row.to = spot;
            }
            if let Some(status) = self.checked.statuses.get_mut(at as usize) {
                *status = Status::Planned;
            }
        }
        Ok(())
    }

    /// A name with a number behind its stem that nothing has.
    fn other_name(
        &self,
        row: &Row,
        taken: &HashSet<(FolderId, Vec<u8>)>,
    ) -> Option<Vec<u8>> {
        let name = self.places.rows.name(row.to);
        let dot = memchr::memrchr(b'.', name).filter(|dot| *dot > 0);
        let (stem, rest) = name.split_at(dot.unwrap_or(name.len()));
        let folder = row.to.folder;
        (2..ATTEMPTS).find_map(|number| {
            let number = format!(" ({number})");
            let mut other = stem.to_vec();
            other.extend_from_slice(number.as_bytes());
            other.extend_from_slice(rest);
            if sanchay_names::is_too_long(&other)
                || taken.contains(&(folder, self.compared(folder, &other)))
            {
                return None;
            }
            let free = match self.targets.get(&folder) {
                Some(Target::Present { handle, .. }) => {
                    let found = handle.stat(&other, Links::Refuse);
                    found.is_err_and(|it| it.is(io::ErrorKind::NotFound))
                }
                _ => true,
            };
            free.then_some(other)
        })
    }

    /// The folders that have to be made for what is still planned.
    fn folders_to_make(&mut self) -> Result<(), OpsError> {
        let mut wanted: HashSet<FolderId> = HashSet::new();
        for at in self.planned() {
            let Some(row) = self.row(at).filter(|row| row.has_to) else {
                continue;
            };
            let mut folder = row.to.folder;
            while matches!(
                self.targets.get(&folder),
                Some(Target::Missing { .. })
            ) && wanted.insert(folder)
            {
                let (root, path) = self.places.folders.get(folder);
                let path = path.to_vec();
                let (above, name) = super::folders::split(&path);
                let portable = self.portable || cfg!(windows);
                if portable && !is_portable(name) {
                    let kind = ConflictKind::Name(Refusal::NotPortable);
                    self.refuse(at, kind);
                }
                folder = self.places.folders.add(root, above)?;
            }
        }
        let mut missing: Vec<FolderId> = wanted.into_iter().collect();
        missing.sort_by_cached_key(|folder| {
            let (root, path) = self.places.folders.get(*folder);
            (self.places.folders.depth(*folder), root, path.to_vec())
        });
        self.checked.missing = missing;
        Ok(())
    }
}

/// Who is where something should go.
enum Occupant {
    Nobody,
    /// The entry itself, under its name in another case.
    Itself,
    /// An entry that goes away.
    Row(u32),
    /// What the step would make.
    Same,
    /// An entry that stays.
    Stays,
    Unknown(String),
}

/// What so many bytes of a row's entry take on a file system that gives files
/// whole blocks. What a link says is with its name.
fn in_blocks(row: &Row, bytes: u64, block: Option<u64>) -> u64 {
    match block.filter(|_| row.kind == EntryKind::File) {
        Some(block) => {
            bytes.checked_next_multiple_of(block).unwrap_or(u64::MAX)
        }
        None => bytes,
    }
}

/// Pairs of rows of a sequence that are the same: the first of them, and each
/// other.
fn doubles_in(
    sequence: &[u32],
    same: impl Fn(&u32, &u32) -> bool,
) -> Vec<(u32, u32)> {
    let groups = sequence.chunk_by(|a, b| same(a, b));
    groups
        .filter_map(|group| group.split_first())
        .flat_map(|(first, rest)| rest.iter().map(|it| (*first, *it)))
        .collect()
}

/// What keeps an operation from entries of a kind, in words.
fn unfit(operation: Operation, kind: EntryKind) -> Option<&'static str> {
    let fits = match operation {
        Operation::Copy => {
            matches!(kind, EntryKind::File | EntryKind::Symlink)
        }
        Operation::Reflink => kind == EntryKind::File,
        Operation::HardLink => kind != EntryKind::Directory,
        _ => true,
    };
    (!fits).then(|| kind.describe())
}
