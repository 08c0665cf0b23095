//! Which of the equal files make a group, and what each of them is in it.

use super::GroupOrder;

/// Where a file comes from.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
)]
pub enum Origin {
    /// A root that is compared with all the others: its files stay, and only
    /// what it has as well makes a group.
    Against,
    /// A reference root: its files stay.
    Reference,
    /// A root: of its files, all but one can go.
    #[default]
    Root,
}

impl Origin {
    /// What its files are in a group.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Against | Self::Reference => Role::Reference,
            Self::Root => Role::Duplicate,
        }
    }
}

/// What a file is in its group.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
)]
pub enum Role {
    /// It stays, and is not counted as reclaimable.
    Reference,
    /// It has the content of another. If the group has no reference, one of
    /// its duplicates has to stay.
    #[default]
    Duplicate,
}

impl Role {
    /// Its name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Duplicate => "duplicate",
        }
    }
}

/// Which groups are wanted, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupOptions {
    /// Whether names of one file count as duplicates of each other.
    pub hardlinks: bool,
    /// Whether only files on one device are in one group.
    pub same_device: bool,
    /// Whether a group needs a file of a root that all are compared with.
    pub against: bool,
    /// How many files a group has at least; less than two means two.
    pub least: usize,
    /// Their order.
    pub order: GroupOrder,
}

impl GroupOptions {
    /// Whether files of these origins, so many, may make a group.
    pub fn are_enough(&self, origins: impl Iterator<Item = Origin>) -> bool {
        let (mut files, mut roots, mut against) = (0, false, !self.against);
        for origin in origins {
            files += 1;
            roots |= origin == Origin::Root;
            against |= origin == Origin::Against;
        }
        roots && against && files >= self.least.max(2)
    }
}
