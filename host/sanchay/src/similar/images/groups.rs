//! Groups of pictures that look the same: the library's answer.

use std::{fmt, path::PathBuf, sync::Arc};

use sanchay_core::grouping::FileTable as _;

use super::{
    pairs::{Members, Pairs},
    reader::Image,
};
use crate::{
    duplicates::collection::Collection,
    entry::join,
    monitor::Summary,
    similar::{AlikeFile, groups::Shown},
};

/// Groups of pictures that look the same.
pub struct SimilarImages {
    pub(super) collection: Collection,
    pub(super) threshold: f64,
    pub(super) rotations: bool,
    /// All pictures, in the order of their paths.
    pub(super) images: Vec<Image>,
    pub(super) groups: Vec<Members>,
    pub(super) scanned: Summary,
    pub(super) too_large: u64,
}

/// What a search for pictures that look the same came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimilarImagesSummary {
    /// How many groups there are.
    pub groups: u64,
    /// How many files are in them.
    pub files: u64,
    /// How many pictures were decoded.
    pub images: u64,
    /// How many files were left out for their size.
    pub too_large: u64,
    /// What was looked at.
    pub scanned: Summary,
}

impl fmt::Display for SimilarImagesSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { groups, files, images, too_large, .. } = self;
        write!(
            f,
            "groups: {groups}, similar files: {files}, pictures compared: \
             {images}"
        )?;
        match too_large {
            0 => Ok(()),
            count => write!(f, ", left out for their size: {count}"),
        }
    }
}

impl fmt::Debug for SimilarImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimilarImages")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}

/// What a plan needs.
impl SimilarImages {
    /// All files that were looked at.
    pub(in crate::similar) fn collected(&self) -> &Collection {
        &self.collection
    }

    /// How alike two pictures are at least.
    pub(in crate::similar) const fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The files of each group, by path.
    pub(in crate::similar) fn alike(&self) -> Vec<Vec<AlikeFile>> {
        let file = |(number, _): &(usize, f64)| {
            let Image { file, width, height, .. } =
                *self.images.get(*number)?;
            let look = u32::try_from(*number).ok()?;
            let pixels = u64::from(width) * u64::from(height);
            Some(AlikeFile { file, look, pixels })
        };
        let group = |members: &Members| -> Vec<AlikeFile> {
            members.iter().filter_map(file).collect()
        };
        self.groups.iter().map(group).collect()
    }

    /// How alike two pictures are, by their numbers.
    pub(in crate::similar) fn similarity_of(
        &self,
        one: u32,
        other: u32,
    ) -> f64 {
        let Self { images, threshold, rotations, .. } = self;
        let pairs = Pairs::new(images, *threshold, *rotations);
        pairs.similarity(one as usize, other as usize)
    }
}

impl SimilarImages {
    /// What the search came to.
    #[must_use]
    pub fn summary(&self) -> SimilarImagesSummary {
        let files: usize = self.groups.iter().map(Vec::len).sum();
        SimilarImagesSummary {
            groups: self.groups.len() as u64,
            files: files as u64,
            images: self.images.len() as u64,
            too_large: self.too_large,
            scanned: self.scanned,
        }
    }

    /// The groups, in the byte order of the paths of their first files.
    pub fn groups(&self) -> impl Iterator<Item = SimilarImageGroup<'_>> {
        self.groups
            .iter()
            .map(|members| SimilarImageGroup { all: self, members })
    }
}

/// Pictures that look the same: each as another of them, as the threshold says
/// or more.
#[derive(Clone, Copy)]
pub struct SimilarImageGroup<'a> {
    all: &'a SimilarImages,
    members: &'a Members,
}

/// A picture of a group.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SimilarImage<'a> {
    /// What precedes the name in the path: empty, or ending in a slash.
    pub parent: Arc<[u8]>,
    /// The file's name.
    pub name: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// The picture's width in pixels, when it is upright.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// How alike it is to the first picture of the group: from 0 to 1.
    pub similarity: f64,
}

impl SimilarImage<'_> {
    /// The file's path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        join(&self.parent, self.name)
    }
}

/// Two pictures of a group that are alike as the threshold says, or more.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImagePair<'a> {
    /// The one whose path comes first.
    pub one: SimilarImage<'a>,
    /// The other.
    pub other: SimilarImage<'a>,
    /// How alike they are.
    pub similarity: f64,
}

impl fmt::Debug for SimilarImageGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files()).finish()
    }
}

impl<'a> SimilarImageGroup<'a> {
    /// How many pictures there are; at least two.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a group is never empty")]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The pictures, by path.
    pub fn files(&self) -> impl Iterator<Item = SimilarImage<'a>> + use<'a> {
        let all = self.all;
        let mut shown = Shown::default();
        self.members.iter().filter_map(move |(number, similarity)| {
            let image = all.images.get(*number)?;
            Some(described(all, image, *similarity, &mut shown))
        })
    }

    /// All pairs of its pictures that are alike as the threshold says, or
    /// more: the pictures of each by path, and the pairs by those.
    pub fn pairs(&self) -> impl Iterator<Item = ImagePair<'a>> + use<'a> {
        let Self { all, members } = *self;
        let pairs = Pairs::new(&all.images, all.threshold, all.rotations);
        let numbers = move |place: usize| {
            let behind = members.get(place + 1..).unwrap_or_default();
            let one = members.get(place).map(|it| it.0);
            behind.iter().filter_map(move |it| Some((one?, it.0)))
        };
        (0..members.len()).flat_map(numbers).filter_map(move |(one, other)| {
            let similarity = pairs.similarity(one, other);
            if similarity < all.threshold {
                return None;
            }
            let mut shown = Shown::default();
            let mut of = |number: usize| {
                let image = all.images.get(number)?;
                Some(described(all, image, similarity, &mut shown))
            };
            let (one, other) = (of(one)?, of(other)?);
            Some(ImagePair { one, other, similarity })
        })
    }
}

fn described<'a>(
    all: &'a SimilarImages,
    image: &Image,
    similarity: f64,
    shown: &mut Shown<'a>,
) -> SimilarImage<'a> {
    let (parent, name) = shown.of(&all.collection, image.file);
    let size = all.collection.size(image.file);
    let Image { width, height, .. } = *image;
    SimilarImage { parent, name, size, width, height, similarity }
}
