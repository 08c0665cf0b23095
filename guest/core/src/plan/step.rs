//! A step: an operation, what it is done to, and what that has to be when it
//! is done.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Operation, Place};
use crate::kind::EntryKind;
use crate::time::Timestamp;

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub operation: Operation,
    /// What it is done to, if it is done to anything.
    pub from: Option<Place>,
    /// Where the result will be, if there is one.
    pub to: Option<Place>,
    /// Why, for people.
    pub because: String,
    /// What `from` has to be when the step is done.
    pub expect: Option<Expectation>,
    /// The file that is the same as `from` and stays. Links to it take the
    /// place of `from` then.
    pub same_as: Option<Kept>,
    /// The file that is similar to `from` and stays, where none is the same.
    /// No link to it takes the place of `from`.
    pub like: Option<Box<Kept>>,
}

/// A file that stays where one makes way that is the same, or similar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it is.
    pub place: Place,
    /// What it has to be when the step is done.
    pub expect: Expectation,
}

impl Step {
    /// Whether it has what its operation needs, and nothing else.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let operation = self.operation;
        let Some(kept) = self.kept() else {
            return self.from.is_some() == operation.has_source()
                && self.expect.is_some() == operation.has_source()
                && self.to.is_some() == operation.has_target();
        };
        let (Some(from), Some(expect)) = (&self.from, &self.expect) else {
            return false;
        };
        let fits = match (&self.same_as, &self.like) {
            (Some(same), None) => {
                operation.fits_duplicates() && expect.size == same.expect.size
            }
            (None, _) => operation.fits_similar(),
            (Some(_), Some(_)) => false,
        };
        fits && self.to.is_some() == (operation == Operation::Move)
            && *from != kept.place
            && expect.kind == EntryKind::File
            && kept.expect.kind == EntryKind::File
    }

    /// The name that an entry gets, if it had another one before, or none.
    #[must_use]
    pub fn new_name(&self) -> Option<&[u8]> {
        let to = self.to.as_ref()?.name();
        let from = self.from.as_ref().map(Place::name);
        (from != Some(to)).then_some(to)
    }

    /// The file that stays where `from` makes way for it.
    #[must_use]
    pub fn kept(&self) -> Option<&Kept> {
        self.same_as.as_ref().or(self.like.as_deref())
    }
}

/// What an entry was when a plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What kind of entry.
    pub kind: EntryKind,
    /// The device it is on.
    pub device: u64,
    /// Its inode there.
    pub inode: u64,
    /// How many names it has, where it has several: what is done to one of
    /// them shows in the change time of all.
    pub links: Option<u32>,
    /// Its size in bytes.
    pub size: u64,
    /// When its contents were last modified.
    pub modified: Timestamp,
    /// When its contents or metadata last changed. Where it is known, an
    /// entry that was touched in any way since is not the same.
    pub changed: Option<Timestamp>,
    /// A digest of its contents, as `ALGORITHM:HEX`.
    pub hash: Option<String>,
}
