//! Sets of shingles that are likely to be needed again: files that begin with
//! the same licence, say, are all compared with each other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use sanchay_sync::lock;

/// How many shingles are kept, of 8 bytes each.
const MOST: usize = 8 << 20;

/// The sets of some texts, by their numbers.
#[derive(Default)]
pub(super) struct SetCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    sets: HashMap<u32, Arc<[u64]>>,
    shingles: usize,
}

impl SetCache {
    /// The set of a text, if it is kept.
    pub(super) fn get(&self, text: u32) -> Option<Arc<[u64]>> {
        lock(&self.0).sets.get(&text).map(Arc::clone)
    }

    /// Keeps the set of a text. Where there is no room left, none of the
    /// others is kept any longer.
    pub(super) fn put(&self, text: u32, set: Vec<u64>) -> Arc<[u64]> {
        let set: Arc<[u64]> = set.into();
        let mut kept = lock(&self.0);
        if kept.shingles + set.len() > MOST {
            *kept = Kept::default();
        }
        let before = kept.sets.insert(text, Arc::clone(&set));
        let before = before.map_or(0, |it| it.len());
        kept.shingles += set.len();
        kept.shingles = kept.shingles.saturating_sub(before);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, SetCache};

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let cache = SetCache::default();
        cache.put(1, vec![7; MOST / 2]);
        cache.put(1, vec![8; MOST / 2]);
        cache.put(2, vec![9; MOST / 2]);
        assert_eq!(cache.get(1).unwrap()[0], 8);
        assert_eq!(cache.get(2).unwrap().len(), MOST / 2);
        cache.put(3, vec![1]);
        assert!(cache.get(1).is_none() && cache.get(2).is_none());
        assert_eq!(cache.get(3).as_deref(), Some(&[1][..]));
    }
}
