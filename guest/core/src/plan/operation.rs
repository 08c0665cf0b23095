//! What a step does.

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Makes an empty folder.
    CreateFolder,
    /// Gives an entry another name in its folder.
    Rename,
    /// Gives an entry another name anywhere; across file systems by a copy.
    Move,
    /// Makes a file with the same content and metadata.
    Copy,
    /// Gives a file one more name.
    HardLink,
    /// Makes a symbolic link to a file.
    Symlink,
    /// Makes a file that shares the content's blocks.
    Reflink,
    /// Moves an entry to the trash.
    Trash,
    /// Removes an entry for good.
    Delete,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::CreateFolder,
        Self::Rename,
        Self::Move,
        Self::Copy,
        Self::HardLink,
        Self::Symlink,
        Self::Reflink,
        Self::Trash,
        Self::Delete,
    ];

    /// Its name in plans.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateFolder => "mkdir",
            Self::Rename => "rename",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::HardLink => "hardlink",
            Self::Symlink => "symlink",
            Self::Reflink => "reflink",
            Self::Trash => "trash",
            Self::Delete => "delete",
        }
    }

    /// The operation of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whether a step begins with an entry that is there.
    #[must_use]
    pub const fn has_source(self) -> bool {
        !matches!(self, Self::CreateFolder)
    }

    /// Whether a step ends with an entry that was not there. Where something
    /// goes in the trash is found when it goes there.
    #[must_use]
    pub const fn has_target(self) -> bool {
        !matches!(self, Self::Trash | Self::Delete)
    }

    /// Whether a step may do it to a file since another is the same.
    #[must_use]
    pub const fn fits_duplicates(self) -> bool {
        matches!(
            self,
            Self::Move
                | Self::HardLink
                | Self::Symlink
                | Self::Reflink
                | Self::Trash
                | Self::Delete
        )
    }

    /// Whether a step may do it to a file since another is similar: it takes
    /// the file away, and puts nothing in its place.
    #[must_use]
    pub const fn fits_similar(self) -> bool {
        matches!(self, Self::Move | Self::Trash | Self::Delete)
    }

    /// Whether the entry is no longer where it was.
    #[must_use]
    pub const fn takes_away(self) -> bool {
        matches!(self, Self::Rename | Self::Move | Self::Trash | Self::Delete)
    }
}
