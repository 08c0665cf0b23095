//! Steps whose entry is at neither of its places, of which nobody wrote what
//! became of them. An entry that goes by a temporary name has two steps: where
//! one of them finds it nowhere, the other may know where it is.

use std::collections::HashMap;

use sanchay_storage::FileId;

use super::{
    folders::FolderId,
    places::Places,
    rows::{Row, Spot},
};

/// A step by its number, its row, and why it is unresolved.
type Step = (u64, Row, String);

/// Steps whose entry was not found.
#[derive(Debug, Default)]
pub(super) struct Unresolved(HashMap<(FolderId, Vec<u8>, FileId), Step>);

impl Unresolved {
    /// Adds a step, by the place that it may share with another.
    pub(super) fn add(&mut self, places: &Places, spot: Spot, step: Step) {
        let name = places.rows.name(spot).to_vec();
        self.0.insert((spot.folder, name, step.1.id), step);
    }

    /// The step that is resolved, since another knows of its entry at that
    /// place.
    pub(super) fn resolve(
        &mut self,
        places: &Places,
        spot: Spot,
        id: FileId,
    ) -> Option<Step> {
        if self.0.is_empty() {
            return None;
        }
        let name = places.rows.name(spot).to_vec();
        self.0.remove(&(spot.folder, name, id))
    }

    /// The others, in the order of their numbers.
    pub(super) fn left(self) -> Vec<Step> {
        let mut left: Vec<Step> = self.0.into_values().collect();
        left.sort_unstable_by_key(|step| step.0);
        left
    }
}
