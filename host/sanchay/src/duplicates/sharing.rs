//! Equal files that share their bytes on disk already (reflinks): removing one
//! of them frees nothing.

use std::{collections::HashMap, sync::Mutex};

use sanchay_core::grouping::{FileNumber, FileTable as _, Group, Groups};
use sanchay_storage::{Extent, Extents, FileId};
use sanchay_sync::{into_inner, lock};

use super::{compare::Comparison, folders::FolderGroups};
use crate::error::Error;

/// The files that share their bytes with others of their groups: each with
/// the number of the copy that it is.
pub(super) type Copies = HashMap<FileId, u64>;

/// Of equal files those that share their bytes with others of them, by where
/// these lie: each with the number of the copy that it is.
pub fn copies_by_extents(
    files: impl IntoIterator<Item = (FileId, Vec<Extent>)>,
) -> HashMap<FileId, u64> {
    let mut places: HashMap<(u64, Vec<Extent>), Vec<FileId>> = HashMap::new();
    for (id, extents) in files {
        places.entry((id.device, extents)).or_default().push(id);
    }
    let shared = places.into_values().filter(|files| files.len() > 1);
    let numbered = (0..).zip(shared);
    numbered
        .flat_map(|(number, files)| {
            files.into_iter().map(move |id| (id, number))
        })
        .collect()
}

impl Comparison<'_> {
    /// The files that share their bytes with others of their groups, where
    /// file systems tell: they count as one copy. A file that cannot be asked
    /// is none of them.
    pub(super) fn shared_copies(
        &self,
        groups: &Groups,
    ) -> Result<Copies, Error> {
        let may_share =
            |file: &FileNumber| self.collection.may_share_bytes(*file);
        if !groups.iter().any(|it| it.files.iter().any(may_share)) {
            return Ok(Copies::new());
        }
        let copies: Mutex<Copies> = Mutex::default();
        self.each_group(
            groups,
            || (),
            |group, ()| {
                let found = self.copies(group);
                if !found.is_empty() {
                    lock(&copies).extend(found);
                }
            },
        )?;
        Ok(into_inner(copies))
    }

    /// The groups without what is in folders that go, with files that share
    /// their bytes counted once.
    pub(super) fn revised(
        &self,
        groups: Groups,
        copies: &Copies,
        folders: Option<&FolderGroups>,
    ) -> Groups {
        if copies.is_empty() && folders.is_none() {
            return groups;
        }
        let copy = |file: FileNumber| {
            copies.get(&self.collection.identity(file)?).copied()
        };
        let stays =
            |file| folders.is_none_or(|it| !it.is_gone(self.collection, file));
        groups.revise(self.collection, stays, copy)
    }

    /// The files of a group that share their bytes.
    fn copies(&self, group: Group<'_>) -> Copies {
        let files = self.distinct(group).into_iter();
        copies_by_extents(files.filter_map(|(id, file)| {
            let asks = self.collection.may_share_bytes(file);
            if !asks || self.run.is_over() {
                return None;
            }
            let (opened, _) = self.open_anew(file).ok()?;
            match opened.extents() {
                Ok(Extents::Shared(extents)) => Some((id, extents)),
                _ => None,
            }
        }))
    }
}
