//! One step: done, looked at, or undone. Each acts relative to the handles of
//! the folders concerned, and only while the entry is the one that is meant.

use std::{io, sync::Arc};

use sanchay_core::{kind::EntryKind, plan::Operation};
use sanchay_storage::{Directory, Links, Metadata, StorageError};

use super::{
    folders::{FolderId, join},
    handles::Handles,
    places::Places,
    rows::{Row, Spot},
};
use crate::error::Cause;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// There was no need.
    Skipped(String),
    Failed(String),
}

/// What is found of a step of which nobody wrote what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    NotDone,
    Done,
    /// It cannot be told.
    Neither(String),
}

/// Does steps.
#[derive(Debug)]
pub(super) struct Actor {
    handles: Handles,
    /// The folders of the last steps.
    recent: [Option<(FolderId, Arc<dyn Directory>)>; 2],
}

type Tried<T> = Result<T, String>;

fn why(error: StorageError) -> String {
    Cause::from(error).to_string()
}

impl Actor {
    pub(super) fn new(handles: Handles) -> Self {
        Self { handles, recent: [None, None] }
    }

    /// A folder, open.
    pub(super) fn folder(
        &mut self,
        places: &Places,
        folder: FolderId,
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let mut recent = self.recent.iter().flatten();
        if let Some((_, open)) = recent.find(|(it, _)| *it == folder) {
            return Ok(Arc::clone(open));
        }
        let (root, path) = places.folders.get(folder);
        let open = self.handles.open(root, path)?;
        self.recent.swap(0, 1);
        if let Some(first) = self.recent.first_mut() {
            *first = Some((folder, Arc::clone(&open)));
        }
        Ok(open)
    }

    /// Forgets folders that may have other paths now.
    fn forget(&mut self) {
        self.recent = [None, None];
        self.handles.forget();
    }

