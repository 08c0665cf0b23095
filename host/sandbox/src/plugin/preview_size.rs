//! How large small copies of pictures are, and what they need of the sandbox.

/// The bytes of a pixel in a BMP file.
const PIXEL: usize = 3;

/// What an answer takes up besides the copy: the headers of its file, rows
/// that are padded, the other columns, and room for what carries them.
const BESIDE: usize = 64 << 10;

/// How large a small copy of a picture is at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PreviewSize {
    /// 240 pixels in either direction, for lists: a file of at most 173 kB.
    #[default]
    Small,
    /// 1200 pixels in either direction, to compare pictures beside each other:
    /// a file of at most 4.4 MB.
    Large,
}

impl PreviewSize {
    /// How long the longer side of a copy is at most, in pixels.
    #[must_use]
    pub const fn side(self) -> u16 {
        match self {
            Self::Small => 240,
            Self::Large => 1200,
        }
    }

    /// How many bytes an answer with a copy may take up.
    pub(super) const fn answer(self) -> usize {
        let side = self.side() as usize;
        side * side * PIXEL + BESIDE
    }
}
