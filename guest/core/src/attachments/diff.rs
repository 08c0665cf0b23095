//! What differs between two manifests, and what several make together.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::text::compare_utf16;
use super::{Entry, EntryKind, Manifest, ManifestVersion};

/// What makes two entries of a path differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Kind, content and the target of a link: as the Python package does
    /// with 2023-03-03.
    Content,
    /// These, and size, time, and whether it may be executed: as
    /// 2025-12-04-beta has it.
    Everything,
}

impl Scope {
    /// What fits two manifests: all that both tell.
    #[must_use]
    pub fn of(old: &Manifest, new: &Manifest) -> Self {
        let beta = ManifestVersion::V2025_12_04Beta;
        match old.version == beta && new.version == beta {
            true => Self::Everything,
            false => Self::Content,
        }
    }
}

/// What differs between two manifests, in the order of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences<'m> {
    /// What only the newer one has.
    pub added: Vec<&'m Entry>,
    /// What differs, as the newer one has it.
    pub modified: Vec<&'m Entry>,
    /// What only the older one has.
    pub deleted: Vec<&'m Entry>,
}

/// Compares two manifests. Of a path that is listed twice the last entry
/// counts.
#[must_use]
pub fn diff<'m>(
    old: &'m Manifest,
    new: &'m Manifest,
    scope: Scope,
) -> Differences<'m> {
    let mut differences = Differences::default();
    if is_sorted(old) && is_sorted(new) {
        side_by_side(old, new, scope, &mut differences);
        return differences;
    }
    let (before, after) = (by_path(old), by_path(new));
    for entry in last_of_each(new, &after) {
        let there = before.get(&*entry.path);
        match there.and_then(|number| old.entries.get(*number)) {
            None => differences.added.push(entry),
            Some(was) if differs(was, entry, scope) => {
                differences.modified.push(entry);
            }
            Some(_) => {}
        }
    }
    differences.deleted = last_of_each(old, &before)
        .filter(|entry| !after.contains_key(&*entry.path))
        .collect();
    differences
}

/// Whether no path is listed twice, and all in the order of a manifest.
fn is_sorted(manifest: &Manifest) -> bool {
    manifest
        .entries
        .is_sorted_by(|a, b| compare_utf16(&a.path, &b.path).is_lt())
}

/// Goes through two sorted manifests at once.
fn side_by_side<'m>(
    old: &'m Manifest,
    new: &'m Manifest,
    scope: Scope,
    differences: &mut Differences<'m>,
) {
    let mut before = old.entries.iter().peekable();
    for entry in &new.entries {
        let earlier =
            |was: &&Entry| compare_utf16(&was.path, &entry.path).is_lt();
        while let Some(gone) = before.next_if(earlier) {
            differences.deleted.push(gone);
        }
        match before.next_if(|was| was.path == entry.path) {
            None => differences.added.push(entry),
            Some(was) if differs(was, entry, scope) => {
                differences.modified.push(entry);
            }
            Some(_) => {}
        }
    }
    differences.deleted.extend(before);
}

/// The last entry of each path, by number.
fn by_path(manifest: &Manifest) -> HashMap<&[u8], usize> {
    let entries = manifest.entries.iter().enumerate();
    entries.map(|(number, entry)| (&*entry.path, number)).collect()
}

fn last_of_each<'m>(
    manifest: &'m Manifest,
    numbers: &HashMap<&'m [u8], usize>,
) -> impl Iterator<Item = &'m Entry> {
    let entries = manifest.entries.iter().enumerate();
    entries.filter_map(|(number, entry)| {
        (numbers.get(&*entry.path) == Some(&number)).then_some(entry)
    })
}

fn differs(old: &Entry, new: &Entry, scope: Scope) -> bool {
    match (&old.kind, &new.kind) {
        (
            EntryKind::File { content: was, .. },
            EntryKind::File { content: is, .. },
        ) if scope == Scope::Content => was != is,
        (was, is) => was != is,
    }
}

/// What several manifests make together: of a path that more than one has, the
/// entry of the last. The first decides the format. `None` if there are none.
#[must_use]
pub fn merge(
    manifests: impl IntoIterator<Item = Manifest>,
) -> Option<Manifest> {
    let mut manifests = manifests.into_iter();
    let Manifest { version, entries, .. } = manifests.next()?;
    let mut merged = entries;
    let mut places: HashMap<_, _> = merged
        .iter()
        .enumerate()
        .map(|(number, entry)| (entry.path.clone(), number))
        .collect();
    let first = places.len();
    if first < merged.len() {
        // A path that is listed twice: the last entry counts.
        let mut number = 0;
        let places = &places;
        merged.retain(|entry| {
            let keep = places.get(&entry.path) == Some(&number);
            number += 1;
            keep
        });
    }
    places.clear();
    places.extend(
        merged.iter().enumerate().map(|(it, entry)| (entry.path.clone(), it)),
    );
    for entry in manifests.flat_map(|manifest| manifest.entries) {
        match places.get(&entry.path).and_then(|it| merged.get_mut(*it)) {
            Some(place) => *place = entry,
            None => {
                places.insert(entry.path.clone(), merged.len());
                merged.push(entry);
            }
        }
    }
    Some(Manifest::new(version, merged))
}