    /// The entry of a row, in its folder, if it is what it was.
    fn source(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Arc<dyn Directory>> {
        let folder = self.folder(places, row.from.folder).map_err(why)?;
        let name = places.rows.name(row.from);
        let (_, found) = folder.stat(name, Links::Refuse).map_err(why)?;
        match is_same(row, &found) {
            true => Ok(folder),
            false if found.id != row.id => {
                Err("another entry has taken its place".to_owned())
            }
            false => Err("it was changed since the plan was made".to_owned()),
        }
    }

    /// Does a step.
    pub(super) fn act(&mut self, places: &Places, row: &Row) -> Outcome {
        match self.try_act(places, row) {
            Ok(None) => Outcome::Done,
            Ok(Some(why)) => Outcome::Skipped(why),
            Err(why) => Outcome::Failed(why),
        }
    }

    fn try_act(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Option<String>> {
        let (from, to) =
            (places.rows.name(row.from), places.rows.name(row.to));
        match row.operation {
            Operation::CreateFolder => {
                let above = self.folder(places, row.to.folder).map_err(why)?;
                return match above.create_dir(to, 0o777) {
                    Ok(()) => Ok(None),
                    Err(error) if error.is(io::ErrorKind::AlreadyExists) => {
                        above.open_dir(to, Links::Refuse).map_err(why)?;
                        Ok(Some("it is there by now".to_owned()))
                    }
                    Err(error) => Err(why(error)),
                };
            }
            Operation::Rename | Operation::Move => {
                let source = self.source(places, row)?;
                let target =
                    self.folder(places, row.to.folder).map_err(why)?;
                source.rename(from, &*target, to).map_err(taken)?;
                if row.kind == EntryKind::Directory {
                    self.forget();
                }
            }
            Operation::HardLink => {
                let source = self.source(places, row)?;
                let target =
                    self.folder(places, row.to.folder).map_err(why)?;
                source.hard_link(from, &*target, to).map_err(taken)?;
            }
            Operation::Symlink => {
                self.source(places, row)?;
                let target =
                    self.folder(places, row.to.folder).map_err(why)?;
                let text = self.text_of_link(places, row.from);
                target.symlink(&text, to).map_err(taken)?;
            }
            Operation::Delete => {
                let source = self.source(places, row)?;
                match row.kind {
                    EntryKind::Directory => source.remove_dir(from),
                    _ => source.remove_file(from),
                }
                .map_err(why)?;
            }
            Operation::Copy | Operation::Reflink | Operation::Trash => {
                return Err("this program cannot do that yet".to_owned());
            }
        }
        Ok(None)
    }

    /// What a symbolic link to a place says: the path from the top.
    fn text_of_link(&self, places: &Places, spot: Spot) -> Vec<u8> {
        let (root, _) = places.folders.get(spot.folder);
        join(self.handles.root(root), &places.below(spot))
    }

    /// What is at a place, if anything is.
    fn at(&mut self, places: &Places, spot: Spot) -> Tried<Option<Metadata>> {
        let gone = |error: &StorageError| {
            error.is(io::ErrorKind::NotFound)
                || error.is(io::ErrorKind::NotADirectory)
        };
        let folder = match self.folder(places, spot.folder) {
            Ok(folder) => folder,
            Err(error) if gone(&error) => return Ok(None),
            Err(error) => return Err(why(error)),
        };
        match folder.stat(places.rows.name(spot), Links::Refuse) {
            Ok((_, found)) => Ok(Some(found)),
            Err(error) if gone(&error) => Ok(None),
            Err(error) => Err(why(error)),
        }
    }

    /// Whether a symbolic link is the one that a row made.
    fn is_own_link(&mut self, places: &Places, row: &Row) -> bool {
        let text = self.text_of_link(places, row.from);
        let folder = self.folder(places, row.to.folder).ok();
        let found =
            folder.and_then(|it| it.read_link(places.rows.name(row.to)).ok());
        found.is_some_and(|found| found == text)
    }

    /// Looks whether a step was done.
    pub(super) fn look(&mut self, places: &Places, row: &Row) -> Found {
        self.try_look(places, row).unwrap_or_else(Found::Neither)
    }

    fn try_look(&mut self, places: &Places, row: &Row) -> Tried<Found> {
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
                if is_it(&self.at(places, row.from)?) {
                    Found::NotDone
                } else if is_it(&self.at(places, row.to)?) {
                    Found::Done
                } else {
                    let why = "it is at neither of its places";
                    Found::Neither(why.to_owned())
                }
            }
            Operation::Copy | Operation::Reflink | Operation::Trash => {
                Found::NotDone
            }
        })
    }

    /// Undoes a step that was done, or says why not. With `only_look`, nothing
    /// changes.
    pub(super) fn undo(
        &mut self,
        places: &Places,
        row: &Row,
        only_look: bool,
    ) -> Tried<()> {
        let (from, to) =
            (places.rows.name(row.from), places.rows.name(row.to));
        match row.operation {
            Operation::Rename | Operation::Move => {
                let found = self.at(places, row.to)?;
                let back = self.at(places, row.from)?;
                let is_back = back.as_ref().is_some_and(|it| it.id == row.id);
                match (found, back) {
                    (found, _)
                        if is_back
                            && found.is_none_or(|it| it.id != row.id) =>
                    {
                        return Ok(());
                    }
                    (None, _) => return Err("it is no longer there".into()),
                    (Some(found), _) if found.id != row.id => {
                        return Err("another entry has taken its place".into());
                    }
                    (Some(_), Some(_)) => {
                        return Err("its old name is taken".into());
                    }
                    (Some(_), None) if only_look => return Ok(()),
                    (Some(_), None) => {}
                }
                let now = self.folder(places, row.to.folder).map_err(why)?;
                let old = self.folder(places, row.from.folder).map_err(why)?;
                now.rename(to, &*old, from).map_err(taken)?;
                if row.kind == EntryKind::Directory {
                    self.forget();
                }
                Ok(())
            }
            Operation::CreateFolder => {
                match self.at(places, row.to)? {
                    None => return Ok(()),
                    Some(it) if it.kind != EntryKind::Directory => {
                        return Err("it is no folder any more".into());
                    }
                    Some(_) if only_look => return Ok(()),
                    Some(_) => {}
                }
                let above = self.folder(places, row.to.folder).map_err(why)?;
                self.forget();
                above.remove_dir(to).map_err(|error| {
                    match error.is(io::ErrorKind::DirectoryNotEmpty) {
                        true => "it is not empty".to_owned(),
                        false => why(error),
                    }
                })
            }
            Operation::HardLink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(found) if found.id != row.id => {
                    Err("another entry has taken its place".into())
                }
                Some(found) if found.links < 2 => {
                    Err("it is the last name of its file".into())
                }
                Some(_) if only_look => Ok(()),
                Some(_) => {
                    let folder =
                        self.folder(places, row.to.folder).map_err(why)?;
                    folder.remove_file(to).map_err(why)
                }
            },
            Operation::Symlink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(_) if !self.is_own_link(places, row) => {
                    Err("another entry has taken its place".into())
                }
                Some(_) if only_look => Ok(()),
                Some(_) => {
                    let folder =
                        self.folder(places, row.to.folder).map_err(why)?;
                    folder.remove_file(to).map_err(why)
                }
            },
            Operation::Delete => Err("it was deleted for good".into()),
            Operation::Copy | Operation::Reflink | Operation::Trash => {
                Err("this program cannot undo that yet".into())
            }
        }
    }
}

/// Why a name could not be given.
fn taken(error: StorageError) -> String {
    match error.is(io::ErrorKind::AlreadyExists) {
        true => "something has that name by now".to_owned(),
        false => why(error),
    }
}

/// Whether an entry is what a row expects.
fn is_same(row: &Row, found: &Metadata) -> bool {
    if found.id != row.id || found.kind != row.kind {
        return false;
    }
    if row.kind == EntryKind::Directory {
        return true;
    }
    found.size == row.size
        && found.modified == row.modified
        && row.changed.is_none_or(|changed| changed == found.changed)
}
