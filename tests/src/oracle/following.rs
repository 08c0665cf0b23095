//! Which files a walk must report where links are followed: each real
//! directory is entered once, under the path with the fewest components and,
//! among these, the least; each real file is reported under its own names
//! and, if no name of its own is, under one link that leads to it, chosen in
//! the same way.

use std::{collections::BTreeSet, fs, path::Path};

use super::walk::{Facts, Files, Wanted, child};
use crate::{bytes, path};

/// Walks below roots as they are named to a program that runs in `within`.
#[must_use]
pub fn walk_following(
    within: &Path,
    roots: &[&str],
    wanted: &Wanted,
) -> Files {
    let mut files = Files::new();
    let mut seen = BTreeSet::new();
    let mut linked: Vec<(usize, Vec<u8>, Facts)> = Vec::new();
    let mut level: Vec<Vec<u8>> =
        roots.iter().map(|root| root.as_bytes().to_vec()).collect();
    let mut real = BTreeSet::new();
    let mut depth = 1;
    while !level.is_empty() && wanted.max_depth.is_none_or(|max| depth <= max)
    {
        let mut next = Vec::new();
        for directory in level {
            let location = within.join(path(&directory));
            let id = Facts::from(&fs::metadata(&location).unwrap()).id;
            if !seen.insert(id) {
                continue;
            }
            for entry in fs::read_dir(location).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name();
                let name = bytes(Path::new(&name));
                if !wanted.shown(name) {
                    continue;
                }
                let shown = child(&directory, name);
                let is_link = entry.file_type().unwrap().is_symlink();
                let Ok(metadata) = fs::metadata(entry.path()) else {
                    continue;
                };
                let facts = Facts::from(&metadata);
                if metadata.is_dir() {
                    next.push(shown);
                } else if metadata.is_file() && wanted.file(name, facts.size) {
                    if is_link {
                        linked.push((depth, shown, facts));
                    } else {
                        real.insert(facts.id);
                        files.insert(shown, facts);
                    }
                }
            }
        }
        next.sort();
        level = next;
        depth += 1;
    }
    linked.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for (_, shown, facts) in linked {
        if real.insert(facts.id) {
            files.insert(shown, facts);
        }
    }
    files
}
