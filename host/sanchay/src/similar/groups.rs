//! Groups of files whose texts are alike: the library's answer.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sanchay_core::grouping::{FileNumber, FileTable as _};

use super::{
    by_similarity::BySimilarity, options::SimilarOptions, texts::Texts,
};
use crate::{
    duplicates::collection::Collection, entry::join, error::Error,
    monitor::Summary, walk::Node,
};

/// Groups of files whose texts are alike.
pub struct Similar {
    pub(super) collection: Collection,
    pub(super) options: SimilarOptions,
    pub(super) texts: Texts,
    /// All groups.
    pub(super) all: Groups,
    /// What of them the filter wants, if it tests how alike files are.
    pub(super) shown: Option<Groups>,
    /// That filter.
    pub(super) by_similarity: Option<Mutex<BySimilarity>>,
    pub(super) scanned: Summary,
    pub(super) too_large: u64,
    pub(super) comparisons: u64,
}

/// Groups of distinct texts.
#[derive(Default)]
pub(super) struct Groups {
    /// The texts, those of a group together and in the order of their paths,
    /// and how alike each is to the first of the group.
    pub(super) members: Vec<(u32, f64)>,
    /// Where each group ends.
    pub(super) ends: Vec<usize>,
}

impl Groups {
    /// The members of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[(u32, f64)]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let members = self.members.get(start..*end).unwrap_or_default();
            start = *end;
            members
        })
    }

    /// What of them a filter wants.
    pub(super) fn filtered(
        &self,
        filter: &mut BySimilarity,
        texts: &Texts,
    ) -> Result<Self, Error> {
        let mut left = Self::default();
        for group in self.iter() {
            let wanted = filter.of_group(group, texts);
            if !wanted.is_empty() {
                left.members.extend(wanted);
                left.ends.push(left.members.len());
            }
        }
        filter.outcome().map(|()| left)
    }
}

/// What a search for texts that are alike came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimilarSummary {
    /// How many groups there are.
    pub groups: u64,
    /// How many files are in them.
    pub files: u64,
    /// How many files were compared: those that are texts.
    pub texts: u64,
    /// How many files were left out for their size.
    pub too_large: u64,
    /// How many times two texts were compared exactly to make groups.
    pub comparisons: u64,
    /// What was looked at.
    pub scanned: Summary,
}

impl fmt::Display for SimilarSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { groups, files, texts, too_large, .. } = self;
        write!(
            f,
            "groups: {groups}, similar files: {files}, texts compared: {texts}"
        )?;
        match too_large {
            0 => Ok(()),
            count => write!(f, ", left out for their size: {count}"),
        }
    }
}

impl fmt::Debug for Similar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Similar")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}

impl Similar {
    /// What the search came to.
    #[must_use]
    pub fn summary(&self) -> SimilarSummary {
        let files: usize = self.groups().map(|it| it.len()).sum();
        SimilarSummary {
            groups: self.shown().ends.len() as u64,
            files: files as u64,
            texts: self.texts.total() as u64,
            too_large: self.too_large,
            comparisons: self.comparisons,
            scanned: self.scanned,
        }
    }

    /// The groups, in the byte order of the paths of their first files. Where
    /// the filter tests how alike files are, they have those files that it
    /// wants; a group of which only the first file is left is none.
    pub fn groups(&self) -> impl Iterator<Item = SimilarGroup<'_>> {
        let groups = self.shown().iter();
        groups.map(|members| SimilarGroup { all: self, members })
    }

    /// The groups with all of their files.
    pub(super) fn whole_groups(
        &self,
    ) -> impl Iterator<Item = SimilarGroup<'_>> {
        let groups = self.all.iter();
        groups.map(|members| SimilarGroup { all: self, members })
    }

    fn shown(&self) -> &Groups {
        self.shown.as_ref().unwrap_or(&self.all)
    }
}

/// Files whose texts are alike: each to another of them, as the threshold
/// says or more.
#[derive(Clone, Copy)]
pub struct SimilarGroup<'a> {
    all: &'a Similar,
    pub(super) members: &'a [(u32, f64)],
}

/// A file of a group.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SimilarFile<'a> {
    /// What precedes the name in the path: empty, or ending in a slash.
    pub parent: Arc<[u8]>,
    /// The file's name.
    pub name: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// How alike it is to the first file of the group: from 0 to 1.
    pub similarity: f64,
}

impl SimilarFile<'_> {
    /// The file's path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        join(&self.parent, self.name)
    }
}

impl fmt::Debug for SimilarGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files()).finish()
    }
}

impl<'a> SimilarGroup<'a> {
    /// How many files there are; at least two, unless the filter leaves one.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a group is never empty")]
    pub fn len(&self) -> usize {
        let equal = |it: &(u32, f64)| 1 + self.all.texts.others(it.0).count();
        self.members.iter().map(equal).sum()
    }

    /// The files and how alike they are to the first, by path.
    pub(super) fn numbers(&self) -> Vec<(FileNumber, f64)> {
        let Similar { collection, texts, .. } = self.all;
        let mut files: Vec<_> = self
            .members
            .iter()
            .flat_map(|(text, similarity)| {
                let first = texts.file(*text).into_iter();
                let all = first.chain(texts.others(*text));
                all.map(|file| (file, *similarity))
            })
            .collect();
        files.sort_by(|a, b| collection.by_path(a.0, b.0));
        files
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = SimilarFile<'a>> + use<'a> {
        let all = self.all;
        let mut shown = Shown::default();
        self.numbers().into_iter().map(move |(file, similarity)| {
            let (parent, name) = shown.of(&all.collection, file);
            let size = all.collection.size(file);
            SimilarFile { parent, name, size, similarity }
        })
    }
}

/// Paths as they are shown: files of one directory share its path.
#[derive(Default)]
pub(super) struct Shown<'a>(Option<(&'a Arc<Node>, Arc<[u8]>)>);

impl<'a> Shown<'a> {
    /// What precedes the name of a file, and the name.
    pub(super) fn of(
        &mut self,
        collection: &'a Collection,
        file: FileNumber,
    ) -> (Arc<[u8]>, &'a [u8]) {
        let name = collection.name(file);
        let Some(node) = collection.parent(file) else {
            return (Arc::default(), name);
        };
        let known = self.0.as_ref().filter(|it| Arc::ptr_eq(it.0, node));
        let parent = match known {
            Some((_, path)) => Arc::clone(path),
            None => node.path().into(),
        };
        self.0 = Some((node, Arc::clone(&parent)));
        (parent, name)
    }
}
