//! Groups of equal files, and their order.

use alloc::vec::Vec;

use sanchay_core::digest::Digest;

use super::collection::{Collection, Number};
use super::compare::{Aliases, Comparison, Hit};
use super::names;

/// Files with equal content.
pub(super) struct Group {
    /// The size of one of them in bytes.
    pub(super) size: u64,
    /// The digest they share.
    pub(super) digest: Digest,
    /// The files, in the order of their paths.
    pub(super) members: Vec<Number>,
    /// How many bytes would be free if one file were kept.
    pub(super) reclaimable: u64,
}

/// The runs of files with equal sizes and digests.
pub(super) fn equal<'h>(
    collection: &'h Collection,
    hits: &'h [Hit],
) -> impl Iterator<Item = &'h [Hit]> {
    hits.chunk_by(|a, b| {
        a.digest == b.digest
            && collection.size(a.file) == collection.size(b.file)
    })
}

/// Makes groups of what was read: those that would free most first, then by
/// their first paths.
pub(super) fn gather(
    comparison: &Comparison<'_>,
    hits: &[Hit],
    aliases: &Aliases,
    hardlinks: bool,
) -> Vec<Group> {
    let collection = comparison.collection;
    let mut groups = Vec::new();
    for equal in equal(collection, hits) {
        let Some(first) = equal.first() else { continue };
        let files = distinct(collection, equal);
        let count = u64::try_from(files.len()).unwrap_or(u64::MAX);
        let mut members = Vec::with_capacity(files.len());
        for file in files {
            match hardlinks {
                true => names::extend(comparison, file, aliases, &mut members),
                false => members.push(file),
            }
        }
        if members.len() < 2 {
            continue;
        }
        members.sort_unstable_by(|a, b| collection.by_path(*a, *b));
        let size = collection.size(first.file);
        groups.push(Group {
            size,
            digest: first.digest,
            members,
            reclaimable: size.saturating_mul(count.saturating_sub(1)),
        });
    }
    groups.sort_unstable_by(|a, b| {
        let first = |group: &Group| group.members.first().copied();
        b.reclaimable.cmp(&a.reclaimable).then_with(|| {
            match (first(a), first(b)) {
                (Some(a), Some(b)) => collection.by_path(a, b),
                (a, b) => a.cmp(&b),
            }
        })
    });
    groups
}

/// The files of a group, each once: one file may have been reached by two
/// paths without being linked, where folders overlap.
fn distinct(collection: &Collection, equal: &[Hit]) -> Vec<Number> {
    let mut hits: Vec<&Hit> = equal.iter().collect();
    hits.sort_unstable_by(|a, b| {
        a.identity
            .cmp(&b.identity)
            .then_with(|| collection.by_path(a.file, b.file))
    });
    // Who cannot be told is nobody else.
    hits.dedup_by(|b, a| a.identity.is_some() && a.identity == b.identity);
    hits.into_iter().map(|hit| hit.file).collect()
}

/// The other names of a file.
pub(super) fn others(
    aliases: &Aliases,
    file: Number,
) -> impl Iterator<Item = Number> {
    let first = aliases.partition_point(|(standing, _)| *standing < file);
    let rest = aliases.get(first..).unwrap_or_default().iter();
    rest.take_while(move |(standing, _)| *standing == file)
        .map(|(_, alias)| *alias)
}
