//! Undoing a step, if what it left is still as it left it.

use std::{ffi::OsString, io};

use sanchay_core::{
    escape::escaped,
    kind::EntryKind,
    plan::{Expectation, Made, Operation},
};
use sanchay_names::OsStringExt as _;
use sanchay_storage::{Attributes, Metadata};

use super::{
    ANOTHER, Actor, GONE, TAKEN, Tried, crosses, id_of, is_copy_of, is_made,
    taken, why,
};
use crate::{
    error::{Cause, Problem},
    ops::{
        folders::split,
        places::Places,
        replace::Known,
        rows::{Row, Spot},
        trash::Trashed,
    },
};

/// Why a copy stays.
const CHANGED: &str = "the copy was changed since";

impl Actor {
    /// Undoes a step that was done, or says why not.
    pub(in crate::ops) fn undo(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        match row.operation {
            Operation::Rename | Operation::Move => {
                self.move_back(places, row, made)
            }
            Operation::CreateFolder => {
                match self.at(places, row.to)? {
                    None => return Ok(()),
                    Some(it) if it.kind != EntryKind::Directory => {
                        return Err("it is no folder any more".into());
                    }
                    Some(_) if self.suppose(places, row.to, None) => {
                        return Ok(());
                    }
                    Some(_) => {}
                }
                let above = self.folder(places, row.to.folder).map_err(why)?;
                self.forget();
                let name = places.rows.name(row.to);
                above.remove_dir(name).map_err(|error| {
                    match error.is(io::ErrorKind::DirectoryNotEmpty) {
                        true => "it is not empty".to_owned(),
                        false => why(error),
                    }
                })
            }
            Operation::HardLink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(found) if !self.is_it(row, &found) => Err(ANOTHER.into()),
                Some(found) if found.links < 2 => {
                    Err("it is the last name of its file".into())
                }
                Some(_) => self.remove(places, row.to),
            },
            Operation::Symlink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(_) if !self.is_own_link(places, row) => {
                    Err(ANOTHER.into())
                }
                Some(_) => self.remove(places, row.to),
            },
            Operation::Delete => Err("it was deleted for good".into()),
            Operation::Copy | Operation::Reflink => {
                let Some(found) = self.at(places, row.to)? else {
                    return Ok(());
                };
                let own = match made {
                    Some(made) => is_made(made, &found),
                    None => is_copy_of(row, &found),
                };
                if !own {
                    return Err(CHANGED.into());
                }
                self.check_original(places, row, &found)?;
                self.remove(places, row.to)
            }
            Operation::Trash => self.take_out(places, row, made),
        }
    }

    /// Moves an entry back that was renamed or moved.
    pub(super) fn move_back(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        let found = self.at(places, row.to)?;
        let back = self.at(places, row.from)?;
        if found.is_some_and(|it| it.id == row.id && !self.is_it(row, &it)) {
            return Err(ANOTHER.into());
        }
        let is_copy = found.is_some_and(|found| match made {
            _ if found.id == row.id => false,
            Some(made) => is_made(made, &found),
            None => self.is_moved_copy(places, row, &found),
        });
        match (found, back) {
            (found, Some(back)) if self.is_it(row, &back) => match found {
                // It never left, or came back: its copy is one too many.
                Some(copy) if is_copy => {
                    self.check_original(places, row, &copy)
                        .map_err(|why| self.names_both(places, row, &why))?;
                    self.remove(places, row.to)
                }
                Some(found) if found.id == row.id => {
                    Err("its old name is taken".into())
                }
                _ => Ok(()),
            },
            // It was copied back before, and its copy is still there. What
            // was made here may have got the number of what went.
            (Some(found), Some(back))
                if is_copy
                    && back.id.device == row.id.device
                    && (is_copy_of(row, &back) || is_equal(&found, &back)) =>
            {
                self.check_equal(places, row, &back, &found)
                    .map_err(|why| self.names_both(places, row, &why))?;
                if row.has_other_names() {
                    self.remember_moved(places, row, found.id, row.from);
                }
                self.remove(places, row.to)?;
                self.give_time(places, row, &back);
                Ok(())
            }
            (None, Some(back))
                if row.operation == Operation::Move
                    && back.id.device == row.id.device
                    && made.map_or_else(
                        || is_copy_of(row, &back),
                        |made| crosses(row, made) && is_back(row, made, &back),
                    ) =>
            {
                // It was moved back before.
                if let Some(made) = made.filter(|_| row.has_other_names()) {
                    self.remember_moved(places, row, id_of(made), row.from);
                }
                self.give_time(places, row, &back);
                Ok(())
            }
            (None, _) => Err(GONE.into()),
            (Some(_), Some(_)) => Err("its old name is taken".into()),
            (Some(found), None) => {
                if found.id != row.id && !is_copy {
                    return Err(ANOTHER.into());
                }
                let other =
                    self.original_name(places, row).filter(|_| is_copy);
                if let Some((other, original)) = other {
                    let copied = Row { from: other, ..*row };
                    self.check_equal(places, &copied, &original, &found)?;
                    self.linked_back.insert(row.id);
                    return self.link_back(places, row, other, original);
                }
                if self.suppose(places, row.to, None) {
                    self.suppose(places, row.from, Some(found));
                    if !is_copy {
                        self.suppose_folder(places, row, row.from, row.to);
                    }
                    return Ok(());
                }
                if is_copy {
                    return self.carry_back(places, row, &found);
                }
                self.rename_from(places, row, row.to, row.from)
            }
        }
    }

    /// Gives an entry the name once more that a step gave it which was undone.
    pub(in crate::ops) fn redo(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<()> {
        let found = self.at(places, row.from)?;
        let found = found.filter(|it| it.id == row.id).ok_or(GONE)?;
        if self.at(places, row.to)?.is_some() {
            return Err(TAKEN.to_owned());
        }
        if self.suppose(places, row.from, None) {
            self.suppose(places, row.to, Some(found));
            self.suppose_folder(places, row, row.to, row.from);
            return Ok(());
        }
        self.rename_from(places, row, row.from, row.to)
    }

    fn rename_from(
        &mut self,
        places: &Places,
        row: &Row,
        from: Spot,
        to: Spot,
    ) -> Tried<()> {
        let source = self.folder(places, from.folder).map_err(why)?;
        let target = self.folder(places, to.folder).map_err(why)?;
        let (name, new) = (places.rows.name(from), places.rows.name(to));
        self.rename(row, (&*source, name), (&target, new)).map_err(taken)
    }

    /// Why neither an entry nor its copy goes, and where the copy is.
    fn names_both(&self, places: &Places, row: &Row, why: &str) -> String {
        let copy = places.absolute(row.to);
        format!("{why}; both stay, the copy is {}", escaped(&copy))
    }

    /// Where another name of a row's file is that did not go to another file
    /// system with it, or came back, and what is there.
    pub(super) fn original_name(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Option<(Spot, Metadata)> {
        let siblings = std::mem::take(&mut self.siblings);
        let found = siblings.all(places, row).find_map(|other| {
            let found = self.at(places, other.from).ok().flatten()?;
            self.is_it(row, &found).then_some((other.from, found))
        });
        self.siblings = siblings;
        found
    }

    /// Gives a file its old name back, whose copy on another file system goes.
    pub(super) fn link_back(
        &mut self,
        places: &Places,
        row: &Row,
        other: Spot,
        original: Metadata,
    ) -> Tried<()> {
        if self.suppose(places, row.from, Some(original)) {
            self.suppose(places, row.to, None);
            return Ok(());
        }
        let from = self.folder(places, other.folder).map_err(why)?;
        let to = self.folder(places, row.from.folder).map_err(why)?;
        let (name, new) =
            (places.rows.name(other), places.rows.name(row.from));
        from.hard_link(name, &*to, new).map_err(taken)?;
        self.remove(places, row.to)
    }

    /// Moves a copy on another file system back, with the time that it should
    /// have.
    pub(super) fn carry_back(
        &mut self,
        places: &Places,
        row: &Row,
        copy: &Metadata,
    ) -> Tried<()> {
        self.carry(places, row.to, row.from, None)?;
        self.give_time(places, row, copy);
        Ok(())
    }

    /// Gives a file that is back the time that it should have, unless it has
    /// that.
    fn give_time(&mut self, places: &Places, row: &Row, now: &Metadata) {
        if now.modified == row.modified || self.supposes() {
            return;
        }
        let modified = Some(row.modified);
        let times = Attributes { modified, ..Attributes::default() };
        let set = self.folder(places, row.from.folder).and_then(|folder| {
            folder.set_attributes(places.rows.name(row.from), &times)
        });
        if let Err(error) = set {
            tracing::debug!(%error, "a file keeps another time");
        }
    }

    /// Fails unless the original of a copy is there and has the same content:
    /// what is removed is never the only one.
    pub(super) fn check_original(
        &mut self,
        places: &Places,
        row: &Row,
        copy: &Metadata,
    ) -> Tried<()> {
        // Its bytes are compared: when it was changed otherwise is no matter.
        match self.at(places, row.from)? {
            Some(original)
                if original.id == row.id && is_copy_of(row, &original) =>
            {
                self.check_equal(places, row, &original, copy)
            }
            _ => Err("its original is not what it was".into()),
        }
    }

    /// Fails unless what is at both places of a row is not the same and has
    /// the same content.
    pub(super) fn check_equal(
        &mut self,
        places: &Places,
        row: &Row,
        original: &Metadata,
        copy: &Metadata,
    ) -> Tried<()> {
        if original.id == copy.id {
            return Err("it is the only one".into());
        }
        if self.is_supposed(places, row.from)
            || self.is_supposed(places, row.to)
        {
            // There is nothing to compare.
            return Ok(());
        }
        if row.kind == EntryKind::Symlink {
            let mut says = |spot: Spot| {
                let folder = self.folder(places, spot.folder)?;
                folder.read_link(places.rows.name(spot))
            };
            let same =
                says(row.from).map_err(why)? == says(row.to).map_err(why)?;
            return same.then_some(()).ok_or_else(|| CHANGED.into());
        }
        if row.kind != EntryKind::File {
            return Ok(());
        }
        if original.size == 0 && copy.size > 0 {
            let why = "its original does not tell its size: the two cannot \
                       be compared";
            return Err(why.into());
        }
        let source = self.known(places, row.from.folder).map_err(why)?;
        let target = self.known(places, row.to.folder).map_err(why)?;
        let known = |folder, name| Known { folder, name, expected: None };
        let original = known(&source, places.rows.name(row.from));
        let copy = known(&target, places.rows.name(row.to));
        match original.is_equal_to(&copy) {
            Ok(()) => Ok(()),
            Err(Cause::Problem(Problem::NotEqual)) => Err(CHANGED.into()),
            Err(cause) => Err(cause.to_string()),
        }
    }

    /// Takes an entry out of the trash.
    pub(super) fn take_out(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        let name = places.rows.name(row.from);
        match self.at(places, row.from)? {
            Some(found) if found.id == row.id => return Ok(()),
            Some(_) => return Err("its old name is taken".into()),
            None => {}
        }
        let folder = self.known(places, row.from.folder).map_err(why)?;
        let at = made.and_then(|made| made.at.as_deref()).and_then(trashed);
        let trashed = match at {
            Some(at) => at,
            // Nobody wrote where it is.
            None => {
                let root =
                    self.root_of(places, row.from.folder).map_err(why)?;
                let found = self.trash.search(&folder, name, &root, row.id);
                found.ok_or("it is not in the trash any more")?
            }
        };
        let found = self.trash.look(&trashed).map_err(|error| match error
            .is(io::ErrorKind::NotFound)
        {
            true => "it is not in the trash any more".to_owned(),
            false => why(error),
        })?;
        if found.id != row.id {
            return Err("another entry has its place in the trash".into());
        }
        if self.suppose(places, row.from, Some(found)) {
            return Ok(());
        }
        let restored = self.trash.restore(&trashed, &folder, name);
        restored.map_err(|error| error.cause.to_string())
    }

    /// Removes the copy of an entry whose move to another file system was ended
    /// before the original was removed.
    pub(in crate::ops) fn remove_half(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<()> {
        let Some(copy) = self.at(places, row.to)? else { return Ok(()) };
        if !self.is_moved_copy(places, row, &copy) {
            return Err(TAKEN.to_owned());
        }
        self.check_original(places, row, &copy)
            .map_err(|why| self.names_both(places, row, &why))?;
        self.remove(places, row.to)
    }

    /// Removes what is at a place, or supposes so.
    pub(super) fn remove(&mut self, places: &Places, spot: Spot) -> Tried<()> {
        if self.suppose(places, spot, None) {
            return Ok(());
        }
        let folder = self.folder(places, spot.folder).map_err(why)?;
        folder.remove_file(places.rows.name(spot)).map_err(why)
    }
}

/// Whether two entries look the same.
fn is_equal(one: &Metadata, other: &Metadata) -> bool {
    (one.kind, one.size, one.modified)
        == (other.kind, other.size, other.modified)
}

/// Whether an entry looks like a row's that was moved back: what it is, or
/// what the copy was that came back.
fn is_back(row: &Row, made: &Made, back: &Metadata) -> bool {
    let Expectation { kind, size, modified, .. } = made.expect;
    is_copy_of(row, back)
        || (kind, size, modified) == (back.kind, back.size, back.modified)
}

/// Where something is in the trash, by the path that a journal has.
fn trashed(at: &[u8]) -> Option<Trashed> {
    let (files, name) = split(at);
    let trash = files.strip_suffix(b"/files")?;
    let trash = OsString::from_vec(trash.to_vec()).into();
    Some(Trashed { trash, name: name.to_vec() })
}
