//! A part of a run's files: one of several that different machines deal with.
//! Which one a file is in is decided by a hash of its path below the root, so
//! that nobody has to have seen the whole tree.

mod left_out;
mod storage;

use std::{collections::HashSet, sync::Arc};

use sanchay::EntryError;
use sanchay_core::hashing::{Algorithm, digest};
use sanchay_names::OsStrExt as _;

use crate::given::Given;

pub(crate) use self::{left_out::LeftOut, storage::ShardStorage};

/// A shard of a run, and where its roots are.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    index: u64,
    count: u64,
    /// The roots as they were given, without slashes at their ends.
    roots: Arc<HashSet<Vec<u8>>>,
}

impl Shard {
    /// The shard `index` of `count`, counted from 0.
    pub(crate) fn new((index, count): (u64, u64), given: &Given) -> Self {
        let roots = given.iter().map(|root| trimmed(root).to_vec());
        Self { index, count, roots: Arc::new(roots.collect()) }
    }

    /// Whether the entry of a path is in it.
    pub(crate) fn has(&self, path: &[u8]) -> bool {
        let hash = digest(Algorithm::Xxh3_64, self.below(path));
        let hash =
            hash.iter().fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        hash.checked_rem(self.count) == Some(self.index)
    }

    /// Whether an error of an entry is told by this shard's run.
    pub(crate) fn tells(&self, error: &EntryError) -> bool {
        self.has(error.path.as_os_str().as_bytes())
    }

    /// The path below the innermost root that it is in; its last component if
    /// it is a root itself.
    fn below<'a>(&self, path: &'a [u8]) -> &'a [u8] {
        let path = trimmed(path);
        let mut slashes =
            (0..path.len()).rev().filter(|at| path.get(*at) == Some(&b'/'));
        let cut = if self.roots.contains(path) {
            slashes.next()
        } else {
            slashes.find(|at| {
                path.get(..*at)
                    .is_some_and(|root| self.roots.contains(trimmed(root)))
            })
        };
        cut.and_then(|at| path.get(at + 1..)).unwrap_or(path)
    }
}

/// Without slashes at the end.
fn trimmed(mut path: &[u8]) -> &[u8] {
    while let Some(shorter) = path.strip_suffix(b"/") {
        path = shorter;
    }
    path
}
