//! Assets of a job by root: the storage profile's locations, or what paths
//! have in common.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::path::{PathFormat, common, is_beneath};

/// What a path is to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A file that the job reads.
    Input,
    /// A directory that the job writes to.
    Output,
    /// A path that the job names, which need not be there.
    Reference,
}

/// A path that a job has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetPath {
    /// What it is to the job.
    pub role: Role,
    /// The path, absolute and normalized; links are not resolved.
    pub path: Vec<u8>,
    /// The same with links resolved, to tell locations by; `None` if that is
    /// the same.
    pub resolved: Option<Vec<u8>>,
}

/// A location of a storage profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Its name.
    pub name: Vec<u8>,
    /// Its path, as it is configured.
    pub path: Vec<u8>,
    /// The same with links resolved.
    pub resolved: Vec<u8>,
    /// Whether the workers have it too, so that nothing in it is uploaded.
    pub shared: bool,
}

/// The assets of a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetGroup {
    /// What all of them lie beneath: their longest common path. If that is a
    /// file, its directory is meant.
    pub root: Vec<u8>,
    /// The name of the location that they are in.
    pub location: Option<Vec<u8>>,
    /// Files that the job reads.
    pub inputs: BTreeSet<Vec<u8>>,
    /// Directories that it writes to.
    pub outputs: BTreeSet<Vec<u8>>,
    /// What it names besides.
    pub references: BTreeSet<Vec<u8>>,
}

/// Groups the assets of a job, as the Python package does: what is in a shared
/// location is left out, even if a local one lies within it; what is in a
/// local one belongs to that with the longest path; all else is grouped by
/// drive or root.
#[must_use]
pub fn group_assets(
    format: PathFormat,
    paths: impl IntoIterator<Item = AssetPath>,
    locations: &[Location],
) -> Vec<AssetGroup> {
    let mut groups: Vec<(Vec<u8>, AssetGroup)> = Vec::new();
    for AssetPath { role, path, resolved } in paths {
        let real = resolved.as_deref().unwrap_or(&path);
        let mut around = locations
            .iter()
            .filter(|it| is_beneath(format, real, &it.resolved));
        let mut local: Option<&Location> = None;
        if around.any(|location| {
            let longest = |it: &Location| it.path.len() < location.path.len();
            if !location.shared && local.is_none_or(longest) {
                local = Some(location);
            }
            location.shared
        }) {
            continue;
        }
        let key = match local {
            Some(location) => location.path.clone(),
            None => format.parts(&path).into_iter().next().unwrap_or_default(),
        };
        let key = format.folded(&key);
        let place = groups.iter().position(|(other, _)| *other == key);
        let place = place.unwrap_or_else(|| {
            let location = local.map(|location| location.name.clone());
            let group = AssetGroup { location, ..AssetGroup::default() };
            groups.push((key, group));
            groups.len().saturating_sub(1)
        });
        let Some((_, group)) = groups.get_mut(place) else { continue };
        let members = match role {
            Role::Input => &mut group.inputs,
            Role::Output => &mut group.outputs,
            Role::Reference => &mut group.references,
        };
        members.insert(path);
    }
    let mut groups: Vec<_> =
        groups.into_iter().map(|(_, group)| group).collect();
    for group in &mut groups {
        let all = group.inputs.iter().chain(&group.outputs);
        let all = all.chain(&group.references);
        group.root = common(format, all).unwrap_or_default();
    }
    groups.sort_by(|a, b| (&a.root, &a.location).cmp(&(&b.root, &b.location)));
    groups
}
