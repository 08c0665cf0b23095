//! Which files are the same: those with the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::walk::Files;
use crate::path;

/// Which files count as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// The names of one file are one file, under the least of them.
    Once,
    /// Every name counts.
    EachName,
}

/// Files with equal content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The size of each in bytes.
    pub size: u64,
    /// Their paths, ascending.
    pub files: Vec<Vec<u8>>,
    /// How many bytes would be free if one file were left; names of one file
    /// share its bytes.
    pub reclaimable: u64,
    /// Their content.
    pub content: Vec<u8>,
}

/// The groups of equal files, in the order in which they must be reported: by
/// what can be reclaimed, greatest first, then by their first path.
#[must_use]
pub fn duplicates(within: &Path, files: &Files, same: Same) -> Vec<Group> {
    let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
    for facts in files.values() {
        *sizes.entry(facts.size).or_default() += 1;
    }
    let mut equal: BTreeMap<Vec<u8>, Vec<&Vec<u8>>> = BTreeMap::new();
    for (name, facts) in files {
        if sizes[&facts.size] > 1 {
            let content = fs::read(within.join(path(name))).unwrap();
            equal.entry(content).or_default().push(name);
        }
    }
    let mut groups: Vec<Group> = equal
        .into_iter()
        .filter_map(|(content, names)| group(files, content, &names, same))
        .collect();
    groups.sort_by(|a, b| {
        let by_gain = b.reclaimable.cmp(&a.reclaimable);
        by_gain.then_with(|| a.files[0].cmp(&b.files[0]))
    });
    groups
}

fn group(
    files: &Files,
    content: Vec<u8>,
    names: &[&Vec<u8>],
    same: Same,
) -> Option<Group> {
    let mut real = BTreeSet::new();
    let mut listed = Vec::new();
    for name in names {
        if real.insert(files[*name].id) || same == Same::EachName {
            listed.push((*name).clone());
        }
    }
    let size = content.len() as u64;
    let reclaimable = size * (real.len() as u64 - 1);
    (listed.len() > 1).then_some(Group {
        size,
        files: listed,
        reclaimable,
        content,
    })
}
