//! What became of a file between two looks at it.

/// What became of a file between two looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It was not there before.
    New,
    /// Its content, or what it is, is another.
    Changed,
    /// It has another path.
    Moved,
    /// It is not there any more.
    Deleted,
    /// Its times, owner or permissions are others, and its content is not.
    Touched,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::New, Self::Changed, Self::Moved, Self::Deleted, Self::Touched];

    /// Its name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Deleted => "deleted",
            Self::Touched => "touched",
        }
    }
}
