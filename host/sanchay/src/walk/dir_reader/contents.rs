//! What is in a directory, in buffers that are used again for the next one.

use sanchay_sandbox::plugin::Value;
use sanchay_storage::{EntryKind, FileId, Listing, Metadata, Span};

use crate::extract::{Known, Told};

/// What a reader found in the directory that it read last.
pub(super) struct Contents {
    pub(super) listing: Listing,
    /// `Unknown` for followed links and for unlisted kinds; resolved after
    /// name matching.
    pub(super) kinds: Vec<EntryKind>,
    /// The entries that the filters want by name: files, and other kinds if
    /// they were asked for.
    pub(super) files: Vec<Span>,
    /// Their kinds.
    pub(super) file_kinds: Vec<EntryKind>,
    pub(super) directories: Vec<(Span, Option<FileId>)>,
    pub(super) linked: Vec<(Span, Metadata)>,
}

impl Contents {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            kinds: Vec::new(),
            files: Vec::new(),
            file_kinds: Vec::new(),
            directories: Vec::new(),
            linked: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        let Self { listing, kinds, files, file_kinds, directories, linked } =
            self;
        listing.clear();
        kinds.clear();
        files.clear();
        file_kinds.clear();
        directories.clear();
        linked.clear();
    }

    pub(super) fn view(&self) -> Directory<'_> {
        Directory {
            names: self.listing.names(),
            files: &self.files,
            directories: &self.directories,
            linked: &self.linked,
        }
    }
}

/// The entries of a directory that the filters want by name.
#[derive(Clone, Copy)]
pub(crate) struct Directory<'r> {
    /// The names that the spans point into.
    pub(crate) names: &'r [u8],
    /// The files, and entries of other kinds if they were asked for.
    pub(crate) files: &'r [Span],
    /// The directories to enter, with their identity if links are followed.
    pub(crate) directories: &'r [(Span, Option<FileId>)],
    /// The files that links lead to.
    pub(crate) linked: &'r [(Span, Metadata)],
}

/// The files of a directory that the filters want by their metadata, too.
#[derive(Clone, Copy)]
pub(crate) struct MatchedFiles<'r> {
    pub(crate) spans: &'r [Span],
    pub(crate) metadata: &'r [Metadata],
    /// What those say that are links; empty where none is.
    pub(crate) targets: &'r [Option<Box<[u8]>>],
    /// What the contents of each tell, as far as a filter asked and it is
    /// kept; nothing of files that are not known.
    pub(crate) known: &'r [Box<[Option<Value>]>],
    /// Who told that.
    pub(crate) told: Option<&'r Told>,
}

impl<'r> MatchedFiles<'r> {
    /// What the contents of a file tell, if a filter asked.
    pub(crate) fn known(&self, index: usize) -> Option<Known<'r>> {
        let values = self.known.get(index).filter(|it| !it.is_empty())?;
        Some(Known { values, told: self.told? })
    }
}
