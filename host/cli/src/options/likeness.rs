//! How alike files are to be: those that `similar` finds, and those that
//! `dedupe --similar` has make way.

use clap::{Args, value_parser};
#[cfg(feature = "images")]
use sanchay::SimilarImagesOptions;
use sanchay::{Shingling, SimilarOptions, Unit, WalkOptions};
use sanchay_core::{similarity::MAX_SIZE, size};

/// How alike files are to be.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Likeness")]
pub(crate) struct LikenessArgs {
    /// Compare pictures by what they look like, rather than texts
    ///
    /// JPEG, PNG, WebP, GIF, BMP and TIFF, by their extensions; decoded in the
    /// sandbox.
    #[cfg(feature = "images")]
    #[arg(long, conflicts_with_all = ["shingle_size", "characters"])]
    images: bool,

    /// With --images: find turned pictures, too
    #[cfg(feature = "images")]
    #[arg(long, requires = "images")]
    rotations: bool,

    #[command(flatten)]
    text: TextLikenessArgs,
}

/// How alike texts are to be, and pictures where these are compared.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Likeness")]
pub(crate) struct TextLikenessArgs {
    /// How alike they are at least: texts 0.05 to 1, by default 0.8; pictures
    /// 0.7 to 1, by default 0.9
    #[arg(long, value_name = "SIMILARITY")]
    threshold: Option<f64>,

    /// How many words, or characters, a shingle has: 1 to 64, by default 3
    ///
    /// The more, the more a change counts.
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u32).range(1..=i64::from(MAX_SIZE))
    )]
    shingle_size: Option<u32>,

    /// Compare shingles of characters rather than of words
    ///
    /// White space then counts, too.
    #[arg(long)]
    characters: bool,

    /// Leave out files of more than SIZE; by default 16 MiB, pictures 128 MiB
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_file_size: Option<u64>,
}

impl LikenessArgs {
    /// Whether pictures are compared.
    pub(crate) const fn images(&self) -> bool {
        #[cfg(feature = "images")]
        let images = self.images;
        #[cfg(not(feature = "images"))]
        let images = false;
        images
    }

    /// An option that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        self.images().then_some("--images").or_else(|| self.text.given())
    }

    /// Which texts.
    pub(crate) fn texts(&self, walk: WalkOptions) -> SimilarOptions {
        self.text.options(walk)
    }

    /// Which pictures.
    #[cfg(feature = "images")]
    pub(crate) fn pictures(&self, walk: WalkOptions) -> SimilarImagesOptions {
        let of = SimilarImagesOptions::default();
        let text = &self.text;
        SimilarImagesOptions {
            walk,
            threshold: text.threshold.unwrap_or(of.threshold),
            rotations: self.rotations,
            max_file_size: text.max_file_size.unwrap_or(of.max_file_size),
        }
    }
}

impl TextLikenessArgs {
    /// An option that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let all = [
            (self.threshold.is_some(), "--threshold"),
            (self.shingle_size.is_some(), "--shingle-size"),
            (self.characters, "--characters"),
            (self.max_file_size.is_some(), "--max-file-size"),
        ];
        all.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }

    /// Which texts.
    pub(crate) fn options(&self, walk: WalkOptions) -> SimilarOptions {
        let of = SimilarOptions::default();
        let unit = match self.characters {
            true => Unit::Characters,
            false => Unit::Words,
        };
        let size = self.shingle_size.unwrap_or(of.shingling.size());
        SimilarOptions {
            walk,
            threshold: self.threshold.unwrap_or(of.threshold),
            shingling: Shingling::clamped(unit, size),
            max_file_size: self.max_file_size.unwrap_or(of.max_file_size),
        }
    }
}
