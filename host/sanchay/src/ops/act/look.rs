//! Looking whether a step was done of which nobody wrote what became of it.

use sanchay_core::{kind::EntryKind, plan::Operation};
use sanchay_storage::Metadata;

use super::{Actor, Done, Found, Tried, is_copy_of, made};
use crate::ops::{places::Places, replacing::Replacing, rows::Row};

impl Actor {
    /// Looks whether a step was done.
    pub(in crate::ops) fn look(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Found {
        self.try_look(places, row).unwrap_or_else(Found::Neither)
    }

    pub(super) fn try_look(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Found> {
        if Replacing::does(row) {
            return self.look_replaced(places, row);
        }
        let is_it = |found: &Option<Metadata>| {
            found.as_ref().is_some_and(|found| found.id == row.id)
        };
        let done = |is_done: bool| match is_done {
            true => Found::Done,
            false => Found::NotDone,
        };
        Ok(match row.operation {
            Operation::CreateFolder => {
                let found = self.at(places, row.to)?;
                done(found.is_some_and(|it| it.kind == EntryKind::Directory))
            }
            Operation::HardLink => done(is_it(&self.at(places, row.to)?)),
            Operation::Symlink => done(self.is_own_link(places, row)),
            Operation::Delete => done(!is_it(&self.at(places, row.from)?)),
            Operation::Rename | Operation::Move => {
                let is_there = is_it(&self.at(places, row.from)?);
                let moves = row.operation == Operation::Move;
                if is_there && !moves {
                    return Ok(Found::NotDone);
                }
                let found = self.at(places, row.to)?;
                let is_copy = found
                    .is_some_and(|it| self.is_moved_copy(places, row, &it));
                match (is_there, is_copy) {
                    (true, true) => Found::Copied,
                    (true, false) => Found::NotDone,
                    (false, copied) if copied || is_it(&found) => Found::Done,
                    (false, _) => {
                        let why = "it is at neither of its places";
                        Found::Neither(why.to_owned())
                    }
                }
            }
            Operation::Trash => done(!is_it(&self.at(places, row.from)?)),
            Operation::Copy | Operation::Reflink => {
                // The original itself may have been moved there.
                let found = self.at(places, row.to)?;
                let is_copy = |found: Metadata| {
                    found.id != row.id && is_copy_of(row, &found)
                };
                done(found.is_some_and(is_copy))
            }
        })
    }

    /// What is known of a step that was found done: of a move to another file
    /// system, what it made there.
    pub(in crate::ops) fn found_done(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Done {
        let copy = match row.operation {
            Operation::Move => self.at(places, row.to).ok().flatten(),
            _ => None,
        };
        let copy = copy.filter(|copy| copy.id.device != row.id.device);
        Done { made: copy.as_ref().map(made), note: None }
    }

    /// Whether a symbolic link is the one that a row made.
    pub(super) fn is_own_link(&mut self, places: &Places, row: &Row) -> bool {
        let text = self.text_of_link(places, row.from);
        let folder = self.folder(places, row.to.folder).ok();
        let found =
            folder.and_then(|it| it.read_link(places.rows.name(row.to)).ok());
        found.is_some_and(|found| found == text)
    }

    /// Whether an entry is a copy that a move to another file system made of a
    /// row's entry, as far as can be seen. When it was created does not tell:
    /// file systems take that from a clock that is behind that of the journal.
    /// Nothing had its name when the run was planned, and its bytes are compared
    /// before any are removed.
    pub(super) fn is_moved_copy(
        &self,
        places: &Places,
        row: &Row,
        found: &Metadata,
    ) -> bool {
        let is_source =
            |other: &Row| other.operation.has_source() && other.id == found.id;
        row.operation == Operation::Move
            && found.id.device != row.id.device
            && is_copy_of(row, found)
            && !places.rows.all.iter().any(is_source)
    }
}
