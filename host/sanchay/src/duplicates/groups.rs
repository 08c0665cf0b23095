//! Groups of equal files with their paths: the library's answer.

use std::{path::PathBuf, sync::Arc};

use sanchay_core::grouping::{
    self, FileNumber, FileTable as _, GroupTotals, Role,
};
use sanchay_sandbox::{Algorithm, Digest};

use super::{
    collection::Collection,
    folders::{FolderGroup, FolderGroups},
};
use crate::{cache::FileState, entry::join, monitor::Summary, walk::Node};

/// Groups of files with equal content.
pub struct Duplicates {
    pub(super) collection: Collection,
    pub(super) algorithm: Algorithm,
    pub(super) groups: grouping::Groups,
    /// Identical folders, where they were asked for.
    pub(super) folders: Option<FoundFolders>,
    pub(super) scanned: Summary,
}

/// What is left of a search for identical folders.
pub(super) struct FoundFolders {
    groups: Vec<FolderGroup>,
    redundant: u64,
    redundant_files: u64,
}

impl From<FolderGroups> for FoundFolders {
    fn from(found: FolderGroups) -> Self {
        let FolderGroups { groups, redundant, redundant_files, .. } = found;
        Self { groups, redundant, redundant_files }
    }
}

/// What a search for duplicates came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateSummary {
    /// How many groups there are, of files and of folders.
    pub groups: u64,
    /// How many of them are of folders.
    pub folder_groups: u64,
    /// How many folders could go.
    pub redundant_folders: u64,
    /// How many files could go: of each group all but the references, or else
    /// all but one.
    pub redundant_files: u64,
    /// How many bytes that would free. Names of one file share its bytes.
    pub reclaimable_bytes: u64,
    /// What was looked at.
    pub scanned: Summary,
}

impl From<GroupTotals> for DuplicateSummary {
    fn from(totals: GroupTotals) -> Self {
        let GroupTotals { groups, redundant_files, reclaimable_bytes } =
            totals;
        Self { groups, redundant_files, reclaimable_bytes, ..Self::default() }
    }
}

impl DuplicateSummary {
    /// Adds other groups of the same search: what was looked at stays.
    pub fn add_groups(&mut self, more: &Self) {
        self.groups += more.groups;
        self.folder_groups += more.folder_groups;
        self.redundant_folders += more.redundant_folders;
        self.redundant_files += more.redundant_files;
        let bytes = &mut self.reclaimable_bytes;
        *bytes = bytes.saturating_add(more.reclaimable_bytes);
    }
}

impl std::fmt::Display for DuplicateSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { groups, redundant_files, reclaimable_bytes, .. } = *self;
        GroupTotals { groups, redundant_files, reclaimable_bytes }.fmt(f)?;
        match self.redundant_folders {
            0 => Ok(()),
            folders => write!(f, ", redundant folders: {folders}"),
        }
    }
}

impl std::fmt::Debug for Duplicates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Duplicates")
            .field("algorithm", &self.algorithm)
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}

impl Duplicates {
    /// What the search came to.
    #[must_use]
    pub fn summary(&self) -> DuplicateSummary {
        let mut summary = DuplicateSummary::from(self.groups.totals());
        summary.scanned = self.scanned;
        if let Some(folders) = &self.folders {
            summary.folder_groups = folders.groups.len() as u64;
            summary.redundant_folders = folders.redundant;
            summary.groups += summary.folder_groups;
            summary.redundant_files += folders.redundant_files;
            for group in &folders.groups {
                let bytes = &mut summary.reclaimable_bytes;
                *bytes = bytes.saturating_add(group.reclaimable);
            }
        }
        summary
    }

    /// The topmost identical folders, in the order of groups. The files of
    /// those that could go are in no other group.
    #[must_use]
    pub fn folder_groups(&self) -> &[FolderGroup] {
        self.folders.as_ref().map_or(&[], |it| &it.groups)
    }

    /// The groups: the ones that most can be reclaimed of first, and among
    /// equals by the path of their first file.
    pub fn groups(&self) -> Groups<'_> {
        Groups { all: self, next: 0 }
    }
}

