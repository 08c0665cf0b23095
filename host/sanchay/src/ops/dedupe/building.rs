//! Makes rows of groups of files: which of each stays, and what becomes of the
//! others.

use std::collections::{HashMap, HashSet};

use sanchay_core::{
    escape::escaped,
    grouping::Role,
    keep::Choice,
    kind::EntryKind,
    plan::{Operation, TEMPORARY},
};
use sanchay_sandbox::KeepColumns;
use sanchay_storage::{Extents, FileId, Links};

use super::{DedupeAction, DedupeRequest};
use crate::{
    duplicates::Member,
    ops::{
        differences::Differences,
        error::OpsError,
        folders::{FolderId, join},
        handles::Handles,
        places::Places,
        plan::Decided,
        roots::{Base, Bases},
        rows::{Row, Rows},
        staying::{Standing, candidates, staying},
    },
};

/// How many files are decided on in one crossing.
pub(super) const FILES: usize = 8192;

/// Files with the same contents.
struct Group {
    files: Vec<File>,
    /// The digest of these, as a plan has it.
    hash: String,
}

/// A file of a group.
pub(super) struct File {
    pub(super) row: Row,
    pub(super) role: Role,
    /// What was decided by hand.
    mark: Option<bool>,
    root: u32,
    pub(super) is_linked: bool,
    may_share: bool,
}

/// Makes rows of groups.
pub(super) struct Builder<'a> {
    pub(super) request: &'a DedupeRequest,
    pub(super) bases: &'a Bases,
    /// The roots by their paths, in the order in which they were given.
    pub(super) numbers: HashMap<&'a [u8], u32>,
    /// Where files go that are moved.
    pub(super) target: Option<Base>,
    pub(super) handles: Handles,
    pub(super) places: Places,
    pub(super) decided: Decided,
    pub(super) unchanged: u64,
    /// Groups that wait to be decided on.
    groups: Vec<Group>,
    /// How many files they have.
    files: usize,
}

impl<'a> Builder<'a> {
    /// One that has made nothing.
    pub(super) fn new(
        request: &'a DedupeRequest,
        bases: &'a Bases,
        (places, handles): (Places, Handles),
        target: Option<Base>,
    ) -> Self {
        Self {
            request,
            bases,
            numbers: HashMap::new(),
            target,
            handles,
            places,
            decided: Decided::default(),
            unchanged: 0,
            groups: Vec::new(),
            files: 0,
        }
    }
}

