//! The files of groups as a plan needs them: their places below the roots, and
//! what they were when they were found.

use sanchay_core::grouping::{FileNumber, FileTable as _, Role};

use super::{
    collection::Collection,
    groups::{Duplicates, Group},
};
use crate::cache::FileState;

/// One of several equal or similar files.
#[derive(Clone, Debug)]
pub(crate) struct Member<'a> {
    /// The root that it was found in, as it was given; its own path where it
    /// was named itself.
    pub(crate) root: &'a [u8],
    /// The way down from there to the folder that it is in.
    pub(crate) below: Vec<u8>,
    /// Its name.
    pub(crate) name: &'a [u8],
    /// Whether it stays in any case.
    pub(crate) role: Role,
    /// What it was when it was found.
    pub(crate) state: FileState,
    /// Whether it has more names than this one.
    pub(crate) is_linked: bool,
    /// Whether it may share its bytes with others.
    pub(crate) may_share: bool,
}

impl Duplicates {
    /// The files of a group, by path. Those are left out of which the times
    /// were not kept.
    pub(crate) fn members<'a>(
        &'a self,
        group: &Group<'a>,
    ) -> impl Iterator<Item = Member<'a>> {
        let collection = &self.collection;
        let numbers = group.numbers().iter();
        numbers.filter_map(move |file| collection.member(*file))
    }
}

impl Collection {
    /// A file as a plan needs it, if its times were kept.
    pub(crate) fn member(&self, file: FileNumber) -> Option<Member<'_>> {
        let name = self.name(file);
        let mut below = Vec::new();
        let (root, name) = match self.parent(file) {
            Some(node) => {
                node.write_path_below_root(&mut below);
                below.pop();
                (node.root_path(), name)
            }
            None => {
                let slash = memchr::memrchr(b'/', name);
                let start = slash.map_or(0, |at| at + 1);
                (name, name.get(start..).unwrap_or_default())
            }
        };
        Some(Member {
            root,
            below,
            name,
            role: self.origin(file).role(),
            state: self.state(file)?,
            is_linked: self.is_linked(file),
            may_share: self.may_share_bytes(file),
        })
    }
}