/// Files with equal content.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    all: &'a Duplicates,
    group: grouping::Group<'a>,
}

impl std::fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("size", &self.size())
            .field("digest", &self.digest())
            .field("files", &self.len())
            .finish()
    }
}

impl<'a> Group<'a> {
    /// The size of each of the files, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.group.size
    }

    /// The digest that they share.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.group.digest
    }

    /// The digest's algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.all.algorithm
    }

    /// How many bytes would be free if the references, or else one of the
    /// files, were left. Bytes that files share on disk are not free.
    #[must_use]
    pub fn reclaimable(&self) -> u64 {
        self.group.reclaimable
    }

    /// How many files there are; at least two.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a group is never empty")]
    pub fn len(&self) -> usize {
        self.group.files.len()
    }

    /// The numbers of the files, by path.
    pub(super) fn numbers(&self) -> &'a [FileNumber] {
        self.group.files
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = GroupFile<'a>> + use<'a> {
        let all = self.all;
        // Those of one directory stand together, and share its path.
        let mut last: Option<(&Arc<Node>, Arc<[u8]>)> = None;
        self.numbers().iter().map(move |file| {
            let name = all.collection.name(*file);
            let role = all.collection.origin(*file).role();
            let state = all.collection.state(*file);
            let Some(node) = all.collection.parent(*file) else {
                let (parent, root) = (Arc::default(), name);
                return GroupFile { parent, name, role, root, state };
            };
            let root = node.root_path();
            let known = last.as_ref().filter(|it| Arc::ptr_eq(it.0, node));
            let parent = match known {
                Some((_, path)) => Arc::clone(path),
                None => node.path().into(),
            };
            last = Some((node, Arc::clone(&parent)));
            GroupFile { parent, name, role, root, state }
        })
    }
}

impl<'a> IntoIterator for &'a Duplicates {
    type Item = Group<'a>;
    type IntoIter = Groups<'a>;

    fn into_iter(self) -> Groups<'a> {
        self.groups()
    }
}

/// The groups of a search, in order.
#[derive(Clone, Debug)]
pub struct Groups<'a> {
    all: &'a Duplicates,
    next: usize,
}

impl<'a> Iterator for Groups<'a> {
    type Item = Group<'a>;

    fn next(&mut self) -> Option<Group<'a>> {
        let group = self.all.groups.get(self.next)?;
        self.next += 1;
        Some(Group { all: self.all, group })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.all.groups.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Groups<'_> {}

/// Files with equal content, by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateGroup {
    /// The size of each of the files, in bytes.
    pub size: u64,
    /// The digest's algorithm.
    pub algorithm: Algorithm,
    /// The digest that they share.
    pub digest: Digest,
    /// How many bytes would be free if the references, or else one of the
    /// files, were left.
    pub reclaimable: u64,
    /// The paths of the files, in the order of their bytes; at least two.
    pub paths: Vec<PathBuf>,
    /// What each of them is.
    pub roles: Vec<Role>,
}

impl From<Group<'_>> for DuplicateGroup {
    fn from(group: Group<'_>) -> Self {
        Self {
            size: group.size(),
            algorithm: group.algorithm(),
            digest: group.digest(),
            reclaimable: group.reclaimable(),
            paths: group.files().map(|file| file.path()).collect(),
            roles: group.files().map(|file| file.role).collect(),
        }
    }
}

/// One of several equal files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFile<'a> {
    /// What precedes the name in the path: empty, or ending in a slash.
    pub parent: Arc<[u8]>,
    /// The file's name.
    pub name: &'a [u8],
    /// What it is in the group.
    pub role: Role,
    /// The root that it was found in, as it was given; its own path where it
    /// was named itself.
    pub root: &'a [u8],
    /// What it was when it was found; known if that was
    /// [asked for](crate::DuplicatesRequest::times), or the engine has a
    /// cache.
    pub state: Option<FileState>,
}

impl GroupFile<'_> {
    /// Appends the file's path to a buffer.
    pub fn write_path(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.parent);
        out.extend_from_slice(self.name);
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        join(&self.parent, self.name)
    }
}
