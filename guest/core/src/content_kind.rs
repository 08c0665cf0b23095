//! What kind of content a file has, told from its first bytes: text, image,
//! video, audio, archive, document, executable.
//!
//! Names do not count. A format is known by the magic number that its
//! specification gives; what has none of these and reads as UTF-8 or has the
//! byte order mark of a Unicode encoding is text.

mod container;
mod signature;
mod text;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::batch::Batch;

/// How many of a file's first bytes are enough, in bytes: a page.
pub const HEAD: usize = 4096;

/// A kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentKind {
    /// No bytes at all.
    Empty,
    /// Characters that people read: prose, source code, tables, markup.
    Text,
    /// A picture, raw images of cameras among them.
    Image,
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
    /// Other files in one, or one that is compressed.
    Archive,
    /// What office programs and readers open: PDF, office files, e-books.
    Document,
    /// What a machine runs: programs, libraries, byte code.
    Executable,
    /// Anything else.
    Other,
}

impl ContentKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Empty,
        Self::Text,
        Self::Image,
        Self::Video,
        Self::Audio,
        Self::Archive,
        Self::Document,
        Self::Executable,
        Self::Other,
    ];

    /// The kind of a file that begins with these bytes: [`HEAD`] of them, or
    /// all that there are.
    ///
    /// ```
    /// use sanchay_core::content_kind::ContentKind;
    ///
    /// assert_eq!(ContentKind::of(b"%PDF-1.7"), ContentKind::Document);
    /// assert_eq!(ContentKind::of(b"hello\n"), ContentKind::Text);
    /// ```
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        container::kind(head)
            .or_else(|| signature::kind(head))
            .or_else(|| text::kind(head))
            .unwrap_or(Self::Other)
    }

    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Text => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Archive => "archive",
            Self::Document => "document",
            Self::Executable => "executable",
            Self::Other => "other",
        }
    }

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The kinds of the files whose first bytes a batch holds.
#[must_use]
pub fn classify(heads: Batch<'_>) -> Vec<ContentKind> {
    heads.iter().map(ContentKind::of).collect()
}
