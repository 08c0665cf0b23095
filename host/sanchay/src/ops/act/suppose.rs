//! Steps in thought: what would be where if they were done or undone.

use std::collections::HashMap;

use sanchay_core::{
    kind::EntryKind,
    plan::{Made, Operation},
};
use sanchay_storage::Metadata;

use super::{Actor, GONE, TAKEN, Tried, expected, unlike, why};
use crate::ops::{
    copy::Expected,
    folders::{FolderId, split},
    places::Places,
    replacing::Replacing,
    rows::{Row, Spot},
};

/// What would be where if steps were undone.
#[derive(Debug, Default)]
pub(super) struct Supposed {
    pub(super) entries: HashMap<(FolderId, Vec<u8>), Option<Metadata>>,
    /// Folders that would have other paths: a root, the path that it would
    /// have, and the one that it has.
    folders: Vec<(u32, Vec<u8>, Vec<u8>)>,
}

impl Supposed {
    /// The path that a folder has which would have this one.
    pub(super) fn actual(&self, root: u32, path: &[u8]) -> Vec<u8> {
        let mut path = path.to_vec();
        for (of, supposed, actual) in self.folders.iter().rev() {
            let rest = path.strip_prefix(supposed.as_slice());
            let rest = rest.filter(|rest| {
                *of == root && (rest.is_empty() || rest.starts_with(b"/"))
            });
            if let Some(rest) = rest {
                path = [actual, rest].concat();
            }
        }
        path
    }
}

impl Actor {
    /// Whether steps are undone in thought only.
    pub(in crate::ops) const fn supposes(&self) -> bool {
        self.supposed.is_some()
    }

    /// From now on, steps are undone in thought only.
    pub(in crate::ops) fn only_suppose(&mut self) {
        self.supposed = Some(Supposed::default());
    }

    /// Supposes that a step is undone, or says why it would not be.
    pub(in crate::ops) fn suppose_undone(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        match Replacing::does(row) {
            true => self.separate(places, 0, row, made).map(drop),
            false => self.undo(places, row, made),
        }
    }

    /// Supposes that something is at a place, or nothing; whether that is all
    /// that is to be done.
    pub(super) fn suppose(
        &mut self,
        places: &Places,
        spot: Spot,
        what: Option<Metadata>,
    ) -> bool {
        let Some(supposed) = &mut self.supposed else { return false };
        let name = places.rows.name(spot).to_vec();
        supposed.entries.insert((spot.folder, name), what);
        true
    }

    /// Whether what is at a place is only supposed.
    pub(super) fn is_supposed(&self, places: &Places, spot: Spot) -> bool {
        self.supposed.as_ref().is_some_and(|supposed| {
            let name = places.rows.name(spot).to_vec();
            supposed.entries.contains_key(&(spot.folder, name))
        })
    }

    /// Supposes that a folder was renamed: what is in it goes with it.
    pub(super) fn suppose_folder(
        &mut self,
        places: &Places,
        row: &Row,
        now: Spot,
        before: Spot,
    ) {
        let (root, _) = places.folders.get(now.folder);
        let (other, _) = places.folders.get(before.folder);
        if let Some(supposed) = &mut self.supposed
            && row.kind == EntryKind::Directory
            && root == other
        {
            let paths = (places.below(now), places.below(before));
            supposed.folders.push((root, paths.0, paths.1));
        }
    }

    /// Supposes that a step is done, or says why it could not be.
    pub(in crate::ops) fn try_out(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<()> {
        let mut found = None;
        if row.is_like {
            self.check_similar(places, row)?;
        } else if let Some(kept) = places.rows.kept(row) {
            let there = self.at(places, kept.from)?.ok_or(GONE)?;
            if Expected::of(&there) != expected(kept) {
                return Err("the file that stays was changed since".into());
            }
        }
        if row.operation.has_source() {
            let there = self.at(places, row.from)?.ok_or(GONE)?;
            if !self.is_same(row, &there) {
                return Err(unlike(row, &there).to_owned());
            }
            found = Some(there);
        }
        if row.has_to {
            let folder = self.directory(places, row.to.folder)?;
            let is_folder = row.operation == Operation::CreateFolder;
            match self.at(places, row.to)? {
                None => {}
                Some(it) if is_folder && it.kind == EntryKind::Directory => {}
                Some(_) => return Err(TAKEN.to_owned()),
            }
            self.suppose(places, row.to, found.or(Some(folder)));
        }
        if row.operation.takes_away() {
            self.suppose(places, row.from, None);
        }
        Ok(())
    }

    /// What a folder is, if it is there or supposed to be.
    pub(super) fn directory(
        &mut self,
        places: &Places,
        folder: FolderId,
    ) -> Tried<Metadata> {
        let found = self
            .folder(places, folder)
            .and_then(|it| Ok(it.as_file()?.metadata()?));
        let error = match found {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let (root, path) = places.folders.get(folder);
        let (above, name) = split(path);
        let supposed = places.folders.find(root, above).and_then(|above| {
            let supposed = self.supposed.as_ref()?;
            *supposed.entries.get(&(above, name.to_vec()))?
        });
        supposed.ok_or_else(|| why(error))
    }
}
