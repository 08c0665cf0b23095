//! The ignore files that apply to a directory. Directories share them with
//! those above as long as they have none of their own.

use std::{path::PathBuf, sync::Arc};

use sanchay_core::ignore::{self, Rank};
use sanchay_sandbox::{IgnoreFile, Place};

use super::unusable;
use crate::{
    error::{Cause, EntryError, Problem},
    inspect::Inspect,
};

type Files = ignore::InForce<Arc<IgnoreFile>>;

/// The ignore files that apply to a directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct InForce(Option<Arc<Files>>);

impl InForce {
    /// The files, the one that counts the most last.
    pub(in crate::walk) fn files(
        &self,
    ) -> impl Iterator<Item = &Arc<IgnoreFile>> {
        self.0.iter().flat_map(|files| files.files())
    }
}

/// Adds files to those of the directory above.
pub(super) struct Adding<'a> {
    files: Files,
    inspector: &'a mut dyn Inspect,
    errors: &'a mut Vec<EntryError>,
}

impl<'a> Adding<'a> {
    /// Begins with the files of the directory above. What is wrong with those
    /// that are added goes to the errors.
    pub(super) fn new(
        above: &InForce,
        inspector: &'a mut dyn Inspect,
        errors: &'a mut Vec<EntryError>,
    ) -> Self {
        let files = above.0.as_deref().cloned().unwrap_or_default();
        Self { files, inspector, errors }
    }

    /// Leaves what belongs to the repository above, as another begins here.
    pub(super) fn begin_repository(&mut self) {
        self.files.begin_repository();
    }

    /// Adds a file that was looked for, if it is there.
    pub(super) fn add_found(
        &mut self,
        rank: Rank,
        text: Result<Option<Vec<u8>>, Cause>,
        path: PathBuf,
        place: Place,
    ) {
        match text {
            Ok(None) => {}
            Ok(Some(text)) => {
                let file = IgnoreFile::new(path, text, place);
                self.add(rank, Arc::new(file));
            }
            Err(cause) => self.errors.push(unusable(path, cause)),
        }
    }

    /// Adds a file, unless its rules are refused.
    pub(super) fn add(&mut self, rank: Rank, file: Arc<IgnoreFile>) {
        let weight = file.weight();
        let added = match self.files.has_room(weight) {
            true => self.inspector.add_rules(&file).map_err(Cause::from),
            false => Err(Problem::TooManyIgnoreFiles.into()),
        };
        match added {
            Ok(()) => self.files.add(rank, weight, file),
            Err(cause) => {
                self.errors.push(unusable(file.path().to_owned(), cause));
            }
        }
    }

    /// What applies to the directory.
    pub(super) fn finish(self) -> InForce {
        InForce((!self.files.is_empty()).then(|| Arc::new(self.files)))
    }
}
