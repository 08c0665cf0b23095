//! Why a picture is not told.

use crate::MAX_SIDE;

/// Why a picture is not told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Its bytes are of none of the formats.
    #[error(
        "this is no picture: it is neither JPEG, PNG, WebP, GIF, BMP nor \
             TIFF"
    )]
    Format,
    /// It is too large.
    #[error("the picture is too large: {width} x {height} pixels")]
    Size {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// It is damaged, or of a kind that the decoder does not know.
    #[error("the picture cannot be decoded: {0}")]
    Decoding(String),
}

impl Error {
    /// Passes dimensions that a decoder may go on with, which may take so much
    /// memory.
    pub(crate) fn check(
        (width, height): (u32, u32),
        bytes_per_pixel: u64,
        memory: u64,
    ) -> Result<(), Self> {
        let bytes =
            u64::from(width) * u64::from(height) * bytes_per_pixel.max(1);
        let sides = 1..=MAX_SIDE;
        match sides.contains(&width)
            && sides.contains(&height)
            && bytes <= memory
        {
            true => Ok(()),
            false => Err(Self::Size { width, height }),
        }
    }
}