impl Builder<'_> {
    /// Adds a group of equal files.
    pub(super) fn add(
        &mut self,
        members: &[Member<'_>],
        hash: String,
    ) -> Result<(), OpsError> {
        let mut files = Vec::with_capacity(members.len());
        for member in members {
            files.extend(self.file(member)?);
        }
        self.files += files.len();
        self.groups.push(Group { files, hash });
        match self.files >= FILES {
            true => self.decide(),
            false => Ok(()),
        }
    }

    /// A file that may make way, or stay.
    pub(super) fn file(
        &mut self,
        member: &Member<'_>,
    ) -> Result<Option<File>, OpsError> {
        // What another run has left aside has a name to get back.
        if member.name.starts_with(TEMPORARY.as_bytes()) {
            return Ok(None);
        }
        let Some(base) = self.bases.of(member.root) else { return Ok(None) };
        let folder = join(&base.below, &member.below);
        let folder = self.places.folders.add(base.root, &folder)?;
        // What went there before is no candidate any more.
        if self.is_at_target(folder) {
            return Ok(None);
        }
        let operation = self.request.action.operation();
        let mut row = Rows::empty(operation, folder);
        row.from = self.places.rows.spot(folder, member.name)?;
        row.kind = EntryKind::File;
        row.id = member.state.id;
        row.size = member.state.size;
        row.modified = member.state.modified;
        // What is done to one name of a file shows in the others.
        row.changed = (!member.is_linked).then_some(member.state.changed);
        let mark = match self.request.marks.is_empty() {
            true => None,
            false => self.request.mark(&self.places.absolute(row.from)),
        };
        Ok(Some(File {
            row,
            role: member.role,
            mark,
            root: self.numbers.get(member.root).copied().unwrap_or(0),
            is_linked: member.is_linked,
            may_share: member.may_share,
        }))
    }

    /// Whether a folder is that which files are moved into, or below it.
    fn is_at_target(&self, folder: FolderId) -> bool {
        let (root, path) = self.places.folders.get(folder);
        self.target.as_ref().is_some_and(|it| it.has(root, path))
    }

    /// Decides on the groups that wait, in the sandbox.
    pub(super) fn decide(&mut self) -> Result<(), OpsError> {
        self.files = 0;
        let mut groups = std::mem::take(&mut self.groups);
        groups.retain(|group| !group.files.is_empty());
        if groups.is_empty() {
            return Ok(());
        }
        let mut columns = KeepColumns::default();
        for group in &groups {
            for at in candidates(&standings(&group.files)) {
                let Some(file) = group.files.get(at) else { continue };
                self.push(file, 0, &mut columns)?;
            }
            columns.groups.push(short(columns.ends.len())?);
        }
        let choices = self.choose(&columns)?;
        for (group, choice) in groups.iter().zip(choices) {
            self.rows(group, choice)?;
        }
        Ok(())
    }

    /// Has the rules choose, in the sandbox.
    pub(super) fn choose(
        &self,
        columns: &KeepColumns,
    ) -> Result<Vec<Choice>, OpsError> {
        self.request.engine.choose_kept(&self.request.keep, columns)
    }

    /// Adds a file to what crosses, a picture with its pixels.
    pub(super) fn push(
        &self,
        file: &File,
        pixels: u64,
        columns: &mut KeepColumns,
    ) -> Result<(), OpsError> {
        let Row { from, modified, size, .. } = file.row;
        columns.paths.extend(self.places.absolute(from));
        columns.ends.push(short(columns.paths.len())?);
        columns.roots.push(file.root);
        columns.seconds.push(modified.seconds);
        columns.nanoseconds.push(modified.nanoseconds);
        columns.sizes.push(size);
        columns.pixels.push(pixels);
        Ok(())
    }

    /// Adds the rows of a group of which it is decided what stays.
    fn rows(
        &mut self,
        Group { files: group, hash }: &Group,
        choice: Choice,
    ) -> Result<(), OpsError> {
        let standings = standings(group);
        let chosen = candidates(&standings).nth(choice.kept);
        let Some(chosen) = chosen else { return Ok(()) };
        let stays = staying(&standings, chosen);
        // What makes way is compared with one that stays.
        let is_there = stays.get(chosen).copied().unwrap_or(false);
        let first = stays.iter().position(|it| *it);
        let at = if is_there { chosen } else { first.unwrap_or(chosen) };
        let Some(kept) = group.get(at) else { return Ok(()) };
        let left = group.iter().zip(&stays).filter(|(_, stays)| **stays);
        let ids: HashSet<FileId> = left.map(|(it, _)| it.row.id).collect();
        let (kept_row, action) = (kept.row, &self.request.action);
        let shares = action.shares();
        let leaves_names = shares || !self.request.options.hardlinks;
        let place =
            |row: &Row| (row.from.folder, self.places.rows.name(row.from));
        let mut going: Vec<&File> = Vec::new();
        for (file, stays) in group.iter().zip(&stays) {
            let is_kept = place(&file.row) == place(&kept_row);
            if is_kept || *stays {
                continue;
            }
            let is_name = ids.contains(&file.row.id);
            if is_name && leaves_names {
                self.unchanged += 1;
                continue;
            }
            going.push(file);
        }
        let shared = self.shared(kept, &going);
        if matches!(action, DedupeAction::Reflink) {
            let before = going.len();
            going.retain(|file| !shared.contains(&file.row.id));
            self.unchanged += (before - going.len()) as u64;
        }
        if going.is_empty() {
            return Ok(());
        }
        let several = candidates(&standings).nth(1).is_some();
        let why = match (at == chosen, kept.mark) {
            (true, Some(true)) | (false, _) => "kept: by hand".to_owned(),
            (true, _) => self.why(kept, several, choice.decided_by),
        };
        let because = self.places.rows.reason(&why);
        // More names show in its time of change.
        let stays = Row { changed: None, ..kept_row };
        let id = self.places.rows.keep(stays, Some(hash))?;
        let mut freed: HashSet<FileId> = HashSet::new();
        freed.extend(shared);
        freed.extend(ids);
        for file in &going {
            let mut row = Row { because, kept: Some(id), ..file.row };
            row.frees = freed.insert(row.id) && self.frees(file, &going);
            self.compare_metadata(&mut row, &kept_row);
            self.push_row(row)?;
        }
        Ok(())
    }

    /// Adds a row, with the place that its file goes to.
    pub(super) fn push_row(&mut self, mut row: Row) -> Result<(), OpsError> {
        if let Some(base) = &self.target {
            let (_, path) = self.places.folders.get(row.from.folder);
            let path = join(&base.below, path);
            let folder = self.places.folders.add(base.root, &path)?;
            (row.to, row.has_to) = (row.from.moved(folder), true);
        }
        self.places.rows.push(row).map(drop)
    }

    /// Finds out what a file loses that becomes another name of one that
    /// stays. What cannot be looked at fails later, and says why.
    fn compare_metadata(&mut self, row: &mut Row, kept: &Row) {
        if !self.request.compare_metadata
            || row.operation != Operation::HardLink
        {
            return;
        }
        let mut open = |row: &Row| {
            let (root, path) = self.places.folders.get(row.from.folder);
            self.handles.open(root, path)
        };
        let folders = open(row).and_then(|own| Ok((own, open(kept)?)));
        let Ok((own, its)) = folders else { return };
        let name = |row: &Row| self.places.rows.name(row.from);
        let file = (&*own, name(row));
        let differs = Differences::between(file, (&*its, name(kept)));
        row.differs = differs.unwrap_or_default();
        if row.differs.are_any() {
            let why = self.places.rows.why(row.because);
            let why = format!("{why}; differs in {}", row.differs);
            row.because = self.places.rows.reason(&why);
        }
    }

    /// Why a file stays, for people: by which rule, by its number, and whether
    /// there were others.
    pub(super) fn why(
        &mut self,
        kept: &File,
        several: bool,
        decided_by: Option<usize>,
    ) -> String {
        let rules = &self.request.keep;
        match decided_by.and_then(|at| rules.get(at)) {
            Some(rule) => format!("kept: {}", escaped(rule)),
            None if kept.role == Role::Reference && !several => {
                "kept: a reference".to_owned()
            }
            None => {
                self.decided.ties += u64::from(several);
                "kept: the first path".to_owned()
            }
        }
    }

    /// Whether all names of a file go, so that its bytes are free.
    fn frees(&mut self, file: &File, going: &[&File]) -> bool {
        if !file.is_linked {
            return true;
        }
        let names = going.iter().filter(|it| it.row.id == file.row.id);
        let names = names.count();
        let (root, path) = self.places.folders.get(file.row.from.folder);
        let name = self.places.rows.name(file.row.from);
        let found = self
            .handles
            .open(root, path)
            .and_then(|folder| folder.stat(name, Links::Refuse));
        found.is_ok_and(|(_, found)| found.links as usize <= names)
    }

    /// The files whose bytes on disk are those of the one that stays, as far
    /// as the file system tells.
    fn shared(&mut self, kept: &File, going: &[&File]) -> Vec<FileId> {
        if !kept.may_share || !going.iter().any(|it| it.may_share) {
            return Vec::new();
        }
        let Some(of_kept) = self.extents(kept) else { return Vec::new() };
        let mut shared = Vec::new();
        for file in going {
            if file.may_share
                && self.extents(file).is_some_and(|it| it == of_kept)
            {
                shared.push(file.row.id);
            }
        }
        shared
    }

    fn extents(&mut self, file: &File) -> Option<Extents> {
        let (root, path) = self.places.folders.get(file.row.from.folder);
        let name = self.places.rows.name(file.row.from);
        let folder = self.handles.open(root, path).ok()?;
        let (open, _) = folder.open_file(name, Links::Refuse).ok()?;
        let extents = open.extents().ok()?;
        matches!(extents, Extents::Shared(_)).then_some(extents)
    }
}

/// What matters of files to whether they stay.
fn standings(group: &[File]) -> Vec<Standing> {
    let standing = |file: &File| Standing {
        is_reference: file.role == Role::Reference,
        mark: file.mark,
    };
    group.iter().map(standing).collect()
}

/// A number of 32 bits.
pub(super) fn short(number: usize) -> Result<u32, OpsError> {
    u32::try_from(number).map_err(|_| OpsError::TooLarge)
}
